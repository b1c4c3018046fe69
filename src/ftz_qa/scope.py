"""Which issues a question is about: by number, by date, or as the newest, the one before, the last three."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.bulletin_words import matter_of
from ftz_qa.limits import dated_limit, within
from ftz_qa.text import normalize, parse_int

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Issue

_NUMERAL = r"(?:(?<!\d)\d{1,15}|[零〇一二两三四五六七八九十百千]{1,7})"
_ISSUE = re.compile(
    rf"第?\s*({_NUMERAL})\s*期(?!工程|项目|建|投|厂|园|[二三](?!、)|的?投资|的?产)"
    r"|\b(?:issue|no\.?)\s*(?:no\.?\s*)?(\d{1,15})(?!\d)",
    re.I,
)
_RANGE = re.compile(rf"第?({_NUMERAL})期?(?:-|至|到)第?({_NUMERAL})期")
_LATEST = re.compile(
    r"(最新|最近|最后|新近|刚刚?(出|发|印|到)|新(出|发|到))(来|的|这|那)*(一|1)?(期|份?(通报|简报|动态))"
    r"(?!(?:提到|提及|报道|讲到?|写到?|登|出现)[^,]*(?:是|在)?(?:哪|第几))|(the )?(latest|newest|most recent) issue"
)
_PREVIOUS = re.compile(r"(上|前)(一|1)?期(?!工程|项目)|previous issue")
_THIS = re.compile(r"(本|这)(一|1)?期(?!工程|项目)|this issue")
_LAST = re.compile(
    rf"(?:最近|最新|最后|新近|近)的?({_NUMERAL})期(?!工程|项目)(?!(?:提到|报道|讲到?|写到?)[^,]*(?:哪|第几))"
)
_BESIDE = re.compile(rf"第?({_NUMERAL})期的?(?:(上|前)|(下|后))(?:面|边)?的?(?:一|1)?期")
_FROM_END = re.compile(rf"倒数第({_NUMERAL})期")
_WHICH_EARLIEST = re.compile(r"最[早初老](?:的|一|1|是|哪|那|这)*期")
_EARLIEST = re.compile(r"最[早初老](?:的|一|1|那|这)*期|(the )?(first|oldest|earliest) issue")
_DATED = re.compile(
    rf"(?:(?P<year>(?:19|20)\d{{2}})年)?(?P<month>{_NUMERAL})月(?:份)?(?:(?P<day>{_NUMERAL})[日号])?"
    r"(?:[的那这出发刊印布版行是第一几哪个份]*期(?!工程|项目|间)|的?那?这?[一份]*(?:通报|简报|动态))"
)
_ABOUT_ISSUE = re.compile(
    r"(?:的|里|中|上|都|一共|共|总共)*"
    r"(?:有?(?:几|多少|哪些?|什么)[篇条个]?(?:文章|报道|板块|栏目|内容)"
    r"|通报|简报|讲|主要内容|目录|主办)"
)
_NOT_ISSUES = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9})


def issues_meant(question: str, issues: Sequence[Issue]) -> list[int] | None:
    """Positions in `issues` of those that a question names by number or date; None where it names none.

    Empty where it names only such as are not there.
    """
    if limit := dated_limit(question, issues):
        return within(limit, issues)
    if dated := dated_issue(question):
        year, month, day = dated
        wanted = [
            i
            for i, issue in enumerate(issues)
            if (d := issue.date) is not None and d.month == month and year in (None, d.year) and day in (None, d.day)
        ]
        if wanted:
            return wanted
    named = named_issues(question, issue_numbers(issues))
    if named is None:
        return None
    return [i for i, issue in enumerate(issues) if issue.number in named]


def with_numbers(question: str, issues: Sequence[Issue]) -> str:
    """The question with the numbers of its issues in the place of a stretch of time (``一季度的通报``)."""
    limit = dated_limit(question, issues)
    numbers = [issues[i].number for i in within(limit, issues)] if limit else []
    if limit is None or not numbers or None in numbers:
        return question
    name = f"第{numbers[0]}期" if len(numbers) == 1 else f"第{numbers[0]}-{numbers[-1]}期"
    return normalize(question).replace(limit.name, name)


def issue_numbers(issues: Sequence[Issue]) -> list[int]:
    """The numbers of the issues that have one, in order."""
    return sorted(issue.number for issue in issues if issue.number is not None)


def named_issues(question: str, numbers: Sequence[int]) -> tuple[int, ...] | None:
    """The issue numbers that a question names, or None where it names none.

    Parameters
    ----------
    numbers
        The numbers that are indexed, newest last; ``最新一期`` and ``上一期`` are relative to them. ``一期`` to
        ``九期`` are phases of projects rather than issues unless ``第`` stands before them and such an issue exists.
    """
    text = normalize(question)
    if match := _RANGE.search(text):
        first, last = parse_int(match[1]), parse_int(match[2])
        if first is not None and last is not None and first <= last and first not in _NOT_ISSUES:
            return tuple(range(first, min(last, first + 1000) + 1))
    if beside := _BESIDE.search(text):
        return _neighbour(parse_int(beside[1]), bool(beside[2]), numbers)
    found = []
    for match in _ISSUE.finditer(_FROM_END.sub("", _LAST.sub("", text))):
        number = parse_int(match[1] or match[2])
        meant = number in numbers or _ABOUT_ISSUE.match(text, match.end())
        phase = number in _NOT_ISSUES and not (meant and match[0].startswith("第"))
        if number is not None and not phase and number not in found:
            found.append(number)
    return tuple(found) or _relative_issue(text, numbers)


def not_indexed(question: str, issues: Sequence[Issue]) -> tuple[int, ...]:
    """The issue numbers that a question names, if none of them is indexed."""
    numbers = issue_numbers(issues)
    named = named_issues(question, numbers)
    return named if named and not set(named) & set(numbers) else ()


def without_issue(question: str, issues: Sequence[Issue] = ()) -> str:
    """The question without the words that name issues, which are no part of the matter (``第239期中``)."""
    limit = dated_limit(question, issues)
    text = normalize(question).replace(limit.words, "") if limit else normalize(question)
    for pattern in (_DATED, _RANGE, _LATEST, _LAST, _FROM_END, _EARLIEST, _PREVIOUS, _THIS):
        text = pattern.sub("", text)
    text = re.sub(rf"第{_NUMERAL}期|\d{{2,}}期", "", text)
    rest = re.sub(
        r"^(?:的?(?:通报|简报|动态|自贸动态))?(?:里面?|中|上|内)?(?:提到|说到?|讲到?|报道)?的?[，,]?", "", text
    )
    return rest if rest != normalize(question) and len(rest) > 3 else question


def dated_issue(question: str) -> tuple[int | None, int, int | None] | None:
    """Year, month and day of an issue that a question names by its date (``2025年4月那期``); None where it does not."""
    match = _DATED.search(normalize(question))
    month = parse_int(match["month"]) if match else None
    if match is None or month is None or not 1 <= month <= 12:
        return None
    return parse_int(match["year"] or ""), month, parse_int(match["day"] or "")


def _neighbour(number: int | None, before: bool, numbers: Sequence[int]) -> tuple[int, ...]:
    """The indexed number next to another one; empty where there is none."""
    if number is None:
        return ()
    beside = [n for n in numbers if (n < number if before else n > number)]
    return ((beside[-1] if before else beside[0]),) if beside else ()


def _relative_issue(text: str, numbers: Sequence[int]) -> tuple[int, ...] | None:
    if not numbers:
        return None
    if _LATEST.search(text):
        return (numbers[-1],)
    if (end := _FROM_END.search(text)) and (place := parse_int(end[1])):
        return (numbers[-place],) if place <= len(numbers) else ()
    if (last := _LAST.search(text)) and (count := parse_int(last[1])):
        return tuple(numbers[-count:])
    # ``QFLP最早是哪一期`` asks for mentions of something.
    if _EARLIEST.search(text) or (_WHICH_EARLIEST.search(text) and not matter_of(text)):
        return (numbers[0],)
    if _PREVIOUS.search(text):
        return (numbers[-2],) if len(numbers) > 1 else ()
    if _THIS.search(text) and len(numbers) == 1:
        return (numbers[-1],)
    return None
