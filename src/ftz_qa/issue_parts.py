"""The same asked of several issues (``第301期和第305期报的各是多少``): one question about each, in that issue."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ftz_qa.questions import Question, kind_of, parts_of
from ftz_qa.scope import issues_meant
from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder
    from ftz_qa.reader import Evidence, Reader
    from ftz_qa.types import Hit, Issue

_ISSUE = r"第?\d{1,15}期"
_TOLD = re.compile(
    rf"(?:在|据)?{_ISSUE}的?(?:通报|简报|自贸动态)?(?:里面?|中|上|那?时)?"
    r"(?:报道|介绍|提到|[报写说讲提登载])?[到过了]?(?:出来)?的?"
)
_JOINT = re.compile(r"(?<=.)[，,]又?(?=[是有为])")
_NAME = re.compile(_ISSUE)


class InIssue(NamedTuple):
    """A part of a question, the position of the issue in which it is looked up, and how it can be named."""

    part: Question
    issue: int
    name: str


def parts_in_issues(question: Question, issues: Sequence[Issue]) -> list[InIssue]:
    """The parts of a question that asks for the same in several issues, each without the words for its issue.

    Empty where a part names no issue, or several, or where all name the same one: then the question is about these
    issues together.

    Parameters
    ----------
    question
        With its issues by number (`issue_names`).
    issues
        All that are indexed, oldest first.
    """
    parts = parts_of(question)
    head = question.text[: max(question.text.find(parts[0].focus), 0)]
    found = []
    for part in parts:
        meant, name = issues_meant(part.focus, issues), _NAME.search(normalize(part.focus))
        if meant is None or len(meant) != 1 or name is None:
            return []
        matter = _TOLD.sub("", normalize(part.focus))
        # ``投资，是多少`` is read better as ``投资是多少``.
        text = _JOINT.sub("", matter if part.focus == part.text else head + matter)
        found.append(InIssue(replace(part, text=text, focus=text, kind=kind_of(text)), meant[0], f"{name[0]}：{text}"))
    return found if len({one.issue for one in found}) > 1 else []


class Search(Protocol):
    """Searches for a text, given its vector, within some issues."""

    def __call__(self, text: str, near: NDArray[np.float32], *, issues: Sequence[int]) -> list[Hit]:
        """The best passages, best first."""


def rank_in_issues(asked: Sequence[InIssue], reader: Reader, embedder: Embedder, find: Search) -> list[list[Evidence]]:
    """One ranking for each part, of what its issue says."""
    rankings = []
    for part, issue, _ in asked:
        vector = embedder.embed_queries([part.text])[0]
        rankings.append(reader.rank(part, vector, find(part.text, vector, issues=[issue])))
    return rankings
