"""What visitors and maintainers read of opinions on answers."""

from __future__ import annotations

LIKED = "有用"
DISLIKED = "没用"
THANKS_LIKED = "已记录：有用。可以补充说明（不填也行）："
THANKS_DISLIKED = "已记录：没用。请说说哪里不对（不填也行）："
REASON = "说明"
SEND = "提交说明"
CLOSE = "关闭"
NOT_FINISHED = "这个回答没有答完，不能评价。"

REFRESH = "刷新"
TITLE = "对回答的评价"
HINT = "评价连同问题、回答、出处和索引版本一起保存。选一条可以加入评测集，格式见 docs/evaluation.md。"
NONE = "还没有评价。"
COLUMNS = ("编号", "时间", "评价", "问题", "说明", "回答", "版本", "评测集")
IN_SET = "已加入"
EXPORT = "导出全部评价（JSONL）"
EXPORT_ITEMS = "导出评测集（JSONL）"
CHOOSE = "选择一条评价"
CHOICE = "{id} {mark} {question}"
ANSWERABLE = "通报里有答案"
MUST = "正确的回答必须包含（一行一项，几种说法用 / 隔开）"
MUST_NOT = "正确的回答不得包含（一行一项）"
MAKE_ITEM = "加入评测集"
MADE_ITEM = "已加入评测集："
GONE = "这条评价已不存在。"
NO_ITEM = "不能加入评测集：{reason}"
CHOOSE_FIRST = "请先选择一条评价。"
AUDIT = "维护记录"
AUDIT_COLUMNS = ("时间", "人员", "操作", "内容")
NO_AUDIT = "还没有记录。"
ACTIONS = {
    "apply": "收录通报",
    "remove": "移除通报",
    "rollback": "恢复版本",
    "item": "加入评测集",
    "export": "导出评价",
    "sign-in": "登录",
    "sign-out": "退出",
    "token-create": "发放令牌",
    "token-revoke": "收回令牌",
}

WRITINGS = "大模型作答"
WRITINGS_COLUMNS = ("", "近7天", "近28天")
NO_WRITINGS = "近28天没有请大模型作答。"
OUTCOMES = {"kept": "采用（逐句核对过）", "silent": "未采用：认为原文没有直接回答"}
FALLBACK = "未采用：{reason}"
COUNTS = {
    "repaired": "请它改正的句子",
    "replaced": "换成原文的句子",
    "dropped": "略去的句子",
    "unverified": "标明“未核实”的句子",
    "read": "读入的词元",
    "written": "写出的词元",
}
