"""What people read who have to sign in, or to wait."""

from __future__ import annotations

TITLE = "登录 · 自贸动态问答"
HEADING = "自贸动态问答"
HINT = "请用管理员分配的账户登录。"
FAILED = "登录没有成功，请检查网络后重试。"
SIGN_IN_FIRST = "请先登录。"
NEEDS_ACCOUNTS = (
    "在 {host} 上提供服务时需要登录，但没有账户：请先运行 ftz-qa account 名称 --file accounts.toml"
    "（只提问的加 --staff），再设 FTZ_QA_ACCOUNTS_FILE=accounts.toml；只供本机使用时用 --host 127.0.0.1"
)
TOO_OFTEN = "提问太频繁：每分钟最多 {limit} 个问题，请 {wait} 秒后再试。"
AHEAD = "正在排队，前面还有 {count} 个问题。"
NEXT = "正在排队，下一个就是您的问题。"
