"""The filters beside the question: compact controls, and what is set in words."""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import gradio as gr

from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.types import Issue
from ftz_qa.web import texts
from ftz_qa.web.render import escape

_HERE = Path(__file__).parent
_LONGEST_NUMBER = 9
# What a handler returns: new values or updates by component.
Updates = dict[Any, Any]


class FilterBar:
    """Controls for issues, dates and a section; what is set lives in `filters`, a `gr.State`."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.filters = gr.State(UNFILTERED)
        # Which of the form's changes was taken up last.
        self.turn = gr.State(0)
        with gr.Row(elem_id="filter-bar"):
            self.controls = gr.HTML(
                controls_html(issues, UNFILTERED),
                elem_id="filters",
                js_on_load=(_HERE / "filters.js").read_text(encoding="utf-8"),
            )
            self.applied = gr.HTML(applied_html(UNFILTERED), elem_id="applied")

    @property
    def components(self) -> list[Any]:
        """Whatever `shown` changes."""
        return [self.filters, self.controls, self.applied]

    def connect(self) -> None:
        """Take up what is set."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

        def limit(known: int, event: gr.EventData) -> Updates:
            turn = event.turn if isinstance(event.turn, int) else 0
            if turn < known:
                return cast("Updates", gr.skip())
            filters = read_filters(event.fields if isinstance(event.fields, dict) else {})
            return {self.filters: filters, self.turn: turn, self.applied: applied_html(filters, turn)}

        # Several fields may change before the first is answered, and none of them may be dropped. Each tells all of
        # them, so that the latest is right, whatever is answered first.
        out = [self.filters, self.turn, self.applied]
        self.controls.limit(limit, self.turn, out, trigger_mode="multiple", **private)

    def shown(self, issues: Sequence[Issue], filters: Filters) -> Updates:
        """The controls for these issues, set to these filters."""
        return {
            self.filters: filters,
            self.controls: controls_html(issues, filters),
            self.applied: applied_html(filters),
        }


def read_filters(fields: Mapping[str, object]) -> Filters:
    """The filters that a form's fields name; what cannot be read limits nothing, ends in the wrong order are turned."""
    given = {name: value.strip() for name, value in fields.items() if isinstance(value, str)}
    first, last = _number(given.get("first", "")), _number(given.get("last", ""))
    if first is not None and last is not None and first > last:
        first, last = last, first
    since, until = _date(given.get("since", "")), _date(given.get("until", ""))
    if since is not None and until is not None and since > until:
        since, until = until, since
    section = given.get("section", "")
    return Filters(first, last, since, until, (section,) if section else ())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def controls_html(issues: Sequence[Issue], filters: Filters) -> str:
    """A button that opens a small form, whose fields are checked by `read_filters`."""
    numbers = [issue.number for issue in issues if issue.number is not None]
    dates = [issue.date for issue in issues if issue.date is not None]
    sections = dict.fromkeys(s.title for issue in reversed(issues) for s in issue.sections if s.title)
    return (
        f'<details class="filters"><summary>{texts.FILTERS}</summary><form autocomplete="off">'
        f"{_numbers(numbers, filters)}{_dates(dates, filters)}{_sections(list(sections), filters)}"
        f'<p class="deeds"><button type="button" class="unlimit">{texts.CLEAR_FILTERS}</button>'
        f'<button type="submit" class="primary">{texts.CLOSE}</button></p></form></details>'
    )


def _numbers(numbers: Sequence[int], filters: Filters) -> str:
    low, high = (min(numbers), max(numbers)) if numbers else (0, 0)

    def field(name: str, label: str, hint: int, value: int | None) -> str:
        return (
            f'<input type="number" name="{name}" aria-label="{label}" min="0" max="{"9" * _LONGEST_NUMBER}" step="1" '
            f'placeholder="{hint}" value="{"" if value is None else value}">'
        )

    return (
        f"<fieldset><legend>{texts.FILTER_ISSUES}</legend>"
        f"{field('first', texts.FIRST_ISSUE, low, filters.first_issue)}{texts.TO}"
        f"{field('last', texts.LAST_ISSUE, high, filters.last_issue)}</fieldset>"
    )


def _dates(dates: Sequence[dt.date], filters: Filters) -> str:
    bounds = f' min="{min(dates)}" max="{max(dates)}"' if dates else ""

    def field(name: str, label: str, value: dt.date | None) -> str:
        return f'<input type="date" name="{name}" aria-label="{label}"{bounds} value="{value or ""}">'

    return (
        f"<fieldset><legend>{texts.FILTER_DATES}</legend>{field('since', texts.FIRST_DATE, filters.first_date)}"
        f"{texts.TO}{field('until', texts.LAST_DATE, filters.last_date)}</fieldset>"
    )


def _sections(titles: Sequence[str], filters: Filters) -> str:
    chosen = filters.sections[0] if filters.sections else ""
    options = "".join(
        f'<option value="{escape(title)}"{" selected" if title == chosen else ""}>{escape(title)}</option>'
        for title in titles
    )
    return (
        f'<label>{texts.FILTER_SECTION}<select name="section"><option value="">{texts.ANY_SECTION}</option>'
        f"{options}</select></label>"
    )


def applied_html(filters: Filters, turn: int = 0) -> str:
    """What is set, with a button that clears it; what is asked with no filters set searches everything.

    Parameters
    ----------
    turn
        Which of the form's changes this is.
    """
    notes = filters.notes()
    if not notes:
        return f'<p class="applied" data-turn="{turn}">{texts.NO_FILTERS}</p>'
    return (
        f'<p class="applied set" role="status" data-turn="{turn}">{escape("；".join(notes))}'
        f'<button type="button" class="unlimit">{texts.CLEAR_FILTERS}</button></p>'
    )
