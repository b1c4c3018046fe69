"""What staff read of figures over time: the tab of data, and the table under an answer."""

from __future__ import annotations

TAB = "数据"
TITLE = "通报中的数据"
HINT = (
    "从已收录的通报中摘出的数据：指标、时间写明的才列入，计划、估计和说不清的不列。点列名排序，点“原文”看出处的句子。"
)
SEARCH = "筛选"
SEARCH_PLACEHOLDER = "指标、地区、期号等，空格隔开"
DOWNLOAD = "下载 CSV（{count} 条）"
COLUMNS = ("指标", "数值", "同比", "时间", "地区或单位", "出处")
ISSUE = "第{number}期"
SOURCE = "原文"
WHOLE = "全文"
EMPTY = "没有符合条件的数据。"
MORE = "共 {count} 条，只显示前 {shown} 条；下载的 CSV 里是全部。"
CHANGE = "{change}%"
SERIES = "“{measure}”历次通报"
PLOT = "{measure}（{unit}）随时间的变化，{count} 个数值"
EXCEPT = "单位：{unit}"
