"""What staff see of a language model's sentences: a scripted endpoint over real HTTP, the page in headless chromium."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from conftest import REPOSITORY
from ftz_qa import wording
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.llm_breaker import Breaker
from ftz_qa.llm_calls import LlmClient
from ftz_qa.llm_setup import load_writer
from ftz_qa.settings import Settings
from llm_server import Endpoint, running
from page_browser import answers, ask, served, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.embedding import Embedder

QUESTION = "2024年经雁口铁路口岸进出境的中欧班列有多少列？"
FACT = "达到912列"
FALSE = "中欧班列999列"

pytestmark = pytest.mark.page


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """An OpenAI-compatible server, reached without a proxy."""
    with pytest.MonkeyPatch.context() as patch, running() as state:
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        yield state


@pytest.fixture(autouse=True)
def _well(endpoint: Endpoint) -> None:
    endpoint.status, endpoint.fault, endpoint.text = 200, "", ""


@pytest.fixture(scope="module")
def asked(answerer: Answerer, embedder: Embedder, endpoint: Endpoint) -> Answerer:
    """The whole chain, as the settings make it, but with an endpoint that is tried again at once after a failure."""
    given = {
        "llm_model": "示例模型",
        "llm_base_url": endpoint.url,
        "llm_api_key": SecretStr("sk-geheim-2"),
        "llm_retries": 0,
        "prompts_dir": REPOSITORY / "prompts",
    }
    writer = load_writer(Settings.model_validate(given), embedder, answerer.chain.reading)
    assert writer is not None
    writer.client = LlmClient(writer.client.model, writer.client.limits, Breaker(rest=0.0))
    return Answerer(AnswerChain(answerer.chain.index, embedder, answerer.chain.reading, writer=writer))


@pytest.fixture(scope="module")
def address(asked: Answerer) -> Iterator[str]:
    with served(asked) as address:
        yield address


def shown_under(fact: str, asked: Answerer, endpoint: Endpoint) -> int:
    """Under which number the model is shown the passage with a fact."""
    endpoint.text = wording.SILENT
    asked.answer(QUESTION)
    (message,) = endpoint.requests[-1][2]["messages"]
    before = message["content"].replace(" ", "").split(fact)[0]
    return max(n for n in range(1, 20) if f"\n[{n}]" in before)


def record(address: str) -> dict[str, Any]:
    """The answer that programs get."""
    request = urllib.request.Request(
        f"{address}/api/ask", json.dumps({"question": QUESTION}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        found: dict[str, Any] = json.load(response)
        return found


def test_a_sentence_that_fails_its_check_is_marked_on_the_page_and_in_the_json(
    page: Page, asked: Answerer, endpoint: Endpoint, address: str
) -> None:
    n = shown_under(FACT, asked, endpoint)
    endpoint.text = f"该口岸去年班列共912列[{n}]。{FALSE}，客流与车辆情况另行公布[{n}]。"
    ask(page, QUESTION)
    answer = answers(page).last
    marked = answer.locator(".unverified", has_text=FALSE)
    expect(marked).to_be_visible()
    expect(marked).to_contain_text("未核实")
    # What is borne out stands outside of the mark.
    expect(answer).to_contain_text("该口岸去年班列共912列")
    expect(marked).not_to_contain_text("912列")
    expect(answer.locator(".about")).to_contain_text(wording.SOME_UNVERIFIED)
    colours = [part.evaluate("part => getComputedStyle(part).backgroundColor") for part in (marked, answer)]
    borders = marked.evaluate(
        "part => getComputedStyle(part).borderBottomStyle + getComputedStyle(part).textDecorationLine"
    )
    assert colours[0] != colours[1] or borders != "nonenone"
    snapshot(page, "llm-unverified")
    told = record(address)
    assert told["verified"] is False
    assert f"{FALSE}，客流与车辆情况另行公布（未核实）" in told["answer"]


def test_an_answer_that_is_borne_out_has_no_mark(page: Page, asked: Answerer, endpoint: Endpoint, address: str) -> None:
    n = shown_under(FACT, asked, endpoint)
    endpoint.text = f"该口岸去年班列共912列[{n}]。"
    ask(page, QUESTION)
    expect(answers(page).last).to_contain_text("该口岸去年班列共912列")
    expect(answers(page).last.locator("a.cite")).to_have_count(1)
    expect(answers(page).last.locator(".unverified")).to_have_count(0)
    assert record(address)["verified"] is True


def test_a_sentence_shows_while_the_next_ones_are_still_to_come(
    page: Page, asked: Answerer, endpoint: Endpoint, address: str
) -> None:
    n = shown_under(FACT, asked, endpoint)
    endpoint.text = (
        f"该口岸去年班列共912列[{n}]。2024年，经雁口铁路口岸进出境的中欧班列达到912列，发运货物88640标箱[{n}]。"
    )
    endpoint.fault = "stall_midway"
    ask(page, QUESTION)
    answer = answers(page).last
    expect(answer).to_contain_text("该口岸去年班列共912列")
    expect(answer.locator(".progress")).to_be_visible()
    expect(answer).not_to_contain_text("88640标箱")
    endpoint.released.set()
    expect(answer).to_contain_text("88640标箱")
    expect(answer.locator(".progress")).to_have_count(0)
    expect(answer.locator(".about")).to_be_visible()
    endpoint.released.clear()


@pytest.mark.parametrize(
    ("status", "fault", "kind"), [(500, "", "failed"), (401, "", "unauthorised"), (200, "close", "interrupted")]
)
def test_behind_a_fault_the_extract_stands_with_a_small_note(
    page: Page, answerer: Answerer, endpoint: Endpoint, status: int, fault: str, kind: str
) -> None:
    endpoint.status, endpoint.fault, endpoint.text = status, fault, "该口岸去年班列共912列[1]。"
    ask(page, QUESTION)
    note = answers(page).last.locator(".about")
    expect(note).to_contain_text(wording.llm_fallback(wording.LLM_FAILURES[kind]))
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    expect(answers(page).last.locator("p").first).to_contain_text(answerer.answer(QUESTION).text.split("[")[0][:20])
    size, body = (
        part.evaluate("part => parseFloat(getComputedStyle(part).fontSize)") for part in (note, answers(page).last)
    )
    assert size < body
    snapshot(page, f"llm-{kind}")


def test_the_key_is_nowhere_on_the_page(page: Page, endpoint: Endpoint) -> None:
    endpoint.status = 401
    ask(page, QUESTION)
    expect(answers(page).last.locator(".about")).to_contain_text("密钥无效")
    assert "sk-geheim-2" not in page.content()
