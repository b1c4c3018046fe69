"""Limits of a chat model: time, answers at once, length, the breaker, and which endpoints are allowed."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from ftz_qa.errors import InputError
from ftz_qa.llm import KINDS, LlmError, chat_model, check_local
from ftz_qa.llm_breaker import LONGEST_REST, Breaker
from ftz_qa.llm_calls import MAX_REPLY_CHARS, Limits, LlmClient
from ftz_qa.llm_setup import api_key, load_client
from ftz_qa.settings import Settings
from ftz_qa.wording import LLM_FAILURES
from llm_parts import client_of, prompts

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = prompts().answer
FIELDS = {"evidence": "摘录", "question": "问题"}


def kind_of(caught: pytest.ExceptionInfo[LlmError]) -> str:
    return caught.value.kind


def test_every_kind_of_failure_has_its_words() -> None:
    assert set(KINDS) < set(LLM_FAILURES)
    assert str(LlmError("busy")) == "服务繁忙"


def test_a_reply_comes_in_pieces() -> None:
    client, _ = client_of("一二三四五六七")
    with client.session() as session:
        assert list(session.stream(TEMPLATE, FIELDS)) == ["一二三", "四五六", "七"]
    assert session.usage.written == 7


def test_a_model_that_does_not_begin_is_given_up_in_time() -> None:
    client, _ = client_of("…停…太晚", limits=Limits(first_token=0.2, overall=5))
    started = time.monotonic()
    with client.session() as session, pytest.raises(LlmError) as caught:
        session.ask(TEMPLATE, FIELDS)
    assert kind_of(caught) == "slow"
    assert time.monotonic() - started < 1


def test_the_time_for_everything_is_shared_by_the_requests_of_an_answer() -> None:
    client, _ = client_of("一", "二…停…三", limits=Limits(first_token=5, overall=0.4), stall=3.0)
    started = time.monotonic()
    with client.session() as session, pytest.raises(LlmError):
        session.ask(TEMPLATE, FIELDS)
        session.ask(TEMPLATE, FIELDS)
    assert time.monotonic() - started < 1.5


def test_an_endless_reply_is_read_up_to_a_limit() -> None:
    client, _ = client_of("啊" * (3 * MAX_REPLY_CHARS), size=100)
    with client.session() as session:
        assert len(session.ask(TEMPLATE, FIELDS)) == MAX_REPLY_CHARS


def test_no_more_answers_than_allowed_are_under_way() -> None:
    client, model = client_of("一", limits=Limits(first_token=0.1, overall=5, concurrent=2))
    with client.session(), client.session(), pytest.raises(LlmError) as caught, client.session():
        pass
    assert kind_of(caught) == "crowded"
    assert model.prompts == []
    with client.session() as session:
        assert session.ask(TEMPLATE, FIELDS) == "一"


def test_a_place_becomes_free_also_after_a_failure() -> None:
    client, _ = client_of(ValueError(), limits=Limits(first_token=0.1, overall=1, concurrent=1))
    for _ in range(3):
        with pytest.raises(LlmError) as caught, client.session() as session:
            session.ask(TEMPLATE, FIELDS)
    assert kind_of(caught) == "resting"


def test_an_answer_that_nobody_wants_any_more_ends_the_reading() -> None:
    before = threading.active_count()
    client, _ = client_of("一" * 60, size=1)
    with client.session() as session:
        stream = session.stream(TEMPLATE, FIELDS)
        assert next(iter(stream)) == "一"
        del stream
    for _ in range(50):
        if threading.active_count() <= before:
            break
        time.sleep(0.05)
    assert threading.active_count() <= before


# The breaker


def test_a_trial_of_which_enough_was_read_brings_the_model_back() -> None:
    now = [0.0]
    _, model = client_of(ConnectionRefusedError(), "一" * 60)
    client = LlmClient(model, None, Breaker(10, lambda: now[0]))
    with pytest.raises(LlmError, match="连接不上"), client.session() as session:
        session.ask(TEMPLATE, FIELDS)
    now[0] = 10.0
    with client.session() as session:
        stream = session.stream(TEMPLATE, FIELDS)
        next(iter(stream))
        del stream
    for _ in range(3):
        with client.session() as session:
            assert session.ask(TEMPLATE, FIELDS)


def test_after_a_failure_nobody_is_let_through_until_the_rest_is_over_and_then_one() -> None:
    now = [0.0]
    breaker = Breaker(10, lambda: now[0])
    assert breaker.admit()
    breaker.failed()
    assert not breaker.admit()
    now[0] = 10.0
    assert breaker.admit()
    assert not breaker.admit()
    breaker.succeeded()
    assert breaker.admit()
    assert breaker.admit()


def test_every_failed_trial_doubles_the_rest_up_to_a_limit_and_success_brings_it_back() -> None:
    now = [0.0]
    breaker = Breaker(10, lambda: now[0])
    rests = []
    for _ in range(8):
        breaker.failed()
        waited = next(n for n in itertools.count() if _admits(breaker, now, n))
        rests.append(waited)
    assert rests == [10, 20, 40, 80, 160, LONGEST_REST, LONGEST_REST, LONGEST_REST]
    breaker.succeeded()
    breaker.failed()
    assert _admits(breaker, now, 10)


def _admits(breaker: Breaker, now: list[float], after: float) -> bool:
    """Whether the breaker lets one through so many seconds from now; time goes on only if it does."""
    began, now[0] = now[0], now[0] + after
    if breaker.admit():
        return True
    now[0] = began
    return False


# Configuration


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/v1", "http://127.0.0.1/v1", "http://10.1.2.3/v1", "http://[::1]:1/v1"]
)
def test_local_endpoints_are_allowed(url: str) -> None:
    check_local(url)


@pytest.mark.parametrize(
    "url", ["", "https://api.deepseek.com", "http://8.8.8.8/v1", "http://localhost.evil.example/v1"]
)
def test_others_are_not_where_only_local_ones_may_be(url: str) -> None:
    with pytest.raises(InputError, match="FTZ_QA_LLM_LOCAL_ONLY"):
        load_client(Settings(llm_model="m", llm_base_url=url, llm_local_only=True))


def test_no_model_is_no_client() -> None:
    assert load_client(Settings(llm_model="")) is None


def test_a_key_file_goes_before_the_key_and_its_content_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(" sk-2\n", encoding="utf-8")
    assert api_key(Settings(llm_api_key=SecretStr("sk-1"), llm_api_key_file=path)) == "sk-2"
    assert api_key(Settings(llm_api_key=SecretStr("sk-1"))) == "sk-1"
    with pytest.raises(InputError, match="FTZ_QA_LLM_API_KEY_FILE"):
        api_key(Settings(llm_api_key_file=tmp_path / "missing"))
    path.write_bytes(b"sk-\xff")
    with pytest.raises(InputError, match="FTZ_QA_LLM_API_KEY_FILE") as caught:
        api_key(Settings(llm_api_key_file=path))
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize(("base_url", "name"), [("", "max_completion_tokens"), ("http://127.0.0.1:9/v1", "max_tokens")])
def test_the_length_of_a_reply_is_limited_in_the_words_that_the_endpoint_knows(base_url: str, name: str) -> None:
    model = chat_model("m", base_url, "k", timeout=1, retries=0, max_tokens=99)
    payload = model._get_request_payload("问")  # type: ignore[attr-defined]
    sent = payload | payload.get("extra_body", {})
    assert sent[name] == 99
