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
from ftz_qa.years import year_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from ftz_qa.types import Article, Issue, Span

_HALF = re.compile(r"(?:[上下]半年|(?:第?[一二三四]季度))")
_OTHER_YEAR = re.compile(r"\d{4}\s*年|[今去前明后]年|[上本]年|年度")
_PLACES = re.compile(r"(?P<province>我省|全省|本省)|(?P<city>我市|全市|本市)")


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
        yield from _times(text, issue.date, article.paragraph_before(span.start))
    for match in _PLACES.finditer(text):
        meaning = province_of(issue, article) if match["province"] else city_of(article)
        # ``云江省……全省`` says itself which province is meant.
        if meaning and meaning not in text:
            yield match.end(), match[0], meaning


def _times(text: str, date: dt.date, before: str) -> Iterator[tuple[int, str, str]]:
    """What year the paragraph before a sentence speaks of holds for the sentence too."""
    for word, year in year_words(text, date):
        yield word.end, text[word.start : word.end], f"{year}年"
    if _OTHER_YEAR.search(before + text):
        return
    for match in _HALF.finditer(text):
        ended = max((last for _, last in month_ranges(match[0])), default=12) <= date.month
        if ended:
            yield match.end(), match[0], f"{date.year}年{match[0]}"


def in_brackets(annotations: Sequence[Annotation]) -> str:
    """``（今年指2025年，我省指云江省）``; empty where there is nothing to say."""
    return f"（{'，'.join(f'{a.word}指{a.text}' for a in annotations)}）" if annotations else ""
