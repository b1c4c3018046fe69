"""A model's reply, as it comes in pieces, to sentences with their markers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_SENTENCE_CHARS = 400
"""What goes on longer without an end is cut, and fails the check."""

MAX_SENTENCES = 24
"""Where reading ends: no answer has more sentences."""

_BRACKETS = str.maketrans({"【": "[", "】": "]", "［": "[", "］": "]", "〔": "[", "〕": "]"})
_MARKERS = re.compile(r"\s*\[\^?(?:编号|摘录|来源)?\s*(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\]")
_NUMBER = re.compile(r"\d+")
_END = re.compile(r"[。！？!?]+[”’」』）)]*")
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.S)
_OPEN_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>")
_THOUGHTS = ("<think>", "<thinking>")
_LIST = re.compile(r"\A\s*(?:#{1,6}\s+|[-*+•·]\s+|\d{1,2}[.．、)）]\s*(?!\d)|[(（]\d{1,2}[)）]\s*)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)`|`(?!\w)")
_EDGES = " \t。；;，,、:：!！"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reply.

    Attributes
    ----------
    text
        Without markers, list signs and the full stop at its end.
    markers
        The numbers behind it, or behind what follows it on the same line; without repeats.
    opens_line
        Whether it is the first one of its line.
    whole
        Whether the reply went on or ended well after it; False where it was cut.
    """

    text: str
    markers: tuple[int, ...]
    opens_line: bool = True
    whole: bool = True


def sentences(pieces: Iterable[str]) -> Iterator[Sentence]:
    """The sentences of a reply, each as soon as its markers are known.

    A sentence ends at a full stop, a line's end, or behind markers that no comma follows. One without markers takes
    those of the next one on its line. What a model thinks before it answers (``<think>``) is left out, and so are
    characters that cannot be seen.

    Parameters
    ----------
    pieces
        Of any length, in order.
    """
    lines = _lines(pieces)
    count = 0
    for line in lines:
        for sentence in _of_line(line):
            yield sentence
            count += 1
            if count == MAX_SENTENCES:
                return


@dataclass(frozen=True, slots=True)
class _Part:
    """Text up to the end of a sentence, and whether it begins or ends a line, or was cut."""

    text: str
    ends_line: bool
    whole: bool = True


def _lines(pieces: Iterable[str]) -> Iterator[Iterator[_Part]]:
    """The parts of each line, as they come."""
    parts = _parts(pieces)
    for first in parts:
        yield _line(first, parts)


def _line(part: _Part, parts: Iterator[_Part]) -> Iterator[_Part]:
    yield part
    while not part.ends_line:
        following = next(parts, None)
        if following is None:
            return
        part = following
        yield part


def _parts(pieces: Iterable[str]) -> Iterator[_Part]:
    text = ""
    for piece in _without_thoughts(pieces):
        text += _plain(piece)
        while (cut := _cut(text)) is not None:
            part, text = text[:cut], text[cut:].lstrip(" \t")
            yield _Part(part.rstrip("\n"), part.endswith("\n"), whole=len(part) < MAX_SENTENCE_CHARS)
    if text.strip():
        yield _Part(text, ends_line=True)


def _cut(text: str) -> int | None:
    """Where the first sentence ends, if what follows is there to tell."""
    line = text.find("\n")
    for end in _ends(text):
        if 0 <= line < end:
            break
        rest = text[end:].lstrip(" \t")
        if not rest or (rest[0] == "[" and "]" not in rest[:12] and len(rest) < 12):
            # Markers may still come.
            return MAX_SENTENCE_CHARS if len(text) > MAX_SENTENCE_CHARS else None
        if rest[0] == "\n":
            return text.index("\n", end) + 1
        if rest[0] not in "，,、；;：:":
            return end
    if line >= 0:
        return line + 1
    return MAX_SENTENCE_CHARS if len(text) > MAX_SENTENCE_CHARS else None


def _ends(text: str) -> Iterator[int]:
    """The ends of sentences with all markers and full stops behind them."""
    position = 0
    while True:
        stop, marker = _END.search(text, position), _MARKERS.search(text, position)
        first = min((m for m in (stop, marker) if m), key=lambda m: m.start(), default=None)
        if first is None:
            return
        end = first.end()
        while more := (_MARKERS.match(text, end) or _END.match(text, end)):
            end = more.end()
        yield end
        position = end


def _of_line(parts: Iterator[_Part]) -> Iterator[Sentence]:
    waiting: list[tuple[str, bool]] = []
    opens = True
    for part in parts:
        markers = tuple(dict.fromkeys(int(n) for group in _MARKERS.findall(part.text) for n in _NUMBER.findall(group)))
        text = _clean(part.text)
        if text:
            waiting.append((text, opens))
            opens = False
        if markers or part.ends_line or not part.whole:
            yield from (Sentence(one, markers, first, part.whole) for one, first in waiting)
            waiting = []
    yield from (Sentence(one, (), first) for one, first in waiting)


def _clean(text: str) -> str:
    text = _EMPHASIS.sub("", _LIST.sub("", _MARKERS.sub("", text)))
    return " ".join(text.split()).strip(_EDGES)


def _plain(piece: str) -> str:
    """Brackets in one form, and nothing that cannot be seen."""
    kept = (char for char in piece.replace("\r", "\n") if char == "\n" or unicodedata.category(char)[0] != "C")
    return "".join(kept).translate(_BRACKETS)


def _without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces less what stands between ``<think>`` and ``</think>`` at the start."""
    text, begun = "", False
    for piece in pieces:
        if begun:
            yield piece
            continue
        text += piece
        if thought := _THOUGHT.match(text):
            text, begun = text[thought.end() :], True
        elif not _OPEN_THOUGHT.match(text):
            head = text.lstrip()
            begun = not any(tag.startswith(head[: len(tag)]) for tag in _THOUGHTS)
        if begun:
            yield text
    if not begun and not _OPEN_THOUGHT.match(text):
        yield text
