"""The command ``account``: a password, asked for twice and kept as a hash."""

from __future__ import annotations

import getpass
import hmac
import sys
from pathlib import Path
from typing import Annotated

import typer

from ftz_qa import cli_output
from ftz_qa.accounts import PasswordHash, check_name, check_password, toml_line, write_account
from ftz_qa.cli_settings import load_settings
from ftz_qa.errors import InputError


def account(
    name: Annotated[str, typer.Argument(metavar="NAME", help="账户名称。")],
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="写入这个 .toml 或 .json 文件（FTZ_QA_ACCOUNTS_FILE）。"),
    ] = None,
    staff: Annotated[bool, typer.Option("--staff", help="只能提问，不能维护；不写则为维护人员。")] = False,
) -> None:
    """Make an account, or give it a new password."""
    name = check_name(name)
    target = load_settings(accounts_file=file).accounts_file
    password_hash = PasswordHash.of(_ask_password(name), "staff" if staff else "maintainer")
    if target is None:
        typer.echo(toml_line(name, password_hash))
        cli_output.say("请把上面一行写入账户文件（例如 accounts.toml），并用 FTZ_QA_ACCOUNTS_FILE 指明该文件")
        return
    write_account(target, name, password_hash)
    typer.echo(f"已把账户“{name}”写入 {target}")


def _ask_password(name: str) -> str:
    if not sys.stdin.isatty():
        raise InputError("请在终端里运行 ftz-qa account，密码要当面输入两次")
    try:
        password = getpass.getpass(f"“{name}”的密码：")
        check_password(password)
        again = getpass.getpass("再输入一次：")
    except EOFError:
        raise InputError("没有输入密码，没有改动账户") from None
    if not hmac.compare_digest(password.encode("utf-8", "surrogatepass"), again.encode("utf-8", "surrogatepass")):
        raise InputError("两次输入的密码不同，没有改动账户。请重新运行")
    return password
