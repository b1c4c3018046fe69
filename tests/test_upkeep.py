"""The maintainer's functions: what changes, taking issues out, going back, checking, clearing away, watching."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from conftest import CARS, MEDICINE, PORT, RAIL, NgramEmbedder, make_issue
from ftz_qa.changes import Failure, compare
from ftz_qa.errors import IndexDamagedError, IndexMissingError, InputError
from ftz_qa.index import PassageIndex, read_issues
from ftz_qa.indexing import index_issues, plan_changes, remove_issues
from ftz_qa.store import build_ids, current_build
from ftz_qa.upkeep import collect_garbage, find_build, list_builds, rollback
from ftz_qa.vectors import BLOCK, EmbeddedText, embed_texts
from ftz_qa.verification import verify
from ftz_qa.watching import Landings, watch
from upkeep_driver import write_bulletin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ftz_qa.errors import FtzQaError
    from ftz_qa.indexing import IndexReport
    from ftz_qa.intake import Preference


def numbers(index_dir: Path) -> list[int | None]:
    return [issue.number for issue in PassageIndex.load(index_dir).issues]


def folder_of(index_dir: Path) -> Path:
    return index_dir / "builds" / current_build(index_dir)


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """Three builds, of one, two and three issues; their files are in the folder ``issues``."""
    for number in (1, 2, 3):
        write_bulletin(tmp_path / "issues", number, 5)
        index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
    return tmp_path / "index"


# What is different between two texts of an issue


def test_a_new_issue_adds_all_its_articles() -> None:
    (change,) = compare([make_issue(6, CARS)], [make_issue(7, RAIL, PORT)])
    assert (change.kind, [article.title for article in change.added]) == ("added", [RAIL[0], PORT[0]])


def test_the_same_text_is_unchanged_whatever_the_file_is_called() -> None:
    issue = make_issue(7, RAIL, PORT)
    (change,) = compare([issue], [replace(issue, source="改名.docx", warnings=("猜的",))])
    assert change.kind == "unchanged"
    assert len(change.unchanged) == 2


def test_articles_are_told_apart_as_added_changed_removed_and_unchanged() -> None:
    before = make_issue(7, RAIL, PORT, CARS)
    after = make_issue(7, MEDICINE, RAIL, (CARS[0], CARS[1] + "又一句。"))
    (change,) = compare([before], [after])
    assert change.kind == "changed"
    titles = {
        kind: [article.title for article in getattr(change, kind)]
        for kind in ("added", "changed", "removed", "unchanged")
    }
    assert titles == {"added": [MEDICINE[0]], "changed": [CARS[0]], "removed": [PORT[0]], "unchanged": [RAIL[0]]}


def test_a_corrected_title_is_a_change_of_the_article() -> None:
    (change,) = compare([make_issue(7, RAIL, PORT)], [make_issue(7, RAIL, ("青屿港新开航线", PORT[1]))])
    assert [article.title for article in change.changed] == ["青屿港新开航线"]
    assert (change.added, change.removed) == ((), ())


def test_articles_of_the_same_title_are_paired_one_to_one() -> None:
    (change,) = compare(
        [make_issue(7, ("简讯", "甲。"), ("简讯", "乙。"))], [make_issue(7, ("简讯", "甲。"), ("简讯", "丙。"))]
    )
    assert (len(change.unchanged), len(change.changed), len(change.added), len(change.removed)) == (1, 1, 0, 0)


def test_a_corrected_date_changes_the_issue_and_no_article() -> None:
    issue = make_issue(7, RAIL)
    (change,) = compare([issue], [replace(issue, publisher="别处")])
    assert (change.kind, len(change.unchanged)) == ("changed", 1)


def test_a_failure_says_its_reason_without_the_name_in_front(tmp_path: Path) -> None:
    assert Failure(tmp_path / "a.txt", f"{tmp_path / 'a.txt'}：是空的").reason == "是空的"
    assert Failure(tmp_path / "a.txt", "a.txt：没有标题").reason == "没有标题"
    assert Failure(tmp_path / "a.txt", "找不到").reason == "找不到"


# Adding, replacing, and leaving alone


def test_the_report_says_what_became_of_each_file(index_dir: Path) -> None:
    issues = index_dir.parent / "issues"
    write_bulletin(issues, 2, 6)
    write_bulletin(issues, 4, 5)
    (issues / "坏.txt").write_text("牛奶", encoding="utf-8")
    embedder = NgramEmbedder()
    report = index_issues([issues], index_dir, embedder)
    kinds = {
        kind: [change.issue.number for change in getattr(report.changes, kind)]
        for kind in ("added", "changed", "unchanged", "removed")
    }
    assert kinds == {"added": [4], "changed": [2], "unchanged": [1, 3], "removed": []}
    assert [failure.path.name for failure in report.changes.failed] == ["坏.txt"]
    assert report.published
    assert report.changes.article_count("added") == 3
    assert report.changes.article_count("changed") == 3
    # Only the new issue and the figures that changed were embedded.
    assert len(embedder.embedded) == report.embedded_count == 6


def test_where_nothing_changed_nothing_is_published(index_dir: Path) -> None:
    before = build_ids(index_dir)
    embedder = NgramEmbedder()
    report = index_issues([index_dir.parent / "issues"], index_dir, embedder)
    assert (report.published, report.build_id, report.embedded_count) == (False, before[-1], 0)
    assert (report.issue_count, len(report.changes.unchanged)) == (3, 3)
    assert build_ids(index_dir) == before
    assert embedder.embedded == []


def test_a_build_that_was_split_otherwise_is_made_anew_from_the_same_files(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PassageIndex.load(index_dir).is_split_as_now()
    monkeypatch.setattr("ftz_qa.passages.split_article.__defaults__", (20,))
    monkeypatch.setattr("ftz_qa.passages.split_issue.__defaults__", (20,))
    assert not PassageIndex.load(index_dir).is_split_as_now()
    report = index_issues([index_dir.parent / "issues"], index_dir, NgramEmbedder())
    assert report.published
    assert report.passage_count > 9


def test_only_one_file_given_leaves_the_other_issues_alone(index_dir: Path) -> None:
    path = write_bulletin(index_dir.parent / "neu", 2, 6)
    report = index_issues([path], index_dir, NgramEmbedder())
    assert numbers(index_dir) == [1, 2, 3]
    assert [len(report.changes.changed), len(report.changes.unchanged)] == [1, 0]


def test_an_issue_without_a_number_is_known_by_its_file(tmp_path: Path) -> None:
    for name in ("甲.txt", "乙.txt"):
        path = write_bulletin(tmp_path / "issues", 1, 5)
        text = path.read_text(encoding="utf-8").replace("第 1 期\n", "", 1)
        path.unlink()
        (tmp_path / "issues" / name).write_text(text, encoding="utf-8")
    index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
    assert [issue.source for issue in PassageIndex.load(tmp_path / "index").issues] == ["乙.txt", "甲.txt"]
    report = remove_issues(tmp_path / "index", ["甲.txt"])
    assert report.issue_count == 1


@pytest.mark.parametrize("newer", ["甲", "乙"])
def test_of_two_files_of_one_issue_the_newest_is_taken_where_that_is_asked_for(tmp_path: Path, newer: str) -> None:
    for seconds, name, figure in ((100, "甲", 1), (100, "乙", 2)):
        path = write_bulletin(tmp_path / "issues", 1, figure)
        path = path.rename(path.with_name(f"{name}.txt"))
        os.utime(path, (seconds + (name == newer), seconds + (name == newer)))
    prefer: Preference = "newest"
    for asked in (plan_changes, index_issues):
        with pytest.raises(InputError) as error:
            if asked is plan_changes:
                plan_changes([tmp_path / "issues"], tmp_path / "index")
            else:
                index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
        assert all(part in str(error.value) for part in ("甲.txt", "乙.txt", "--prefer newest"))
    report = index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder(), prefer=prefer)
    (issue,) = PassageIndex.load(tmp_path / "index").issues
    assert issue.source == f"{newer}.txt"
    assert any("甲.txt" in warning and "乙.txt" in warning for warning in report.warnings)
    assert [change.issue.source for change in report.changes.added] == [f"{newer}.txt"]


# Vectors by content


def test_texts_are_embedded_in_blocks_and_progress_counts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftz_qa.vectors.BLOCK", 2)
    told: list[tuple[int, int]] = []
    texts = [EmbeddedText(f"第{i}句。", []) for i in range(5)]
    vectors = embed_texts(texts, NgramEmbedder(), progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]
    np.testing.assert_array_equal(vectors.texts, NgramEmbedder().embed_queries([text.text for text in texts]))
    assert BLOCK > 100


def test_text_and_stretches_are_both_of_the_content() -> None:
    from ftz_qa.types import Span

    digests = {
        EmbeddedText(text, spans).digest()
        for text in ("甲乙", "甲", "")
        for spans in ([], [Span(0, 1)], [Span(0, 2)], [Span(0, 1), Span(1, 2)])
    }
    assert len(digests) == 12
    assert {len(digest) for digest in digests} == {16}


def test_passages_whose_sentences_are_cut_otherwise_are_embedded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    previous = PassageIndex.build([make_issue(7, RAIL)], NgramEmbedder())
    previous.units = previous.units[1:]  # as an older version of the program might have cut them
    previous.unit_vectors = previous.unit_vectors[1:]
    previous = PassageIndex(
        previous.issues,
        previous.passages,
        previous.vectors,
        previous.units,
        previous.unit_vectors,
        previous.lexical,
        previous.model_identity,
    )
    embedder = NgramEmbedder()
    index = PassageIndex.build([make_issue(7, RAIL)], embedder, previous=previous)
    assert len(embedder.embedded) == 1
    assert len(index.units) == len(index.unit_vectors) == len(previous.units) + 1


# What would change


def test_a_plan_says_what_indexing_would_do_and_does_nothing(index_dir: Path) -> None:
    issues = index_dir.parent / "issues"
    write_bulletin(issues, 2, 6)
    write_bulletin(issues, 4, 5)
    (issues / "坏.txt").write_text("牛奶", encoding="utf-8")
    before = build_ids(index_dir)
    plan = plan_changes([issues], index_dir)
    assert build_ids(index_dir) == before
    report = index_issues([issues], index_dir, NgramEmbedder())
    assert plan == report.changes
    assert not plan_changes([issues], index_dir).changes


def test_without_an_index_everything_would_be_new(tmp_path: Path) -> None:
    path = write_bulletin(tmp_path / "issues", 1, 5)
    plan = plan_changes([path], tmp_path / "index")
    assert [change.issue.number for change in plan.added] == [1]
    assert not (tmp_path / "index").exists()


def test_a_plan_over_a_damaged_index_says_what_would_be_saved(index_dir: Path) -> None:
    (folder_of(index_dir) / "vectors.faiss").write_bytes(b"broken")
    path = write_bulletin(index_dir.parent / "neu", 4, 5)
    assert len(plan_changes([path], index_dir).added) == 1  # only the issues matter for the plan
    (folder_of(index_dir) / "issues.json").write_bytes(b"broken")
    plan = plan_changes([path], index_dir)
    assert any(build_ids(index_dir)[1] in warning for warning in plan.warnings)


# Damage of the current build


def test_damaged_issues_are_taken_from_the_last_whole_build(index_dir: Path) -> None:
    (folder_of(index_dir) / "issues.json").write_bytes(b"broken")
    path = write_bulletin(index_dir.parent / "neu", 4, 5)
    embedder = NgramEmbedder()
    report = index_issues([path], index_dir, embedder)
    assert numbers(index_dir) == [1, 2, 4]
    assert len(embedder.embedded) == 3
    assert any(build_ids(index_dir)[1] in warning for warning in report.warnings)


def test_damaged_vectors_are_taken_from_the_last_whole_build(index_dir: Path) -> None:
    (folder_of(index_dir) / "vectors.faiss").write_bytes(b"broken")
    embedder = NgramEmbedder()
    report = index_issues([index_dir.parent / "issues"], index_dir, embedder)
    assert numbers(index_dir) == [1, 2, 3]
    assert report.published
    assert len(embedder.embedded) == 3  # those of the issue that only the damaged build had
    assert verify(index_dir) == []


# Taking issues out


def test_removed_issues_are_gone_and_nothing_is_embedded(index_dir: Path) -> None:
    before = PassageIndex.load(index_dir)
    report = remove_issues(index_dir, [2])
    after = PassageIndex.load(index_dir)
    assert [issue.number for issue in after.issues] == [1, 3]
    assert [change.issue.number for change in report.changes.removed] == [2]
    assert (report.published, report.issue_count, report.article_count) == (True, 2, 6)
    assert verify(index_dir) == []
    fresh = PassageIndex.build(after.issues, NgramEmbedder())
    np.testing.assert_array_equal(after.vectors, fresh.vectors)
    np.testing.assert_array_equal(after.units, fresh.units)
    np.testing.assert_array_equal(after.unit_vectors, fresh.unit_vectors)
    np.testing.assert_array_equal(after.lexical.scores("工作"), fresh.lexical.scores("工作"))
    assert before.build_id in build_ids(index_dir)


@pytest.mark.parametrize(("issues", "said"), [([9], "第9期"), ([1, 9, 8], "第9期、第8期"), (["x.txt"], "x.txt")])
def test_an_issue_that_is_not_indexed_is_named_and_none_is_removed(
    index_dir: Path, issues: list[int | str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        remove_issues(index_dir, issues)
    assert numbers(index_dir) == [1, 2, 3]


def test_the_last_issue_is_not_removed(index_dir: Path) -> None:
    with pytest.raises(InputError):
        remove_issues(index_dir, [1, 2, 3])
    assert numbers(index_dir) == [1, 2, 3]


def test_the_same_number_in_two_series_needs_the_series(tmp_path: Path) -> None:
    issues = [make_issue(7, RAIL), replace(make_issue(7, PORT), series="另一动态"), make_issue(8, CARS)]
    PassageIndex.build(issues, NgramEmbedder()).save(tmp_path)
    with pytest.raises(InputError) as error:
        remove_issues(tmp_path, [7])
    assert all(part in str(error.value) for part in ("示例动态", "另一动态", "--series"))
    with pytest.raises(InputError, match="第7期"):
        remove_issues(tmp_path, [7], series="第三种")
    remove_issues(tmp_path, [7], series="另一动态")
    assert [(i.series, i.number) for i in PassageIndex.load(tmp_path).issues] == [("示例动态", 7), ("示例动态", 8)]


def test_without_an_index_there_is_nothing_to_remove(tmp_path: Path) -> None:
    for change in (lambda: remove_issues(tmp_path / "no", [1]), lambda: rollback(tmp_path / "no")):
        with pytest.raises(IndexMissingError):
            change()
    with pytest.raises(IndexMissingError):
        collect_garbage(tmp_path / "no", 1)
    with pytest.raises(IndexMissingError):
        list_builds(tmp_path / "no")
    with pytest.raises(IndexMissingError):
        verify(tmp_path / "no")
    assert not (tmp_path / "no").exists()


# Builds: list and roll back


def test_builds_are_listed_newest_first_with_their_counts(index_dir: Path) -> None:
    builds = list_builds(index_dir)
    assert [(b.issue_count, b.article_count, b.current, b.ok) for b in builds] == [
        (3, 9, True, True),
        (2, 6, False, True),
        (1, 3, False, True),
    ]
    assert [build.build_id for build in builds] == build_ids(index_dir)[::-1]
    assert {build.model for build in builds} == {"ngrams"}


def test_a_damaged_build_is_listed_with_what_is_wrong(index_dir: Path) -> None:
    first, second, _ = build_ids(index_dir)
    (index_dir / "builds" / first / "manifest.json").unlink()
    (index_dir / "builds" / second / "units.npy").unlink()
    _, middle, oldest = list_builds(index_dir)
    assert (oldest.ok, oldest.issue_count, oldest.created) == (False, None, None)
    assert (middle.ok, middle.issue_count) == (False, 2)
    assert "units.npy" in middle.problem


def test_rolling_back_moves_the_pointer_and_deletes_nothing(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    assert rollback(index_dir) == ids[1]
    assert numbers(index_dir) == [1, 2]
    assert rollback(index_dir) == ids[0]
    assert numbers(index_dir) == [1]
    with pytest.raises(InputError):
        rollback(index_dir)
    assert build_ids(index_dir) == ids
    assert rollback(index_dir, ids[2]) == ids[2]
    assert numbers(index_dir) == [1, 2, 3]


def test_after_rolling_back_a_new_build_is_the_newest(index_dir: Path) -> None:
    rollback(index_dir)
    write_bulletin(index_dir.parent / "neu", 9, 5)
    report = index_issues([index_dir.parent / "neu"], index_dir, NgramEmbedder())
    assert build_ids(index_dir)[-1] == report.build_id
    assert numbers(index_dir) == [1, 2, 9]


def test_rolling_back_passes_over_a_damaged_build(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    (index_dir / "builds" / ids[1] / "units.npy").unlink()
    assert rollback(index_dir) == ids[0]


def test_rolling_back_to_a_damaged_build_is_refused(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    (index_dir / "builds" / ids[0] / "units.npy").unlink()
    with pytest.raises(IndexDamagedError, match=r"units\.npy"):
        rollback(index_dir, ids[0])
    assert current_build(index_dir) == ids[2]


@pytest.mark.parametrize("pointer", [None, b"\xff", b"000009-gone", b""])
def test_a_lost_pointer_is_mended_by_rolling_back(index_dir: Path, pointer: bytes | None) -> None:
    ids = build_ids(index_dir)
    (index_dir / "current").unlink()
    if pointer is not None:
        (index_dir / "current").write_bytes(pointer)
    assert verify(index_dir) != []
    assert not any(build.current for build in list_builds(index_dir))
    assert rollback(index_dir) == ids[2]
    assert verify(index_dir) == []


def test_a_build_is_found_by_the_beginning_of_its_id(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    assert find_build(index_dir, "000002") == ids[1]
    assert find_build(index_dir, ids[0]) == ids[0]
    for name in ("0000", "", "x", "../issues"):
        with pytest.raises(InputError):
            find_build(index_dir, name)


# Verifying


def reseal(index_dir: Path) -> None:
    """Bring checksums and id in line with the files, as only a faulty writer would."""
    from ftz_qa.manifest import checksum, files_of, manifest_digest

    folder = folder_of(index_dir)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["checksums"] = {
        path.relative_to(folder).as_posix(): checksum(path) for path in files_of(folder) if path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    new = folder.name.rpartition("-")[0] + "-" + manifest_digest(folder)
    folder.rename(folder.with_name(new))
    (index_dir / "current").write_text(new, encoding="ascii")


def change_array(name: str, change: Callable[[np.ndarray], np.ndarray | None]) -> Callable[[Path], None]:
    def apply(index_dir: Path) -> None:
        path = folder_of(index_dir) / name
        array = np.load(path, allow_pickle=False)
        changed = change(array)
        np.save(path, array if changed is None else changed, allow_pickle=False)

    return apply


def put(*place: int, value: float) -> Callable[[np.ndarray], None]:
    def change(array: np.ndarray) -> None:
        array[place] = value

    return change


def change_manifest(**fields: object) -> Callable[[Path], None]:
    def apply(index_dir: Path) -> None:
        path = folder_of(index_dir) / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **fields}), encoding="utf-8")

    return apply


def break_vectors(value: float) -> Callable[[Path], None]:
    def apply(index_dir: Path) -> None:
        import faiss

        path = folder_of(index_dir) / "vectors.faiss"
        index = faiss.deserialize_index(np.frombuffer(path.read_bytes(), dtype=np.uint8))
        vectors = index.reconstruct_n(0, index.ntotal)
        vectors[1, 0] = value
        index.reset()
        index.add(vectors)
        path.write_bytes(faiss.serialize_index(index).tobytes())

    return apply


def other_lexical(index_dir: Path) -> None:
    from ftz_qa.lexical import LexicalIndex

    LexicalIndex.build(["一", "二"]).save(folder_of(index_dir) / "bm25")


def twice_the_same_issue(index_dir: Path) -> None:
    path = folder_of(index_dir) / "issues.json"
    issues = json.loads(path.read_text(encoding="utf-8"))
    issues[1]["number"] = issues[0]["number"]
    path.write_text(json.dumps(issues), encoding="utf-8")


BREAKAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "passage beyond its article": (change_array("passages.npy", put(0, 3, value=99_999)), "超出正文"),
    "passage of another article": (change_array("passages.npy", put(0, 1, value=1)), "没有段落"),
    "passage of no article": (change_array("passages.npy", put(0, 1, value=77)), "内容不完整"),
    "passages out of order": (change_array("passages.npy", lambda rows: rows[::-1].copy()), "次序不对"),
    "unit of no passage": (change_array("units.npy", put(-1, 0, value=999)), "不存在的段落"),
    "unit outside its passage": (change_array("units.npy", put(0, 2, value=9_999)), "不在它的段落之内"),
    "units out of order": (change_array("units.npy", lambda rows: rows[::-1].copy()), "次序不对"),
    "units of another shape": (change_array("units.npy", lambda rows: rows[:, :2].copy()), "句子位置表的形状"),
    "units of another type": (change_array("units.npy", lambda rows: rows.astype(np.int64)), "句子位置表的形状"),
    "a unit vector that is no number": (change_array("unit_vectors.npy", put(2, 2, value=np.nan)), "不是数"),
    "a unit vector too long": (change_array("unit_vectors.npy", put(2, 2, value=3.0)), "长度不是 1"),
    "a vector that is no number": (break_vectors(np.inf), "不是数"),
    "a vector too long": (break_vectors(3.0), "长度不是 1"),
    "fewer vectors": (change_array("unit_vectors.npy", lambda rows: rows[1:].copy()), "数量应为"),
    "other BM25 statistics": (other_lexical, "词频统计有 2 段"),
    "another number of articles": (change_manifest(article_count=8), "8 篇文章，实有 9 篇"),
    "another number of passages": (change_manifest(passage_count=8), "数量应为"),
    "no model": (change_manifest(model=" "), "嵌入模型"),
    "another sequence": (change_manifest(sequence=7), "序号 7"),
    "another schema": (change_manifest(schema_version=99), "99"),
    "an issue twice": (twice_the_same_issue, "收录了 2 次"),
}


def test_a_sound_build_has_no_problems(index_dir: Path) -> None:
    assert verify(index_dir) == []
    for build_id in build_ids(index_dir):
        assert verify(index_dir, build_id) == []


@pytest.mark.parametrize("name", BREAKAGES)
def test_every_broken_promise_is_found_even_where_the_checksums_agree(index_dir: Path, name: str) -> None:
    breaking, said = BREAKAGES[name]
    breaking(index_dir)
    reseal(index_dir)
    problems = verify(index_dir)
    assert any(said in problem for problem in problems), problems
    assert not any("\n" in problem for problem in problems)


def test_an_altered_manifest_is_found_by_the_id_of_its_build(index_dir: Path) -> None:
    change_manifest(model="另一个模型")(index_dir)
    assert ["被改动过" in problem for problem in verify(index_dir)] == [True]


def test_missing_altered_and_extra_files_are_all_named(index_dir: Path) -> None:
    folder = folder_of(index_dir)
    (folder / "units.npy").unlink()
    (folder / "issues.json").write_bytes(b"{}")
    (folder / "多余.bin").write_bytes(b"")
    problems = verify(index_dir)
    assert len(problems) == 3
    for name in ("units.npy", "issues.json", "多余.bin"):
        assert any(name in problem for problem in problems)


def test_builds_from_before_there_were_sequence_numbers_are_sound_and_older(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    folder = index_dir / "builds" / ids[0]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name in ("sequence", "article_count"):
        del manifest[name]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    folder.rename(folder.with_name("20990101T000000000000-0123abcd"))
    assert build_ids(index_dir) == ["20990101T000000000000-0123abcd", *ids[1:]]
    assert verify(index_dir, "20990101T000000000000-0123abcd") == []
    rollback(index_dir, "2099")
    assert numbers(index_dir) == [1]


def test_the_issues_of_a_build_are_read_without_the_rest(index_dir: Path) -> None:
    (folder_of(index_dir) / "vectors.faiss").unlink()
    assert [issue.number for issue in read_issues(index_dir)] == [1, 2, 3]
    assert [issue.number for issue in read_issues(index_dir, build_ids(index_dir)[0])] == [1]


# Clearing away


def test_old_builds_are_deleted_and_the_newest_stay(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    report = collect_garbage(index_dir, 2)
    assert (report.removed, set(report.kept)) == ((ids[0],), set(ids[1:]))
    assert build_ids(index_dir) == ids[1:]
    assert collect_garbage(index_dir, 5).removed == ()


def test_the_current_build_is_never_deleted(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    rollback(index_dir, ids[0])
    assert set(collect_garbage(index_dir, 1).removed) == {ids[1], ids[2]}
    assert build_ids(index_dir) == [ids[0]]
    assert verify(index_dir) == []


def test_damaged_builds_do_not_count_among_those_kept(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    (index_dir / "builds" / ids[1] / "units.npy").unlink()
    assert set(collect_garbage(index_dir, 2).removed) == {ids[1]}


def test_with_a_damaged_current_build_nothing_is_deleted(index_dir: Path) -> None:
    ids = build_ids(index_dir)
    (index_dir / "builds" / ids[2] / "units.npy").unlink()
    with pytest.raises(IndexDamagedError, match="rollback"):
        collect_garbage(index_dir, 1)
    assert build_ids(index_dir) == ids


def test_what_interrupted_writers_left_is_cleared_away_and_named(index_dir: Path) -> None:
    (index_dir / "builds/.staging-x").mkdir()
    (index_dir / "builds/.staging-x/units.npy").write_bytes(b"half")
    (index_dir / "builds/.trash-y").mkdir()
    (index_dir / ".pointing-1").write_text("x")
    report = collect_garbage(index_dir, 9)
    assert sorted(report.leftovers) == [".pointing-1", ".staging-x", ".trash-y"]
    assert report.removed == ()
    assert sorted(path.name for path in index_dir.iterdir()) == [".writer.lock", "builds", "current"]


@pytest.mark.parametrize("keep", [0, -1])
def test_at_least_one_build_is_kept(index_dir: Path, keep: int) -> None:
    with pytest.raises(InputError):
        collect_garbage(index_dir, keep)
    assert len(build_ids(index_dir)) == 3


# Watching a folder


class _Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_file_is_complete_once_it_has_stopped_growing(tmp_path: Path) -> None:
    clock = _Clock()
    landings = Landings(2.0, clock)
    path = tmp_path / "1.txt"
    path.write_text("一")
    assert landings.complete([path]) == {}
    clock.time = 1.9
    path.write_text("一二")
    assert landings.complete([path]) == {}
    clock.time = 3.8
    assert landings.complete([path]) == {}
    assert landings.waiting
    clock.time = 4.0
    landed = landings.complete([path])
    assert list(landed) == [path]
    landings.settle(landed)
    assert landings.complete([path]) == {}
    assert not landings.waiting
    path.write_text("一二三")
    landings.complete([path])
    assert landings.waiting
    path.unlink()
    assert landings.complete([path]) == {}
    assert not landings.waiting


def test_what_lands_in_a_watched_folder_is_indexed_and_bad_files_are_survived(tmp_path: Path) -> None:
    issues, index_dir, stop = tmp_path / "issues", tmp_path / "index", threading.Event()
    write_bulletin(issues, 1, 5)
    reports: list[IndexReport] = []
    errors: list[FtzQaError] = []
    watcher = threading.Thread(
        target=lambda: watch(
            issues, index_dir, NgramEmbedder(), done=reports.append, failed=errors.append, quiet=0.3, stop=stop
        )
    )
    watcher.start()

    def wait_for(happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not happened():
            assert time.monotonic() < deadline
            assert watcher.is_alive()
            time.sleep(0.05)

    try:
        wait_for(lambda: len(reports) == 1)
        (issues / "坏.txt").write_text("牛奶", encoding="utf-8")
        wait_for(lambda: len(errors) == 1)
        write_bulletin(issues, 2, 5)
        wait_for(lambda: len(reports) == 2)
        write_bulletin(issues, 1, 6)
        wait_for(lambda: len(reports) == 3)
    finally:
        stop.set()
        watcher.join(20)
    assert not watcher.is_alive()
    assert numbers(index_dir) == [1, 2]
    assert [len(reports[1].changes.added), len(reports[2].changes.changed)] == [1, 1]
    assert "坏.txt" in str(errors[0])
    assert len(errors) == 1


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no"):
        watch(tmp_path / "no", tmp_path, NgramEmbedder(), done=lambda _: None, failed=lambda _: None)
