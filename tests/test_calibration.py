"""Confidence: what the answerer says of itself, reliability by bins, risk by coverage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation_parts import answer, item
from ftz_qa.calibration import reliability, risk_coverage
from ftz_qa.evaluation import Outcome, judge
from ftz_qa.refusal import stored_refusal_model

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

Case = tuple[float | None, bool, bool]


def outcome(confidence: float | None, answerable: bool, *, refused: bool = False, right: bool = True) -> Outcome:
    asked = item(answerable=answerable, must=[["412列"]] if answerable else [])
    given = replace(answer("412列" if right else "99列", refused=refused), confidence=confidence)
    return judge(asked, given, [])


# Where the confidence comes from


def test_an_answer_says_how_likely_it_is_one(answerer: Answerer) -> None:
    threshold = stored_refusal_model().threshold
    answered = answerer.answer("2024年经雁口铁路口岸进出境的中欧班列有多少列？")
    refused = answerer.answer("北京大学今年录取了多少名新生？")
    assert not answered.refused
    assert refused.refused
    assert answered.confidence is not None
    assert refused.confidence is not None
    assert 0 <= refused.confidence < threshold <= answered.confidence <= 1


@pytest.mark.parametrize("question", ["第303期有哪些文章？", "第999期讲了什么？", "？？"])
def test_what_was_not_judged_has_no_confidence(question: str, answerer: Answerer) -> None:
    assert answerer.answer(question).confidence is None


# Reliability


def test_a_reliability_table_is_as_counted_by_hand() -> None:
    outcomes = [
        outcome(0.92, True),
        outcome(0.98, True),
        outcome(0.95, False),
        outcome(1.0, True),
        outcome(0.31, False, refused=True),
        outcome(None, True),
    ]
    found = reliability(outcomes)
    assert found is not None
    assert [(b.low, b.high, b.count) for b in found.bins] == [(0.3, 0.4, 1), (0.9, 1.0, 4)]
    assert found.bins[1].confidence == pytest.approx((0.92 + 0.98 + 0.95 + 1) / 4)
    assert found.bins[1].answerable == 0.75
    assert found.n == 5
    assert found.error == pytest.approx((0.31 + 4 * (0.9625 - 0.75)) / 5)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_bins_hold_every_question_and_the_error_is_a_share(cases: list[tuple[float, bool]]) -> None:
    found = reliability([outcome(confidence, answerable) for confidence, answerable in cases])
    assert found is not None
    assert sum(b.count for b in found.bins) == len(cases)
    assert all(b.low - 1e-9 <= b.confidence <= b.high + 1e-9 for b in found.bins)
    assert 0 <= found.error <= 1


def test_perfect_confidence_has_no_error() -> None:
    found = reliability([outcome(1.0, True), outcome(0.0, False)])
    assert found is not None
    assert found.error == 0


# Risk and coverage


def test_a_risk_coverage_curve_is_as_counted_by_hand() -> None:
    outcomes = [
        outcome(0.7, False),
        outcome(0.9, True),
        outcome(0.8, True, right=False),
        outcome(0.2, False, refused=True),
        outcome(None, True, right=False),
    ]
    found = risk_coverage(outcomes)
    assert found is not None
    assert [point.coverage for point in found.points] == [0.25, 0.5, 0.75]
    assert [point.risk for point in found.points] == [0, 0.5, pytest.approx(2 / 3)]
    assert found.area == pytest.approx((0 + 0.5 + 2 / 3) / 3)
    assert found.n == 4


def test_questions_of_the_same_confidence_are_one_step_in_any_order() -> None:
    tied = [outcome(0.8, True), outcome(0.8, True, right=False)]
    one, other = risk_coverage(tied), risk_coverage(tied[::-1])
    assert one is not None
    assert one == other
    assert [(point.coverage, point.risk) for point in one.points] == [(1.0, 0.5)]
    assert one.area == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_the_curve_ends_at_what_the_answerer_does(cases: list[tuple[float, bool]]) -> None:
    found = risk_coverage([outcome(confidence, True, right=right) for confidence, right in cases])
    assert found is not None
    assert found.points[-1].coverage == 1
    assert found.points[-1].risk == pytest.approx(sum(not right for _, right in cases) / len(cases))
    coverages = [point.coverage for point in found.points]
    assert coverages == sorted(set(coverages))


def test_confidence_that_tells_right_from_wrong_has_the_smaller_area() -> None:
    rights = [True, True, True, False]
    good = risk_coverage([outcome(0.9 - n / 10, True, right=right) for n, right in enumerate(rights)])
    bad = risk_coverage([outcome(0.9 - n / 10, True, right=right) for n, right in enumerate(rights[::-1])])
    assert good is not None
    assert bad is not None
    assert good.area < bad.area


def test_without_confidence_there_is_neither() -> None:
    assert reliability([outcome(None, True)]) is None
    assert risk_coverage([outcome(None, True)]) is None
    assert risk_coverage([outcome(0.1, True, refused=True)]) is None
