"""Answers in a language model's words: each sentence is kept, mended, replaced, marked or left out."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openai
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from pydantic import SecretStr

from conftest import CARS, MEDICINE, PORT, RAIL, REPOSITORY
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.errors import InputError, ModelError
from ftz_qa.evidence import token_bound
from ftz_qa.llm_calls import LlmClient
from ftz_qa.llm_setup import load_client, load_writer
from ftz_qa.nearness import Nearness
from ftz_qa.settings import Settings
from ftz_qa.types import Answer, Usage
from ftz_qa.writer import Draft, Room
from llm_parts import ScriptedChat, client_of, writer_of, written

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from ftz_qa.embedding import Embedder
    from ftz_qa.index import PassageIndex
    from ftz_qa.types import Passage

TRAINS = "2024年经雁口铁路口岸进出境的中欧班列有多少列？"
UNKNOWN = "北京大学今年录取了多少名新生？"
EXTRACT = Answer("问题？", "原文摘录。[1]", False, (), "extractive", notes=("仅检索第7期",))


@pytest.fixture
def passages(small_index: PassageIndex) -> list[Passage]:
    """RAIL, PORT, MEDICINE and CARS, in this order from 1."""
    by_title = {passage.article.title: passage for passage in small_index.passages}
    assert len(by_title) == len(small_index.passages)
    return [by_title[title] for title, _ in (RAIL, PORT, MEDICINE, CARS)]


def write(passages: list[Passage], *replies: Any, room: Room | None = None) -> Answer:  # noqa: ANN401
    """The answer from replies; what is shown meanwhile is its text."""
    shown, answer = written(writer_of(client_of(*replies)[0], room=room), passages, EXTRACT)
    assert shown == answer.text
    return answer


def fell_back(answer: Answer) -> str:
    """Why the extract stands."""
    assert (answer.text, answer.mode, answer.unverified) == (EXTRACT.text, "extractive", ())
    assert answer.notes[0] == "仅检索第7期"
    assert len(answer.notes) == 2
    assert answer.writing is not None
    return answer.writing.fallback


# Sentences that are borne out


def test_a_borne_out_sentence_is_kept_and_cites_the_sentence_that_bears_it_out(passages: list[Passage]) -> None:
    answer = write(passages, "雁口口岸出境302列、入境110列[1]。")
    assert answer.text == "雁口口岸出境302列、入境110列。[1]"
    assert (answer.mode, answer.unverified, answer.notes) == ("llm", (), ("仅检索第7期",))
    (citation,) = answer.citations
    assert (citation.title, citation.quote) == (RAIL[0], "其中出境302列；入境110列。")
    assert RAIL[1][citation.start : citation.end] == citation.quote


def test_citations_are_numbered_as_they_come_in_the_answer(passages: list[Passage]) -> None:
    answer = write(passages, "出口二手车6820台[4]。园区占地142亩[3]。航程7天[2]。")
    assert answer.text == "出口二手车6820台。[1]园区占地142亩。[2]航程7天。[3]"
    assert [(c.marker, c.title) for c in answer.citations] == [(1, CARS[0]), (2, MEDICINE[0]), (3, PORT[0])]
    for citation, (_, body) in zip(answer.citations, (CARS, MEDICINE, PORT), strict=True):
        assert body[citation.start : citation.end] == citation.quote


def test_two_sentences_on_the_same_source_share_its_number(passages: list[Passage]) -> None:
    answer = write(passages, "出境302列[1]。入境110列[1]。")
    assert answer.text == "出境302列。[1]入境110列。[1]"
    assert len(answer.citations) == 1


def test_a_sentence_may_rest_on_two_passages(passages: list[Passage]) -> None:
    answer = write(passages, "班列412列，二手车6820台[1][4]。")
    assert answer.text == "班列412列，二手车6820台。[1][2]"
    assert [c.title for c in answer.citations] == [RAIL[0], CARS[0]]


@pytest.mark.parametrize(
    "reply",
    [
        "班列412列。[1]",
        "班列412列 [1] 。",
        "班列４１２列[1]",
        "  班列412列[1]。\n",
        "班列 412 列【1】；",
        "- **班列412列**[1]",
        "<think>班列999列[1]。</think>\n班列412列[^1]。",
        "班列四百一十二列[编号1]。",
    ],
)
def test_where_the_marker_stands_and_how_figures_are_printed_does_not_matter(
    passages: list[Passage], reply: str
) -> None:
    answer = write(passages, reply)
    assert answer.text.endswith("列。[1]")
    assert [c.title for c in answer.citations] == [RAIL[0]]
    assert "999" not in answer.text


def test_a_sentence_without_a_marker_takes_that_of_the_next_one(passages: list[Passage]) -> None:
    assert write(passages, "班列412列。其中出境302列。[1]").text == "班列412列。[1]其中出境302列。[2]"


def test_an_unknown_marker_beside_a_known_one_is_left_out(passages: list[Passage]) -> None:
    answer = write(passages, "班列412列[1][9]。")
    assert answer.text == "班列412列。[1]"
    assert len(answer.citations) == 1


def test_lists_keep_their_lines(passages: list[Passage]) -> None:
    assert write(passages, "1. 班列412列[1]\n2. 航程7天[2]\n").text == "班列412列。[1]\n航程7天。[2]"


def test_what_was_said_before_is_not_said_again(passages: list[Passage]) -> None:
    assert write(passages, "班列412列[1]。" * 9).text == "班列412列。[1]"


# Sentences that are not


@pytest.mark.parametrize(
    ("bad", "repair"),
    [
        ("中欧班列开行999列[1]。", "1. 中欧班列开行412列[1]。"),
        ("中欧班列开行412列[2]。", "1．中欧班列开行412列[1]"),
        ("出境110列[1]。", "1、出境302列[1]。"),
        ("中欧班列开行412列。", "以下是改写：\n1. 中欧班列开行412列[1]。"),
        ("中欧班列开行412列[9]。", "1) 中欧班列开行412列[1]。"),
    ],
)
def test_what_fails_is_mended_by_asking_once_with_the_failure_named(
    passages: list[Passage], bad: str, repair: str
) -> None:
    client, model = client_of(f"航程7天[2]。{bad}\n园区占地142亩[3]。", repair)
    shown, answer = written(writer_of(client), passages, EXTRACT)
    assert shown == answer.text
    assert answer.text.replace("\n", "").startswith("航程7天。[1]")
    assert answer.text.endswith("园区占地142亩。[3]")
    assert ("412列" in answer.text) != ("302列" in answer.text)
    assert answer.unverified == ()
    assert answer.writing is not None
    assert (answer.writing.repaired, answer.writing.replaced, answer.writing.dropped) == (1, 0, 0)
    _, asked = model.prompts
    assert bad.rstrip("。") in asked.replace("（", "。").replace("[1]。", "[1]")
    assert "<要改的句子>\n1. " in asked


def test_the_repair_is_told_what_is_wrong(passages: list[Passage]) -> None:
    client, model = client_of("班列999列[1]。站长梁保国说班列很多[1]。", "1. 删去\n2. 删去")
    written(writer_of(client), passages, EXTRACT)
    assert "1. 班列999列[1]（“999列”与所引摘录不符）" in model.prompts[1]
    assert "2. 站长梁保国说班列很多[1]（所引摘录中没有“梁保国”）" in model.prompts[1]


def test_what_the_model_takes_back_is_left_out(passages: list[Passage]) -> None:
    answer = write(passages, "航程7天[2]。班列有999列[1]。", "1. 删去")
    assert answer.text == "航程7天。[1]"
    assert answer.writing is not None
    assert answer.writing.repaired == 1


@pytest.mark.parametrize("repair", ["1. 雁口铁路口岸开行中欧班列998列[1]。", "好的", "", TimeoutError()])
def test_what_cannot_be_mended_is_given_in_the_bulletins_words(passages: list[Passage], repair: Any) -> None:  # noqa: ANN401
    answer = write(passages, "航程7天[2]。雁口铁路口岸开行中欧班列999列[1]。", repair)
    assert answer.text == "航程7天。[1]今年上半年，雁口铁路口岸开行中欧班列412列。[2]"
    assert answer.writing is not None
    assert (answer.writing.replaced, answer.writing.unverified) == (1, 0)


def test_else_it_is_marked_and_the_note_says_what_the_mark_means(passages: list[Passage]) -> None:
    answer = write(passages, "航程7天[2]。班列有999列，列车开往莫斯科和明斯克[1]。")
    assert answer.text == "航程7天。[1]班列有999列，列车开往莫斯科和明斯克（未核实）。[2]"
    (span,) = answer.unverified
    assert answer.text[span.start : span.end] == "班列有999列，列车开往莫斯科和明斯克（未核实）"
    assert "未核实" in answer.notes[-1]
    assert answer.writing is not None
    assert answer.writing.unverified == 1


def test_what_has_nothing_to_do_with_the_evidence_is_left_out_and_counted(passages: list[Passage]) -> None:
    answer = write(passages, "班列412列[1]。据我所知还会更多。")
    assert answer.text == "班列412列。[1]"
    assert "1句" in answer.notes[-1]
    assert answer.writing is not None
    assert answer.writing.dropped == 1


def test_sentences_behind_a_failed_one_wait_for_it(passages: list[Passage]) -> None:
    client, model = client_of("航程7天[2]。班列999列[1]。园区占地142亩[3]。", "1. 删去")
    stream = writer_of(client).stream(Draft("问", tuple(passages), EXTRACT))
    assert next(stream) == "航程7天。[1]"
    assert len(model.prompts) == 1
    assert next(stream) == "园区占地142亩。[2]"
    assert len(model.prompts) == 2


@pytest.mark.parametrize(
    "reply",
    ["", "班列412列。", "[1]", "。[1]", "{}", "<b>班列</b>", "抱歉，我无法回答这个问题。", "班列开往莫斯科999列[1]。"],
)
def test_where_nothing_is_borne_out_the_extract_stands(passages: list[Passage], reply: str) -> None:
    answer = write(passages, reply)
    assert fell_back(answer) == "unverified"
    assert "对不上" in answer.notes[-1]


def test_where_the_model_sees_no_answer_the_extract_stands_and_says_so(passages: list[Passage]) -> None:
    answer = write(passages, "通报中没有找到答案")
    assert fell_back(answer) == "silent"
    assert "没有直接回答" in answer.notes[-1]


def test_the_agreed_phrase_within_an_answer_is_not_shown(passages: list[Passage]) -> None:
    assert write(passages, "班列412列[1]。关于其他，通报中没有找到答案。").text == "班列412列。[1]"


# What the model is sent


def test_the_model_is_shown_numbered_passages_and_what_looks_like_markup_stays_data(passages: list[Passage]) -> None:
    client, model = client_of("班列412列[1]。")
    written(writer_of(client), passages, EXTRACT, "{evidence}</问题>是多少？")
    (prompt,) = model.prompts
    assert "{evidence}＜/问题＞是多少？" in prompt
    assert "版本" not in prompt.splitlines()[0]
    for number, passage in enumerate(passages, start=1):
        label = f"示例动态 第{passage.issue.number}期"
        assert f"\n[{number}] {label}" in prompt
        assert f"示例板块 《{passage.article.title}》\n{passage.text}" in prompt


def test_a_small_context_gets_less_evidence(passages: list[Passage]) -> None:
    client, model = client_of("班列412列[1]。")
    written(writer_of(client, room=Room(context=580, reply=100)), passages, EXTRACT)
    assert f"《{PORT[0]}》" in model.prompts[0]
    assert f"《{CARS[0]}》" not in model.prompts[0]


def test_asking_again_leaves_room_for_what_failed_too(passages: list[Passage]) -> None:
    room = Room(context=1500, reply=400)
    false = "".join(f"中欧班列在第{n}站停留{n + 700}分钟，然后继续开往境外的各个城市和港口[1]。" for n in range(12))
    client, model = client_of(false, "1. 删去")
    long = [replace(passage, article=replace(passage.article, body=passage.article.body * 4)) for passage in passages]
    long = [replace(passage, end=len(passage.article.body)) for passage in long]
    written(writer_of(client, room=room), long, EXTRACT)
    asked, again = model.prompts
    most = room.context - room.longest_reply
    assert max(map(token_bound, (asked, again))) <= most
    shown, second = (prompt.split("<摘录>\n")[1].split("</摘录>")[0] for prompt in (asked, again))
    assert token_bound(again) - token_bound(second) + token_bound(shown) > most
    assert shown.startswith(second[:100])


def test_a_reply_is_allowed_no_more_than_a_third_of_a_small_context() -> None:
    client = load_client(settings_of("http://127.0.0.1:9/v1").model_copy(update={"llm_context": 1200}))
    assert client is not None
    assert getattr(client.model, "extra_body", None) == {"max_tokens": 400}


def test_tokens_of_all_requests_are_counted(passages: list[Passage]) -> None:
    answer = write(passages, "航程7天[2]。班列有999列[1]。", "1. 删去")
    assert answer.writing is not None
    assert answer.writing.usage == Usage(200, len("航程7天[2]。班列有999列[1]。") + len("1. 删去"))
    assert answer.writing.prompt.startswith("answer 2 (")


# Where the model fails


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError("慢"), "slow"),
        (ConnectionRefusedError(), "unreachable"),
        (ValueError("坏"), "malformed"),
        (openai.OpenAIError("满"), "malformed"),
        ("班列412列[1]。其中…断…", "interrupted"),
    ],
)
def test_behind_a_failing_model_the_extract_stands_with_a_note(
    passages: list[Passage],
    error: Any,  # noqa: ANN401
    kind: str,
) -> None:
    _, answer = written(writer_of(client_of(error)[0]), passages, EXTRACT)
    assert fell_back(answer) == kind
    assert "大模型未能作答" in answer.notes[-1]


# Within the chain


def chain_with(model: ScriptedChat, answerer: Answerer, embedder: Embedder) -> AnswerChain:
    writer = writer_of(LlmClient(model), Nearness(embedder))
    return AnswerChain(answerer.chain.index, embedder, answerer.chain.reading, writer=writer)


def ask(chain: AnswerChain, question: str = TRAINS) -> Answer:
    return Answerer(chain).answer(question)


def number_of(fact: str, answerer: Answerer, embedder: Embedder, question: str = TRAINS) -> int:
    """Under which number the passage with a fact is shown to the model."""
    model = ScriptedChat(replies=["通报中没有找到答案"])
    ask(chain_with(model, answerer, embedder), question)
    before = model.prompts[0].split(fact)[0]
    return int(before.rsplit("\n[", 1)[1].split("]")[0])


def test_a_good_reply_becomes_the_answer(answerer: Answerer, embedder: Embedder) -> None:
    model = ScriptedChat(replies=[f"去年该口岸班列共912列[{number_of('912列', answerer, embedder)}]。"])
    answer = ask(chain_with(model, answerer, embedder))
    assert (answer.mode, answer.text) == ("llm", "去年该口岸班列共912列。[1]")
    assert not answer.refused
    assert answer.notes == answerer.answer(TRAINS).notes
    (citation,) = answer.citations
    assert (citation.issue, citation.article_no) == (301, 1)
    assert "912列" in citation.quote
    assert TRAINS in model.prompts[0]


def test_a_reply_streams_as_the_answer_that_it_becomes(answerer: Answerer, embedder: Embedder) -> None:
    n = number_of("912列", answerer, embedder)
    model = ScriptedChat(replies=[f"班列912列[{n}]。该口岸去年班列共912列[{n}]。"])
    *pieces, last = chain_with(model, answerer, embedder).stream({"question": TRAINS})
    assert isinstance(last, Answer)
    assert pieces == ["班列912列。[1]", "该口岸去年班列共912列。[1]"]
    assert "".join(map(str, pieces)) == last.text


def test_behind_an_unverified_reply_the_extract_stands_with_a_note(answerer: Answerer, embedder: Embedder) -> None:
    chain, extract = chain_with(ScriptedChat(replies=["班列有999列[1]。"]), answerer, embedder), answerer.answer(TRAINS)
    *pieces, answer = chain.stream({"question": TRAINS})
    assert isinstance(answer, Answer)
    assert (answer.text, answer.citations, answer.mode) == (extract.text, extract.citations, "extractive")
    assert "".join(map(str, pieces)) == extract.text
    assert "大模型未能作答" in answer.notes[-1]


def test_a_part_without_an_answer_is_said_below_the_models_words(answerer: Answerer, embedder: Embedder) -> None:
    question = "数据资产质押贷款是哪家银行放的，云州康泰影像公司的总经理是谁？"
    *_, closing = answerer.answer(question).text.splitlines()
    assert closing.startswith("未找到")
    n = number_of("云江银行", answerer, embedder, question)
    answer = ask(chain_with(ScriptedChat(replies=[f"云江银行[{n}]。"]), answerer, embedder), question)
    assert answer.text == f"云江银行。[1]\n{closing}"


@pytest.mark.parametrize("question", [UNKNOWN, "第303期有哪些文章？", "第777期讲了什么？"])
def test_refusals_and_structure_need_no_model(answerer: Answerer, embedder: Embedder, question: str) -> None:
    model = ScriptedChat(replies=["班列912列[1]。"])
    answer = ask(chain_with(model, answerer, embedder), question)
    assert model.prompts == []
    assert answer.writing is None
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
    chain = chain_with(ScriptedChat(replies=["通报中没有找到答案"]), answerer, embedder)
    chain.invoke({"question": TRAINS}, {"callbacks": [family]})
    (root,) = [run for run, parent in family.parents.items() if parent is None]
    (run,) = family.models
    above = []
    while (parent := family.parents[run]) is not None:
        above.append(run := parent)
    assert above[-1] == root


# From settings


def settings_of(base_url: str, prompts_dir: Path = REPOSITORY / "prompts", model: str = "qwen-示例") -> Settings:
    return Settings(llm_model=model, llm_base_url=base_url, llm_api_key=SecretStr("sk-1"), prompts_dir=prompts_dir)


def test_without_a_model_in_the_settings_there_is_no_writer(embedder: Embedder) -> None:
    assert load_writer(settings_of("http://127.0.0.1:9/v1", model=""), embedder) is None


def test_a_missing_prompt_is_told_when_the_program_starts(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(InputError, match=r"answer\.md"):
        load_writer(settings_of("http://127.0.0.1:9/v1", prompts_dir=tmp_path), embedder)


def test_a_missing_package_is_named_with_the_way_to_install_it(
    monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    from langchain.chat_models import base

    base._get_chat_model_creator.cache_clear()
    monkeypatch.setitem(sys.modules, "langchain_openai", None)
    monkeypatch.setitem(sys.modules, "langchain_openai.chat_models", None)
    with pytest.raises(ModelError, match=r"ftz-qa\[llm\]"):
        load_writer(settings_of("http://127.0.0.1:9/v1"), embedder)
