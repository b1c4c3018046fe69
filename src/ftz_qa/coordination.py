"""Several things named in one question (``甲、乙和丙的投资分别是多少``), as one question about each."""

from __future__ import annotations

import re
from itertools import pairwise

from ftz_qa.comparatives import AMONG, COMPARATIVE, COUNTED, DIFFERENCE, EACH, asked_of_one, in_usual_order
from ftz_qa.listed_times import BEGINS_WITH_PERIOD, ENDS_IN_PERIOD, at_times, begins_at_period, for_all
from ftz_qa.text import dictionary_words, tagged_words

_JOINTS = frozenset({"、", "以及", "和", "与", "跟", "及", "还有"})
_WEAK_JOINTS = frozenset({"同", "比"})
"""These join things only where no other joint does, and where both sides end alike."""

_ANY_JOINT = _JOINTS | _WEAK_JOINTS

_BEFORE = re.compile(r"去年|上年|上一年|前一年|往年|以往|以前|之前|此前|过去|原来|传统|计划|预期|全国|全省")
_TOGETHER = re.compile(
    rf"(?:这|那)?(?<!第)(?P<number>[两三四五俩])(?P<counted>[{COUNTED}边方地者])?(?P<noun>[\u4e00-\u9fffA-Za-z0-9]{{0,12}})$"
    r"|都(?:有|是|设了?|建了?|分)(?P<all>[\u4e00-\u9fff]{1,6})$"
)
"""What says how many the things listed are, and what they all are or have, behind the last one."""

_THAN = re.compile(r"(?:来?相?比|比起来|对比|比较|比一比|之间|两者|二者)$")
_THAN_BY = re.compile(
    r"比(?![例重率值赛])[^，,；;？?]{2,}?(?P<by>[多少高低快慢大小长短贵早晚])(?P<does>[\u4e00-\u9fff]{0,2}?)了?(?:多少|几)"
)
_PHASES = re.compile(
    r"(?<![第最上下哪这那几近后前本])[（(]?[一二三四五六]期[^，,。；;？?]{0,16}?[、和与跟及同比]"
    r"[^，,。；;？?]{0,24}?(?<!第)[一二三四五六]期"
)
_REPORTED = re.compile("报道|提到|提及|刊登|刊发|刊载|登载|登在|介绍|通报|见于|出自")
_OWNER = re.compile(
    r"(?:铁路口岸|公路口岸|口岸|港|机场|车站|码头|[片园新辖市]区|保税区|综保区|开发区|试验区|核心区|产业园|物流园|创业园|[省市县州]"
    r"|公司|集团|银行|[商信分支]行|海关|中心|基金|大学|学院)(?:的)?(?=.{2})"
)
_ANY_OWNER = re.compile(_OWNER.pattern.replace("(?=.{2})", ""))
_FIRM = re.compile("(?:公司|集团|银行)$")
_ORDINAL = re.compile(r"(?:第?[\d一二三四五六七八九十]+|首)")
_ROW = re.compile(r"(?<=[^第])(?P<number>[两三四五])(?P<of>[只批届轮])")
_ISSUE = re.compile(r"第\d+期的?")
_HOW_MANY = {"两": 2, "俩": 2, "三": 3, "四": 4, "五": 5}
_PARTIES, _SORTS = frozenset("边方者地家位名个样头"), frozenset("类种")
_NAMES = frozenset({"ns", "nt", "nz", "nr", "nrt", "eng"})
_OPEN, _CLOSE = '“‘《（(「『"', '”’》）)」』"'
_STOPS = "，,；;。：:"
_MEASURES = tuple("率额量数比值速幅度价")
_NEAR = 4
_MOST = 5
_SHORT = 2


def about_each(question: str) -> list[str]:
    """One question for each of the things that a question lists or compares; empty where it does neither.

    Things are listed before ``分别`` or ``各`` and compared before ``哪个…更…``, ``差多少`` and the like, in the same
    clause or the one before. What stands behind the last thing belongs to all (``……的投资``), and so does what stands
    before what they differ in (``产业园一期和二期``). Things of one kind end alike; where they do not, ``的`` tells
    where the last one ends. What is asked of them is put as it is asked of one (`asked_of_one`).
    """
    question = in_usual_order(question)
    if than := _THAN_BY.search(question):
        question = question[: than.start("by")] + question[than.start("does") :]
    mark = than.start("by") if than else _mark(question)
    if mark is None:
        return []
    start, end = _clause_before(question, mark)
    items = _listed(question[start:end])
    between = question[end:mark]
    if len(items) < 2 and start:
        earlier, stop = _clause_before(question, start - 1)
        items, between, start = _listed(question[earlier:stop]), question[start:mark], earlier
    if len(items) == 1:
        items = _in_a_row(items[0])
    if not 1 < len(items) <= _MOST or min(map(len, items)) < _SHORT:
        return []
    things, shared = _separated(items)
    before = question[:start]
    measured = shared or before or things[0].endswith(_MEASURES)
    asked = asked_of_one(between + question[mark:], bare="是多少" if measured else "有多少")
    if len(asked) < _SHORT or len(set(things)) < len(things):
        return []
    return [f"{before}{thing}{shared}{asked}" for thing in things]


def names_phases(question: str) -> bool:
    """Whether a question lists phases of something (``园区一期和二期``), so that ``哪一期`` is one of these."""
    return bool(_PHASES.search(question)) and not _REPORTED.search(question)


def _in_a_row(text: str) -> list[str]:
    """``三只基金`` as the first, the second and the third one; itself where it names no such row."""
    row = _ROW.search(text)
    if row is None:
        return [text]
    before, of = text[: row.start()], text[row.start("of") :]
    return [before + nth + of for nth in ("首", "第二", "第三", "第四", "第五")[: _HOW_MANY[row["number"]]]]


def _mark(question: str) -> int | None:
    """Where the words begin that ask about several things; None where there are none."""
    found = [match.start() for match in (EACH.search(question), DIFFERENCE.search(question)) if match]
    found += [match.start("which") for match in COMPARATIVE.finditer(question)]
    return min(found, default=None)


def _clause_before(question: str, place: int) -> tuple[int, int]:
    """The clause that ends at a place or, where it ends in a stop, before that stop."""
    end = place
    while end and question[end - 1] in _STOPS:
        end -= 1
    start = max((question.rfind(stop, 0, end) + 1 for stop in _STOPS), default=0)
    return start, end


def _listed(text: str) -> list[str]:
    """The things that a clause lists; itself where it lists none."""
    text = AMONG.sub("", _THAN.sub("", text))
    words = _words(text)
    items = _cut(text, words, _JOINTS)
    if len(items) < 2:
        items = _cut(text, words, _WEAK_JOINTS)
        alike = len(items) == 2 and items[0] and items[1] and _alike(*items)
        if not alike or _BEFORE.match(items[1]):
            return [text]
    items[0] = re.sub(r"^(?:请问|比较(?:一下)?|对比(?:一下)?|跟|和|与|同)(?=.{2})", "", items[0])
    return [thing for item in items if (thing := item.removeprefix("的"))]


def _alike(first: str, last: str) -> bool:
    """Whether two things end alike, the last one perhaps with what is asked of both behind it."""
    return first[-1] == last[-1] or (len(first) > _SHORT and first[-_SHORT:] in last[1:])


def _words(text: str) -> list[tuple[str, int]]:
    """The words of the dictionary with where they begin, so that ``和`` of ``共和国`` is none."""
    words, place = [], 0
    for word in dictionary_words(text):
        place = text.find(word, place)
        if word[0] in _ANY_JOINT and len(word) == _SHORT and _joins(text[:place], text[place + 1 :]):
            words += [(word[0], place), (word[1], place + 1)]
        else:
            words.append((word, place))
        place += len(word)
    return words


def _joins(before: str, behind: str) -> bool:
    """Whether a joint that the dictionary has within a word (``与会``) joins: between two times, or things alike."""
    times = ENDS_IN_PERIOD.search(before) and BEGINS_WITH_PERIOD.match(behind)
    return bool(times) or (bool(behind) and before[-_SHORT:] in behind[1:] and len(before) > _SHORT)


def _cut(text: str, words: list[tuple[str, int]], joints: frozenset[str]) -> list[str]:
    """The text cut at joints that are words of their own and stand neither in quotes nor in brackets."""
    depth = [0]
    for char in text:
        depth.append(
            depth[-1] + (char in _OPEN and not (char == '"' and depth[-1])) - (char in _CLOSE and depth[-1] > 0)
        )
    cuts = [(place, place + len(word)) for word, place in words if word in joints and not depth[place]]
    edges = [0, *(edge for cut in cuts for edge in cut), len(text)]
    return [text[begin:end] for begin, end in list(pairwise(edges))[::2]]


def _separated(items: list[str]) -> tuple[list[str], str]:
    """The things, each complete, and what is said of all of them."""
    items = _shared_out(items)
    if timed := at_times(items):
        return timed
    time, items = for_all(items)
    first, last = items[0], items[-1]
    size = _end_of_last(first, last)
    heads = [*items[1:-1], last[:size]]
    return [time + thing for thing in (first, *(_completed(head, first) for head in heads))], last[size:]


def _shared_out(items: list[str]) -> list[str]:
    """``甲、乙两个片区`` as ``甲片区`` and ``乙片区``; ``甲、乙两边`` as ``甲`` and ``乙``."""
    together = _TOGETHER.search(items[-1])
    if together is None or not items[-1][: together.start()]:
        return items
    noun, counted = together["noun"] or together["all"] or "", together["counted"] or ""
    if together["number"] and (_HOW_MANY[together["number"]] != len(items) or not (counted or noun)):
        return items
    if not noun and counted not in _PARTIES:
        noun = counted if counted in _SORTS else f"那{counted}"
    items = [*items[:-1], items[-1][: together.start()]]
    return [item if item.endswith(noun) else item + noun for item in items]


def _end_of_last(first: str, last: str) -> int:
    """Where the last thing of a list ends: as the first one does, or else before ``的``, or else at the end."""
    nth, row = _ORDINAL.match(last), _ORDINAL.fullmatch(first[:-1])
    if nth and row and last[nth.end() : nth.end() + 1] == first[-1]:
        return nth.end() + 1
    issue, same = _ISSUE.match(last), _ISSUE.match(first)
    begin = issue.end() if issue and same and same.end() < len(first) else 0
    dated = None if BEGINS_WITH_PERIOD.match(first) else BEGINS_WITH_PERIOD.match(last)
    for size in (3, 2) if dated else (3, 2, 1):
        place = last.find(first[-size:], begin) if len(first) > size else -1
        end = place + size
        if 0 <= place <= len(first) and (size > 1 or end <= len(first)):
            return end + (last[end : end + 1] in tuple(_CLOSE))
    if dated:
        return dated.end()
    of, when = last.find("的", begin), begins_at_period(last)
    if begins_at_period(first) == len(first) and _SHORT <= when < (of if of >= _SHORT else len(last)):
        return when
    return of if of >= _SHORT else len(last)


def _completed(head: str, first: str) -> str:
    """A thing with what it leaves out because the first one has it: ``二期`` behind ``产业园一期``."""
    if ordinal := _ORDINAL.match(head):
        counted = head[ordinal.end() : ordinal.end() + 1]
        same = re.search(rf"{_ORDINAL.pattern}{re.escape(counted)}", first) if counted else None
        if same:
            return first[: same.start()] + head
    differs = head[-1] == first[-1] and head[0] != first[0] and _begins_a_word(len(first) - len(head), first)
    if differs and (len(head) <= len("入境的") or (_mostly_alike(head, first) and not _names_owner(head))):
        return first[: -len(head)] + head
    owner = "" if _FIRM.search(first) else _owner(first)
    # Where the rest is the same, what it begins with is an owner, too, though none that is known.
    owned = _names_owner(head) or head.endswith(first[len(owner) :])
    return head if owned else owner + head


def _mostly_alike(head: str, first: str) -> bool:
    """Whether a thing ends in words that differ from another one in less than half (``入境班列``, ``出境班列``)."""
    shared = next((n for n in range(len(head)) if head[-1 - n] != first[-1 - n]), len(head))
    return 2 * shared > len(head)


def _begins_a_word(place: int, text: str) -> bool:
    return place > 0 and place in {begin for _, begin in _words(text)}


def _names_owner(thing: str) -> bool:
    """Whether a thing says itself where it belongs, or begins with the time or issue that is asked about."""
    words = tagged_words(thing)
    timed = BEGINS_WITH_PERIOD.match(thing) or _ISSUE.match(thing)
    return bool(timed or _ANY_OWNER.search(thing) or (words and words[0][1] in _NAMES and len(words[0][0]) > 1))


def _owner(thing: str) -> str:
    """The place or body to which a thing belongs (``东港`` of ``东港进口货物``); empty where it names none."""
    end = 0
    for found in _OWNER.finditer(thing):
        # A place within a place: ``甲州片区``.
        if not end or found.end() - end <= _NEAR:
            end = found.end()
    if end:
        return thing[:end]
    words = tagged_words(thing)
    if len(words) > 1 and words[0][1] in _NAMES and len(words[0][0]) > 1:
        return words[0][0] + ("的" if words[1][0] == "的" else "")
    return ""
