"""Python's garbage collector, kept out of the way where very many objects are made that stay."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection inside the ``with``; afterwards the collector is as it was.

    Whenever the living objects have grown by a quarter, the collector walks through all of them. Where hundreds of
    thousands are made that all stay, as when an index is loaded, that doubles the time and finds nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def spare_the_living() -> None:
    """The collector never looks at what lives now, in the whole process.

    Call it when something large that stays is ready. It is freed all the same once nothing refers to it; only what
    has by now become a cycle that nothing else refers to is never freed, so do not call it for every question.
    """
    gc.freeze()
