"""What the evidence lacks is seen and lowers the chance of an answer; the decision follows the stored model."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CARS, MEDICINE, PORT, RAIL, NgramEmbedder, make_issue
from ftz_qa.index import PassageIndex
from ftz_qa.questions import understand
from ftz_qa.reader import Evidence
from ftz_qa.refusal import REFUSAL_FEATURES, Judge, RefusalModel, refusal_features, stored_refusal_model
from ftz_qa.types import Hit
from ftz_qa.unit_features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.answerer import Answerer

SIGNS = (
    "missing_years",
    "figure_asked",
    "reason_asked",
    "several_asked",
    "office_missing",
    "named_missing",
    "other_stage",
)
TODAY = dt.date(2025, 9, 15)
INDEX_ISSUES = [
    make_issue(7, RAIL, PORT, date=dt.date(2025, 8, 15)),
    make_issue(8, MEDICINE, CARS, date=TODAY),
    make_issue(
        6, ("外贸", "1月，出口3台。产品很好。\n前两个月出口8台。\n全年出口目标为100台。"), date=dt.date(2024, 3, 1)
    ),
]


@pytest.fixture(scope="module")
def index() -> PassageIndex:
    return PassageIndex.build(INDEX_ISSUES, NgramEmbedder())


def found(index: PassageIndex, *texts: str) -> list[Evidence]:
    """The units that hold the texts, as evidence."""
    evidence = []
    for text in texts:
        for position, passage in enumerate(index.passages):
            for span in index.units_of(position)[0]:
                if text in passage.article.body[span.start : span.end]:
                    features = (0.9,) + (0.0,) * (len(FEATURES) - 1)
                    evidence.append(Evidence(Hit(passage, position, 1.0, 0.9, 9.0), span, 5.0, features))
    assert len(evidence) == len(texts)
    return evidence


def features(index: PassageIndex, question: str, *texts: str) -> dict[str, float]:
    values = refusal_features(understand(question), found(index, *texts), index.newest_date)
    return dict(zip(REFUSAL_FEATURES, values, strict=True))


# The reader


def test_the_best_unit_counts(index: PassageIndex) -> None:
    evidence = found(index, "占地142亩", "23家企业")
    rows = []
    for n, item in enumerate(evidence):
        row = list(item.features)
        for k, name in enumerate(("month_conflict", "read_answerable")):
            row[FEATURES.index(name)] = 0.1 * (n + k + 1)
        rows.append(replace(item, features=tuple(row)))
    values = refusal_features(understand("园区占地多少亩？"), rows, index.newest_date)
    named = dict(zip(REFUSAL_FEATURES, values, strict=True))
    assert named["month_conflict"] == pytest.approx(0.1)
    assert named["read_answerable"] == pytest.approx(0.2)


# Times


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("2019年出口二手车多少台？", "二手车6820台", 1),
        ("2024年出口二手车多少台？", "二手车6820台", 0),  # 去年 of an issue of 2025
        ("去年出口二手车多少台？", "二手车6820台", 0),
        ("今年上半年开行班列多少列？", "班列412列", 0),
        ("2025年航线每周几班？", "每周一班", 0),  # nothing named: the year of the issue
        ("今年前两个月出口多少台？", "前两个月出口8台", 1),  # an issue of 2024
        ("2024年前两个月出口多少台？", "前两个月出口8台", 0),
        ("出口二手车多少台？", "二手车6820台", 0),
    ],
)
def test_years_that_the_evidence_does_not_speak_of_are_missing(
    index: PassageIndex, question: str, text: str, missing: float
) -> None:
    assert features(index, question, text)["missing_years"] == missing


def test_without_any_dates_no_relative_year_is_missing() -> None:
    index = PassageIndex.build([make_issue(None, CARS)], NgramEmbedder())
    assert index.newest_date is None
    assert features(index, "去年出口二手车多少台？", "二手车6820台")["missing_years"] == 0


# What is asked for


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("园区占地多少亩？", "figure_asked"),
        ("园区为什么这样建？", "reason_asked"),
        ("园区建在哪里，谁建的？", "several_asked"),
    ],
)
def test_what_is_asked_for_is_told(index: PassageIndex, question: str, name: str) -> None:
    told = ("figure_asked", "reason_asked", "several_asked")
    values = features(index, question, "占地142亩")
    assert [other for other in told if values[other]] == [name]


# What is named


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("园区总经理是谁？", 1.0),
        ("青屿海关关长是谁？", 1.0),  # there is a deputy only
        ("青屿海关副关长是谁？", 0.0),
        ("管委会主任叫什么？", 0.0),
        ("负责人是谁？", 0.0),  # whoever it is
        ("总经理什么时候到任？", 0.0),  # no question for a person
    ],
)
def test_an_office_that_the_evidence_does_not_name_is_missing(question: str, missing: float) -> None:
    said = ("会议", "管委会主任苏晓月和青屿海关副关长白若川出席了会议。")
    index = PassageIndex.build([make_issue(1, said, date=TODAY)], NgramEmbedder())
    assert features(index, question, "苏晓月")["office_missing"] == missing


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("二期投资多少？", 0.0),
        ("三期投资多少？", 1.0),
        ("首批入驻企业有多少家？", 1.0),
        ("进口货值有多少？", 0.0),
        ("出口货值有多少？", 1.0),
        ("进出口货值有多少？", 1.0),
        ("回程货值有多少？", 0.0),  # another word for what comes in
        ("园区是几月几日开园的？", 1.0),
        ("园区是哪一年开园的？", 0.0),
        ("园区的铁路货值有多少？", 1.0),
        ("硕士有多少人？", 1.0),
    ],
)
def test_one_of_a_row_that_the_evidence_does_not_name_is_missing(question: str, missing: float) -> None:
    said = ("园区", "园区二期投资3亿元。\n去年进口货值8亿元，博士12人。")
    index = PassageIndex.build([make_issue(1, said, date=TODAY)], NgramEmbedder())
    assert features(index, question, "二期投资", "进口货值")["named_missing"] == missing


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("园区什么时候投产？", 1.0),
        ("园区什么时候开工？", 0.0),
        ("园区什么时候动工？", 0.0),  # another word for it
        ("园区投资多少？", 0.0),
        ("园区什么时候开工、什么时候投产？", 0.0),  # part of it is told
    ],
)
def test_another_stage_than_the_one_asked_about_is_told(question: str, other: float) -> None:
    index = PassageIndex.build([make_issue(1, ("园区", "园区去年3月开工。"), date=TODAY)], NgramEmbedder())
    assert features(index, question, "开工")["other_stage"] == other


@given(
    st.text(st.sampled_from("园区占地多少亩澳门去年今2019年1月前两个为什么谁班列？，。% ab９"), max_size=30)
    | st.text(max_size=20),
    st.lists(st.sampled_from(["占地142亩", "班列412列", "每周一班", "产品很好"]), min_size=1, max_size=3, unique=True),
)
def test_any_question_gives_features_in_their_ranges(index: PassageIndex, question: str, texts: list[str]) -> None:
    values = features(index, question, *texts)
    assert tuple(values) == REFUSAL_FEATURES
    assert values["bias"] == 1
    assert all(values[name] in (0.0, 1.0) for name in SIGNS)
    assert all(math.isfinite(value) for value in values.values())


# The decision


def judge(index: PassageIndex, model: RefusalModel | None = None) -> Judge:
    return Judge(index.lexical.idf, index.newest_date, model)


def probabilities(index: PassageIndex, questions: Sequence[str], text: str) -> list[float]:
    return [judge(index).probability(understand(question), found(index, text)) for question in questions]


@pytest.mark.parametrize(
    ("answerable", "lacking"),
    [
        ("生物医药园区占地多少亩？", "生物医药园区2019年占地多少亩？"),
        ("生物医药园区占地多少亩？", "生物医药园区三期占地多少亩？"),
        ("生物医药园区是谁建的？", "生物医药园区的总经理是谁？"),
    ],
)
def test_whatever_the_evidence_lacks_makes_an_answer_less_likely(
    index: PassageIndex, answerable: str, lacking: str
) -> None:
    more, less = probabilities(index, [answerable, lacking], "占地142亩")
    assert 0 < less < more < 1


@given(st.lists(st.floats(-60, 60), min_size=2, max_size=6).map(sorted))
def test_a_larger_weight_of_what_is_there_never_lowers_the_chance(index: PassageIndex, weights: list[float]) -> None:
    question, evidence = understand("园区占地多少亩？"), found(index, "占地142亩")
    chances = [
        judge(index, RefusalModel({"fused_score": weight}, 0.5)).probability(question, evidence) for weight in weights
    ]
    assert all(0 <= one <= other <= 1 for one, other in pairwise(chances))


@pytest.mark.parametrize(("threshold", "answers"), [(0.49, True), (0.5, True), (0.51, False)])
def test_from_the_threshold_on_there_is_an_answer(index: PassageIndex, threshold: float, answers: bool) -> None:
    even = judge(index, RefusalModel({}, threshold))
    assert even.probability(understand("园区占地多少亩？"), found(index, "占地142亩")) == 0.5
    assert even.answers(understand("园区占地多少亩？"), found(index, "占地142亩")) is answers


@pytest.mark.parametrize("question", ["asdf", "qwerty uiop", "xx yy zz", "a b c"])
def test_noise_in_latin_script_is_never_answered(index: PassageIndex, question: str) -> None:
    sure = judge(index, RefusalModel({"bias": 50.0}, 0.5))
    assert sure.probability(understand(question), found(index, "占地142亩")) == 0
    assert not sure.answers(understand(question), found(index, "占地142亩"))


@pytest.mark.parametrize("question", ["How large is the park?", "What does the park cover?", "142"])
def test_a_question_in_latin_script_or_something_known_is_judged(index: PassageIndex, question: str) -> None:
    sure = judge(index, RefusalModel({"bias": 50.0}, 0.5))
    assert sure.answers(understand(question), found(index, "占地142亩"))


def test_without_evidence_there_is_no_answer(index: PassageIndex) -> None:
    sure = judge(index, RefusalModel({"bias": 50.0}, 0.0))
    assert sure.probability(understand("园区占地多少亩？"), []) == 0


def test_the_stored_model_weighs_the_features_that_there_are() -> None:
    model = stored_refusal_model()
    assert set(model.weights) == set(REFUSAL_FEATURES)
    assert all(math.isfinite(weight) for weight in model.weights.values())
    assert 0 < model.threshold < 1
    assert model.weights["missing_years"] < 0 < model.weights["read_answerable"]


@pytest.mark.parametrize(
    "question",
    ["雁口铁路口岸2024年开行中欧班列多少列？", "青屿港2024年集装箱吞吐量是多少？", "林查班航线主要承运什么？"],
)
def test_what_the_sample_issues_say_is_answered(answerer: Answerer, question: str) -> None:
    assert not answerer.answer(question).refused


@pytest.mark.parametrize(
    "question",
    ["雁口铁路口岸2011年开行中欧班列多少列？", "澳门的博彩业去年收入多少亿元？", "怎么做红烧肉？", "asdf qwer zxcv"],
)
def test_what_the_sample_issues_do_not_say_is_refused(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question)
    assert answer.refused
    assert answer.citations == ()
