"""What a language model was asked for is counted, with the reason where the extract stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from ftz_qa.types import Answer, Usage, Writing
from ftz_qa.web.metering import Meter, MeteredAnswerer

if TYPE_CHECKING:
    from collections.abc import Iterator

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
