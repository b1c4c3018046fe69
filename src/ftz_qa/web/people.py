"""Who is behind a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.web.access import session_of
from ftz_qa.web.program_texts import PROGRAM
from ftz_qa.web.visitors import LOCAL, Visitor

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from ftz_qa.web.api_tokens import ApiTokens
    from ftz_qa.web.entrance import Entrance


class People:
    """Tells visitors apart: people by their sessions, programs by their tokens.

    Parameters
    ----------
    entrance
        Knows the sessions; None where nobody can sign in.
    login_required
        Whether nobody but who is signed in may do anything.
    tokens
        Knows the tokens; None where programs have none.
    """

    def __init__(
        self, entrance: Entrance | None = None, *, login_required: bool = False, tokens: ApiTokens | None = None
    ) -> None:
        self.entrance = entrance
        self.login_required = login_required
        self._tokens = tokens

    def visitor(self, request: HTTPConnection | None) -> Visitor | None:
        """Who asks; None for somebody who has to sign in first."""
        known = self.entrance.visitor(session_of(request)) if self.entrance is not None else None
        known = known or self._program(request)
        return known if known is not None or self.login_required else LOCAL

    def _program(self, request: HTTPConnection | None) -> Visitor | None:
        """Whose token a request presents; a program may do what staff may."""
        if self._tokens is None or request is None:
            return None
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        name = self._tokens.name_of(secret.strip()) if scheme.lower() == "bearer" else None
        return Visitor(PROGRAM.format(name=name), "staff") if name is not None else None

    def key(self, request: HTTPConnection | None) -> str:
        """What a limit on questions counts by: the account, or the address of somebody without one."""
        visitor = self.visitor(request)
        if visitor is not None and visitor.name:
            return f"account {visitor.name}"
        return f"address {request.client.host}" if request is not None and request.client else "address"

    def name(self, request: HTTPConnection | None) -> str:
        """The name under which things are kept; raises `PermissionError` for somebody who has to sign in first.

        Without accounts everybody at this machine is the same person, who may know the token as well.
        """
        visitor = self.visitor(request)
        if visitor is None:
            raise PermissionError("not signed in")
        by_account = self.entrance is not None and self.entrance.by_account
        return visitor.name if by_account else LOCAL.name
