"""Names that a question gives in Latin letters (``Qingyu``), found in the characters of the index."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_MAX_SYLLABLE = 6


class PinyinNames:
    """The index's words by their spelling in Hanyu Pinyin (ISO 7098), without tones.

    Parameters
    ----------
    idf
        Inverse document frequency of every token of the index: characters, pairs of them, Latin words.
    """

    def __init__(self, idf: Mapping[str, float]) -> None:
        self._idf = idf
        self._spelled: dict[str, list[str]] = {}
        for token in idf:
            if len(token) == 1 and "\u4e00" <= token <= "\u9fff":
                for syllable in _syllables(token):
                    self._spelled.setdefault(syllable, []).append(token)

    def in_chinese(self, question: str) -> str:
        """The question with capitalised words that spell a name of the index in its characters."""
        return _NAME.sub(lambda match: self._name(match.group()), question)

    def _name(self, word: str) -> str:
        """The commonest reading of two characters or more; the word itself where it has none or is a known word."""
        if word.lower() in self._idf:
            return word
        readings = [reading for reading in self._readings(word.lower(), "") if len(reading) > 1]
        return min(readings, key=lambda reading: (self._rarity(reading), reading), default=word)

    def _readings(self, letters: str, before: str) -> Iterator[str]:
        """Every way to read letters as syllables whose characters follow each other somewhere in the index."""
        if not letters:
            yield ""
            return
        for size in range(1, min(_MAX_SYLLABLE, len(letters)) + 1):
            for char in self._spelled.get(letters[:size], ()):
                if not before or before + char in self._idf:
                    for rest in self._readings(letters[size:], char):
                        yield char + rest

    def _rarity(self, reading: str) -> float:
        return max(self._idf[reading[i : i + 2]] for i in range(len(reading) - 1))


@lru_cache(maxsize=20_000)
def _syllables(char: str) -> tuple[str, ...]:
    """Every way to say a character, without tones, ``ü`` as ``v``."""
    from pypinyin import Style, pinyin  # its dictionaries take a while to load

    return tuple(dict.fromkeys(pinyin(char, style=Style.NORMAL, heteronym=True)[0]))
