"""What a language model was asked for is counted, with the reason where the extract stands."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args

from ftz_qa.database import FILE_NAME, Database
from ftz_qa.llm import FailureKind
from ftz_qa.types import Answer, Usage, Writing
from ftz_qa.web.feedback_tab import writings_html
from ftz_qa.web.metering import Meter, MeteredAnswerer
from ftz_qa.web.writings import Tally, WritingBook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

ANSWER = Answer("问？", "答。[1]", False, (), "extractive")


class Answering:
    """Gives answers one after the other."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)

    def stream(self, *args: object) -> Iterator[str | Answer]:
        """The next answer alone."""
        yield self._answers.pop(0)


def test_outcomes_sentences_and_tokens_are_counted() -> None:
    kept = Writing(repaired=1, dropped=2, unverified=3, usage=Usage(100, 10))
    answers = [replace(ANSWER, writing=one) for one in (kept, Writing("slow"), Writing("slow"), None)]
    meter = Meter()
    metered = MeteredAnswerer(cast("Any", Answering(*answers)), meter, "page")
    for _ in answers:
        metered.answer("问？", [])
    told = meter.exposition(None).decode()
    for line in (
        'ftz_qa_llm_answers_total{outcome="kept"} 1.0',
        'ftz_qa_llm_answers_total{outcome="slow"} 2.0',
        'ftz_qa_llm_sentences_total{fate="repaired"} 1.0',
        'ftz_qa_llm_sentences_total{fate="unverified"} 3.0',
        'ftz_qa_llm_tokens_total{direction="read"} 100.0',
        'ftz_qa_llm_tokens_total{direction="written"} 10.0',
    ):
        assert line in told


def test_without_a_model_nothing_of_it_is_counted() -> None:
    meter = Meter()
    MeteredAnswerer(cast("Any", Answering(ANSWER)), meter, "page").answer("问？", [])
    assert 'outcome="kept"' not in meter.exposition(None).decode()


def test_after_a_week_and_a_restart_it_can_be_seen_how_often_the_extract_stood_and_why(tmp_path: Path) -> None:
    today = [dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)]
    book = WritingBook(Database(tmp_path / FILE_NAME), lambda: today[0])
    meter = Meter(book.note)
    writings = [Writing(repaired=1, usage=Usage(100, 10)), Writing("slow", usage=Usage(50, 0)), Writing("slow")]
    answers = [replace(ANSWER, writing=one) for one in (*writings, None)]
    metered = MeteredAnswerer(cast("Any", Answering(*answers)), meter, "api")
    for _ in answers:
        metered.answer("问？", [])
    today[0] += dt.timedelta(days=6)
    book.note(Writing("unverified"))
    again = WritingBook(Database(tmp_path / FILE_NAME), lambda: today[0])
    week = again.last(7)
    assert week.outcomes == {"slow": 2, "kept": 1, "unverified": 1}
    assert (week.counts["answers"], week.counts["repaired"], week.counts["read"]) == (4, 1, 150)
    assert again.last(6).outcomes == {"unverified": 1}
    html = writings_html(again.last(6), week)
    assert "<tr><td>采用（逐句核对过）</td><td>0</td><td>1</td></tr>" in html
    assert "<tr><td>未采用：超时未答复</td><td>0</td><td>2</td></tr>" in html


def test_every_outcome_has_its_words() -> None:
    kinds = [*get_args(FailureKind), "silent", "unverified", "kept"]
    tally = Tally(
        dict.fromkeys(kinds, 1), dict.fromkeys(("repaired", "replaced", "dropped", "unverified", "read", "written"), 0)
    )
    html = writings_html(tally, tally)
    assert not [kind for kind in kinds if kind in html]
    assert html.count("未采用") == len(kinds) - 1


def test_an_answer_is_not_lost_where_it_cannot_be_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    book = WritingBook(Database(tmp_path / FILE_NAME))
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("DROP TABLE writing")
    answer = replace(ANSWER, writing=Writing("slow"))
    assert MeteredAnswerer(cast("Any", Answering(answer)), Meter(book.note), "page").answer("问？", []) == answer
    assert "未能记录" in caplog.text
