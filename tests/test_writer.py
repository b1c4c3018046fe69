"""Answers in a language model's words: kept where the passages bear them out, else the extract stands."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import openai
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import FakeListChatModel
from pydantic import SecretStr

from conftest import CARS, MEDICINE, PORT, RAIL, REPOSITORY
from ftz_qa.answering import AnswerChain, Answerer, load_writer
from ftz_qa.errors import InputError, ModelError
from ftz_qa.prompts import load_prompt
from ftz_qa.settings import Settings
from ftz_qa.types import Answer
from ftz_qa.writer import PLACEHOLDERS, Writer, WriterError, Written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from langchain_core.callbacks import CallbackManagerForLLMRun
    from langchain_core.messages import BaseMessage

    from ftz_qa.embedding import Embedder
    from ftz_qa.index import PassageIndex
    from ftz_qa.reading import ReadingModel
    from ftz_qa.types import Passage

TRAINS = "2024年经雁口铁路口岸进出境的中欧班列有多少列？"
UNKNOWN = "北京大学今年录取了多少名新生？"


class ScriptedModel(FakeListChatModel):
    """Replies from a list, and remembers what it was sent."""

    prompts: list[str] = []  # noqa: RUF012 - pydantic copies it for every model

    def _call(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> str:
        self.prompts.append("\n".join(message.text for message in messages))
        return super()._call(messages, stop, run_manager, **kwargs)


class FailingModel(FakeListChatModel):
    """Raises instead of replying."""

    error: Exception

    def _call(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401
        raise self.error


def failing(error: Exception) -> FailingModel:
    return FailingModel(responses=["不会说出来"], error=error)


def writer_of(model: FakeListChatModel) -> Writer:
    return Writer(model, load_prompt(REPOSITORY / "prompts", "answer", PLACEHOLDERS))


# Checking a reply against the passages


@pytest.fixture
def passages(small_index: PassageIndex) -> list[Passage]:
    """RAIL, PORT, MEDICINE and CARS, in this order from 1."""
    by_title = {passage.article.title: passage for passage in small_index.passages}
    assert len(by_title) == len(small_index.passages)
    return [by_title[title] for title, _ in (RAIL, PORT, MEDICINE, CARS)]


def write(reply: str, passages: list[Passage]) -> Written:
    return writer_of(ScriptedModel(responses=[reply])).write("问题？", passages, {})


def test_a_borne_out_sentence_is_kept_and_cites_the_sentence_that_bears_it_out(passages: list[Passage]) -> None:
    written = write("雁口口岸出境302列、入境110列[1]。", passages)
    assert written.text == "雁口口岸出境302列、入境110列。[1]"
    (citation,) = written.citations
    assert (citation.title, citation.quote) == (RAIL[0], "其中出境302列；入境110列。")
    assert RAIL[1][citation.start : citation.end] == citation.quote


def test_citations_are_numbered_as_they_come_in_the_answer(passages: list[Passage]) -> None:
    written = write("出口二手车6820台[4]。园区占地142亩[3]。航程7天[2]。", passages)
    assert written.text == "出口二手车6820台。[1]园区占地142亩。[2]航程7天。[3]"
    assert [(c.marker, c.title) for c in written.citations] == [(1, CARS[0]), (2, MEDICINE[0]), (3, PORT[0])]
    for citation, (_, body) in zip(written.citations, (CARS, MEDICINE, PORT), strict=True):
        assert body[citation.start : citation.end] == citation.quote


def test_a_sentence_may_rest_on_two_passages(passages: list[Passage]) -> None:
    written = write("班列412列，二手车6820台[1][4]。", passages)
    assert written.text == "班列412列，二手车6820台。[1][2]"
    assert [c.title for c in written.citations] == [RAIL[0], CARS[0]]


@pytest.mark.parametrize(
    "reply",
    ["班列412列。[1]", "班列412列 [1] 。", "班列４１２列[1]", "  班列412列[1]。\n", "班列 412 列[1]；"],
)
def test_where_the_marker_stands_and_how_figures_are_printed_does_not_matter(
    passages: list[Passage], reply: str
) -> None:
    written = write(reply, passages)
    assert written.text.endswith("列。[1]")
    assert [c.title for c in written.citations] == [RAIL[0]]


@pytest.mark.parametrize(
    "bad",
    [
        "班列有999列[1]。",  # a figure that stands nowhere
        "班列有6820列[1]。",  # a figure of another passage
        "班列有41列[1]。",  # only the beginning of a figure
        "班列增长4.12%[1]。",
        "班列很多[9]。",  # no such passage
        "班列很多[0]。",
    ],
)
def test_a_sentence_that_is_not_borne_out_is_dropped_and_the_others_stay(passages: list[Passage], bad: str) -> None:
    written = write(f"航程7天[2]。{bad}园区占地142亩[3]。", passages)
    assert written.text == "航程7天。[1]园区占地142亩。[2]"
    assert [c.title for c in written.citations] == [PORT[0], MEDICINE[0]]
    with pytest.raises(WriterError):
        write(bad, passages)


def test_an_unknown_marker_beside_a_known_one_is_left_out(passages: list[Passage]) -> None:
    written = write("班列412列[1][9]。", passages)
    assert written.text == "班列412列。[1]"
    assert len(written.citations) == 1


def test_what_follows_the_last_marker_is_left_out(passages: list[Passage]) -> None:
    assert write("班列412列[1]。据我所知还会更多。", passages).text == "班列412列。[1]"


@pytest.mark.parametrize("reply", ["", "班列412列。", "[1]", "。[1]", "{}", "<b>班列</b>"])
def test_a_reply_without_any_cited_sentence_is_refused(passages: list[Passage], reply: str) -> None:
    with pytest.raises(WriterError):
        write(reply, passages)


def test_a_model_that_finds_nothing_writes_nothing(passages: list[Passage]) -> None:
    assert write("通报中没有找到答案", passages) == Written("", ())


def test_the_model_is_shown_numbered_passages_and_braces_in_them_stay_data(passages: list[Passage]) -> None:
    model = ScriptedModel(responses=["班列412列[1]。"])
    writer_of(model).write("{evidence}是多少？", passages, {})
    (prompt,) = model.prompts
    assert "{evidence}是多少？" in prompt
    for number, passage in enumerate(passages, start=1):
        assert f"\n[{number}] " in prompt
        assert f"《{passage.article.title}》\n{passage.text}" in prompt


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("慢"),
        ConnectionRefusedError(),
        ValueError("坏"),
        openai.OpenAIError("满"),
    ],
)
def test_a_failure_of_the_endpoint_is_a_writer_error_that_names_it(passages: list[Passage], error: Exception) -> None:
    with pytest.raises(WriterError, match=type(error).__name__) as caught:
        writer_of(failing(error)).write("问题？", passages, {})
    assert caught.value.__cause__ is error


def test_the_sentence_with_the_figure_is_cited_before_one_with_more_of_the_words(passages: list[Passage]) -> None:
    (citation,) = write("雁口铁路口岸今年开行中欧班列中，出境有302列[1]。", passages).citations
    assert citation.quote == "其中出境302列；入境110列。"


# Within the chain


def chain_with(model: FakeListChatModel, answerer: Answerer, embedder: Embedder) -> AnswerChain:
    return AnswerChain(answerer.chain.index, embedder, answerer.chain.reading, writer=writer_of(model))


def ask(chain: AnswerChain, question: str = TRAINS) -> Answer:
    return Answerer(chain).answer(question)


def number_of(fact: str, answerer: Answerer) -> int:
    """Under which number the passage with a fact is shown to the model."""
    return 1 + next(n for n, hit in enumerate(answerer.search(TRAINS, 8)) if fact in hit.passage.text)


def test_a_good_reply_becomes_the_answer(answerer: Answerer, embedder: Embedder) -> None:
    model = ScriptedModel(responses=[f"去年该口岸班列共912列[{number_of('912列', answerer)}]。"])
    answer = ask(chain_with(model, answerer, embedder))
    assert answer.mode == "llm"
    assert answer.text == "去年该口岸班列共912列。[1]"
    assert not answer.refused
    assert answer.notes == ()
    (citation,) = answer.citations
    assert (citation.issue, citation.article_no) == (301, 1)
    assert "912列" in citation.quote
    assert TRAINS in model.prompts[0]


def test_a_reply_streams_as_the_answer_that_it_becomes(answerer: Answerer, embedder: Embedder) -> None:
    model = ScriptedModel(responses=[f"班列912列[{number_of('912列', answerer)}]。"])
    *pieces, last = chain_with(model, answerer, embedder).stream({"question": TRAINS})
    assert isinstance(last, Answer)
    assert "".join(map(str, pieces)) == last.text == "班列912列。[1]"


@pytest.mark.parametrize("reply", ["班列有999列[1]。", "班列912列。", "班列912列[77]。"])
def test_behind_an_unverified_reply_the_extract_stands_with_a_note(
    answerer: Answerer, embedder: Embedder, reply: str
) -> None:
    answer, extract = ask(chain_with(ScriptedModel(responses=[reply]), answerer, embedder)), answerer.answer(TRAINS)
    assert (answer.text, answer.citations, answer.mode) == (extract.text, extract.citations, "extractive")
    (note,) = answer.notes
    assert "大模型未能作答" in note


@pytest.mark.parametrize("error", [TimeoutError("慢"), ConnectionResetError(), openai.OpenAIError("满")])
def test_behind_a_failing_model_the_extract_stands_with_a_note(
    answerer: Answerer, embedder: Embedder, error: Exception
) -> None:
    answer, extract = ask(chain_with(failing(error), answerer, embedder)), answerer.answer(TRAINS)
    assert (answer.text, answer.citations, answer.mode) == (extract.text, extract.citations, "extractive")
    (note,) = answer.notes
    assert type(error).__name__ in note


def test_where_the_model_sees_no_answer_the_extract_stands(answerer: Answerer, embedder: Embedder) -> None:
    answer = ask(chain_with(ScriptedModel(responses=["通报中没有找到答案"]), answerer, embedder))
    assert (answer.text, answer.mode) == (answerer.answer(TRAINS).text, "extractive")
    assert answer.notes == ()


@pytest.mark.parametrize("question", [UNKNOWN, "第303期有哪些文章？", "第777期讲了什么？"])
def test_refusals_and_structure_need_no_model(answerer: Answerer, embedder: Embedder, question: str) -> None:
    model = ScriptedModel(responses=["班列912列[1]。"])
    answer = ask(chain_with(model, answerer, embedder), question)
    assert model.prompts == []
    assert answer.text == answerer.answer(question).text


class Family(BaseCallbackHandler):
    """Remembers the parents of runs, and which run was the chat model's."""

    def __init__(self) -> None:
        self.parents: dict[UUID, UUID | None] = {}
        self.models: list[UUID] = []

    def on_chain_start(self, *args: Any, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        """A chain began."""
        self.parents[run_id] = parent_run_id

    def on_chat_model_start(self, *args: Any, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        """The model was asked."""
        self.parents[run_id] = parent_run_id
        self.models.append(run_id)


def test_callbacks_see_the_model_run_within_the_chain(answerer: Answerer, embedder: Embedder) -> None:
    family = Family()
    chain = chain_with(ScriptedModel(responses=["通报中没有找到答案"]), answerer, embedder)
    chain.invoke({"question": TRAINS}, {"callbacks": [family]})
    (root,) = [run for run, parent in family.parents.items() if parent is None]
    (run,) = family.models
    above = []
    while (parent := family.parents[run]) is not None:
        above.append(run := parent)
    assert above[-1] == root


# From settings, over HTTP


@dataclass
class Endpoint:
    """An OpenAI-compatible server: what it replies, and what it was sent."""

    url: str = ""
    status: int = 200
    reply: str = ""
    requests: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """One on this machine, for as long as a test runs."""
    state = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Reply to a chat completion."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append((self.path, self.headers["Authorization"], body))
            reply = state.reply.encode()
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401
            """Keep quiet."""

    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def completion(text: str) -> str:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "示例", "choices": [choice], "usage": usage}
    return json.dumps(whole)


def settings_of(base_url: str, prompts_dir: Path = REPOSITORY / "prompts", model: str = "qwen-示例") -> Settings:
    key = SecretStr("sk-1")
    return Settings(llm_model=model, llm_base_url=base_url, llm_api_key=key, prompts_dir=prompts_dir)


def test_the_model_of_the_settings_writes_over_http_and_broken_replies_leave_the_extract(
    endpoint: Endpoint, answerer: Answerer, embedder: Embedder, reading: ReadingModel
) -> None:
    writer = load_writer(settings_of(endpoint.url))
    chain = AnswerChain(answerer.chain.index, embedder, reading, writer=writer)
    endpoint.reply = completion(f"班列912列[{number_of('912列', answerer)}]。")
    answer = ask(chain)
    assert (answer.text, answer.mode) == ("班列912列。[1]", "llm")
    ((path, authorization, body),) = endpoint.requests
    assert (path, authorization) == ("/v1/chat/completions", "Bearer sk-1")
    assert (body["model"], body["temperature"]) == ("qwen-示例", 0)
    assert TRAINS in json.dumps(body["messages"], ensure_ascii=False)
    broken = [
        (200, "<html>"),
        (200, "{}"),
        (200, '{"choices": null}'),
        (200, '{"choices": []}'),
        (200, '{"choices": [{"index": 0}]}'),
        (401, '{"error": {"message": "key"}}'),
        (404, "?"),
        (500, "{}"),
    ]
    for endpoint.status, endpoint.reply in broken:
        answer = ask(chain)
        assert (answer.text, answer.mode) == (answerer.answer(TRAINS).text, "extractive"), endpoint.reply
        assert any("大模型未能作答" in note for note in answer.notes), endpoint.reply


def test_without_a_model_in_the_settings_there_is_no_writer() -> None:
    assert load_writer(settings_of("http://127.0.0.1:9/v1", model="")) is None


def test_a_missing_prompt_is_told_when_the_program_starts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"answer\.md"):
        load_writer(settings_of("http://127.0.0.1:9/v1", prompts_dir=tmp_path))


def test_a_missing_package_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from langchain.chat_models import base

    base._get_chat_model_creator.cache_clear()
    monkeypatch.setitem(sys.modules, "langchain_openai", None)
    monkeypatch.setitem(sys.modules, "langchain_openai.chat_models", None)
    with pytest.raises(ModelError, match=r"ftz-qa\[llm\]"):
        load_writer(settings_of("http://127.0.0.1:9/v1"))
