"""Chinese text: the normalised form that is matched, sentences, and the tokens of lexical search."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opencc import OpenCC

_LATEX = re.compile(r"\s*\$\s*([^$\n]{1,40}?)\s*\$\s*")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\uff5e~]+")
# A blank is only kept between two Latin words; around digits, units and Chinese it is an accident of scanning.
# These patterns begin with what is rare, and look behind it only then: they run over whole indexes.
_BLANKS = re.compile(r" (?:(?![A-Za-z])|(?<![A-Za-z] ))")
_GAPS = re.compile(r"\s+")
_STRAY_BLANK = re.compile(r"(?<![A-Za-z,.;:!?]) | (?![A-Za-z0-9])")
_BRACKETED = re.compile(r"\[(\d+)\]")
_ESCAPED = re.compile(r"\\(?=[%&_#$ ])")
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_WIDE = tuple(zip("，：；（）！？", ",:;()!?", strict=True))
_TERMINATORS = "。！？!?…"
_SEMICOLONS = "；;"
_CLOSERS = "”’」』）)】》\"'"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_TOKEN = re.compile(rf"[{_HAN}]+|[a-z]+|\d+(?:\.\d+)?%?")


def normalize(text: str) -> str:
    """Bring printed text into the one form in which questions and bulletins are compared.

    Compatibility characters are folded (Unicode NFKC, UAX #15), LaTeX such as ``$6N$`` is unwrapped, stray blanks and
    thousands separators go, dashes become ``-`` and Latin letters lower case. Offsets are not preserved.
    """
    text = without_latex(text)
    for wide, narrow in _WIDE:  # mostly nothing else is left to fold, which NFKC notices at once
        text = text.replace(wide, narrow)
    text = unicodedata.normalize("NFKC", text)
    text = _DASHES.sub("-", text)
    text = _BLANKS.sub("", _GAPS.sub(" ", text))
    return _THOUSANDS.sub("", text).lower()


def without_latex(text: str) -> str:
    """The text with formulas such as ``$6N$`` as plain characters."""
    return _LATEX.sub(lambda match: _ESCAPED.sub("", match[1]), text) if "$" in text else text


def tidy(text: str) -> str:
    """A printed sentence as a person would type it: no LaTeX, no stray blanks around figures, on one line.

    Printed numbers in square brackets become ``〔2024〕``, so that in an answer only markers look like markers.
    """
    text = _BRACKETED.sub(r"〔\1〕", without_latex(text.replace("\n", " ")))
    return _STRAY_BLANK.sub("", _GAPS.sub(" ", text)).strip()


def load_dictionaries() -> None:
    """Read the dictionaries of words and of traditional characters now rather than when the first question comes."""
    simplify("")
    tagged_words("通报")


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC  # reads its dictionaries from disk

    return OpenCC("t2s")


def simplify(text: str) -> str:
    """Traditional characters to simplified ones (OpenCC, one character or phrase at a time)."""
    return str(_converter().convert(text))


def split_sentences(text: str, *, semicolons: bool = False) -> list[Span]:
    """Cut text into sentences, each a span without surrounding blanks.

    A sentence ends after ``。！？…`` and the closing quotes that follow, or at a line's end. A quoted exclamation or
    question that goes on (``“……！”他说``) is not cut.

    Parameters
    ----------
    semicolons
        Cut after ``；`` too, which gives the clauses that answers are made of.
    """
    spans: list[Span] = []
    for start, end in _raw_sentences(text, _TERMINATORS + (_SEMICOLONS if semicolons else "")):
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        right = len(piece.rstrip())
        if right > left:
            spans.append(Span(start + left, start + right))
    return spans


def _raw_sentences(text: str, enders: str) -> Iterator[tuple[int, int]]:
    start = i = 0
    size = len(text)
    ending = re.compile(f"[\n{enders}]")  # re keeps the pattern; nothing else in Python goes through a text as fast
    while match := ending.search(text, i):
        char, i = match[0], match.end()
        if char == "\n":
            yield start, i
            start = i
            continue
        while i < size and text[i] in enders:
            i += 1
        quoted = i
        while i < size and text[i] in _CLOSERS:
            i += 1
        goes_on = i > quoted and char in "！？!?" and i < size and not text[i].isspace()
        if not goes_on:
            yield start, i
            start = i
    if start < size:
        yield start, size


def lexical_tokens(text: str) -> list[str]:
    """Tokens for BM25: single Han characters, pairs of neighbours, Latin words and whole numbers.

    Pairs stand in for words without a dictionary, so that new names are found as well as old ones (Nie et al. 2000,
    "On the use of words and n-grams for Chinese information retrieval").
    """
    tokens: list[str] = []
    for match in _TOKEN.finditer(normalize(text)):
        run = match.group()
        if _HAN_RUN.match(run):
            tokens.extend(run)
            tokens.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            tokens.append(run)
    return tokens


def tagged_words(text: str) -> list[tuple[str, str]]:
    """Words with ICTCLAS part-of-speech tags (jieba): ``nr`` person, ``ns`` place, ``m`` number, and so on."""
    import rjieba

    return [(word, tag) for word, tag in rjieba.tag(text) if not word.isspace()]


def dictionary_words(text: str) -> list[str]:
    """The text cut into the words that the dictionary has; what it does not know comes as single characters."""
    import rjieba

    return list(rjieba.cut(text, False))


_CJK_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CJK_UNITS = {"十": 10, "百": 100, "千": 1000}


def parse_int(text: str) -> int | None:
    """Read a small whole number in Arabic or Chinese figures (``239``, ``二百三十九``); None for anything else."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text.isascii():
        return int(text) if text.isdigit() else None
    if not text or any(c not in _CJK_DIGITS and c not in _CJK_UNITS for c in text):
        return None
    if not any(c in _CJK_UNITS for c in text):
        return int("".join(str(_CJK_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for char in text:
        if char in _CJK_UNITS:
            total += (digit or (1 if total == 0 else 0)) * _CJK_UNITS[char]
            digit = 0
        else:
            digit = _CJK_DIGITS[char]
    return total + digit
