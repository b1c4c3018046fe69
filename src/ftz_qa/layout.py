"""Printed lines: their numbers, widths and ends, page numbers among them, and how two of them are joined."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from ftz_qa.text import parse_int

MarkStyle = Literal["dun", "paren", "arabic", "arabic_paren", "ordinal", "part"]

# Scanners read 一 as a dash; alone before 、 or in brackets it cannot be one.
_HAN_NUMBER = r"(?P<{}>[〇零一二三四五六七八九十百]{{1,6}}|[—－ー―])"
_MARKS: tuple[tuple[MarkStyle, re.Pattern[str]], ...] = (
    ("paren", re.compile(rf"[（(][ \u3000]?{_HAN_NUMBER.format('n')}[ \u3000]?[）)][、.．]?")),
    ("dun", re.compile(rf"{_HAN_NUMBER.format('n')}[ \u3000]?[、．.]")),
    ("arabic_paren", re.compile(r"[（(][ \u3000]?(?P<n>\d{1,3})[ \u3000]?[）)]")),
    ("arabic", re.compile(r"(?P<n>\d{1,3})[ \u3000]?(?:[、．](?!\d)|\.(?!\d))")),
    ("part", re.compile(r"第(?P<n>\d{1,3}|[一二三四五六七八九十百]{1,5})(?:部分|板块|章|编|单元|版块)[、：:]?")),
    ("ordinal", re.compile(r"第(?P<n>\d{1,3}|[一二三四五六七八九十百]{1,5})(?:条|篇|则)[、：:]?")),
)
_LIST_ITEM = re.compile(r"[一二三四五六七八九十][是要]|第[一二三四五六七八九十][，、]|[①-⑳●•■◆▪★☆◇]")
_PAGE = re.compile(
    r"[-—–－―─~·\s]{1,6}\d{1,3}[-—–－―─~·\s]{1,6}|第\s?\d{1,3}\s?页(?:[，,/\s（(]{0,3}共\s?\d{1,3}\s?页[）)]?)?|\d{1,3}\s?/\s?\d{1,3}"
)
_RULE = re.compile(r"[-=_*—─━﹣~\s]{3,}")
_ENDERS = "。！？!?…"
_CLOSERS = "”’」』）)】》\"'"
_INVISIBLE = {
    **{c: None for c in (*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0))},
    **{c: None for c in (0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFFFE)},
}
_PAIRS = ("“”", "‘’", "《》", "「」", "『』", "【】")


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line with something on it.

    Attributes
    ----------
    number
        In the file, from 1.
    text
        Without the blanks around it and without Markdown heading marks.
    indented
        Two or more blanks (one of full width) stood before it.
    after_gap
        A blank line, a page number or a rule stands before it.
    marked
        Markdown marks it as a heading.
    """

    number: int
    text: str
    indented: bool = False
    after_gap: bool = True
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The number at the start of a line: how it is written, its value, and how many characters it takes."""

    style: MarkStyle
    number: int
    size: int


def read_mark(text: str) -> Mark | None:
    """The number a line begins with, such as ``一、``, ``（一）``, ``1.``, ``（1）``, ``第一条`` or ``第一部分``."""
    for style, pattern in _MARKS:
        if match := pattern.match(text):
            printed = match["n"]
            number = 1 if printed in "—－ー―" else parse_int(printed)
            return Mark(style, number, match.end()) if number else None
    return None


def ends_sentence(text: str) -> bool:
    """Whether a line ends with a full stop or its like, closing quotes and brackets aside."""
    bare = text[-20:].rstrip(_CLOSERS)
    if bare.endswith((".", "．")):
        return not bare[:-1][-1:].isdigit()
    return bare.endswith(tuple(_ENDERS))


def printed_width(text: str) -> float:
    """Width in full-width characters: Latin letters and digits count half."""
    if len(text) > 400:
        return float(len(text))
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def read_lines(text: str) -> tuple[list[Line], list[Line], int]:
    """Cut text into its lines.

    Returns
    -------
    lines
        Those with something on them.
    dropped
        Page numbers and ruled lines, which are in no sentence. A bare number counts as a page number where several
        of them count up through the file.
    invisible
        How many control and zero-width characters were left out.
    """
    clean = text.translate(_INVISIBLE)
    lines: list[Line] = []
    gap = True
    for number, raw in enumerate(clean.splitlines(), start=1):
        stripped = raw.strip()
        if not stripped:
            gap = True
            continue
        body, marked = _unmarked(stripped)
        indented = raw.startswith(("\u3000", "\t", "  "))
        lines.append(Line(number, body, indented, gap, marked))
        gap = False
    kept, dropped = _without_page_numbers([line for line in lines if line.text])
    return kept, dropped, len(text) - len(clean)


def _unmarked(text: str) -> tuple[str, bool]:
    if text.startswith("#"):
        return text.lstrip("#").rstrip("#").strip().replace("**", ""), True
    if len(text) < 200 and text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        return text[2:-2].strip(), True
    return text, False


def _without_page_numbers(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    bare = [line for line in lines if len(line.text) <= 3 and line.text.isdecimal()]
    counting = len(bare) >= 2 and all(0 < int(b.text) - int(a.text) <= 2 for a, b in pairwise(bare))
    pages = {line.number for line in bare} if counting else set()
    kept: list[Line] = []
    dropped: list[Line] = []
    gap = False
    for line in lines:
        short = len(line.text) <= 80
        if line.number in pages or (short and (_PAGE.fullmatch(line.text) or _RULE.fullmatch(line.text))):
            dropped.append(line)
            gap = True
            continue
        kept.append(Line(line.number, line.text, line.indented, True, line.marked) if gap else line)
        gap = False
    return kept, dropped


def glue(first: str, second: str) -> str:
    """Join two halves of a broken line, with a blank between Latin words and numbers."""
    if not first or not second:
        return first + second
    return f"{first}{_joint(first, second)}{second}"


def _joint(first: str, second: str) -> str:
    left, right = first[-1], second[0]
    if not (left.isascii() and right.isascii() and right.isalnum()):
        return ""
    # Two digits are one number cut in half; a printed line does not end inside a word, but it does inside a number.
    if left.isalnum():
        return "" if left.isdigit() and right.isdigit() else " "
    return " " if left in ",.;:)" and right.isalpha() else ""


def is_open(text: str) -> bool:
    """Whether a bracket or quotation mark stays open at the end, so that the text must go on."""
    if any(text.count(pair[0]) > text.count(pair[1]) for pair in _PAIRS):
        return True
    brackets = text.count("（") + text.count("(") - text.count("）") - text.count(")")
    return brackets > 0 or text.count("$") % 2 == 1


def breaks_word(first: str, second: str) -> bool:
    """Whether the end of one line and the start of the next make up one word."""
    import rjieba  # reads its dictionary

    left, right = "".join(first[-24:].split())[-8:], "".join(second[:24].split())[:8]
    if not left or not right or not (left[-1].isalnum() and right[0].isalnum()):
        return False
    # Words of the dictionary only: guessed ones are found across any joint.
    if len(left) in accumulate(len(word) for word in rjieba.cut(left + right, False)):
        return False
    # A chance word at the joint (…开放 | 放心…) leaves whole words behind on both sides; a broken one does not.
    return len(rjieba.cut(left, False)[-1]) == 1 or len(rjieba.cut(right, False)[0]) == 1


def starts_item(text: str) -> bool:
    """Whether a line begins an item of a list."""
    return read_mark(text) is not None or _LIST_ITEM.match(text) is not None
