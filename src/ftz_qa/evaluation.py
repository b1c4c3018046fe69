"""Scoring answers: question sets in JSON lines, and what came of each question.

A line of a question set is an `Item`; ``docs/evaluation.md`` documents the format. `metrics` makes figures of many
outcomes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from ftz_qa.answering import MAX_QUESTION_CHARS
from ftz_qa.errors import InputError
from ftz_qa.metrics import CONCISE_CHARS, RANKS, by_type, metrics, table
from ftz_qa.quote_support import quote_support
from ftz_qa.types import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from ftz_qa.answerer import Answerer
    from ftz_qa.quote_support import QuoteSupport
    from ftz_qa.types import Answer

__all__ = [
    "Fault",
    "Gold",
    "Item",
    "Outcome",
    "Split",
    "Verdict",
    "by_type",
    "evaluate",
    "folded",
    "judge",
    "metrics",
    "read_items",
    "table",
]

Split = Literal["dev", "report"]
FaultKind = Literal["missing", "forbidden", "wrong_refusal", "wrong_answer", "no_gold_cited", "too_long"]
_RETRIEVED = 4 * RANKS
_NO_MISTAKES = frozenset({"no_gold_cited", "too_long"})


class Gold(BaseModel):
    """An article that a right answer cites."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issue: int
    article: int


class Item(BaseModel):
    """One question of a set.

    Attributes
    ----------
    id
        Without blanks, and in no other line of the sets that are read together.
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

    id: str = Field(pattern=r"^\S+$")
    type: str
    question: str
    history: tuple[Turn, ...] = ()
    answerable: bool
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    gold: tuple[Gold, ...] = ()
    concise: bool = False
    split: Split = "dev"

    @field_validator("question")
    @classmethod
    def _can_be_asked(cls, question: str) -> str:
        length = len(question.strip())
        if not 0 < length <= MAX_QUESTION_CHARS:
            raise ValueError(f"应为 1 到 {MAX_QUESTION_CHARS} 字，实为 {length} 字")
        return question


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an answer.

    Attributes
    ----------
    kind
        ``missing``: none of a group of facts is there; ``forbidden``: what must not be said is; ``wrong_refusal`` and
        ``wrong_answer``: refused, or answered, where it should have been the other way round; ``no_gold_cited``: none
        of the gold articles is cited; ``too_long``: longer than a concise answer may be.
    texts
        The group's alternatives, the forbidden text, or the length in characters.
    """

    kind: FaultKind
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a language model says of an answer: right or not (None where it did not say), and why."""

    right: bool | None
    reason: str


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
        1-based rank of the first gold article among the ten best retrieved; None where there is no gold, 0 where it
        was not found.
    retrieved
        Issue and article numbers found, best first, without repeats.
    faults
        Everything that is wrong with the answer; an answer can be right and yet too long, or cite another article.
    support
        How far the quotes bear the answer out; None for refusals and for answers that need no quote.
    judged
        What the language model says; None where none was asked.
    """

    item: Item
    answer: Answer
    right: bool
    cited: bool | None
    precision: float | None
    rank: int | None
    retrieved: tuple[tuple[int | None, int], ...] = ()
    faults: tuple[Fault, ...] = ()
    support: QuoteSupport | None = None
    judged: Verdict | None = None

    @property
    def brief(self) -> bool | None:
        """Right within 200 characters; None where that is not asked for."""
        if not (self.item.concise and self.item.answerable):
            return None
        return self.right and len(self.answer.text) <= CONCISE_CHARS


def read_items(paths: Iterable[Path], split: Split | None = None) -> list[Item]:
    """Read question sets: the questions of one split, or all.

    Raises
    ------
    InputError
        A file or line cannot be read, or an id comes twice; the message names it.
    """
    items: list[Item] = []
    places: dict[str, str] = {}
    for path in paths:
        for place, item in _lines_of(path):
            if item.id in places:
                raise InputError(f"问题集 {place} 的编号 {item.id} 重复，已见于 {places[item.id]}")
            places[item.id] = place
            if split in (None, item.split):
                items.append(item)
    return items


def _lines_of(path: Path) -> Iterator[tuple[str, Item]]:
    """The items of one file, each with file and line for messages."""
    adapter = TypeAdapter(Item)
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"无法读取问题集 {path}：{error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield f"{path} 第 {number} 行", adapter.validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(f"问题集 {path} 第 {number} 行不合格式：{where} {first['msg']}") from error


def folded(text: str) -> str:
    """The form in which facts are looked for: NFKC, without blanks and thousands separators, lower case."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)


def _faults(item: Item, answer: Answer, cited: bool | None) -> Iterator[Fault]:
    if answer.refused or not item.answerable:
        if answer.refused == item.answerable:
            yield Fault("wrong_refusal" if answer.refused else "wrong_answer")
        return
    text = folded(re.sub(r"\[\d+\]", "", answer.text))
    for group in item.must:
        if not any(folded(option) in text for option in group):
            yield Fault("missing", group)
    for wrong in item.must_not:
        if folded(wrong) in text:
            yield Fault("forbidden", (wrong,))
    if cited is False:
        yield Fault("no_gold_cited")
    if item.concise and len(answer.text) > CONCISE_CHARS:
        yield Fault("too_long", (str(len(answer.text)),))


def judge(item: Item, answer: Answer, retrieved: Sequence[tuple[int | None, int]]) -> Outcome:
    """Score one answer; `retrieved` are the issue and article numbers found, best first, without repeats."""
    gold = {(g.issue, g.article) for g in item.gold}
    pairs = [(c.issue, c.article_no) for c in answer.citations]
    answered = bool(gold) and item.answerable and not answer.refused
    hits = sum(pair in gold for pair in pairs)
    ranks = [n for n, pair in enumerate(retrieved[:RANKS], start=1) if pair in gold]
    cited = hits > 0 if answered else None
    faults = tuple(_faults(item, answer, cited))
    return Outcome(
        item=item,
        answer=answer,
        right=all(fault.kind in _NO_MISTAKES for fault in faults),
        cited=cited,
        precision=hits / len(pairs) if answered and pairs else None,
        rank=(ranks[0] if ranks else 0) if gold else None,
        retrieved=tuple(retrieved),
        faults=faults,
        support=quote_support(answer),
    )


def evaluate(
    items: Sequence[Item], answerer: Answerer, progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Ask every question and score the answers."""
    outcomes: list[Outcome] = []
    for done, item in enumerate(items, start=1):
        answer = answerer.answer(item.question, item.history)
        hits = answerer.search(answer.resolved or item.question, _RETRIEVED)
        retrieved = list(dict.fromkeys((h.passage.issue.number, h.passage.article.number) for h in hits))
        outcomes.append(judge(item, answer, retrieved))
        if progress is not None:
            progress(done, len(items))
    return outcomes
