"""Yes, no or neither: by the polarity of the evidence, and on the side of caution."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ftz_qa.claims import asks_yes_or_no
from ftz_qa.leaning import OTHER_TIME, features_of, leaning, stored_leaning_model
from ftz_qa.quantities import Quantity, compared, quantities, threshold
from ftz_qa.verdict import Said, verdict

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

DATE = dt.date(2025, 5, 15)
YES = [
    ("东港二号码头开工了吗？", "3月8日，东港二号码头正式开工建设。"),
    ("东港二号码头是否已经动工？", "3月8日，东港二号码头正式开工建设。"),
    ("东港二号码头是不是已经开工？", "3月8日，东港二号码头已开工建设。"),
    ("东港口岸开行班列超过80列了吗？", "4月，东港口岸开行班列82列，运量平稳。"),
    ("东港口岸开行班列有没有突破80列？", "4月，东港口岸开行班列首次突破80列。"),
    ("东港片区的总投资是12亿元吗？", "东港片区项目总投资12亿元。"),
    ("清单外的数据可以出境吗？", "清单外的数据可以自由出境。"),
    ("东港的6条生产线都投产了吗？", "东港的6条生产线已全部投产。"),
    ("进口比出口多吗？", "其中，进口37亿元，出口12亿元。"),
    ("办理登记不需要缴费吗？", "企业办理登记不需要缴费。"),
    ("东港条例是5月1日起施行吗？", "东港条例自5月1日起施行。"),
    ("东港海关上门辅导300家企业的目标完成了没有？", "东港海关上门辅导企业326家，超额完成300家的目标。"),
    ("东港海关原来定的80项任务做完了没有？", "东港海关提前完成全年80项任务。"),
    ("东港口岸开行班列有没有过80列？", "4月，东港口岸开行班列82列。"),
    ("东港外贸航线到28条了没有？", "东港先后开通3条航线，外贸航线达到28条。"),
    ("东港二号码头开工，算不算？", "东港二号码头已开工建设。"),
    ("东港换装场用上了没有？", "东港换装场投入使用。"),
    ("东港税收是不是减少了？", "东港税收2.8亿元，下降14.9%。"),
    ("东港首次咨询是不是免费？", "东港对企业首次咨询免费。"),
]
NO = [
    ("东港二号码头开工了吗？", "东港二号码头尚未开工，正在办理用地手续。"),
    ("东港二号码头投产了吗？", "东港二号码头预计明年6月投产。"),
    ("协议已经签署了吗？", "双方将尽早签署协议。"),
    ("企业办理登记需要缴费吗？", "企业办理登记无需缴费。"),
    ("参加计划需要转人事关系吗？", "计划规定，参加者不转人事关系、不迁户口。"),
    ("未脱敏的数据可以质押吗？", "未脱敏的数据一律不得质押。"),
    ("东港片区的总投资是20亿元吗？", "东港片区项目总投资12亿元。"),
    ("东港的6条生产线都投产了吗？", "东港的6条生产线中已有3条投产。"),
    ("65个项目都竣工了吗？", "65个项目中，已竣工48个。"),
    ("东港口岸开行班列超过80列了吗？", "4月，东港口岸开行班列62列。"),
    ("东港航线每天都飞吗？", "东港航线每周3班。"),
    ("东港条例是6月1日起施行吗？", "东港条例自5月1日起施行。"),
    ("进口有没有超过出口？", "其中，出口37亿元，进口12亿元。"),
    ("东港航线的费用比西港航线的费用高吗？", "相比西港航线，东港航线的费用更低。"),
    ("西港航线的费用比东港航线的费用低吗？", "相比西港航线，东港航线的费用更低。"),
    ("东港20项成果的目标完成了没有？", "东港形成成果17项，未达到20项的目标。"),
    ("东港三期要建什么，现在定下来了吗？", "东港三期仍处于谋划阶段，建设内容尚未确定。"),
    ("东港三期定下来没有，要建什么？", "东港三期尚未确定。"),
    ("东港牌照批下来没有？", "东港牌照尚待有关部门批复。"),
    ("东港的生产线全投产了没有？", "东港的生产线最迟明年6月底前将全部投产。"),
    ("东港游艇展办过了没有？", "下一步，东港将拓展航线，明年举办首届游艇展。"),
    ("东港房地产投资有没有增长？", "东港产业投资增长36.9%，房地产投资下降8.2%。"),
    ("东港水果进口量比去年同期多吗？", "东港水果进口量3.2万吨，同比下降5.4%。"),
    ("东港均价比1月贵吗？", "东港均价41.5元，较1月下跌3.8元。"),
    ("东港企业还用不用提交通关单？", "东港企业凭认定文件办理，不再提交进口药品通关单。"),
    ("东港货主赋码要不要钱？", "东港对货主免收赋码费。"),
    ("东港口岸有没有货损索赔？", "东港口岸未发生一起货损索赔。"),
]
OPEN = [
    ("东港二号码头周末营业吗？", "东港二号码头设有5条检测线。"),
    ("东港条例适用于外国企业吗？", "东港条例适用简化程序。"),
    ("东港平台英语版上线了吗？", "东港平台俄语版已上线，英语版很快就好。"),
    ("东港码头是首个绿色码头吗？", "东港码头是绿色码头。"),
    ("东港基金首期到资8亿元吗？", "东港基金总规模8亿元，首期到资另行公布。"),
    ("企业必须一次付清费用吗？", "企业可以一次付清费用。"),
    ("东港的正式合同签了吗？", "东港收到两家客户的意向订单，正式合同有待商谈。"),
    ("西港银行认可护照数据了吗？", "两家机构已认可护照数据，与西港银行的谈判仍在进行。"),
    ("东港市市长出席会议了吗？", "东港市副市长出席会议。"),
    ("东港市市长参加签约了吗？", "东港市副市长代表市长参加签约。"),
    ("东港市副市长参加签约了吗？", "东港市市长参加签约。"),
    ("大型企业能不能申请转贷资金？", "中小企业可申请转贷资金。"),
    ("入驻企业租金全免吗？", "入驻企业前三年免租金，后两年减半。"),
    ("东港冷库快6万吨了吧，是不是？", "东港冷库总容量为5.8万吨。"),
    ("内地与澳门服务贸易协议的修订磋商完成了吗？", "实质性完成内地与香港服务贸易协议新一轮修订磋商。"),
    ("澳门的服务贸易协议修订签署了吗？", "香港的服务贸易协议修订尚未签署。"),
    ("东港老互市区还开放吗？", "东港老互市区开放十年。"),
    ("东港信息化水平比西港强吗？", "与西港相比，东港信息化水平仍有差距。"),
    ("东港全年205万标箱的目标完成了没有？", "东港完成186万标箱，目标为205万标箱。"),
    ("东港额度提高到300万元获批了吗？", "东港额度提高到300万元的方案已上报，等各部门商定。"),
    ("东港价格是上涨的吗？", "居民价格上涨0.3%，东港下降2.8%。"),
    ("东港用电7月环比下降了吗？", "东港7月、9月用电3.4亿度、2.8亿度，9月环比下降14.1%。"),
]


@pytest.mark.parametrize(("question", "evidence"), YES)
def test_yes_where_all_is_borne_out(question: str, evidence: str) -> None:
    assert verdict(question, [Said(evidence, date=DATE)]) == "yes"


@pytest.mark.parametrize(("question", "evidence"), NO)
def test_no_where_the_evidence_denies_postpones_or_contradicts(question: str, evidence: str) -> None:
    assert verdict(question, [Said(evidence, date=DATE)]) == "no"


@pytest.mark.parametrize(("question", "evidence"), OPEN)
def test_neither_where_something_is_missing(question: str, evidence: str) -> None:
    assert verdict(question, [Said(evidence, date=DATE)]) == "open"


def test_sentences_that_contradict_each_other_decide_nothing() -> None:
    said = [Said("东港二号码头已开工建设。", date=DATE), Said("东港二号码头尚未开工。", date=DATE)]
    assert verdict("东港二号码头开工了吗？", said) == "open"


def test_a_sentence_about_another_time_decides_nothing() -> None:
    said = [Said("1至2月，东港口岸开行班列138列。", date=DATE), Said("1至8月，东港口岸开行班列641列。", date=DATE)]
    assert verdict("东港口岸前8个月开行班列超过600列了吗？", said) == "yes"


@pytest.mark.parametrize(
    "question",
    ["有没有关于二手车出口的规定？", "请问有没有支持登记的措施？", "片区有没有支持登记的措施，是什么？"],
)
def test_a_question_for_what_there_is_has_its_own_opening(question: str) -> None:
    assert verdict(question, [Said("片区出台登记措施。")]) == "content"


def test_what_was_planned_may_be_done_by_a_later_issue() -> None:
    plan = Said("东港二号码头计划6月底前开工。", date=DATE)
    done = Said("东港二号码头已开工建设。", date=DATE + dt.timedelta(days=90))
    assert verdict("东港二号码头开工了吗？", [plan, done]) == "yes"
    assert verdict("东港二号码头开工了吗？", [Said(done.text, date=DATE), Said(plan.text, date=done.date)]) == "open"


def test_a_part_that_wants_yes_or_no_gets_no_opening_where_it_is_open() -> None:
    assert verdict("东港二期投资多少，周末营业吗？", [Said("东港二期投资12亿元。")]) is None
    assert verdict("东港二期投资多少，知道吗？", [Said("东港二期投资12亿元。")]) is None


@pytest.mark.parametrize(
    "question",
    [
        "知道哪天开工吗？",
        "能告诉我总投资是多少吗？",
        "总投资多少？",
        "为什么没有开工？",
        "是谁主持的吗？",
        "有哪些措施",
    ],
)
def test_other_questions_in_this_form_are_told(question: str) -> None:
    assert not asks_yes_or_no(question)
    assert verdict(question, [Said("总投资12亿元。")]) is None


def test_without_evidence_there_is_no_verdict() -> None:
    assert verdict("开工了吗？", []) is None


def read(text: str, answer: str) -> Said:
    start = text.index(answer)
    return Said(text, date=DATE, span=(start, start + len(answer)), likely=0.9, read=0.95)


LEARNED = [
    ("东港的旧仓库能不能改建成宿舍？", "东港旧仓库不得改建为宿舍。", "不得改建为宿舍", "no"),
    ("从东港出境的展品收押金吗？", "东港对出境展品不收押金。", "不收押金", "no"),
    ("东港的夜间巴士恢复运行了没有？", "东港的夜间巴士因客源不足仍在停运。", "仍在停运", "no"),
    ("东港的旧仓库租出去了没有？", "东港旧仓库已整体出租给一家物流公司。", "已整体出租给一家物流公司", "yes"),
    ("东港的自助机能不能打印外文证明？", "自助机可打印中英文证明，不另收费。", "可打印中英文证明", "yes"),
    ("东港海关的热线周末有人接吗？", "东港海关热线设座席5个。", "设座席5个", "open"),
]


@pytest.mark.parametrize(("question", "text", "answer", "said"), LEARNED)
def test_what_the_rules_leave_open_is_decided_by_the_answer_that_was_read(
    question: str, text: str, answer: str, said: str
) -> None:
    assert leaning(question, [read(text, answer)]) == said
    assert leaning(question, [Said(text, date=DATE)]) == "open"


def test_rules_go_before_what_was_learned() -> None:
    said = [Said("东港二号码头已开工建设。", date=DATE), read("东港二号码头尚未开工。", "尚未开工")]
    assert leaning("东港二号码头开工了吗？", said) == "no"
    assert verdict("东港二号码头开工了吗？", said) == "open"


def test_an_answer_about_another_time_decides_nothing() -> None:
    text = "2月，东港冷库二期的环评尚未通过。"
    assert leaning("东港冷库二期的环评2月通过了吗？", [read(text, "尚未通过")]) == "no"
    assert leaning("东港冷库二期的环评4月通过了吗？", [read(text, "尚未通过")]) == "open"


def test_the_stored_model_weighs_every_feature() -> None:
    found = features_of("东港冷库二期的环评过了没有？", [read("东港冷库二期的环评正在审核。", "正在审核")])
    assert found is not None
    names = found.keys() - {OTHER_TIME}
    assert all(weights.keys() == names for weights in stored_leaning_model().weights.values())


def test_the_clause_with_the_predicate_counts_of_an_answer_of_several() -> None:
    text = "东港两件旧案均无人申诉，已自动履行。"
    found = features_of("东港那两件旧案履行了没有？", [read(text, text[:-1])])
    assert found is not None
    assert (found["says_done"], found["says_denied"], found["rest_negative"]) == (1, 0, 1)


def test_figures_come_in_plain_units() -> None:
    assert quantities("1.3万件、零下60度、2亿元、12家") == [
        Quantity(13_000, "件"),
        Quantity(-60, "度"),
        Quantity(200_000_000, "元"),
        Quantity(12, "家"),
    ]


def test_a_limit_needs_exactly_one_other_figure() -> None:
    assert threshold("超过80列", "开行82列") == "met"
    assert threshold("不到80列", "开行82列") == "missed"
    assert threshold("超过80列", "开行82列，其中出境60列") == "unknown"
    assert threshold("开行80列", "开行82列") is None


def test_rates_are_compared_with_rates() -> None:
    text = "入境371列，同比增长10%；出境97列，同比增长33%。"
    assert compared("出境班列的增速比入境班列高", text) is True
    assert compared("出境比入境多", text) is False
    assert compared("东边比西边多", text) is None


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("雁口国际邮件互换局启用了吗？", "是。"),
        ("云州晶石新材料产业园（一期）总投资是20亿元吗？", "否。"),
        ("医疗设备维修的旧件能流入国内市场吗？", "否。"),
        ("有没有关于二手车出口的服务措施？", "有相关内容："),
        ("雁口国际邮件互换局的投资是多少？", ""),
    ],
)
def test_an_answer_begins_with_the_verdict_and_goes_on_with_cited_evidence(
    answerer: Answerer, question: str, opening: str
) -> None:
    answer = answerer.answer(question)
    assert not answer.refused
    assert answer.text.startswith(opening)
    assert bool(opening) == answer.text.startswith(("是。", "否。", "有相关", "文中"))
    assert answer.text.endswith(f"[{len(answer.citations)}]")
