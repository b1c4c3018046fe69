"""Which short lines of an article are headings of its parts, and which are sentences that a page break cut.

Both end no sentence. What tells them apart: a page breaks after a full line, mid-word or mid-bracket as often as not;
a heading is short, often numbered, built like its neighbours, and has text below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.layout import breaks_word, ends_sentence, is_open, printed_width, read_mark, starts_item
from ftz_qa.text import tagged_words

if TYPE_CHECKING:
    from collections.abc import Sequence

SURE_HEADING = 14
"""A line of fewer full-width characters that ends no sentence is a heading: printed lines are twice as wide."""
LONGEST_HEADING = 45
"""A wider unnumbered line that ends no sentence is a sentence cut by a page break."""
_LONGEST_NUMBERED = 60
# A page breaks after a full line, and official papers have 26 to 28 characters in it (GB/T 9704).
_WIDTH_SCORES = ((SURE_HEADING, 3.0), (20, 1.5), (23.5, 0.5), (27, -0.5))
SLACK = 3.0

_ENDS_OPEN = "，、,;；—－-·（(“‘《「+＋/"
_STARTS_INSIDE = "，。、；：！？”’》）)」』%％‰℃"
_PARTICLES = frozenset("的和与及或在向对为将从把被由以于至是使让按并但而且其该各地得了等就也")
_MEASURES = frozenset(
    "亿万千百余个家列台项名人次吨标箱米公里平立方年月日天小时分"
    "秒元美倍条艘架辆款批种类户份件位所座届期处点度成组团套支多"
)
_COUNT = re.compile(r"[一二三四五六七八九十两几多数\d][个项家种类批条名座支](?:主要|重点)?$")
_TIME = re.compile(
    r"[今去明当同][年日天]|近[年日期来]|日前|目前|截至|上半年|下半年|下一步|此[前次外]|同时|其中|随着|据|为[了进全推]"
    r"|\d{1,4}\s?[年月日]|连日来"
)
_HEADING_TAIL = "”’》"
# A row of a table put as a sentence, as the loaders do: 口岸：雁口；列数：641列。
_TABLE_ROW = re.compile(r"[^：；。]{1,30}：[^；。]{1,200}；[^：；。]{1,30}：")
_WIDEST_LEAD = 40


@dataclass(frozen=True, slots=True)
class PageLayout:
    """How a file is set.

    Attributes
    ----------
    wrap
        Width of the full lines (full-width characters) where paragraphs are broken into lines; None where a line is a
        paragraph.
    indents
        Whether paragraphs begin with blanks.
    """

    wrap: float | None
    indents: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that belong together by their width alone."""

    text: str
    indented: bool
    marked: bool
    line_count: int


def find_headings(pieces: Sequence[Piece], rows: set[int], layout: PageLayout) -> list[bool]:
    """For each piece of an article, whether it is a heading.

    Parameters
    ----------
    rows
        Those that are rows of a table, as `table_rows` finds them.
    """
    candidates = [i for i, piece in enumerate(pieces) if i not in rows and _may_be_heading(piece)]
    allowed = set(candidates)
    short = [pieces[i].text for i in candidates][:60]
    unnumbered = _lost_first(pieces, candidates)
    found = [False] * len(pieces)
    run, is_text = 0, True
    for i in range(len(pieces) - 1, -1, -1):
        piece, following = pieces[i], pieces[i + 1] if i + 1 < len(pieces) else None
        if piece.marked:
            found[i] = True
        elif following and i in allowed and run < 2 and (is_text or found[i + 1] or read_mark(piece.text)):
            before = pieces[i - 1] if i else None
            found[i] = _is_heading(piece, before, following, short, layout, 2.0 * (i in unnumbered))
        run = run + 1 if found[i] else 0
        flows = is_text and following is not None and goes_on(piece, following, (False, False), layout)
        is_text = not found[i] and (_is_running(piece) or flows)
    return found


def _lost_first(pieces: Sequence[Piece], candidates: Sequence[int]) -> set[int]:
    """Of the would-be headings above a ``二、`` that has no ``一、``, the shortest: it has lost its number."""
    missing: set[int] = set()
    seen: list[int] = []
    numbers: set[tuple[str, int]] = set()
    for i in candidates:
        mark = read_mark(pieces[i].text)
        if mark is None:
            seen.append(i)
            continue
        if mark.number == 2 and (mark.style, 1) not in numbers and seen:
            missing.add(min(seen[-3:], key=lambda j: printed_width(pieces[j].text)))
        numbers.add((mark.style, mark.number))
        seen.clear()
    return missing


def _is_running(piece: Piece) -> bool:
    return ends_sentence(piece.text) or printed_width(piece.text) > _WIDTH_SCORES[-1][0]


def table_rows(pieces: Sequence[Piece]) -> set[int]:
    """Where rows of tables and lists of names stand: four or more short lines on end, with no full stop or number."""
    rows: set[int] = set()
    run: list[int] = []
    for i, piece in enumerate(pieces):
        short = len(piece.text) <= 40 and printed_width(piece.text) <= 20
        if short and not ends_sentence(piece.text) and not piece.marked and read_mark(piece.text) is None:
            run.append(i)
            if len(run) >= 4:
                rows.update(run[-4:])
        else:
            run.clear()
    return rows


def _may_be_heading(piece: Piece) -> bool:
    text = piece.text
    if len(text) > 2 * _LONGEST_NUMBERED or ends_sentence(text) or "。" in text or text.endswith(tuple(_ENDS_OPEN)):
        return False
    return piece.line_count <= 2 and not _is_aside(text) and not is_open(text)


def _is_aside(text: str) -> bool:
    """A line in brackets from end to end: a source, an author, a note."""
    return text[0] in "（(【[" and text[-1] in "）)】]" and read_mark(text) is None


def _is_heading(
    piece: Piece, before: Piece | None, following: Piece, short: Sequence[str], layout: PageLayout, bonus: float
) -> bool:
    text = piece.text
    width = printed_width(text)
    if _starts_inside(following.text) or breaks_word(text, following.text):
        return False
    if _wants_more(text, following.text, width):
        return False
    mark = read_mark(text)
    if mark is not None:
        return width <= _LONGEST_NUMBERED and mark.size < len(text)
    if width > LONGEST_HEADING or starts_item(text):
        return False
    score = _heading_score(text, width, short) + _setting_score(piece, following, layout) + bonus
    if before is None or ends_sentence(before.text) or _is_aside(before.text):
        return score >= 1
    return not is_cut(before.text, text) and width < 24 and score >= 2


def _starts_inside(text: str) -> bool:
    """Whether a line can only be the middle of a sentence: it begins with a comma or its like, or is a bare figure."""
    return text[0] in _STARTS_INSIDE or text.isdecimal()


def _wants_more(text: str, following: str, width: float) -> bool:
    """Whether a line cannot end where it does: at a particle, a figure without its unit, a count without its noun."""
    if text[-1].isdigit() and (following[0] in _MEASURES or following[0].isdigit()):
        return True
    if _COUNT.search(text[-3:]):
        return True
    if width < 6:
        return False
    word, tag = tagged_words(text[-10:])[-1]
    return word in _PARTICLES and not (word in "为" and tag.startswith("v"))


def is_cut(text: str, following: str) -> bool:
    """Whether a line that ends no sentence clearly goes on in the next one."""
    if is_open(text) or text[-1] in _ENDS_OPEN:
        return True
    return breaks_word(text, following) or _wants_more(text, following, printed_width(text))


def _heading_score(text: str, width: float, short: Sequence[str]) -> float:
    score = next((score for limit, score in _WIDTH_SCORES if width < limit), -1.0)
    if any(_alike(text, other) for other in short):
        score += 2
    if _TIME.match(text):
        score -= 2.5
    words = {word for word, _ in tagged_words(text)}
    score -= 1.5 * bool(words & {"是", "将", "已", "正", "了", "已经", "正在", "分别", "表示"}) + 1.0 * ("的" in words)
    score += 1.0 * (text[-1] in _HEADING_TAIL)
    return score + 1.0 * _is_parallel(text)


def _setting_score(piece: Piece, following: Piece, layout: PageLayout) -> float:
    score = 1.0 if _TIME.match(following.text) else 0.0
    if layout.indents:
        score += 2.0 if following.indented else -2.0
    if layout.wrap is not None and printed_width(piece.text) < layout.wrap - SLACK:
        score += 3.0
    return score


def _is_parallel(text: str) -> bool:
    """Two or three parts of much the same length, or a catchword and a colon."""
    parts = [part for part in re.split(r"[，,\s、]", text) if part]
    if 2 <= len(parts) <= 3 and max(map(len, parts)) - min(map(len, parts)) <= 2:
        return True
    head, colon, rest = text.partition("：")
    return bool(colon) and bool(rest) and len(head) <= 6


def _alike(text: str, other: str) -> bool:
    """Whether two lines are built alike, as the headings of one article often are."""
    if text == other or abs(len(text) - len(other)) > 5:
        return False
    if text[:2] == other[:2] or text[-2:] == other[-2:]:
        return True
    shape = re.sub(r"[^\W_]+", "", text)
    return len(shape) > 1 and shape == re.sub(r"[^\W_]+", "", other)


def goes_on(piece: Piece, following: Piece, headings: Sequence[bool], layout: PageLayout) -> bool:
    """Whether a paragraph that ends no sentence goes on in the next one."""
    if any(headings) or ends_sentence(piece.text) or _is_aside(piece.text) or _is_aside(following.text):
        return False
    if piece.marked or following.marked:
        return False
    if is_open(piece.text) or _starts_inside(following.text):
        return True
    if _TABLE_ROW.match(following.text) and (piece.text[-1] in "：:" or printed_width(piece.text) <= _WIDEST_LEAD):
        return False
    if starts_item(following.text) and (piece.text[-1] in "；;：:" or read_mark(following.text) is not None):
        return False
    if layout.indents and following.indented and piece.text[-1] not in _ENDS_OPEN:
        return False
    both_short = printed_width(piece.text) <= 20 and printed_width(following.text) <= 20
    if both_short and not ends_sentence(following.text) and piece.text[-1] not in _ENDS_OPEN:
        return is_cut(piece.text, following.text)
    return True
