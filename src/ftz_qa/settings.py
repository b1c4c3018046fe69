"""Settings from environment variables (``FTZ_QA_…``) and an ``.env`` file; built once at each entry point."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _prompts() -> Path:
    """The folder ``prompts`` here, where there is one; else the prompts that come with the program."""
    here, package = Path("prompts"), Path(__file__).parent
    # In a wheel they lie with the data, in a checkout beside the sources.
    known = (here, package / "data" / "prompts", package.parents[1] / "prompts")
    return next((folder for folder in known if folder.is_dir()), here)


class Settings(BaseSettings):
    """Every knob a deployment may turn.

    Attributes
    ----------
    index_dir, issues_dir
        Folders of the index and the bulletins.
    prompts_dir
        Folder of the prompt templates; without a setting ``prompts``, or where that is missing, those of the program.
    cache_dir
        Where the embedded model is unpacked on first use (about 150 MB).
    data_dir
        Where the page keeps conversations, opinions on answers, the audit log and the key of its sessions.
    embedding_model
        Empty for the embedded default; else any sentence-transformers model name or local folder.
    query_prefix, passage_prefix
        What that model wants before questions and passages (e5: ``query: `` and ``passage: ``).
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
    llm_api_key_file
        A file that holds the key alone, such as a mounted secret; goes before `llm_api_key`.
    llm_local_only
        Refuse an endpoint that is not on this machine or in a private network.
    llm_condense
        Whether follow-ups are restated by the language model, which sends it the user's earlier questions.
    llm_context, llm_max_tokens
        How many tokens the model can take in all, and how many of them a reply may have.
    llm_first_token, llm_overall
        Seconds until the reply has to begin, and until the answer has to be complete; then the extract stands.
    llm_retries
        How often a request is repeated that was refused as too many, or failed in the server or on the way.
    llm_concurrency
        How many answers may be under way at the endpoint at once.
    llm_price_in, llm_price_out
        Price of a million tokens read and written, for the cost in evaluations; 0 where it is of no interest.
    """

    model_config = SettingsConfigDict(env_prefix="FTZ_QA_", env_file=".env", extra="ignore")

    index_dir: Path = Path("index")
    issues_dir: Path = Path("issues")
    prompts_dir: Path = Field(default_factory=_prompts)
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("ftz_qa"))
    data_dir: Path = Path("data")
    embedding_model: str = ""
    query_prefix: str = "query: "
    passage_prefix: str = "passage: "
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
    llm_api_key_file: Path | None = None
    llm_local_only: bool = False
    llm_condense: bool = True
    llm_context: int = Field(default=8192, ge=1024)
    llm_max_tokens: int = Field(default=800, ge=50)
    llm_first_token: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    llm_overall: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    llm_retries: int = Field(default=1, ge=0, le=10)
    llm_concurrency: int = Field(default=4, ge=1)
    llm_price_in: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    llm_price_out: float = Field(default=0.0, ge=0, allow_inf_nan=False)

    @field_validator("accounts_file", "llm_api_key_file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None
