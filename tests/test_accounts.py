"""Accounts of maintainers: hashes, their file, the command that makes them, and the entrance that asks for them."""

from __future__ import annotations

import json
import os
import stat
import string
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NgramEmbedder
from ftz_qa.accounts import PasswordHash, check_name, check_password, read_accounts, toml_line, write_account
from ftz_qa.cli import main
from ftz_qa.errors import InputError
from ftz_qa.settings import Settings
from ftz_qa.web.entrance import FAILURE_SECONDS, MAX_FAILURES, SESSION_SECONDS, Entrance, SignInError
from ftz_qa.web.server import serve
from ftz_qa.web.workbench import Maintenance, Workbench
from page_fixture import ScriptedAnswerer

PASSWORD = "龙江口岸 2025"


@pytest.fixture(scope="module")
def hashed() -> PasswordHash:
    return PasswordHash.of(PASSWORD)


@pytest.fixture(autouse=True)
def _bare_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FTZ_QA_")]:
        monkeypatch.delenv(name)


# Hashes


def test_only_the_password_itself_matches_and_it_is_not_in_the_text(hashed: PasswordHash) -> None:
    assert hashed.matches(PASSWORD)
    assert not hashed.matches(PASSWORD + " ")
    assert not hashed.matches("")
    assert PasswordHash.parse(str(hashed)) == hashed
    assert str(hashed).startswith("$scrypt$ln=15,r=8,p=3$")
    assert PASSWORD not in str(hashed)


def test_two_accounts_with_one_password_have_different_hashes(hashed: PasswordHash) -> None:
    other = PasswordHash.of(PASSWORD)
    assert other.salt != hashed.salt
    assert other.key != hashed.key


def test_a_hash_is_the_one_that_the_standard_defines() -> None:
    """The test vector of RFC 7914, section 12, with N=1024, r=8, p=16."""
    stored = PasswordHash(10, 8, 16, b"NaCl", bytes.fromhex(RFC_KEY))
    assert stored.matches("password")
    assert not stored.matches("Password")


RFC_KEY = (
    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
    "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "龙江口岸 2025",
        "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0",
        "$scrypt$ln=30,r=8,p=3$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
        "$scrypt$ln=5,r=8,p=3$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
        "$scrypt$ln=15,r=0,p=3$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
        "$scrypt$ln=15,r=8,p=99$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
        "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 41,
    ],
)
def test_what_is_no_hash_or_asks_for_too_much_work_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="ftz-qa account"):
        PasswordHash.parse(text)


@pytest.mark.parametrize("password", ["", "1234567", "        ", "长" * 257])
def test_passwords_have_a_length(password: str) -> None:
    with pytest.raises(InputError, match="8 到 256"):
        check_password(password)


# The file


@pytest.mark.parametrize("name", ["accounts.toml", "accounts.json"])
def test_accounts_are_added_and_changed_and_the_others_stay(name: str, tmp_path: Path, hashed: PasswordHash) -> None:
    path = tmp_path / "new" / name
    first = PasswordHash(10, 1, 1, b"12345678", b"k" * 32)
    for account, value in (("王芳", first), ('with "quotes" = [x]', first), ("王芳", hashed)):
        write_account(path, account, value)
    assert read_accounts(path) == {"王芳": hashed, 'with "quotes" = [x]': first}
    assert [entry.name for entry in path.parent.iterdir()] == [name]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_comments_of_a_toml_file_and_its_permissions_stay(tmp_path: Path, hashed: PasswordHash) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text(f"# 值班\n{toml_line('a', hashed)}\n", encoding="utf-8")
    path.chmod(0o640)
    write_account(path, "b", hashed)
    assert path.read_text(encoding="utf-8").startswith("# 值班\n")
    assert set(read_accounts(path)) == {"a", "b"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@given(st.text(min_size=1, max_size=64))
def test_every_name_is_refused_or_survives_the_file(name: str) -> None:
    some = PasswordHash(10, 1, 1, b"12345678", b"k" * 32)
    try:
        checked = check_name(name)
    except InputError:
        return
    assert tomllib.loads(toml_line(checked, some)) == {checked: str(some)}
    assert check_name(checked) == checked


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("accounts.json", "{", "不是正确的 JSON"),
        ("accounts.json", '["a"]', "应为"),
        ("accounts.json", '{"a": 1}', "应为"),
        ("accounts.json", '{"a": "plain password"}', "“a”"),
        ("accounts.toml", "a = ", "不是正确的 TOML"),
        ("accounts.toml", '[a]\nb = "c"', "应为"),
        ("accounts.txt", "a", "后缀"),
        ("accounts.toml", None, "找不到"),
    ],
)
def test_a_wrong_file_is_named_with_its_problem(name: str, text: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_accounts(path)
    assert name in str(caught.value)
    assert "plain password" not in str(caught.value)


# The command


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed where a password is asked for."""
    answers: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: answers.pop(0))
    return answers


def run(*argv: object) -> Any:  # noqa: ANN401 - SystemExit.code has no better type
    try:
        main([str(arg) for arg in argv])
    except SystemExit as left:
        return left.code
    return 0


def test_the_command_prints_a_line_for_the_file(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    typed += [PASSWORD, PASSWORD]
    assert run("account", "王芳") == 0
    out, err = capsys.readouterr()
    assert PasswordHash.parse(tomllib.loads(out)["王芳"]).matches(PASSWORD)
    assert "FTZ_QA_ACCOUNTS_FILE" in err
    assert PASSWORD not in out + err


def test_the_command_writes_the_file_that_is_set(
    typed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FTZ_QA_ACCOUNTS_FILE", "accounts.json")
    typed += [PASSWORD, PASSWORD]
    assert run("account", "王芳") == 0
    assert read_accounts(tmp_path / "accounts.json")["王芳"].matches(PASSWORD)
    assert "scrypt" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answers", "said"), [([PASSWORD, PASSWORD + "x"], "两次输入的密码不同"), (["short"], "8 到 256")]
)
def test_the_command_refuses_and_writes_nothing(
    answers: list[str], said: str, typed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed += answers
    assert run("account", "a", "--file", tmp_path / "accounts.toml") == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal")
def test_a_terminal_does_not_show_what_is_typed() -> None:
    import pty

    secret = "not-to-be-seen-7"
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", "from ftz_qa.cli import main; main(['account', 'a'])"])
    shown = b""
    prompts = ["密码：".encode(), "再输入一次：".encode()]
    while True:
        try:
            piece = os.read(terminal, 1024)
        except OSError:  # the other end is closed
            break
        shown += piece
        if prompts and prompts[0] in shown:
            prompts.pop(0)
            os.write(terminal, f"{secret}\n".encode())
        if not piece:
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert secret.encode() not in shown
    line = next(line for line in shown.decode().splitlines() if "scrypt" in line)
    assert PasswordHash.parse(tomllib.loads(line)["a"]).matches(secret)


def test_an_empty_setting_means_no_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTZ_QA_ACCOUNTS_FILE", "")
    assert Settings().accounts_file is None


# The entrance


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_token_opens_a_session_that_ends(clock: Clock) -> None:
    entrance = Entrance(clock=clock)
    with pytest.raises(SignInError, match="维护口令不对"):
        entrance.sign_in("c", "", "")
    secret = entrance.sign_in("c", "", f" {entrance.token}\n")
    assert secret != entrance.token
    assert entrance.holder(secret)
    assert not entrance.holder(secret[:-1])
    assert not entrance.holder(entrance.token)
    assert not entrance.holder(None)
    clock.now += SESSION_SECONDS
    assert not entrance.holder(secret)


def test_every_start_has_its_own_token_and_it_is_long() -> None:
    tokens = {Entrance().token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 20 and set(token) <= {*string.ascii_letters, *string.digits, *"-_"} for token in tokens)


def test_the_token_is_printed_below_the_address_where_there_are_no_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    greetings: list[str] = []
    monkeypatch.setattr("ftz_qa.web.server.build_app", lambda answerer, maintenance, services: None)
    monkeypatch.setattr("ftz_qa.web.server._run", lambda app, listener, greeting: greetings.append(greeting))
    maintenance = Maintenance(Workbench(Path("index"), Path("issues"), NgramEmbedder()), Entrance())
    serve(ScriptedAnswerer(), "127.0.0.1", 0, maintenance)
    assert greetings[0].splitlines()[1:] == [f"维护口令：{maintenance.entrance.token}"]


def test_signing_out_ends_this_session_only() -> None:
    entrance = Entrance()
    first, second = (entrance.sign_in("c", "", entrance.token) for _ in range(2))
    entrance.sign_out(first)
    entrance.sign_out("nonsense")
    assert not entrance.holder(first)
    assert entrance.holder(second)


def test_after_five_failures_a_client_waits_and_others_do_not(clock: Clock) -> None:
    entrance = Entrance(clock=clock)
    for _ in range(MAX_FAILURES):
        with pytest.raises(SignInError) as failed:
            entrance.sign_in("a", "", "wrong")
        assert failed.value.wait == 0
        clock.now += 1
    with pytest.raises(SignInError, match="请等 55 秒后再试") as blocked:
        entrance.sign_in("a", "", entrance.token)
    assert blocked.value.wait == 55
    assert entrance.holder(entrance.sign_in("b", "", entrance.token))
    clock.now += FAILURE_SECONDS - MAX_FAILURES
    assert entrance.holder(entrance.sign_in("a", "", entrance.token))


def test_accounts_let_their_owners_in_and_the_file_is_read_anew(tmp_path: Path, hashed: PasswordHash) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps({"王芳": str(hashed)}), encoding="utf-8")
    entrance = Entrance(path)
    assert (entrance.token, entrance.by_account) == ("", True)
    assert entrance.holder(entrance.sign_in("c", " 王芳", PASSWORD)) == "王芳"
    messages = set()
    for name, password in (("王芳", "wrong"), ("李雷", PASSWORD), ("", ""), ("王芳", "")):
        with pytest.raises(SignInError) as failed:
            entrance.sign_in(name, name, password)
        messages.add(str(failed.value))
    assert messages == {"账户或密码不对。"}
    write_account(path, "李雷", hashed)
    assert entrance.holder(entrance.sign_in("c", "李雷", PASSWORD)) == "李雷"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SignInError, match="不是正确的 JSON"):
        entrance.sign_in("c", "王芳", PASSWORD)


@pytest.mark.parametrize("text", [None, "{}", "["])
def test_accounts_that_cannot_be_used_are_said_at_the_start(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"accounts\.json"):
        Entrance(path)
