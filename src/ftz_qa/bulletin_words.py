"""The words of which questions about bulletins as such consist, so that what is left of a question is its matter."""

from __future__ import annotations

import re

from ftz_qa.text import tagged_words

NUMERAL = r"[\d零〇一二两三四五六七八九十百千]+"

SECTION_WORD = r"(?:板块|栏目|部分|版块|版面|章节|专栏|大块|栏)"

_THINGS = (
    "自贸动态 示例 通报 简报 动态 刊物 期刊 杂志 内刊 刊 期号 期次 期数 封面 资料 材料 文档 文件 数据库 知识库 资料库 库 系统 索引 文章 文 报道 消息 信息 "
    "稿件 稿子 稿 新闻 条目 标题 题目 题 篇目 篇名 文题 目录 板块 栏目 专栏 栏 部分 版块 版面 章节 篇章 篇 条 则 份 内容 要点 重点 看点 核心 关键 主旨 主线 亮点 热点 焦点 干货 "
    "梗概 大意 大概 概要 提要 摘要 精华 主题 话题 议题 选题 事情 事项 大事 要闻 头条 开篇 首篇 头版 名字 名称 全名 全称 事儿 儿 范围 跨度 区间 年份 月份 日期 时间 时候 主办 "
    "主编 单位 部门 机构 编辑部 主办方 出版方 出版 印发 刊发 发布 出刊 发刊 刊出 编印 编发 编辑 编写 发行 推出 周期 频率 频次 间隔 情况 基本情况 设置 设定 结构 构成 框架 组成 数量 "
    "篇幅 一览 清单 列表 总体 整体 总数 层面 方面 类 大类 板 块 号 月 年 日 天 期 件 个 本 方 段 样"
)
_ASKING = (
    "总结 概括 概述 概况 归纳 综述 综合 梳理 简介 介绍 小结 提炼 浓缩 汇总 盘点 列出 罗列 列举 列一下 列 整理 过一遍 捋一遍 捋 捋一捋 过 遍 复述 回顾 "
    "速览 浏览 看看 看 说说 讲讲 聊聊 聊 谈谈 讲 说 写 谈 登 载 刊载 刊登 登载 收录 收 收进 收集 报道 讨论 谈论 探讨 论述 关注 围绕 反映 涉及 涵盖 覆盖 包括 包含 "
    "包 含 发表 发 出 印 办 主办 编 叫 做 叫做 知道 了解 告诉 问 查 查询 查到 查找 检索 搜索 找 找到 能查到 查得到 想 要 需要 给 给我 发我 发给 帮 帮我 麻烦 请 请问 烦请 劳驾 "
    "拜托 谢谢 多谢 追溯 更新 截止 截至 属于 分 分成 分为 划分 组成 共 合计 加起来 总计 累计 共计 简单 简要 简短 简略 快速 大致 详细 具体 完整 全面 分别 依次 逐篇 逐期 逐条 "
    "给出 提供 展示 显示 生成 输出 打开 翻翻 翻 读 用"
)
_SMALL = (
    "什么 多少 哪些 哪几 哪个 哪天 哪家 家 哪 几 何时 谁 多久 多长 怎么 怎样 如何 啥 啥时候 是不是 是否 有没有 有无 是 的 了 有 在 里 中 上 内 都 一共 总共 吗 呢 吧 嘛 呀 啊 我 我们 咱们 咱 你 你们 "
    "您 它 它们 其 这 那 这个 那个 这些 那些 这里 这儿 那里 这边 此 该 本 每 每一 每个 各 各个 各自 所有 全部 全 整 整个 现在 目前 当前 眼下 手头 手上 一下 一下子 一句话 几句话 两句话 三句话 一句 几句 一段话 字 以内 左右 "
    "和 以及 及 与 跟 到 至 从 自 由 被 把 将 为 来 去 起 止 起止 能 可以 可 能否 能不能 一 第几 上一 下一 前一 后一 最新 最近 最后 末尾 末 开头 打头 头一 头 首 最早 最初 最先 最多 最长 最短 "
    "最少 多 少 大 主要 大体 基本 到底 究竟 还 又 再 也 就 才 只 已 已经 过 下面 里面 当中 其中 上面 之间 之中 起来 出来 一般 通常 平时 常常 历来 一直 以来 迄今 至今 倒数 一次 次 些 点 几件 几个 点儿 "
    "今天 明天 昨天 全文 原文 那块 这块 一块 方 用 对 关于 有关 平均 手里 名叫 最 大约 开始 起初 刚 刚刚 新 老 旧 套 年初 年内 年底 年末 历期 往期 前期 先前 以前 之前 之后 以后 更早 另外 还有 然后 那么 那 好 好的 嗯 哦 请您 帮忙 一遍 一份 一个 第"
)
_WORDS = sorted({*_THINGS.split(), *_ASKING.split(), *_SMALL.split()}, key=len, reverse=True)
_PURPOSE = re.compile(
    r"(?:给|供|向|跟|拿给)(?:领导|同事|大家|处里|科里)[^,]{0,8}?(?:用|看|汇报)[,，]?|(?:汇报|开会|交差)用[,，]?|数据(?=更新|截|最新)"
)
_PHRASES = re.compile(rf"第?{NUMERAL}(?:-{NUMERAL})?[期篇条则]|{'|'.join(word for word in _WORDS if len(word) > 2)}")
"""What tokenizers would cut up or join to its neighbours."""
_SAYING = frozenset("nvaji")
"""Tags of words that say something; a time or a place beside others (``今年``, ``手里``) is left to others."""
_ENGLISH = (
    r"\b(?:issues?|articles?|bulletins?|what|when|who|how|many|are|is|in|the|of|was|were|this|latest|newest|published?|contents?"
    r"|summar\w*|there|no|about|does|do|say|list|titles?)\b|\bno(?=\d)"
)
_VOCABULARY = re.compile(rf"第?{NUMERAL}[期篇条则]|{'|'.join(_WORDS)}|{_ENGLISH}|{NUMERAL}|[\W_]")


def matter_of(text: str) -> str:
    """The words of a normalised question that do not speak of bulletins as such; empty where there is nothing else.

    A single character that is left counts for nothing.
    """
    text = _PHRASES.sub("，", _PURPOSE.sub("", text))
    left = [(word, tag, _VOCABULARY.sub("", word)) for word, tag in tagged_words(text)]
    words = [
        f" {word} " if len(rest) > 1 or (rest and len(word) > 1 and tag[0] in _SAYING) else word if rest else " "
        for word, tag, rest in left
    ]
    # Names that the dictionary does not know come as single characters, one after the other.
    return "".join(run for run in "".join(words).split() if len(run) > 1)
