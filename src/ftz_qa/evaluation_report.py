"""The report of an evaluation: what was asked of what, the figures, and a record of every question."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ftz_qa.batch import answer_record
from ftz_qa.calibration import Reliability, RiskCoverage, reliability, risk_coverage
from ftz_qa.errors import InputError
from ftz_qa.evaluation import Fault, Item, Outcome, Split, Verdict
from ftz_qa.metrics import Figure, estimates, groups
from ftz_qa.types import Turn, Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.settings import Settings

REPORT = "report.json"
_SETTINGS = (
    "index_dir",
    "embedding_model",
    "query_prefix",
    "passage_prefix",
    "threads",
    "llm_model",
    "llm_context",
    "llm_max_tokens",
)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CitationRecord(_Record):
    """A citation, as in the JSON lines of ``ask --jsonl``."""

    marker: int
    series: str
    issue: int | None
    date: dt.date | None
    section: str
    article_no: int
    title: str
    quote: str
    start: int
    end: int


class ItemRecord(_Record):
    """One question, its answer, and what is right and wrong with it.

    Attributes
    ----------
    digest
        SHA-256 of the question with everything that it is judged by, so that edited questions are not compared.
    verified
        Whether all sentences of a language model's answer are borne out; None where none was asked.
    writing
        How the language model fared, as in `Answer`.
    confidence, rank, right, brief, cited, precision, faults, judged
        As in `Answer` and `Outcome`.
    quote_recall, quote_precision, unsupported
        As in `QuoteSupport`.
    retrieved
        The ten best articles, as issue and article number.
    """

    id: str
    type: str
    split: Split
    answerable: bool
    digest: str
    question: str
    history: tuple[Turn, ...]
    resolved: str
    answer: str
    refused: bool
    mode: str
    citations: tuple[CitationRecord, ...]
    confidence: float | None
    latency_ms: float
    verified: bool | None = None
    rank: int | None
    retrieved: tuple[tuple[int | None, int], ...]
    right: bool
    brief: bool | None
    cited: bool | None
    precision: float | None
    quote_recall: float | None
    quote_precision: float | None
    unsupported: tuple[str, ...]
    faults: tuple[Fault, ...]
    judged: Verdict | None
    writing: Writing | None = None

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it: faults, sentences that no quote bears out, or a model that says no."""
        return bool(self.faults or self.unsupported or (self.judged and self.judged.right is False))


class SetRecord(_Record):
    """A question set: its file's name and SHA-256."""

    name: str
    sha256: str


class Report(_Record):
    """Everything that is known of one evaluation.

    Attributes
    ----------
    build, model
        The index's build and the identity of its embedding model.
    figures
        By type of question, all under ``all``, then by name of the figure.
    """

    format: Literal[1] = 1
    created: dt.datetime
    version: str
    system: str
    build: str
    model: str
    settings: dict[str, Any]
    sets: tuple[SetRecord, ...]
    split: Literal["dev", "report", "all"]
    figures: dict[str, dict[str, Figure]]
    reliability: Reliability | None
    risk_coverage: RiskCoverage | None
    items: tuple[ItemRecord, ...]


def make_report(
    outcomes: Sequence[Outcome],
    sets: Sequence[Path],
    split: Literal["dev", "report", "all"],
    settings: Settings,
    build: str,
    model: str,
) -> Report:
    """Put a report together; of the settings only those that bear on answers are kept, and no secret."""
    return Report(
        created=dt.datetime.now().astimezone().replace(microsecond=0),
        version=version("ftz-qa"),
        system=f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} CPU",
        build=build,
        model=model,
        settings=settings.model_dump(mode="json", include=set(_SETTINGS)),
        sets=tuple(SetRecord(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest()) for path in sets),
        split=split,
        figures={name: estimates(group) for name, group in groups(outcomes).items()},
        reliability=reliability(outcomes),
        risk_coverage=risk_coverage(outcomes),
        items=tuple(map(item_record, outcomes)),
    )


def item_record(outcome: Outcome) -> ItemRecord:
    """The record of one question."""
    item, answer, support = outcome.item, outcome.answer, outcome.support
    fields = {
        **answer_record(item.id, answer),
        **item.model_dump(include={"type", "split", "answerable"}),
        "question": item.question,
        "history": item.history,
        "digest": digest(item),
        "resolved": answer.resolved,
        "confidence": answer.confidence,
        "rank": outcome.rank,
        "retrieved": outcome.retrieved[:10],
        "right": outcome.right,
        "brief": outcome.brief,
        "cited": outcome.cited,
        "precision": outcome.precision,
        "quote_recall": support and support.recall,
        "quote_precision": support and support.precision,
        "unsupported": support.unsupported if support else (),
        "faults": outcome.faults,
        "judged": outcome.judged,
        "writing": answer.writing,
    }
    return ItemRecord.model_validate(fields)


def digest(item: Item) -> str:
    """SHA-256 of all fields of a question but its division into tuning and reporting."""
    return hashlib.sha256(item.model_dump_json(exclude={"split"}).encode()).hexdigest()


def read_report(path: Path) -> Report:
    """Read a report, or the one in a folder.

    Raises
    ------
    InputError
        There is none, or it is of another form; the message names the file.
    """
    file = path / REPORT if path.is_dir() else path
    try:
        return Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"无法读取评测报告 {file}（{error.strerror}）") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file} 不是这一版 ftz-qa evaluate 写的报告：{where} {first['msg']}") from error


def wrong_items(report: Report, *, show_reported: bool) -> tuple[list[ItemRecord], int]:
    """The questions with whose answers something is wrong.

    Parameters
    ----------
    show_reported
        Whether questions kept for reporting may be shown.

    Returns
    -------
    tuple
        The questions to show, and how many more are not to be shown.
    """
    wrong = [item for item in report.items if item.doubtful]
    shown = [item for item in wrong if show_reported or item.split == "dev"]
    return shown, len(wrong) - len(shown)
