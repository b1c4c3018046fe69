"""The MCP tool ``ask_bulletins``, so that an assistant can query the bulletins.

Gradio's own MCP server is not used: it answers by calling the page over HTTP, under the address that the first caller
named and without that caller's session, and its extra asks for an older pydantic than the other dependencies do.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route

from ftz_qa.batch import answer_record
from ftz_qa.errors import InputError
from ftz_qa.web import program_texts as texts
from ftz_qa.web.metering import MeteredAnswerer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

    from ftz_qa.web.services import Services

MCP_PATH = "/mcp"
TOOL = "ask_bulletins"
_INPUT = {
    "type": "object",
    "properties": {"question": {"type": "string", "minLength": 1, "maxLength": 500, "description": texts.MCP_QUESTION}},
    "required": ["question"],
    "additionalProperties": False,
}
_LOCAL = ("127.0.0.1:*", "localhost:*", "[::1]:*")


def add_mcp(app: FastAPI, services: Services, *, loopback: bool = True) -> None:
    """Serve the tool at ``/mcp`` (streamable HTTP, without sessions).

    Parameters
    ----------
    loopback
        Whether only this machine can come: then pages of other sites that a browser has open must not (DNS rebinding).
    """
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=loopback,
        allowed_hosts=list(_LOCAL),
        allowed_origins=[f"http://{host}" for host in _LOCAL],
    )
    manager = StreamableHTTPSessionManager(
        _server(services), json_response=True, stateless=True, security_settings=security
    )
    app.router.routes.append(Route(MCP_PATH, endpoint=_Endpoint(manager), include_in_schema=False))
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[Any]:
        async with before(running) as state, manager.run():
            yield state

    app.router.lifespan_context = lifespan


class _Endpoint:
    """An ASGI application: Starlette takes functions for handlers of requests instead."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)


def _server(services: Services) -> Server[Any, Any]:
    server: Server[Any, Any] = Server("ftz-qa", instructions=texts.MCP_TOOL)
    answerer = MeteredAnswerer(services.answerer, services.meter, "mcp")

    async def tools() -> list[types.Tool]:
        return [types.Tool(name=TOOL, description=texts.MCP_TOOL, inputSchema=_INPUT)]

    async def call(name: str, arguments: dict[str, Any]) -> list[types.TextContent]:
        if name != TOOL:
            raise InputError(texts.MCP_UNKNOWN.format(name=name))
        services.admit(server.request_context.request)
        async with services.turns.place() as place:
            await place.turn()
            answer = await asyncio.to_thread(answerer.answer, str(arguments["question"]), ())
        return [types.TextContent(type="text", text=json.dumps(answer_record(1, answer), ensure_ascii=False))]

    server.list_tools()(tools)  # type: ignore[no-untyped-call]
    server.call_tool()(call)
    return server
