"""Who may come in: signing in by account or by the token of this run, sessions, and a limit on attempts."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import time
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from itsdangerous import BadData, URLSafeSerializer

from ftz_qa.accounts import MAX_PASSWORD_CHARS, PasswordHash, check_name, read_accounts
from ftz_qa.errors import FtzQaError, InputError
from ftz_qa.web import texts
from ftz_qa.web.visitors import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MAX_FAILURES = 5
FAILURE_SECONDS = 60.0
SESSION_SECONDS = 8 * 3600
_TOKEN_BYTES = 18


class SignInError(FtzQaError):
    """Signing in failed; `wait` is how many seconds to wait before the next attempt, 0 where it may be made at once."""

    def __init__(self, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait


class Entrance:
    """Lets people in. A session is a signed text that its client keeps: who, and until when.

    It ends by signing out, with its time, and with the password of its account.

    Parameters
    ----------
    accounts_file
        Read at every attempt, so that a new account needs no restart. None: there are no accounts, and whoever knows
        `token` may come in.
    clock
        Seconds.
    key
        Signs sessions; with a key that is kept, they outlast this process. None: a new one.
    ended
        Sessions that were signed out of and would still be valid, with their end.
    keep_ended
        Told of each session that is signed out of.
    note
        Told who signs in and out (``sign-in``, ``sign-out``).

    Attributes
    ----------
    token
        Made anew for every run; empty where there are accounts.

    Raises
    ------
    InputError
        The file of accounts cannot be used.
    """

    def __init__(
        self,
        accounts_file: Path | None = None,
        clock: Callable[[], float] = time.time,
        key: str | None = None,
        ended: Mapping[str, float] | None = None,
        keep_ended: Callable[[str, float], None] | None = None,
        note: Callable[[str, str], None] | None = None,
    ) -> None:
        self._accounts_file = accounts_file
        self._clock = clock
        self._lock = Lock()
        self._signer = URLSafeSerializer(key or secrets.token_urlsafe(32), salt="session")
        self._ended = dict(ended or {})
        self._keep_ended = keep_ended
        self._note = note or (lambda name, action: None)
        self._read: tuple[object, dict[str, PasswordHash]] = (None, {})
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
            secret = self._open(known)
        self._note(known, "sign-in")
        return secret

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
            accounts = self._accounts()
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
        for key in [key for key, ends in self._ended.items() if ends <= now]:
            del self._ended[key]
        return str(self._signer.dumps([secrets.token_urlsafe(12), name, self._mark(name), now + SESSION_SECONDS]))

    def _mark(self, name: str) -> str:
        """What a session is tied to besides its name: it ends with the password, the account or the token."""
        return hashlib.sha256(self._secret_of(name).encode()).hexdigest()[:16]

    def _secret_of(self, name: str) -> str:
        return str(self._accounts().get(name, "")) if self._accounts_file is not None else self.token

    def _accounts(self) -> dict[str, PasswordHash]:
        """The accounts as the file has them now; raises `InputError`."""
        assert self._accounts_file is not None
        try:
            state = self._accounts_file.stat()
        except OSError:
            return read_accounts(self._accounts_file)  # says what is wrong
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        known, accounts = self._read
        if stamp != known:
            accounts = read_accounts(self._accounts_file)
            self._read = (stamp, accounts)
        return accounts

    def visitor(self, secret: str | None) -> Visitor | None:
        """Whose session this is; None for no session, or one that has ended."""
        try:
            id_, name, mark, ends = self._signer.loads(secret or "")
            if self._clock() >= ends or id_ in self._ended or not hmac.compare_digest(mark, self._mark(name)):
                return None
            role = self._accounts()[name].role if self._accounts_file is not None else "maintainer"
        except (BadData, InputError, KeyError, ValueError):
            return None
        return Visitor(name, role)

    def holder(self, secret: str | None) -> str | None:
        """Whose session this is, if it is a maintainer's; None for anybody else."""
        visitor = self.visitor(secret)
        return visitor.name if visitor is not None and visitor.role == "maintainer" else None

    def sign_out(self, secret: str | None) -> None:
        """End a session, if it is one."""
        try:
            id_, name, _, ends = self._signer.loads(secret or "")
        except (BadData, ValueError):
            return
        with self._lock:
            self._ended[id_] = ends
        if self._keep_ended is not None:
            self._keep_ended(id_, ends)
        self._note(name, "sign-out")
