"""What the commands have in common: their settings, and the options that stand for some of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ftz_qa import cli_output
from ftz_qa.errors import InputError

if TYPE_CHECKING:
    from ftz_qa.embedding import Embedder
    from ftz_qa.settings import Settings

IndexDir = Annotated[
    Path | None,
    typer.Option("--index-dir", metavar="DIR", help="索引目录，默认 index（环境变量 FTZ_QA_INDEX_DIR）。"),
]
"""The option of every command."""


def load_settings(**given: Path | str | float | None) -> Settings:
    """The environment's settings under those given on the command line.

    Raises
    ------
    InputError
        A setting has a value that it cannot have.
    """
    from pydantic import ValidationError

    from ftz_qa.settings import Settings

    try:
        return Settings.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        raise InputError(f"设置 {name}（FTZ_QA_{name.upper()}）的值不对：{first['input']}") from error


def load_model(settings: Settings) -> Embedder:
    """The embedding model, loaded."""
    from ftz_qa.embedding import load_embedder

    return load_embedder(
        settings.embedding_model,
        settings.cache_dir,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        threads=settings.threads,
        progress=cli_output.say,
    )
