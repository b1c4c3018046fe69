"""Figures are taken when an issue is indexed and kept in the build; whoever reads them takes them from there."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from conftest import PORT, SAMPLE_ISSUES, NgramEmbedder, make_issue
from ftz_qa import ledger_file
from ftz_qa.answering import AnswerChain
from ftz_qa.errors import IndexDamagedError
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues, remove_issues
from ftz_qa.issues import read_issue
from ftz_qa.ledger import figures_of
from ftz_qa.ledger_file import FIGURES_FILE, RULES, IssueFigures
from ftz_qa.store import build_folder, current_build
from ftz_qa.types import Answer
from ftz_qa.upkeep import rollback
from ftz_qa.verification import verify
from ftz_qa.web.ledger_tab import Figures
from test_index import bulletin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ftz_qa.ledger import Figure
    from ftz_qa.reading import ReadingModel
    from ftz_qa.types import Issue

SHIPS = ("青屿港1月份生产", "1月份，青屿港完成集装箱吞吐量98.3万标箱，同比下降2%。截至目前，青屿港共有泊位42个。")
TRAINS = ("雁口开行中欧班列", "1—2月，雁口铁路口岸开行中欧班列412列。")
LATER = ("青屿港2月份生产", "2月份，青屿港完成集装箱吞吐量131万标箱，同比增长1.5%。")


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The numbers of the issues whose figures are extracted from now on."""
    numbers: list[int | None] = []

    def noted(issue: Issue) -> list[Figure]:
        numbers.append(issue.number)
        return figures_of(issue)

    monkeypatch.setattr(ledger_file, "figures_of", noted)
    return numbers


def folder_of(index_dir: Path) -> Path:
    return build_folder(index_dir, current_build(index_dir))


def stored(index_dir: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder_of(index_dir) / FIGURES_FILE).read_text(encoding="utf-8"))
    return content


def rewrite(index_dir: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the file and bring the manifest in line with it, as another version of the program would have written."""
    content = stored(index_dir)
    change(content)
    path = folder_of(index_dir) / FIGURES_FILE
    path.write_text(json.dumps(content), encoding="utf-8")
    list_in_manifest(index_dir, hashlib.sha256(path.read_bytes()).hexdigest())


def list_in_manifest(index_dir: Path, checksum: str | None) -> None:
    path = folder_of(index_dir) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["checksums"].pop(FIGURES_FILE)
    if checksum:
        manifest["checksums"][FIGURES_FILE] = checksum
    path.write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """An index of two issues with figures."""
    bulletin(tmp_path / "issues", 401, *SHIPS)
    bulletin(tmp_path / "issues", 402, *TRAINS)
    index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
    return tmp_path / "index"


def test_figures_are_taken_when_an_issue_is_indexed_and_never_again(
    index_dir: Path, extracted: list[int | None]
) -> None:
    index = PassageIndex.load(index_dir)
    found = index.figures.all()
    assert [figure.printed for figure in found] == ["98.3万标箱", "42个", "412列"]
    assert list(found) == [figure for issue in index.issues for figure in figures_of(issue)]
    assert all(figure.article in figure.issue.articles for figure in found)
    assert index.figures.of(index.issues[1]) == found[2:]
    assert extracted == []
    assert verify(index_dir) == []


def test_the_samples_come_back_as_they_were_taken(tmp_path: Path) -> None:
    issues = [read_issue(path) for path in sorted(SAMPLE_ISSUES.glob("*.txt"))]
    index = PassageIndex.build(issues, NgramEmbedder())
    index.save(tmp_path)
    loaded = PassageIndex.load(tmp_path)
    assert len(loaded.figures.all()) > 100
    for issue in loaded.issues:
        assert list(loaded.figures.of(issue)) == figures_of(issue)


def test_only_what_is_new_or_changed_is_extracted(index_dir: Path, tmp_path: Path, extracted: list[int | None]) -> None:
    told: list[tuple[str, int, int]] = []
    path = bulletin(tmp_path, 403, *LATER)
    index_issues([path], index_dir, NgramEmbedder(), progress=lambda *step: told.append(step))
    assert extracted == [403]
    assert [step for step in told if step[0] == "数据"] == [("数据", 1, 3), ("数据", 2, 3), ("数据", 3, 3)]
    index_issues([bulletin(tmp_path, 402, *LATER)], index_dir, NgramEmbedder())
    assert extracted == [403, 402]
    remove_issues(index_dir, [402])
    assert extracted == [403, 402]
    index = PassageIndex.load(index_dir)
    assert [figure.printed for figure in index.figures.all()] == ["98.3万标箱", "42个", "131万标箱"]
    # Figures taken over from the build before are of this build's issues.
    assert all(any(figure.issue is issue for issue in index.issues) for figure in index.figures.all())
    assert len(stored(index_dir)["issues"]) == 2
    rollback(index_dir)
    assert len(PassageIndex.load(index_dir).figures.all()) == 4
    assert extracted == [403, 402]


def test_answers_and_the_tab_take_the_figures_kept(
    index_dir: Path, tmp_path: Path, extracted: list[int | None], reading: ReadingModel
) -> None:
    index_issues([bulletin(tmp_path, 403, *LATER)], index_dir, NgramEmbedder())
    extracted.clear()
    rewrite(index_dir, lambda content: content["issues"][0][0].__setitem__(6, "印作别样"))
    chain = AnswerChain(PassageIndex.load(index_dir), NgramEmbedder(), reading, index_dir)
    answer = chain.invoke({"question": "第401期和第403期相比有什么新情况？"})
    assert isinstance(answer, Answer)
    assert "印作别样" in answer.text
    tab = Figures(lambda: chain.index.figures.all())
    assert "印作别样" in tab.table("集装箱")
    assert tab.csv("").count("集装箱") > 2
    assert extracted == []


def test_a_build_without_the_file_has_its_figures_extracted_once_needed(
    index_dir: Path, extracted: list[int | None]
) -> None:
    (folder_of(index_dir) / FIGURES_FILE).unlink()
    list_in_manifest(index_dir, None)
    index = PassageIndex.load(index_dir)
    assert extracted == []
    assert len(index.figures.of(index.issues[0])) == 2
    assert extracted == [401]
    assert len(index.figures.all()) == 3
    assert index.figures.all() is index.figures.all()
    assert extracted == [401, 402]


def test_figures_taken_by_other_rules_are_extracted_anew_and_kept_by_the_next_indexing(
    index_dir: Path, tmp_path: Path, extracted: list[int | None]
) -> None:
    def by_other_rules(content: dict[str, Any]) -> None:
        content.update(rules=RULES + 1, issues="in some other form")

    rewrite(index_dir, by_other_rules)
    assert len(PassageIndex.load(index_dir).figures.all()) == 3
    assert extracted == [401, 402]
    # The same files again: nothing to embed, and still a build with figures by today's rules.
    report = index_issues([tmp_path / "issues"], index_dir, NgramEmbedder())
    assert (report.published, report.embedded_count) == (True, 0)
    assert stored(index_dir)["rules"] == RULES
    extracted.clear()
    assert not index_issues([tmp_path / "issues"], index_dir, NgramEmbedder()).published
    assert extracted == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[", b'{"rules": 1}', b'{"rules": 1, "issues": [[]]}'])
def test_a_damaged_file_is_damage_of_the_build(index_dir: Path, content: bytes) -> None:
    path = folder_of(index_dir) / FIGURES_FILE
    path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=f"{FIGURES_FILE}.*ftz-qa index issues"):
        PassageIndex.load(index_dir)
    assert any(FIGURES_FILE in problem for problem in verify(index_dir))
    list_in_manifest(index_dir, hashlib.sha256(content).hexdigest())
    with pytest.raises(IndexDamagedError, match="ftz-qa index issues"):
        PassageIndex.load(index_dir)


@pytest.mark.parametrize(("cell", "value"), [(0, 7), (0, -1), (1, -1), (2, 9999), (4, "很多"), (10, "sometime")])
def test_rows_that_fit_no_text_are_damage(index_dir: Path, cell: int, value: object) -> None:
    rewrite(index_dir, lambda content: content["issues"][0][0].__setitem__(cell, value))
    with pytest.raises(IndexDamagedError, match="ftz-qa index issues"):
        PassageIndex.load(index_dir)


def test_a_missing_file_that_the_manifest_lists_is_damage(index_dir: Path) -> None:
    (folder_of(index_dir) / FIGURES_FILE).unlink()
    with pytest.raises(IndexDamagedError, match=FIGURES_FILE):
        PassageIndex.load(index_dir)


def test_numbers_beyond_all_bounds_are_no_figures() -> None:
    endless = "9" * 400
    texts = f"上半年，青屿港完成集装箱吞吐量{endless}万标箱。", f"上半年，货物吞吐量5万吨，同比增长{endless}%。"
    issue = make_issue(7, ("港口", "".join(texts)))
    figures = IssueFigures([issue])
    assert [(figure.value, figure.change) for figure in figures.all()] == [(50_000, None)]
    assert IssueFigures.read([issue], figures.dump()).all() == figures.all()


def test_other_figures_of_the_samples_mean_other_rules() -> None:
    issues = [read_issue(path) for path in sorted(SAMPLE_ISSUES.glob("*.txt"))]
    rows = json.loads(IssueFigures(issues).dump())["issues"]
    digest = hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:12]
    # Where this fails, the rules have changed: raise `RULES`, so that kept figures are taken anew, and note the digest.
    assert (RULES, digest) == (1, "892ab9feab4d")


def test_an_issue_of_another_build_is_read_by_itself() -> None:
    assert len(IssueFigures([make_issue(8, PORT)]).of(make_issue(7, SHIPS))) == 2
