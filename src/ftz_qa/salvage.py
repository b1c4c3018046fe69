"""What the next build is built upon: the current one, or as much as is whole where that is damaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.errors import FtzQaError, IndexDamagedError, IndexMissingError
from ftz_qa.index import PassageIndex, read_issues
from ftz_qa.store import build_ids, current_build

if TYPE_CHECKING:
    from pathlib import Path

    from ftz_qa.types import Issue


@dataclass(frozen=True, slots=True)
class Base:
    """What an index is built upon.

    Attributes
    ----------
    issues
        Those indexed so far.
    vectors
        A build whose vectors can be taken over.
    serves
        Whether that is the current build, whole and of the same model.
    notes
        What had to be made do with, in Chinese.
    """

    issues: tuple[Issue, ...] = ()
    vectors: PassageIndex | None = None
    serves: bool = False
    notes: tuple[str, ...] = ()


def load_base(index_dir: Path, model: str) -> Base:
    """The current build as the base of the next one, which will be of the embedding model `model`."""
    try:
        index = PassageIndex.load(index_dir)
    except IndexMissingError:
        return Base()
    except IndexDamagedError as error:
        return salvaged(index_dir, error)
    if index.model_identity != model:
        return Base(index.issues, notes=("嵌入模型已更换，全部段落重新嵌入",))
    return Base(index.issues, index, serves=True)


def salvaged(index_dir: Path, damage: IndexDamagedError) -> Base:
    """The issues of the damaged current build where they are whole, else those of another one; the other's vectors."""
    other = _another_whole(index_dir)
    try:
        issues = read_issues(index_dir)
    except FtzQaError:
        if other is None:
            return Base(notes=(f"原有索引不能使用，已仅由所给文件新建：{damage}",))
        note = f"原有索引不能使用，已改以版本 {other.build_id} 为基础，请核对收录的各期：{damage}"
        return Base(other.issues, other, notes=(note,))
    return Base(issues, other, notes=(f"原有索引有损坏，但各期原文完好，已全部保留并重新嵌入：{damage}",))


def _another_whole(index_dir: Path) -> PassageIndex | None:
    """The last whole build before the current one; where there is none, the newest."""
    ids = build_ids(index_dir)
    try:
        current = current_build(index_dir)
    except FtzQaError:
        current = ""
    before = ids[: ids.index(current)] if current in ids else []
    for build_id in (*reversed(before), *reversed(ids[len(before) :])):
        try:
            return PassageIndex.load(index_dir, build_id)
        except IndexDamagedError:
            continue
    return None
