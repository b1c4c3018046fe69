"""Two evaluations of the same questions: what got better, what got worse, and whether chance explains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.stats import binomtest

from ftz_qa.errors import InputError
from ftz_qa.evaluation_wording import LABELS

if TYPE_CHECKING:
    from ftz_qa.evaluation_report import ItemRecord, Report

GUARDED = ("accuracy", "refusal_f1", "citation_recall")
"""The figures that must not fall."""

_ASPECTS = ("right", "cited", "brief")
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A figure in both evaluations, each None where it has no case."""

    name: str
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A question whose answer changed for better or worse.

    Attributes
    ----------
    gained, lost
        Of ``right``, ``cited`` and ``brief``, as in `Outcome`, those that came to be true, or ceased to be.
    """

    old: ItemRecord
    new: ItemRecord
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two evaluations of the same questions differ in.

    Attributes
    ----------
    changes
        Every figure over all questions.
    better, worse
        The questions that changed; one that both gained and lost something is among the worse ones.
    fixed, broken
        How many questions came to be answered rightly, and wrongly.
    p_value
        Of the exact McNemar test: how likely a division of these questions as uneven as this is by chance.
    """

    changes: tuple[Change, ...]
    better: tuple[ItemChange, ...]
    worse: tuple[ItemChange, ...]
    fixed: int
    broken: int
    p_value: float

    def regressions(self, tolerance: float) -> list[Change]:
        """The guarded figures that fell by more than `tolerance` percentage points.

        A figure that has lost all of its cases counts as fallen to 0.
        """
        return [
            change
            for change in self.changes
            if change.name in GUARDED
            and change.old is not None
            and 100 * (change.old - (change.new or 0.0)) > tolerance + 1e-9
        ]


def compare(old: Report, new: Report) -> Comparison:
    """Compare two reports question by question.

    Raises
    ------
    InputError
        They are not about the same questions; the message names some of those that differ.
    """
    pairs = _pairs(old, new)
    before, after = old.figures["all"], new.figures["all"]
    changes = tuple(
        Change(name, before[name].value if name in before else None, after[name].value if name in after else None)
        for name in LABELS
        if name in before or name in after
    )
    moved = [_moved(one, other) for one, other in pairs]
    fixed = sum(other.right and not one.right for one, other in pairs)
    broken = sum(one.right and not other.right for one, other in pairs)
    p_value = float(binomtest(fixed, fixed + broken).pvalue) if fixed + broken else 1.0
    return Comparison(
        changes=changes,
        better=tuple(item for item in moved if item.gained and not item.lost),
        worse=tuple(item for item in moved if item.lost),
        fixed=fixed,
        broken=broken,
        p_value=p_value,
    )


def _moved(old: ItemRecord, new: ItemRecord) -> ItemChange:
    values = [(aspect, getattr(old, aspect), getattr(new, aspect)) for aspect in _ASPECTS]
    return ItemChange(
        old,
        new,
        tuple(aspect for aspect, before, after in values if before is False and after),
        tuple(aspect for aspect, before, after in values if before and after is False),
    )


def _pairs(old: Report, new: Report) -> list[tuple[ItemRecord, ItemRecord]]:
    """The records of each question, side by side."""
    before, after = ({item.id: item for item in report.items} for report in (old, new))
    edited = [i for i in before if i in after and before[i].digest != after[i].digest]
    differences = [
        ("只在前一份中", [i for i in before if i not in after]),
        ("只在后一份中", [i for i in after if i not in before]),
        ("内容不同", edited),
    ]
    said = [f"{len(ids)} 题{name}（{_some(ids)}）" for name, ids in differences if ids]
    if said:
        raise InputError(f"两份报告的问题不同，不能比较：{'，'.join(said)}。请用同样的问题集和 --split 重新评测")
    return [(before[i], after[i]) for i in before]


def _some(ids: list[str]) -> str:
    return "、".join(ids[:_NAMED]) + ("等" if len(ids) > _NAMED else "")
