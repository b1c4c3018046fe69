"""The report of an evaluation as one page that needs nothing from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ftz_qa import evaluation_texts as texts
from ftz_qa import evaluation_wording as wording
from ftz_qa.evaluation_report import wrong_items
from ftz_qa.metrics import COLUMNS
from ftz_qa.svg_plots import reliability_plot, risk_plot

if TYPE_CHECKING:
    from ftz_qa.evaluation_report import Report


def page(report: Report, *, show_reported: bool = False) -> str:
    """The whole report; `show_reported` also shows what went wrong with questions kept for reporting.

    The template escapes whatever is put into it, but for the plots, which are numbers and our own words.
    """
    shown, hidden = wrong_items(report, show_reported=show_reported)
    environment = Environment(
        loader=PackageLoader("ftz_qa", "data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("evaluation.html").render(
        report=report,
        shown=shown,
        hidden=hidden,
        columns=COLUMNS,
        wording=wording,
        texts=texts,
        plots=_plots(report),
    )


def _plots(report: Report) -> list[Markup]:
    plots = []
    if report.reliability is not None:
        names = (texts.RELIABILITY_PLOT, texts.CONFIDENCE_AXIS, texts.ANSWERABLE_AXIS)
        plots.append(reliability_plot(report.reliability.bins, *names))
    if report.risk_coverage is not None:
        names = (texts.RISK_PLOT, texts.COVERAGE_AXIS, texts.RISK_AXIS)
        plots.append(risk_plot(report.risk_coverage.points, *names))
    return [Markup(plot) for plot in plots]
