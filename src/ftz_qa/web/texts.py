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

# Server
STARTED = "自贸动态问答已启动：{address}（按 Ctrl-C 停止）"
STARTED_EVERYWHERE = "自贸动态问答已启动：{address}，同一网络内可用本机的 IP 地址访问（按 Ctrl-C 停止）"
SERVER_STOPPED = "自贸动态问答已停止。"
PORT_IN_USE = "端口 {port} 已被占用：请用 --port 换一个端口，或先停止占用它的程序。"
PORT_RANGE = "端口 {port} 不存在：请用 --port 给出 1 到 65535 之间的端口。"
PORT_FORBIDDEN = "没有权限使用端口 {port}：请用 --port 换一个 1024 以上的端口。"
HOST_UNUSABLE = "无法在 {host}:{port} 上启动（{reason}）：请用 --host 写明本机的地址，例如 127.0.0.1。"
