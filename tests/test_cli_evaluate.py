"""``ftz-qa evaluate`` and ``ftz-qa compare`` over a small index: files, figures, exit codes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.language_models import FakeListChatModel

from conftest import REPOSITORY
from evaluation_parts import line
from ftz_qa.cli import main
from ftz_qa.index import PassageIndex
from llm_server import Endpoint, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ftz_qa.embedding import Embedder
    from ftz_qa.types import Issue

    Run = Callable[..., tuple[int, str, str]]

TRAINS = line(
    id="t", question="今年上半年雁口铁路口岸开行中欧班列多少列？", must=[["412列"]], gold=[{"issue": 7, "article": 1}]
)
PORT = line(
    id="p",
    type="where",
    question="青屿港新开通了哪条集装箱航线？",
    must=[["林查班"]],
    gold=[{"issue": 7, "article": 2}],
)
CARS = line(
    id="c",
    question="去年雁口片区出口二手车多少台？",
    must=[["6820台"], ["不在任何通报里的要点"]],
    gold=[{"issue": 8, "article": 2}],
)
SILENT = line(id="s", type="unanswerable", question="北京大学今年录取了多少名新生？", answerable=False)
KEPT = line(id="k", question="留作报告的题：二手车货值多少？", must=[["绝不会答的话"]], split="report")
FILES = {"report.json", "report.md", "report.html", "qrels.txt", "run.txt"}


@pytest.fixture(autouse=True)
def _surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issues: tuple[Issue, Issue], embedder: Embedder
) -> None:
    """An index in the folder where the commands run, and no settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FTZ_QA_")]:
        monkeypatch.delenv(name)
    PassageIndex.build(issues, embedder).save(tmp_path / "index")
    monkeypatch.setattr("ftz_qa.answerer.load_embedder", lambda *args, **kwargs: embedder)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command; exit code, standard output and standard error."""

    def command(*argv: object) -> tuple[int, str, str]:
        code: Any = 0
        capfd.readouterr()
        try:
            main([str(arg) for arg in argv])
        except SystemExit as left:
            code = left.code
        out, err = capfd.readouterr()
        return code, out, err

    return command


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join([TRAINS, PORT, CARS, SILENT, KEPT]) + "\n", encoding="utf-8")
    return path


def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


# evaluate


def test_an_evaluation_leaves_reports_and_prints_figures(
    run: Run, questions: Path, tmp_path: Path, embedder: Embedder
) -> None:
    code, out, err = run("evaluate", questions, "--split", "dev", "--out", "r")
    assert code == 0
    assert {path.name for path in (tmp_path / "r").iterdir()} == FILES
    assert "| all | 4 |" in out
    assert "正确率：66.7 %" in out
    assert "评测 4/4" in err
    found = report(tmp_path / "r")
    assert found["build"] == (tmp_path / "index/current").read_text().strip()
    assert found["model"] == embedder.identity
    assert found["split"] == "dev"
    assert {item["id"]: item["right"] for item in found["items"]} == {"t": True, "p": True, "c": False, "s": True}
    wrong = next(item for item in found["items"] if item["id"] == "c")
    assert wrong["faults"] == [{"kind": "missing", "texts": ["不在任何通报里的要点"]}]
    assert wrong["citations"][0]["quote"].startswith("去年")
    assert wrong["rank"] == 1
    assert 0 <= wrong["confidence"] <= 1
    assert found["figures"]["all"]["accuracy"]["value"] == pytest.approx(2 / 3)
    assert (tmp_path / "r/qrels.txt").read_text().splitlines()[0] == "t 0 issue-7/article-1 1"


def test_the_folder_is_named_after_the_time_where_none_is_given(run: Run, questions: Path, tmp_path: Path) -> None:
    code, out, _ = run("evaluate", questions, "--split", "dev")
    assert code == 0
    (folder,) = (tmp_path / "evaluation").iterdir()
    assert str(folder.relative_to(tmp_path)) in out
    assert {path.name for path in folder.iterdir()} == FILES


@pytest.mark.parametrize("more", [(), ("--split", "report")])
def test_questions_kept_for_reporting_are_counted_but_not_shown(
    more: tuple[str, ...], run: Run, questions: Path, tmp_path: Path
) -> None:
    code, out, err = run("evaluate", questions, "--out", "r", *more)
    assert code == 0
    assert "留作报告的题" not in out + err
    assert any(item["id"] == "k" for item in report(tmp_path / "r")["items"])
    for name in ("report.md", "report.html"):
        text = (tmp_path / "r" / name).read_text(encoding="utf-8")
        assert "留作报告的题" not in text
        assert "另有 1 题" in text


def test_they_are_shown_on_request_only(run: Run, questions: Path, tmp_path: Path) -> None:
    code, _, _ = run("evaluate", questions, "--out", "r", "--split", "report", "--show-items")
    assert code == 0
    for name in ("report.md", "report.html"):
        assert "留作报告的题" in (tmp_path / "r" / name).read_text(encoding="utf-8")
    for split in ("dev", "all"):
        code, _, err = run("evaluate", questions, "--split", split, "--show-items")
        assert (code, "--split report" in err) == (2, True)


def test_several_sets_are_asked_together(run: Run, tmp_path: Path) -> None:
    for name, text in (("a.jsonl", TRAINS), ("b.jsonl", PORT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert run("evaluate", "a.jsonl", "b.jsonl", "--out", "r")[0] == 0
    found = report(tmp_path / "r")
    assert [entry["name"] for entry in found["sets"]] == ["a.jsonl", "b.jsonl"]
    assert set(found["figures"]) == {"number", "where", "all"}


def test_a_set_about_other_bulletins_is_noticed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(line(gold=[{"issue": 999, "article": 1}]), encoding="utf-8")
    code, _, err = run("evaluate", "a.jsonl", "--out", "r")
    assert code == 0
    assert "第999期" in err


def test_what_cannot_be_evaluated_is_one_line_and_exit_code_2(run: Run, questions: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "kept.jsonl").write_text(KEPT, encoding="utf-8")
    for argv, said in (
        (("none.jsonl",), "none.jsonl"),
        (("kept.jsonl", "--split", "dev"), "没有要问的问题"),
        ((questions, "--out", "file"), "无法建立文件夹 file"),
        ((questions, "--judge"), "FTZ_QA_LLM_MODEL"),
    ):
        code, out, err = run("evaluate", *argv)
        assert (code, out) == (2, "")
        assert said in err
        assert err.count("\n") == 1


def test_a_language_model_judges_on_request_only(
    run: Run, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTZ_QA_PROMPTS_DIR", str(REPOSITORY / "prompts"))
    monkeypatch.setenv("FTZ_QA_LLM_MODEL", "scripted")
    model = FakeListChatModel(responses=["正确\n要点都在"])
    monkeypatch.setattr("langchain.chat_models.init_chat_model", lambda *args, **kwargs: model)
    plain = ("evaluate", questions, "--split", "dev", "--mode", "extractive")
    assert run(*plain, "--out", "plain")[0] == 0
    assert all(item["judged"] is None for item in report(tmp_path / "plain")["items"])
    code, out, _ = run(*plain, "--out", "judged", "--judge")
    assert code == 0
    assert "大模型判对：100.0 %" in out
    verdicts = {item["id"]: item["judged"] for item in report(tmp_path / "judged")["items"]}
    assert verdicts["t"] == {"right": True, "reason": "要点都在"}
    assert verdicts["s"] is None


# compare


def edited(folder: Path, new: Path, question: str, **figures: float) -> None:
    """A copy of a report in which a question is answered wrongly, and figures are others."""
    found = report(folder)
    for item in found["items"]:
        if item["id"] == question:
            item["right"] = False
            item["faults"] = [{"kind": "missing", "texts": ["412列"]}]
    for name, value in figures.items():
        found["figures"]["all"][name]["value"] = value
    new.mkdir()
    (new / "report.json").write_text(json.dumps(found), encoding="utf-8")


def test_compare_finds_a_regression_question_by_question(run: Run, questions: Path, tmp_path: Path) -> None:
    assert run("evaluate", questions, "--out", "a")[0] == 0
    edited(tmp_path / "a", tmp_path / "b", "t", accuracy=0.25)
    code, out, err = run("compare", "a", "b/report.json")
    assert code == 1
    assert "正确率：50.0 → 25.0 %（−25.0）" in out
    assert "变差 1 题\n  t（number）答对 是→否：今年上半年雁口铁路口岸开行中欧班列多少列？〔缺少要点：412列〕" in out
    assert "由错变对 0 题，由对变错 1 题；McNemar 精确检验 p = 1.000" in out
    assert err == "错误：变差：正确率下降 25.0 个百分点（容差 1）\n"
    code, out, _ = run("compare", "b", "a")
    assert code == 0
    assert "变好 1 题\n  t（number）答对 否→是" in out
    assert "没有变差" in out
    assert run("compare", "a", "b", "--tolerance", "30")[0] == 0


def test_the_same_evaluation_is_no_regression_at_any_tolerance(run: Run, questions: Path) -> None:
    assert run("evaluate", questions, "--out", "a")[0] == 0
    code, out, _ = run("compare", "a", "a", "--tolerance", "0")
    assert code == 0
    assert "变好 0 题" in out
    assert "变差 0 题" in out


def test_questions_kept_for_reporting_are_compared_by_their_ids(run: Run, questions: Path, tmp_path: Path) -> None:
    assert run("evaluate", questions, "--out", "b")[0] == 0
    found = report(tmp_path / "b")
    next(item for item in found["items"] if item["id"] == "k")["right"] = True
    (tmp_path / "a.json").write_text(json.dumps(found), encoding="utf-8")
    _, out, _ = run("compare", "a.json", "b")
    assert "  k（number）答对 是→否\n" in out
    assert "留作报告的题" not in out


def test_reports_that_do_not_match_cannot_be_compared(run: Run, questions: Path, tmp_path: Path) -> None:
    assert run("evaluate", questions, "--out", "a")[0] == 0
    assert run("evaluate", questions, "--out", "b", "--split", "dev")[0] == 0
    code, _, err = run("compare", "a", "b")
    assert code == 2
    assert "1 题只在前一份中（k）" in err
    code, _, err = run("compare", "a", "nowhere")
    assert (code, "nowhere" in err) == (2, True)


def test_both_commands_are_described_in_chinese(run: Run) -> None:
    for command, said in (("evaluate", "问题集"), ("compare", "容差")):
        code, out, _ = run(command, "--help")
        assert code == 0
        assert said in out


# Modes


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """A language model that the settings name, with a price."""
    with running() as state:
        given = {
            "LLM_MODEL": "示例模型",
            "LLM_BASE_URL": state.url,
            "LLM_RETRIES": "0",
            "LLM_PRICE_IN": "1000",
            "LLM_PRICE_OUT": "2000",
            "PROMPTS_DIR": str(REPOSITORY / "prompts"),
        }
        for name, value in given.items():
            monkeypatch.setenv(f"FTZ_QA_{name}", value)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1")
        yield state


def test_the_mode_says_who_answers_and_the_report_how_the_model_fared(
    run: Run, questions: Path, tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.text = "雁口铁路口岸开行中欧班列412列[1]。"
    assert run("evaluate", questions, "--split", "dev", "--mode", "extractive", "--out", "a")[0] == 0
    assert endpoint.requests == []
    plain = report(tmp_path / "a")
    assert plain["settings"]["llm_model"] == ""
    assert not any(name.startswith("llm_") for name in plain["figures"]["all"])
    code, out, _ = run("evaluate", questions, "--split", "dev", "--mode", "llm", "--out", "b")
    assert code == 0
    assert len(endpoint.requests) >= 3
    found = report(tmp_path / "b")
    figures = found["figures"]["all"]
    trains = next(item for item in found["items"] if item["id"] == "t")
    assert (trains["mode"], trains["verified"], trains["right"]) == ("llm", True, True)
    assert trains["writing"]["cost"] == pytest.approx((1000 * 11 + 2000 * 7) / 1e6)
    # The other two questions get the same reply, which their evidence does not bear out.
    assert figures["llm_fallback"]["n"] == 3
    assert figures["llm_fallback"]["value"] == pytest.approx(
        sum(bool(item["writing"]["fallback"]) for item in found["items"] if item["writing"]) / 3
    )
    assert figures["llm_read"]["value"] >= 11
    assert "费用：0.0" in out
    assert " 词元" in out
    assert "改用摘录" in (tmp_path / "b/report.md").read_text(encoding="utf-8")


def test_a_mode_with_a_model_needs_one(run: Run, questions: Path) -> None:
    code, _, err = run("evaluate", questions, "--mode", "llm")
    assert code == 2
    assert "FTZ_QA_LLM_MODEL" in err
