"""What is new between two issues: new and continued articles, changed figures, what is no longer mentioned."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ftz_qa import wording
from ftz_qa.issue_replies import Reference, Reply, lead_sentence
from ftz_qa.ledger import figures_of
from ftz_qa.ledger_series import key_of
from ftz_qa.questions import kind_of
from ftz_qa.scope import issues_meant
from ftz_qa.text import lexical_tokens, normalize, tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.ledger import Figure
    from ftz_qa.ledger_series import SeriesKey
    from ftz_qa.questions import Question
    from ftz_qa.types import Article, Issue

    FiguresOf = Callable[[Issue], Sequence[Figure]]

ALIKE = 0.09
"""Cosine of two articles (tf-idf over both issues) from which one carries on what the other reported."""

_ASKED = re.compile(
    r"(?:相比|比较|对比|比起来|比|较|之间).{0,8}?(?:新(?:情况|变化|进展|内容|动态|增|的)|变化|不同|区别|差别)"
    r"|(?:有|出现)了?(?:什么|哪些|何)新(?:情况|变化|进展|动态)"
    # Nothing but the two issues is compared: what stands between them and the word would be another question's matter.
    r"|期[与和跟同、][^期]{1,10}期(?:之间|的?内容上?|上)*(?:都|又)?(?:有|的)?(?:什么|哪些|哪里|啥|何)?(?:地方)?(?:不同|不一样|区别|差别|差异)"
    r"|(?:对比|比较)(?:一下|下)?[^期]{1,8}期[与和跟同、][^期]{1,10}期(?:的?内容)?[。?!]*$"
)
_NEWEST_TWO = re.compile(
    r"(?:最新|本|这).{0,3}期.{0,3}[上前]一?期|[上前]一?期.{0,3}(?:最新|本|这).{0,3}期|(?:最新|最近|近)的?[两二2]期"
)


class Pair(NamedTuple):
    """An article of the newer issue and what it carries on."""

    new: Article
    old: Article


class Change(NamedTuple):
    """A figure that both issues have."""

    old: Figure
    new: Figure


class Comparison(NamedTuple):
    """Two issues beside each other; articles in the order of their issue."""

    older: Issue
    newer: Issue
    new: tuple[Article, ...]
    continued: tuple[Pair, ...]
    changed: tuple[Change, ...]
    gone: tuple[Article, ...]


def compare_issues(first: Issue, second: Issue, figures: FiguresOf = figures_of) -> Comparison:
    """Set two issues beside each other, the later one as the newer, whichever was named first."""
    older, newer = sorted((first, second), key=lambda issue: (issue.date or dt.date.min, issue.number or 0))
    changes = _changes(figures(older), figures(newer))
    pairs = _pairs(older, newer, changes)
    continued, carried = {id(pair.new) for pair in pairs}, {id(pair.old) for pair in pairs}
    return Comparison(
        older,
        newer,
        tuple(article for article in newer.articles if id(article) not in continued),
        tuple(pairs),
        tuple(changes),
        tuple(article for article in older.articles if id(article) not in carried),
    )


def _pairs(older: Issue, newer: Issue, changes: Sequence[Change]) -> list[Pair]:
    """Articles that tell the same figures, then the most alike ones; each article once."""
    linked = {(id(change.old.article), id(change.new.article)) for change in changes}
    vectors = _vectors([*older.articles, *newer.articles])
    old, new = vectors[: len(older.articles)], vectors[len(older.articles) :]
    ranked = sorted(
        (
            (_cosine(a, b) + ((id(older.articles[i]), id(newer.articles[j])) in linked), i, j)
            for i, a in enumerate(old)
            for j, b in enumerate(new)
        ),
        key=lambda item: -item[0],
    )
    found: list[Pair] = []
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for score, i, j in ranked:
        if score < ALIKE or i in taken_old or j in taken_new:
            continue
        taken_old.add(i)
        taken_new.add(j)
        found.append(Pair(newer.articles[j], older.articles[i]))
    return sorted(found, key=lambda pair: pair.new.number)


def _vectors(articles: Sequence[Article]) -> list[dict[str, float]]:
    """Unit tf-idf vectors over pairs of characters; titles count three times."""
    counts = [
        Counter(token for token in lexical_tokens("\n".join([*[a.title] * 3, a.body])) if len(token) > 1)
        for a in articles
    ]
    documents = Counter(token for count in counts for token in count)
    vectors = []
    for count in counts:
        vector = {
            token: (1 + math.log(n)) * math.log(len(counts) / documents[token])
            for token, n in count.items()
            if documents[token] < len(counts)
        }
        norm = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        vectors.append({token: weight / norm for token, weight in vector.items()})
    return vectors


def _cosine(first: dict[str, float], second: dict[str, float]) -> float:
    return sum(weight * second.get(token, 0.0) for token, weight in first.items())


def _changes(older: Sequence[Figure], newer: Sequence[Figure]) -> list[Change]:
    """Figures of the same measure, place, unit and kind of period whose period or value differs."""
    known: dict[SeriesKey, Figure] = {key_of(figure): figure for figure in reversed(older)}
    changes: dict[SeriesKey, Change] = {}
    for figure in newer:
        key = key_of(figure)
        before = known.get(key)
        if before is not None and (before.period, before.value) != (figure.period, figure.value):
            changes.setdefault(key, Change(before, figure))
    return list(changes.values())


def _changed_line(change: Change) -> str:
    """``中欧班列开行（雁口铁路口岸）：138列（2025年1—2月）→297列（2025年1—4月）``, without markers."""
    place = f"（{change.new.place}）" if change.new.place else ""
    old, new = (f"{figure.printed}（{figure.period}）" for figure in change)
    return f"{tidy(change.new.measure)}{place}：{old}→{new}"


def comparison_reply(
    question: str, issues: Sequence[Issue], understood: Question | None = None, figures: FiguresOf = figures_of
) -> Reply | None:
    """A cited list of what is new, where a question names two issues and asks that; None for any other question.

    Parameters
    ----------
    issues
        All that are indexed, oldest first.
    understood
        How the question was completed from the conversation. One that asks something of its own, and has the words for
        comparing only from the question before, is no such question.
    figures
        Gives those of an issue.
    """
    if not _ASKED.search(normalize(question)) or (understood is not None and _asks_otherwise(understood)):
        return None
    newest = _NEWEST_TWO.search(normalize(question)) and len(issues) > 1
    meant = [len(issues) - 2, len(issues) - 1] if newest else issues_meant(question, issues)
    if meant is None or len(meant) != 2:
        return None
    return _reply(compare_issues(issues[meant[0]], issues[meant[1]], figures))


def _asks_otherwise(question: Question) -> bool:
    return question.follow_up and kind_of(question.focus) != "other" and not _ASKED.search(normalize(question.focus))


def _reply(comparison: Comparison) -> Reply:
    list_ = _CitedList()
    older, newer = comparison.older, comparison.newer
    list_.head(_heading(comparison))
    if comparison.new:
        list_.head(wording.NEW_ARTICLES)
        for article in comparison.new:
            list_.line(wording.article_name(article), (newer, article))
    if comparison.continued:
        list_.head(wording.CONTINUED_ARTICLES)
        for pair in comparison.continued:
            list_.line(wording.article_name(pair.new), (newer, pair.new), (older, pair.old))
    if comparison.changed:
        list_.head(wording.CHANGED_FIGURES)
        for change in comparison.changed:
            list_.add(_changed_line(change), [Reference(f.issue, f.article, f.span) for f in change])
    if comparison.gone:
        list_.head(wording.GONE_ARTICLES)
        for article in comparison.gone:
            list_.line(wording.article_name(article), (older, article))
    return Reply("\n".join(list_.lines), tuple(list_.references))


class _CitedList:
    """Lines of a reply, each with the markers of what bears it out."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.references: list[Reference] = []

    def head(self, text: str) -> None:
        self.lines.append(text)

    def line(self, text: str, *articles: tuple[Issue, Article]) -> None:
        self.add(text, [Reference(issue, article, lead_sentence(article)) for issue, article in articles])

    def add(self, text: str, references: Sequence[Reference]) -> None:
        numbers = range(len(self.references) + 1, len(self.references) + len(references) + 1)
        self.references.extend(references)
        self.lines.append(text + "".join(f"[{n}]" for n in numbers))


def _heading(comparison: Comparison) -> str:
    """What the comparison found, in one line."""
    older, newer = wording.issue_name(comparison.older), wording.issue_name(comparison.newer)
    return (
        f"{newer}与{older}相比：新情况{len(comparison.new)}篇，延续{len(comparison.continued)}篇，"
        f"数据变化{len(comparison.changed)}项，不再提及{len(comparison.gone)}篇。"
    )
