"""What a question for yes or no claims: its words, predicate and figures, and the form in which it asks."""

from __future__ import annotations

import re
from itertools import pairwise

from ftz_qa.periods import Periods
from ftz_qa.quantities import quantities
from ftz_qa.questions import content_words
from ftz_qa.same_words import as_written, forms, holds
from ftz_qa.text import normalize, tagged_words

_ASKS = re.compile(
    r"是不是|是否|有没有|有无|能不能|能否|可不可以|可否|会不会|要不要|需不需要|对不对|应不应该|该不该|用不用|得不得|算不算"
    r"|(?:吗|么|嘛|没有|没|不)(?:了|呢|啊|呀)?[？?。！!]*$"
)
_OTHER_QUESTION = re.compile(
    r"什么(?!的)|哪|谁|多少|几(?=[个家列条名项天年月])|如何|怎么|怎样|为何|为啥|多大|多久|多长|多远|啥|(?<=[，,])(?:还是)|是.+还是"
)
_POLITE = re.compile(r"知道|告诉|介绍|说说|讲讲|请问|麻烦|想问|帮[我忙]|能查|可以查|了解一下|看一下|查一下")
_CONTENT = re.compile(
    r"(?:有没有|有无|是否有|还有没有)(?!.{0,12}[了过]).*?(?:的)?(?:规定|措施|办法|政策|说法|要求|报道|内容|情况|数据|信息|消息|例子|案例|门路|招数?|途径"
    r"|渠道|优惠|补贴|计划|打算|安排|介绍|经验|做法|文章|提到|提及|涉及)[^，。]{0,4}(?:[，,].{0,4}(?:什么|哪些|哪几).{0,4})?[？?。]*$|有招没有|有办法没有"
)
_FRAME = re.compile(
    r"是不是|是否|有没有|有无|能不能|能否|可不可以|可否|会不会|要不要|需不需要|对不对|算不算|用不用|对吗|是吗|真的|请问|现在|目前|已经|已|到底|究竟|还"
    r"|一下|(?:了|过)*(?:吗|么|嘛|没有|没)[？?。！!]*$|[？?。！!]+$|按(?:通报|文中)|(?:(?:通报|文章)(?:里|中)?|文[里中])(?:说|提到)?"
)
_DONE_ASKED = re.compile(
    r"已经|已(?!知)|(?:了|过)(?:吗|么|没有|没|嘛)|完成|[了过]没|没有[？?]*$|没[？?]*$|是不是.{0,14}了"
)
_ALL = re.compile(r"全部|所有|(?<!安)全(?=[部都装完投建])|都|均|一律|统统|每[个家天项条]|完全")
_ONLY = re.compile(r"必须|一定要|只能|仅限|唯一|只(?=[有能在])|第一|首[个家次只批]|最[大小高低多少早新]")
_MAY_ASKED = re.compile(r"能不能|能否|可不可以|可否|可以|(?<!功)能(?!力|源|够?耗|效)|允许|准许|让不让")
_NEED_ASKED = re.compile(
    r"需要|需不需要|要不要|必须|(?<!主)要(?=[交缴付花办提])|用不用|得不得|还[得用要]|得(?=[交缴付花办]).{0,4}|收(?:费|钱)|缴费"
)
_DAILY = re.compile(r"每[天日]|天天")
_GENERAL = frozenset(
    [
        "情况",
        "目前",
        "现在",
        "今年",
        "企业",
        "公司",
        "项目",
        "工作",
        "方面",
        "地方",
        "问题",
        "可以",
        "需要",
        "进行",
        "实现",
        "通过",
        "已经",
        "开始",
        "能够",
        "这个",
        "那个",
        "直接",
        "准备",
        "自己",
        "当场",
        "具体",
        "一共",
        "应该",
        "必须",
    ]
)
_NAME_TAGS = frozenset({"nr", "nrt", "ns", "nt", "nz"})
_CONTENT_TAGS = frozenset("nvajlietsf")
_VERB_TAGS = ("v", "vn", "vd", "vi")
_THAN = re.compile(
    r"(?P<first>[^，,]{2,}?)(?:相?比|高于|低于)(?P<second>[^，,]{2,16}?)(?:更|还|要)*(?P<way>[高低多少大小快慢长短贵早晚]|便宜)?了?$"
)
_COMPARES = re.compile("(?<![占对])比(?![例重率赛])|高于|低于|相比")
_CALENDAR = ("年", "月", "日", "期")
_PIECES = re.compile("[，,；;？?。]")
_EXISTS = re.compile("有没有|有无|[出有]过|过.{0,6}没有|有.{2,10}[吗么]")
_STILL = re.compile("还(?![有是没])|仍")
_PREDICATE_TAGS = ("v", "a", "i", "l")
_YEAR = re.compile(r"(?:19|20)\d{2}年")
DAY = re.compile(r"\d{1,2}月\d{1,2}日")
"""A day of the year."""
DENIED = (
    r"(?:尚未|暂未|并未|未能|未|没有|没能|没|暂不|暂无|不再|不得|不能|不可|不必|不用|不需|不予|不须|无需|无须|无法"
    r"|禁止|严禁|取消|停止|暂停|免于|免除|免予|拒绝|并非|不是|不|免|无)"
)
"""What denies the word behind it."""


def asks_yes_or_no(question: str) -> bool:
    """Whether a question wants yes or no rather than something else (``知道哪天开工吗`` wants a day)."""
    text = normalize(question).strip()
    return asks_for_content(text) or (bool(_ASKS.search(text)) and not _OTHER_QUESTION.search(_POLITE.sub("", text)))


def yes_or_no_beside(question: str) -> str:
    """The part that wants yes or no of a question that asks other things as well; empty where there is no such part.

    What the parts before it are about stands in front of it.
    """
    pieces = [piece.strip() for piece in _PIECES.split(normalize(question)) if piece.strip()]
    asking = [n for n, piece in enumerate(pieces) if asks_yes_or_no(piece) and not asks_for_content(piece)]
    if len(pieces) < 2 or len(asking) != 1:
        return ""
    (place,) = asking
    if len(_FRAME.sub("", _POLITE.sub("", pieces[place]))) < 2:
        return ""
    return "，".join([*map(content_words, pieces[:place]), pieces[place]])


def asks_for_content(question: str) -> bool:
    """Whether a question asks in the form of yes or no for what there is (``有没有关于……的规定``)."""
    return bool(_CONTENT.search(normalize(question).strip()))


class Claim:
    """A question for yes or no, taken apart.

    Parameters
    ----------
    question
        Complete in itself.

    Attributes
    ----------
    text
        What it claims, without the words that make it a question.
    words
        Its content words.
    verbs
        Those of them that can be a predicate; `verb` is the last one.
    kinds
        Words that tell one kind from another (``大型``).
    names
        Of places, people and the like among the words.
    phrases
        Verbs of one character with the word behind them (``转人事``).
    numbered
        Things told apart by their number (``7号``, ``二期``); all have to be in a sentence that bears the claim out.
    figures
        With their units; not those of the calendar.
    dates
        Days of the year.
    periods
        The months and years that it speaks of.
    denies
        Whether the predicate is denied in the question.
    done, whole, daily, may, need
        Whether it asks if something is over and done, all of something, every day, allowed, or needed.
    only
        Words such as ``必须`` and ``首个`` that it stands and falls with.
    way
        The last word of ``甲比乙高``; empty where nothing is compared so.
    sides
        What is compared so; empty where nothing is.
    compares
        Whether it compares at all.
    plans
        Whether it asks for plans.
    exists
        Whether it asks if there is something at all.
    still
        Whether it asks if something is so still.
    predicated
        Whether `verb` is a predicate, and not the last word for want of one.
    """

    def __init__(self, question: str) -> None:
        asked = normalize(question).strip()
        polite = _POLITE.sub("", asked)
        polite = as_written(polite)
        self.text = _FRAME.sub("", polite)
        spoken = tagged_words(_YEAR.sub("，", _FRAME.sub("，", polite)))
        self._take_words(spoken)
        self.numbered = re.findall(r"\d+号|第?[一二三四五六七八九]期|首[个家次只批单]", self.text)
        self.figures = [
            q for q in quantities(self.text) if q.unit not in _CALENDAR or (q.unit == "年" and q.value < 100)
        ]
        self.dates = set(DAY.findall(self.text))
        self.periods = Periods(self.text)
        predicates = "|".join(map(re.escape, [self.verb, *self.phrases])) if self.verb else "$^"
        self.denies = bool(re.search(rf"{DENIED}[\u4e00-\u9fff]{{0,3}}?(?:{predicates})", self.text))
        self.denies |= bool(re.search("不需|无需|无须|不必|不用|不要(?!求)", self.text))
        self.done = bool(_DONE_ASKED.search(asked))
        self.whole = bool(_ALL.search(asked)) and not _DAILY.search(asked)
        self.daily = bool(_DAILY.search(self.text))
        self.may = bool(_MAY_ASKED.search(asked))
        self.need = bool(_NEED_ASKED.search(asked))
        self.only = _ONLY.findall(self.text)
        than = _THAN.search(self.text)
        self.way = (than["way"] or "") if than else ""
        self.sides = (than["first"], than["second"]) if than else ("", "")
        self.compares = bool(_COMPARES.search(self.text))
        self.exists = bool(_EXISTS.search(asked))
        self.still = bool(_STILL.search(asked))
        self.plans = bool(re.search("计划|打算|准备|将|拟|下一步|还会|会不会|是不是要", asked))

    def _take_words(self, spoken: list[tuple[str, str]]) -> None:
        words = [(w, t) for w, t in spoken if len(w) > 1 and w not in _GENERAL and not w.isdigit()]
        self.words = [w for w, t in words if t[0] in _CONTENT_TAGS and not _ONLY.fullmatch(w) and not _ALL.fullmatch(w)]
        self.verbs = [
            w for w, t in words if t in _VERB_TAGS and not _NEED_ASKED.fullmatch(w) and not _MAY_ASKED.fullmatch(w)
        ]
        self.verb = self.verbs[-1] if self.verbs else (self.words[-1] if self.words else "")
        self.kinds = [w for w, t in words if t == "b" and not _ONLY.fullmatch(w) and not _ALL.fullmatch(w)]
        # The tagger takes a verb before a name for a part of it (``过雁口``).
        self.names = [re.sub("^[过去到在从给跟和](?=..)", "", w) for w, t in words if t in _NAME_TAGS]
        last = next((t for w, t in reversed(words) if w == self.verb), "")
        allowed = bool(_MAY_ASKED.search(self.text))
        self.predicated = allowed or last.startswith(_PREDICATE_TAGS) or len(forms(self.verb)) > 1
        self.phrases = [one + after for (one, tag), (after, _) in pairwise(spoken) if tag == "v" and len(one) == 1]

    def share(self, text: str) -> float:
        """Share of the content words that a normalised text holds, 0..1."""
        return sum(holds(text, word) for word in self.words) / len(self.words) if self.words else 0.0

    def figures_in(self, text: str) -> bool:
        """Whether all figures of the claim stand in a normalised text."""
        said = quantities(text)
        return all(figure in said for figure in self.figures)
