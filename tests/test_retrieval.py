"""Hybrid retrieval, and the chain over it as LangChain knows them."""

from __future__ import annotations

import datetime as dt
import re
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda

from conftest import CARS, MEDICINE, PORT, RAIL, NgramEmbedder, make_issue
from ftz_qa.answerer import Answerer
from ftz_qa.answering import MAX_QUESTION_CHARS, AnswerChain, Request
from ftz_qa.errors import InputError, ModelError
from ftz_qa.index import PassageIndex
from ftz_qa.refusal import Judge
from ftz_qa.retrieval import HybridRetriever, document_hit, highest, hit_document
from ftz_qa.types import Answer, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ftz_qa.reading import ReadingModel
    from ftz_qa.types import Hit, Issue


@pytest.fixture
def retriever(small_index: PassageIndex, ngram_embedder: NgramEmbedder) -> HybridRetriever:
    return HybridRetriever(index=small_index, embedder=ngram_embedder)


def find(retriever: HybridRetriever, question: str, k: int = 10, issues: Sequence[int] | None = None) -> list[Hit]:
    vector = retriever.embedder.embed_queries([question])[0]
    return retriever.search(question, vector, k, issues)


# Search


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("生物医药园占地多少亩？", MEDICINE[0]),
        ("林查班", PORT[0]),
        ("出口二手车6820台", CARS[0]),
        ("梁保全是谁？", RAIL[0]),
    ],
)
def test_the_article_asked_about_comes_first(retriever: HybridRetriever, question: str, title: str) -> None:
    assert find(retriever, question)[0].passage.article.title == title


def test_hits_are_ordered_by_the_fused_score_within_0_and_1(retriever: HybridRetriever) -> None:
    scores = [hit.score for hit in find(retriever, "雁口铁路口岸出口二手车")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_hit_carries_the_scores_of_both_searches(retriever: HybridRetriever) -> None:
    question = "林查班航线"
    vector = retriever.embedder.embed_queries([question])[0]
    bm25 = retriever.index.lexical.scores(question)
    for hit in find(retriever, question):
        assert hit.passage is retriever.index.passages[hit.position]
        assert hit.dense == pytest.approx(float(retriever.index.vectors[hit.position] @ vector), abs=1e-5)
        assert hit.lexical == pytest.approx(float(bm25[hit.position]), abs=1e-5)


def test_what_is_best_in_both_searches_is_best_of_all_and_worst_last(retriever: HybridRetriever) -> None:
    hits = find(retriever, "青屿港新开通林查班集装箱航线")
    assert hits[0].dense == max(hit.dense for hit in hits)
    assert hits[0].lexical == max(hit.lexical for hit in hits)
    assert hits[0].score == pytest.approx(1.0)
    assert hits[-1].score < 0.5


def test_a_word_matched_to_the_letter_outweighs_a_small_lead_in_meaning(small_index: PassageIndex) -> None:
    target = next(i for i, p in enumerate(small_index.passages) if "林查班" in p.text)
    other = next(i for i, p in enumerate(small_index.passages) if p.article.title == CARS[0])
    small_index.vectors[:] = 0
    small_index.vectors[:, 0] = 0.50
    small_index.vectors[target, 0] = 0.99
    small_index.vectors[other, 0] = 1.0
    vector = np.zeros(small_index.dimension, dtype=np.float32)
    vector[0] = 1
    hits = HybridRetriever(index=small_index, embedder=NgramEmbedder()).search("林查班", vector, 2)
    assert [hit.position for hit in hits] == [target, other]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_no_more_than_k_hits_come_back(retriever: HybridRetriever, k: int) -> None:
    assert len(find(retriever, "口岸", k)) == k


@given(st.lists(st.sampled_from([0.0, 0.5, 0.25, 1.5, 3.0]), max_size=40), st.integers(1, 45))
def test_the_highest_scores_are_those_that_sorting_all_puts_first(values: list[float], k: int) -> None:
    scores = np.array(values, dtype=np.float32)
    np.testing.assert_array_equal(highest(scores, k), np.argsort(-scores, kind="stable")[:k])


def test_the_search_keeps_to_the_issues_given(retriever: HybridRetriever) -> None:
    assert {hit.passage.issue.number for hit in find(retriever, "雁口", issues=[1])} == {8}
    assert {hit.passage.issue.number for hit in find(retriever, "雁口", issues=[0, 1])} == {7, 8}
    # 林查班 stands in issue 7 alone, and still nothing of it comes back.
    assert {hit.passage.issue.number for hit in find(retriever, "林查班", issues=[1])} == {8}
    assert find(retriever, "雁口", issues=[]) == []


@pytest.mark.parametrize("question", ["", "  ", "？？？", "😀", "饕餮貔貅"])
def test_a_question_without_known_words_is_searched_by_meaning_alone(retriever: HybridRetriever, question: str) -> None:
    hits = find(retriever, question)
    assert len(hits) == len(retriever.index.passages)
    assert all(hit.lexical == 0 for hit in hits)
    dense = [hit.dense for hit in hits]
    assert dense == sorted(dense, reverse=True)


# As a LangChain retriever


def test_it_is_invoked_as_any_langchain_retriever(retriever: HybridRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("林查班航线")
    assert all(isinstance(document, Document) for document in documents)
    assert "林查班" in documents[0].page_content
    assert len(retriever.invoke("林查班航线", k=1)) == 1
    assert {d.metadata["issue"] for d in retriever.invoke("雁口", issues=[1])} == {8}
    assert len(HybridRetriever(index=retriever.index, embedder=retriever.embedder, k=2).invoke("雁口")) == 2


def test_it_composes_with_other_runnables(retriever: HybridRetriever) -> None:
    def titles_of(documents: list[Document]) -> list[str]:
        return [document.metadata["title"] for document in documents]

    titles = retriever | RunnableLambda(titles_of)
    first, second = titles.batch(["林查班航线", "生物医药园"])
    assert first[0] == PORT[0]
    assert second[0] == MEDICINE[0]


async def _ainvoke(retriever: HybridRetriever) -> list[Document]:
    return await retriever.ainvoke("林查班航线")


def test_it_can_be_awaited(retriever: HybridRetriever) -> None:
    import asyncio

    documents = asyncio.run(_ainvoke(retriever))
    assert documents[0].metadata["title"] == PORT[0]


def test_metadata_say_where_a_document_stands(retriever: HybridRetriever) -> None:
    document = retriever.invoke("林查班航线")[0]
    metadata = document.metadata
    assert metadata["series"] == "示例动态"
    assert metadata["issue"] == 7
    assert metadata["date"] == "2025-08-15"
    assert metadata["section"] == "示例板块"
    assert metadata["article_no"] == 2
    assert metadata["title"] == PORT[0]
    assert PORT[1][metadata["start"] : metadata["end"]] == document.page_content
    assert set(metadata) == {
        "series", "issue", "date", "section", "article_no", "title", "start", "end",
        "position", "score", "dense", "lexical",
    }  # fmt: skip


def test_metadata_are_plain_values_even_where_issue_and_date_are_unknown() -> None:
    index = PassageIndex.build([make_issue(None, RAIL)], NgramEmbedder())
    (document,) = HybridRetriever(index=index, embedder=NgramEmbedder()).invoke("班列")
    assert document.metadata["issue"] is None
    assert document.metadata["date"] is None
    assert all(value is None or type(value) in (str, int, float) for value in document.metadata.values())


def test_a_hit_survives_the_way_through_a_document(retriever: HybridRetriever) -> None:
    for hit in find(retriever, "口岸"):
        again = document_hit(hit_document(hit), retriever.index)
        assert again.passage is hit.passage
        assert (again.position, again.score, again.dense, again.lexical) == (
            hit.position, hit.score, hit.dense, hit.lexical,
        )  # fmt: skip


# The chain

ANSWERABLE = "青屿港2024年完成集装箱吞吐量多少万标箱？"
UNANSWERABLE = "片区明年高考报名人数是多少？"
STRUCTURAL = "第301期有哪些文章？"


class Recorder(BaseCallbackHandler):
    """Writes down which events it saw."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.documents: list[Document] = []
        self.outputs: list[Any] = []

    def on_chain_start(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """A chain began."""
        self.events.append("chain_start")

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """A chain ended with these outputs."""
        self.events.append("chain_end")
        self.outputs.append(outputs)

    def on_chain_error(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """A chain failed."""
        self.events.append("chain_error")

    def on_retriever_start(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """A retriever began."""
        self.events.append("retriever_start")

    def on_retriever_end(self, documents: Sequence[Document], **kwargs: Any) -> None:  # noqa: ANN401
        """A retriever found these documents."""
        self.events.append("retriever_end")
        self.documents.extend(documents)


def of(result: str | Answer) -> Answer:
    assert isinstance(result, Answer)
    return result


def check_citations(answer: Answer, issues: Sequence[Issue]) -> None:
    """Every marker has its citation, every citation its marker, and every quote is what the article prints."""
    markers = [int(n) for n in re.findall(r"\[(\d+)\]", answer.text)]
    assert sorted(set(markers)) == [citation.marker for citation in answer.citations]
    assert len({citation.marker for citation in answer.citations}) == len(answer.citations)
    bodies = {(i.series, i.number, a.number): a.body for i in issues for a in i.articles}
    for citation in (*answer.citations, *answer.leads):
        body = bodies[citation.series, citation.issue, citation.article_no]
        assert citation.quote == body[citation.start : citation.end]
        assert citation.quote in citation.paragraph or "\n" in citation.quote
        assert body[citation.paragraph_start :].startswith(citation.paragraph)


@pytest.mark.parametrize("question", [ANSWERABLE, UNANSWERABLE, STRUCTURAL])
def test_invoking_the_chain_gives_an_answer(answerer: Answerer, question: str) -> None:
    assert isinstance(answerer.chain, Runnable)
    answer = of(answerer.chain.invoke({"question": question}))
    assert answer.question == question
    assert answer.text
    assert answer.latency_ms > 0
    check_citations(answer, answerer.chain.index.issues)


@pytest.mark.parametrize("question", [ANSWERABLE, UNANSWERABLE, STRUCTURAL])
def test_streaming_gives_the_text_in_pieces_and_then_exactly_one_answer(answerer: Answerer, question: str) -> None:
    *pieces, answer = answerer.stream(question)
    assert pieces
    assert all(isinstance(piece, str) for piece in pieces)
    assert "".join(str(piece) for piece in pieces) == of(answer).text
    assert of(answer).text == answerer.answer(question).text


def test_a_structural_answer_streams_line_by_line(answerer: Answerer) -> None:
    *pieces, answer = answerer.stream(STRUCTURAL)
    assert len(pieces) == len(of(answer).text.splitlines()) > 3


def test_a_batch_is_answered_as_one_by_one(answerer: Answerer) -> None:
    questions = [ANSWERABLE, STRUCTURAL]
    answers = answerer.chain.batch([{"question": question} for question in questions])
    assert [of(a).text for a in answers] == [answerer.answer(question).text for question in questions]


def test_callbacks_see_chain_and_retriever(answerer: Answerer) -> None:
    recorder = Recorder()
    answer = answerer.chain.invoke({"question": ANSWERABLE}, config={"callbacks": [recorder]})
    assert recorder.events == ["chain_start", "retriever_start", "retriever_end", "chain_end"]
    assert recorder.documents
    assert recorder.outputs == [answer]


def test_callbacks_see_a_streamed_chain_too(answerer: Answerer) -> None:
    recorder = Recorder()
    list(answerer.chain.stream({"question": ANSWERABLE}, config={"callbacks": [recorder]}))
    assert recorder.events == ["chain_start", "retriever_start", "retriever_end", "chain_end"]


def test_callbacks_see_a_failure(answerer: Answerer) -> None:
    recorder = Recorder()
    with pytest.raises(InputError):
        answerer.chain.invoke({"question": " "}, config={"callbacks": [recorder]})
    assert recorder.events == ["chain_start", "chain_error"]


def test_the_chain_composes_with_other_runnables(answerer: Answerer) -> None:
    def request(text: str) -> Request:
        return {"question": text}

    def text_of(result: str | Answer) -> str:
        return of(result).text

    chain = RunnableLambda(request) | answerer.chain | RunnableLambda(text_of)
    assert chain.invoke(ANSWERABLE) == answerer.answer(ANSWERABLE).text


def test_a_history_completes_the_question_and_the_answer_says_how(answerer: Answerer) -> None:
    history = [Turn("user", "雁口铁路口岸2024年入境班列多少列？"), Turn("assistant", "760列。[1]")]
    answer = answerer.answer("那出境呢？", history)
    assert "出境" in answer.resolved
    assert "雁口铁路口岸" in answer.resolved
    assert any(answer.resolved in note for note in answer.notes)
    assert answerer.answer(ANSWERABLE).notes == ()


def test_an_answer_quotes_the_article_that_was_asked_about(answerer: Answerer) -> None:
    answer = answerer.answer(ANSWERABLE)
    assert not answer.refused
    assert answer.mode == "extractive"
    assert any(c.issue == 301 and "186" in c.quote for c in answer.citations)


def test_a_refusal_cites_nothing_and_offers_leads(answerer: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Judge, "answers", lambda *_: False)
    answer = answerer.answer(UNANSWERABLE)
    assert answer.refused
    assert answer.citations == ()
    assert 1 <= len(answer.leads) <= 3
    assert [lead.marker for lead in answer.leads] == list(range(1, len(answer.leads) + 1))
    assert len({(lead.issue, lead.article_no) for lead in answer.leads}) == len(answer.leads)
    assert "301" in answer.text  # what was searched is said


def test_a_named_issue_narrows_the_search_and_is_noted(answerer: Answerer) -> None:
    answer = answerer.answer("第302期提到雁口公路口岸的智能卡口什么时候投入使用？")
    assert any("302" in note for note in answer.notes)
    assert {c.issue for c in (*answer.citations, *answer.leads)} == {302}
    assert {hit.passage.issue.number for hit in answerer.search("第302期的雁口口岸", 5)} == {302}


def test_an_issue_that_is_not_indexed_is_said_to_be_missing(answerer: Answerer) -> None:
    answer = answerer.answer("第777期讲了什么？")
    assert answer.refused
    assert "第777期" in answer.text
    assert answer.citations == answer.leads == ()


@pytest.mark.parametrize("question", ["", " \n\u3000", "很" * (MAX_QUESTION_CHARS + 1)])
def test_no_question_and_too_long_a_question_are_input_errors(answerer: Answerer, question: str) -> None:
    with pytest.raises(InputError):
        answerer.answer(question)
    with pytest.raises(InputError):
        list(answerer.stream(question))


def test_a_question_of_the_greatest_length_is_answered(answerer: Answerer) -> None:
    answer = answerer.answer("雁" * MAX_QUESTION_CHARS)
    check_citations(answer, answerer.chain.index.issues)


def test_the_index_is_described_by_its_bounds(answerer: Answerer) -> None:
    summary = answerer.describe()
    numbers = sorted(issue.number or 0 for issue in answerer.chain.index.issues)
    assert (summary.first_issue, summary.last_issue) == (numbers[0], numbers[-1])
    assert summary.issue_count == len(numbers)
    assert summary.article_count == sum(len(issue.articles) for issue in answerer.chain.index.issues)
    assert summary.first_date is not None
    assert summary.last_date is not None
    assert summary.first_date < summary.last_date


def test_examples_are_questions_that_are_answered_and_stay_the_same(answerer: Answerer) -> None:
    examples = answerer.examples(3)
    assert 1 <= len(examples) == len(set(examples)) <= 3
    assert examples == answerer.examples(3)
    assert answerer.examples(0) == []
    assert not any(answerer.answer(question).refused for question in examples)


# Newer builds


@pytest.fixture
def numbered() -> tuple[Issue, Issue]:
    """Two made-up issues, 407 and 408."""
    return make_issue(407, RAIL, PORT), make_issue(408, MEDICINE, CARS)


@pytest.fixture
def fast_chain(numbered: tuple[Issue, Issue], tmp_path: Path, reading: ReadingModel) -> AnswerChain:
    """A chain over a published index of issue 407."""
    PassageIndex.build(numbered[:1], NgramEmbedder()).save(tmp_path)
    return AnswerChain(PassageIndex.load(tmp_path), NgramEmbedder(), reading, tmp_path)


def contents(chain: AnswerChain, number: int) -> Answer:
    return of(chain.invoke({"question": f"第{number}期有哪些文章？"}))


def test_a_newer_build_is_taken_up_between_two_questions(
    fast_chain: AnswerChain, numbered: tuple[Issue, Issue], tmp_path: Path
) -> None:
    assert contents(fast_chain, 408).refused
    PassageIndex.build(numbered, NgramEmbedder()).save(tmp_path)
    assert MEDICINE[0] in contents(fast_chain, 408).text
    assert Answerer(fast_chain).describe().issue_count == 2


def test_going_back_to_an_older_build_is_taken_up_too(
    fast_chain: AnswerChain, numbered: tuple[Issue, Issue], tmp_path: Path
) -> None:
    old = fast_chain.index.build_id
    PassageIndex.build(numbered, NgramEmbedder()).save(tmp_path)
    assert not contents(fast_chain, 408).refused
    (tmp_path / "current").write_text(old + "\n", encoding="ascii")
    assert contents(fast_chain, 408).refused


def damage_build(index_dir: Path) -> None:
    current = (index_dir / "current").read_text(encoding="ascii").strip()
    (index_dir / "builds" / current / "units.npy").write_bytes(b"broken")


def lose_pointer(index_dir: Path) -> None:
    (index_dir / "current").unlink()


def misdirect_pointer(index_dir: Path) -> None:
    (index_dir / "current").write_bytes(b"../../elsewhere")


@pytest.mark.parametrize("damage", [damage_build, lose_pointer, misdirect_pointer])
def test_a_damaged_newer_build_keeps_the_old_one_served_and_is_logged(
    fast_chain: AnswerChain,
    numbered: tuple[Issue, Issue],
    tmp_path: Path,
    damage: Any,  # noqa: ANN401
    caplog: pytest.LogCaptureFixture,
) -> None:
    old = fast_chain.index.build_id
    PassageIndex.build(numbered, NgramEmbedder()).save(tmp_path)
    damage(tmp_path)
    answer = contents(fast_chain, 407)
    assert RAIL[0] in answer.text
    assert fast_chain.index.build_id == old
    assert any("继续使用" in record.getMessage() for record in caplog.records)


def test_a_newer_build_of_another_model_keeps_the_old_one_served(
    fast_chain: AnswerChain, numbered: tuple[Issue, Issue], tmp_path: Path
) -> None:
    PassageIndex.build(numbered, NgramEmbedder("other")).save(tmp_path)
    assert not contents(fast_chain, 407).refused
    assert contents(fast_chain, 408).refused


def test_a_chain_is_not_made_over_an_index_of_another_model(small_index: PassageIndex, reading: ReadingModel) -> None:
    with pytest.raises(ModelError):
        AnswerChain(small_index, NgramEmbedder("other"), reading)


def test_questions_asked_while_builds_change_are_all_answered(
    fast_chain: AnswerChain, numbered: tuple[Issue, Issue], tmp_path: Path
) -> None:
    answers: list[Answer] = []

    def ask() -> None:
        answers.extend(contents(fast_chain, 407) for _ in range(10))

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for chosen in (numbered, numbered[:1], numbered):
        PassageIndex.build(chosen, NgramEmbedder()).save(tmp_path)
    for thread in threads:
        thread.join()
    assert len(answers) == 30
    for answer in answers:
        assert RAIL[0] in answer.text
        check_citations(answer, numbered)


def test_the_examples_of_an_index_without_issue_numbers_can_be_asked(tmp_path: Path, reading: ReadingModel) -> None:
    index = PassageIndex.build([make_issue(None, RAIL, date=dt.date(2025, 1, 1))], NgramEmbedder())
    answerer = Answerer(AnswerChain(index, NgramEmbedder(), reading))
    examples = answerer.examples(2)
    assert len(examples) == 2
    for question in examples:
        check_citations(answerer.answer(question), index.issues)
