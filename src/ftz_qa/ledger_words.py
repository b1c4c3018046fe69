"""Words of measures and units that the ledger knows."""

from __future__ import annotations

_UNITS = (
    "辆次|架次|航次|批次|家次|载重吨|人次|艘次|台次|列次|班次|车次|标准箱|标箱|平方公里|平方米|立方米|平米|公里|千米|公斤|千克|千升|公顷|千瓦时|兆瓦时|千瓦|兆瓦|美元|欧元|元|吨"
    "|%|家(?!庭)|项(?!目)|片(?!区)|[列辆台份件艘架箱亩位户场批名人票单柜座套张条只头个例期起宗笔栋所枚把次款篇](?![新内外间体月百价元])"
)
FIGURE = rf"(?P<value>\d+(?:\.\d+)?)(?P<scale>[万亿千百])?(?P<more>[余多])?(?P<unit>{_UNITS})"
"""A figure in a normalised text: groups ``value``, ``scale``, ``more`` and ``unit``."""

GENERIC = frozenset(
    [
        "货值",
        "金额",
        "总值",
        "价值",
        "合同金额",
        "总投资",
        "投资",
        "产值",
        "年产值",
        "面积",
        "总面积",
        "容量",
        "箱量",
        "销售额",
        "收入",
        "重量",
        "数量",
        "总量",
    ]
)
OWNED = frozenset(["产值", "销售额", "收入"])
# Say enough where a place stands in front of them.
WITH_PLACE = frozenset(
    ["成交额", "交易额", "出口额", "进口额", "进出口额", "结算额", "营业收入", "销售收入", "工业产值"]
)

# Of units that say how large a thing is when it stands behind them.
MEASURING = frozenset(
    [
        "吨",
        "公斤",
        "千克",
        "千升",
        "平方米",
        "平米",
        "立方米",
        "平方公里",
        "公里",
        "千米",
        "公顷",
        "亩",
        "元",
        "美元",
        "欧元",
        "千瓦",
        "兆瓦",
        "千瓦时",
        "兆瓦时",
    ]
)
# Units that tell by themselves what is counted, so that a verb is enough (``培训870人``).
TELLING = frozenset(
    [
        "列",
        "列次",
        "标箱",
        "标准箱",
        "吨",
        "载重吨",
        "批次",
        "家次",
        "台次",
        "人",
        "名",
        "人次",
        "架次",
        "辆次",
        "艘次",
        "车次",
        "元",
        "美元",
        "欧元",
        "家",
        "户",
    ]
)
