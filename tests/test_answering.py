"""The whole chain with the real model over the sample issues: cited answers, honest refusals, newer builds."""

from __future__ import annotations

import asyncio
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda

from conftest import NgramEmbedder
from ftz_qa.answerer import Answerer, load_answerer
from ftz_qa.answering import MAX_QUESTION_CHARS, MAX_TURNS, AnswerChain, Request
from ftz_qa.errors import IndexMissingError, InputError, ModelError
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues
from ftz_qa.settings import Settings
from ftz_qa.types import Answer, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from uuid import UUID

    from langchain_core.documents import Document
    from langchain_core.runnables import RunnableConfig

    from ftz_qa.embedding import Embedder
    from ftz_qa.reading import ReadingModel

TRAINS = "2024年经雁口铁路口岸进出境的中欧班列有多少列？"
CONTENTS = "第303期有哪些文章？"
UNKNOWN = "北京大学今年录取了多少名新生？"
QUESTIONS = [
    TRAINS,
    "青屿港2024年完成集装箱吞吐量多少万标箱？",
    "青屿国际冷链物流园建在哪里？",
    "为什么雁口铁路口岸的班列增加了？",
    CONTENTS,
    UNKNOWN,
]


def of(result: str | Answer) -> Answer:
    assert isinstance(result, Answer)
    return result


def timeless(answer: str | Answer) -> Answer:
    """The answer without the time that it took."""
    return replace(of(answer), latency_ms=0.0)


def check_sources(answer: Answer, index: PassageIndex) -> None:
    """Citations are numbered from 1, each stands in the text, and quotes are what the articles print."""
    bodies = {(i.series, i.number, a.number): a.body for i in index.issues for a in i.articles}
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} == {c.marker for c in answer.citations}
    for citation in (*answer.citations, *answer.leads):
        body = bodies[citation.series, citation.issue, citation.article_no]
        assert body[citation.start : citation.end] == citation.quote != ""


# What is answered


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_marker_has_a_citation_that_quotes_its_article(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question)
    check_sources(answer, answerer.chain.index)
    assert bool(answer.citations) != answer.refused
    cited = {(citation.series, citation.issue, citation.article_no) for citation in answer.citations}
    assert bool(answer.leads) == (answer.mode != "structure")
    assert not cited & {(lead.series, lead.issue, lead.article_no) for lead in answer.leads}


def test_a_figure_is_answered_and_the_article_that_prints_it_is_cited(answerer: Answerer) -> None:
    answer = answerer.answer(TRAINS)
    assert "912列" in answer.text
    assert answer.mode == "extractive"
    (source, *_) = answer.citations
    assert (source.issue, source.article_no) == (301, 1)
    assert "912列" in source.quote
    assert answer.resolved == answer.question == TRAINS
    assert answer.notes == ()


def test_a_question_about_a_whole_issue_is_answered_from_its_structure(answerer: Answerer) -> None:
    answer = answerer.answer(CONTENTS)
    (issue,) = [issue for issue in answerer.chain.index.issues if issue.number == 303]
    assert answer.mode == "structure"
    assert [(c.issue, c.article_no) for c in answer.citations] == [(303, a.number) for a in issue.articles]


def test_what_the_bulletins_do_not_say_is_refused_with_bounds_and_leads(answerer: Answerer) -> None:
    answer = answerer.answer(UNKNOWN)
    issues = answerer.chain.index.issues
    numbers = sorted(issue.number for issue in issues if issue.number is not None)
    assert answer.refused
    assert answer.citations == ()
    assert f"第{numbers[0]}—{numbers[-1]}期" in answer.text
    assert f"共{sum(len(issue.articles) for issue in issues)}篇" in answer.text
    assert 1 <= len(answer.leads) <= 3
    assert [lead.marker for lead in answer.leads] == list(range(1, len(answer.leads) + 1))


def test_a_named_issue_limits_the_search_and_is_noted(answerer: Answerer) -> None:
    answer = answerer.answer("第305期里，雁口铁路口岸4月单月开行多少列？")
    assert "82列" in answer.text
    assert {c.issue for c in answer.citations} == {305}
    assert any("第305期" in note for note in answer.notes)


def test_a_refusal_within_a_named_issue_speaks_of_that_issue_only(answerer: Answerer) -> None:
    answer = answerer.answer(f"第305期里，{UNKNOWN}")
    assert answer.refused
    assert "第305期" in answer.text
    assert "301" not in answer.text
    assert {lead.issue for lead in answer.leads} == {305}


def test_an_issue_that_is_not_indexed_is_named_with_what_is(answerer: Answerer) -> None:
    answer = answerer.answer("第777期里，雁口铁路口岸开行多少列？")
    assert answer.refused
    assert "第777期" in answer.text
    assert "301" in answer.text
    assert answer.citations == answer.leads == ()


@pytest.mark.parametrize("question", ["", " \n\t\u3000"])
def test_an_empty_question_is_an_input_error(answerer: Answerer, question: str) -> None:
    with pytest.raises(InputError, match="请输入问题"):
        answerer.answer(question)


def test_a_question_beyond_the_limit_is_an_input_error_that_names_both_lengths(answerer: Answerer) -> None:
    with pytest.raises(InputError) as caught:
        answerer.answer("口" * (MAX_QUESTION_CHARS + 7))
    assert str(MAX_QUESTION_CHARS) in str(caught.value)
    assert str(MAX_QUESTION_CHARS + 7) in str(caught.value)


def test_blanks_around_a_question_do_not_count(answerer: Answerer) -> None:
    answer = answerer.answer(" " * MAX_QUESTION_CHARS + TRAINS + "\n")
    assert answer.text == answerer.answer(TRAINS).text


# The conversation so far

ENTERED = (
    Turn("user", "今年1—2月雁口铁路口岸的班列，入境的有多少列？"),
    Turn("assistant", "入境112列。[1]"),
)


def test_a_follow_up_is_resolved_from_the_history_and_answered(answerer: Answerer) -> None:
    answer = answerer.answer("那出境呢？", ENTERED)
    assert "出境" in answer.resolved
    assert "雁口铁路口岸" in answer.resolved
    assert "入境" not in answer.resolved
    assert any(answer.resolved in note for note in answer.notes)
    assert "26列" in answer.text
    assert answer.question == "那出境呢？"


def test_a_follow_up_replaces_no_more_than_the_word_that_it_contrasts_with(answerer: Answerer) -> None:
    answer = answerer.answer("那出境呢？", [Turn("user", "雁口铁路口岸2024年入境班列多少列？")])
    assert answer.resolved == "雁口铁路口岸2024年出境班列多少列？"


def test_a_question_that_stands_alone_is_answered_as_without_history(answerer: Answerer) -> None:
    question = QUESTIONS[2]
    assert timeless(answerer.answer(question, ENTERED)) == timeless(answerer.answer(question))


def test_what_the_assistant_said_is_no_source_of_the_question(answerer: Answerer) -> None:
    said = (Turn("assistant", "雁口铁路口岸2024年入境班列760列。"),)
    assert timeless(answerer.answer(TRAINS, said)) == timeless(answerer.answer(TRAINS))
    assert answerer.answer("那出境呢？", said).resolved == "那出境呢？"


def test_only_the_latest_turns_count(answerer: Answerer) -> None:
    filler = [Turn("assistant", "好的。")] * MAX_TURNS
    assert answerer.answer("那出境呢？", [*ENTERED, *filler]).resolved == "那出境呢？"
    assert "雁口" in answerer.answer("那出境呢？", [*ENTERED, *filler[2:]]).resolved


# As a LangChain Runnable


@dataclass(frozen=True)
class Run:
    """A run as a callback saw it begin."""

    kind: str
    parent: UUID | None


class Watcher(BaseCallbackHandler):
    """Remembers which runs began under which, how they ended, and what retrievers found."""

    def __init__(self) -> None:
        self.begun: dict[UUID, Run] = {}
        self.ended: list[UUID] = []
        self.outputs: dict[UUID, Any] = {}
        self.errors: list[BaseException] = []

    def on_chain_start(self, *args: Any, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        """A chain began."""
        self.begun[run_id] = Run("chain", parent_run_id)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:  # noqa: ANN401
        """A chain ended."""
        self.ended.append(run_id)
        self.outputs[run_id] = outputs

    def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:  # noqa: ANN401
        """A chain failed."""
        self.errors.append(error)

    def on_retriever_start(self, *args: Any, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        """A retriever began."""
        self.begun[run_id] = Run("retriever", parent_run_id)

    def on_retriever_end(self, documents: Sequence[Document], *, run_id: UUID, **kwargs: Any) -> None:  # noqa: ANN401
        """A retriever ended."""
        self.ended.append(run_id)
        self.outputs[run_id] = documents

    def of_kind(self, kind: str) -> list[UUID]:
        """The runs of a kind in the order in which they began."""
        return [run_id for run_id, run in self.begun.items() if run.kind == kind]


def asked(question: str) -> Request:
    return {"question": question}


def text_of(result: str | Answer) -> str:
    return of(result).text


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stream_is_the_text_in_pieces_and_then_the_answer_that_invoke_gives(
    answerer: Answerer, question: str
) -> None:
    *pieces, last = answerer.chain.stream({"question": question})
    assert not any(isinstance(piece, Answer) for piece in pieces)
    assert "".join(map(str, pieces)) == of(last).text
    assert timeless(last) == timeless(answerer.chain.invoke({"question": question}))


def test_a_batch_answers_in_the_order_of_its_questions(answerer: Answerer) -> None:
    answers = answerer.chain.batch([asked(question) for question in QUESTIONS], {"max_concurrency": 2})
    assert [timeless(a) for a in answers] == [timeless(answerer.answer(question)) for question in QUESTIONS]


def test_a_bad_question_of_a_batch_does_not_keep_the_others_from_their_answers(answerer: Answerer) -> None:
    first, bad, last = answerer.chain.batch([asked(TRAINS), asked(" "), asked(CONTENTS)], return_exceptions=True)
    assert isinstance(bad, InputError)
    assert "912列" in of(first).text
    assert of(last).mode == "structure"


def test_it_can_be_awaited(answerer: Answerer) -> None:
    async def both() -> list[str | Answer]:
        chain = answerer.chain
        return list(await asyncio.gather(chain.ainvoke({"question": TRAINS}), chain.ainvoke({"question": UNKNOWN})))

    answers = asyncio.run(both())
    assert [timeless(a) for a in answers] == [timeless(answerer.answer(question)) for question in (TRAINS, UNKNOWN)]


def test_it_composes_with_other_runnables(answerer: Answerer) -> None:
    chain = RunnableLambda(asked) | answerer.chain | RunnableLambda(text_of)
    assert chain.invoke(TRAINS) == answerer.answer(TRAINS).text


def test_behind_another_runnable_it_still_streams(answerer: Answerer) -> None:
    *pieces, last = (RunnableLambda(asked) | answerer.chain).stream(CONTENTS)
    assert len(pieces) > 3
    assert "".join(map(str, pieces)) == of(last).text


def invoke(chain: AnswerChain, config: RunnableConfig) -> None:
    chain.invoke({"question": TRAINS}, config)


def stream(chain: AnswerChain, config: RunnableConfig) -> None:
    list(chain.stream({"question": TRAINS}, config))


def ainvoke(chain: AnswerChain, config: RunnableConfig) -> None:
    asyncio.run(chain.ainvoke({"question": TRAINS}, config))


@pytest.mark.parametrize("way", [invoke, stream, ainvoke])
def test_callbacks_see_the_retriever_run_within_the_chain(
    answerer: Answerer, way: Callable[[AnswerChain, RunnableConfig], None]
) -> None:
    watcher = Watcher()
    way(answerer.chain, {"callbacks": [watcher]})
    (chain,) = watcher.of_kind("chain")
    retrievers = watcher.of_kind("retriever")
    assert watcher.begun[chain].parent is None
    assert retrievers
    assert {watcher.begun[run].parent for run in retrievers} == {chain}
    assert watcher.ended == [*retrievers, chain]
    assert any("912列" in document.page_content for document in watcher.outputs[retrievers[0]])
    assert watcher.errors == []


def test_within_a_sequence_the_runs_are_nested_three_deep(answerer: Answerer) -> None:
    watcher = Watcher()
    (RunnableLambda(asked) | answerer.chain).invoke(TRAINS, {"callbacks": [watcher]})
    (sequence,) = [run for run in watcher.of_kind("chain") if watcher.begun[run].parent is None]
    (chain,) = {watcher.begun[run].parent for run in watcher.of_kind("retriever")}
    assert chain is not None
    assert watcher.begun[chain] == Run("chain", sequence)
    assert isinstance(watcher.outputs[chain], Answer)


def test_callbacks_see_no_retriever_where_structure_answers(answerer: Answerer) -> None:
    watcher = Watcher()
    answer = answerer.chain.invoke({"question": CONTENTS}, {"callbacks": [watcher]})
    assert [run.kind for run in watcher.begun.values()] == ["chain"]
    assert list(watcher.outputs.values()) == [answer]


def test_callbacks_see_why_a_question_failed(answerer: Answerer) -> None:
    watcher = Watcher()
    with pytest.raises(InputError) as caught:
        answerer.chain.invoke({"question": ""}, {"callbacks": [watcher]})
    assert watcher.errors == [caught.value]
    assert watcher.ended == []


# The same answer every time


def test_the_same_question_gets_the_same_answer_again(
    answerer: Answerer, embedder: Embedder, reading: ReadingModel
) -> None:
    fresh = Answerer(AnswerChain(answerer.chain.index, embedder, reading))
    for question in QUESTIONS:
        first = timeless(answerer.answer(question))
        assert timeless(answerer.answer(question)) == first
        assert timeless(fresh.answer(question)) == first


def test_threads_get_the_answers_that_one_gets(answerer: Answerer) -> None:
    alone = [timeless(answerer.answer(question)) for question in QUESTIONS]

    def ask(shift: int) -> list[Answer]:
        """All questions from another one on, so that different ones are asked at once; in the usual order."""
        order = [(n + shift) % len(QUESTIONS) for n in range(len(QUESTIONS))]
        answers = {n: timeless(answerer.answer(QUESTIONS[n])) for n in order}
        return [answers[n] for n in sorted(answers)]

    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(ask, range(4)):
            assert together == alone


# Newer builds, and builds of another model

NEXT_ISSUE = """自贸动态（示例）

第 310 期

主办：云江省自贸办（示例）

2025 年 10 月 15 日

一、云江板块

（一）灵泽湿地公园迎来今年首批候鸟

10月8日，灵泽湿地公园监测到候鸟37种，总数4.2万只，其中白鹤120只。公园主任沈秋禾介绍，候鸟将停留至明年3月。
"""
BIRDS = "灵泽湿地公园监测到候鸟多少种？"


@pytest.fixture
def index_dir(sample_index_dir: Path, tmp_path: Path) -> Path:
    """A copy of the sample index to which builds may be added."""
    return shutil.copytree(sample_index_dir, tmp_path / "index")


@pytest.fixture
def serving(index_dir: Path, embedder: Embedder, reading: ReadingModel) -> Answerer:
    """The chain over that copy."""
    return Answerer(AnswerChain(PassageIndex.load(index_dir), embedder, reading, index_dir))


def add_next_issue(index_dir: Path, embedder: Embedder) -> str:
    path = index_dir.parent / "310.txt"
    path.write_text(NEXT_ISSUE, encoding="utf-8")
    return index_issues([path], index_dir, embedder).build_id


def test_a_newly_indexed_issue_is_answered_from_at_the_next_question(
    serving: Answerer, index_dir: Path, embedder: Embedder
) -> None:
    before = serving.answer(TRAINS)
    assert 310 not in {c.issue for c in serving.answer(BIRDS).citations}
    build_id = add_next_issue(index_dir, embedder)
    answer = serving.answer(BIRDS)
    assert "37种" in answer.text
    assert answer.citations[0].issue == 310
    check_sources(answer, serving.chain.index)
    assert serving.chain.index.build_id == build_id
    assert serving.describe().last_issue == 310
    assert serving.answer(TRAINS).citations[0] == before.citations[0]


def test_a_damaged_newer_build_leaves_the_old_one_serving_until_it_is_mended(
    serving: Answerer, index_dir: Path, embedder: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    before, old = timeless(serving.answer(TRAINS)), serving.chain.index.build_id
    vectors = index_dir / "builds" / add_next_issue(index_dir, embedder) / "vectors.faiss"
    good = vectors.read_bytes()
    vectors.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert timeless(serving.answer(TRAINS)) == before
    assert serving.chain.index.build_id == old
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any(old in warning and "vectors.faiss" in warning for warning in warnings)
    vectors.write_bytes(good)
    assert "37种" in serving.answer(BIRDS).text


def test_a_newer_build_of_another_model_leaves_the_old_one_serving(
    serving: Answerer, index_dir: Path, small_index: PassageIndex, caplog: pytest.LogCaptureFixture
) -> None:
    before = timeless(serving.answer(TRAINS))
    small_index.save(index_dir)
    assert timeless(serving.answer(TRAINS)) == before
    assert any(small_index.model_identity in record.getMessage() for record in caplog.records)


def test_without_an_index_folder_the_chain_keeps_to_its_index(
    index_dir: Path, small_index: PassageIndex, ngram_embedder: NgramEmbedder, reading: ReadingModel
) -> None:
    chain = AnswerChain(small_index, ngram_embedder, reading)
    small_index.save(index_dir)
    assert chain.index is small_index


def test_an_index_of_another_model_is_a_model_error_that_names_both(
    small_index: PassageIndex, embedder: Embedder, reading: ReadingModel
) -> None:
    with pytest.raises(ModelError) as caught:
        AnswerChain(small_index, embedder, reading)
    assert small_index.model_identity in str(caught.value)
    assert embedder.identity in str(caught.value)


# From settings


def settings_of(index_dir: Path) -> Settings:
    return Settings(index_dir=index_dir, embedding_model="", llm_model="")


def test_settings_make_the_same_chain(answerer: Answerer, sample_index_dir: Path) -> None:
    loaded = load_answerer(settings_of(sample_index_dir))
    assert timeless(loaded.answer(TRAINS)) == timeless(answerer.answer(TRAINS))


def test_without_an_index_the_error_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="ftz-qa index"):
        load_answerer(settings_of(tmp_path))
