"""The garbage collector is out of the way only for as long as it should be, and nothing is kept alive by that."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from ftz_qa.memory import collector_paused, spare_the_living

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Leave the collector as it was."""
    yield
    gc.unfreeze()
    gc.enable()


class Kept:
    """Something that can be watched."""


def test_there_is_no_collection_inside_and_there_is_one_again_afterwards() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_inside_leaves_the_collector_running() -> None:
    with pytest.raises(ValueError, match="inside"), collector_paused():
        raise ValueError("inside")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with collector_paused():
        pass
    assert not gc.isenabled()


def test_what_is_spared_is_freed_with_its_last_reference() -> None:
    kept = Kept()
    gone = weakref.ref(kept)
    spare_the_living()
    assert gc.get_freeze_count() > 0
    del kept
    assert gone() is None
