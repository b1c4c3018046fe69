"""Prompt templates: Markdown files that a non-programmer can read and change."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from langchain_core.prompts import PromptTemplate

from ftz_qa.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

_VERSION = re.compile(r"\A\s*<!--\s*版本[:：]\s*(.*?)\s*-->\s*", re.S)
_ANGLES = str.maketrans("<>", "＜＞")


def load_prompt(folder: Path, name: str, placeholders: AbstractSet[str]) -> PromptTemplate:
    """Read ``<folder>/<name>.md`` as a template.

    A comment ``<!-- 版本：2 -->`` at its top is not sent; the version is kept in the template's metadata, which traces
    show, beside a digest of the text that is sent.

    Parameters
    ----------
    placeholders
        The names in braces that it has to hold, neither more nor fewer.

    Raises
    ------
    InputError
        The file cannot be read or its placeholders are others; the message names the file and what is wrong.
    """
    path = folder / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
        version = _VERSION.match(text)
        text = text[version.end() :] if version else text
        template = PromptTemplate.from_template(text)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"无法读取提示词 {path}：{error}。请检查 FTZ_QA_PROMPTS_DIR") from error
    except ValueError as error:
        raise InputError(f"提示词 {path} 中的花括号不成对：{error}") from error
    found = set(template.input_variables)
    if found != placeholders:
        wanted = "、".join(f"{{{placeholder}}}" for placeholder in sorted(placeholders))
        actual = "、".join(f"{{{placeholder}}}" for placeholder in sorted(found)) or "无"
        raise InputError(f"提示词 {path} 应含占位符 {wanted}，实有 {actual}")
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    template.metadata = {"prompt": name, "version": version[1] if version else "", "digest": digest}
    return template


def prompt_version(template: PromptTemplate) -> str:
    """``answer 2 (1a2b3c4d)``: name, version and digest of a loaded prompt."""
    known = template.metadata or {}
    return f"{known.get('prompt', '')} {known.get('version', '')} ({known.get('digest', '')})"


def fenced(text: str) -> str:
    """Text that cannot close the fence around it: data between ``<tags>`` has no angle brackets of its own."""
    return text.translate(_ANGLES)
