"""Everything that the server keeps in its data folder."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.database import FILE_NAME, Database
from ftz_qa.errors import InputError
from ftz_qa.web.api_tokens import ApiTokens
from ftz_qa.web.audit import AuditLog, EndedSessions
from ftz_qa.web.entrance import Entrance
from ftz_qa.web.feedback import FeedbackBook
from ftz_qa.web.history import History
from ftz_qa.web.writings import WritingBook

if TYPE_CHECKING:
    from pathlib import Path

_KEY_FILE = "session.key"


@dataclass(frozen=True, slots=True)
class Records:
    """What is kept: conversations, opinions, audit log, ended sessions, programs' tokens, what models wrote."""

    history: History
    feedback: FeedbackBook
    audit: AuditLog
    ended: EndedSessions
    writings: WritingBook
    tokens: ApiTokens

    @classmethod
    def open(cls, data_dir: Path) -> Records:
        """Open the database of a folder, or make it; raises `InputError`."""
        database = Database(data_dir / FILE_NAME)
        return cls(
            History(database),
            FeedbackBook(database),
            AuditLog(database),
            EndedSessions(database),
            WritingBook(database),
            ApiTokens(database),
        )


def open_entrance(accounts_file: Path | None, data_dir: Path, records: Records) -> Entrance:
    """The entrance with a key and a memory that outlast this process.

    Raises
    ------
    InputError
        The accounts or the key cannot be used.
    """
    return Entrance(
        accounts_file,
        key=_session_key(data_dir / _KEY_FILE),
        ended=records.ended.all(time.time()),
        keep_ended=records.ended.add,
        note=records.audit.note,
    )


def _session_key(path: Path) -> str:
    """The key that signs sessions; made at the first start, for its owner only."""
    try:
        if not path.exists():
            new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            # Of two that start at once, one makes the key.
            try:
                os.link(new, path)
            except FileExistsError:
                pass
            finally:
                new.unlink()
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"登录密钥 {path} 不能使用（{error}）") from error
    if len(key) < 32:
        raise InputError(f"登录密钥 {path} 不完整，请删除后重新启动")
    return key
