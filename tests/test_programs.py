"""The doors for programs: the same answers over HTTP, gradio_client and MCP, and what the server says of itself."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from ftz_qa.errors import IndexMissingError
from page_browser import served
from page_fixture import ANSWERABLE, BROKEN, FAILING, UNANSWERABLE, ScriptedAnswerer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from page_fixture import Info

HISTORY = [{"role": "user", "content": "临江片区有什么中心？"}, {"role": "assistant", "content": "跨境电商中心。"}]


@pytest.fixture(scope="module")
def answerer() -> ScriptedAnswerer:
    return ScriptedAnswerer()


@pytest.fixture(scope="module")
def address(answerer: ScriptedAnswerer) -> Iterator[str]:
    with served(answerer) as address:
        yield address


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_a_question_is_answered_with_the_record_of_the_command_line(
    http: httpx.Client, answerer: ScriptedAnswerer
) -> None:
    reply = http.post("/api/ask", json={"id": "七", "question": f" {ANSWERABLE}\n", "history": HISTORY})
    assert reply.status_code == 200
    record = reply.json()
    assert list(record) == ["id", "question", "answer", "refused", "citations", "mode", "latency_ms"]
    assert (record["id"], record["question"], record["refused"]) == ("七", ANSWERABLE, False)
    assert [(c["marker"], c["issue"], c["date"], c["article_no"]) for c in record["citations"]] == [
        (n, 87, "2025-06-30", 12) for n in (1, 2, 3)
    ]
    assert [(turn.role, turn.content) for turn in answerer.histories[-1]] == [
        (turn["role"], turn["content"]) for turn in HISTORY
    ]


def test_a_refusal_is_an_answer(http: httpx.Client) -> None:
    record = http.post("/api/ask", json={"question": UNANSWERABLE}).json()
    assert (record["refused"], record["citations"], record["id"]) == (True, [], 1)


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b'{"question": ""}', "application/json", 400, "应为 1 到 500 字，实为 0 字"),
        (json.dumps({"question": "问" * 501}).encode(), "application/json", 400, "应为 1 到 500 字，实为 501 字"),
        (b"{", "application/json", 400, "请求不合格式"),
        (b"[]", "application/json", 400, "请求不合格式"),
        (b'{"question": 3}', "application/json", 400, "question"),
        (
            b'{"question": "?", "history": [{"role": "system", "content": ""}]}',
            "application/json",
            400,
            "history.0.role",
        ),
        (b'{"question": "?"}', "text/plain", 400, "Content-Type: application/json"),
        (b'{"question": "%s"}' % (b"x" * 300_000), "application/json", 413, "超过 256 KB"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    http: httpx.Client, body: bytes, kind: str, status: int, said: str
) -> None:
    reply = http.post("/api/ask", content=body, headers={"content-type": kind})
    assert reply.status_code == status
    assert said in reply.json()["message"]


def test_a_body_of_unknown_length_is_refused(http: httpx.Client) -> None:
    reply = http.post("/api/ask", content=iter([b"{}"]), headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()) == (411, {"message": "请求没有写明长度（Content-Length）。"})


def test_why_there_is_no_answer_is_said(http: httpx.Client) -> None:
    reply = http.post("/api/ask", json={"question": FAILING})
    assert (reply.status_code, reply.json()) == (503, {"message": "没有可用的索引：请先运行 ftz-qa index。"})


def test_the_openapi_description_fits_the_answers(http: httpx.Client) -> None:
    description = http.get("/api/openapi.json").json()
    assert sorted(description["paths"]) == ["/api/ask", "/healthz", "/metrics"]
    post = description["paths"]["/api/ask"]["post"]
    asked = post["requestBody"]["content"]["application/json"]["schema"]
    Draft202012Validator(asked).validate({"question": ANSWERABLE, "history": HISTORY})
    assert not Draft202012Validator(asked).is_valid({"history": HISTORY})
    assert not Draft202012Validator(asked).is_valid({"question": "?", "history": [{"role": "system", "content": ""}]})
    schema = {"$ref": "#/components/schemas/AskReply", **description}
    record = http.post("/api/ask", json={"question": ANSWERABLE}).json()
    Draft202012Validator(schema).validate(record)
    assert not Draft202012Validator(schema).is_valid({**record, "citations": [{"marker": "1"}]})


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_there_is_no_page_about_the_api_that_loads_from_elsewhere(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404


def test_health_says_what_is_indexed(http: httpx.Client) -> None:
    reply = http.get("/healthz")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok", "issues": 5, "articles": 46, "message": ""})


class _Indexless(ScriptedAnswerer):
    def describe(self) -> Info:
        raise IndexMissingError("没有索引。")

    def examples(self) -> list[str]:
        return []


def test_without_an_index_the_server_is_not_healthy() -> None:
    answerer = ScriptedAnswerer()
    with served(answerer) as address:
        answerer.__class__ = _Indexless
        reply = httpx.get(f"{address}/healthz")
        assert httpx.get(f"{address}/metrics").status_code == 200
    assert (reply.status_code, reply.json()["message"]) == (503, "没有索引。")


def samples(text: str) -> dict[str, float]:
    """The figures of an exposition by name and labels."""
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_every_question_is_counted_by_door_and_outcome() -> None:
    with served(ScriptedAnswerer()) as address, httpx.Client(base_url=address, timeout=60) as http:
        for question in (ANSWERABLE, ANSWERABLE, UNANSWERABLE, FAILING):
            http.post("/api/ask", json={"question": question})
        http.post("/api/ask", json={"question": BROKEN})
        reply = http.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(reply.text)
    counted = {
        outcome: found[f'ftz_qa_questions_total{{door="api",outcome="{outcome}"}}']
        for outcome in ("answered", "refused", "failed")
    }
    assert counted == {"answered": 2, "refused": 1, "failed": 2}
    assert found['ftz_qa_answer_seconds_count{door="api"}'] == 3
    assert (found["ftz_qa_issues"], found["ftz_qa_articles"], found["ftz_qa_answers_under_way"]) == (5, 46, 0)
    assert "临江" not in reply.text


def test_gradio_client_asks_by_name(address: str, tmp_path: Any) -> None:  # noqa: ANN401 - pytest's
    from gradio_client import Client

    client = Client(address, verbose=False, analytics_enabled=False, download_files=str(tmp_path))
    described = client.view_api(return_format="dict")
    assert set(described["named_endpoints"]) == {"/ask_bulletins", "/describe_index"}
    record = client.predict(question=ANSWERABLE, history=None, api_name="/ask_bulletins")
    assert (record["refused"], len(record["citations"])) == (False, 3)
    assert client.predict(api_name="/describe_index")["last_date"] == "2025-06-30"


def test_an_assistant_asks_through_mcp(address: str) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def converse() -> tuple[list[str], Any, Any]:
        async with streamable_http_client(f"{address}/mcp") as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            answered = await session.call_tool("ask_bulletins", {"question": ANSWERABLE})
            failed = await session.call_tool("ask_bulletins", {"question": FAILING})
            return tools, answered, failed

    tools, answered, failed = asyncio.run(converse())
    assert tools == ["ask_bulletins"]
    assert len(json.loads(answered.content[0].text)["citations"]) == 3
    assert (failed.isError, failed.content[0].text) == (True, "没有可用的索引：请先运行 ftz-qa index。")


def test_a_page_of_another_site_cannot_reach_the_tool(http: httpx.Client) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream"}
    assert http.post("/mcp", json=body, headers={**headers, "host": "evil.example"}).status_code == 421
    assert http.post("/mcp", json=body, headers={**headers, "origin": "http://evil.example"}).status_code == 403
