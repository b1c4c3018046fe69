"""Scoring answers: question sets in JSON lines, metrics per type of question.

A line of a question set is an `Item`; ``docs/evaluation.md`` documents the format and the metrics.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ftz_qa.errors import InputError
from ftz_qa.types import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ftz_qa.answering import Answerer
    from ftz_qa.types import Answer

Split = Literal["dev", "report"]
CONCISE_CHARS = 200
RANKS = 10


class Gold(BaseModel):
    """An article that a right answer cites."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issue: int
    article: int


class Item(BaseModel):
    """One question of a set.

    Attributes
    ----------
    must
        Groups of alternatives; a right answer holds one of each group.
    must_not
        What a right answer does not hold.
    gold
        The articles of which at least one has to be cited; empty where none is needed.
    concise
        Whether the answer has to keep within 200 characters.
    split
        ``report`` questions are asked for figures only, and never looked at while tuning on the ``dev`` ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: str
    question: str
    history: tuple[Turn, ...] = ()
    answerable: bool
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    gold: tuple[Gold, ...] = ()
    concise: bool = False
    split: Split = "dev"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question.

    Attributes
    ----------
    right
        Answered, with every fact; for an unanswerable question: refused.
    cited
        A gold article is among the citations; None where none is needed or the question was refused wrongly.
    precision
        Share of the citations that are of gold articles; None where that cannot be said.
    rank
        1-based rank of the first gold article among the articles retrieved; None where there is no gold, 0 where it
        was not found.
    """

    item: Item
    answer: Answer
    right: bool
    cited: bool | None
    precision: float | None
    rank: int | None


def read_items(paths: Iterable[Path], split: Split | None = None) -> list[Item]:
    """Read question sets: the questions of one split, or all.

    Raises
    ------
    InputError
        A file or line cannot be read; the message names it.
    """
    adapter = TypeAdapter(Item)
    items: list[Item] = []
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"无法读取问题集 {path}：{error}") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                item = adapter.validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                raise InputError(f"问题集 {path} 第 {number} 行不合格式：{where} {first['msg']}") from error
            if split in (None, item.split):
                items.append(item)
    return items


def folded(text: str) -> str:
    """The form in which facts are looked for: NFKC, without blanks and thousands separators, lower case."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)


def _is_right(item: Item, answer: Answer) -> bool:
    if not item.answerable:
        return answer.refused
    if answer.refused:
        return False
    text = folded(re.sub(r"\[\d+\]", "", answer.text))
    held = all(any(folded(option) in text for option in group) for group in item.must)
    return held and not any(folded(wrong) in text for wrong in item.must_not)


def judge(item: Item, answer: Answer, retrieved: Sequence[tuple[int | None, int]]) -> Outcome:
    """Score one answer; `retrieved` are the issue and article numbers found, best first, without repeats."""
    gold = {(g.issue, g.article) for g in item.gold}
    cited = [(c.issue, c.article_no) for c in answer.citations]
    answered = bool(gold) and item.answerable and not answer.refused
    hits = sum(pair in gold for pair in cited)
    ranks = [n for n, pair in enumerate(retrieved[:RANKS], start=1) if pair in gold]
    return Outcome(
        item=item,
        answer=answer,
        right=_is_right(item, answer),
        cited=hits > 0 if answered else None,
        precision=hits / len(cited) if answered and cited else None,
        rank=(ranks[0] if ranks else 0) if gold else None,
    )


def evaluate(
    items: Sequence[Item], answerer: Answerer, progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Ask every question and score the answers."""
    outcomes: list[Outcome] = []
    for done, item in enumerate(items, start=1):
        answer = answerer.answer(item.question, item.history)
        hits = answerer.search(answer.resolved or item.question, 4 * RANKS)
        retrieved = list(dict.fromkeys((h.passage.issue.number, h.passage.article.number) for h in hits))
        outcomes.append(judge(item, answer, retrieved))
        if progress is not None:
            progress(done, len(items))
    return outcomes


def metrics(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures of a group of outcomes; a figure without any case is left out.

    Refusal precision, recall and F1 count refusals as the positive class. Citation recall is over answered questions
    with gold articles; retrieval figures over all questions with gold articles.
    """
    answerable = [o for o in outcomes if o.item.answerable]
    concise = [o for o in answerable if o.item.concise]
    refused = [o for o in outcomes if o.answer.refused]
    silent = [o for o in outcomes if not o.item.answerable]
    ranks = [o.rank for o in outcomes if o.rank is not None]
    figures: dict[str, list[float]] = {
        "accuracy": [float(o.right) for o in answerable],
        "concise": [float(o.right and len(o.answer.text) <= CONCISE_CHARS) for o in concise],
        "refusal_precision": [float(not o.item.answerable) for o in refused],
        "refusal_recall": [float(o.answer.refused) for o in silent],
        "citation_recall": [float(o.cited) for o in outcomes if o.cited is not None],
        "citation_precision": [o.precision for o in outcomes if o.precision is not None],
        "recall@1": [float(rank == 1) for rank in ranks],
        "recall@5": [float(0 < rank <= 5) for rank in ranks],
        "mrr@10": [1 / rank if rank else 0.0 for rank in ranks],
        "chars": [float(len(o.answer.text)) for o in concise if not o.answer.refused],
    }
    result = {name: sum(values) / len(values) for name, values in figures.items() if values}
    precision, recall = result.get("refusal_precision", 0.0), result.get("refusal_recall", 0.0)
    if silent:
        result["refusal_f1"] = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"n": float(len(outcomes)), **result}


def by_type(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """`metrics` of each type of question, and of all under ``all``."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.item.type].append(outcome)
    return {name: metrics(group) for name, group in sorted(groups.items())} | {"all": metrics(outcomes)}


_COLUMNS = [
    "n",
    "accuracy",
    "concise",
    "chars",
    "refusal_precision",
    "refusal_recall",
    "refusal_f1",
    "citation_recall",
    "citation_precision",
    "recall@1",
    "recall@5",
    "mrr@10",
]


def table(figures: dict[str, dict[str, float]]) -> str:
    """The figures as a Markdown table, shares in per cent."""
    lines = ["| type | " + " | ".join(_COLUMNS) + " |", "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, row in figures.items():
        cells = [_cell(column, row.get(column)) for column in _COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if column in ("n", "chars") else f"{100 * value:.1f}"
