"""What libraries raise over broken files, turned into an error that a person can act on."""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Parsers of binary formats stumble over damage wherever they happen to be: this is what fuzzing made them raise.
_STUMBLES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def damage_told(path: Path, kind: str, *more: type[Exception]) -> Iterator[None]:
    """Within, whatever a parser raises over a damaged file becomes a `BulletinError` that names the file.

    Parameters
    ----------
    kind
        What the file should be, e.g. ``PDF``.
    more
        The library's own errors.

    Raises
    ------
    BulletinError
        The file cannot be parsed.
    """
    expected: tuple[type[Exception], ...] = (*_STUMBLES, *more)
    try:
        yield
    except expected as error:
        raise BulletinError(
            f"{path}：不是完整的 {kind} 文件，可能没有传完或已损坏（{type(error).__name__}）。"
            "请先用办公软件确认能打开，再重新导出或复制一份后重试"
        ) from error
