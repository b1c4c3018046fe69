"""Comparing two evaluations: what moved, whether it may be chance, and what counts as worse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from evaluation_parts import GOLD, answer, item, outcomes_of, report_of
from ftz_qa.comparing import Comparison, compare
from ftz_qa.errors import InputError
from ftz_qa.evaluation import judge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ftz_qa.evaluation import Outcome


def compared(old: Sequence[Outcome], new: Sequence[Outcome], folder: Path) -> Comparison:
    return compare(report_of(old, folder), report_of(new, folder))


def test_questions_that_moved_are_named(tmp_path: Path) -> None:
    found = compared(outcomes_of([True, False, True, False]), outcomes_of([True, True, False, False]), tmp_path)
    assert [change.new.id for change in found.better] == ["q-1"]
    assert [change.new.id for change in found.worse] == ["q-2"]
    assert (found.better[0].gained, found.worse[0].lost) == (("right",), ("right",))
    assert (found.fixed, found.broken) == (1, 1)


def test_other_citations_and_lengths_are_noticed_as_well(tmp_path: Path) -> None:
    asked = item(must=[["412列"]], gold=GOLD, concise=True)
    good = judge(asked, answer("412列[1]", (301, 1)), [])
    long = judge(asked, answer("412列[1]" + "很" * 200, (302, 1)), [])
    found = compared([good], [long], tmp_path)
    assert found.worse[0].lost == ("cited", "brief")
    assert (found.fixed, found.broken) == (0, 0)
    back = compared([long], [good], tmp_path)
    assert back.better[0].gained == ("cited", "brief")


def test_a_question_that_gains_and_loses_is_among_the_worse(tmp_path: Path) -> None:
    asked = item(must=[["412列"]], gold=GOLD)
    cited_wrong = judge(asked, answer("412列[1]", (302, 1)), [])
    said_wrong = judge(asked, answer("99列[1]", (301, 1)), [])
    found = compared([cited_wrong], [said_wrong], tmp_path)
    assert not found.better
    assert (found.worse[0].gained, found.worse[0].lost) == (("cited",), ("right",))


@pytest.mark.parametrize(
    ("fixed", "broken", "p_value"),
    [(0, 0, 1.0), (1, 1, 1.0), (5, 0, 2 / 32), (10, 0, 2 / 1024), (6, 1, 2 * (1 + 7) / 128)],
)
def test_the_exact_test_is_as_counted_by_hand(fixed: int, broken: int, p_value: float, tmp_path: Path) -> None:
    old = [*[False] * fixed, *[True] * broken, True, False]
    new = [*[True] * fixed, *[False] * broken, True, False]
    found = compared(outcomes_of(old), outcomes_of(new), tmp_path)
    assert (found.fixed, found.broken) == (fixed, broken)
    assert found.p_value == pytest.approx(p_value)


def test_only_a_fall_beyond_the_tolerance_is_a_regression(tmp_path: Path) -> None:
    found = compared(outcomes_of([True] * 50), outcomes_of([True] * 49 + [False]), tmp_path)
    assert [change.name for change in found.regressions(1.0)] == ["accuracy"]
    assert found.regressions(2.0) == []
    back = compared(outcomes_of([True] * 49 + [False]), outcomes_of([True] * 50), tmp_path)
    assert back.regressions(0.0) == []


def test_refusals_and_citations_are_guarded_as_well(tmp_path: Path) -> None:
    silent = item(id="s", answerable=False)
    refusing = [*outcomes_of([True]), judge(silent, answer("无", refused=True), [])]
    talking = [*outcomes_of([True]), judge(silent, answer("412列"), [])]
    assert [c.name for c in compared(refusing, talking, tmp_path).regressions(1.0)] == ["refusal_f1"]
    asked = item(must=[["412列"]], gold=GOLD)
    here, there = (judge(asked, answer("412列[1]", (issue, 1)), []) for issue in (301, 302))
    assert [c.name for c in compared([here], [there], tmp_path).regressions(1.0)] == ["citation_recall"]


def test_a_figure_that_lost_its_cases_has_fallen(tmp_path: Path) -> None:
    asked = item(must=[["412列"]], gold=GOLD)
    answered, refused = judge(asked, answer("412列[1]", (301, 1)), []), judge(asked, answer("无", refused=True), [])
    fallen = {change.name for change in compared([answered], [refused], tmp_path).regressions(1.0)}
    assert fallen == {"accuracy", "citation_recall"}


def test_reports_about_other_questions_are_not_compared(tmp_path: Path) -> None:
    outcomes = outcomes_of([True] * 10)
    with pytest.raises(InputError, match=r"7 题只在前一份中（q-3、q-4、q-5、q-6、q-7等）"):
        compared(outcomes, outcomes[:3], tmp_path)
    with pytest.raises(InputError, match=r"1 题只在后一份中（q-9）"):
        compared(outcomes[:9], outcomes, tmp_path)
    edited = replace(outcomes[4], item=outcomes[4].item.model_copy(update={"must": (("别的",),)}))
    with pytest.raises(InputError, match=r"1 题内容不同（q-4）"):
        compared(outcomes, [*outcomes[:4], edited, *outcomes[5:]], tmp_path)
