"""The command line: what it prints, what it leaves with, and the contract of its JSON lines."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from conftest import NgramEmbedder
from ftz_qa.cli import main
from ftz_qa.cli_output import StageProgress, usage_error
from ftz_qa.errors import BulletinError
from ftz_qa.types import Answer, Citation, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.index import PassageIndex
    from ftz_qa.web.workbench import Maintenance

    Run = Callable[..., tuple[int, str, str]]

OUTPUT_KEYS = ["id", "question", "answer", "refused", "citations", "mode", "latency_ms"]
CITATION_KEYS = ["marker", "series", "issue", "date", "section", "article_no", "title", "quote", "start", "end"]
CITATION = Citation(
    marker=1,
    series="示例动态",
    issue=7,
    date=dt.date(2025, 8, 15),
    section="一、示例板块",
    article_no=2,
    title="青屿港新增航线",
    quote="青屿港新开通林查班\n集装箱航线。",
    start=0,
    end=18,
    paragraph="青屿港新开通林查班\n集装箱航线。该航线每周一班。",
    paragraph_start=0,
)
BULLETIN = """示例动态

第 {number} 期

2025 年 3 月 5 日

一、示例板块

（一）青屿港新增航线

青屿港新开通林查班集装箱航线。该航线每周一班，航程7天。
"""


@dataclass
class ScriptedAnswerer:
    """Answers everything, except questions with 高考; remembers what it was asked."""

    asked: list[tuple[str, list[Turn]]] = field(default_factory=list)
    chain: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(embedder=NgramEmbedder()))

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer or refuse; 出错 fails as a mistake in the program would."""
        if "出错" in question:
            raise ZeroDivisionError("first\nsecond")
        self.asked.append((question, list(history)))
        if "高考" in question:
            return Answer(question, "通报中没有找到答案。", True, (), "extractive", (CITATION,), latency_ms=1.26)
        text = "青屿港新开通林查班集装箱航线[1]。"
        return Answer(question, text, False, (CITATION,), "extractive", notes=("仅检索第7期",), latency_ms=12.3456)


@pytest.fixture(autouse=True)
def _bare_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an .env file nor settings of whoever runs the tests count."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FTZ_QA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedAnswerer:
    answerer = ScriptedAnswerer()
    monkeypatch.setattr("ftz_qa.answerer.load_answerer", lambda settings, progress: answerer)
    return answerer


@pytest.fixture
def ngrams(monkeypatch: pytest.MonkeyPatch) -> NgramEmbedder:
    """The commands get this model instead of the real one."""
    embedder = NgramEmbedder()
    monkeypatch.setattr("ftz_qa.embedding.load_embedder", lambda *args, **kwargs: embedder)
    monkeypatch.setattr("ftz_qa.answerer.load_embedder", lambda *args, **kwargs: embedder)
    return embedder


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


def write_lines(path: Path, *lines: dict[str, Any] | str) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# Help and usage


def test_help_lists_the_commands_without_loading_what_answers() -> None:
    code = (
        "import sys\nfrom ftz_qa.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'torch', 'faiss', 'gradio', 'langchain_core', 'numpy', 'pydantic_settings'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert all(command in done.stdout for command in ("index", "ask", "search", "info", "serve"))
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["index", "ask", "search", "info", "serve"])
def test_every_command_takes_an_index_directory_and_is_described_in_chinese(command: str, run: Run) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--index-dir" in out
    assert "索引" in out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "缺少命令"),
        (["问"], "没有命令 问"),
        (["ask"], "--jsonl"),
        (["ask", "问题", "--jsonl", "in.jsonl"], "二者取一"),
        (["ask", "问题", "--out", "out.jsonl"], "--out"),
        (["ask", "一", "二"], "多出了 二"),
        (["ask", "--bogus"], "没有选项 --bogus"),
        (["search"], "缺少 QUESTION"),
        (["search", "  "], "请写出"),
        (["search", "问题", "-k", "0"], "'-k' / '--count' 的值不对"),
        (["search", "问题", "-k"], "选项 -k 后面缺少值"),
        (["index", "nowhere"], "没有这个文件或文件夹：nowhere"),
        (["serve", "--port", "70000"], "70000"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(argv: list[str], said: str, run: Run) -> None:
    code, out, err = run(*argv)
    assert code == 2
    assert out == ""
    assert said in err
    assert err.startswith("错误：")
    assert err.count("\n") == 1


def test_unknown_usage_messages_are_kept() -> None:
    assert usage_error("Something new.") == "Something new.。用法见 ftz-qa --help"


def test_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTZ_QA_THREADS", "many")
    code, _, err = run("info")
    assert (code, err) == (2, "错误：设置 threads（FTZ_QA_THREADS）的值不对：many\n")


# Errors


@pytest.mark.parametrize("argv", [["info"], ["ask", "问题"], ["search", "问题"], ["serve"]])
def test_missing_index_is_one_line_that_names_the_command(argv: list[str], run: Run, tmp_path: Path) -> None:
    code, out, err = run(*argv, "--index-dir", tmp_path / "none")
    assert (code, out) == (1, "")
    assert "ftz-qa index" in err
    assert err.count("\n") == 1


def test_unexpected_error_is_one_line_with_its_type(run: Run, scripted: ScriptedAnswerer) -> None:
    code, _, err = run("ask", "请出错")
    assert code == 1
    assert "ZeroDivisionError：first second" in err
    assert err.count("\n") == 1


def test_debug_setting_shows_the_traceback(
    run: Run, scripted: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTZ_QA_DEBUG", "1")
    code, _, err = run("ask", "请出错")
    assert code == 1
    assert "Traceback" in err


def test_interrupt_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("ftz_qa.answerer.load_answerer", interrupted)
    assert run("ask", "问题") == (130, "", "")
    code, out, err = run("serve")
    assert (code, out, err) == (0, "", "已停止。\n")


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_closed_pipe_is_quiet(small_index: PassageIndex, tmp_path: Path) -> None:
    small_index.save(tmp_path / "index")
    code = "from ftz_qa.cli import main; main(['info', '--index-dir', 'index'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait()
    process.stderr.close()


# Index and info


def test_index_then_info(run: Run, ngrams: NgramEmbedder, tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    folder.mkdir()
    for number in (7, 8):
        (folder / f"{number}.txt").write_text(BULLETIN.format(number=number), encoding="utf-8")
    code, out, err = run("index", folder, "--index-dir", "store")
    assert code == 0
    assert "共 2 期 2 篇" in out
    assert "嵌入" in err
    code, out, _ = run("info", "--index-dir", "store")
    assert code == 0
    assert "嵌入模型：ngrams" in out
    assert (tmp_path / "store/current").read_text().strip() in out
    assert "《示例动态》第7期  2025-03-05    1 篇" in out


def test_index_if_missing_leaves_an_index_alone(run: Run, ngrams: NgramEmbedder, tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues/7.txt").write_text(BULLETIN.format(number=7), encoding="utf-8")
    assert run("index", "--if-missing")[0] == 0
    build = (tmp_path / "index/current").read_text()
    assert run("index", "--if-missing") == (0, "", "")
    assert (tmp_path / "index/current").read_text() == build


def test_unread_files_are_named_and_the_others_indexed(run: Run, ngrams: NgramEmbedder, tmp_path: Path) -> None:
    good, bad = tmp_path / "7.txt", tmp_path / "bad.txt"
    good.write_text(BULLETIN.format(number=7), encoding="utf-8")
    bad.write_text("", encoding="utf-8")
    code, out, err = run("index", good, bad)
    assert code == BulletinError.exit_code
    assert "共 1 期" in out
    assert "未收录" in err
    assert "bad.txt" in err
    assert run("index", "--if-missing", good, bad)[0] == 0


# One question


def test_ask_prints_answer_notes_and_sources(run: Run, scripted: ScriptedAnswerer) -> None:
    code, out, err = run("ask", "青屿港有什么新航线？")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "青屿港新开通林查班集装箱航线[1]。",
        "（仅检索第7期）",
        "",
        "出处",
        "[1] 《示例动态》第7期（2025年8月15日） 一、示例板块 第2篇 青屿港新增航线",
        "    青屿港新开通林查班 集装箱航线。",
    ]


def test_refusal_is_not_an_error_and_its_leads_are_not_sources(run: Run, scripted: ScriptedAnswerer) -> None:
    code, out, _ = run("ask", "高考报名有多少人？")
    assert code == 0
    assert out.startswith("通报中没有找到答案。")
    assert "未用于回答的相近文章" in out
    assert "出处" not in out


def test_ask_json_prints_the_contract(run: Run, scripted: ScriptedAnswerer) -> None:
    _, out, _ = run("ask", "青屿港有什么新航线？", "--json")
    record = json.loads(out)
    assert list(record) == OUTPUT_KEYS
    assert list(record["citations"][0]) == CITATION_KEYS
    assert record["citations"][0]["date"] == "2025-08-15"


# A file of questions


def test_jsonl_answers_in_the_order_and_with_the_ids_of_the_input(
    run: Run, scripted: ScriptedAnswerer, tmp_path: Path
) -> None:
    history = [{"role": "user", "content": "青屿港呢？"}, {"role": "assistant", "content": "有新航线[1]。"}]
    asked = write_lines(
        tmp_path / "in.jsonl",
        {"id": "甲", "question": "青屿港\u2028有什么新航线？"},
        "",
        {"id": 2, "question": "高考报名有多少人？", "history": [], "type": "ignored"},
        {"id": 2.5, "question": "每周几班？", "history": history},
    )
    code, out, err = run("ask", "--jsonl", asked, "--out", "out.jsonl")
    assert (code, out, err) == (0, "", "回答 3/3\n")
    text = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
    assert [record["id"] for record in records] == ["甲", 2, 2.5]
    assert [record["refused"] for record in records] == [False, True, False]
    assert all(list(record) == OUTPUT_KEYS for record in records)
    assert records[0]["latency_ms"] == 12.3
    assert "青屿港" in text
    assert scripted.asked[2] == ("每周几班？", [Turn("user", "青屿港呢？"), Turn("assistant", "有新航线[1]。")])


def test_jsonl_by_standard_input_and_output(
    run: Run, scripted: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = '\ufeff{"id": 1, "question": "青屿港有什么新航线？"}\r\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(line.encode())))
    code, out, _ = run("ask", "--jsonl", "-", "--out", "-")
    assert code == 0
    assert [record["id"] for record in read_lines(out)] == [1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "不是有效的 JSON"),
        ("[]", "应为 JSON 对象"),
        ('{"question": "问题"}', "缺少字段 id"),
        ('{"id": true, "question": "问题"}', "字段 id 应为字符串或数字"),
        ('{"id": 1e999, "question": "问题"}', "字段 id 应为字符串或数字"),
        ('{"id": 1}', "缺少字段 question"),
        ('{"id": 1, "question": 5}', "字段 question 应为字符串"),
        ('{"id": 1, "question": " "}', "1 到 500 字"),
        (json.dumps({"id": 1, "question": "长" * 501}), "实为 501 字"),
        ('{"id": 1, "question": "问题", "history": [{"role": "system", "content": ""}]}', "字段 history 应为"),
        ('{"id": 1, "question": "问题", "history": [{"role": "user"}]}', "缺少字段 history.0.content"),
    ],
)
def test_bad_line_is_named_and_nothing_is_written(
    line: str, said: str, run: Run, scripted: ScriptedAnswerer, tmp_path: Path
) -> None:
    asked = write_lines(tmp_path / "in.jsonl", {"id": 1, "question": "问题"}, line)
    code, _, err = run("ask", "--jsonl", asked, "--out", "out.jsonl")
    assert code == 2
    assert "in.jsonl 第 2 行" in err
    assert said in err
    assert err.count("\n") == 1
    assert not scripted.asked
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_failure_on_the_way_keeps_the_old_answers(run: Run, scripted: ScriptedAnswerer, tmp_path: Path) -> None:
    asked = write_lines(tmp_path / "in.jsonl", {"id": 1, "question": "问题"}, {"id": 2, "question": "请出错"})
    (tmp_path / "out.jsonl").write_text("old")
    assert run("ask", "--jsonl", asked, "--out", "out.jsonl")[0] == 1
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize("out", ["nowhere/out.jsonl", "folder"])
def test_unusable_output_is_found_before_asking(out: str, run: Run, scripted: ScriptedAnswerer, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    asked = write_lines(tmp_path / "in.jsonl", {"id": 1, "question": "问题"})
    code, _, err = run("ask", "--jsonl", asked, "--out", out)
    assert code == 2
    assert f"无法写入 {out}" in err
    assert not scripted.asked


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_devices_are_written_to_and_not_replaced(run: Run, scripted: ScriptedAnswerer, tmp_path: Path) -> None:
    asked = write_lines(tmp_path / "in.jsonl", {"id": 1, "question": "问题"})
    assert run("ask", "--jsonl", asked, "--out", "/dev/null")[0] == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


# The real chain


def test_structure_question_through_the_real_chain(
    run: Run, ngrams: NgramEmbedder, small_index: PassageIndex, tmp_path: Path
) -> None:
    small_index.save(tmp_path / "index")
    asked = write_lines(tmp_path / "in.jsonl", {"id": "x", "question": "第7期有哪些文章？"})
    code, out, _ = run("ask", "--jsonl", asked)
    assert code == 0
    (record,) = read_lines(out)
    assert record["mode"] == "structure"
    assert {citation["issue"] for citation in record["citations"]} == {7}


def test_search_prints_passages_with_scores(
    run: Run, ngrams: NgramEmbedder, small_index: PassageIndex, tmp_path: Path
) -> None:
    small_index.save(tmp_path / "index")
    code, out, _ = run("search", "林查班航线", "-k", "2")
    assert code == 0
    assert out.splitlines()[0] == "1. 第7期（二）青屿港新增航线"
    assert "得分" in out
    assert "2. " in out
    assert "3. " not in out


def test_serve_hands_over_the_address(run: Run, scripted: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[object, str, int, Maintenance]] = []
    monkeypatch.setattr("ftz_qa.web.server.serve", lambda *args: served.append(args))
    assert run("serve", "--port", "8123")[0] == 0
    assert [args[:3] for args in served] == [(scripted, "127.0.0.1", 8123)]
    assert served[0][3].entrance.token


def test_serve_refuses_accounts_that_cannot_be_used(
    run: Run, scripted: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTZ_QA_ACCOUNTS_FILE", "accounts.toml")
    code, out, err = run("serve")
    assert (code, out) == (2, "")
    assert "ftz-qa account" in err


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    with StageProgress() as progress:
        progress("读取", 1, 2)
        progress("读取", 2, 2)
    assert "2/2" in terminal.getvalue()
