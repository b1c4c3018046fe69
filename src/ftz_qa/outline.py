"""Which lines of a bulletin open a section or an article, and which numbered lines belong to an article's text.

Numbers alone do not tell: an article may hold its own ``二、`` or its own ``（一）`` to ``（五）``. So all readings are
weighed against each other over the whole file (a Viterbi search over few states): sections and articles should count
up, inner lists should begin at one and count up, a section line should stand right above an article line, titles should
look like titles. Costs are in units of "one mild oddity".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal, NamedTuple

from ftz_qa.layout import ends_sentence, printed_width, read_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.layout import Line, MarkStyle

Role = Literal["section", "article", "text"]

_BEAM = 64
_MAX_ITEMS = 5000
_LONE_TWO = -2
_ORGANISATION = ("办", "办公室", "厅", "局", "委", "会", "部", "中心", "编", "处", "政府", "研究院", "公司", "组")


@dataclass(frozen=True, slots=True)
class Opening:
    """A line that opens a section or an article.

    Attributes
    ----------
    line
        Position among the lines given to `find_outline`.
    number
        As printed; 0 where none is printed.
    mark_size
        How many characters of the line are its number.
    """

    line: int
    role: Role
    number: int
    mark_size: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The openings in order, and the way in which sections and articles are numbered."""

    openings: tuple[Opening, ...]
    section_style: MarkStyle | None
    article_style: MarkStyle | None


class _State(NamedTuple):
    """Numbers reached: of section and article, of the lists within the article, and whether an article is due.

    `list_s` is `_LONE_TWO` while the only item of a list is a ``二、``.
    """

    section: int = 0
    article: int = 0
    list_a: int = 0
    list_s: int = 0
    due: bool = False


@dataclass(frozen=True, slots=True)
class _Item:
    line: int
    kind: Literal["section", "bare", "article"]
    number: int
    mark_size: int
    above_article: bool
    after_text: bool
    oddity: float
    width: float


@dataclass(frozen=True, slots=True)
class _Path:
    cost: float
    role: Role
    item: int
    before: _Path | None


def find_outline(lines: Sequence[Line]) -> Outline:
    """Find the sections and articles of a bulletin.

    Parameters
    ----------
    lines
        Those of the file after the table of contents, if there is one.

    Returns
    -------
    Outline without openings where no reading of the lines gives an article.

    Raises
    ------
    ValueError
        So many lines are numbered that the file is no bulletin.
    """
    section_style, article_style = _styles(lines)
    if article_style is None:
        return Outline((), None, None)
    items = _items(lines, section_style, article_style)
    if len(items) > _MAX_ITEMS:
        raise ValueError(len(items))
    openings = tuple(
        Opening(items[i].line, role, items[i].number, items[i].mark_size)
        for i, role in _best_reading(items)
        if role != "text"
    )
    return Outline(openings, section_style, article_style)


def _styles(lines: Sequence[Line]) -> tuple[MarkStyle | None, MarkStyle | None]:
    """How sections and articles are numbered, by the first number one of the file and the line below it."""
    marks = [(i, mark) for i, line in enumerate(lines) if (mark := read_mark(line.text))]
    first = next(((i, mark) for i, mark in marks if mark.number == 1), marks[0] if marks else None)
    if first is None:
        return None, None
    i, mark = first
    below = read_mark(lines[i + 1].text) if i + 1 < len(lines) else None
    if mark.style not in ("dun", "part"):
        return "dun", mark.style
    if below is not None and below.style != mark.style:
        return mark.style, below.style
    for (a, upper), (b, lower) in pairwise(marks):
        if upper.style == mark.style and b == a + 1 and lower.style in ("paren", "ordinal"):
            return mark.style, lower.style
    return ("part" if mark.style == "dun" else None), mark.style


def _items(lines: Sequence[Line], section_style: MarkStyle | None, article_style: MarkStyle) -> list[_Item]:
    marks = [read_mark(line.text) for line in lines]
    bare = _unnumbered_sections(lines, [mark is not None and mark.style == article_style for mark in marks])
    items: list[_Item] = []
    for i, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        below = marks[i + 1] if i + 1 < len(lines) else None
        above_article = below is not None and below.style == article_style
        after_text = i > 0 and not (items and items[-1].line == i - 1) and not ends_sentence(lines[i - 1].text)
        width = printed_width(line.text)
        oddity = _title_oddity(line.text, width)
        if mark is not None and mark.style == article_style:
            items.append(_Item(i, "article", mark.number, mark.size, above_article, after_text, oddity, width))
        elif mark is not None and mark.style == section_style:
            oddity += 1.5 if width > 30 else 0
            items.append(_Item(i, "section", mark.number, mark.size, above_article, after_text, oddity, width))
        elif i in bare:
            items.append(_Item(i, "bare", 0, 0, True, False, bare[i], width))
    return items


def _title_oddity(text: str, width: float) -> float:
    cost = 0.0 if width <= 75 else 2.0 if width <= 120 else 8.0
    return cost + (4.0 if "。" in text[:200] or text.endswith(("；", "，", "、", ";", ",")) else 0.0)


def _unnumbered_sections(lines: Sequence[Line], is_article: Sequence[bool]) -> dict[int, float]:
    """Lines that could be section titles without a number, and what it costs to take them for that.

    Such a line is short, ends no sentence and stands right above an article line. It is taken readily where Markdown
    marks it or where the very first article has such a line above it, else only to fill a hole in the numbering.
    """
    found = [
        i
        for i in range(1, len(lines) - 1)
        if is_article[i + 1] and not is_article[i] and _is_bare_title(lines[i], lines[i - 1])
    ]
    first_article = is_article.index(True) if True in is_article else 0
    numbered = any(read_mark(lines[i].text) for i in range(len(lines) - 1) if is_article[i + 1] and not is_article[i])
    readily = not numbered and len(found) > 1 and found[0] == first_article - 1 and first_article > 1
    return {i: 0.0 if lines[i].marked or readily else 2.0 for i in found}


def _is_bare_title(line: Line, before: Line) -> bool:
    text = line.text
    if read_mark(text) or printed_width(text) > 15 or ends_sentence(text) or text.endswith(_ORGANISATION):
        return False
    if any(char in "，、；：:（）()" or char.isdigit() for char in text):
        return False
    return line.marked or ends_sentence(before.text) or before.number < line.number <= 15


def _best_reading(items: Sequence[_Item]) -> list[tuple[int, Role]]:
    titles = [b.width for a, b in pairwise(items) if a.kind == "section" and a.above_article]
    usual = median(titles) if titles else 0.0
    paths: dict[_State, _Path | None] = {_State(): None}
    for i in range(len(items)):
        further: dict[_State, _Path | None] = {}
        for state, path in paths.items():
            so_far = path.cost if path else 0.0
            for role, cost, after in _moves(items, i, state, usual):
                best = further.get(after)
                if best is None or so_far + cost < best.cost:
                    further[after] = _Path(so_far + cost, role, i, path)
        ranked = sorted(further.items(), key=lambda entry: entry[1].cost if entry[1] else 0.0)
        paths = dict(ranked[:_BEAM])
        if not paths:
            return []
    ended = [(_single(state) + (9.0 if state.due else 0.0), path) for state, path in paths.items() if path]
    path = min(ended, key=lambda entry: entry[0] + entry[1].cost)[1] if ended else None
    reading: list[tuple[int, Role]] = []
    while path is not None:
        reading.append((path.item, path.role))
        path = path.before
    return reading[::-1]


def _moves(items: Sequence[_Item], i: int, state: _State, usual: float) -> Iterator[tuple[Role, float, _State]]:
    item = items[i]
    if item.kind == "article":
        yield _as_article(item, items[i - 1] if i else item, state, usual)
        if not state.due:
            yield _as_list_item(item, items[i - 1] if i else item, state, usual)
        return
    if item.kind == "bare":
        yield "text", 0.0 if item.oddity else 1.0, state
    elif not state.due:
        yield _as_inner_section(item, state)
    if not state.due:
        yield _as_section(item, state)


def _single(state: _State) -> float:
    """A list of one item is odd, more so if that is a ``二、``."""
    return (0.7 if state.list_a == 1 else 0.0) + (2.5 if state.list_s == _LONE_TWO else 0.0)


def _as_section(item: _Item, state: _State) -> tuple[Role, float, _State]:
    number = item.number or state.section + 1
    step = number - state.section
    cost = 0.0 if step == 1 else 3.0 if step > 1 else 5.0
    cost += (0.0 if item.above_article else 2.5) + item.oddity + (2.0 if item.after_text and state.article else 0.0)
    return "section", cost + _single(state), _State(number, state.article, due=True)


def _as_inner_section(item: _Item, state: _State) -> tuple[Role, float, _State]:
    if state.article == 0:
        return "text", 4.0, state
    # The first of them often loses its number, so that a list begins with 二、.
    reached = item.number
    if item.number == abs(state.list_s) + 1:
        cost = 0.0
    elif (state.list_s, item.number) == (0, 2):
        cost, reached = 0.8, _LONE_TWO
    else:
        cost = 2.0 + _single(state)
    cost += 1.0 if item.above_article else 0.0
    return "text", cost, state._replace(list_a=0, list_s=reached)


def _as_article(item: _Item, before: _Item, state: _State, usual: float) -> tuple[Role, float, _State]:
    step = item.number - state.article
    if step == 1:
        cost = 0.0
    elif item.number == 1 and state.due:
        cost = 0.5
    elif step > 1:
        cost = 2.0 if state.article == 0 else 3.0 if step < 6 else 6.0
    else:
        cost = 3.5 if step == 0 or state.due else 6.0
    cost += item.oddity + (2.0 if item.after_text and state.article and not state.due else 0.0)
    cost += 0.7 if item.above_article else 0.0
    if state.list_a and item.number == state.list_a + 1:
        cost += 0.2 + (0.5 if _nearer(item, before.width, usual) else 0.0)
    return "article", cost + _single(state), _State(state.section, item.number)


def _as_list_item(item: _Item, before: _Item, state: _State, usual: float) -> tuple[Role, float, _State]:
    if state.article == 0:
        return "text", 4.0, state
    if item.number == state.list_a + 1:
        cost = 0.3 if item.number == 1 else 1.0 if _nearer(item, usual, before.width) else 0.0
    else:
        cost = 4.0
    return "text", cost, state._replace(list_a=item.number)


def _nearer(item: _Item, width: float, other: float) -> bool:
    """Whether a line is clearly nearer to one width than to the other."""
    return abs(item.width - width) + 4 < abs(item.width - other)
