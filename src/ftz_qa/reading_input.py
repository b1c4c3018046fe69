"""What the trained reader sees of a question and a passage: windows of token ids that know where their text stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.years import placed_years_in_full, years_in_full

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from ftz_qa.types import Span

QUESTION_TOKENS = 64
TITLE_TOKENS = 48
WINDOW_TOKENS = 512
STRIDE_TOKENS = 128
OUTSIDE = -1

_BEGIN, _END = 0, 2
_CLASSES = r"[\p{Han}]+|[0-9.,]+|[A-Za-z]+|[^\p{Han}0-9.,A-Za-z]"


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A stretch of a passage behind its question and title, as the model gets it.

    Attributes
    ----------
    ids
        int64 (tokens,): ``<s> question </s> title </s> text </s>``.
    starts, ends
        int32 (tokens,): where each token's text stands in the passage, in characters; -1 outside the text.
    units
        int32 (tokens,): which of the passage's units a token belongs to; -1 outside of them.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    units: NDArray[np.int32]


class ReadingEncoder:
    """Makes windows.

    Parameters
    ----------
    tokenizer
        The embedded model's; it is changed so that no token holds both Han characters and figures or punctuation:
        1.7 % of the answers of CMRC 2018 do not begin and end with such tokens, 5.3 % do not with the usual ones.
    window
        Longest window in tokens.
    """

    def __init__(self, tokenizer: Tokenizer, window: int = WINDOW_TOKENS) -> None:
        from tokenizers import Regex, pre_tokenizers

        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(_CLASSES), "isolated"),
                pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first"),
            ]
        )
        self._tokenizer = tokenizer
        self._window = window

    def windows(
        self, question: str, title: str, text: str, units: Sequence[Span], date: dt.date | None = None
    ) -> list[Window]:
        """The windows of a passage of that date, at least one; neighbours overlap by `STRIDE_TOKENS`."""
        asked, named = self.ids(question)[:QUESTION_TOKENS], self.ids(years_in_full(title, date))[:TITLE_TOKENS]
        head = [_BEGIN, *asked, _END, *named, _END]
        ids, offsets, members = self.text_tokens(text, units, date)
        room = self._window - len(head) - 1
        return [
            _window(np.array(head, dtype=np.int64), ids[part], offsets[part], members[part])
            for part in _parts(len(ids), room, STRIDE_TOKENS)
        ]

    def ids(self, text: str) -> list[int]:
        """Token ids of a text, without special tokens."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def text_tokens(
        self, text: str, units: Sequence[Span], date: dt.date | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Token ids (tokens,), where they stand (tokens, 2), and their units (tokens,), -1 outside of units.

        Years that a text of that date names by relation are read as figures, but stand where they are printed.
        """
        full, starts, ends = placed_years_in_full(text, date)
        encoding = self._tokenizer.encode(full, add_special_tokens=False)
        inside = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        # A token without text of its own, as a blank at the very end may be, stands where the next begins.
        begins = np.append(starts, np.int32(len(text)))[inside[:, 0]]
        offsets = np.stack(
            [begins, np.where(inside[:, 1] > inside[:, 0], np.append(ends, 0)[inside[:, 1] - 1], begins)], 1
        )
        return np.array(encoding.ids, dtype=np.int64), offsets, _unit_of(offsets[:, 0], units)


def _unit_of(starts: NDArray[np.int32], units: Sequence[Span]) -> NDArray[np.int32]:
    """For each character offset the unit that it lies in; -1 where there is none."""
    begins = np.array([unit.start for unit in units], dtype=np.int32)
    ends = np.array([unit.end for unit in units], dtype=np.int32)
    found = np.searchsorted(begins, starts, side="right").astype(np.int32) - 1
    inside = (found >= 0) & (starts < ends[np.maximum(found, 0)]) if len(units) else np.zeros(len(starts), bool)
    return np.where(inside, found, OUTSIDE).astype(np.int32)


def _parts(length: int, room: int, stride: int) -> list[slice]:
    """Slices of at most `room`, so that each but the first begins `stride` before the end of the one before it."""
    starts = [0]
    while starts[-1] + room < length:
        starts.append(starts[-1] + room - stride)
    parts = [slice(start, start + room) for start in starts]
    assert all(a.stop > b.start for a, b in pairwise(parts))
    return parts


def _window(
    head: NDArray[np.int64], ids: NDArray[np.int64], offsets: NDArray[np.int32], units: NDArray[np.int32]
) -> Window:
    before = np.full(len(head), OUTSIDE, dtype=np.int32)
    after = np.array([OUTSIDE], dtype=np.int32)
    return Window(
        np.concatenate([head, ids, [_END]]),
        np.concatenate([before, offsets[:, 0], after]),
        np.concatenate([before, offsets[:, 1], after]),
        np.concatenate([before, units, after]),
    )
