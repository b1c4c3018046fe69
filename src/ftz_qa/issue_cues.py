"""By which words a question says what it wants to know of bulletins as such."""

from __future__ import annotations

import re

from ftz_qa.bulletin_words import NUMERAL, SECTION_WORD
from ftz_qa.mentions import ARTICLE_WORD

COUNT_ISSUES = re.compile(r"(?<!第)(?:多少|几)个?期|多少份|期[数次](?:是|有)?多少")
LIST_ISSUES = re.compile(r"哪(?:些|几|一)?个?期|[各全]部?期|所有期|有(?:哪些|什么)期|期[号次]")
COUNT_ARTICLES = re.compile(
    rf"(?<![哪第])(?:多少|几)(?:篇|条|则|件|个){ARTICLE_WORD}?|{ARTICLE_WORD}(?:数量?|篇数)|篇数|多少{ARTICLE_WORD}"
)
COUNT_SECTIONS = re.compile(
    rf"(?<![第哪])(?:多少|几|哪些|哪几|什么)个?大?{SECTION_WORD}|{SECTION_WORD}(?:都|一?共|总共)?(?:有|是|包括|叫)?(?:哪些|什么|哪几|几)个?$"
    rf"|分(?:成|为)?了?(?:几|哪几|多少|哪些)(?:块|个?部分|大块|类)|{SECTION_WORD}(?:构成|设置|划分|结构)"
)
NTH_ARTICLE = re.compile(
    rf"(倒数)?第?(?:\(({NUMERAL})\)|(?<=第)({NUMERAL}))(?:篇|条|则|个?{ARTICLE_WORD}|(?<=\)))|(最后|末尾?|末了)(?:面?的?)?一?(?:篇|条|则|个?{ARTICLE_WORD})"
    rf"|(?:(?:打头|开头|开篇|排头|头|首)(?:的?一|的)?(?:篇|条|则|个?{ARTICLE_WORD}))|头条|开篇|首篇"
)
NTH_SECTION = re.compile(
    rf"第({NUMERAL})(?:个|大)*{SECTION_WORD}|(最后)(?:的|一|个)*{SECTION_WORD}|([首头])(?:个|一)*{SECTION_WORD}"
)
MORE = re.compile(r"文章[更最]?[多少]|[更最][多少]")
EACH_ISSUE = re.compile(r"(?:每一?|各|哪一?|所有|全部)(?:个|的)?期")
DATE = re.compile(r"什么时候|何时|啥时候|哪天|哪一天|几号|日期|什么时间|哪年|哪一年|哪月|几月|多会儿|时间|when", re.I)
PUBLISHER = re.compile(
    r"(?:谁|哪[个家一]*(?:单位|部门|机构|地方)?|什么(?:单位|部门|机构))(?:家|来|负责)?(?:主办|主编|编|发|出|办|印)|主办(?:单位|方|者|部门|机构|的?是谁)"
    r"|(?:主办|主编|编印|编辑|出版|发行|印发|发布|刊发)(?:单位|方|部门|机构)?的?是?(?:谁|哪)"
    r"|(?:编印|编辑|出版|发行|印发|发布|刊发)(?:单位|方|部门|机构)|who publish",
    re.I,
)
ISSUE_NAME = re.compile(rf"(?:第{NUMERAL}(?:-{NUMERAL})?期?|\d+期)的?(?:里面?|中|上|当中)?")
QUOTES = re.compile("[“”]")
SPEAKING = re.compile(
    r"提到|提及|涉及|报道|刊登|刊发|刊载|登载|介绍|写到?|讲到?|说到?|谈到?|关注|出现|出自|来自|见于|有没有|是否|有无|关于|有关|相关|跟|提|首次|第一次|哪"
)
WHICH = re.compile(r"最[新早初近]|newest|latest|earliest|first")
WHICH_ISSUE = re.compile(r"第几期|是几期|哪一?期|期号|第多少期")
COVERAGE = re.compile(
    r"收录了?(?:的|时间|日期)*(?:范围|哪些|哪几)|从(?:什么时候|哪天|哪年|哪一?期|何时)|时间(?:范围|跨度|区间)|起止|更新到|截[止至]|最新到|(?:覆盖|涵盖)了?哪"
)
ALL_ISSUES = re.compile(r"(?:[各历往]|所有|全部|每一?)(?:个|的)?期")
HOLDINGS = re.compile(r"资料|材料|数据库|知识库|收录|文档")
NAME = re.compile(r"(?:简报|通报|刊物|期刊|内刊|杂志)的?(?:全名|全称|名字|名称|叫|名)")
LENGTH = re.compile(r"(?:篇幅|字数|内容)?最([长短])的?|(?:篇幅|字数)最([多少大小])")
FREQUENCY = re.compile(
    r"(?:多久|多长时间|几天|几个?月|隔多久)(?:出|发|办|印|更新|推出|刊发)*(?:一|1)?(?:期|次|份|本|刊)|周期|频率|频次|间隔|(?:月|周|半月|双月|季)刊"
)
EXISTS = re.compile(r"有没有|有无|是否有?|(?:有|收录|收|找到|查到)了?.*(?:吗|没有|没|么)[?]?$")
FIRST = re.compile(r"最早|最先|首次|第一次|最初|一开始")
LAST = re.compile(r"最近一?次?|最后|最新|上一?次")
SAY = r"(?:讲|说|写|谈|聊|报道|介绍|讨论|论述|探讨|反映|关注|刊发|涉及)"
DIGEST = re.compile(
    rf"总结|概括|概述|概况|介绍|摘要|提要|归纳|综述|综合|梳理|简介|概要|要点|重点|看点|亮点|热点|焦点|干货|精华|梗概|大意|大概|小结|提炼|浓缩|盘点|速览|回顾|主题|话题|议题|过一?遍|捋"
    rf"|主要(?:内容|{SAY}|有什么|是什么)|{SAY}(?:了|的|到|过|是|论)*(?:些|哪些|几件|哪几件|一些)?(?:什么|啥|哪些|何)|有?(?:哪些|什么|几件|哪几件)(?:大?事|要闻|大事)|summar",
    re.I,
)
TITLE = re.compile(r"题目|标题|篇名|文题|叫什么|名字|名称")
CONTENTS = re.compile(
    rf"(?:哪些|什么|啥|哪几[篇条则个]?){ARTICLE_WORD}?|目录|标题|题目|篇目|列出|列一下|罗列|列举|一览|清单|列表|哪[一个]?(?:篇|条|则)|contents|articles",
    re.I,
)
MANY_DIGESTED = 24
MANY_LISTED = 80
MANY_DATED = 40
MONTH_DAYS = 30
