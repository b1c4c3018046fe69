"""Prompt files: read strictly, and what is put into them stays data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.prompts import PromptTemplate

from conftest import REPOSITORY
from ftz_qa.errors import InputError
from ftz_qa.prompts import load_prompt
from ftz_qa.settings import Settings
from ftz_qa.writer import PLACEHOLDERS

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "摘录：\n{evidence}\n\n问题：{question}\n"


def loaded(folder: Path, text: str) -> PromptTemplate:
    (folder / "answer.md").write_text(text, encoding="utf-8")
    return load_prompt(folder, "answer", PLACEHOLDERS)


def test_a_prompt_is_filled_as_it_stands_in_the_file(tmp_path: Path) -> None:
    template = loaded(tmp_path, GOOD)
    assert template.format(evidence="[1] 甲。", question="乙？") == "摘录：\n[1] 甲。\n\n问题：乙？\n"


def test_the_prompt_that_comes_with_the_program_fits_the_writer() -> None:
    template = load_prompt(REPOSITORY / "prompts", "answer", PLACEHOLDERS)
    filled = template.format(evidence="[1] 摘录在此", question="问题在此")
    assert "[1] 摘录在此" in filled
    assert "问题在此" in filled
    assert "通报中没有找到答案" in filled  # by which the writer knows that the model found nothing


def test_a_placeholder_may_stand_twice(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD + "再说一遍：{question}").format(evidence="甲", question="乙").count("乙") == 2


def test_doubled_braces_are_plain_braces(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD + '{{"格式": "json"}}').format(evidence="", question="").endswith('{"格式": "json"}')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("问题：{question}", ["{evidence}"]),
        ("没有占位符", ["{evidence}", "{question}", "无"]),
        (GOOD + "{date}", ["{date}"]),
        (GOOD.replace("question", "问题"), ["{question}", "{问题}"]),
        (GOOD.replace("question", "Question"), ["{question}", "{Question}"]),
        (GOOD + "{}", ["{}"]),
    ],
)
def test_a_missing_or_unknown_placeholder_is_named_with_the_file(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, text)
    for part in [*said, "answer.md"]:
        assert part in str(caught.value)


@pytest.mark.parametrize("text", [GOOD + "{", GOOD + "}", "{evidence", GOOD + '{"格式": {}}'])
def test_braces_without_a_partner_are_an_input_error_that_names_the_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"answer\.md"):
        loaded(tmp_path, text)


@pytest.mark.parametrize("field", ["{evidence.__class__}", "{evidence[0]}", "{0}", "{question:{width}}"])
def test_a_placeholder_cannot_reach_into_what_is_put_in(tmp_path: Path, field: str) -> None:
    with pytest.raises(InputError):
        loaded(tmp_path, GOOD + field)


def test_a_missing_file_is_named_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_prompt(tmp_path / "无此目录", "answer", PLACEHOLDERS)
    assert str(tmp_path / "无此目录" / "answer.md") in str(caught.value)
    assert "FTZ_QA_PROMPTS_DIR" in str(caught.value)


def test_a_folder_in_place_of_the_file_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "answer.md").mkdir()
    with pytest.raises(InputError):
        load_prompt(tmp_path, "answer", PLACEHOLDERS)


def test_a_file_in_another_encoding_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(InputError, match=r"answer\.md"):
        load_prompt(tmp_path, "answer", PLACEHOLDERS)


PIECES = st.sampled_from(["{", "}", "{{", "}}", "{question}", "{evidence}", "{x}", "{0}", "%s", "$a", "甲", "\n"])


@given(st.lists(PIECES, max_size=8).map("".join), st.lists(PIECES, max_size=8).map("".join))
def test_braces_in_evidence_and_question_stay_data(evidence: str, question: str) -> None:
    template = load_prompt(REPOSITORY / "prompts", "answer", PLACEHOLDERS)
    before, _, rest = template.template.partition("{evidence}")
    between, _, after = rest.partition("{question}")
    assert template.format(evidence=evidence, question=question) == f"{before}{evidence}{between}{question}{after}"


def test_without_a_folder_here_the_prompts_of_the_program_are_used_and_with_one_those(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FTZ_QA_PROMPTS_DIR", raising=False)
    own = load_prompt(REPOSITORY / "prompts", "answer", PLACEHOLDERS)
    assert load_prompt(Settings().prompts_dir, "answer", PLACEHOLDERS).template == own.template
    (tmp_path / "prompts").mkdir()
    loaded(tmp_path / "prompts", f"改过。{GOOD}")
    assert load_prompt(Settings().prompts_dir, "answer", PLACEHOLDERS).template == f"改过。{GOOD}"
