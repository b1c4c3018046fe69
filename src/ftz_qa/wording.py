"""What staff read in answers, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.text import tidy

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from ftz_qa.types import Article, Issue

_CHINESE_DIGITS = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """A whole number from 0 to 99 in Chinese figures, as headings have it; larger ones in Arabic figures."""
    if number < 10:
        return _CHINESE_DIGITS[number]
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _CHINESE_DIGITS[tens]) + "十" + (_CHINESE_DIGITS[ones] if ones else "")


def day(date: dt.date) -> str:
    """A date as bulletins print it."""
    return f"{date.year}年{date.month}月{date.day}日"


def issue_name(issue: Issue) -> str:
    """``第239期``, or the file's name for an issue without a number."""
    return f"第{issue.number}期" if issue.number is not None else issue.source


def issue_numbers(numbers: Sequence[int]) -> str:
    """``第237期``, ``第237—239期`` where nothing is missing in between, else each by itself."""
    if len(numbers) > 2 and list(numbers) == list(range(numbers[0], numbers[-1] + 1)):
        return f"第{numbers[0]}—{numbers[-1]}期"
    return "、".join(f"第{number}期" for number in numbers)


def coverage(issues: Sequence[Issue]) -> str:
    """What is indexed, in words: ``第301—310期（2025年1月15日至2025年10月15日，共80篇）``."""
    numbers = sorted(issue.number for issue in issues if issue.number is not None)
    dates = sorted(issue.date for issue in issues if issue.date is not None)
    articles = sum(len(issue.articles) for issue in issues)
    if not numbers:
        name = f"{len(issues)}份通报"
    elif len(numbers) == 1:
        name = f"第{numbers[0]}期"
    else:
        name = f"第{numbers[0]}—{numbers[-1]}期"
    if not dates:
        return f"{name}（共{articles}篇）"
    period = day(dates[0]) if dates[0] == dates[-1] else f"{day(dates[0])}至{day(dates[-1])}"
    return f"{name}（{period}，共{articles}篇）"


def article_name(article: Article) -> str:
    """``（三）标题``."""
    return f"（{chinese_number(article.number)}）{tidy(article.title)}"


def not_found(searched: Sequence[Issue]) -> str:
    """The honest refusal, with the bounds of what was searched."""
    return f"通报中没有找到答案。已检索{coverage(searched)}，未见能回答这个问题的内容。"


def not_indexed(numbers: Sequence[int], issues: Sequence[Issue]) -> str:
    """An issue asked for is not in the index."""
    return f"{issue_numbers(numbers)}未收录。目前收录的是{coverage(issues)}。"


def not_indexed_then(words: str, issues: Sequence[Issue]) -> str:
    """No issue of the time asked for is in the index."""
    return f"没有收录“{words}”所指的通报。目前收录的是{coverage(issues)}。"


def only_searched(numbers: Sequence[int]) -> str:
    """Note that the search was limited to issues named in the question."""
    return f"仅检索{issue_numbers(numbers)}"


def only_issues(first: int | None, last: int | None) -> str:
    """Note that the search was limited to a range of issues, one end of which may be open."""
    if first is None or last is None:
        return f"仅检索第{first if last is None else last}期及以{'后' if last is None else '前'}"
    return f"仅检索第{first}期" if first == last else f"仅检索第{first}—{last}期"


def only_dates(first: dt.date | None, last: dt.date | None) -> str:
    """Note that the search was limited to bulletins of a time, one end of which may be open."""
    if first is not None and last is not None:
        return f"仅检索{day(first)}至{day(last)}的通报" if first != last else f"仅检索{day(first)}的通报"
    if first is not None:
        return f"仅检索{day(first)}及以后的通报"
    return f"仅检索{day(last)}及以前的通报" if last is not None else ""


def understood_as(question: str, follow_up: bool) -> str:
    """Note how a question was understood that did not stand alone, or had names in Latin letters."""
    return f"{'按上文' if follow_up else ''}理解为：{question}"


def at(number: int | None, date: dt.date | None) -> str:
    """An issue in words: ``第305期（2025年5月）``; empty where nothing of it is known."""
    name = f"第{number}期" if number is not None else ""
    if date is None:
        return name
    month = f"{date.year}年{date.month}月"
    return f"{name}（{month}）" if name else month


def at_day(number: int | None, date: dt.date | None) -> str:
    """An issue in words with its day: ``第305期（2025年5月15日）``."""
    name = f"第{number}期" if number is not None else ""
    return f"{name}（{day(date)}）" if date is not None else name


def leads(what: str, how: str, name: str, figure: str, marker: int) -> str:
    """A line that says which of several things comes first by the figures that are quoted."""
    return f"按所引数字，{what}最{how}的是{name}（{figure}）。[{marker}]"


def part_missing(part: str) -> str:
    """One of several things asked has no answer."""
    return f"未找到关于“{part}”的内容。"


def found_in(places: Sequence[str]) -> str:
    """Where the answer stands, each place with its marker."""
    return f"出处：{'；'.join(places)}"


def only_sections(titles: Sequence[str]) -> str:
    """Note that the search was limited to sections named in the question."""
    return f"仅检索栏目“{'”“'.join(titles)}”"


def ask_gist(issue: int, article: int) -> str:
    """The question what an article is about."""
    return f"第{issue}期第{article}篇讲了什么？"


def ask_contents(issue: int | None) -> str:
    """The question which articles an issue has, the newest one if it has no number."""
    return f"{f'第{issue}期' if issue is not None else '最新一期'}有哪些文章？"


def ask_part(name: str) -> str:
    """The question what a part of an article says."""
    return f"“{name}”是怎么做的？"


NEW_ARTICLES = "新情况："
CONTINUED_ARTICLES = "延续的事项："
CHANGED_FIGURES = "数据变化："
GONE_ARTICLES = "不再提及："

OPENINGS = {"yes": "是。", "no": "否。", "open": "文中未直接说明是否如此，最接近的内容是：", "content": "有相关内容："}
"""How the answer to a question for yes or no begins."""

COURTESIES = {
    "greeting": "您好！可以就已收录的《自贸动态》通报提问，例如某个片区的做法、一项数据，或某一期有哪些文章。",
    "thanks": "不客气。还有关于通报的问题，可以接着问。",
    "farewell": "再见，欢迎再来查询。",
    "praise": "好的。还有关于通报的问题，可以接着问。",
    "self": (
        "这里是《自贸动态》问答：在已收录的通报中查找答案，逐句注明出处，没有的内容会如实说明。"
        "可以问数据、时间、人物、单位、做法和原因，也可以问某一期有哪些文章。"
    ),
    "chat": "这里只回答与已收录的《自贸动态》通报有关的问题，例如某个片区的做法、一项数据，或某一期有哪些文章。",
}
"""Replies to messages that ask nothing of the bulletins, by `courtesy.Courtesy`."""

REFUSED_ORDER = "不能这样做。这里只根据已收录的《自贸动态》通报回答问题，请直接提出想了解的内容。"

NONE_ADMITTED = "没有符合筛选条件的通报，所以没有检索。请放宽筛选后再问。"
NOT_ADMITTED = "问题所指的通报不在筛选范围内。请清除筛选，或改问范围内的通报。"

EMPTY_QUESTION = "请输入问题。"
UNREAD_QUESTION = "没有读懂这个问题。请换一种说法，写明想了解的地区、项目或事项。"


def question_too_long(length: int, limit: int) -> str:
    """A question beyond the limit."""
    return f"问题太长（{length}字），请缩短到{limit}字以内。"


# Language models

LLM_PACKAGE_MISSING = "使用大模型需要另装一个包：pip install 'ftz-qa[llm]'；或清空 FTZ_QA_LLM_MODEL"

LLM_FAILURES = {
    "unreachable": "连接不上",
    "slow": "超时未答复",
    "unauthorised": "密钥无效或没有权限",
    "missing": "地址或模型名称不对",
    "busy": "服务繁忙",
    "rejected": "请求被拒绝",
    "failed": "服务出错",
    "malformed": "答复的格式不对",
    "interrupted": "答复中断",
    "resting": "刚才出过故障，稍后自动重试",
    "crowded": "同时提问的人较多",
    "unverified": "答复与通报原文对不上",
}
"""Why a language model's answer could not be had, by `llm.FailureKind`."""

SILENT = "没有找到答案"
"""The phrase agreed on with the model, in the prompt, for evidence that does not answer."""

DIGEST_REST = "其余各篇（原文摘录）："
"""Above the articles of which a language model's digest says nothing that is borne out."""

LLM_SILENT = "大模型认为所查原文没有直接回答这个问题，以下为通报原文摘录"
UNVERIFIED_MARK = "（未核实）"
SOME_UNVERIFIED = "标有“未核实”的句子与所引原文不完全相符，请以原文为准"
DELETE = "删去"

_PROBLEMS = {
    "no_marker": "没有注明摘录的编号",
    "unknown_marker": "没有编号为{what}的摘录",
    "markup": "含有表格、链接或代码",
    "figure": "“{what}”与所引摘录不符",
    "period": "“{what}”不是所引摘录所说的时间",
    "name": "所引摘录中没有“{what}”",
    "exchanged": "“{what}”与数字的对应关系和所引摘录不符",
    "denied": "“{what}”的肯定、否定与所引摘录相反",
    "meaning": "所引摘录没有这个意思",
}


def problem(kind: str, what: str) -> str:
    """Why a sentence is not borne out, by `sentence_checks.ProblemKind`, for the model that wrote it."""
    return _PROBLEMS[kind].format(what=what)


def llm_fallback(reason: str) -> str:
    """Note that the language model could not be used."""
    return f"大模型未能作答（{reason}），以下为通报原文摘录"


def sentences_dropped(count: int) -> str:
    """Note that a part of the model's reply is not shown."""
    return f"大模型的答复有{count}句找不到原文依据，已略去"


def llm_not_local(host: str) -> str:
    """An endpoint elsewhere while only local ones are allowed."""
    return (
        f"已设置 FTZ_QA_LLM_LOCAL_ONLY，不得使用本机和内网以外的大模型（{host}）。"
        "请把 FTZ_QA_LLM_BASE_URL 改为本机或内网的 IP 地址，或取消该设置"
    )


def key_file_unusable(path: Path, reason: str) -> str:
    """The file with the key cannot be read."""
    return f"无法读取大模型的密钥文件 {path}（{reason}）。请检查 FTZ_QA_LLM_API_KEY_FILE"
