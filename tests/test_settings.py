"""Settings come from the environment and an .env file, and wrong ones are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from ftz_qa.settings import Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working folder and no setting in the environment."""
    for name in list(os.environ):
        if name.upper().startswith("FTZ_QA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_it_runs_locally_and_without_a_language_model() -> None:
    settings = Settings()
    assert (settings.index_dir, settings.issues_dir) == (Path("index"), Path("issues"))
    assert settings.host == "127.0.0.1"
    assert settings.embedding_model == settings.llm_model == settings.llm_base_url == ""
    assert settings.llm_api_key.get_secret_value() == ""


def test_the_environment_sets_them_whatever_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTZ_QA_INDEX_DIR", "通报 资料/索引")
    monkeypatch.setenv("ftz_qa_port", "8080")
    settings = Settings()
    assert settings.index_dir == Path("通报 资料/索引")
    assert settings.port == 8080


def test_names_without_the_prefix_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("LLM_MODEL", "别家的模型")
    settings = Settings()
    assert settings.port == 7860
    assert settings.llm_model == ""


def test_an_env_file_is_read_and_the_environment_goes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = ["# 内网模型", "FTZ_QA_LLM_MODEL=qwen", "FTZ_QA_THREADS=4", "OTHER=ignored"]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("FTZ_QA_THREADS", "1")
    settings = Settings()
    assert settings.llm_model == "qwen"
    assert settings.threads == 1


def test_prefixes_keep_their_last_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().query_prefix == "query: "
    monkeypatch.setenv("FTZ_QA_QUERY_PREFIX", "问题： ")
    assert Settings().query_prefix == "问题： "


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "65536"), ("PORT", "八千"), ("THREADS", "-1"), ("THREADS", "2.5")],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FTZ_QA_{name}", value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert [error["loc"] for error in caught.value.errors()] == [(name.lower(),)]


def test_the_key_is_not_shown_where_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTZ_QA_LLM_API_KEY", "sk-geheim")
    settings = Settings()
    assert settings.llm_api_key.get_secret_value() == "sk-geheim"
    assert "geheim" not in f"{settings!r} {settings} {settings.model_dump_json()}"
