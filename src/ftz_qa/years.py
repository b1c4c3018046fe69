"""Years that a text names by relation: ``今年``, ``去年`` and their like, by the date of its issue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.periods import RELATIVE_YEARS, month_ranges
from ftz_qa.types import Span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from numpy.typing import NDArray

_PATTERNS = tuple((re.compile(pattern), shift) for pattern, shift in RELATIVE_YEARS)
_JANUARY = 1
_LATE = 10


def year_words(text: str, date: dt.date) -> Iterator[tuple[Span, int]]:
    """Every word of a text of that date that names a year by relation, with the year that it means.

    Words whose year is not certain are left out.
    """
    for pattern, shift in _PATTERNS:
        for match in pattern.finditer(text):
            if not _is_last_year(text[match.start() :], date, shift):
                yield Span(match.start(), match.end()), date.year + shift


def _is_last_year(text: str, date: dt.date, shift: int) -> bool:
    """Whether ``今年`` may have been written in the year before: figures up to late months in an issue of January."""
    late = any(last >= _LATE for _, last in month_ranges(text[:12]))
    return shift == 0 and date.month == _JANUARY and late


def years_in_full(text: str, date: dt.date | None) -> str:
    """The text with every such word replaced by its year: ``2024年`` for ``去年`` in 2025; as it is without a date."""
    return _replaced(text, date)[0]


def placed_years_in_full(text: str, date: dt.date | None) -> tuple[str, NDArray[np.int32], NDArray[np.int32]]:
    """The same, and where in the given text each of its characters begins and ends, int32 (characters,) both.

    All characters of a year that was put in begin and end where the word that it stands for does.
    """
    full, pieces = _replaced(text, date)
    starts = [np.full(length, s.start) if fixed else np.arange(s.start, s.end) for s, length, fixed in pieces]
    ends = [np.full(length, s.end) if fixed else np.arange(s.start, s.end) + 1 for s, length, fixed in pieces]
    return full, np.concatenate([*starts, []]).astype(np.int32), np.concatenate([*ends, []]).astype(np.int32)


def _replaced(text: str, date: dt.date | None) -> tuple[str, list[tuple[Span, int, bool]]]:
    """The text in full, and its pieces: where each stood, how long it is now, and whether it was put in."""
    words = sorted(year_words(text, date), key=lambda word: word[0].start) if date is not None else []
    full, pieces, at = [], [], 0
    for span, year in words:
        full += [text[at : span.start], f"{year}年"]
        pieces += [(Span(at, span.start), span.start - at, False), (span, len(full[-1]), True)]
        at = span.end
    return "".join([*full, text[at:]]), [*pieces, (Span(at, len(text)), len(text) - at, False)]
