"""Settings from environment variables (``FTZ_QA_…``) and an ``.env`` file; built once at each entry point."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every knob a deployment may turn.

    Attributes
    ----------
    index_dir, issues_dir, prompts_dir
        Folders of the index, the bulletins and the prompt templates.
    cache_dir
        Where the embedded model is unpacked on first use (about 150 MB).
    data_dir
        Where the page keeps conversations, opinions on answers, the audit log and the key of its sessions.
    embedding_model
        Empty for the embedded default; else any sentence-transformers model name or local folder.
    query_prefix, passage_prefix
        What that model wants before questions and passages (e5: ``query: `` and ``passage: ``).
    reading_model
        Whether the trained reader reads the passages found; without it, answers take a third of the time.
    threads
        Threads for the embedding model and the reader; 0 takes one for each core.
    writer_wait
        Seconds that a change of the index waits for another one to end.
    host, port
        Where the page listens.
    login
        ``auto`` asks everybody to sign in where others than this machine can reach the page; ``always`` asks always,
        for a proxy in front of it.
    questions_per_minute
        How many questions one visitor may ask in a minute where everybody has to sign in; 0 for any number.
    accounts_file
        Names, roles and password hashes (``.json`` or ``.toml``). None: the page makes a token at each
        start and prints it.
    llm_model, llm_base_url, llm_api_key
        An optional OpenAI-compatible chat endpoint that writes the answers; empty means none.
    """

    model_config = SettingsConfigDict(env_prefix="FTZ_QA_", env_file=".env", extra="ignore")

    index_dir: Path = Path("index")
    issues_dir: Path = Path("issues")
    prompts_dir: Path = Path("prompts")
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("ftz_qa"))
    data_dir: Path = Path("data")
    embedding_model: str = ""
    query_prefix: str = "query: "
    passage_prefix: str = "passage: "
    reading_model: bool = True
    threads: int = Field(default=2, ge=0)
    writer_wait: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    login: Literal["auto", "always"] = "auto"
    questions_per_minute: int = Field(default=20, ge=0)
    accounts_file: Path | None = None
    llm_model: str = ""
    llm_base_url: str = ""
    llm_api_key: SecretStr = SecretStr("")

    @field_validator("accounts_file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None
