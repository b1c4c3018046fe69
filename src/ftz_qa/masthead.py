"""What stands above the first article and below the last: series, number, date, publisher; contents; imprint."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.layout import printed_width, read_mark
from ftz_qa.text import parse_int

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.layout import Line

_NUMBER = r"(\d(?:[\d ]{0,6}\d)?|[〇○零一二三四五六七八九十百千]{1,8})"
_NUMBERS = (
    re.compile(rf"总\s?第?\s?{_NUMBER}\s?[期号]"),
    re.compile(rf"第\s?{_NUMBER}\s?[期号]"),
    re.compile(rf"[期刊][数号次]\s?[：:]\s?第?\s?{_NUMBER}"),
    re.compile(r"(?<![\d.])(\d{1,4})\s?期"),
    re.compile(r"No\.?\s?(\d{1,5})", re.IGNORECASE),
)
_YEAR = r"((?:\d\s?){3}\d|[〇○Oo零一二三四五六七八九]{4})"
_DAY = r"(\d\s?\d?|[一二三四五六七八九十]{1,3})"
_DATES = (
    re.compile(rf"{_YEAR}\s?年\s?{_DAY}\s?月\s?{_DAY}\s?[日号]"),
    re.compile(r"((?:19|20)\d\d)\s?[-./－．／—]\s?(\d{1,2})\s?[-./－．／—]\s?(\d{1,2})(?!\d)"),
)
_LABELS = (
    r"主\s{0,4}办(?:单位|方)?",
    r"(?:编\s{0,4}印|印\s{0,4}发|编\s{0,4}发|发\s{0,4}布|主\s{0,4}编|编\s{0,4}制|承\s{0,4}办|出\s{0,4}版)(?:单位|方|机关)?",
    r"(?:主\s{0,4}管|编\s{0,4}辑|编)(?:单位|部)?",
)
_PUBLISHERS = (
    *(re.compile(rf"(?:^|[\s（(]){label}\s?[：:]\s{{0,4}}([^\n]{{2,60}})", re.MULTILINE) for label in _LABELS),
    re.compile(r"^([^\n：:]{2,40}?)\s{0,4}(?:主\s?办|编\s?印|印\s?发|编\s?发|编|主\s?编)$", re.MULTILINE),
)
_NEXT_LABEL = re.compile(r"[\s；;|｜]+[^\s：:]{2,6}[：:]")
_ORGANISATION = re.compile(
    r"^[^\n：:，。]{2,30}(?:办公室|自贸办|委员会|管委会|工作组|厅|局|委|政府|中心|编辑部)$", re.MULTILINE
)
_SECRECY = re.compile(r"内部|保密|密级|秘密|机密|签发|编号|仅供|送阅|联系|电话|邮箱|地址|期\s?[：:]")
_CONTENTS = re.compile(
    r"[【\[]?(?:本\s?期\s?)?(?:目\s{0,6}[录次]|要\s{0,4}目|导\s{0,4}读|contents)[】\]]?[：:]?", re.IGNORECASE
)
_LEADERS = re.compile(r"[\s.．·…。\-—]{0,200}[（(]?\d{0,3}[）)]?$")
_IMPRINT_START = re.compile(
    r"[（(【]?(?:[主抄分呈]?\s?[报送]|[呈抄]\s?[报送]|发|(?:责任|执行|本期)?编\s{0,4}辑|主\s{0,4}编|编\s{0,4}审|审\s{0,4}[核定稿]|校\s{0,4}对"
    r"|签\s{0,4}发|印\s{0,4}[数制发]|主\s{0,4}办(?:单位)?|编\s{0,4}印)\s?[：:]|[（(]?共\s?印\s?\d{1,5}\s?份"
)
_IMPRINT = re.compile(
    rf"(?:{_IMPRINT_START.pattern})|(?:联\s?系\s?(?:人|电\s?话|方\s?式)|电\s{{0,4}}话|邮\s{{0,4}}箱|地\s{{0,4}}址|传\s{{0,4}}真|投稿邮?信?箱)\s?[：:]"
)
_IMPRINT_LINES = 12


@dataclass(frozen=True, slots=True)
class Masthead:
    """What a bulletin says of itself; None or empty where it does not."""

    series: str
    number: int | None
    date: dt.date | None
    publisher: str
    warnings: tuple[str, ...]


def read_masthead(lines: Sequence[str], imprint: Sequence[str] = ()) -> Masthead:
    """Read series, number, date and publisher.

    Parameters
    ----------
    lines
        Those above the contents or the first article, on one or several lines and in any order.
    imprint
        Those below the last article, where a date or a publisher is looked for if the masthead has none.
    """
    rest = "\n".join(line[:300] for line in lines)
    rest, number = _take_number(rest)
    rest, date = _take_date(rest)
    rest, publisher = _take_publisher(rest)
    series = _series(rest)
    warnings: list[str] = []
    if date is None and (found := _take_date("\n".join(imprint))[1]):
        date = found
        warnings.append(f"报头没有日期，按文末的 {date.isoformat()} 读取")
    if not publisher and (found_publisher := _take_publisher("\n".join(imprint))[1]):
        publisher = found_publisher
        warnings.append(f"报头没有主办单位，按文末的“{publisher}”读取")
    if not publisher and (match := _ORGANISATION.search(rest)) and match.group() != series:
        publisher = match.group().strip()
        warnings.append(f"报头没有“主办：”字样，把“{publisher}”当作主办单位")
    missing = {"刊名": not series, "期号": number is None, "日期": date is None, "主办单位": not publisher}
    warnings += [f"报头没有{name}，已留空" for name, absent in missing.items() if absent]
    return Masthead(series, number, date, publisher, tuple(warnings))


def _take_number(text: str) -> tuple[str, int | None]:
    found: int | None = None
    for pattern in _NUMBERS:
        for match in pattern.finditer(text):
            number = parse_int(match[1].replace(" ", "").replace("○", "〇"))
            if number is not None:
                found = number if found is None else found
                text = text.replace(match.group(), "\n", 1)
    return text, found


def _take_date(text: str) -> tuple[str, dt.date | None]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            printed = (
                "".join("〇" if char in "○Oo" else char for char in part if char != " ") for part in match.groups()
            )
            parts = [parse_int(part) or 0 for part in printed]
            try:
                date = dt.date(*parts)
            except ValueError:
                continue
            return text.replace(match.group(), "\n", 1), date
    return text, None


def _take_publisher(text: str) -> tuple[str, str]:
    for pattern in _PUBLISHERS:
        if match := pattern.search(text):
            printed = match[1]
            if label := _NEXT_LABEL.search(printed):
                printed = printed[: label.start()]
            return text.replace(match.group(), "\n", 1), printed.strip(" \t\u3000，,；;|｜")
    return text, ""


def _series(rest: str) -> str:
    for line in rest.split("\n"):
        text = re.sub(r"[（(]\s*[）)]", "", line)
        text = re.sub(r"^\s*\d{4}\s*年?\s*$", "", text).strip(" \t\u3000，,；;|｜·-—:：")
        if text.startswith("《") and text.endswith("》"):
            text = text[1:-1]
        if len(text) > 1 and printed_width(text) <= 40 and not _SECRECY.search(text):
            spaced = text.split()
            return "".join(spaced) if all(len(part) == 1 for part in spaced) else text
    return ""


def skip_contents(lines: Sequence[Line]) -> tuple[int, int]:
    """Where the table of contents stands: ``(start, end)`` among the lines, equal where there is none.

    Contents are recognised by their first entry, which comes again as a heading further down, with nothing but short
    lines between.
    """
    title = next((i for i, line in enumerate(lines[:60]) if _CONTENTS.fullmatch(line.text[:30])), None)
    first = next((i for i, line in enumerate(lines) if i > (title or 0) and read_mark(line.text)), None)
    if first is None:
        return 0, 0
    key = _entry(lines[first].text)
    for i in range(first + 1, min(len(lines), first + 120)):
        if _entry(lines[i].text) == key:
            return (title if title is not None else first), i
        if printed_width(lines[i].text) > 90 or "。" in lines[i].text:
            break
    return 0, 0


def _entry(text: str) -> str:
    return "".join(_LEADERS.sub("", text[-400:]).split())


def find_imprint(lines: Sequence[Line]) -> int:
    """Where the imprint (``报：``, ``编辑：`` …) begins among the lines of the last article; their number if none."""
    for i in range(max(0, len(lines) - _IMPRINT_LINES), len(lines)):
        if _IMPRINT_START.match(lines[i].text) and _all_short(lines[i + 1 :]) and len(lines[i].text) <= 200:
            return i
    return len(lines)


def _all_short(lines: Sequence[Line]) -> bool:
    return all(_IMPRINT.match(line.text) or (len(line.text) <= 40 and "。" not in line.text) for line in lines)
