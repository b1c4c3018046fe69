"""Signing in and out over HTTP, and the guard of everything that only maintainers may send.

The session is an `HttpOnly`, `SameSite=Strict` cookie with a random secret, which only its client has.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

# FastAPI reads the annotations of routes at run time.
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from ftz_qa.web import texts
from ftz_qa.web.entrance import SESSION_SECONDS, SignInError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ftz_qa.web.entrance import Entrance

COOKIE = "ftz_qa_session"
SIGN_IN = "/maintenance/sign-in"
SIGN_OUT = "/maintenance/sign-out"
_MAX_BODY = 4096
_MAX_WAITING = 30


def add_access_routes(app: FastAPI, entrance: Entrance) -> None:
    """Add the routes for signing in and out; they must stand before anything that is mounted at the root."""
    desk = _SignInDesk(entrance)
    app.post(SIGN_IN, include_in_schema=False)(desk.sign_in)
    app.post(SIGN_OUT, include_in_schema=False)(desk.sign_out)


class _SignInDesk:
    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        # One attempt at a time: each needs much memory and a processor, which belong to those who ask questions.
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def sign_in(self, request: Request) -> Response:
        """Open a session; what is wrong is said as ``{"message": …}``."""
        given = await _fields(request)
        if given is None:
            return JSONResponse({"message": texts.BAD_SIGN_IN}, 400)
        if self._waiting >= _MAX_WAITING:
            return JSONResponse({"message": texts.SIGN_IN_BUSY}, 429, {"Retry-After": "5"})
        client = request.client.host if request.client else ""
        self._waiting += 1
        try:
            async with self._turn:
                secret = await asyncio.to_thread(
                    self._entrance.sign_in, client, given.get("name", ""), given.get("password", "")
                )
        except SignInError as error:
            headers = {"Retry-After": str(error.wait)} if error.wait else None
            return JSONResponse({"message": str(error)}, 429 if error.wait else 401, headers)
        finally:
            self._waiting -= 1
        response = JSONResponse({})
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, secret, max_age=SESSION_SECONDS, path="/", secure=secure, httponly=True, samesite="strict"
        )
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session of whoever asks."""
        if await _fields(request) is None:
            return JSONResponse({"message": texts.BAD_SIGN_IN}, 400)
        self._entrance.sign_out(session_of(request))
        response = JSONResponse({})
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response


async def _fields(request: Request) -> dict[str, str] | None:
    """The strings of a JSON object; None for anything else, such as a form that another site has sent."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        return None
    return given


def session_of(request: HTTPConnection | None) -> str | None:
    """The session's secret in the cookies of a request."""
    return request.cookies.get(COOKIE) if request is not None else None


class UploadGuard:
    """Refuses files from anybody who is not signed in, and too much at once from anybody.

    Gradio takes uploads from everybody who can open the page, before any handler is asked.

    Parameters
    ----------
    limit
        Largest upload, in bytes.
    """

    def __init__(self, app: ASGIApp, entrance: Entrance, limit: int) -> None:
        self.app = app
        self._entrance = entrance
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refused upload at once; pass everything else on."""
        if scope["type"] == "http" and scope["method"] != "GET" and _is_upload(scope):
            refusal = self._refusal(HTTPConnection(scope))
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal(self, request: HTTPConnection) -> Response | None:
        if self._entrance.holder(session_of(request)) is None:
            return PlainTextResponse(texts.SIGN_IN_FIRST, 403)
        length = request.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return PlainTextResponse(texts.UPLOAD_LENGTH, 411)
        if int(length) > self._limit:
            return PlainTextResponse(texts.UPLOAD_TOO_LARGE.format(limit=self._limit // 1024 // 1024), 413)
        return None


def _is_upload(scope: Scope) -> bool:
    path: str = scope["path"].rstrip("/")
    kind = Headers(scope=scope).get("content-type", "").lower()
    return path.endswith("/upload") or kind.startswith("multipart/")
