"""Who is behind a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.web.access import session_of
from ftz_qa.web.visitors import LOCAL, Visitor

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from ftz_qa.web.entrance import Entrance


class People:
    """Tells visitors apart by their sessions.

    Parameters
    ----------
    entrance
        Knows the sessions; None where nobody can sign in.
    login_required
        Whether nobody but who is signed in may do anything.
    """

    def __init__(self, entrance: Entrance | None = None, *, login_required: bool = False) -> None:
        self.entrance = entrance
        self.login_required = login_required

    def visitor(self, request: HTTPConnection | None) -> Visitor | None:
        """Who asks; None for somebody who has to sign in first."""
        known = self.entrance.visitor(session_of(request)) if self.entrance is not None else None
        return known if known is not None or self.login_required else LOCAL

    def key(self, request: HTTPConnection | None) -> str:
        """What a limit on questions counts by: the account, or the address of somebody without one."""
        visitor = self.visitor(request)
        if visitor is not None and visitor.name:
            return f"account {visitor.name}"
        return f"address {request.client.host}" if request is not None and request.client else "address"

    def name(self, request: HTTPConnection | None) -> str:
        """The name under which things are kept; raises `PermissionError` for somebody who has to sign in first."""
        visitor = self.visitor(request)
        if visitor is None:
            raise PermissionError("not signed in")
        return visitor.name
