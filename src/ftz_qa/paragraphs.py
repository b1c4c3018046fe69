"""The lines of one article to its paragraphs: wrapped and page-broken sentences joined, inner headings told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ftz_qa.layout import breaks_word, ends_sentence, glue, is_open, printed_width, read_mark, starts_item
from ftz_qa.text import tagged_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.layout import Line

SURE_HEADING = 14
"""A line of fewer full-width characters that ends no sentence is a heading: printed lines are twice as wide."""
LONGEST_HEADING = 45
"""A wider unnumbered line that ends no sentence is a sentence cut by a page break."""
_LONGEST_NUMBERED = 60
_SLACK = 3.0

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


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its breaks mended, or an inner heading."""

    text: str
    is_heading: bool = False


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
class _Piece:
    """Lines that belong together by their width alone."""

    text: str
    indented: bool
    marked: bool
    line_count: int


def detect_layout(lines: Sequence[Line]) -> PageLayout:
    """Find out whether lines are wrapped and whether paragraphs are indented, from all lines of a file."""
    running = [line for line in lines if not line.marked and read_mark(line.text) is None]
    widths = sorted(printed_width(line.text) for line in running if not ends_sentence(line.text))
    wide = [line for line in running if len(line.text) > LONGEST_HEADING]
    wrap = _wrap_width(widths, [line for line in lines if len(line.text) > 1])
    if wrap is not None:
        starts = [b for a, b in pairwise(running) if ends_sentence(a.text) and printed_width(a.text) < wrap - _SLACK]
        return PageLayout(wrap, len(starts) > 0 and sum(b.indented for b in starts) * 2 > len(starts))
    return PageLayout(None, len(wide) > 1 and sum(line.indented for line in wide) >= 0.6 * len(wide))


def _wrap_width(widths: Sequence[float], lines: Sequence[Line]) -> float | None:
    """Width of a full line: most lines that end no sentence have it, and next to none is wider."""
    if len(widths) < 8:
        return None
    width = widths[int(0.9 * (len(widths) - 1))]
    full = sum(abs(other - width) <= _SLACK for other in widths)
    wider = sum(len(line.text) > width + _SLACK and printed_width(line.text) > width + _SLACK for line in lines)
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
    headings = _find_headings(pieces, layout)
    groups: list[list[str]] = []
    paragraphs: list[tuple[list[str], bool]] = []
    for i, piece in enumerate(pieces):
        if i and groups and _goes_on(pieces[i - 1], piece, headings[i - 1 : i + 1], layout):
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


def _unwrapped(lines: Sequence[Line], layout: PageLayout) -> list[_Piece]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and layout.wrap is not None and _fills(groups[-1][-1], line, layout):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_Piece(_glue_all([line.text for line in g]), g[0].indented, g[0].marked, len(g)) for g in groups]


def _fills(line: Line, following: Line, layout: PageLayout) -> bool:
    """Whether a wrapped line is full, so that the next one goes on with its paragraph."""
    assert layout.wrap is not None
    width = printed_width(line.text) + (2 if line.indented else 0)
    if width < layout.wrap - _SLACK or following.indented or line.marked or following.marked:
        return False
    if ends_sentence(line.text) and (following.after_gap or not layout.indents):
        return False
    return not (ends_sentence(line.text) and read_mark(following.text))


def _find_headings(pieces: Sequence[_Piece], layout: PageLayout) -> list[bool]:
    candidates = [i for i, piece in enumerate(pieces) if _may_be_heading(piece)]
    short = [pieces[i].text for i in candidates][:60]
    unnumbered = _lost_first(pieces, candidates)
    found = [False] * len(pieces)
    run, is_text = 0, True
    for i in range(len(pieces) - 1, -1, -1):
        piece, following = pieces[i], pieces[i + 1] if i + 1 < len(pieces) else None
        if piece.marked:
            found[i] = True
        elif following and (is_text or found[i + 1]) and run < 2 and _may_be_heading(piece):
            before = pieces[i - 1] if i else None
            found[i] = _is_heading(piece, before, following, short, layout, 2.0 * (i in unnumbered))
        run = run + 1 if found[i] else 0
        flows = is_text and following is not None and _goes_on(piece, following, (False, False), layout)
        is_text = not found[i] and (_is_running(piece) or flows)
    return found


def _lost_first(pieces: Sequence[_Piece], candidates: Sequence[int]) -> set[int]:
    """The would-be headings above a ``二、`` that has no ``一、``: one of them has lost its number."""
    missing: set[int] = set()
    seen: list[int] = []
    numbers: set[tuple[str, int]] = set()
    for i in candidates:
        mark = read_mark(pieces[i].text)
        if mark is None:
            seen.append(i)
            continue
        if mark.number == 2 and (mark.style, 1) not in numbers:
            missing.update(seen[-3:])
        numbers.add((mark.style, mark.number))
        seen.clear()
    return missing


def _is_running(piece: _Piece) -> bool:
    return ends_sentence(piece.text) or printed_width(piece.text) > LONGEST_HEADING


def _may_be_heading(piece: _Piece) -> bool:
    text = piece.text
    if len(text) > 2 * _LONGEST_NUMBERED or ends_sentence(text) or "。" in text or text.endswith(tuple(_ENDS_OPEN)):
        return False
    return piece.line_count <= 2 and not _is_aside(text) and not is_open(text)


def _is_aside(text: str) -> bool:
    """A line in brackets from end to end: a source, an author, a note."""
    return text[0] in "（(【[" and text[-1] in "）)】]" and read_mark(text) is None


def _is_heading(
    piece: _Piece, before: _Piece | None, following: _Piece, short: Sequence[str], layout: PageLayout, bonus: float
) -> bool:
    text = piece.text
    width = printed_width(text)
    if following.text[0] in _STARTS_INSIDE or following.text.isdecimal() or breaks_word(text, following.text):
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
    return not _is_cut(before.text, text) and width < 24 and score >= 2


def _wants_more(text: str, following: str, width: float) -> bool:
    """Whether a line cannot end where it does: at a particle, a figure without its unit, a count without its noun."""
    if _COUNT.search(text[-3:]) or text[-1].isdigit() and (following[0] in _MEASURES or following[0].isdigit()):
        return True
    if width < 6:
        return False
    word, tag = tagged_words(text[-10:])[-1]
    return word in _PARTICLES and not (word in "为" and tag.startswith("v"))


def _is_cut(before: str, text: str) -> bool:
    """Whether the line before a would-be heading, which ends no sentence, clearly goes on in it."""
    if is_open(before) or before[-1] in _ENDS_OPEN:
        return True
    return breaks_word(before, text) or _wants_more(before, text, printed_width(before))


def _heading_score(text: str, width: float, short: Sequence[str]) -> float:
    score = 3.0 if width < SURE_HEADING else 1.5 if width < 20 else 0.0 if width < 27 else -1.0
    if any(_alike(text, other) for other in short):
        score += 2
    if _TIME.match(text):
        score -= 2.5
    words = {word for word, _ in tagged_words(text)}
    score -= 1.5 * bool(words & {"是", "将", "已", "正", "了", "已经", "正在", "分别", "表示"}) + 1.0 * ("的" in words)
    score += 1.0 * (text[-1] in _HEADING_TAIL)
    return score + 1.0 * _is_parallel(text)


def _setting_score(piece: _Piece, following: _Piece, layout: PageLayout) -> float:
    score = 1.0 if _TIME.match(following.text) else 0.0
    if layout.indents:
        score += 2.0 if following.indented else -2.0
    if layout.wrap is not None and printed_width(piece.text) < layout.wrap - _SLACK:
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


def _goes_on(piece: _Piece, following: _Piece, headings: Sequence[bool], layout: PageLayout) -> bool:
    """Whether a paragraph that ends no sentence goes on in the next one."""
    if any(headings) or ends_sentence(piece.text) or _is_aside(piece.text) or _is_aside(following.text):
        return False
    if piece.marked or following.marked:
        return False
    if is_open(piece.text) or following.text[0] in _STARTS_INSIDE:
        return True
    if starts_item(following.text) and (piece.text[-1] in "；;：:" or read_mark(following.text) is not None):
        return False
    if layout.indents and following.indented and piece.text[-1] not in _ENDS_OPEN:
        return False
    both_short = printed_width(piece.text) <= 20 and printed_width(following.text) <= 20
    if both_short and not ends_sentence(following.text) and piece.text[-1] not in _ENDS_OPEN:
        return _wants_more(piece.text, following.text, 20) or breaks_word(piece.text, following.text)
    return True
