"""Serve the page until Ctrl-C."""

from __future__ import annotations

import errno
import logging
import os
import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from ftz_qa.errors import InputError
from ftz_qa.loaders import MAX_DOCUMENT_BYTES
from ftz_qa.web import texts

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ftz_qa.web.protocol import PageAnswerer
    from ftz_qa.web.services import Services
    from ftz_qa.web.workbench import Maintenance

MAX_UPLOAD_BYTES = 3 * MAX_DOCUMENT_BYTES
"""Largest upload of all files together."""

_GRACE_SECONDS = 1
# The browser loads from and sends to this server only; the exceptions are what Gradio's scripts need.
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "object-src 'none'; form-action 'self'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def serve(
    answerer: PageAnswerer,
    host: str,
    port: int,
    maintenance: Maintenance | None = None,
    services: Services | None = None,
) -> None:
    """Serve the page and return after Ctrl-C or a termination signal.

    Parameters
    ----------
    answerer
        What answers the page's questions.
    host, port
        Where to listen; port 0 takes a free one.
    maintenance
        For the maintainers' tab; None serves the chat alone.
    services
        What is offered besides; None makes it of the answerer alone.

    Raises
    ------
    InputError
        The address cannot be used; raised before anything is loaded or started.
    """
    listener = _listen(host, port)
    with listener:
        greeting = [_address(listener)]
        if maintenance is not None and maintenance.entrance.token:
            greeting.append(texts.TOKEN_PRINTED.format(token=maintenance.entrance.token))
        _run(build_app(answerer, maintenance, services), listener, "\n".join(greeting))
    typer.echo(texts.SERVER_STOPPED)


def build_app(
    answerer: PageAnswerer, maintenance: Maintenance | None = None, services: Services | None = None
) -> FastAPI:
    """The page as an ASGI application that neither loads from nor links to other hosts.

    Without maintenance nobody can send a file; with it, only who is signed in.
    """
    # Gradio and the Hugging Face client read these on import and then call nobody.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gradio as gr  # takes about 4 s
    from fastapi import FastAPI

    from ftz_qa.web.extras import Extras
    from ftz_qa.web.looks import page_assets
    from ftz_qa.web.metering import MeteredAnswerer
    from ftz_qa.web.page import build_page
    from ftz_qa.web.programs import (
        OPENAPI_URL,
        BodyLimit,
        add_gradio_endpoints,
        current_request,
        openapi_title,
        program_routes,
    )
    from ftz_qa.web.services import Services

    services = services or Services(answerer)
    # Without /docs and /redoc, which load from another host.
    app = FastAPI(title=openapi_title(), docs_url=None, redoc_url=None, openapi_url=OPENAPI_URL)
    app.include_router(program_routes(services))
    app.add_middleware(BodyLimit)
    if find_spec("mcp"):
        from ftz_qa.web.mcp_tool import add_mcp

        add_mcp(app, services, loopback=not services.people.login_required)
    limit: int | str = "1kb"
    if maintenance is not None:
        from ftz_qa.web.access import UploadGuard, add_access_routes

        add_access_routes(app, maintenance.entrance)
        app.add_middleware(UploadGuard, entrance=maintenance.entrance, limit=MAX_UPLOAD_BYTES)
        limit = MAX_UPLOAD_BYTES  # a single file that is too large is told among the results
    extras = Extras(services)
    app.include_router(extras.routes())
    asked = MeteredAnswerer(answerer, services.meter, "page", lambda: services.admit(current_request()))
    page = build_page(asked, maintenance, extras)
    with page:
        add_gradio_endpoints(services)
    gr.mount_gradio_app(app, page, path="/", show_error=False, run_history=False, max_file_size=limit, **page_assets())
    if services.people.login_required:
        from ftz_qa.web.login import LoginGuard

        app.add_middleware(LoginGuard, people=services.people)
    app.add_middleware(_SameOriginOnly)
    return app


class _SameOriginOnly:
    """Puts `_HEADERS` on every response, event streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                fixed = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *fixed]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise InputError(texts.PORT_RANGE.format(port=port))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise InputError(texts.HOST_UNUSABLE.format(host=host, port=port, reason=error)) from error
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        messages = {errno.EADDRINUSE: texts.PORT_IN_USE, errno.EACCES: texts.PORT_FORBIDDEN}
        message = messages.get(error.errno or 0, texts.HOST_UNUSABLE)
        raise InputError(message.format(host=host, port=port, reason=error.strerror)) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        return texts.STARTED_EVERYWHERE.format(address=f"http://127.0.0.1:{port}")
    return texts.STARTED.format(address=f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def _run(app: FastAPI, listener: socket.socket, greeting: str) -> None:
    import uvicorn

    class PageServer(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            typer.echo(greeting)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Every open page holds an event stream that only a cancel ends; uvicorn would report each as an error.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets)

    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_GRACE_SECONDS)
    try:
        PageServer(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return
