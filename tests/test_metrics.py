"""Figures: intervals hold the figure and shrink, F1 is F1, and the TREC files give the same retrieval figures."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, ndcg_score

from evaluation_parts import GOLD, answer, item, outcomes_of
from ftz_qa import trec
from ftz_qa.evaluation import Outcome, judge
from ftz_qa.metrics import estimates, metrics, ndcg

# Intervals


@pytest.mark.parametrize("rights", [[True, False], [True] * 9 + [False], [True, False, False] * 20])
def test_an_interval_holds_its_figure(rights: list[bool]) -> None:
    for name, figure in estimates(outcomes_of(rights)).items():
        if name != "n":
            assert figure.low is not None
            assert figure.high is not None
            assert figure.low <= figure.value <= figure.high
            assert figure.n == len(rights)


def test_an_interval_shrinks_with_the_number_of_questions() -> None:
    widths = []
    for times in (5, 20, 80):
        figure = estimates(outcomes_of([True, True, False, True] * times))["accuracy"]
        assert figure.value == pytest.approx(0.75)
        assert figure.low is not None
        assert figure.high is not None
        widths.append(figure.high - figure.low)
    assert widths[0] > 1.5 * widths[1] > 2.25 * widths[2]


def test_an_interval_is_near_what_theory_says_of_a_share() -> None:
    figure = estimates(outcomes_of([True] * 70 + [False] * 30))["accuracy"]
    half = 1.96 * math.sqrt(0.7 * 0.3 / 100)
    assert [figure.low, figure.high] == pytest.approx([0.7 - half, 0.7 + half], abs=0.02)


def test_intervals_are_the_same_in_every_run() -> None:
    outcomes = outcomes_of([True, False, True])
    assert estimates(outcomes) == estimates(outcomes)


def test_a_single_case_has_no_interval() -> None:
    figure = estimates(outcomes_of([True]))["accuracy"]
    assert (figure.value, figure.low, figure.high, figure.n) == (1.0, None, None, 1)


def test_estimates_and_metrics_are_the_same_figures() -> None:
    outcomes = [*outcomes_of([True, False]), judge(item(answerable=False), answer("无", refused=True), [])]
    assert {name: figure.value for name, figure in estimates(outcomes).items()} == metrics(outcomes)


# Refusals


def decided(cases: list[tuple[bool, bool]]) -> list[Outcome]:
    return [judge(item(answerable=ok), answer("412列", refused=refused), []) for ok, refused in cases]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_refusal_f1_is_that_of_scikit_learn(cases: list[tuple[bool, bool]]) -> None:
    figures = metrics(decided(cases))
    silent = [not ok for ok, _ in cases]
    if any(silent):
        expected = f1_score(silent, [refused for _, refused in cases], zero_division=0)
        assert figures["refusal_f1"] == pytest.approx(expected)
    else:
        assert "refusal_f1" not in figures


def test_latency_percentiles_are_those_of_numpy() -> None:
    times = [float(n * n) for n in range(40)]
    (one,) = outcomes_of([True])
    figures = metrics([replace(one, answer=replace(one.answer, latency_ms=time)) for time in times])
    assert figures["latency_p50"] == pytest.approx(np.percentile(times, 50))
    assert figures["latency_p95"] == pytest.approx(np.percentile(times, 95))
    assert figures["latency_mean"] == pytest.approx(np.mean(times))


# Retrieval


@given(st.lists(st.booleans(), min_size=2, max_size=15), st.integers(0, 3))
def test_ndcg_is_that_of_scikit_learn(relevant: list[bool], missed: int) -> None:
    total = sum(relevant) + missed
    if not total:
        return
    # What was missed stands behind the tenth place.
    gains = np.array([*relevant, *[False] * 10, *[True] * missed], dtype=float)
    scores = -np.arange(len(gains), dtype=float)
    assert ndcg(relevant, total) == pytest.approx(ndcg_score([gains], [scores], k=10))


def ranked() -> list[Outcome]:
    """Questions whose gold articles stand at many places, two of them nowhere."""
    others: list[tuple[int | None, int]] = [(None, 9), *((400, n) for n in range(1, 15))]
    outcomes = []
    for place in (0, 1, 4, 9, 10, 12):
        found = [*others[:place], (301, 1), *others[place:]]
        outcomes.append(judge(item(id=f"one-{place}", gold=GOLD), answer(), found))
        both = item(id=f"two-{place}", gold=[{"issue": 301, "article": 1}, {"issue": 400, "article": 3}])
        outcomes.append(judge(both, answer(), found))
    outcomes.append(judge(item(id="nowhere", gold=[{"issue": 500, "article": 1}]), answer(), others))
    outcomes.append(judge(item(id="nothing", gold=GOLD), answer(), []))
    outcomes.append(judge(item(id="unanswerable", answerable=False), answer("无", refused=True), others))
    return outcomes


def recomputed(qrels: str, run: str) -> dict[str, float]:
    """MRR@10, nDCG@10 and success@k by the two files alone, as trec_eval reads them: ordered by score."""
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in qrels.splitlines():
        question, _, document, grade = line.split()
        if int(grade) > 0:
            relevant[question].add(document)
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for line in run.splitlines():
        question, q0, document, _, score, _ = line.split()
        assert q0 == "Q0"
        found[question].append((float(score), document))
    sums: dict[str, float] = defaultdict(float)
    for question, wanted in relevant.items():
        hits = [document in wanted for _, document in sorted(found[question], reverse=True)][:10]
        sums["mrr@10"] += next((1 / place for place, hit in enumerate(hits, start=1) if hit), 0.0)
        gain = sum(1 / math.log2(place + 1) for place, hit in enumerate(hits, start=1) if hit)
        sums["ndcg@10"] += gain / sum(1 / math.log2(place + 1) for place in range(1, min(len(wanted), 10) + 1))
        for k in (1, 5, 10):
            sums[f"recall@{k}"] += any(hits[:k])
    return {name: value / len(relevant) for name, value in sums.items()}


def test_the_trec_files_give_the_same_retrieval_figures() -> None:
    outcomes = ranked()
    figures = metrics(outcomes)
    expected = recomputed(trec.qrels(outcomes), trec.run(outcomes))
    assert 0 < figures["mrr@10"] < figures["recall@5"] < figures["recall@10"] < 1
    assert {name: figures[name] for name in expected} == pytest.approx(expected)


def test_a_ranking_has_one_line_a_document_in_trec_form() -> None:
    (outcome,) = [o for o in ranked() if o.item.id == "one-1"]
    assert trec.qrels([outcome]) == "one-1 0 issue-301/article-1 1\n"
    assert trec.run([outcome]).splitlines()[:2] == [
        "one-1 Q0 issue-none/article-9 1 1.000000 ftz_qa",
        "one-1 Q0 issue-301/article-1 2 0.500000 ftz_qa",
    ]


def test_questions_without_gold_are_in_neither_file() -> None:
    outcomes = ranked()
    assert "unanswerable" not in trec.qrels(outcomes) + trec.run(outcomes)
