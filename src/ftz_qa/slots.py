"""Figures and persons with the words that belong to them, as a sentence tells them."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ftz_qa.figures import Figure, figures
from ftz_qa.periods import month_ranges
from ftz_qa.text import tagged_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PERSON = "人名"
"""The unit of a slot that is a person."""

_NAME_TAGS = ("nr", "nrt", "ns", "nt", "nz")
_TELLING = ("年", "月", "期")
_SPAN = re.compile(r"(?:\d{1,2}|[一二两三四五六七八九十]+)个月|\d{1,2}(?:-|至|到)\d{1,2}月")
_PHASE = re.compile(r"(?<![第\d])[一二三四五六七八九\d]期")
_BREAK = re.compile(r"[。！？!?\n]")
_COMMA = re.compile(r"[,，;；:：、]")
_PARALLEL = re.compile(r"^[^,，]{0,4}[、;；]")
_JOINED = re.compile(r"^(?:、|和|及|与|以及|或)$")
_FROM = re.compile(r"(?:由|从|自)[^\d,，;；。]{0,8}$|(?:最初|原来|原先)[^\d,，;；。]{0,6}$")
_TO = re.compile(r"(?:到|至|达|为|成|稳定在)$")


@dataclass(frozen=True, slots=True)
class Slot:
    """A figure, or a person, with the words around it.

    Attributes
    ----------
    words
        Between it and the figure before it, and for a rate those of the figure that it is told of, and that figure
        itself (``412列……增长15%``); `names` are the names, years and phases among them.
    before
        Before that, in this sentence and those before it.
    after
        Up to the next figure or comma.
    years, months
        When it is of, as far as the sentence says so; the years so far, the last one last.
    turn
        ``from`` or ``to`` for the beginning and the end of a change; else empty.
    """

    figure: Figure
    words: frozenset[str]
    names: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    years: tuple[str, ...] = ()
    months: frozenset[tuple[int, int]] = frozenset()
    turn: str = ""


def slots(text: str) -> Iterator[Slot]:
    """The slots of a normalised text, in order."""
    before = frozenset[str]()
    for sentence in _BREAK.split(text):
        found = _with_heads(sentence, list(_of_sentence(sentence, before)))
        yield from found
        # What a paragraph is about is said once.
        before = before.union(*(slot.words for slot in found)) if found else before | _words(sentence)


def _of_sentence(sentence: str, before: frozenset[str]) -> Iterator[Slot]:
    found = figures(sentence)
    # Years, months and phases tell figures apart like words do.
    counted = [figure for figure in found if figure.unit not in _TELLING and not _SPAN.match(sentence, figure.start)]
    counted = sorted([*counted, *_persons(sentence)], key=lambda figure: figure.start)
    years = [figure for figure in found if figure.unit == "年"]
    ends = [0, *(figure.end for figure in counted)]
    starts = [*(figure.start for figure in counted), len(sentence)]
    last, past, months = frozenset[str](), tuple[str, ...](), frozenset[tuple[int, int]]()
    for n, figure in enumerate(counted):
        named = [sentence[f.start : f.end] for f in years if ends[n] <= f.start < figure.start]
        past = (*past, *named)
        gap = sentence[ends[n] : figure.start]
        months = frozenset(month_ranges(gap)) or months
        named += _PHASE.findall(gap)
        # Up to the comma, words belong to the figure before.
        comma = _COMMA.search(gap) if n else None
        tagged = tagged_words(gap[comma.end() :] if comma else gap)
        words = frozenset(word for word, _ in tagged if _tells(word)) | frozenset(named)
        names = frozenset(word for word, tag in tagged if tag in _NAME_TAGS) | frozenset(named)
        behind = _COMMA.split(sentence[figure.end : starts[n + 1]])[0]
        after = _words(behind)
        # What stands by the figure before holds for this one too, unless both are items of a list.
        before |= frozenset() if _PARALLEL.match(gap) else last
        turn = "to" if _TO.search(gap) else "from" if _FROM.search(gap) else ""
        if turn == "to" and counted[n - 1].unit == figure.unit and n:
            # Both ends of a change are of the same thing.
            words |= last
        yield Slot(figure, words, names, before, after, past, months, turn)
        last = words


def _persons(sentence: str) -> Iterator[Figure]:
    """Persons, told apart by their names."""
    words = tagged_words(sentence)
    for n, (word, tag) in enumerate(words):
        given = words[n + 1][0] if n + 1 < len(words) else ""
        # A surname by itself; the given name behind it may be taken for any word.
        name = word + given if len(word) == 1 and given.isalpha() else word
        if tag == "nr" and len(name) > 2:
            start = sentence.find(name)
            yield Figure(float(zlib.crc32(name.encode())), PERSON, start, start + len(name))


def _with_heads(sentence: str, found: Sequence[Slot]) -> list[Slot]:
    """The slots, rates with what they are told of: a group of them (``15%和12%``) of as many figures before it."""
    made = list(found)
    first = 0
    while first < len(made):
        last = first
        while last + 1 < len(made) and _joined(sentence, made[last].figure, made[last + 1].figure):
            last += 1
        size = last - first + 1
        heads = made[max(0, first - size) : first]
        if made[first].figure.unit == "%" and len(heads) == size and all(head.figure.unit != "%" for head in heads):
            shared = made[first].words
            for n, head in enumerate(heads):
                own = frozenset([sentence[head.figure.start : head.figure.end]])
                made[first + n] = replace(made[first + n], words=made[first + n].words | shared | head.words | own)
        first = last + 1
    return made


def _joined(sentence: str, one: Figure, other: Figure) -> bool:
    return one.unit == other.unit and bool(_JOINED.match(sentence[one.end : other.start].strip()))


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word, _ in tagged_words(text) if _tells(word))


def _tells(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and word[0] not in "一二三四五六七八九十两几"
