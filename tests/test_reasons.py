"""A question for the reason gets the sentence that gives it, where the best one only tells what came about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conftest import make_article, make_issue
from ftz_qa.composing import compose
from ftz_qa.questions import kind_of, understand
from ftz_qa.reader import Evidence
from ftz_qa.text import split_sentences
from ftz_qa.types import Hit, Passage, Section
from ftz_qa.unit_features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

EFFECT = "东港出境班列增速明显快于入境，空箱问题有所缓解。"
CAUSE = "东港站站长分析，货源地更近，费用更省。"
AIM = "为进一步畅通金融要素与企业的对接渠道，推动发展。"
EVENT = "6月18日，东港举办对接活动，企业踊跃参加。"
FAR = "东港另有一处堆场正在扩建，面积三万平方米，预计年底投用。" * 8


def ranked(body: str, best: str, focus: float = 1.0) -> list[Evidence]:
    """The units of an article, the named one far before the others, all about what is asked to the same degree."""
    article = make_article(1, "示例文章", body, Section(1, "示例板块", "一、示例板块"), ())
    hit = Hit(Passage(make_issue(7), article, 0, len(body)), 1, 1.0, 0.9, 9.0)
    features = tuple(focus if name == "focus_coverage" else 0.0 for name in FEATURES)
    units = [Evidence(hit, span, 0.0, features) for span in split_sentences(body, semicolons=True)]
    return sorted((replace(unit, score=9.0 * (best in unit.text)) for unit in units), key=lambda unit: -unit.score)


def answer(question: str, ranking: Sequence[Evidence]) -> str:
    return compose(understand(question), [ranking]).text


@pytest.mark.parametrize("body", [EFFECT + CAUSE, EFFECT + "\n" + CAUSE, CAUSE + EFFECT])
def test_the_cause_beside_an_effect_is_given(body: str) -> None:
    assert CAUSE.rstrip("。") in answer("东港出境班列为啥比入境快？", ranked(body, EFFECT))


def test_the_aim_of_what_was_done_is_given_where_it_is_asked_for() -> None:
    ranking = ranked(AIM + EVENT, EVENT)
    assert AIM in answer("东港为什么要搞对接活动？", ranking)
    assert AIM not in answer("东港的企业为什么踊跃参加？", ranking)


@pytest.mark.parametrize(
    ("body", "best", "focus"),
    [
        ("班列增长得益于货源。" + CAUSE, "班列增长得益于货源。", 1.0),
        ("企业因缺少单证而被退回。" + CAUSE, "企业因缺少单证而被退回。", 1.0),
        (EFFECT + FAR + CAUSE, EFFECT, 1.0),
        (EFFECT + "\n" + "堆场在扩建。" + "\n" + CAUSE, EFFECT, 1.0),
        (EFFECT + CAUSE, EFFECT, 0.0),
    ],
)
def test_nothing_is_added_to_a_reason_nor_from_afar_nor_about_something_else(
    body: str, best: str, focus: float
) -> None:
    assert CAUSE.rstrip("。") not in answer("东港出境班列为啥比入境快？", ranked(body, best, focus))


def test_other_questions_get_no_reasons() -> None:
    assert CAUSE.rstrip("。") not in answer("东港出境班列快多少？", ranked(EFFECT + CAUSE, EFFECT))


@pytest.mark.parametrize(
    "question",
    [
        "班列变慢了，车站怎么解释？",
        "是什么缘故？",
        "吞吐量涨得快靠的是什么？",
        "设联络处图什么？",
        "办活动的目的是什么？",
    ],
)
def test_a_reason_is_asked_for_in_many_words(question: str) -> None:
    assert kind_of(question) == "reason"


@pytest.mark.parametrize("question", ["出来说储备项目的是谁？", "图书馆在哪里？", "靠什么措施破解难题？"])
def test_what_only_looks_like_it_is_another_question(question: str) -> None:
    assert kind_of(question) != "reason"
