"""What maintainers do, without the page: files under any name, nothing lost, nothing overwritten, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.errors import BulletinError, FtzQaError, IndexBusyError, InputError
from ftz_qa.index import read_issues
from ftz_qa.indexing import index_issues, plan_changes
from ftz_qa.loaders import MAX_DOCUMENT_BYTES, SUFFIXES, bulletin_files
from ftz_qa.locking import LockRequest, writer_lock
from ftz_qa.store import current_build
from ftz_qa.uploads import RETIRED, safe_name
from ftz_qa.web.workbench import MAX_FILES, Batch, Outcome, Workbench
from upkeep_driver import CheapEmbedder, write_bulletin


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    """A folder of two bulletins, both indexed."""
    folder = tmp_path / "issues"
    for number in (1, 2):
        write_bulletin(folder, number, 5)
    index_issues([folder], tmp_path / "index", CheapEmbedder())
    return folder


@pytest.fixture
def index_dir(tmp_path: Path, issues: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def workbench(issues: Path, index_dir: Path) -> Workbench:
    return Workbench(index_dir, issues, CheapEmbedder(), wait=0.2)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """Where uploaded files lie."""
    return tmp_path / "cache"


def quiet(*told: object) -> None:
    """Nobody is told anything."""


def stage(workbench: Workbench, *files: Path) -> Batch:
    return workbench.stage(files, quiet)


def apply(workbench: Workbench, batch: Batch) -> Outcome:
    return workbench.apply(batch, quiet, quiet)


def texts_of(folder: Path) -> dict[str, str]:
    """The files below a folder, retired ones without the time in their names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        (f"{RETIRED}/{path.name[16:]}" if path.parent.name == RETIRED else path.name): path.read_text(encoding="utf-8")
        for path in files
    }


# Names


@given(st.text(max_size=300), st.sampled_from([*SUFFIXES, *(suffix.upper() for suffix in SUFFIXES)]))
def test_whatever_a_client_calls_a_file_it_is_one_visible_component(stem: str, suffix: str) -> None:
    name = safe_name(stem + suffix)
    assert Path(name).name == name
    assert not set(name) & set("/\\\0\n<>:\"|?*$`{}'&")
    assert not name.startswith((".", "~", " "))
    assert len(name.encode()) <= 200
    assert safe_name(name) == name
    assert Path(name).suffix in SUFFIXES
    assert Path(name).stem.upper() != "README"


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../../etc/第240期.docx", "第240期.docx"),
        ("..\\..\\windows\\自贸动态（第240期）.TXT", "自贸动态（第240期）.txt"),
        ("....//a.txt", "a.txt"),
        (".hidden.txt", "hidden.txt"),
        ("README.md", "通报README.md"),
        ("<img src=x onerror=alert(1)>.txt", "_img src_x onerror_alert(1)_.txt"),
        ("/.txt", "通报.txt"),
    ],
)
def test_names_keep_what_people_read_in_them(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@pytest.mark.parametrize("name", ["", "..", "a", "a.exe", "a.txt/..", "a.txt.py", "a.txt\0"])
def test_other_files_are_refused(name: str) -> None:
    with pytest.raises(BulletinError, match=r"\.docx"):
        safe_name(name)


# Staging


def test_staging_says_what_would_change_and_changes_nothing(
    workbench: Workbench, issues: Path, index_dir: Path, uploads: Path
) -> None:
    before = current_build(index_dir), texts_of(issues)
    bad = write_bulletin(uploads / "x", 9, 1).rename(uploads / "坏.txt")
    bad.write_text("不是通报", encoding="utf-8")
    program = write_bulletin(uploads / "y", 9, 1).rename(uploads / "a.exe")
    files = [write_bulletin(uploads / "a", n, figure) for n, figure in ((1, 5), (2, 6), (3, 5))]
    batch = stage(workbench, *files, bad, program)
    plan = batch.plan
    assert [[c.issue.number for c in kind] for kind in (plan.added, plan.changed, plan.unchanged)] == [[3], [2], [1]]
    assert {str(failure.path): failure.reason for failure in plan.failed}.keys() == {"坏.txt", "a.exe"}
    assert all(str(batch.folder) not in failure.message for failure in plan.failed)
    assert [file.name for file in batch.wanted()] == ["2.txt", "3.txt"]
    assert (current_build(index_dir), texts_of(issues)) == before
    batch.discard()
    assert not batch.folder.exists()


def test_a_file_that_is_too_large_is_told_and_the_others_are_taken(workbench: Workbench, uploads: Path) -> None:
    good = write_bulletin(uploads, 3, 1)
    large = uploads / "大.pdf"
    with large.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)
    batch = stage(workbench, large, good)
    assert [failure.reason for failure in batch.plan.failed] == ["文件超过 100 MB 上限"]
    assert [file.name for file in batch.wanted()] == ["3.txt"]


def test_too_many_files_and_two_texts_of_one_issue_are_refused(workbench: Workbench, uploads: Path) -> None:
    with pytest.raises(InputError, match=f"最多 {MAX_FILES} 个"):
        stage(workbench, *[uploads / f"{n}.txt" for n in range(MAX_FILES + 1)])
    files = [write_bulletin(uploads / name, 3, figure) for name, figure in (("a", 1), ("b", 2))]
    with pytest.raises(InputError, match=r"^3\.txt 与 3-2\.txt 都是《.*》第3期，但内容不同"):
        stage(workbench, *files)


# Applying


def test_new_files_are_kept_and_indexed_and_a_changed_one_takes_the_place_of_the_old(
    workbench: Workbench, issues: Path, index_dir: Path, uploads: Path
) -> None:
    old = texts_of(issues)
    batch = stage(workbench, *[write_bulletin(uploads / "a", n, 8) for n in (2, 3)])
    outcome = apply(workbench, batch)
    assert outcome.report.published
    assert outcome.retired == ("2.txt",)
    new = texts_of(issues)
    assert new.keys() == {"1.txt", "2.txt", "3.txt", f"{RETIRED}/2.txt"}
    assert new[f"{RETIRED}/2.txt"] == old["2.txt"] != new["2.txt"]
    assert not batch.folder.exists()
    assert sorted(issue.number or 0 for issue in read_issues(index_dir)) == [1, 2, 3]
    assert plan_changes([issues], index_dir).changes == ()


def test_the_old_file_is_retired_whatever_the_new_one_is_called(
    workbench: Workbench, issues: Path, index_dir: Path, uploads: Path
) -> None:
    renamed = write_bulletin(uploads, 2, 8).rename(uploads / "更正.txt")
    apply(workbench, stage(workbench, renamed))
    assert {file.name for file in bulletin_files([issues])} == {"1.txt", "更正.txt"}
    assert plan_changes([issues], index_dir).changes == ()


def test_a_file_of_another_issue_is_never_displaced(workbench: Workbench, issues: Path, uploads: Path) -> None:
    old = texts_of(issues)
    taken = write_bulletin(uploads, 3, 8).rename(uploads / "1.txt")
    apply(workbench, stage(workbench, taken))
    new = texts_of(issues)
    assert new.keys() == {*old, "1-2.txt"}
    assert {name: new[name] for name in old} == old


def test_while_another_writer_holds_the_lock_nothing_changes_and_applying_again_works(
    workbench: Workbench, issues: Path, index_dir: Path, uploads: Path
) -> None:
    before = current_build(index_dir), texts_of(issues)
    batch = stage(workbench, *[write_bulletin(uploads / "a", n, 8) for n in (2, 3)])
    said: list[str] = []
    with writer_lock(index_dir, LockRequest("ftz-qa watch")), pytest.raises(IndexBusyError, match="ftz-qa watch"):
        workbench.apply(batch, quiet, said.append)
    assert "ftz-qa watch" in said[0]
    assert (current_build(index_dir), texts_of(issues)) == before
    assert apply(workbench, batch).report.issue_count == 3


def test_a_folder_that_cannot_be_written_is_said_and_nothing_changes(
    workbench: Workbench, issues: Path, index_dir: Path, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_build(index_dir), texts_of(issues)
    batch = stage(workbench, *[write_bulletin(uploads / "a", n, 8) for n in (2, 3)])

    def full(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:10])
        if source.name == "3.txt":
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(FtzQaError, match="写入失败"):
        patch.setattr("shutil.copyfile", full)
        apply(workbench, batch)
    assert (current_build(index_dir), texts_of(issues)) == before


# Removing and going back


def test_a_removed_issue_does_not_come_back_with_the_next_indexing(
    workbench: Workbench, issues: Path, index_dir: Path
) -> None:
    first = current_build(index_dir)
    issue = next(issue for issue in workbench.issues() if issue.number == 2)
    outcome = workbench.remove(issue, quiet, quiet)
    assert outcome.retired == ("2.txt",)
    assert texts_of(issues).keys() == {"1.txt", f"{RETIRED}/2.txt"}
    assert plan_changes([issues], index_dir).changes == ()
    assert [issue.number for issue in workbench.issues()] == [1]
    with pytest.raises(InputError, match="没有移除"):
        workbench.remove(workbench.issues()[0], quiet, quiet)
    assert "1.txt" in texts_of(issues)
    assert workbench.roll_back(first, quiet) == first
    assert [issue.number for issue in workbench.issues()] == [2, 1]
    assert [build.current for build in workbench.builds()] == [False, True]


def test_without_an_index_there_is_nothing_to_list_and_the_first_upload_makes_one(
    tmp_path: Path, uploads: Path
) -> None:
    workbench = Workbench(tmp_path / "none", tmp_path / "no" / "issues", CheapEmbedder())
    assert (workbench.issues(), workbench.builds()) == ((), [])
    assert apply(workbench, stage(workbench, write_bulletin(uploads, 1, 5))).report.issue_count == 1
    assert [issue.number for issue in workbench.issues()] == [1]
