"""Over real HTTP: what the endpoint is sent, and that whatever it does wrong leaves the extract within the limits."""

from __future__ import annotations

import json
import logging
import socket
import time
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from conftest import CARS, MEDICINE, PORT, RAIL, REPOSITORY
from ftz_qa.llm_breaker import Breaker
from ftz_qa.llm_calls import Limits, LlmClient
from ftz_qa.llm_setup import load_client, load_writer
from ftz_qa.settings import Settings
from ftz_qa.types import Answer, Usage
from llm_parts import writer_of, written
from llm_server import Endpoint, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ftz_qa.embedding import Embedder
    from ftz_qa.index import PassageIndex
    from ftz_qa.types import Passage

EXTRACT = Answer("问题？", "原文摘录。[1]", False, (), "extractive")
KEY = "sk-geheim-1"
GOOD = "航程7天[2]。班列412列[1]。"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """A server for one test, reached without a proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with running() as state:
        yield state


@pytest.fixture
def passages(small_index: PassageIndex) -> list[Passage]:
    by_title = {passage.article.title: passage for passage in small_index.passages}
    return [by_title[title] for title, _ in (RAIL, PORT, MEDICINE, CARS)]


def settings_of(url: str, **more: object) -> Settings:
    given = {
        "llm_model": "示例模型",
        "llm_base_url": url,
        "llm_api_key": SecretStr(KEY),
        "prompts_dir": REPOSITORY / "prompts",
        "llm_first_token": 0.6,
        "llm_overall": 1.5,
        "llm_retries": 0,
    }
    return Settings.model_validate(given | more)


def client_for(url: str, **more: object) -> LlmClient:
    client = load_client(settings_of(url, **more))
    assert client is not None
    return client


def test_a_good_reply_becomes_the_answer_and_its_tokens_are_counted(
    endpoint: Endpoint, passages: list[Passage]
) -> None:
    endpoint.text = GOOD
    shown, answer = written(writer_of(client_for(endpoint.url, llm_max_tokens=77)), passages, EXTRACT)
    assert shown == answer.text == "航程7天。[1]班列412列。[2]"
    assert answer.writing is not None
    assert answer.writing.usage == Usage(11, 7)
    ((path, authorization, body),) = endpoint.requests
    assert (path, authorization) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert (body["model"], body["temperature"], body["max_tokens"], body["stream"]) == ("示例模型", 0, 77, True)
    assert RAIL[1].split("\n")[0] in json.dumps(body["messages"], ensure_ascii=False).replace("\\n", "\n")


FAULTS: dict[str, tuple[dict[str, object], str | None]] = {
    "401": ({"status": 401, "body": '{"error": {"message": "bad key"}}'}, "unauthorised"),
    "403": ({"status": 403}, "unauthorised"),
    "404": ({"status": 404, "body": "?"}, "missing"),
    "429": ({"status": 429, "headers": {"Retry-After": "30"}}, "busy"),
    "400": ({"status": 400}, "rejected"),
    "500": ({"status": 500}, "failed"),
    "503 html": ({"status": 503, "body": "<html>"}, "failed"),
    "stall": ({"fault": "stall"}, "slow"),
    "stall midway": ({"fault": "stall_midway"}, "interrupted"),
    "close": ({"fault": "close"}, "interrupted"),
    "unfinished": ({"fault": "unfinished"}, "interrupted"),
    "garbage": ({"fault": "garbage"}, "interrupted"),
    "drip": ({"fault": "drip", "text": GOOD * 9}, "interrupted"),
    "html": ({"raw": True, "body": "<html>"}, None),
    "no choices": ({"raw": True, "body": '{"choices": null}'}, None),
    "empty": ({"raw": True, "body": ""}, None),
    "refusal": ({"text": "抱歉，我无法回答这个问题。"}, "unverified"),
    "silent": ({"text": "通报中没有找到答案"}, "silent"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_the_extract_stands_within_the_limit(
    endpoint: Endpoint, passages: list[Passage], fault: str
) -> None:
    endpoint.text = GOOD
    does, kind = FAULTS[fault]
    for name, value in does.items():
        setattr(endpoint, name, value)
    started = time.monotonic()
    _, answer = written(writer_of(client_for(endpoint.url)), passages, EXTRACT)
    assert time.monotonic() - started < 2.5
    assert (answer.text, answer.mode, answer.unverified) == (EXTRACT.text, "extractive", ())
    assert len(answer.notes) == 1
    assert answer.writing is not None
    assert answer.writing.fallback == kind or (kind is None and answer.writing.fallback)
    assert KEY not in repr(answer)


def test_a_refused_connection_is_no_different(passages: list[Passage]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _, answer = written(writer_of(client_for(f"http://127.0.0.1:{port}/v1")), passages, EXTRACT)
    assert answer.text == EXTRACT.text
    assert answer.writing is not None
    assert answer.writing.fallback == "unreachable"


def test_a_refusal_for_too_many_requests_is_tried_again(endpoint: Endpoint, passages: list[Passage]) -> None:
    endpoint.status = 429
    client = client_for(endpoint.url, llm_retries=1, llm_first_token=5, llm_overall=5)
    written(writer_of(client), passages, EXTRACT)
    assert len(endpoint.requests) == 2


def test_where_the_endpoint_asks_for_a_long_wait_it_is_not_tried_again_and_nobody_waits(
    endpoint: Endpoint, passages: list[Passage]
) -> None:
    endpoint.status, endpoint.headers = 429, {"Retry-After": "100"}
    _, answer = written(
        writer_of(client_for(endpoint.url, llm_retries=3, llm_first_token=90, llm_overall=90)), passages, EXTRACT
    )
    assert answer.writing is not None
    assert answer.writing.fallback == "busy"
    assert len(endpoint.requests) == 1


def test_a_proxy_for_the_world_outside_is_not_asked_for_what_is_on_this_machine(
    endpoint: Endpoint, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with running() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        endpoint.text = GOOD
        assert written(writer_of(client_for(endpoint.url)), passages, EXTRACT)[1].mode == "llm"
        assert proxy.requests == []


def test_after_a_failure_the_next_questions_do_not_wait_and_a_trial_brings_the_model_back(
    endpoint: Endpoint, passages: list[Passage]
) -> None:
    now = [0.0]
    endpoint.fault, endpoint.text = "stall", GOOD
    model = client_for(endpoint.url).model
    writer = writer_of(LlmClient(model, Limits(0.4, 1.0, 4), Breaker(15, lambda: now[0])))
    written(writer, passages, EXTRACT)
    for _ in range(5):
        started = time.monotonic()
        _, answer = written(writer, passages, EXTRACT)
        assert time.monotonic() - started < 0.3
        assert answer.writing is not None
        assert answer.writing.fallback == "resting"
    assert len(endpoint.requests) == 1
    endpoint.fault, now[0] = "", 16.0
    assert written(writer, passages, EXTRACT)[1].mode == "llm"


def test_the_key_is_not_logged(
    endpoint: Endpoint, passages: list[Passage], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    endpoint.text = GOOD
    with caplog.at_level(logging.DEBUG):
        client = client_for(endpoint.url)
        written(writer_of(client), passages, EXTRACT)
        endpoint.status = 401
        written(writer_of(client), passages, EXTRACT)
    assert "unauthorised" in caplog.text
    for text in (caplog.text, repr(client.model), *capfd.readouterr()):
        assert KEY not in text


def test_the_key_may_stand_in_a_file_of_its_own(
    endpoint: Endpoint, passages: list[Passage], tmp_path: Path, embedder: Embedder
) -> None:
    (tmp_path / "key").write_text("sk-aus-datei\n", encoding="utf-8")
    endpoint.text = GOOD
    writer = load_writer(settings_of(endpoint.url, llm_api_key_file=tmp_path / "key"), embedder)
    assert writer is not None
    assert written(writer, passages, EXTRACT)[1].mode == "llm"
    assert endpoint.requests[0][1] == "Bearer sk-aus-datei"
