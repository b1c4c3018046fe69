"""What tells issues apart, and what is different between an indexed issue and a new text of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ftz_qa.types import Article, Issue

IssueKey = tuple[str, int | str]
"""Series and number; an issue without a number is known by its file's name."""
Kind = Literal["added", "changed", "removed", "unchanged"]
"""What becomes of an issue or an article."""


@dataclass(frozen=True, slots=True)
class IssueChange:
    """What becomes of one issue.

    Attributes
    ----------
    issue
        As it is after the change; of a removed one, as it was.
    added, changed, unchanged
        Articles as they are afterwards.
    removed
        Articles as they were.
    """

    kind: Kind
    issue: Issue
    added: tuple[Article, ...] = ()
    changed: tuple[Article, ...] = ()
    removed: tuple[Article, ...] = ()
    unchanged: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or folder that could not be read, and why, in Chinese."""

    path: Path
    message: str

    @property
    def reason(self) -> str:
        """The message without the file's name in front."""
        for name in (str(self.path), self.path.name):
            if self.message.startswith(f"{name}："):
                return self.message[len(name) + 1 :]
        return self.message


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What a change of the index does or would do.

    Attributes
    ----------
    added, changed, removed, unchanged
        Issues, in the order in which they were read. Indexed issues of which no file was given are in none of them:
        they stay.
    failed
        Files that could not be read; they change nothing.
    warnings
        What was assumed, one line each, in Chinese.
    """

    added: tuple[IssueChange, ...] = ()
    changed: tuple[IssueChange, ...] = ()
    removed: tuple[IssueChange, ...] = ()
    unchanged: tuple[IssueChange, ...] = ()
    failed: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[IssueChange, ...]:
        """All issues that do not stay as they are."""
        return (*self.added, *self.changed, *self.removed)

    def article_count(self, kind: Kind) -> int:
        """How many articles are added, changed, removed or unchanged, in all issues together."""
        issues = (*self.changes, *self.unchanged)
        return sum(len(getattr(change, kind)) for change in issues)


def issue_key(issue: Issue) -> IssueKey:
    """What is the same for two texts of one issue."""
    return (issue.series, issue.number if issue.number is not None else issue.source)


def compare(before: Iterable[Issue], after: Iterable[Issue]) -> tuple[IssueChange, ...]:
    """What becomes of each issue of `after`, where `before` is indexed."""
    known = {issue_key(issue): issue for issue in before}
    return tuple(_compare(known.get(issue_key(issue)), issue) for issue in after)


def removal(issue: Issue) -> IssueChange:
    """The change that takes an issue out of the index."""
    return IssueChange("removed", issue, removed=issue.articles)


def _compare(old: Issue | None, new: Issue) -> IssueChange:
    if old is None:
        return IssueChange("added", new, added=new.articles)
    if _content(old) == _content(new):
        return IssueChange("unchanged", new, unchanged=new.articles)
    pairs = _pair(old.articles, new.articles)
    before = [i for i, _ in pairs]
    partner = {j: i for i, j in pairs}
    same = {j for j, i in partner.items() if _matter(old.articles[i]) == _matter(new.articles[j])}
    return IssueChange(
        "changed",
        new,
        added=tuple(a for j, a in enumerate(new.articles) if j not in partner),
        changed=tuple(a for j, a in enumerate(new.articles) if j in partner and j not in same),
        removed=tuple(a for i, a in enumerate(old.articles) if i not in before),
        unchanged=tuple(a for j, a in enumerate(new.articles) if j in same),
    )


def _content(issue: Issue) -> tuple[object, ...]:
    """All that is printed; neither the file's name nor what was assumed while reading."""
    return (issue.date, issue.publisher, issue.masthead, issue.sections, issue.articles)


def _matter(article: Article) -> tuple[object, ...]:
    """An article without its number: one put in before it does not change it."""
    return (article.title, article.section.title, article.body, article.headings)


def _pair(old: tuple[Article, ...], new: tuple[Article, ...]) -> list[tuple[int, int]]:
    """Positions of articles that are two texts of one: of the same title, or else the same body, or number."""
    pairs: list[tuple[int, int]] = []
    for trait in ("title", "body", "number"):
        left = [i for i in range(len(old)) if i not in {i for i, _ in pairs}]
        waiting = [j for j in range(len(new)) if j not in {j for _, j in pairs}]
        for i in left:
            for j in waiting:
                if getattr(old[i], trait) == getattr(new[j], trait):
                    pairs.append((i, j))
                    waiting.remove(j)
                    break
    return pairs
