"""Words that mean the same where something is confirmed or denied, and how staff say what bulletins write."""

from __future__ import annotations

import re

_SAME = (
    ("动工", "开工", "破土", "破土动工", "开建"),
    ("投用", "启用", "投入使用", "投入运营", "运营", "投运", "开通"),
    ("开行", "开通", "首发", "首航", "发车"),
    ("投产", "投入生产"),
    ("签署", "签订", "签约", "签了", "已签", "未签"),
    ("举行", "举办", "召开", "开过"),
    ("建成", "完工", "竣工", "建好", "落成", "完成", "办结"),
    ("获得", "取得", "拿到", "获批", "获"),
    ("批复", "批准", "获批", "授信"),
    ("确定", "敲定", "商定", "选定"),
    ("收费", "交费", "缴费", "收钱", "费用"),
    ("增长", "上升", "提高", "增加"),
    ("下降", "减少", "降低", "下跌"),
    ("实施", "施行", "生效"),
    ("试点", "试行", "试用"),
    ("外国", "境外", "国外", "海外"),
    ("设立", "成立", "建立", "设置", "组建"),
    ("落地", "落户"),
    ("出席", "参加", "参会", "到会"),
    ("购买", "购置", "采购"),
    ("超过", "突破", "高于", "多于", "超"),
    ("到账", "到位", "到资", "汇入"),
    ("发生", "出现", "造成", "产生"),
    ("出台", "印发", "发布", "公布"),
    ("获评", "评为", "入选"),
)
# What staff say, and the word of bulletins in its place; the rest of a question is left as it is.
_SPOKEN = (
    (r"批下来|(?<![一首分大整小每])批了", "批复"),
    (r"定下来|定好(?=了|没)|(?<![规约预签确决指制固])定了", "确定"),
    (r"(?:做|干|弄|搞|改|建)完", "完成"),
    (r"办完|办下来|办好(?=了|没)", "办结"),
    (r"用上(?=了|没)|用起来", "启用"),
    (r"(?:开|跑|发|飞)(?:出来|起来)", "开行"),
    (r"签下来|签(?=了|过|没|好)", "签署"),
    (r"(?<=[房寓楼船])(?:交了|交房)", "交付"),
    (r"(?<=[会展赛坛节])(?:办|开)(?=过|了|没)", "举办"),
    (r"(?<=[则法案策准单例定划引])出来(?=了|没)", "出台"),
    (r"评上", "获评"),
    (r"要不要钱|收不收[钱费]", "要不要缴费"),
    (r"(?<!不)(?:掏|花|要|交|收)钱|(?:交|付|缴)费", "缴费"),
    (r"(?<=\d)亿(?=了|吗|没)", "亿元"),
)


def as_written(text: str) -> str:
    """A normalised question with the words of bulletins in the place of what staff say (``批下来`` → ``批复``)."""
    for spoken, written in _SPOKEN:
        text = re.sub(spoken, written, text)
    return text


def holds(text: str, word: str) -> bool:
    """Whether a text holds a word or one that means the same."""
    return any(form in text for form in forms(word))


def forms(word: str) -> tuple[str, ...]:
    """A word and those that mean the same."""
    return tuple(dict.fromkeys([word, *(form for group in _SAME if word in group for form in group)]))
