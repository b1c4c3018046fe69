"""Relevance judgements and rankings in TREC form, so that trec_eval or ranx can recompute the retrieval figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.evaluation import Outcome

RUN_NAME = "ftz_qa"


def document_id(issue: int | None, article: int) -> str:
    """``issue-239/article-3``; issues without a number are ``issue-none``."""
    return f"issue-{'none' if issue is None else issue}/article-{article}"


def qrels(outcomes: Sequence[Outcome]) -> str:
    """Lines ``question 0 document 1``: the gold articles of the questions that have any."""
    return "".join(
        f"{o.item.id} 0 {document_id(gold.issue, gold.article)} 1\n"
        for o in outcomes
        for gold in dict.fromkeys(o.item.gold)
    )


def run(outcomes: Sequence[Outcome]) -> str:
    """Lines ``question Q0 document rank score ftz_qa``, for the questions that have gold articles.

    The score is the reciprocal rank: trec_eval orders by score, and two articles must not share one.
    """
    return "".join(
        f"{o.item.id} Q0 {document_id(*pair)} {rank} {1 / rank:.6f} {RUN_NAME}\n"
        for o in outcomes
        if o.item.gold
        for rank, pair in enumerate(o.retrieved, start=1)
    )
