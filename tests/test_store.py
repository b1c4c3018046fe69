"""Builds on disk: whole or not there at all."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from ftz_qa.errors import IndexDamagedError, IndexMissingError
from ftz_qa.manifest import SCHEMA, Manifest
from ftz_qa.store import current_build, open_build, publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEND = "ftz-qa index issues"


def manifest(minute: int = 0) -> Manifest:
    return Manifest(
        schema_version=SCHEMA,
        created=dt.datetime(2025, 1, 1, 0, minute, tzinfo=dt.UTC),
        model="示例模型",
        dimension=2,
        issue_count=1,
        passage_count=1,
        unit_count=1,
        checksums={},
    )


def write(folder: Path) -> None:
    (folder / "data.bin").write_bytes(b"0123456789")
    (folder / "inner").mkdir()
    (folder / "inner/more.json").write_text("{}", encoding="utf-8")


def builds(index_dir: Path) -> list[str]:
    return sorted(path.name for path in (index_dir / "builds").iterdir())


def test_a_published_build_can_be_opened_with_what_was_written(tmp_path: Path) -> None:
    build_id = publish(tmp_path, manifest(), write)
    opened, folder, read = open_build(tmp_path)
    assert opened == build_id == current_build(tmp_path)
    assert (folder / "data.bin").read_bytes() == b"0123456789"
    assert read.model == "示例模型"
    assert set(read.checksums) == {"data.bin", "inner/more.json"}


def test_the_index_folder_is_made_with_its_parents_whatever_its_name(tmp_path: Path) -> None:
    index_dir = tmp_path / "通报 资料" / "索引"
    build_id = publish(index_dir, manifest(), write)
    assert open_build(index_dir)[0] == build_id


def test_a_new_build_leaves_the_old_one_as_it_was(tmp_path: Path) -> None:
    old = publish(tmp_path, manifest(0), write)
    before = {p: p.read_bytes() for p in (tmp_path / "builds" / old).rglob("*") if p.is_file()}
    new = publish(tmp_path, manifest(1), write)
    assert current_build(tmp_path) == new != old
    assert {p: p.read_bytes() for p in (tmp_path / "builds" / old).rglob("*") if p.is_file()} == before


def test_the_maintainer_can_go_back_by_pointing_at_an_older_build(tmp_path: Path) -> None:
    old = publish(tmp_path, manifest(0), write)
    publish(tmp_path, manifest(1), write)
    (tmp_path / "current").write_text(old + "\n", encoding="ascii")
    assert open_build(tmp_path)[0] == old


def test_builds_sort_by_when_they_were_made(tmp_path: Path) -> None:
    made = [publish(tmp_path, manifest(minute), write) for minute in (1, 2, 30)]
    assert builds(tmp_path) == made


def test_a_build_can_be_read_by_other_users(tmp_path: Path) -> None:
    build_id = publish(tmp_path, manifest(), write)
    assert (tmp_path / "builds" / build_id).stat().st_mode & 0o055 == 0o055


@pytest.mark.parametrize("failure", [OSError("磁盘已满"), KeyboardInterrupt(), ValueError("别的")])
def test_a_crash_while_writing_leaves_the_old_build_and_nothing_else(tmp_path: Path, failure: BaseException) -> None:
    old = publish(tmp_path, manifest(), write)

    def crash(folder: Path) -> None:
        write(folder)
        raise failure

    with pytest.raises(type(failure)):
        publish(tmp_path, manifest(1), crash)
    assert open_build(tmp_path)[0] == old
    assert builds(tmp_path) == [old]


def test_a_crash_of_the_first_build_leaves_no_index(tmp_path: Path) -> None:
    def crash(_: Path) -> None:
        raise OSError

    with pytest.raises(OSError):
        publish(tmp_path, manifest(), crash)
    with pytest.raises(IndexMissingError):
        current_build(tmp_path)
    assert builds(tmp_path) == []


def test_readers_see_the_old_build_until_the_new_one_is_complete(tmp_path: Path) -> None:
    old = publish(tmp_path, manifest(), write)
    seen: list[str] = []

    def look(folder: Path) -> None:
        write(folder)
        seen.append(open_build(tmp_path)[0])

    new = publish(tmp_path, manifest(1), look)
    assert seen == [old]
    assert open_build(tmp_path)[0] == new


def test_a_pointer_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()  # a folder cannot be replaced by a file
    with pytest.raises(OSError):
        publish(tmp_path, manifest(), write)
    assert builds(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_file_where_the_index_folder_should_be_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("我是文件", encoding="utf-8")
    with pytest.raises(OSError):
        publish(tmp_path / "index", manifest(), write)


@pytest.mark.parametrize("folder", ["没有", "."])
def test_where_nothing_was_published_the_error_names_the_command(tmp_path: Path, folder: str) -> None:
    with pytest.raises(IndexMissingError, match=MEND) as error:
        open_build(tmp_path / folder)
    assert str(tmp_path) in str(error.value)


@pytest.mark.parametrize(
    "pointer",
    [
        b"",
        b"\n",
        b"20990101T000000-none",
        b"../evil",
        b"..",
        b".",
        b"/etc",
        b"inner/../../evil",
        b"a\x00b",
        b"\xff\xfe\x00",
        "版本".encode(),
    ],
)
def test_a_pointer_to_anything_but_a_build_is_refused(tmp_path: Path, pointer: bytes) -> None:
    build_id = publish(tmp_path, manifest(), write)
    whole = tmp_path / "builds" / build_id
    for outside in (tmp_path / "evil", tmp_path):  # intact builds, but not in their place
        for path in whole.rglob("*"):
            if path.is_file():
                (outside / path.relative_to(whole)).parent.mkdir(parents=True, exist_ok=True)
                (outside / path.relative_to(whole)).write_bytes(path.read_bytes())
    (tmp_path / "current").write_bytes(pointer)
    with pytest.raises(IndexDamagedError, match=MEND):
        open_build(tmp_path)


def test_a_very_long_pointer_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, manifest(), write)
    (tmp_path / "current").write_text("a" * 5000, encoding="ascii")
    with pytest.raises(IndexDamagedError, match=MEND):
        open_build(tmp_path)


def test_a_folder_in_the_place_of_the_pointer_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, manifest(), write)
    (tmp_path / "current").unlink()
    (tmp_path / "current").mkdir()
    with pytest.raises(IndexDamagedError, match=MEND):
        open_build(tmp_path)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(bytes(data))


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("name", ["data.bin", "inner/more.json"])
@pytest.mark.parametrize("damage", [truncate, flip, remove])
def test_any_damaged_file_is_named_along_with_the_command(
    tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    build_id = publish(tmp_path, manifest(), write)
    damage(tmp_path / "builds" / build_id / name)
    with pytest.raises(IndexDamagedError, match=MEND) as error:
        open_build(tmp_path)
    assert name in str(error.value).replace("\\", "/")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b'{"format": "other"}', b"\xff\xfe", b'{"schema_version": "eins"}', b"\x80\x04K\x01."],
)
def test_a_foreign_manifest_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    build_id = publish(tmp_path, manifest(), write)
    (tmp_path / "builds" / build_id / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"manifest\.json.*" + MEND):
        open_build(tmp_path)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    build_id = publish(tmp_path, manifest(), write)
    (tmp_path / "builds" / build_id / "manifest.json").unlink()
    with pytest.raises(IndexDamagedError, match=r"manifest\.json.*" + MEND):
        open_build(tmp_path)


def test_another_schema_is_told_apart_from_damage(tmp_path: Path) -> None:
    build_id = publish(tmp_path, manifest(), write)
    path = tmp_path / "builds" / build_id / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["schema_version"] = SCHEMA + 41
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(IndexDamagedError, match=MEND) as error:
        open_build(tmp_path)
    assert str(SCHEMA + 41) in str(error.value)
    assert str(SCHEMA) in str(error.value)
