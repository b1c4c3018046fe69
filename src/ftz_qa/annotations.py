"""What relative words of a bulletin mean: ``今年`` by the issue's date, ``我省`` by the province of the article.

Quotes stay as printed, to the letter, so that they can be checked against the bulletin. What a word means goes beside
them: as data of the citation (the page shows it in small print behind the word), and in the answer's text in brackets
behind the sentence, where it breaks no phrase. Nothing is guessed: where the date or the province is not certain,
there is no annotation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.periods import month_ranges
from ftz_qa.provinces import city_of, province_of
from ftz_qa.types import Annotation

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from ftz_qa.types import Article, Issue, Span

_YEARS = (
    (r"今年", 0),
    (r"(?<![成基资日版样文])本年(?!度)", 0),
    (r"去年", -1),
    (r"(?<!以)上年", -1),
    (r"(?<![目当以之此])前年", -2),
    (r"明年", 1),
    (r"(?<![然以之此今])后年", 2),
)
_YEAR_PATTERNS = tuple((re.compile(pattern), shift) for pattern, shift in _YEARS)
_HALF = re.compile(r"(?:[上下]半年|(?:第?[一二三四]季度))")
_OTHER_YEAR = re.compile(r"\d{4}\s*年|[今去前明后]年|[上本]年|年度")
_PLACES = re.compile(r"(?P<province>我省|全省|本省)|(?P<city>我市|全市|本市)")
_JANUARY = 1
_LATE = 10


def annotations_of(issue: Issue, article: Article, span: Span) -> tuple[Annotation, ...]:
    """What words of ``article.body[span]`` mean, each word once, in order."""
    text = article.body[span.start : span.end]
    found: dict[str, Annotation] = {}
    for end, word, meaning in sorted(_meanings(issue, article, span, text)):
        found.setdefault(word, Annotation(span.start + end, word, meaning))
    return tuple(found.values())


def _meanings(issue: Issue, article: Article, span: Span, text: str) -> Iterator[tuple[int, str, str]]:
    """The end of each word within the text, the word and its meaning."""
    if issue.date is not None:
        yield from _times(text, issue.date, _before(article, span))
    for match in _PLACES.finditer(text):
        meaning = province_of(issue, article) if match["province"] else city_of(article)
        # ``云江省……全省`` says itself which province is meant.
        if meaning and meaning not in text:
            yield match.end(), match[0], meaning


def _times(text: str, date: dt.date, before: str) -> Iterator[tuple[int, str, str]]:
    for pattern, shift in _YEAR_PATTERNS:
        for match in pattern.finditer(text):
            if not _is_last_year(text[match.start() :], date, shift):
                yield match.end(), match[0], f"{date.year + shift}年"
    if _OTHER_YEAR.search(before + text):
        return
    for match in _HALF.finditer(text):
        ended = max((last for _, last in month_ranges(match[0])), default=12) <= date.month
        if ended:
            yield match.end(), match[0], f"{date.year}年{match[0]}"


def _is_last_year(text: str, date: dt.date, shift: int) -> bool:
    """Whether ``今年`` may have been written in the year before: figures up to late months in an issue of January."""
    late = any(last >= _LATE for _, last in month_ranges(text[:12]))
    return shift == 0 and date.month == _JANUARY and late


def _before(article: Article, span: Span) -> str:
    """The paragraph before a sentence: what year it speaks of holds for the sentence too."""
    return article.body[article.body.rfind("\n", 0, span.start) + 1 : span.start]


def in_brackets(annotations: Sequence[Annotation]) -> str:
    """``（今年指2025年，我省指云江省）``; empty where there is nothing to say."""
    return f"（{'，'.join(f'{a.word}指{a.text}' for a in annotations)}）" if annotations else ""
