"""A language model's verdicts: what it is told, how its reply is read, and what happens where it fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel

from conftest import REPOSITORY
from evaluation_parts import GOLD, answer, citation, item
from ftz_qa.errors import InputError
from ftz_qa.evaluation import Verdict, judge, metrics
from ftz_qa.llm_judge import JUDGE_PLACEHOLDERS, LlmJudge, load_judge, read_verdict
from ftz_qa.prompts import load_prompt
from ftz_qa.settings import Settings


class ScriptedModel(FakeListChatModel):
    """Replies from a list, and remembers what it was sent; 出错 in a reply makes it fail."""

    prompts: list[str] = []  # noqa: RUF012 - pydantic copies it for every model

    def _call(self, messages: Any, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401
        self.prompts.append("\n".join(message.text for message in messages))
        reply = super()._call(messages, *args, **kwargs)
        if "出错" in reply:
            raise TimeoutError(reply)
        return reply


def judge_of(*replies: str) -> tuple[LlmJudge, ScriptedModel]:
    model = ScriptedModel(responses=list(replies))
    return LlmJudge(model, load_prompt(REPOSITORY / "prompts", "judge", JUDGE_PLACEHOLDERS)), model


ANSWERED = judge(
    item(must=[["412列", "四百一十二列"], ["3小时"]], must_not=["110列"], gold=GOLD),
    replace(answer("开行412列。[1]"), citations=(citation(301, 1, 1, "开行中欧班列 412列。", "雁口班列"),)),
    [],
)
REFUSED = judge(item(id="r", gold=GOLD), answer("没有找到", refused=True), [])
SILENT = judge(item(id="s", answerable=False), answer("412列。[1]", (301, 1)), [])


def test_the_model_is_told_question_facts_answer_and_quotes() -> None:
    judging, model = judge_of("正确\n要点都在")
    judged = judging.judged(ANSWERED)
    assert judged.judged == Verdict(True, "要点都在")
    assert judged.right == ANSWERED.right  # the verdict stands beside the figures, it does not change them
    (prompt,) = model.prompts
    for told in (
        "多少列？",
        "- 412列 / 四百一十二列",
        "- 3小时",
        "- 不得说成：110列",
        "开行412列。[1]",
        "《雁口班列》开行中欧班列 412列。",
    ):
        assert told in prompt


def test_an_unanswerable_question_is_said_to_be_so() -> None:
    judging, model = judge_of("错误\n应当拒答")
    assert judging.judged(SILENT).judged == Verdict(False, "应当拒答")
    assert "<参考要点>\n通报中没有答案\n</参考要点>" in model.prompts[0]


def test_refusals_are_not_sent() -> None:
    judging, model = judge_of("正确")
    assert judging.judged(REFUSED) is REFUSED
    assert model.prompts == []


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("正确\n理由", True),
        ("“正确”。理由", True),
        ("**错误**\n缺少要点", False),
        ("  错误", False),
        ("正确率不好说", None),
        ("我认为正确", None),
        ("", None),
    ],
)
def test_a_reply_is_read_by_its_first_word(reply: str, right: bool | None) -> None:
    assert read_verdict(reply).right is right


def test_a_failing_model_leaves_no_verdict_and_does_not_end_the_run() -> None:
    judging, _ = judge_of("出错", "正确\n好")
    told: list[tuple[int, int]] = []
    judged = judging.all_judged([ANSWERED, ANSWERED], lambda done, total: told.append((done, total)))
    assert [outcome.judged for outcome in judged] == [Verdict(None, "TimeoutError"), Verdict(True, "好")]
    assert told == [(1, 2), (2, 2)]


def test_the_share_judged_right_counts_wrong_refusals_and_leaves_out_what_was_not_said() -> None:
    judging, _ = judge_of("正确", "错误", "不知道", "错误")
    judged = judging.all_judged([ANSWERED, ANSWERED, ANSWERED, REFUSED, SILENT])
    assert metrics(judged)["judged"] == pytest.approx(1 / 3)
    assert "judged" not in metrics([ANSWERED, REFUSED])


def test_a_judge_needs_a_model_and_its_prompt(tmp_path: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match="FTZ_QA_LLM_MODEL"):
        load_judge(Settings(llm_model=""))
    (tmp_path / "judge.md").write_text("{question}", encoding="utf-8")
    with pytest.raises(InputError, match=r"judge\.md"):
        load_judge(Settings(llm_model="m", prompts_dir=tmp_path))


def test_a_judge_is_made_of_the_settings() -> None:
    settings = Settings(llm_model="m", llm_base_url="http://127.0.0.1:9/v1", prompts_dir=REPOSITORY / "prompts")
    assert isinstance(load_judge(settings), LlmJudge)
