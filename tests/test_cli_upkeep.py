"""The maintainer's commands: what they print, what they leave with, and that they work through the console entry."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conftest import NgramEmbedder
from ftz_qa.cli import main
from ftz_qa.locking import LockRequest, writer_lock
from ftz_qa.store import build_ids, current_build
from upkeep_driver import write_bulletin

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

UPKEEP = ["index", "diff", "remove", "list", "rollback", "verify", "gc", "watch"]
CONSOLE = shutil.which("ftz-qa", path=str(Path(sys.executable).parent))


@pytest.fixture(autouse=True)
def _bare_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an .env file nor settings of whoever runs the tests count; the model is a fast one."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FTZ_QA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("ftz_qa.embedding.load_embedder", lambda *args, **kwargs: NgramEmbedder())


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
def indexed(run: Run, tmp_path: Path) -> Path:
    """The default index after two runs, of one and of two issues."""
    for number in (1, 2):
        write_bulletin(tmp_path / "issues", number, 5)
        assert run("index")[0] == 0
    return tmp_path / "index"


# Help and usage


@pytest.mark.parametrize("command", UPKEEP)
def test_every_command_is_described_in_chinese(command: str, run: Run) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--index-dir" in out
    assert re.search("[一-鿿]{4}", out)


@pytest.mark.skipif(CONSOLE is None, reason="ftz-qa is not installed beside this interpreter")
def test_the_console_entry_knows_the_commands_and_their_errors(tmp_path: Path) -> None:
    assert CONSOLE is not None
    done = subprocess.run([CONSOLE, "--help"], capture_output=True, encoding="utf-8", check=True)
    assert all(f" {command} " in done.stdout for command in UPKEEP)
    done = subprocess.run([CONSOLE, "rollback"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "还没有索引" in done.stderr


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["remove"], "缺少选项"),
        (["remove", "--issue", "9"], "第9期"),
        (["rollback", "zzz"], "没有版本“zzz”"),
        (["verify", "zzz"], "没有版本“zzz”"),
        (["gc"], "缺少选项"),
        (["gc", "--keep", "0"], "--keep"),
        (["index", "--prefer", "oldest"], "--prefer"),
        (["index", "--wait", "-1"], "--wait"),
        (["index", "--wait", "inf"], "inf"),
        (["diff", "nowhere"], "nowhere"),
        (["watch", "nowhere"], "nowhere"),
        (["watch"], "缺少 DIR"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(argv: list[str], said: str, run: Run, indexed: Path) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("错误：")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "argv", [["remove", "--issue", "1"], ["list"], ["rollback"], ["verify"], ["gc", "--keep", "1"]]
)
def test_without_an_index_every_command_says_how_to_make_one(argv: list[str], run: Run, tmp_path: Path) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (1, "")
    assert "ftz-qa index" in err
    assert err.count("\n") == 1
    assert not (tmp_path / "index").exists()


# Index


def test_index_says_what_was_added_changed_left_and_failed(run: Run, indexed: Path, tmp_path: Path) -> None:
    write_bulletin(tmp_path / "issues", 2, 6)
    write_bulletin(tmp_path / "issues", 3, 5)
    (tmp_path / "issues/坏.txt").write_bytes(b"\x00\x01")
    code, out, err = run("index")
    assert code == 2
    assert out.splitlines()[:3] == [
        "新增：《自贸动态（示例）》第3期  3 篇  3.txt",
        "更新：《自贸动态（示例）》第2期  更改 3 篇  2.txt",
        "未变：1 期  3 篇",
    ]
    assert f"索引已更新（{current_build(indexed)}）：共 3 期 9 篇" in out
    assert [line for line in err.splitlines() if "未收录" in line and "坏.txt" in line]
    assert err.splitlines()[-1].startswith("错误：1 个文件没有收录")


def test_index_with_nothing_new_publishes_nothing(run: Run, indexed: Path) -> None:
    before = build_ids(indexed)
    code, out, _ = run("index")
    assert code == 0
    assert "未变：2 期" in out
    assert "索引没有变化" in out
    assert build_ids(indexed) == before


def test_two_files_of_one_issue_need_a_preference(run: Run, indexed: Path, tmp_path: Path) -> None:
    copy = write_bulletin(tmp_path / "neu", 2, 9)
    os.utime(copy, (1, 1))
    code, _, err = run("index", "issues", "neu")
    assert code == 2
    assert "issues/2.txt" in err
    assert "neu/2.txt" in err
    code, out, err = run("index", "issues", "neu", "--prefer", "newest")
    assert code == 0
    assert "提示：neu/2.txt 与 issues/2.txt" in err
    assert "没有变化" in out


def test_progress_and_summary_are_bars_and_a_table_on_a_terminal(
    indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = io.StringIO(), io.StringIO()
    for name, stream in (("stdout", out), ("stderr", err)):
        monkeypatch.setattr(stream, "isatty", lambda: True)
        monkeypatch.setattr(f"sys.{name}", stream)
    monkeypatch.setenv("COLUMNS", "200")
    write_bulletin(tmp_path / "issues", 3, 5)
    (tmp_path / "issues/坏[red].txt").write_bytes(b"\x00\x01")
    with pytest.raises(SystemExit) as left:
        main(["index"])
    assert left.value.code == 2
    assert all(part in err.getvalue() for part in ("读取文件", "4/4", "嵌入段落", "3/3", "写入索引", "还需"))
    table = out.getvalue()
    rows = [line for line in table.splitlines() if "│" in line]
    assert [name for row in rows for name in ("新增", "未变", "失败") if name in row] == ["新增", "未变", "失败"]
    assert "坏[red].txt" in rows[-1]
    assert "NUL" in rows[-1]


def test_another_writer_is_named_when_the_wait_is_over(run: Run, indexed: Path, tmp_path: Path) -> None:
    write_bulletin(tmp_path / "issues", 3, 5)
    with writer_lock(indexed, LockRequest("ftz-qa watch")):
        code, _, err = run("index", "--wait", "0.1")
        assert code == 1
        assert f"{os.getpid()}" in err.splitlines()[-1]
        assert "ftz-qa watch" in err.splitlines()[-1]
        code, out, _ = run("diff")
        assert code == 0
        assert "第3期" in out
    assert run("index", "--wait", "0.1")[0] == 0


def test_the_wait_may_be_set_in_the_environment(run: Run, indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTZ_QA_WRITER_WAIT", "0")
    with writer_lock(indexed, LockRequest()):
        started = time.monotonic()
        assert run("gc", "--keep", "1")[0] == 1
    assert time.monotonic() - started < 5


# Diff, remove, list, rollback, verify, gc


def test_diff_lists_issues_and_articles_and_changes_nothing(run: Run, indexed: Path, tmp_path: Path) -> None:
    write_bulletin(tmp_path / "issues", 2, 6, articles=4)
    before = build_ids(indexed)
    code, out, _ = run("diff")
    assert code == 0
    assert out.splitlines() == [
        "更新：《自贸动态（示例）》第2期  新增 1 篇，更改 3 篇  2.txt",
        "  + （四）第2期的第4项工作",
        "  ~ （一）第2期的第1项工作",
        "  ~ （二）第2期的第2项工作",
        "  ~ （三）第2期的第3项工作",
        "合计：新增 0 期，更新 1 期，未变 1 期；文章新增 1 篇，更改 3 篇，删去 0 篇。索引没有改动",
    ]
    assert build_ids(indexed) == before


def test_diff_with_an_unreadable_file_leaves_with_2(run: Run, indexed: Path, tmp_path: Path) -> None:
    (tmp_path / "issues/坏.txt").write_bytes(b"\x00\x01")
    code, out, err = run("diff")
    assert code == 2
    assert "未变 2 期" in out
    assert "不能读取" in err


def test_remove_then_rollback(run: Run, indexed: Path) -> None:
    code, out, _ = run("remove", "--issue", "1")
    assert code == 0
    assert "移除：《自贸动态（示例）》第1期  3 篇  1.txt" in out
    assert "共 1 期" in out
    code, out, _ = run("info")
    assert "第1期" not in out
    code, out, _ = run("rollback")
    assert code == 0
    assert current_build(indexed) in out
    code, out, _ = run("info")
    assert "第1期" in out


def test_several_issues_are_removed_at_once(run: Run, indexed: Path, tmp_path: Path) -> None:
    write_bulletin(tmp_path / "issues", 3, 5)
    run("index")
    code, out, _ = run("remove", "--issue", "1", "--issue", "3", "--series", "自贸动态（示例）")
    assert code == 0
    assert "共 1 期" in out


def test_list_names_the_current_build_and_what_is_damaged(run: Run, indexed: Path) -> None:
    first, second = build_ids(indexed)
    (indexed / "builds" / first / "units.npy").unlink()
    code, out, _ = run("list")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith(second)
    assert "2 期 6 篇" in lines[0]
    assert lines[0].endswith("当前，完好")
    assert lines[1].startswith(first)
    assert "已损坏" in lines[1]


def test_verify_lists_every_problem_and_leaves_with_1(run: Run, indexed: Path) -> None:
    code, out, err = run("verify")
    assert (code, err) == (0, "")
    assert current_build(indexed) in out
    folder = indexed / "builds" / current_build(indexed)
    (folder / "units.npy").unlink()
    (folder / "extra").write_text("")
    code, out, err = run("verify")
    assert code == 1
    assert len(out.splitlines()) == 2
    assert "2 处问题" in err
    assert err.count("\n") == 1
    assert run("verify", "000001")[0] == 0


def test_gc_keeps_as_many_as_it_is_told(run: Run, indexed: Path) -> None:
    first, second = build_ids(indexed)
    code, out, _ = run("gc", "--keep", "1")
    assert code == 0
    assert first in out
    assert build_ids(indexed) == [second]


def test_a_full_disk_is_one_line_and_exit_code_1(
    run: Run, indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    write_bulletin(tmp_path / "issues", 3, 5)
    before = current_build(indexed)
    monkeypatch.setattr(Path, "write_bytes", full)
    code, _, err = run("index")
    assert code == 1
    assert err.splitlines()[-1].startswith("错误：")
    assert "No space left" in err.splitlines()[-1]
    assert current_build(indexed) == before


# Watch

WATCH = """
import signal
import sys
import ftz_qa.embedding
from upkeep_driver import CheapEmbedder
ftz_qa.embedding.load_embedder = lambda *args, **kwargs: CheapEmbedder()
from ftz_qa.cli import main
# What runs in the background of a shell inherits that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
main(["watch", "issues"])
"""


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_watch_indexes_what_lands_survives_a_bad_file_and_stops_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    write_bulletin(tmp_path / "issues", 1, 5)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env=environment,
    )
    assert process.stdout is not None
    lines: list[str] = []

    def read_until(part: str) -> None:
        assert process.stdout is not None
        while not lines or part not in lines[-1]:
            line = process.stdout.readline()
            assert line, lines
            lines.append(line)

    with process:
        read_until("正在守候")
        read_until("索引已更新")
        (tmp_path / "issues/坏.txt").write_bytes(b"\x00\x01")
        read_until("坏.txt")
        write_bulletin(tmp_path / "issues", 2, 5)
        read_until("共 2 期")
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "已停止。" in rest
    assert "Traceback" not in "".join(lines) + rest
