"""Tokens of programs: made, listed and revoked by the command line; presented over HTTP, gradio_client and MCP."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sqlite3
from typing import TYPE_CHECKING

import httpx
import pytest

from ftz_qa.cli import main
from ftz_qa.database import FILE_NAME, Database
from ftz_qa.errors import InputError
from ftz_qa.web.api_tokens import PREFIX, ApiTokens
from ftz_qa.web.records import Records
from test_visitors import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = dt.datetime(2025, 9, 1, 8, tzinfo=dt.UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, per_minute=3)


@pytest.fixture
def address(house: House) -> Iterator[str]:
    yield from house.serving()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_is_kept_as_a_hash_and_ends_when_it_is_revoked(tmp_path: Path) -> None:
    tokens = ApiTokens(Database(tmp_path / FILE_NAME), lambda: NOW)
    secret = tokens.create("周报")
    assert secret.startswith(PREFIX)
    kept = "".join(map(str, sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT * FROM api_token").fetchone()))
    assert secret not in kept
    assert secret.removeprefix(PREFIX) not in kept
    assert tokens.name_of(secret) == "周报"
    assert [tokens.name_of(other) for other in ("", PREFIX, f"{secret}x", secret[:-1], "周报")] == [None] * 5
    with pytest.raises(InputError, match="已有有效的令牌"):
        tokens.create(" 周报 ")
    tokens.revoke("周报")
    assert tokens.name_of(secret) is None
    with pytest.raises(InputError, match="没有“周报”的令牌"):
        tokens.revoke("周报")


def test_a_token_ends_with_its_time_and_its_name_is_free_again(tmp_path: Path) -> None:
    now = [NOW]
    tokens = ApiTokens(Database(tmp_path / FILE_NAME), lambda: now[0])
    secret = tokens.create("周报", days=30)
    (token,) = tokens.list()
    assert (token.valid, token.used, token.ends) == (True, None, (NOW + dt.timedelta(30)).astimezone())
    assert tokens.name_of(secret) == "周报"
    assert tokens.list()[0].used == NOW.astimezone()
    now[0] += dt.timedelta(days=30)
    assert tokens.name_of(secret) is None
    assert not tokens.list()[0].valid
    assert tokens.name_of(tokens.create("周报")) == "周报"
    assert tokens.name_of(secret) is None


def test_a_program_asks_with_its_token_and_is_limited_as_people_are(house: House, address: str) -> None:
    secret, other = (house.records.tokens.create(name) for name in ("周报", "日报"))
    body = {"question": "问"}
    with httpx.Client(base_url=address, timeout=60) as http:
        assert http.post("/api/ask", json=body).status_code == 401
        for wrong in ("Basic " + secret, "Bearer", f"Bearer {secret}x", secret):
            assert http.post("/api/ask", json=body, headers={"Authorization": wrong}).status_code == 401
        codes = [http.post("/api/ask", json=body, headers=bearer(secret)).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        assert http.post("/api/ask", json=body, headers=bearer(other)).json()["answer"] == "答：问（）"
        assert http.get("/api/openapi.json", headers=bearer(secret)).status_code == 200
        house.records.tokens.revoke("周报")
        assert http.post("/api/ask", json=body, headers=bearer(secret)).status_code == 401


def test_a_program_is_no_maintainer(house: House, address: str) -> None:
    headers = bearer(house.records.tokens.create("周报"))
    with httpx.Client(base_url=address, timeout=60, headers=headers) as http:
        assert http.get("/feedback.jsonl").status_code == 403
        assert http.post("/gradio_api/upload", files={"files": ("a.txt", b"x")}).status_code == 403


def test_gradio_client_presents_a_token(house: House, address: str, tmp_path: Path) -> None:
    from gradio_client import Client

    headers = bearer(house.records.tokens.create("周报"))
    client = Client(
        address, headers=headers, verbose=False, analytics_enabled=False, download_files=str(tmp_path / "files")
    )
    record = client.predict(question="问", history=None, api_name="/ask_bulletins")
    assert record["answer"] == "答：问（）"


def test_an_assistant_presents_a_token(house: House, address: str) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    headers = bearer(house.records.tokens.create("助手"))

    async def converse() -> str:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as http,
            streamable_http_client(f"{address}/mcp", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            answered = await session.call_tool("ask_bulletins", {"question": "问"})
            return str(json.loads(answered.content[0].text)["answer"])  # type: ignore[union-attr]

    assert asyncio.run(converse()) == "答：问（）"


def test_the_command_line_makes_lists_and_revokes_and_is_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FTZ_QA_DATA_DIR", str(tmp_path))
    main(["token", "create", "周报", "--days", "30"])
    secret = capsys.readouterr().out.strip()
    records = Records.open(tmp_path)
    assert records.tokens.name_of(secret) == "周报"
    main(["token", "list"])
    listed = capsys.readouterr().out
    assert "周报" in listed
    assert secret not in listed
    main(["token", "revoke", "周报"])
    assert records.tokens.name_of(secret) is None
    entries = [(entry.action, entry.detail) for entry in records.audit.latest()]
    assert entries == [("token-revoke", "周报"), ("token-create", "周报")]
    assert all(entry.who.startswith("命令行") for entry in records.audit.latest())
    with pytest.raises(SystemExit) as stopped:
        main(["token", "revoke", "周报"])
    assert stopped.value.code == 2
