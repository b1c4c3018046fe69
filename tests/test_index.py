"""The index: search, saving and loading, and what happens when its files are not what they were."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from conftest import CARS, MEDICINE, PORT, RAIL, NgramEmbedder, make_issue
from ftz_qa.errors import BulletinError, IndexDamagedError, IndexMissingError, InputError, ModelError
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues
from ftz_qa.passages import embedded_text, indexed_text, passage_units, split_issue
from ftz_qa.text import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftz_qa.types import Issue

MEND = "ftz-qa index issues"
FILES = ["issues.json", "vectors.faiss", "passages.npy", "units.npy", "unit_vectors.npy"]

BULLETIN = """自贸动态（示例）

第 {number} 期

主办：示例省自贸办

2025 年 3 月 5 日

一、示例板块

（一）{title}

{body}
"""


def bulletin(folder: Path, number: int, title: str, body: str, name: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{number}.txt")
    path.write_text(BULLETIN.format(number=number, title=title, body=body), encoding="utf-8")
    return path


def build_folder(index_dir: Path) -> Path:
    return index_dir / "builds" / (index_dir / "current").read_text(encoding="ascii").strip()


def search(index: PassageIndex, text: str, k: int = 3) -> list[tuple[str, float]]:
    found, scores = index.dense_search(NgramEmbedder().embed_queries([text])[0], k)
    return [(index.passages[i].article.title, float(s)) for i, s in zip(found, scores, strict=True)]


# Search


@pytest.mark.parametrize(
    ("question", "title"),
    [("生物医药园占地多少亩", MEDICINE[0]), ("中欧班列开行多少列", RAIL[0]), ("林查班航线每周几班", PORT[0])],
)
def test_the_nearest_passage_is_of_the_article_asked_about(
    small_index: PassageIndex, question: str, title: str
) -> None:
    assert search(small_index, question)[0][0] == title


def test_hits_come_best_first_and_no_more_than_there_are(small_index: PassageIndex) -> None:
    found = search(small_index, "二手车出口", k=99)
    assert len(found) == len(small_index.passages)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(-1.001 <= score <= 1.001 for score in scores)


def test_search_keeps_to_the_allowed_positions(small_index: PassageIndex, ngram_embedder: NgramEmbedder) -> None:
    vector = ngram_embedder.embed_queries(["中欧班列"])[0]
    allowed = np.array([i for i, p in enumerate(small_index.passages) if p.issue.number == 8], dtype=np.int64)
    found, _ = small_index.dense_search(vector, 99, allowed)
    assert set(found.tolist()) == set(allowed.tolist())
    assert len(small_index.dense_search(vector, 5, np.empty(0, dtype=np.int64))[0]) == 0
    assert len(small_index.dense_search(vector, 0)[0]) == 0


def test_units_are_the_clauses_of_their_passage(small_index: PassageIndex) -> None:
    for position, passage in enumerate(small_index.passages):
        spans, vectors = small_index.units_of(position)
        texts = [passage.article.body[s.start : s.end] for s in spans]
        expected = [passage.text[s.start : s.end] for s in split_sentences(passage.text, semicolons=True)]
        assert texts == expected
        assert vectors.shape == (len(spans), small_index.dimension)
        assert vectors.dtype == np.float32
    assert "入境110列。" in [
        RAIL[1][s.start : s.end] for p in small_index.passages if p.article.title == RAIL[0] for s in passage_units(p)
    ]


def test_unit_vectors_belong_to_their_units(small_index: PassageIndex) -> None:
    for position, passage in enumerate(small_index.passages):
        spans, vectors = small_index.units_of(position)
        for span, vector in zip(spans, vectors, strict=True):
            own = NgramEmbedder().embed_queries([passage.article.body[span.start : span.end]])[0]
            assert float(own @ vector) == pytest.approx(1.0, abs=0.01)


def test_issues_are_kept_in_the_order_of_their_dates() -> None:
    late = make_issue(2, RAIL, date=dt.date(2025, 6, 1))
    early = make_issue(9, PORT, date=dt.date(2024, 6, 1))
    undated = make_issue(None, CARS)
    index = PassageIndex.build([late, undated, early], NgramEmbedder())
    assert [issue.number for issue in index.issues] == [None, 9, 2]
    assert [p.issue.number for p in index.passages] == [None, 9, 2]


def test_what_is_searched_holds_title_issue_and_section(issues: tuple[Issue, Issue]) -> None:
    (first, *_) = split_issue(issues[0])
    assert embedded_text(first).startswith(RAIL[0])
    assert embedded_text(first).endswith(first.text)
    for part in ("示例动态", "第7期", "2025年8月15日", "示例板块", RAIL[0], first.text):
        assert part in indexed_text(first)


def test_an_article_without_a_body_is_found_by_its_title() -> None:
    index = PassageIndex.build([make_issue(7, ("青屿港年度快报", ""), RAIL)], NgramEmbedder())
    assert search(index, "青屿港年度快报", k=1)[0][0] == "青屿港年度快报"
    assert index.units_of(0)[0] == []


# Saving and loading


@pytest.mark.parametrize("name", ["index", "通报索引/二〇二五 年", "a b/c"])
def test_a_loaded_index_finds_the_same_as_the_saved_one(small_index: PassageIndex, tmp_path: Path, name: str) -> None:
    build_id = small_index.save(tmp_path / name)
    loaded = PassageIndex.load(tmp_path / name)
    assert loaded.build_id == build_id
    assert loaded.issues == small_index.issues
    assert loaded.model_identity == small_index.model_identity
    assert [(p.start, p.end, p.text) for p in loaded.passages] == [
        (p.start, p.end, p.text) for p in small_index.passages
    ]
    for question in ("班列", "医药园多少亩", "！"):
        assert search(loaded, question) == search(small_index, question)
        np.testing.assert_array_equal(loaded.lexical.scores(question), small_index.lexical.scores(question))
    for position in range(len(loaded.passages)):
        assert loaded.units_of(position)[0] == small_index.units_of(position)[0]
        np.testing.assert_array_equal(loaded.units_of(position)[1], small_index.units_of(position)[1])


def test_dates_and_numbers_that_are_missing_stay_missing(tmp_path: Path) -> None:
    PassageIndex.build([make_issue(None, RAIL)], NgramEmbedder()).save(tmp_path)
    (issue,) = PassageIndex.load(tmp_path).issues
    assert (issue.number, issue.date) == (None, None)


def test_nothing_in_a_build_is_a_pickle(small_index: PassageIndex, tmp_path: Path) -> None:
    small_index.save(tmp_path)
    files = [path for path in build_folder(tmp_path).rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {*FILES, "manifest.json"}
    for path in files:
        assert not path.read_bytes().startswith(b"\x80"), path
        assert path.suffix in {".json", ".jsonl", ".npy", ".faiss"}, path
        if path.suffix == ".npy":
            assert not np.load(path, allow_pickle=False).dtype.hasobject


def test_a_pickle_in_the_place_of_an_array_is_never_executed(
    small_index: PassageIndex, tmp_path: Path, reseal: Callable[[Path], None]
) -> None:
    small_index.save(tmp_path)
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
            return Path.touch, (trap,)

    np.save(build_folder(tmp_path) / "units.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    reseal(tmp_path)
    with pytest.raises(IndexDamagedError, match=MEND):
        PassageIndex.load(tmp_path)
    assert not trap.exists()


@pytest.fixture
def reseal() -> Callable[[Path], None]:
    """Brings a build's checksums in line with its files, as only a faulty or malicious writer would."""

    def reseal_build(index_dir: Path) -> None:
        folder = build_folder(index_dir)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["checksums"] = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "manifest.json"
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    return reseal_build


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("resealed", [False, True])
def test_a_truncated_file_is_damage_that_the_message_says_how_to_mend(
    small_index: PassageIndex, tmp_path: Path, reseal: Callable[[Path], None], name: str, resealed: bool
) -> None:
    small_index.save(tmp_path)
    path = build_folder(tmp_path) / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    if resealed:
        reseal(tmp_path)
    with pytest.raises(IndexDamagedError, match=MEND) as error:
        PassageIndex.load(tmp_path)
    assert str(build_folder(tmp_path)) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", FILES)
def test_a_build_that_lacks_a_file_is_damaged(
    small_index: PassageIndex, tmp_path: Path, reseal: Callable[[Path], None], name: str
) -> None:
    small_index.save(tmp_path)
    (build_folder(tmp_path) / name).unlink()
    reseal(tmp_path)
    with pytest.raises(IndexDamagedError, match=MEND):
        PassageIndex.load(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{}", b"[]", b"null"),
        b"\x00\xff",
    ],
)
def test_every_bm25_file_of_another_content_is_damage(
    small_index: PassageIndex, tmp_path: Path, reseal: Callable[[Path], None], content: bytes
) -> None:
    small_index.save(tmp_path)
    for path in sorted((build_folder(tmp_path) / "bm25").iterdir()):
        original = path.read_bytes()
        path.write_bytes(content)
        reseal(tmp_path)
        with pytest.raises(IndexDamagedError, match=MEND):
            PassageIndex.load(tmp_path)
        path.write_bytes(original)


def test_files_of_two_builds_mixed_are_damage(
    small_index: PassageIndex, tmp_path: Path, reseal: Callable[[Path], None]
) -> None:
    small_index.save(tmp_path / "a")
    PassageIndex.build([make_issue(9, CARS)], NgramEmbedder()).save(tmp_path / "b")
    for name in FILES:
        path = build_folder(tmp_path / "a") / name
        original = path.read_bytes()
        path.write_bytes((build_folder(tmp_path / "b") / name).read_bytes())
        reseal(tmp_path / "a")
        with pytest.raises(IndexDamagedError, match=MEND):
            PassageIndex.load(tmp_path / "a")
        path.write_bytes(original)


def test_no_index_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match=MEND):
        PassageIndex.load(tmp_path)


def test_an_index_of_another_model_is_refused_with_both_names(small_index: PassageIndex) -> None:
    small_index.check_model(small_index.model_identity)
    with pytest.raises(ModelError, match=MEND) as error:
        small_index.check_model("另一个模型")
    assert small_index.model_identity in str(error.value)
    assert "另一个模型" in str(error.value)


# Only what is new is embedded


def test_unchanged_passages_keep_their_vectors_and_only_new_ones_are_embedded(issues: tuple[Issue, Issue]) -> None:
    previous = PassageIndex.build([issues[0]], NgramEmbedder())
    previous.vectors[:] = 0.25  # recognisable
    embedder = NgramEmbedder()
    index = PassageIndex.build(issues, embedder, previous=previous)
    assert embedder.embedded == [embedded_text(p) for p in index.passages if p.issue.number == 8]
    taken = np.array([p.issue.number == 7 for p in index.passages])
    assert (index.vectors[taken] == 0.25).all()
    assert not (index.vectors[~taken] == 0.25).any()


def test_an_extended_index_is_the_same_as_one_built_at_once(issues: tuple[Issue, Issue]) -> None:
    at_once = PassageIndex.build(issues, NgramEmbedder())
    extended = PassageIndex.build(issues, NgramEmbedder(), previous=PassageIndex.build([issues[1]], NgramEmbedder()))
    np.testing.assert_array_equal(extended.vectors, at_once.vectors)
    np.testing.assert_array_equal(extended.unit_vectors, at_once.unit_vectors)
    np.testing.assert_array_equal(extended.units, at_once.units)


def test_nothing_is_embedded_when_nothing_is_new(small_index: PassageIndex, issues: tuple[Issue, Issue]) -> None:
    embedder = NgramEmbedder()
    index = PassageIndex.build(issues, embedder, previous=small_index)
    assert embedder.embedded == []
    np.testing.assert_array_equal(index.vectors, small_index.vectors)


def test_an_edited_passage_is_embedded_anew() -> None:
    previous = PassageIndex.build([make_issue(7, RAIL, PORT)], NgramEmbedder())
    embedder = NgramEmbedder()
    PassageIndex.build([make_issue(7, (RAIL[0], RAIL[1].replace("412", "413")), PORT)], embedder, previous=previous)
    assert len(embedder.embedded) == 1
    assert "413列" in embedder.embedded[0]


def test_a_new_title_counts_as_new_text() -> None:
    previous = PassageIndex.build([make_issue(7, RAIL, PORT)], NgramEmbedder())
    embedder = NgramEmbedder()
    PassageIndex.build([make_issue(7, ("新标题", RAIL[1]), PORT)], embedder, previous=previous)
    assert [text.split("\n")[0] for text in embedder.embedded] == ["新标题"]


def test_vectors_of_another_model_are_not_taken_over(small_index: PassageIndex, issues: tuple[Issue, Issue]) -> None:
    embedder = NgramEmbedder("newer-ngrams")
    index = PassageIndex.build(issues, embedder, previous=small_index)
    assert len(embedder.embedded) == len(index.passages)
    assert index.model_identity == "newer-ngrams"


# From files to a published index


def test_files_become_a_published_index_and_a_report(tmp_path: Path) -> None:
    bulletin(tmp_path / "issues", 401, *RAIL)
    bulletin(tmp_path / "issues", 402, *PORT)
    told: list[tuple[str, int, int]] = []
    report = index_issues(
        [tmp_path / "issues"], tmp_path / "index", NgramEmbedder(), progress=lambda *step: told.append(step)
    )
    index = PassageIndex.load(tmp_path / "index")
    assert report.build_id == index.build_id
    assert (report.issue_count, report.article_count) == (2, 2)
    assert report.passage_count == report.embedded_count == len(index.passages)
    assert report.failures == ()
    assert ("读取", 2, 2) in told
    assert ("嵌入", report.embedded_count, report.embedded_count) in told
    assert told[-1] == ("写入", 1, 1)


def test_adding_an_issue_keeps_the_others_and_embeds_only_the_new_one(tmp_path: Path) -> None:
    index_issues([bulletin(tmp_path, 401, *RAIL)], tmp_path / "index", NgramEmbedder())
    embedder = NgramEmbedder()
    report = index_issues([bulletin(tmp_path, 402, *PORT)], tmp_path / "index", embedder)
    assert [issue.number for issue in PassageIndex.load(tmp_path / "index").issues] == [401, 402]
    assert report.embedded_count == len(embedder.embedded) == 1


def test_the_same_issue_again_replaces_the_old_text(tmp_path: Path) -> None:
    index_issues([bulletin(tmp_path, 401, *RAIL)], tmp_path / "index", NgramEmbedder())
    index_issues([bulletin(tmp_path / "改正", 401, *PORT)], tmp_path / "index", NgramEmbedder())
    (issue,) = PassageIndex.load(tmp_path / "index").issues
    assert [article.title for article in issue.articles] == [PORT[0]]


def test_indexing_the_same_files_twice_embeds_nothing(tmp_path: Path) -> None:
    path = bulletin(tmp_path, 401, *RAIL)
    index_issues([path], tmp_path / "index", NgramEmbedder())
    report = index_issues([path], tmp_path / "index", NgramEmbedder())
    assert report.embedded_count == 0
    assert report.issue_count == 1


def test_two_files_of_one_issue_with_different_text_are_refused_and_the_old_index_stays(tmp_path: Path) -> None:
    index_issues([bulletin(tmp_path, 400, *CARS)], tmp_path / "index", NgramEmbedder())
    before = (tmp_path / "index/current").read_text(encoding="ascii")
    bulletin(tmp_path / "issues", 401, *RAIL, name="甲.txt")
    bulletin(tmp_path / "issues", 401, *PORT, name="乙.txt")
    with pytest.raises(InputError) as error:
        index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
    for part in ("甲.txt", "乙.txt", "401"):
        assert part in str(error.value)
    assert (tmp_path / "index/current").read_text(encoding="ascii") == before


def test_two_files_of_one_issue_with_the_same_text_are_one_issue(tmp_path: Path) -> None:
    bulletin(tmp_path / "issues", 401, *RAIL, name="甲.txt")
    bulletin(tmp_path / "issues", 401, *RAIL, name="乙.txt")
    assert index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder()).issue_count == 1


def test_a_file_that_is_no_bulletin_is_reported_and_the_others_are_indexed(tmp_path: Path) -> None:
    bulletin(tmp_path / "issues", 401, *RAIL)
    (tmp_path / "issues/购物单.txt").write_text("牛奶\n鸡蛋\n", encoding="utf-8")
    report = index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
    assert report.issue_count == 1
    assert len(report.failures) == 1
    assert "购物单.txt" in report.failures[0]


def test_where_only_vectors_are_damaged_all_issues_are_kept_and_the_report_says_so(tmp_path: Path) -> None:
    index_issues([bulletin(tmp_path, 401, *RAIL)], tmp_path / "index", NgramEmbedder())
    (build_folder(tmp_path / "index") / "units.npy").write_bytes(b"broken")
    report = index_issues([bulletin(tmp_path, 402, *PORT)], tmp_path / "index", NgramEmbedder())
    assert [issue.number for issue in PassageIndex.load(tmp_path / "index").issues] == [401, 402]
    assert report.embedded_count == report.passage_count
    assert any("units.npy" in warning for warning in report.warnings)


def test_an_index_whose_issues_are_damaged_is_replaced_by_one_of_the_files_given(tmp_path: Path) -> None:
    index_issues([bulletin(tmp_path, 401, *RAIL)], tmp_path / "index", NgramEmbedder())
    (build_folder(tmp_path / "index") / "issues.json").write_bytes(b"broken")
    report = index_issues([bulletin(tmp_path, 402, *PORT)], tmp_path / "index", NgramEmbedder())
    assert [issue.number for issue in PassageIndex.load(tmp_path / "index").issues] == [402]
    assert any("issues.json" in warning for warning in report.warnings)


def test_another_model_re_embeds_everything_and_keeps_all_issues(tmp_path: Path) -> None:
    index_issues([bulletin(tmp_path, 401, *RAIL)], tmp_path / "index", NgramEmbedder())
    report = index_issues([bulletin(tmp_path, 402, *PORT)], tmp_path / "index", NgramEmbedder("newer-ngrams"))
    index = PassageIndex.load(tmp_path / "index")
    assert [issue.number for issue in index.issues] == [401, 402]
    assert index.model_identity == "newer-ngrams"
    assert report.embedded_count == report.passage_count
    assert report.warnings


def test_a_crash_while_embedding_leaves_the_old_index(tmp_path: Path) -> None:
    index_issues([bulletin(tmp_path, 401, *RAIL)], tmp_path / "index", NgramEmbedder())
    before = (tmp_path / "index/current").read_text(encoding="ascii")

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "嵌入":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_issues([bulletin(tmp_path, 402, *PORT)], tmp_path / "index", NgramEmbedder(), progress=interrupt)
    assert (tmp_path / "index/current").read_text(encoding="ascii") == before
    assert [p.name for p in (tmp_path / "index/builds").iterdir()] == [before.strip()]


def test_bulletin_errors_count_as_bad_input() -> None:
    assert issubclass(BulletinError, InputError)
    assert (BulletinError.exit_code, IndexDamagedError.exit_code) == (2, 1)
