"""The sentence that answers is ranked first, whatever is asked; features stay in their ranges; nothing is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import CARS, MEDICINE, PORT, RAIL, NgramEmbedder, make_article, make_issue
from ftz_qa.index import PassageIndex
from ftz_qa.questions import understand
from ftz_qa.reader import READ_FIRST, READ_MOST, Reader, stored_weights
from ftz_qa.reading import ReadingModel
from ftz_qa.retrieval import HybridRetriever
from ftz_qa.terms import Terms
from ftz_qa.terms import tokens_of as tokens
from ftz_qa.text import normalize
from ftz_qa.types import Hit, Section
from ftz_qa.unit_features import FEATURES, asked_measure, has_expected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder
    from ftz_qa.reader import Evidence
    from ftz_qa.reading import Reading, ReadingText
    from ftz_qa.types import Issue

    FeaturesOf = Callable[[Issue, str], dict[str, Evidence]]

TRADE = (
    "青屿片区外贸运行平稳",
    "今年1月，青屿片区进出口额12.6亿元，同比增长5.2%。2月，进出口额9.8亿元，同比下降1.4%。"
    "前两个月，进出口额22.4亿元，同比增长2.2%。\n去年全年，青屿片区进出口额158亿元，其中出口96亿元；进口62亿元。",
)
STORE = (
    "云州冷链仓启用",
    "云州冷链仓位于临江大道北侧，由青禾物流有限公司建设。仓库于2024年11月8日启用，设计库容2.4万吨。\n"
    "由于果蔬对温度敏感，仓库分设三个温区。货物通过预约系统入库，凭二维码提货。\n"
    "目前已有红杉果业、北辰水产和南麓乳品三家企业入驻。下一步，仓库将增设海鲜暂养区。",
)
KINDS = [
    ("园区占地多少亩？", "占地142亩"),
    ("生物医药园总投资多少钱？", "6.5亿元"),
    ("有多少家企业签约入园？", "23家"),
    ("青屿片区2月进出口额是多少？", "9.8亿元"),
    ("青屿片区前两个月进出口额是多少？", "22.4亿元"),
    ("青屿片区1月进出口额同比增长多少？", "5.2%"),
    ("去年青屿片区出口多少亿元？", "出口96亿元"),
    ("冷链仓在什么地方？", "临江大道"),
    ("冷链仓是哪家公司建的？", "青禾物流"),
    ("冷链仓什么时候启用？", "2024年11月8日"),
    ("冷链仓为什么分设温区？", "由于果蔬"),
    ("货物怎样入库？", "预约系统"),
    ("哪些企业入驻了冷链仓？", "红杉果业"),
    ("冷链仓下一步有什么打算？", "海鲜暂养区"),
    ("冷链仓的库容有多大？", "2.4万吨"),
    ("换装时间缩短到几小时？", "3小时"),
    ("林查班航线每周几班？", "每周一班"),
]
HARD = [
    ("去年青屿片区进口多少亿元？", "进口62亿元"),
    ("二手车卖到哪个国家？", "哈萨克斯坦"),
    ("How many mu does the biomedicine park cover?", "占地142亩"),
]
SIGNS = (
    "expected_kind",
    "new_number",
    "measure",
    "month_match",
    "month_conflict",
    "year_match",
    "year_conflict",
    "plan",
    "is_heading",
    "short",
    "first_rank",
)
SHARES = (
    "unit_coverage",
    "context_coverage",
    "residual_coverage",
    "passage_coverage",
    "focus_coverage",
    "passage_fused",
)


@pytest.fixture(scope="module")
def index(embedder: Embedder) -> PassageIndex:
    """Made-up issues with the vectors of the real model."""
    issues = [make_issue(7, RAIL, PORT, TRADE, date=dt.date(2025, 3, 15)), make_issue(8, MEDICINE, CARS, STORE)]
    return PassageIndex.build(issues, embedder)


@pytest.fixture(scope="module")
def reader(index: PassageIndex, embedder: Embedder, reading: ReadingModel) -> Reader:
    return Reader(index, embedder, reading)


def find(index: PassageIndex, embedder: Embedder, question: str, k: int = 8) -> tuple[NDArray[np.float32], list[Hit]]:
    vector = embedder.embed_queries([question])[0]
    return vector, HybridRetriever(index=index, embedder=embedder).search(question, vector, k)


def ranked(reader: Reader, index: PassageIndex, embedder: Embedder, question: str) -> list[Evidence]:
    return reader.rank(understand(question), *find(index, embedder, question))


def feature(item: Evidence, name: str) -> float:
    return item.features[FEATURES.index(name)]


def one_article(title: str, body: str, **headings: list[str]) -> Issue:
    article = make_article(1, title, body, Section(1, "示例板块", "一、示例板块"), headings.get("headings", ()))
    return dataclasses.replace(make_issue(7, (title, body), date=dt.date(2025, 3, 15)), articles=(article,))


# What comes first


@pytest.mark.parametrize(("question", "answer"), KINDS)
def test_the_sentence_that_answers_comes_first(
    reader: Reader, index: PassageIndex, embedder: Embedder, question: str, answer: str
) -> None:
    first = ranked(reader, index, embedder, question)[0]
    assert answer in normalize(first.text)


@pytest.mark.parametrize(("question", "answer"), HARD)
def test_an_answer_in_other_words_or_of_few_words_is_among_the_first(
    reader: Reader, index: PassageIndex, embedder: Embedder, question: str, answer: str
) -> None:
    evidence = ranked(reader, index, embedder, question)
    assert answer in "".join(normalize(item.text) for item in evidence[:3])
    assert len(evidence) > 12


def test_two_questions_in_one_get_a_ranking_each(reader: Reader, index: PassageIndex, embedder: Embedder) -> None:
    question = "冷链仓什么时候启用，哪家公司建的？"
    rankings = reader.rank_parts(understand(question), *find(index, embedder, question))
    assert len(rankings) == 2
    assert "11月8日" in rankings[0][0].text
    assert "青禾物流" in rankings[1][0].text


def test_a_single_question_gets_one_ranking_as_by_rank(reader: Reader, index: PassageIndex, embedder: Embedder) -> None:
    question = understand("园区占地多少亩？")
    vector, hits = find(index, embedder, question.text)
    assert reader.rank_parts(question, vector, hits) == [reader.rank(question, vector, hits)]


# What a ranking is


@pytest.mark.parametrize("question", [question for question, _ in KINDS[::4]] + ["？", "a", "9"])
def test_a_ranking_holds_every_unit_of_the_hits_once_best_first(
    reader: Reader, index: PassageIndex, embedder: Embedder, question: str
) -> None:
    vector, hits = find(index, embedder, question)
    evidence = reader.rank(understand(question), vector, hits)
    expected = {(hit.position, span) for hit in hits for span in index.units_of(hit.position)[0]}
    assert {(item.hit.position, item.span) for item in evidence} == expected
    assert len(evidence) == len(expected)
    assert all(one.score >= other.score for one, other in pairwise(evidence))
    assert all(np.isfinite(item.score) for item in evidence)


def test_without_hits_there_is_no_evidence(reader: Reader, embedder: Embedder) -> None:
    vector = embedder.embed_queries(["园区占地多少亩？"])[0]
    assert reader.rank(understand("园区占地多少亩？"), vector, []) == []
    assert reader.rank_parts(understand("建在哪里，离码头多远？"), vector, []) == [[], []]


def test_an_article_without_a_body_can_be_read(ngram_embedder: NgramEmbedder, reading: ReadingModel) -> None:
    index = PassageIndex.build([make_issue(7, ("只有标题", ""))], ngram_embedder)
    vector, hits = find(index, ngram_embedder, "标题是什么？")
    assert len(hits) == 1
    assert Reader(index, ngram_embedder, reading).rank(understand("标题是什么？"), vector, hits) == []


def test_a_unit_says_what_is_printed(reader: Reader, index: PassageIndex, embedder: Embedder) -> None:
    for item in ranked(reader, index, embedder, "园区占地多少亩？"):
        assert item.text == item.hit.passage.article.body[item.span.start : item.span.end]
        assert item.text.strip() == item.text != ""


def test_weights_decide_the_order(
    small_index: PassageIndex, ngram_embedder: NgramEmbedder, reading: ReadingModel
) -> None:
    vector, hits = find(small_index, ngram_embedder, "班列")
    longest = Reader(small_index, ngram_embedder, reading, {"log_length": 1.0})
    shortest = Reader(small_index, ngram_embedder, reading, {"log_length": -1.0})
    down = [len(normalize(item.text)) for item in longest.rank(understand("班列"), vector, hits)]
    up = [len(normalize(item.text)) for item in shortest.rank(understand("班列"), vector, hits)]
    assert down == sorted(down, reverse=True)
    assert up == sorted(up)


@pytest.mark.parametrize("question", [question for question, _ in KINDS])
def test_features_stay_in_their_ranges(reader: Reader, index: PassageIndex, embedder: Embedder, question: str) -> None:
    for item in ranked(reader, index, embedder, question):
        assert len(item.features) == len(FEATURES)
        assert all(feature(item, name) in (0.0, 1.0) for name in SIGNS)
        assert all(0 <= feature(item, name) <= 1.0001 for name in SHARES)
        assert all(-1.001 <= feature(item, name) <= 1.001 for name in ("unit_cosine", "passage_cosine"))
        assert 0 <= feature(item, "longest_match") <= 2
        assert feature(item, "log_length") > 0
        assert feature(item, "unit_coverage") <= feature(item, "context_coverage") + 1e-6


@settings(max_examples=60)
@given(
    st.text(st.sampled_from("口岸班列去年今年多少几个月3月第一季度占地亩为什么谁在哪里，。？?%  ab1９"), max_size=30)
)
def test_any_question_can_be_read(reading: ReadingModel, question: str) -> None:
    embedder = NgramEmbedder()
    index = PassageIndex.build([make_issue(7, RAIL, PORT)], embedder)
    evidence = Reader(index, embedder, reading).rank(understand(question), *find(index, embedder, question))
    assert all(np.isfinite(item.features).all() and np.isfinite(item.score) for item in evidence)


@pytest.fixture
def features_of(reading: ReadingModel) -> FeaturesOf:
    """The units of an issue, by their text, judged for a question."""

    def judged(issue: Issue, question: str) -> dict[str, Evidence]:
        embedder = NgramEmbedder()
        index = PassageIndex.build([issue], embedder)
        evidence = Reader(index, embedder, reading).rank(understand(question), *find(index, embedder, question))
        return {item.text: item for item in evidence}

    return judged


def test_months_asked_about_match_and_others_conflict(features_of: FeaturesOf) -> None:
    units = features_of(one_article("外贸", "1月出口3台。前两个月出口8台。产品很好。"), "前两个月出口多少台？")
    assert feature(units["前两个月出口8台。"], "month_match") == 1
    assert feature(units["前两个月出口8台。"], "month_conflict") == 0
    assert feature(units["1月出口3台。"], "month_match") == 0
    assert feature(units["1月出口3台。"], "month_conflict") == 1
    assert feature(units["产品很好。"], "month_match") == 1  # it goes on with what was said before


def test_a_new_paragraph_does_not_go_on_with_the_period_before(features_of: FeaturesOf) -> None:
    units = features_of(one_article("外贸", "1月出口3台。\n产品很好。"), "1月出口多少台？")
    assert feature(units["产品很好。"], "month_match") == 0


def test_last_year_is_the_year_before_the_issue(features_of: FeaturesOf) -> None:
    units = features_of(one_article("外贸", "去年出口3台。今年出口8台。"), "2024年出口多少台？")
    assert [feature(units["去年出口3台。"], name) for name in ("year_match", "year_conflict")] == [1, 0]
    assert [feature(units["今年出口8台。"], name) for name in ("year_match", "year_conflict")] == [0, 1]


def test_figures_of_the_measure_asked_for_and_new_figures_are_seen(features_of: FeaturesOf) -> None:
    units = features_of(one_article("园区", "园区占地142亩。投资3亿元。1期已建成。"), "1期园区占地多少亩？")
    assert [feature(units["园区占地142亩。"], name) for name in ("measure", "new_number")] == [1, 1]
    assert [feature(units["投资3亿元。"], name) for name in ("measure", "new_number")] == [0, 1]
    assert [feature(units["1期已建成。"], name) for name in ("measure", "new_number")] == [0, 0]


def test_plans_count_only_where_plans_are_asked_for(features_of: FeaturesOf) -> None:
    issue = one_article("园区", "园区已建成。下一步将扩建。")
    assert feature(features_of(issue, "园区下一步有什么打算？")["下一步将扩建。"], "plan") == 1
    assert feature(features_of(issue, "园区下一步有什么打算？")["园区已建成。"], "plan") == 0
    assert feature(features_of(issue, "园区建成了吗？")["下一步将扩建。"], "plan") == 0


def test_inner_headings_are_told_from_sentences(features_of: FeaturesOf) -> None:
    issue = one_article("引才", "二、搭好平台\n平台已经建成。", headings=["二、搭好平台"])
    units = features_of(issue, "平台怎么样？")
    assert feature(units["二、搭好平台"], "is_heading") == 1
    assert feature(units["平台已经建成。"], "is_heading") == 0


# Words, kinds and measures


def test_coverage_is_the_weighted_share_of_the_question(small_index: PassageIndex) -> None:
    terms = Terms("生物医药园占地多少亩？", small_index.lexical.idf)
    assert terms.coverage(tokens("生物医药园占地142亩。")) > 0.6
    assert terms.coverage(tokens("新开通林查班航线")) == 0
    assert 0 < terms.coverage(tokens("生物医药园")) < terms.coverage(tokens("生物医药园占地"))
    assert terms.without(tokens("生物医药园占地")).coverage(tokens("生物医药园")) == 0


def test_a_question_without_words_of_its_own_covers_nothing(small_index: PassageIndex) -> None:
    terms = Terms("？", small_index.lexical.idf)
    assert terms.coverage(tokens("园区占地142亩")) == terms.unknown(small_index.lexical.idf) == 0


def test_words_that_the_index_lacks_are_counted(small_index: PassageIndex) -> None:
    idf = small_index.lexical.idf
    assert Terms("占地", idf).unknown(idf) == 0
    assert Terms("鲸鲨", idf).unknown(idf) == 1


@pytest.mark.parametrize(
    ("question", "figures", "others"),
    [
        ("园区占地多少亩？", ["142亩", "一百余亩", "3.5万亩"], ["142家", "亩产高"]),
        ("有几家企业入驻？", ["23家", "三家", "20多家"], ["23个", "企业"]),
        ("签约多少个项目？", ["12个", "3项", "5件", "四条"], ["12家", "项目"]),
        ("总投资多少？", ["6.5亿元", "300万美元", "五千元"], ["6.5亿", "3个"]),
        ("花了多少钱？", ["20万元"], ["20万"]),
        ("离码头多远？", ["8公里", "300米"], ["8天", "8号"]),
        ("航程多久？", ["7天", "36小时"], ["7班"]),
        ("面积多大？", ["2.1万平方米", "30亩"], ["2.1万吨"]),
        ("有多少人参加？", ["87人", "30余名"], ["87家"]),
        ("是几月几号？", ["3月", "12日"], ["3家"]),
        ("哪年建成的？", ["2024年"], ["3月"]),
    ],
)
def test_figures_of_the_measure_asked_for_are_recognised(question: str, figures: list[str], others: list[str]) -> None:
    measure = asked_measure(normalize(question))
    assert measure is not None
    assert [text for text in figures if not measure.search(normalize(text))] == []
    assert [text for text in others if measure.search(normalize(text))] == []


@pytest.mark.parametrize("question", ["谁建的？", "为什么？", "增长多少？", "How many?", ""])
def test_without_a_measure_none_is_expected(question: str) -> None:
    assert asked_measure(normalize(question)) is None


@pytest.mark.parametrize(
    ("question", "fitting", "other"),
    [
        ("多少列？", "开行412列", "开行班列"),
        ("增长率是多少？", "增长8.2%", "有所增长"),
        ("什么时候？", "3月12日首航", "首航成功"),
        ("哪家公司？", "由青禾物流有限公司建设", "已经建设"),
        ("在哪里？", "位于临江大道", "规模很大"),
        ("谁说的？", "站长梁保全介绍", "有所缩短"),
        ("有哪些？", "有橡胶、榴莲、木薯淀粉", "货物很多"),
        ("为什么？", "由于温度敏感", "温度很低"),
        ("怎么办理？", "通过系统预约", "已经完成"),
    ],
)
def test_the_kind_of_thing_asked_for_is_recognised(question: str, fitting: str, other: str) -> None:
    kind = understand(question).kind
    assert has_expected(kind, normalize(fitting))
    assert not has_expected(kind, normalize(other))


@pytest.mark.parametrize("text", ["", "规模很大"])
def test_a_kind_without_a_sign_of_its_own_accepts_anything(text: str) -> None:
    assert has_expected("other", text)
    assert has_expected("yesno", text)


def test_the_stored_model_names_only_features_that_there_are() -> None:
    weights = stored_weights()
    assert set(weights) <= set(FEATURES)
    assert len(weights) > len(FEATURES) // 2
    assert all(np.isfinite(weight) for weight in weights.values())
    assert weights["measure"] > 0 > weights["year_conflict"]
    assert all(weights[name] > 0 for name in ("read_answerable", "read_evidence", "read_mass"))


class CountingModel(ReadingModel):
    """The trained reader with a set certainty, which keeps count of what it is given."""

    def __init__(self, reading: ReadingModel, logit: float) -> None:
        self._inner, self._logit = reading, logit
        self.seen: list[str] = []

    def read(self, question: str, passages: Sequence[ReadingText]) -> list[Reading]:
        """As the trained reader, as certain as was set."""
        self.seen += [passage.text for passage in passages]
        return [dataclasses.replace(r, answerable=self._logit) for r in self._inner.read(question, passages)]


@pytest.mark.parametrize(("logit", "read"), [(5.0, READ_FIRST), (0.0, READ_MOST)])
def test_further_hits_are_read_only_while_none_surely_answers(reading: ReadingModel, logit: float, read: int) -> None:
    embedder = NgramEmbedder()
    articles = [(f"第{n}座园区启用", f"第{n}座园区占地{n}亩，已有企业入驻。") for n in range(1, 10)]
    index = PassageIndex.build([make_issue(7, *articles)], embedder)
    model = CountingModel(reading, logit)
    vector, hits = find(index, embedder, "园区占地多少亩？")
    evidence = Reader(index, embedder, model).rank(understand("园区占地多少亩？"), vector, hits)
    assert model.seen == [hit.passage.text for hit in hits[:read]]
    assert len({item.hit.position for item in evidence}) == len(hits) > READ_MOST


def test_what_tells_of_the_months_asked_about_is_read_whatever_its_rank(
    embedder: Embedder, reading: ReadingModel
) -> None:
    months = ("1—2月", "1—3月", "1—4月", "1—5月", "1—7月", "1—8月", "1—9月", "1—10月")
    articles = [
        (f"雁口口岸班列{period}开行{90 + 70 * n}列", f"{period}，雁口口岸开行班列{90 + 70 * n}列，同比增长{9 + n}%。")
        for n, period in enumerate(months)
    ]
    index = PassageIndex.build([make_issue(7, *articles, date=dt.date(2025, 11, 15))], embedder)
    question = "雁口口岸前8个月开了多少列班列？"
    vector, hits = find(index, embedder, question)
    gold = months.index("1—8月")
    # Even where the search puts it last.
    hits.sort(key=lambda hit: hit.passage.article.number == gold + 1)
    first = Reader(index, embedder, reading).rank(understand(question), vector, hits)[0]
    assert first.hit.passage.article.number == gold + 1
    assert first.reading is not None
