"""Errors that a person can act on: each message says in Chinese what is wrong and what to do."""

from __future__ import annotations


class FtzQaError(Exception):
    """Base of all errors that ftz_qa raises on purpose.

    `exit_code` is what the command line leaves with: 2 for bad input, 1 for anything else.
    """

    exit_code = 1


class InputError(FtzQaError):
    """The caller's input cannot be used (bad question file, bad option, unreadable file)."""

    exit_code = 2


class BulletinError(InputError):
    """A file is not a bulletin; the message names the file, the line and what was expected."""


class IndexMissingError(FtzQaError):
    """There is no usable index; the message names the command that makes one."""


class IndexDamagedError(FtzQaError):
    """An index is truncated, altered or of another schema; the message names the command that mends it."""


class IndexBusyError(FtzQaError):
    """Somebody else is writing the index; the message says who, and nothing was changed."""


class IndexWriteError(FtzQaError):
    """The index cannot be written (disk full, no permission); the message says that the old one still serves."""


class ModelError(FtzQaError):
    """An embedding model cannot be had or does not fit the index."""


class RegressionError(FtzQaError):
    """An evaluation is worse than the one it is compared with, by more than is tolerated."""
