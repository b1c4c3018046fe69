"""Every word of the page that staff read, in one place."""

from __future__ import annotations

TITLE = "自贸动态问答"
TAGLINE = "逐句注明出处的通报问答"

# What is indexed
COUNTS = "共{issues}期{articles}篇"
NOTHING_INDEXED = "尚未收录任何通报"
ONE_ISSUE = "第{number}期"
ISSUE_RANGE = "第{first}—{last}期"

# Chat
CHAT_LABEL = "问答记录"
WELCOME = "请就已收录的通报提问"
WELCOME_DETAIL = "回答逐句注明出处，点击编号 [1] 可查看原文；通报中没有的内容会如实说明。"
EXAMPLES_LABEL = "可以这样问"
QUESTION_LABEL = "问题"
QUESTION_PLACEHOLDER = "输入问题，按回车键发送"
SEND = "发送"
STOP = "停止"
NEW_CONVERSATION = "新对话"
WAITING = "正在检索"
ANSWERING = "正在作答"
STOPPED = "已停止"
REFUSED = "未找到"
FAILED = "未能作答"
TOO_LONG = "问题共{length}字，超过{limit}字的上限，请缩短后再发送。"
UNEXPECTED = "系统出错，这个问题没有答成。请重试；若一再出现，请告知维护人员查看运行日志。"
MODES = {
    "extractive": "摘自原文",
    "structure": "据通报目录",
    "llm": "由大模型据所引原文撰写，请核对出处",
}

# Sources
SOURCES = "出处"
SOURCES_HINT = "回答引用的原文会列在这里。"
LEADS = "未用于回答的相近文章"
NO_SOURCES = "这个回答没有可列出的出处。"
SERIES = "《{series}》"
ARTICLE = "（{number}）{title}"
BACK = "回到回答"
GLOSS = "（{meaning}）"
MEANS = "原文写作“{word}”，指{meaning}"

# Tabs and signing in
CHAT_TAB = "问答"
MAINTENANCE = "维护"
MAINTAINER = "维护人员"
ACCOUNT = "账户"
PASSWORD = "密码"
TOKEN = "维护口令"
TOKEN_HINT = "口令在启动网页的终端里，每次启动都不同。"
SIGN_IN = "登录"
SIGN_OUT = "退出维护"
CANCEL = "取消"
SIGN_IN_TITLE = "维护人员登录"
SIGN_IN_FIRST = "请先登录：没有登录，或登录已过期（请点右上角“退出维护”后重新登录）。没有改动任何内容。"
SIGN_IN_UNREACHABLE = "登录没有成功，请检查网络后重试。"
SIGN_IN_BUSY = "正在登录的人较多，请稍后再试。"
BAD_SIGN_IN = "登录请求的格式不对。"
WRONG_PASSWORD = "账户或密码不对。"
WRONG_TOKEN = "维护口令不对。"
TOO_MANY_FAILURES = "连续 {failures} 次没有登录成功，请等 {wait} 秒后再试。"
NO_ACCOUNTS = "账户文件 {path} 中没有账户，请先运行 ftz-qa account 名称"
TOKEN_PRINTED = "维护口令：{token}"

# Maintenance
UPLOAD_TITLE = "加入通报"
UPLOAD_LABEL = "选择或拖入通报文件，一次最多 {count} 个"
UPLOAD_LENGTH = "上传请求没有写明长度。"
UPLOAD_TOO_LARGE = "上传的文件共超过 {limit} MB，请分几次上传。"
UPLOAD_GONE = "上传的文件不见了，请重新上传。"
TOO_MANY_FILES = "一次上传了 {count} 个文件，最多 {limit} 个，请分几次上传。"
FILE_TOO_LARGE = "文件超过 {limit} MB 上限"
APPLY = "应用"
DISCARD = "放弃"
DISCARDED = "已放弃这次上传，索引没有改动。"
PLAN_TITLE = "将有以下变化（尚未应用）"
REPORT_TITLE = "结果"
NOTHING_TO_APPLY = "没有可以应用的变化。"
STARTING = "正在准备"
STAGES = {"读取": "读取文件", "嵌入": "嵌入段落", "词频": "统计词频", "写入": "写入索引"}
STAGE_PROGRESS = "{stage} {done}/{total}"
FILE_COLUMNS = ("文件", "结果", "通报", "说明")
KINDS = {"added": "新增", "changed": "更新", "removed": "移除", "unchanged": "未变", "failed": "失败"}
ARTICLE_KINDS = {"added": "新增", "changed": "更改", "removed": "删去", "unchanged": "未变"}
ARTICLE_COUNT = "{kind} {count} 篇"
NO_NUMBER = "（无期号）"
WARNING = "提示：{warning}"
UNCHANGED_NOTE = "与已收录的相同"
UNTAKEN = "同一期采用了另一个文件"
PLAN_TOTAL = "新增 {added} 期，更新 {changed} 期，未变 {unchanged} 期，失败 {failed} 个文件。"
APPLIED = (
    "索引已更新（{build}）：共 {issues} 期 {articles} 篇 {passages} 段，本次新嵌入 {embedded} 段。"
    "问答从下一个问题起使用它。"
)
UNCHANGED_INDEX = "索引没有变化（{build}）。"
RETIRED = "旧文件已移到通报目录下的 .retired 文件夹：{names}"
ISSUES_TITLE = "收录的通报"
ISSUE_LABEL = "选择一期"
ISSUE_CHOICE = "《{series}》{number}  {date}  {articles} 篇  {source}"
NO_DATE = "无日期"
REMOVE = "移除"
REMOVE_QUESTION = "确认从索引中移除{issue}？通报文件会移到 .retired 文件夹，不会删除；索引可以用下面的版本恢复。"
REMOVE_CONFIRM = "确认移除"
CHOOSE_ISSUE = "请先选择要移除的一期。"
ISSUE_GONE = "这一期已不在索引中，列表已刷新。"
BUILDS_TITLE = "索引的版本"
BUILD_LABEL = "选择要恢复的版本"
BUILD_COLUMNS = ("版本", "建立时间", "收录", "状态")
BUILD_CHOICE = "{build}  {created}  {contents}"
BUILD_CONTENTS = ((" 期", "issue_count"), (" 篇", "article_count"), (" 段", "passage_count"))
TIME_UNKNOWN = "时间不明"
CONTENTS_UNKNOWN = "内容不明"
BUILD_CURRENT = "当前"
BUILD_WHOLE = "完好"
BUILD_DAMAGED = "已损坏：{problem}"
ROLL_BACK = "恢复"
ROLLED_BACK = "已恢复版本 {build}，问答从下一个问题起使用它。原来的版本仍在，可以再换回去。"
CHOOSE_BUILD = "请先选择要恢复的版本。"
NO_BUILDS = "还没有任何版本。"
UNEXPECTED_UPKEEP = "系统出错，这次操作没有完成。请重试；若一再出现，请查看运行日志。"

# Server
STARTED = "自贸动态问答已启动：{address}（按 Ctrl-C 停止）"
STARTED_EVERYWHERE = "自贸动态问答已启动：{address}，同一网络内可用本机的 IP 地址访问（按 Ctrl-C 停止）"
SERVER_STOPPED = "自贸动态问答已停止。"
PORT_IN_USE = "端口 {port} 已被占用：请用 --port 换一个端口，或先停止占用它的程序。"
PORT_RANGE = "端口 {port} 不存在：请用 --port 给出 1 到 65535 之间的端口。"
PORT_FORBIDDEN = "没有权限使用端口 {port}：请用 --port 换一个 1024 以上的端口。"
HOST_UNUSABLE = "无法在 {host}:{port} 上启动（{reason}）：请用 --host 写明本机的地址，例如 127.0.0.1。"
