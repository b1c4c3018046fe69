"""The lines of one article to its paragraphs: wrapped and page-broken sentences joined, inner headings told apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ftz_qa.inner_headings import LONGEST_HEADING, SLACK, PageLayout, Piece, find_headings, goes_on, is_cut, table_rows
from ftz_qa.layout import ends_sentence, glue, printed_width, read_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.layout import Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its breaks mended, or an inner heading."""

    text: str
    is_heading: bool = False


def detect_layout(lines: Sequence[Line]) -> PageLayout:
    """Find out whether lines are wrapped and whether paragraphs are indented, from all lines of a file."""
    running = [line for line in lines if not line.marked and read_mark(line.text) is None]
    widths = sorted(printed_width(line.text) for line in running if not ends_sentence(line.text))
    wide = [line for line in running if len(line.text) > LONGEST_HEADING]
    wrap = _wrap_width(widths, [line for line in lines if len(line.text) > 1])
    if wrap is not None:
        starts = [b for a, b in pairwise(running) if ends_sentence(a.text) and printed_width(a.text) < wrap - SLACK]
        return PageLayout(wrap, len(starts) > 0 and sum(b.indented for b in starts) * 2 > len(starts))
    return PageLayout(None, len(wide) > 1 and sum(line.indented for line in wide) >= 0.6 * len(wide))


def _wrap_width(widths: Sequence[float], lines: Sequence[Line]) -> float | None:
    """Width of a full line: most lines that end no sentence have it, and next to none is wider."""
    if len(widths) < 8:
        return None
    width = widths[int(0.9 * (len(widths) - 1))]
    full = sum(abs(other - width) <= SLACK for other in widths)
    wider = sum(len(line.text) > width + SLACK and printed_width(line.text) > width + SLACK for line in lines)
    if not 16 <= width <= 60 or full < 0.6 * len(widths) or wider > 0.03 * len(lines):
        return None
    return width


def mend(lines: Sequence[Line], layout: PageLayout) -> list[Paragraph]:
    """The paragraphs of an article, in order, without losing a character that is not a blank.

    A line that ends no sentence is joined with the next one unless either is a heading. A heading is a line that ends
    no sentence, is short, and looks like one: it is numbered, or alike to others, or too short to fill a printed line,
    and does not go on mid-word, mid-bracket or mid-list in the next line.
    """
    pieces = _unwrapped(lines, layout)
    rows = table_rows(pieces)
    headings = find_headings(pieces, rows, layout)
    groups: list[list[str]] = []
    paragraphs: list[tuple[list[str], bool]] = []
    for i, piece in enumerate(pieces):
        joins = i > 0 and goes_on(pieces[i - 1], piece, headings[i - 1 : i + 1], layout)
        if joins and (i - 1 not in rows or is_cut(pieces[i - 1].text, piece.text)):
            groups[-1].append(piece.text)
            continue
        groups.append([piece.text])
        paragraphs.append((groups[-1], headings[i]))
    return [Paragraph(_glue_all(parts), heading) for parts, heading in paragraphs]


def _glue_all(parts: Sequence[str]) -> str:
    # Only the joints are looked at, so that a paragraph of very many lines stays cheap.
    joined = [parts[0]]
    for a, b in pairwise(parts):
        joined.append(glue(a[-1:], b[:1])[len(a[-1:]) :] + b[1:])
    return "".join(joined)


def _unwrapped(lines: Sequence[Line], layout: PageLayout) -> list[Piece]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and layout.wrap is not None and _fills(groups[-1][-1], line, layout):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Piece(_glue_all([line.text for line in g]), g[0].indented, g[0].marked, len(g)) for g in groups]


def _fills(line: Line, following: Line, layout: PageLayout) -> bool:
    """Whether a wrapped line is full, so that the next one goes on with its paragraph."""
    assert layout.wrap is not None
    width = printed_width(line.text) + (2 if line.indented else 0)
    if width < layout.wrap - SLACK or following.indented or line.marked or following.marked:
        return False
    if ends_sentence(line.text) and (following.after_gap or not layout.indents):
        return False
    return not (ends_sentence(line.text) and read_mark(following.text))
