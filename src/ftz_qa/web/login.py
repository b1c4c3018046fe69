"""The login that is demanded where others than this machine can reach the page: a guard, and a page with a form."""

from __future__ import annotations

import html
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse, JSONResponse
from starlette.requests import HTTPConnection

from ftz_qa.errors import InputError
from ftz_qa.web import login_texts as texts
from ftz_qa.web.access import SIGN_IN
from ftz_qa.web.texts import ACCOUNT, PASSWORD
from ftz_qa.web.texts import SIGN_IN as SIGN_IN_LABEL

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ftz_qa.web.people import People

# What answers anybody: signing in itself, and what monitoring asks for, which tells counts alone.
_OPEN = frozenset({SIGN_IN, "/healthz", "/metrics"})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def login_required(host: str, login: str, *, accounts: bool) -> bool:
    """Whether everybody has to sign in.

    Parameters
    ----------
    host
        Where the page listens.
    login
        ``auto`` or ``always``, as the settings have it.
    accounts
        Whether there are any.

    Raises
    ------
    InputError
        They have to, but there are no accounts.
    """
    required = login == "always" or not is_loopback(host)
    if required and not accounts:
        raise InputError(texts.NEEDS_ACCOUNTS.format(host=host))
    return required


class LoginGuard:
    """Lets nobody through who is not signed in, except to sign in."""

    def __init__(self, app: ASGIApp, people: People) -> None:
        self.app = app
        self._people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer strangers at once; pass everything else on."""
        if scope["type"] in ("http", "websocket") and scope["path"] not in _OPEN:
            connection = HTTPConnection(scope)
            if self._people.visitor(connection) is None:
                await self._refuse(connection, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _refuse(self, connection: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {"Cache-Control": "no-store"}
        wants_page = scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")
        if wants_page:
            await HTMLResponse(_login_html(), 401, headers)(scope, receive, send)
        else:
            await JSONResponse({"message": texts.SIGN_IN_FIRST}, 401, headers)(scope, receive, send)


def _login_html() -> str:
    template = (Path(__file__).parent / "login.html").read_text(encoding="utf-8")
    words = {
        "title": texts.TITLE,
        "heading": texts.HEADING,
        "hint": texts.HINT,
        "account": ACCOUNT,
        "password": PASSWORD,
        "sign_in": SIGN_IN_LABEL,
        "problem": texts.FAILED,
        "address": SIGN_IN.removeprefix("/"),
    }
    for name, word in words.items():
        template = template.replace(f"%{name}%", html.escape(word))
    return template
