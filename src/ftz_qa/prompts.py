"""Prompt templates: Markdown files that a non-programmer can read and change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.prompts import PromptTemplate

from ftz_qa.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path


def load_prompt(folder: Path, name: str, placeholders: AbstractSet[str]) -> PromptTemplate:
    """Read ``<folder>/<name>.md`` as a template.

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
        template = PromptTemplate.from_template(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"无法读取提示词 {path}：{error}。请检查 FTZ_QA_PROMPTS_DIR") from error
    except ValueError as error:
        raise InputError(f"提示词 {path} 中的花括号不成对：{error}") from error
    found = set(template.input_variables)
    if found != placeholders:
        wanted = "、".join(f"{{{placeholder}}}" for placeholder in sorted(placeholders))
        actual = "、".join(f"{{{placeholder}}}" for placeholder in sorted(found)) or "无"
        raise InputError(f"提示词 {path} 应含占位符 {wanted}，实有 {actual}")
    return template
