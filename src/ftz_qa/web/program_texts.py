"""What programs are told, in one place."""

from __future__ import annotations

ASK = "就已收录的通报提一个问题，得到注明出处的回答"
HEALTH = "能否作答，收录了多少"
METRICS = "Prometheus 格式的运行数据"
REFUSED = "true 表示通报里没有答案"
NOT_JSON = "请求应为 JSON（Content-Type: application/json）。"
BAD_REQUEST = "请求不合格式：{place} {reason}"
BUSY = "正在等待回答的问题太多，请稍后再试。"
NO_LENGTH = "请求没有写明长度（Content-Length）。"
TOO_LARGE = "请求超过 {limit} KB。"
MCP_TOOL = "就《自贸动态》等通报提一个问题。回答逐句注明出处；通报里没有的内容会如实说明。"
MCP_QUESTION = "要问的问题，1 到 500 字，中文最好"
MCP_UNKNOWN = "没有名为 {name} 的工具。"
PROGRAM = "程序：{name}"
TOKEN_EXISTS = "“{name}”已有有效的令牌；要换一个，请先用 ftz-qa token revoke 收回"
NO_TOKEN = "没有“{name}”的令牌，已有的见 ftz-qa token list"
