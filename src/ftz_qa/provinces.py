"""Which province or city an article is about, as far as the bulletin itself says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ftz_qa.types import Article, Issue

_SHORT = [
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
]
_FULL = {
    "北京": "北京市",
    "天津": "天津市",
    "上海": "上海市",
    "重庆": "重庆市",
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
_PROVINCES = {name: f"{name}省" for name in _SHORT} | _FULL
_NAMED = re.compile(r"(?<![\u4e00-\u9fff])(?P<name>[\u4e00-\u9fff]{2,3})省(?=[\u4e00-\u9fff])")
_NOT_NAMES = re.compile(r"[我全本外各跨邻该他同两多几每出入在到从与和的等向为是中]|自贸|相关")
_CITY = re.compile(
    r"(?:^|[，。、；：“（(\n省在])(?P<name>(?![在省])[\u4e00-\u9fff]{2,3}?)市(?![场民值级内外区面委况直属])"
)
_SECTION = re.compile(r"(?:板块|片区|动态|专栏|栏目|[\s一二三四五六七八九十、])+")


def province_of(issue: Issue, article: Article) -> str:
    """The full name of the province that ``我省`` means in an article; empty where that is not certain.

    It is the only province that the title names; else the only one that the name of the section stands for
    (``龙江板块``); else the only one that the whole article names. Where title and section say different ones, or one
    of them names several, it is not certain. Besides the provinces of the country those count that the issue itself
    writes as ``…省``.
    """
    known = _PROVINCES | _printed_provinces(issue)
    title = _named_in(normalize(article.title), known)
    section = _named_by_section(article.section.title, known)
    if len(title) > 1:
        return ""
    certain = title | section
    if certain:
        return known[next(iter(certain))] if len(certain) == 1 else ""
    body = _named_in(normalize(article.body), known)
    return known[next(iter(body))] if len(body) == 1 and _is_subject(next(iter(body)), normalize(article.body)) else ""


def city_of(article: Article) -> str:
    """The city that ``我市`` means in an article: the only one in its title, or else in its text; empty if none."""
    for text in (article.title, article.body):
        names = {match["name"] for match in _CITY.finditer(normalize(text)) if not _NOT_NAMES.search(match["name"])}
        if names:
            return f"{next(iter(names))}市" if len(names) == 1 else ""
    return ""


def _printed_provinces(issue: Issue) -> dict[str, str]:
    """Provinces that an issue names as such, by their short names: ``云江省`` in its masthead, titles or texts."""
    texts = [issue.publisher, issue.masthead, *(part for a in issue.articles for part in (a.title, a.body))]
    names: set[str] = set()
    for text in texts:
        names.update(match["name"] for match in _NAMED.finditer(normalize(text)))
    return {name: f"{name}省" for name in names if not _NOT_NAMES.search(name)}


def _named_in(text: str, known: Iterable[str]) -> set[str]:
    return {name for name in known if name in text}


def _named_by_section(title: str, known: Iterable[str]) -> set[str]:
    """Provinces whose name is what a section is called, or holds it; more than one are none."""
    name = _SECTION.sub("", normalize(title))
    if len(name) < 2:
        return set()
    found = {province for province in known if name in province or province in name}
    return found if len(found) == 1 else set()


def _is_subject(name: str, body: str) -> bool:
    """Whether a text speaks of the province itself rather than of somebody from there."""
    return bool(re.search(rf"(?<![自与和到往从、]){name}(?:省|自治区|市|自贸|自由贸易|壮族|回族|维吾尔)", body))
