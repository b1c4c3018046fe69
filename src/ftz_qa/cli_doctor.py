"""The command that checks whether everything is in place."""

from __future__ import annotations

import typer

from ftz_qa.cli_settings import IndexDir, load_settings
from ftz_qa.errors import FtzQaError

_SIGNS = {True: "正常", None: "注意", False: "不行"}


def doctor(index_dir: IndexDir = None) -> None:
    """Print what was found, a line each, with the remedy below what is wrong."""
    settings = load_settings(index_dir=index_dir)
    from ftz_qa.doctor import examine

    failed = 0
    for finding in examine(settings):
        typer.echo(f"[{_SIGNS[finding.ok]}] {finding.name}：{' '.join(finding.detail.split())}")
        if finding.remedy:
            typer.echo(f"       → {finding.remedy}")
        failed += finding.ok is False
    if failed:
        raise FtzQaError(f"{failed} 项不行，见上")
    typer.echo("可以使用。")
