"""A whole issue put together by a language model: every sentence checked, no article left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from ftz_qa import wording
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.evidence import token_bound
from ftz_qa.llm_calls import LlmClient
from ftz_qa.nearness import Nearness
from ftz_qa.types import Answer
from ftz_qa.writer import Room
from llm_parts import ScriptedChat, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftz_qa.embedding import Embedder

QUESTION = "总结第301期"
RAIL = "雁口铁路口岸中欧班列共912列，同比增长15%[1]。"
PORT = "青屿港集装箱吞吐量为186万标箱[2]。"

Asking = tuple[Answerer, ScriptedChat]


@pytest.fixture
def asking(answerer: Answerer, embedder: Embedder) -> Callable[..., Asking]:
    """The chain with a scripted model, which says the given replies."""

    def make(*replies: Any, room: Room | None = None) -> Asking:  # noqa: ANN401
        model = ScriptedChat(replies=list(replies))
        writer = writer_of(LlmClient(model), Nearness(embedder), room)
        return Answerer(AnswerChain(answerer.chain.index, embedder, answerer.chain.reading, writer=writer)), model

    return make


def pairs(answer: Answer) -> list[tuple[int | None, int]]:
    return [(citation.issue, citation.article_no) for citation in answer.citations]


def quoted(answerer: Answerer) -> str:
    """A reply in the issue's own words: a line for each article."""
    extract = answerer.answer(QUESTION)
    return "\n".join(f"{c.quote.rstrip('。')}[{c.marker}]。" for c in extract.citations)


def test_the_models_sentences_stand_below_the_heading_a_line_each(
    asking: Callable[..., Asking], answerer: Answerer
) -> None:
    extract = answerer.answer(QUESTION)
    asked, model = asking(quoted(answerer))
    answer = asked.answer(QUESTION)
    heading, *lines = answer.text.splitlines()
    assert heading == extract.text.splitlines()[0]
    assert len(lines) == len(extract.citations)
    assert [re.findall(r"\[(\d+)\]", line) for line in lines] == [[str(n)] for n in range(1, len(lines) + 1)]
    assert pairs(answer) == pairs(extract)
    assert (answer.mode, answer.unverified, answer.notes) == ("llm", (), extract.notes)
    assert answer.writing is not None
    assert answer.writing.prompt.startswith("digest 1 (")
    (prompt,) = model.prompts
    for citation in extract.citations:
        assert citation.quote in prompt
    # Nothing of the articles but what is quoted.
    assert "3406列" not in prompt


def test_articles_that_the_model_passes_over_are_given_in_their_own_words(
    asking: Callable[..., Asking], answerer: Answerer
) -> None:
    extract = answerer.answer(QUESTION)
    answer = asking(f"{RAIL}\n{PORT}")[0].answer(QUESTION)
    heading, rail, port, below, *rest = answer.text.splitlines()
    assert (rail, port) == (RAIL.replace("[1]。", "。[1]"), PORT.replace("[2]。", "。[2]"))
    assert below == wording.DIGEST_REST
    assert [heading, *rest] == [extract.text.splitlines()[0], *extract.text.splitlines()[3:]]
    assert pairs(answer) == pairs(extract)


@pytest.mark.parametrize(
    "lie",
    [
        "青屿港集装箱吞吐量为999万标箱[2]。",
        "青屿港集装箱吞吐量为186万标箱[1]。",
        "青屿港集装箱吞吐量为186万标箱。",
        "青屿港今年的日子很好过[2]。",
        "青屿港集装箱吞吐量为186万标箱，同比下降8.2%[2]。",
        "<b>青屿港</b>集装箱吞吐量为186万标箱[2]。",
    ],
)
def test_what_fails_the_check_gives_way_to_the_bulletins_words(
    asking: Callable[..., Asking], answerer: Answerer, lie: str
) -> None:
    extract = answerer.answer(QUESTION)
    answer = asking(f"{RAIL}\n{lie}", f"1. {lie}")[0].answer(QUESTION)
    assert lie.split("[")[0].rstrip("。") not in answer.text
    assert answer.unverified == ()
    assert sorted(pairs(answer)) == sorted(pairs(extract))
    assert extract.citations[1].quote in [citation.quote for citation in answer.citations]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (ConnectionRefusedError(), "unreachable"),
        (f"{RAIL}青屿…断…", "interrupted"),
        ("这一期讲了很多事情。", "unverified"),
        ("", "unverified"),
    ],
)
def test_behind_a_failing_model_the_extract_stands_with_a_note(
    asking: Callable[..., Asking], answerer: Answerer, reply: object, kind: str
) -> None:
    extract = answerer.answer(QUESTION)
    answer = asking(reply)[0].answer(QUESTION)
    assert (answer.text, answer.citations, answer.mode) == (extract.text, extract.citations, "structure")
    assert answer.writing is not None
    assert answer.writing.fallback == kind
    assert "大模型未能作答" in answer.notes[-1]


def test_it_streams_as_the_answer_that_it_becomes(asking: Callable[..., Asking]) -> None:
    *pieces, answer = asking(f"{RAIL}\n{PORT}")[0].stream(QUESTION)
    assert isinstance(answer, Answer)
    texts = [str(piece) for piece in pieces]
    assert texts[0].endswith("同比增长15%。[1]")
    assert texts[1] == "\n青屿港集装箱吞吐量为186万标箱。[2]"
    assert "".join(texts) == answer.text


def test_in_a_small_context_what_does_not_fit_is_said_by_the_extract(
    asking: Callable[..., Asking], answerer: Answerer
) -> None:
    room = Room(context=1100, reply=300)
    asked, model = asking(RAIL, room=room)
    answer = asked.answer(QUESTION)
    assert token_bound(model.prompts[0]) <= room.context - room.longest_reply
    assert "[2]" not in model.prompts[0].split("<摘录>\n")[1] or "[8]" not in model.prompts[0]
    assert pairs(answer) == pairs(answerer.answer(QUESTION))


def test_one_section_is_put_together_alone(asking: Callable[..., Asking], answerer: Answerer) -> None:
    section = answerer.issues()[0].articles[0].section.title
    question = f"总结第301期“{section}”栏目"
    extract = answerer.answer(question)
    assert len(extract.citations) < len(answerer.answer(QUESTION).citations)
    answer = asking(RAIL)[0].answer(question)
    assert answer.mode == "llm"
    assert pairs(answer) == pairs(extract)


@pytest.mark.parametrize("question", ["第301期有哪些文章？", "第301期是哪天发布的？总结一下", "总结第301期和第302期"])
def test_other_replies_from_structure_need_no_model(
    asking: Callable[..., Asking], answerer: Answerer, question: str
) -> None:
    asked, model = asking(RAIL)
    assert asked.answer(question).text == answerer.answer(question).text
    assert model.prompts == []
