"""The commands ``token``: access for programs where everybody has to sign in."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from ftz_qa import cli_output
from ftz_qa.cli_settings import load_settings

if TYPE_CHECKING:
    from ftz_qa.web.records import Records

_Name = Annotated[str, typer.Argument(metavar="NAME", help="程序的名称。")]


def add_token_commands(app: typer.Typer) -> None:
    """Add ``token create``, ``token list`` and ``token revoke``."""
    tokens = typer.Typer(help="管理程序的访问令牌：需要登录时，供 /api/ask、gradio_client 和 MCP 使用。")
    tokens.command("create", help="发一个令牌；只显示这一次，只保存散列。")(create)
    tokens.command("list", help="列出各令牌的名称和时间。")(list_tokens)
    tokens.command("revoke", help="收回一个令牌，立即失效。")(revoke)
    app.add_typer(tokens, name="token")


def create(
    name: _Name,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="有效的天数；不写则收回前一直有效。")] = None,
) -> None:
    """Make a token and print it."""
    records = _records()
    secret = records.tokens.create(name, days)
    _note(records, "token-create", name)
    typer.echo(secret)
    cli_output.say("请交给该程序保管，以后不再显示；请求时写在 Authorization: Bearer 后面，见 docs/programs.md")


def list_tokens() -> None:
    """Print what is known of the tokens."""
    for token in _records().tokens.list():
        ends = f"{token.ends:%Y-%m-%d} 到期" if token.ends else "不限期"
        used = f"{token.used:%Y-%m-%d %H:%M} 用过" if token.used else "没有用过"
        state = "" if token.valid else "（已失效）"
        typer.echo(f"{token.name}{state}  {token.created:%Y-%m-%d} 建立  {ends}  {used}")


def revoke(name: _Name) -> None:
    """End a token."""
    records = _records()
    records.tokens.revoke(name)
    _note(records, "token-revoke", name)
    typer.echo(f"已收回“{name}”的令牌")


def _records() -> Records:
    from ftz_qa.web.records import Records

    return Records.open(load_settings().data_dir)


def _note(records: Records, action: str, name: str) -> None:
    try:
        who = getpass.getuser()
    except (KeyError, OSError):
        who = ""
    records.audit.note(f"命令行 {who}".strip(), action, name)
