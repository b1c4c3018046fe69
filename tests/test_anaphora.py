"""Which questions lean on the conversation, and which stand alone."""

import pytest

from ftz_qa.anaphora import leans_on_history
from ftz_qa.questions import content_words, understand
from ftz_qa.types import Turn

KNOWN = frozenset({"青屿", "屿港", "砚溪", "那棱", "棱县", "总投", "投资", "班列", "列数"})


def known(words: str) -> bool:
    """Knows the neighbouring characters of a small index."""
    return all(words[i : i + 2] in KNOWN for i in range(len(words) - 1))


def leans(question: str) -> bool:
    return leans_on_history(question, content_words(question), known)


@pytest.mark.parametrize(
    "question",
    [
        "为什么？",
        "总投资多少？",
        "面积多大？",
        "那出境呢？",
        "那二期要投多少钱？",
        "它什么时候投产？",
        "这家公司在哪里？",
        "该校校长是谁？",
        "秘鲁那台多少钱？",
        "跟邕平那份又侧重什么？",
        "其中进口的有多少票？",
        "里面都投了哪几家公司？",
        "当地有多少员工？",
        "剩下的什么时候完成？",
        "至于二期，什么时候动工？",
    ],
)
def test_what_points_back_or_names_nothing_leans(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "青屿港今年上半年和去年全年分别干了多少标箱？",
        "砚溪主任是谁？",
        "那棱县委书记是谁？",
        "长沙那支QFLP基金第一笔到账资金是多少？",
        "雁口那家粮油公司上午十点递的备案材料，几点钟就拿到回执了？",
        "种粮收粮那家公司没房没地抵押，最后银行凭啥借给它钱、借了多少？",
        "海南这部国际商事仲裁规定一共多少条？",
        "云州国际机场今年前五个月的国际货邮吞吐量有多少，增幅呢？",
        "瀚洲口岸6月出入境人数恢复到2019年同期的多少？",
        "恒曜匈牙利工厂二期要雇多少当地员工？",
        "“磐渔二号”投资多少钱？",
        "跑土耳其的线路是跟哪家外国公司合伙的？",
        "换个话题，总投资多少？",
    ],
)
def test_what_names_its_subject_itself_stands_alone(question: str) -> None:
    assert not leans(question)


def test_a_name_that_only_the_bulletins_know_is_a_name() -> None:
    """Without the vocabulary of the index, ``砚溪`` is two characters like any others."""
    assert leans_on_history("砚溪主任是谁？", content_words("砚溪主任是谁？"))


def test_a_question_about_something_else_is_not_joined_to_the_one_before() -> None:
    history = [Turn("user", "省自贸办主任叫什么？")]
    question = understand("青屿港今年上半年和去年全年分别干了多少标箱？", history, known)
    assert not question.follow_up
    assert question.text == "青屿港今年上半年和去年全年分别干了多少标箱？"
