"""Who may maintain: signing in by account or by the token of this run, sessions, and a limit on attempts."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import time
from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from ftz_qa.accounts import MAX_PASSWORD_CHARS, PasswordHash, check_name, read_accounts
from ftz_qa.errors import FtzQaError, InputError
from ftz_qa.web import texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_FAILURES = 5
FAILURE_SECONDS = 60.0
SESSION_SECONDS = 8 * 3600
_MAX_SESSIONS = 200
_TOKEN_BYTES = 18


class SignInError(FtzQaError):
    """Signing in failed; `wait` is how many seconds to wait before the next attempt, 0 where it may be made at once."""

    def __init__(self, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Session:
    name: str
    ends: float


class Entrance:
    """Lets maintainers in; sessions live in this process and end with it.

    Parameters
    ----------
    accounts_file
        Read at every attempt, so that a new account needs no restart. None: there are no accounts, and whoever knows
        `token` may come in.
    clock
        Seconds that never go back.

    Attributes
    ----------
    token
        Made anew for every run; empty where there are accounts.

    Raises
    ------
    InputError
        The file of accounts cannot be used.
    """

    def __init__(self, accounts_file: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts_file = accounts_file
        self._clock = clock
        self._lock = Lock()
        self._sessions: dict[bytes, _Session] = {}
        self._failures: dict[str, deque[float]] = {}
        # What the password of an unknown name is compared with, so that it takes as long as for a known one.
        self._nobody = PasswordHash.of(secrets.token_urlsafe())
        self.token = "" if accounts_file else secrets.token_urlsafe(_TOKEN_BYTES)
        if accounts_file is not None and not read_accounts(accounts_file):
            raise InputError(texts.NO_ACCOUNTS.format(path=accounts_file))

    @property
    def by_account(self) -> bool:
        """Whether a name is asked for besides the password."""
        return self._accounts_file is not None

    def sign_in(self, client: str, name: str, password: str) -> str:
        """Open a session; slow on purpose where there are accounts.

        Parameters
        ----------
        client
            Who tries, for the limit on attempts: the address.
        name
            Of no account where there are none.

        Returns
        -------
        str
            What the client is to present from now on, in secret.

        Raises
        ------
        SignInError
            Name or password are wrong, or there were too many failures lately; the message is for the person.
        """
        with self._lock:
            self._check_attempts(client)
            known = self._known(name, password)
            if known is None:
                self._failures.setdefault(client, deque()).append(self._clock())
                raise SignInError(texts.WRONG_PASSWORD if self.by_account else texts.WRONG_TOKEN)
            self._failures.pop(client, None)
            return self._open(known)

    def _check_attempts(self, client: str) -> None:
        now = self._clock()
        for other in list(self._failures):
            failures = self._failures[other]
            while failures and now - failures[0] >= FAILURE_SECONDS:
                failures.popleft()
            if not failures:
                del self._failures[other]
        failures = self._failures.get(client, deque())
        if len(failures) >= MAX_FAILURES:
            wait = math.ceil(failures[0] + FAILURE_SECONDS - now)
            raise SignInError(texts.TOO_MANY_FAILURES.format(failures=MAX_FAILURES, wait=wait), wait)

    def _known(self, name: str, password: str) -> str | None:
        """The name to show for somebody who knows the password; None for anybody else."""
        if self._accounts_file is None:
            given, expected = password.strip().encode("utf-8", "replace"), self.token.encode()
            return texts.MAINTAINER if hmac.compare_digest(given, expected) else None
        try:
            accounts = read_accounts(self._accounts_file)
        except InputError as error:
            raise SignInError(str(error)) from error
        try:
            name = check_name(name)
        except InputError:
            return None
        expected_hash = accounts.get(name, self._nobody)
        matches = expected_hash.matches(password[: MAX_PASSWORD_CHARS + 1])
        return name if matches and name in accounts else None

    def _open(self, name: str) -> str:
        now = self._clock()
        for key in [key for key, session in self._sessions.items() if session.ends <= now]:
            del self._sessions[key]
        while len(self._sessions) >= _MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        secret = secrets.token_urlsafe(32)
        self._sessions[_digest(secret)] = _Session(name, now + SESSION_SECONDS)
        return secret

    def holder(self, secret: str | None) -> str | None:
        """Whose session this is; None for no session."""
        if not secret:
            return None
        session = self._sessions.get(_digest(secret))
        return session.name if session is not None and self._clock() < session.ends else None

    def sign_out(self, secret: str | None) -> None:
        """End a session, if it is one."""
        with self._lock:
            self._sessions.pop(_digest(secret or ""), None)


def _digest(secret: str) -> bytes:
    """What sessions are found by: looking this up tells nothing of the secret, however long it takes."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
