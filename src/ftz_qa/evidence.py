"""What a language model is shown of the bulletins: numbered passages, fenced as data, within a budget of tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.passages import passage_label
from ftz_qa.prompts import fenced
from ftz_qa.terms import tokens_of
from ftz_qa.text import split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Passage

_BRACKETED = re.compile(r"\[(\d+)\]")
_WIDE = re.compile(r"[^\x00-\x7f]")
_LATIN_CHARS = 3
GAP = "……"
"""Stands where sentences of a passage were left out."""


def token_bound(text: str) -> int:
    """About how many tokens a text has at most: one for each Chinese character, one for three others.

    The tokenizers of models made for Chinese need a third less, so this leaves some room.
    """
    wide = len(_WIDE.findall(text))
    return wide + -(-(len(text) - wide) // _LATIN_CHARS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages shown, in the order of their numbers from 1, and how they are shown."""

    passages: tuple[Passage, ...]
    text: str


def evidence_for(question: str, passages: Sequence[Passage], budget: int) -> Evidence:
    """The passages that fit, best first; of the first that does not fit, the sentences nearest to the question.

    Parameters
    ----------
    passages
        Best first.
    budget
        In tokens, by `token_bound`.
    """
    shown: list[Passage] = []
    blocks: list[str] = []
    for passage in passages:
        head = f"[{len(shown) + 1}] {_data(passage_label(passage))} 《{_data(passage.article.title)}》\n"
        room = budget - token_bound(head) - 1
        text = passage.text if token_bound(passage.text) <= room else _cut(question, passage.text, room)
        if not text.strip(GAP):
            break
        block = head + _data(text)
        shown.append(passage)
        blocks.append(block)
        budget -= token_bound(block) + 1
        if len(text) < len(passage.text):
            break
    return Evidence(tuple(shown), "\n\n".join(blocks))


def _cut(question: str, text: str, room: int) -> str:
    """Whole sentences of a text, those that share most words with the question first, in the order of the text."""
    asked = tokens_of(question)
    spans = split_sentences(text)
    sentences = [text[span.start : span.end] for span in spans]
    order = sorted(range(len(spans)), key=lambda n: -len(asked & tokens_of(sentences[n])))
    kept: set[int] = set()
    for n in order:
        cost = token_bound(sentences[n]) + 2 * token_bound(GAP)
        if cost <= room:
            kept.add(n)
            room -= cost
    parts: list[str] = []
    for n in sorted(kept):
        if n and n - 1 not in kept:
            parts.append(GAP)
        parts.append(sentences[n])
    if kept and max(kept) < len(spans) - 1:
        parts.append(GAP)
    return "".join(parts)


def _data(text: str) -> str:
    """Text that can neither close its fence nor pass for a marker."""
    return fenced(_BRACKETED.sub(r"〔\1〕", text))
