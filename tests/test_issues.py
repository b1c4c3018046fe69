"""Reading bulletins: the real one, its quirks in small, deviations, and that no character is lost."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftz_qa.errors import BulletinError
from ftz_qa.issues import parse_issue, read_issue
from ftz_qa.layout import glue
from ftz_qa.types import Article, Issue

REAL = Path(__file__).parents[1].parent / "shared/bulletins/issue-239.txt"
HEAD = "自贸动态（示例）\n\n第 7 期\n\n主办：省自贸办\n\n2024 年 7 月 15 日\n\n"
LONG = "为方便企业办事，片区把原来分散在六个部门的窗口集中到一处，实行一次受理、并联审批、限时办结，受到企业普遍欢迎。"


def packed(text: str) -> str:
    return "".join(text.split())


def printed_again(issue: Issue) -> str:
    parts = [issue.masthead]
    above = 0
    for article in issue.articles:
        if article.section.number != above:
            parts.append(article.section.heading)
            above = article.section.number
        parts += [article.heading, article.body]
    return packed("".join(parts))


def headings(article: Article) -> list[str]:
    return [article.body[span.start : span.end] for span in article.headings]


def issue_of(*lines: str, head: str = HEAD, gap: str = "\n\n") -> Issue:
    return parse_issue(head + gap.join(lines), "mini.txt")


def body_of(*lines: str) -> Article:
    """The only article of a bulletin that holds these lines."""
    issue = issue_of("一、片区动态", "（一）临江片区办事更快", *lines)
    assert [article.title for article in issue.articles] == ["临江片区办事更快"]
    return issue.articles[0]


# --- The real bulletin ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> Issue:
    if not REAL.exists():
        pytest.skip(f"the real bulletin is not here: {REAL.name}")
    return read_issue(REAL)


def test_real_issue_masthead_and_sections(real: Issue) -> None:
    assert (real.series, real.number, real.date) == ("自贸动态", 239, dt.date(2024, 7, 15))
    assert (real.publisher, real.source, real.warnings) == ("省自贸办", "issue-239.txt", ())
    assert [(s.number, s.title) for s in real.sections] == [
        (1, "龙江板块"),
        (2, "制度创新"),
        (3, "自贸建设"),
        (4, "自贸观察"),
    ]
    assert [sum(a.section == s for a in real.articles) for s in real.sections] == [5, 1, 4, 1]


def test_real_issue_titles(real: Issue) -> None:
    assert [(article.number, article.title) for article in real.articles] == list(
        enumerate(
            [
                "哈医大重大成果转化对接会在哈尔滨片区举办",
                "龙江学子创业园 打造百亿元规模新材料产业集群",
                "绥芬河口岸开行中欧班列上半年实现“双增长”",
                "黑河自贸片区企业服务中心打造极致待客之道",
                "黑河自贸片区金融服务政银企对接会",
                "科技成果不妨“先尝后买”",
                "中欧班列（西安）现代国际物流体系推介说明会上签署多项合作协议 深化国际物流合作 实现共赢发展",
                "《海南自由贸易港国际商事仲裁发展若干规定》7月1日起施行",
                "RCEP 全面生效一周年 南宁片区下好“三步棋”交出亮眼成绩单",
                "湖南省首个 QFLP 基金在自贸区长沙片区落地",
                "内地与香港实质性完成 CEPA 服务贸易协议新一轮修订磋商",
            ],
            start=1,
        )
    )
    assert real.articles[10].heading == "（十一）内地与香港实质性完成 CEPA 服务贸易协议新一轮修订磋商"


def test_real_issue_inner_headings(real: Issue) -> None:
    found = {article.number: headings(article) for article in real.articles if article.headings}
    assert found == {
        4: [
            "推广三全服务模式，优化黑河自贸片区企业服务体系",
            "二、纵横交互，织密服务网络",
            "三、多维立体，丰富服务形式",
        ],
        9: ["下好制度创新“优势棋”", "下好产业融合“制胜棋”", "下好投资合作“稳手棋”"],
    }


def test_real_issue_sentences_are_mended(real: Issue) -> None:
    for whole in (
        "龙江学子创业园（一期）暨",
        "芯片内部配线的",
        "481列46558标箱",
        "440家。",
        "一切要素向招商引资",
        "对临时仲裁作出",
    ):
        assert sum(whole in article.body for article in real.articles) == 1, whole
    for article in real.articles:
        for paragraph in article.body.split("\n"):
            assert paragraph.rstrip("”")[-1] in "。！？" or paragraph in headings(article), paragraph
    assert "\n求，从而种出“更甜的水果”。\n" in real.articles[5].body


def test_real_issue_is_lossless(real: Issue) -> None:
    assert printed_again(real) == packed(REAL.read_text(encoding="utf-8"))


# --- Sections, articles and the lists inside them ---------------------------------------------------------------------


def test_numbered_headings_inside_an_article_are_not_sections() -> None:
    issue = issue_of(
        "一、片区动态", "（一）甲片区打造服务中心", LONG, "建好网络", LONG, "二、做实服务", LONG, "三、管好队伍", LONG
    )
    assert [s.title for s in issue.sections] == ["片区动态"]
    assert headings(issue.articles[0]) == ["建好网络", "二、做实服务", "三、管好队伍"]


def test_list_in_brackets_inside_an_article_is_not_articles() -> None:
    issue = issue_of(
        *("一、片区动态", "（一）甲片区出台若干措施支持外贸企业", LONG),
        *("（一）加大财政支持", LONG, "（二）优化通关服务", LONG, "（三）强化金融保障", LONG),
        *("（二）乙片区首家外资医院正式开业", LONG, "二、观察", "（三）数字贸易规则谈判的新进展", LONG),
    )
    assert [a.heading[:3] for a in issue.articles] == ["（一）", "（二）", "（三）"]
    assert [a.title for a in issue.articles][1] == "乙片区首家外资医院正式开业"
    assert headings(issue.articles[0]) == ["（一）加大财政支持", "（二）优化通关服务", "（三）强化金融保障"]


def test_list_under_numbered_headings_of_an_article_opens_no_section() -> None:
    issue = issue_of(
        *("一、片区动态", "（一）甲片区召开大会", LONG, "（二）省里印发三年行动方案", LONG),
        *("一、总体要求", "（一）指导思想", LONG, "（二）基本原则", LONG),
        *("二、重点任务", "（一）扩大开放", LONG, "（二）改革创新", LONG),
        *("（三）乙片区设立海外仓服务联盟", LONG, "二、观察", "（四）数字贸易规则谈判的新进展", LONG),
    )
    assert [s.title for s in issue.sections] == ["片区动态", "观察"]
    assert [a.number for a in issue.articles] == [1, 2, 3, 4]
    assert issue.warnings == ()


def test_numbered_paragraphs_stay_paragraphs() -> None:
    items = (
        "（1）放宽准入；",
        "（2）减少审批；",
        "1. 设立专窗。",
        "2. 延长服务。",
        "一是抓项目。",
        "（一）抓统筹。各部门要各负其责。",
    )
    article = body_of("主要做法如下：", *items)
    assert article.body.split("\n") == ["主要做法如下：", *items]
    assert article.headings == ()


def test_brackets_that_hold_no_number_open_nothing() -> None:
    assert body_of("（一期）项目已投产。", "（西安）班列开行。", "（集团）公司到会。").body.count("\n") == 2


def test_numbers_that_restart_in_each_section_are_made_straight() -> None:
    issue = issue_of("一、动态", "（一）甲", LONG, "（二）乙", LONG, "二、观察", "（一）丙", LONG, "（二）丁", LONG)
    assert [(a.number, a.title, a.section.number) for a in issue.articles] == [
        (1, "甲", 1),
        (2, "乙", 1),
        (3, "丙", 2),
        (4, "丁", 2),
    ]
    assert len(issue.warnings) == 1
    assert "从头编起" in issue.warnings[0]


def test_a_missing_article_number_is_reported_and_the_rest_keep_theirs() -> None:
    issue = issue_of("一、动态", "（一）甲", LONG, "（三）丙", LONG, "（四）丁", LONG)
    assert [a.number for a in issue.articles] == [1, 3, 4]
    assert len(issue.warnings) == 1
    assert "（三）丙" in issue.warnings[0]


def test_a_number_printed_twice_is_reported() -> None:
    issue = issue_of("一、动态", "（一）甲", LONG, "（二）乙", LONG, "（二）丙", LONG, "（三）丁", LONG)
    assert [a.number for a in issue.articles] == [1, 2, 3, 4]
    assert len(issue.warnings) == 1


def test_a_section_that_lost_its_number_is_found_by_the_hole_it_leaves() -> None:
    issue = issue_of("一、动态", "（一）甲", LONG, "制度创新", "（二）乙", LONG, "三、观察", "（三）丙", LONG)
    assert [(s.number, s.title) for s in issue.sections] == [(1, "动态"), (2, "制度创新"), (3, "观察")]
    assert "没有编号" in issue.warnings[0]


@pytest.mark.parametrize("pattern", ["{}", "【{}】"])
def test_sections_without_any_numbers(pattern: str) -> None:
    names = [pattern.format(name) for name in ("龙江板块", "制度创新")]
    issue = issue_of(names[0], "（一）甲片区启用新系统", LONG, names[1], "（二）乙片区办好一件事", LONG)
    assert [(s.number, s.title) for s in issue.sections] == list(enumerate(names, start=1))
    assert [a.section.number for a in issue.articles] == [1, 2]
    assert [a.body for a in issue.articles] == [LONG, LONG]


def test_text_between_section_and_first_article_is_kept() -> None:
    issue = issue_of("一、动态", "（一）甲", LONG, "二、观察", "编者按：本期约请专家撰文。", "（二）乙", LONG)
    assert issue.articles[1].body == f"编者按：本期约请专家撰文。\n{LONG}"
    assert issue.articles[1].section.title == "观察"
    assert len(issue.warnings) == 1


def test_contents_belong_to_the_masthead() -> None:
    lines = ("一、动态", "（一）甲片区启用新系统", LONG, "（二）乙片区办好一件事", LONG)
    contents = ("目 录", "一、动态", "（一）甲片区启用新系统……1", "（二）乙片区办好一件事……3")
    issue = issue_of(*contents, *lines)
    assert [a.body for a in issue.articles] == [LONG, LONG]
    assert issue.masthead.endswith("3")
    assert issue.warnings == ()


# --- Deviations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("(一)", "(二)"),
        ("1.", "2."),
        ("1、", "2、"),
        ("第一条 ", "第二条 "),
        ("一、", "二、"),
        ("（1）", "（2）"),
        ("（—）", "（二）"),
    ],
)
def test_articles_may_be_numbered_otherwise_and_without_sections(first: str, second: str) -> None:
    issue = issue_of(f"{first}甲片区启用新系统", LONG, f"{second}乙片区办好一件事", LONG)
    assert [(a.number, a.title, a.section.number) for a in issue.articles] == [
        (1, "甲片区启用新系统", 0),
        (2, "乙片区办好一件事", 0),
    ]
    assert issue.sections == ()
    assert any("板块" in warning for warning in issue.warnings)


@pytest.mark.parametrize(("section", "article"), [("一、", "1."), ("第一部分 ", "（一）"), ("第一部分 ", "一、")])
def test_other_ways_to_number_sections_and_articles(section: str, article: str) -> None:
    issue = issue_of(f"{section}动态", f"{article}甲片区启用新系统", LONG)
    assert [(s.title, a.title) for s in issue.sections for a in issue.articles] == [("动态", "甲片区启用新系统")]
    assert issue.warnings


def test_markdown_marks_go() -> None:
    issue = parse_issue(
        "# 自贸动态（示例）\n第7期\n主办：省自贸办\n2024-07-15\n## 一、动态\n### （一）甲片区“两步走”\n\n"
        f"{LONG}\n\n#### 第一步\n\n{LONG}\n",
        "a.md",
    )
    assert (issue.series, issue.articles[0].heading) == ("自贸动态（示例）", "（一）甲片区“两步走”")
    assert headings(issue.articles[0]) == ["第一步"]
    assert any("Markdown" in warning for warning in issue.warnings)


@pytest.mark.parametrize(
    ("head", "number", "date", "publisher"),
    [
        ("自贸动态 第239期 主办：省自贸办 2024年7月15日", 239, (2024, 7, 15), "省自贸办"),
        ("自贸动态\n总第239期\n省自贸办编印\n二〇二四年七月十五日", 239, (2024, 7, 15), "省自贸办"),
        ("《自贸动态》\n2024年第14期（总第239期）\n主办单位：省自贸办\n2024-07-15", 239, (2024, 7, 15), "省自贸办"),
        ("内部资料 注意保存\n自 贸 动 态\n第二百三十九期\n省自贸办 2024.7.15", 239, (2024, 7, 15), ""),
        (
            "自贸动态\n（第 ２３９ 期）\n省自由贸易试验区工作办公室\n2 0 2 4 年 1 2 月 1 日",
            239,
            (2024, 12, 1),
            "省自由贸易试验区工作办公室",
        ),
        ("第239期\n自贸动态\n主 办：省自贸办  电话：1234567\n二○二四年十二月三十一日", 239, (2024, 12, 31), "省自贸办"),
        ("自贸动态\n2024年7月15日", None, (2024, 7, 15), ""),
        ("自贸动态\n第239期", 239, None, ""),
        ("自贸动态\n第239期\n2024年13月45日", 239, None, ""),
    ],
)
def test_mastheads(head: str, number: int | None, date: tuple[int, int, int] | None, publisher: str) -> None:
    issue = issue_of("一、动态", "（一）甲片区启用新系统", LONG, head=head + "\n\n")
    assert (issue.series, issue.number) == ("自贸动态", number)
    assert issue.date == (dt.date(*date) if date else None)
    if publisher:
        assert issue.publisher == publisher
    for name, absent in (("期号", number is None), ("日期", date is None)):
        assert any(name in warning for warning in issue.warnings) == absent
    assert printed_again(issue).startswith(packed(head))


def test_imprint_stays_out_of_the_last_article_and_is_told_in_full() -> None:
    imprint = ("报：省委办公厅，省政府办公厅。", "送：省直各有关单位。", "编辑：张三 电话：12345678", "（共印80份）")
    issue = issue_of("一、动态", "（一）甲片区启用新系统", LONG, *imprint)
    assert issue.articles[0].body == LONG
    assert len(issue.warnings) == 1
    assert all(line in issue.warnings[0] for line in imprint)


@pytest.mark.parametrize("pages", [("— 1 —", "— 2 —"), ("1", "2"), ("-1-", "-2-"), ("第1页", "第2页"), ("1/9", "2/9")])
def test_page_numbers_are_in_no_sentence(pages: tuple[str, str]) -> None:
    issue = issue_of("一、动态", "（一）甲片区", LONG[:30], pages[0], LONG[30:], LONG[:37], "", pages[1], LONG[37:])
    assert issue.articles[0].body == f"{LONG}\n{LONG}"
    assert len(issue.warnings) == 1
    assert pages[0] in issue.warnings[0]


def test_a_number_alone_that_is_no_page_number_stays() -> None:
    assert body_of("片区现有企业", "440", "家。").body == "片区现有企业440家。"


def test_running_heads_are_in_no_sentence() -> None:
    issue = issue_of("一、动态", "（一）甲片区", LONG[:30], "自贸动态（示例） 第7期", LONG[30:])
    assert issue.articles[0].body == LONG
    assert "页眉" in issue.warnings[0]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("（一）甲片区“双循环", "大通道”正式启用", LONG), "甲片区“双循环大通道”正式启用"),
        (("（一）", "甲片区正式启用新系统", LONG), "甲片区正式启用新系统"),
        (("（一）甲片区打造新高地", "——来自企业服务中心的报道", LONG), "甲片区打造新高地——来自企业服务中心的报道"),
    ],
)
def test_titles_over_two_lines(lines: tuple[str, ...], title: str) -> None:
    issue = issue_of("一、动态", *lines)
    assert (issue.articles[0].title, issue.articles[0].body) == (title, LONG)
    assert len(issue.warnings) == 1


def test_title_over_two_lines_without_a_gap() -> None:
    issue = parse_issue(f"{HEAD}一、动态\n\n（一）甲片区推介会签署多项\n合作协议 深化合作\n\n{LONG}", "a.txt")
    assert (issue.articles[0].title, issue.articles[0].body) == ("甲片区推介会签署多项合作协议 深化合作", LONG)


# --- Broken sentences and unnumbered headings -------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [19, 24, 26, 30, 45, len(LONG) - 2])
def test_page_breaks_are_mended(cut: int) -> None:
    assert body_of(LONG, LONG[:cut], LONG[cut:], LONG).body == "\n".join([LONG] * 3)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("片区企业已达到440", "家。", "片区企业已达到440家。"),
        ("港口上半年开行班列481列46558", "标箱，同比增长。", "港口上半年开行班列481列46558标箱，同比增长。"),
        ("推介会介绍了 Free Trade", "Zone 的做法。", "推介会介绍了 Free Trade Zone 的做法。"),
        ("双方签署 RCEP", "2024 年合作书。", "双方签署 RCEP 2024 年合作书。"),
        ("项目编号为20", "24号。", "项目编号为2024号。"),
        ("会上发布了《临江片区", "行动方案》。", "会上发布了《临江片区行动方案》。"),
        ("一切工作向", "招商集中。", "一切工作向招商集中。"),
        ("涉及设计、研发、", "制造。", "涉及设计、研发、制造。"),
        ("位于临江新区的龙江学", "子创业园加速前进。", "位于临江新区的龙江学子创业园加速前进。"),
    ],
)
def test_joints(first: str, second: str, joined: str) -> None:
    start = "在上午举行的推介会上，来自十二个国家的代表了解到，"
    assert body_of(LONG, start + first, second).body == f"{LONG}\n{start}{joined}"


@pytest.mark.parametrize(
    "heading",
    [
        "下好创新“先手棋”",
        "抢进度：从签约到开工只用64天",
        "搭好平台，多元育才",
        "优化服务",
        "跑出改革加速度",
        "让数据多跑路 让企业少跑腿",
    ],
)
def test_unnumbered_headings(heading: str) -> None:
    article = body_of(LONG, heading, LONG)
    assert article.body == f"{LONG}\n{heading}\n{LONG}"
    assert headings(article) == [heading]


def test_first_line_of_a_broken_paragraph_right_below_a_title_is_not_title() -> None:
    text = "一、动态\n（一）甲\n位于临江新区的龙江学\n\n子创业园启用。\n（二）乙\n" + LONG
    assert [(a.title, a.body) for a in parse_issue(HEAD + text, "x.txt").articles] == [
        ("甲", "位于临江新区的龙江学子创业园启用。"),
        ("乙", LONG),
    ]


def test_headings_are_found_before_a_broken_paragraph_and_after_one() -> None:
    article = body_of(LONG[:40], LONG[40:], "优化服务", LONG[:26], LONG[26:])
    assert article.body.split("\n") == [LONG, "优化服务", LONG]
    assert headings(article) == ["优化服务"]


def test_rows_and_signatures_are_neither_headings_nor_joined() -> None:
    rows = ("指标", "上半年", "进口额", "120亿元", "出口额", "880亿元")
    article = body_of(LONG, *rows, LONG, "（来源：省自贸办）")
    assert article.body.split("\n") == [LONG, *rows, LONG, "（来源：省自贸办）"]
    assert article.headings == ()


@pytest.mark.parametrize("width", [28, 36])
@pytest.mark.parametrize("indent", ["　　", ""])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_wrapped_lines_are_joined(width: int, indent: str, gap: str) -> None:
    other = LONG.replace("六个", "十一个")
    lines = ["一、动态", "（一）甲片区启用新系统"]
    for paragraph in (LONG, other, "优化服务", LONG + LONG, other + LONG, LONG):
        text = indent + paragraph
        lines.append("\n".join(text[i : i + width] for i in range(0, len(text), width)))
    issue = issue_of(*lines, gap=gap)
    body = issue.articles[0].body
    if indent:
        assert body.split("\n") == [LONG, other, "优化服务", LONG + LONG, other + LONG, LONG]
    # Without indents a full line that ends a sentence may end a paragraph, too; no sentence is broken by that.
    assert set(body.split("\n")) <= {LONG, other, "优化服务", LONG + LONG, other + LONG}
    assert headings(issue.articles[0]) == ["优化服务"]


def test_glue() -> None:
    assert (glue("中", "国"), glue("a", "b"), glue("1", "2"), glue("G", "20")) == ("中国", "a b", "12", "G 20")
    assert (glue("", "x"), glue("Co.,", "Ltd"), glue("元", "A")) == ("x", "Co., Ltd", "元A")


# --- What is no bulletin ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "今天天气很好。\n\n我们去公园。", HEAD, HEAD + LONG, "a" * 1000, "\0\0\0", "一、\n二、\n三、"],
)
def test_texts_that_are_no_bulletin_are_refused(text: str) -> None:
    with pytest.raises(BulletinError, match=r"x\.txt.*应有报头"):
        parse_issue(text, "x.txt")


def test_articles_without_a_masthead_are_refused_with_the_line() -> None:
    with pytest.raises(BulletinError, match=r"第 3 行.*报头"):
        parse_issue(f"某某通知\n\n一、总体要求\n\n（一）指导思想\n\n{LONG}", "x.txt")


def test_control_and_invisible_characters_go_with_a_warning() -> None:
    issue = issue_of("一、动态", "（一）甲\u200b片\x00区", LONG[:9] + "\x07\ufeff" + LONG[9:])
    assert (issue.articles[0].title, issue.articles[0].body) == ("甲片区", LONG)
    assert "4 个" in issue.warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "一、动态\n\n（一）甲\n\n" + LONG * 90_000,
        HEAD + "一、动态\n\n（一）甲\n\n" + "（" * 5_000_000,
        HEAD + " " * 5_000_000 + "一、动态\n\n（一）甲\n\n" + "　" * 100_000 + LONG,
        HEAD + "一、动态\n（一）甲\n" + "片区企业多\n" * 20_000,
        HEAD + "一、动态\n（一）甲\n" + (LONG[:-1] + "\n") * 8_000,
        "自贸动态 第1期 " + "2024年" * 1_000_000 + "\n（一）甲\n" + LONG,
    ],
    ids=["one-line", "open-brackets", "blanks", "short-lines", "unended", "long-masthead"],
)
def test_large_input_takes_seconds_not_hours(text: str) -> None:
    start = time.perf_counter()
    issue = parse_issue(text, "x.txt")
    assert len(issue.articles) == 1
    assert time.perf_counter() - start < 15


def test_very_many_numbered_lines_are_refused() -> None:
    with pytest.raises(BulletinError, match="编号"):
        parse_issue(HEAD + "（一）甲\n" * 20_000, "x.txt")


# --- Properties -------------------------------------------------------------------------------------------------------

SENTENCES = (
    "6月18日，临江片区“一站办”中心（一期）启用。",
    "项目总投资 3.5 亿元，占地 $6N$ 级车间40亩，预计明年投产。",
    "省自贸办负责人表示，下一步将推动《若干措施》落地！",
    "区内 RCEP 成员国企业已达 123 家，同比增长 8.4%。",
    "企业有困难怎么办？“有事就找服务员。”一位负责人说。",
    "上半年开行中欧班列（临江）56列，占全省的三成；下半年还将加密。",
)
TITLES = (
    "甲片区上半年开行国际班列 56 列 同比增长两成",
    "全省首个 QFLP 基金在乙片区落地 首期规模1亿元",
    "企业服务“零距离” 项目办事跑出“加速度”",
    "《自由贸易港若干措施（试行）》7月1日起施行",
    "十周年看变化：哪些企业从开放中受益？",
)
INNER = ("优化服务", "织密网络", "加大投入", "下好“先手棋”", "抓项目，强链条")
HAN = "〇一二三四五六七八九十"


def han(number: int) -> str:
    return (
        HAN[number]
        if number <= 10
        else ("十" if number < 20 else HAN[number // 10] + "十") + HAN[number % 10] * bool(number % 10)
    )


@dataclass(frozen=True)
class Plan:
    """A bulletin to be printed: sections of articles, an article a title and its paragraphs."""

    sections: list[list[tuple[str, list[str]]]]


paragraphs = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5).map("".join)
texts = st.lists(paragraphs, min_size=1, max_size=4)
articles = st.tuples(st.sampled_from(TITLES), texts)
plans = st.lists(st.lists(articles, min_size=1, max_size=4), min_size=1, max_size=4).map(Plan)


def inner_headings(data: st.DataObject, count: int) -> list[str]:
    """Headings for the paragraphs of one article: none, plain ones or a list; its first may lose its number."""
    style = data.draw(st.sampled_from(("none", "plain", "{}、", "（{}）", "{}、 lost")))
    if style == "none" or count < 3:
        return []
    names = data.draw(st.permutations(INNER))[:count]
    if style == "plain":
        return names
    pattern = style.removesuffix(" lost")
    numbered = [pattern.format(han(i)) + name for i, name in enumerate(names, start=1)]
    return [names[0], *numbered[1:]] if style.endswith("lost") else numbered


def printed(plan: Plan, data: st.DataObject) -> tuple[str, list[list[str]], list[list[str]]]:
    """The plan as text with page breaks within sentences; the paragraphs and the inner headings that it stands for."""
    lines: list[str] = []
    bodies: list[list[str]] = []
    inner: list[list[str]] = []
    for number, section in enumerate(plan.sections, start=1):
        lines.append(f"{han(number)}、板块{number}")
        for title, paragraphs_ in section:
            lines.append(f"（{han(len(bodies) + 1)}）{title}")
            inner.append(inner_headings(data, len(paragraphs_)))
            body: list[str] = []
            for i, text in enumerate(paragraphs_):
                body += [*inner[-1][i : i + 1], text]
                lines += inner[-1][i : i + 1]
                cut = data.draw(st.integers(0, 2 * len(text)))
                lines += [text[:cut], text[cut:]] if _can_cut(text, cut) else [text]
            bodies.append(body)
    return HEAD + "\n\n".join(lines) + "\n", bodies, inner


def _can_cut(text: str, cut: int) -> bool:
    """A break after a sentence cannot be told from a new paragraph; one at a blank cannot be undone to the letter."""
    inside = 25 < cut < len(text) - 1
    return inside and not any(char in "。！？”； " or char.isascii() for char in text[cut - 1 : cut + 1])


@settings(max_examples=100, deadline=None)
@given(plans, st.data())
def test_generated_bulletins_come_back_as_they_were_meant(plan: Plan, data: st.DataObject) -> None:
    text, bodies, inner = printed(plan, data)
    issue = parse_issue(text, "x.txt")
    assert printed_again(issue) == packed(text)
    assert [a.title for a in issue.articles] == [title for section in plan.sections for title, _ in section]
    assert [sum(a.section == s for a in issue.articles) for s in issue.sections] == [len(s) for s in plan.sections]
    assert [a.body.split("\n") for a in issue.articles] == bodies
    assert [headings(a) for a in issue.articles] == inner


PIECES = (
    "一、",
    "（一）",
    "（二）",
    "二、",
    "1.",
    "第 3 期",
    "。",
    "，",
    "中欧班列",
    "“",
    "”",
    "（",
    "2024",
    "a",
    "\n",
    "\n\n",
    "　",
    "——",
    "#",
    "报：",
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text_is_read_or_refused_and_kept(tail: str) -> None:
    """Whatever comes, there is an issue with all characters (or a warning that says which went) or one clear error."""
    text = HEAD + tail
    try:
        issue = parse_issue(text, "x.txt")
    except BulletinError as error:
        assert "x.txt" in str(error)
        return
    assert [a.number for a in issue.articles] == sorted({a.number for a in issue.articles})
    kept = printed_again(issue)
    told = packed("".join(issue.warnings))
    gone = set(packed(text)) - set(kept) - set("#")
    assert all(char in told for char in gone)
