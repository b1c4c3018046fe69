"""Questions in the index's own characters: names given in pinyin, and homophone typos of input methods."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ftz_qa.text import dictionary_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_MAX_SYLLABLE = 6
# Particles and the like stand beside anything, so a pair with one of them says nothing about spelling.
_FUNCTION = (
    "的地得了着过是在有和与及或也都不就又还被把从对给让向到为以于之其这那哪谁吗呢吧啊么几多个要能会可去来说将已请问"
)
# Verbs of asking stand alone beside anything too (``哪期讲过`` is no slip for ``期间``).
_ASKING = "讲说写登谈聊载印刊找查看问列"
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
# Many speakers do not tell these apart, and input methods offer them as the same.
_FUZZY = ((re.compile(r"^([zcs])h"), r"\1"), (re.compile(r"(?<=[aei])ng$"), "n"))


class Speller:
    """Spells questions as the index does.

    Parameters
    ----------
    idf
        Inverse document frequency of every token of the index: characters, pairs of them, Latin words.
    """

    def __init__(self, idf: Mapping[str, float]) -> None:
        self._idf = idf
        self._spelled: dict[str, list[str]] = {}
        self._alike: dict[str, list[str]] = {}
        for token in idf:
            if len(token) == 1 and "\u4e00" <= token <= "\u9fff":
                for syllable in _syllables(token):
                    self._spelled.setdefault(syllable, []).append(token)
                for sound in _sounds(token):
                    self._alike.setdefault(sound, []).append(token)

    def respell(self, question: str) -> str:
        """The question with names in pinyin (``Qingyu``) in Chinese, and typos (``隆江``) put right."""
        in_chinese = _NAME.sub(lambda match: self._name(match.group()), question)
        return _HAN_RUN.sub(lambda match: self._corrected(match.group(), match.start() == 0), in_chinese)

    def knows(self, words: str) -> bool:
        """Whether all neighbouring characters of some words stand beside each other somewhere in the index."""
        return all(words[i : i + 2] in self._idf for i in range(len(words) - 1))

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

    def _corrected(self, run: str, first: bool) -> str:
        """The run with every character replaced that makes no word and no known pair, where a homophone makes both."""
        for start, end in _words(run):
            if end - start == 1 and run[start] not in _FUNCTION + _ASKING:
                run = self._better(run, start, first) or run
        return run

    def _better(self, run: str, i: int, first: bool) -> str:
        """The run with a homophone at `i`; empty where the character is sound there, or none or several would do."""
        if self._known_pairs(run, i):
            return ""
        before = _words(run)
        whole = [(start, end) for start, end in before if end - start > 1]
        # Of a name that no dictionary has and that a question begins with, one pair tells (``路川海关``: ``鹿川海关``).
        begins_name = first and i == 0 and before[1:2] == [(1, 2)] and run[1] not in _FUNCTION
        fitting: dict[str, tuple[int, bool]] = {}
        for sound in _sounds(run[i]):
            for char in self._alike.get(sound, ()):
                changed = run[:i] + char + run[i + 1 :]
                known = self._known_pairs(changed, i) if char not in _FUNCTION else 0
                words = _words(changed) if known else []
                makes_word = any(start <= i < end and end - start > 1 for start, end in words)
                kept = all(word in words or i in range(*word) for word in whole)
                if known and kept and (known > 1 or makes_word or begins_name):
                    fitting[changed] = (known, makes_word)
        best = max(fitting.values(), default=None)
        chosen = [changed for changed, fit in fitting.items() if fit == best]
        return chosen[0] if len(chosen) == 1 else ""

    def _known_pairs(self, run: str, i: int) -> int:
        """How many of the pairs that a character forms with neighbours (other than particles) the index knows."""
        pairs = [run[j : j + 2] for j in (i - 1, i) if 0 <= j < len(run) - 1]
        return sum(pair in self._idf and not any(char in _FUNCTION for char in pair) for pair in pairs)


def _words(run: str) -> list[tuple[int, int]]:
    """Start and end of every word of a run, by the dictionary alone: guessing would make words of typos."""
    spans, start = [], 0
    for word in dictionary_words(run):
        spans.append((start, start + len(word)))
        start += len(word)
    return spans


@lru_cache(maxsize=20_000)
def _syllables(char: str) -> tuple[str, ...]:
    """Every way to say a character, without tones, ``ü`` as ``v`` (Hanyu Pinyin, ISO 7098)."""
    from pypinyin import Style, pinyin  # its dictionaries take a while to load

    return tuple(dict.fromkeys(pinyin(char, style=Style.NORMAL, heteronym=True)[0]))


@lru_cache(maxsize=20_000)
def _sounds(char: str) -> tuple[str, ...]:
    """The usual way to say it, with what many speakers do not tell apart made one."""
    sounds = _syllables(char)[:1]
    for pattern, put in _FUZZY:
        sounds = tuple(pattern.sub(put, sound) for sound in sounds)
    return tuple(dict.fromkeys(sounds))
