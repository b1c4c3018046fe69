"""``ftz-qa doctor``: every finding says what to do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from conftest import REPOSITORY
from ftz_qa import doctor
from ftz_qa.cli import main
from ftz_qa.doctor import Finding, examine
from ftz_qa.index import PassageIndex
from ftz_qa.settings import Settings
from llm_server import Endpoint, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ftz_qa.embedding import Embedder
    from ftz_qa.types import Issue

GOOD = "今年上半年，云江铁路口岸开行中欧班列481列[1]。"


@pytest.fixture(autouse=True)
def _surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issues: tuple[Issue, Issue], embedder: Embedder
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FTZ_QA_")]:
        monkeypatch.delenv(name)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    PassageIndex.build(issues, embedder).save(tmp_path / "index")
    monkeypatch.setattr("ftz_qa.doctor.load_embedder", lambda *args, **kwargs: embedder)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with running() as state:
        yield state


def findings(**given: Any) -> dict[str, Finding]:  # noqa: ANN401
    settings = Settings.model_validate({"prompts_dir": REPOSITORY / "prompts"} | given)
    return {finding.name: finding for finding in examine(settings)}


def asked(endpoint: Endpoint, **given: Any) -> dict[str, Finding]:  # noqa: ANN401
    own = {"llm_model": "示例模型", "llm_base_url": endpoint.url, "llm_api_key": SecretStr("sk-1"), "llm_retries": 0}
    return findings(**(own | {"llm_first_token": 1.0, "llm_overall": 2.0} | given))


def test_without_a_language_model_all_is_well_and_nothing_is_asked() -> None:
    found = findings()
    assert [finding.ok for finding in found.values()] == [True] * len(found)
    assert {"索引", "向量模型", "索引与模型", "磁盘（索引）", "大模型"} <= set(found)
    assert "不离开本机" in found["大模型"].detail


def test_a_missing_index_is_named_with_the_command_that_makes_one(tmp_path: Path) -> None:
    found = findings(index_dir=tmp_path / "nowhere")
    assert found["索引"].ok is False
    assert "ftz-qa index" in found["索引"].remedy


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ENOUGH_BYTES", 10**18)
    assert findings()["磁盘（索引）"].ok is False


def test_a_broken_prompt_is_named_and_the_endpoint_not_asked(tmp_path: Path, endpoint: Endpoint) -> None:
    (tmp_path / "answer.md").write_text("{question}", encoding="utf-8")
    found = asked(endpoint, prompts_dir=tmp_path)
    assert found["提示词 answer"].ok is False
    assert endpoint.requests == []


def test_an_endpoint_that_keeps_to_the_prompt(endpoint: Endpoint) -> None:
    endpoint.text = f"{GOOD}\n通报中没有找到答案"
    found = asked(endpoint)
    assert found["大模型连接"].ok is found["大模型名称"].ok is found["大模型流式输出"].ok is True
    assert found["大模型不知则说不知"].ok is True
    assert found["大模型用量"].ok is True
    endpoint.text = GOOD
    assert asked(endpoint)["大模型按要求注明出处"].ok is True


@pytest.mark.parametrize("text", ["开行999列[1]。", "开行481列。", "不知道", "481列[7]。"])
def test_one_that_does_not_is_noted_and_need_not_be_wrong(endpoint: Endpoint, text: str) -> None:
    endpoint.text = text
    found = asked(endpoint)
    assert found["大模型按要求注明出处"].ok is None
    assert found["大模型不知则说不知"].ok is None
    assert "逐句核对" in found["大模型按要求注明出处"].remedy


def test_a_model_that_is_not_listed_is_noted_with_those_that_are(endpoint: Endpoint) -> None:
    endpoint.text = GOOD
    found = asked(endpoint, llm_model="别的模型")
    assert found["大模型名称"].ok is None
    assert "示例模型" in found["大模型名称"].remedy
    endpoint.models = None
    assert asked(endpoint)["大模型连接"].ok is None


@pytest.mark.parametrize(
    ("status", "fault", "remedy"),
    [(401, "", "FTZ_QA_LLM_API_KEY"), (500, "", "日志"), (404, "", "/v1"), (200, "stall", "FTZ_QA_LLM_FIRST_TOKEN")],
)
def test_what_is_wrong_with_an_endpoint_is_named_with_its_remedy(
    endpoint: Endpoint, status: int, fault: str, remedy: str
) -> None:
    endpoint.status, endpoint.fault, endpoint.text = status, fault, GOOD
    found = asked(endpoint)
    assert found["大模型作答"].ok is False
    assert remedy in found["大模型作答"].remedy


def test_nobody_there_is_named() -> None:
    found = findings(llm_model="m", llm_base_url="http://127.0.0.1:9/v1", llm_retries=0)
    assert found["大模型连接"].ok is False
    assert "FTZ_QA_LLM_BASE_URL" in found["大模型连接"].remedy


def test_the_command_prints_a_line_each_and_fails_where_something_is_wrong(
    capfd: pytest.CaptureFixture[str],
) -> None:
    main(["doctor"])
    out = capfd.readouterr().out
    assert out.startswith("[正常] 索引：")
    assert out.endswith("可以使用。\n")
    with pytest.raises(SystemExit) as left:
        main(["doctor", "--index-dir", "nowhere"])
    assert left.value.code == 1
    out, err = capfd.readouterr()
    assert "[不行] 索引：" in out
    assert "→ " in out
    assert "项不行" in err
