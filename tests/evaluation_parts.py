"""Questions, answers and outcomes for the tests of evaluation."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from ftz_qa.evaluation import Gold, Item, judge
from ftz_qa.evaluation_report import Report, make_report
from ftz_qa.settings import Settings
from ftz_qa.types import Answer, Citation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ftz_qa.evaluation import Outcome

GOLD = (Gold(issue=301, article=1),)


def item(**changes: Any) -> Item:  # noqa: ANN401
    """A question that the bulletins answer."""
    fields: dict[str, Any] = {"id": "q-001", "type": "number", "question": "多少列？", "answerable": True}
    return Item.model_validate({**fields, **changes})


def citation(issue: int | None, article: int, marker: int = 1, quote: str = "句。", title: str = "标题") -> Citation:
    """A citation of a sentence that is a whole paragraph."""
    date = dt.date(2025, 3, 15)
    return Citation(marker, "示例动态", issue, date, "板块", article, title, quote, 0, len(quote), quote, 0)


def answer(text: str = "412列。[1]", *sources: tuple[int | None, int], refused: bool = False) -> Answer:
    """An answer with citations of these issues and articles."""
    cited = tuple(citation(*source, marker=n) for n, source in enumerate(sources, start=1))
    return Answer("多少列？", text, refused, cited, "extractive")


def line(**changes: Any) -> str:  # noqa: ANN401
    """A line of a question set."""
    fields = {"id": "q-001", "type": "number", "question": "多少列？", "answerable": True}
    return json.dumps({**fields, **changes}, ensure_ascii=False)


def outcomes_of(rights: Sequence[bool], split: str = "dev") -> list[Outcome]:
    """One answered question for each, answered rightly or not."""
    asked = [item(id=f"q-{n}", must=[["412列"]], gold=GOLD, split=split) for n in range(len(rights))]
    texts = ["412列[1]" if right else "99列[1]" for right in rights]
    return [judge(i, answer(text, (301, 1)), [(301, 1)]) for i, text in zip(asked, texts, strict=True)]


def report_of(outcomes: Sequence[Outcome], folder: Path) -> Report:
    """A report over outcomes, as if their questions stood in a file."""
    questions = folder / "questions.jsonl"
    questions.write_text("", encoding="utf-8")
    return make_report(outcomes, [questions], "all", Settings(), "000001-build", "ngrams")
