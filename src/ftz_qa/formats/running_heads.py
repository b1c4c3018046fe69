"""Headers, footers and page numbers: what stands at the same place of several pages, and is no part of the text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa.formats.printed import PrintedLine, PrintedPage

if TYPE_CHECKING:
    from collections.abc import Sequence

_EDGE_LINES = 4
_ZONE = 0.2
"""Share of the page's height in which headers and footers stand."""
_DRIFT = 0.015
_PAGE_NUMBER = re.compile(
    # Scanners read the dashes beside a page number as 一, too.
    r"[-—–－―─一·•~～|\s]{1,8}\d{1,4}[-—–－―─一·•~～|\s]{1,8}"
    r"|第\s?(?:\d{1,4}|[一二三四五六七八九十百]{1,5})\s?页(?:[，,/\s（(|]{0,3}共\s?\w{1,5}\s?页[）)]?)?"
    r"|\d{1,4}\s?/\s?\d{1,4}|Page\s?\d{1,4}(?:\s?of\s?\d{1,4})?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+|(?<=第)[一二三四五六七八九十百]+(?=页)")


def without_running_heads(pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """Leave out page numbers, and lines that come again at the same height of other pages but for their figures."""
    edges = [_edges(page) for page in pages]
    seen: Counter[tuple[str, int]] = Counter()
    for page, (above, below) in zip(pages, edges, strict=True):
        # A line may fall on either side of a grid line: it is counted in both of its neighbouring bands.
        seen.update({key for line in (*above, *below) for key in _keys(page, line)})
    # Left and right pages may differ, and the first one may have none.
    needed = max(2, round(0.3 * len(pages)))
    kept = []
    for page, (above, below) in zip(pages, edges, strict=True):
        dropped: list[PrintedLine] = []
        for edge in (above, below):
            for line in edge:
                if not _is_running(page, line, seen, needed):
                    break
                dropped.append(line)
        kept.append(replace(page, items=tuple(item for item in page.items if item not in dropped)))
    return kept


def _edges(page: PrintedPage) -> tuple[list[PrintedLine], list[PrintedLine]]:
    """The lines in the margins, from the edge inwards, above and below."""
    lines = [item for item in page.items if isinstance(item, PrintedLine)]
    above = [line for line in lines[:_EDGE_LINES] if line.top < _ZONE * page.height]
    below = [line for line in lines[: -_EDGE_LINES - 1 : -1] if line.bottom > (1 - _ZONE) * page.height]
    return above, below


def _keys(page: PrintedPage, line: PrintedLine) -> tuple[tuple[str, int], tuple[str, int]]:
    text = _DIGITS.sub("#", "".join(line.text.split()))
    band = (line.top + line.bottom) / 2 / max(page.height, 1.0) / _DRIFT
    return (text, int(2 * band)), (text, int(2 * band) + 1)


def _is_running(page: PrintedPage, line: PrintedLine, seen: Counter[tuple[str, int]], needed: int) -> bool:
    if _PAGE_NUMBER.fullmatch(line.text.strip()):
        return True
    return max(seen[key] for key in _keys(page, line)) >= needed
