"""Articles to passages: neighbouring whole sentences, packed up to a size, with their offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.text import split_sentences
from ftz_qa.types import Passage, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ftz_qa.types import Article, Issue

PASSAGE_CHARS = 350
"""Size up to which sentences are packed; by measurement (docs/evaluation.md)."""


def split_article(issue: Issue, article: Article, size: int = PASSAGE_CHARS) -> list[Passage]:
    """Cut one article into passages that do not overlap and together hold every sentence of it.

    Passages end with sentences. An inner heading starts a new passage once the current one is half full, and never ends
    one. A sentence longer than `size` is a passage of its own. An article without a body gives one empty passage, so
    that its title can still be found. A heading that moves on to its text may take a passage a little over `size`.

    Parameters
    ----------
    size
        Largest number of characters of a passage of several sentences.
    """
    heading_starts = {span.start for span in article.headings}
    groups: list[list[Span]] = []
    for span in split_sentences(article.body):
        current = groups[-1] if groups else None
        if current is None or _starts_new(current, span, heading_starts, size):
            groups.append([span])
        else:
            current.append(span)
    _move_dangling_headings(groups, heading_starts)
    return [Passage(issue, article, group[0].start, group[-1].end) for group in groups] or [
        Passage(issue, article, 0, 0)
    ]


def _starts_new(group: list[Span], span: Span, heading_starts: set[int], size: int) -> bool:
    filled = group[-1].end - group[0].start
    if span.start in heading_starts and filled * 2 > size:
        return True
    return span.end - group[0].start > size


def _move_dangling_headings(groups: list[list[Span]], heading_starts: set[int]) -> None:
    """A heading at the end of a passage belongs to what follows."""
    for i in range(len(groups) - 2, -1, -1):
        while groups[i] and groups[i][-1].start in heading_starts:
            groups[i + 1].insert(0, groups[i].pop())
    groups[:] = [group for group in groups if group]


def split_issue(issue: Issue, size: int = PASSAGE_CHARS) -> list[Passage]:
    """All passages of an issue, in the order of its articles."""
    return [passage for article in issue.articles for passage in split_article(issue, article, size)]


def passage_heading(passage: Passage) -> str:
    """The inner heading under which a passage begins; empty where there is none."""
    before = [span for span in passage.article.headings if span.start <= passage.start]
    return passage.article.body[before[-1].start : before[-1].end] if before else ""


def passage_context(passage: Passage) -> str:
    """What stands above a passage and is searched with it: article title and inner heading."""
    heading = passage_heading(passage)
    inside = passage.text.startswith(heading)
    return passage.article.title if not heading or inside else f"{passage.article.title} {heading}"


def passage_label(passage: Passage) -> str:
    """Issue, date and section in words: what tells look-alike passages of different issues apart."""
    issue = passage.issue
    parts = [issue.series]
    if issue.number is not None:
        parts.append(f"第{issue.number}期")
    if issue.date is not None:
        parts.append(f"{issue.date.year}年{issue.date.month}月{issue.date.day}日")
    parts.append(passage.article.section.title)
    return " ".join(part for part in parts if part)


def embedded_text(passage: Passage) -> str:
    """What the embedding model sees of a passage: title and inner heading above the text."""
    return f"{passage_context(passage)}\n{passage.text}"


def indexed_text(passage: Passage) -> str:
    """What BM25 sees of a passage: issue, date and section as well."""
    return f"{passage_label(passage)} {embedded_text(passage)}"


def indexed_texts(passages: Sequence[Passage], progress: Callable[[int, int], None] | None) -> Iterator[str]:
    """`indexed_text` of each passage, made as it is asked for; `progress` is told how many were, of how many."""
    for done, passage in enumerate(passages, start=1):
        yield indexed_text(passage)
        if progress is not None:
            progress(done, len(passages))


def passage_units(passage: Passage) -> list[Span]:
    """The sentences and semicolon clauses of a passage, as spans of the article's body: what answers are made of."""
    spans = split_sentences(passage.text, semicolons=True)
    return [Span(passage.start + span.start, passage.start + span.end) for span in spans]
