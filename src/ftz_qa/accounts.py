"""Accounts: names, roles and salted scrypt hashes in a file; no password is stored anywhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import tomllib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, cast

from ftz_qa.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

Role = Literal["staff", "maintainer"]

MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_CHARS = 256
MAX_NAME_CHARS = 64

# 32 MiB and about a third of a second for one guess.
_LOG2_COST, _BLOCK_SIZE, _PARALLEL = 15, 8, 3
_SALT_BYTES, _KEY_BYTES = 16, 32
_MAX_LOG2_COST, _MAX_BLOCK_SIZE, _MAX_PARALLEL = 20, 16, 16
_MAX_FILE_BYTES = 1024 * 1024
_FORM = re.compile(
    r"(?:(staff|maintainer):)?\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})"
)
_MAKE = "用 ftz-qa account 名称 生成"


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """The scrypt key of a password, with its salt and parameters, and what its owner may do.

    Attributes
    ----------
    log2_cost, block_size, parallel
        scrypt's N (as a power of two), r and p.
    role
        ``staff`` may ask, ``maintainer`` may change the index as well.
    """

    log2_cost: int
    block_size: int
    parallel: int
    salt: bytes
    key: bytes
    role: Role = "maintainer"

    @classmethod
    def of(cls, password: str, role: Role = "maintainer") -> Self:
        """Hash a password with a new salt."""
        salt = secrets.token_bytes(_SALT_BYTES)
        blank = cls(_LOG2_COST, _BLOCK_SIZE, _PARALLEL, salt, bytes(_KEY_BYTES))
        return cls(_LOG2_COST, _BLOCK_SIZE, _PARALLEL, salt, blank._derive(password), role)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` gives: ``$scrypt$ln=15,r=8,p=3$salt$key``, both in base64 without padding.

        The role and a colon may stand in front; without them it is of a maintainer.

        Raises
        ------
        InputError
            It is no such text, or its parameters are beyond what this machine should be made to do.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise InputError(f"不是有效的密码散列，请{_MAKE}")
        log2_cost, block_size, parallel = (int(match[i]) for i in (2, 3, 4))
        usable = (
            10 <= log2_cost <= _MAX_LOG2_COST and 1 <= block_size <= _MAX_BLOCK_SIZE and 1 <= parallel <= _MAX_PARALLEL
        )
        if not usable:
            raise InputError(f"密码散列的参数 ln={log2_cost},r={block_size},p={parallel} 超出范围，请{_MAKE}")
        try:
            role = cast("Role", match[1] or "maintainer")
            return cls(log2_cost, block_size, parallel, _decode(match[5]), _decode(match[6]), role)
        except binascii.Error:
            raise InputError(f"密码散列不完整，请{_MAKE}") from None

    def __str__(self) -> str:
        parameters = f"ln={self.log2_cost},r={self.block_size},p={self.parallel}"
        role = "" if self.role == "maintainer" else f"{self.role}:"
        return f"{role}$scrypt${parameters}${_encode(self.salt)}${_encode(self.key)}"

    def matches(self, password: str) -> bool:
        """Whether this is the password; takes the same time whatever is different."""
        return hmac.compare_digest(self._derive(password), self.key)

    def _derive(self, password: str) -> bytes:
        cost = 1 << self.log2_cost
        return hashlib.scrypt(
            unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass"),
            salt=self.salt,
            n=cost,
            r=self.block_size,
            p=self.parallel,
            maxmem=128 * self.block_size * (cost + self.parallel + 8),
            dklen=len(self.key),
        )


def check_name(name: str) -> str:
    """The name of an account, without blanks around it.

    Raises
    ------
    InputError
        It is empty, too long or has characters that do not print.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise InputError(f"账户名称应为 1 到 {MAX_NAME_CHARS} 个可以显示的字符")
    return name


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long.

    Raises
    ------
    InputError
        It is.
    """
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS or not password.strip():
        raise InputError(f"密码应为 {MIN_PASSWORD_CHARS} 到 {MAX_PASSWORD_CHARS} 个字符")


def read_accounts(path: Path) -> dict[str, PasswordHash]:
    """The accounts in a file: an object (``.json``) or a table (``.toml``) of names and hashes.

    Raises
    ------
    InputError
        The file cannot be read or holds something else; the message names it and says what to do.
    """
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise InputError(f"账户文件 {path} 过大，应为名称和密码散列的列表")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"找不到账户文件 {path}（FTZ_QA_ACCOUNTS_FILE）。请{_MAKE}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"账户文件 {path} 不能读取（{error}）") from error
    return _parse(text, path)


def _parse(text: str, path: Path) -> dict[str, PasswordHash]:
    try:
        entries = json.loads(text) if _is_json(path) else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if _is_json(path) else "TOML"
        raise InputError(f"账户文件 {path} 不是正确的 {kind}（{error}）") from error
    if not isinstance(entries, dict) or not all(isinstance(value, str) for value in entries.values()):
        raise InputError(f"账户文件 {path} 应为“名称 = 密码散列”的列表，每个账户一项，请{_MAKE}")
    accounts = {}
    for name, value in entries.items():
        try:
            accounts[check_name(name)] = PasswordHash.parse(value)
        except InputError as error:
            raise InputError(f"账户文件 {path} 中的“{name}”：{error}") from None
    return accounts


def write_account(path: Path, name: str, password_hash: PasswordHash) -> None:
    """Add an account to a file, or give the one of that name a new password; a new file is for its owner only.

    Raises
    ------
    InputError
        The file cannot be read or written; it is as it was.
    """
    accounts = read_accounts(path) if path.exists() else {}
    wanted = accounts | {name: password_hash}
    if _is_json(path):
        text = json.dumps({key: str(value) for key, value in wanted.items()}, ensure_ascii=False, indent=1) + "\n"
    else:
        lines = path.read_text(encoding="utf-8-sig").splitlines() if accounts else []
        text = "\n".join([*(line for line in lines if not _is_of(line, name)), toml_line(name, password_hash), ""])
    if _parse(text, path) != wanted:
        raise InputError(f"账户文件 {path} 的写法无法自动修改，请手工写入：{toml_line(name, password_hash)}")
    _replace(path, text)


def toml_line(name: str, password_hash: PasswordHash) -> str:
    """The account as a line of a TOML file."""
    return f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(str(password_hash))}"


def _is_of(line: str, name: str) -> bool:
    try:
        return any(check_name(key) == name for key in tomllib.loads(line))
    except (ValueError, InputError):
        return False


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.touch(mode=0o600, exist_ok=False)
        new.write_text(text, encoding="utf-8")
        if path.exists():
            new.chmod(path.stat().st_mode & 0o777)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise InputError(f"账户文件 {path} 不能写入（{error.strerror or error}）") from error


def _is_json(path: Path) -> bool:
    if path.suffix.lower() not in (".json", ".toml"):
        raise InputError(f"账户文件 {path} 的后缀应为 .json 或 .toml")
    return path.suffix.lower() == ".json"


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
