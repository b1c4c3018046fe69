"""Figures → HTML: the rows of the tab, and the table and plot under an answer. All text is data and is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ftz_qa.text import normalize, tidy
from ftz_qa.web import ledger_texts as texts
from ftz_qa.web.render import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.ledger import Figure
    from ftz_qa.ledger_series import Series

MAX_ROWS = 500
CSV_PATH = "ledger.csv"
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 520, 170, 58, 40, 22, 26
_SCALES = ((1e8, "亿"), (1e4, "万"), (1.0, ""))


def matching(figures: Sequence[Figure], search: str) -> list[Figure]:
    """The figures whose row holds every word that is looked for."""
    words = [normalize(word) for word in search.split()]
    return [figure for figure in figures if all(word in _searched(figure) for word in words)]


def _searched(figure: Figure) -> str:
    issue = figure.issue
    name = texts.ISSUE.format(number=issue.number) if issue.number is not None else issue.source
    parts = [figure.measure, figure.printed, str(figure.period), figure.place, name, figure.article.title]
    return normalize("\n".join(parts))


def ledger_html(figures: Sequence[Figure], search: str = "") -> str:
    """The table of the figures that are looked for, with the way to download them."""
    found = matching(figures, search)
    if not found:
        return f'<p class="hint">{texts.EMPTY}</p>'
    head = "".join(f'<th scope="col"><button type="button">{name}</button></th>' for name in texts.COLUMNS[:-1])
    rows = "".join(_row(figure) for figure in found[:MAX_ROWS])
    more = texts.MORE.format(count=len(found), shown=MAX_ROWS) if len(found) > MAX_ROWS else ""
    link = f"{CSV_PATH}?{urlencode({'search': search})}"
    return (
        f'<p class="ledger-tools"><a href="{escape(link)}" download="ledger.csv">'
        f"{texts.DOWNLOAD.format(count=len(found))}</a><span>{more}</span></p>"
        f'<div class="ledger-scroll" tabindex="0" role="region" aria-label="{texts.TITLE}"><table class="ledger">'
        f'<thead><tr>{head}<th scope="col">{texts.COLUMNS[-1]}</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(figure: Figure) -> str:
    change = "" if figure.change is None else texts.CHANGE.format(change=f"{figure.change:+g}")
    order = "" if figure.change is None else f"{figure.change:g}"
    cells = (
        (figure.measure, figure.measure),
        (f"{figure.value:.15g}", figure.printed),
        (order, change),
        (figure.period.end.isoformat(), str(figure.period)),
        (figure.place, figure.place),
    )
    shown = "".join(f'<td data-order="{escape(key)}">{escape(text)}</td>' for key, text in cells)
    return f"<tr>{shown}<td>{_source(figure)}</td></tr>"


def _source(figure: Figure) -> str:
    sentence = tidy(figure.article.body[figure.span.start : figure.span.end])
    return (
        f"<details><summary>{escape(_where(figure))} {texts.SOURCE}</summary>"
        f'<q>{escape(sentence)}</q> <a href="{escape(article_link(figure))}">{texts.WHOLE}</a></details>'
    )


def _where(figure: Figure) -> str:
    number = figure.issue.number
    return texts.ISSUE.format(number=number) if number is not None else figure.issue.source


def article_link(figure: Figure) -> str:
    """The permanent address of the article that a figure stands in, and of its sentence."""
    place = {"issue": figure.issue.number, "article": figure.article.number, "at": figure.span.start}
    return f"?{urlencode({key: value for key, value in place.items() if value is not None})}"


def series_html(series: Series) -> str:
    """A small table with a line plot, for under an answer."""
    title = texts.SERIES.format(measure=f"{series.place}{series.measure}")
    rows = "".join(
        f"<tr><td>{escape(str(figure.period))}</td><td>{escape(figure.printed)}</td>"
        f"<td>{'' if figure.change is None else escape(texts.CHANGE.format(change=f'{figure.change:+g}'))}</td>"
        f'<td><a href="{escape(article_link(figure))}" title="{escape(tidy(figure.article.title))}">'
        f"{escape(_where(figure))}</a></td></tr>"
        for figure in series.figures
    )
    names = (texts.COLUMNS[3], texts.COLUMNS[1], texts.COLUMNS[2], texts.COLUMNS[5])
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        f'<div class="series"><table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{_plot(series)}</div>"
    )


def _plot(series: Series) -> str:
    """Values over the ends of their periods; the axis of values begins at zero, so that heights compare."""
    figures = series.figures
    top = max(figure.value for figure in figures) or 1.0
    first, last = figures[0].period.end.toordinal(), figures[-1].period.end.toordinal()
    scale, prefix = next((size, name) for size, name in _SCALES if top >= size or size == 1.0)

    def across(figure: Figure) -> float:
        share = (figure.period.end.toordinal() - first) / max(last - first, 1)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return _TOP + (1 - value / top) * (_HEIGHT - _TOP - _BOTTOM)

    points = " ".join(f"{across(figure):.1f},{up(figure.value):.1f}" for figure in figures)
    dots = "".join(
        f'<circle cx="{across(f):.1f}" cy="{up(f.value):.1f}" r="3"></circle>'
        f'<text x="{across(f):.1f}" y="{up(f.value) - 7:.1f}" text-anchor="middle">{f.value / scale:g}</text>'
        f'<text x="{across(f):.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{f.period.end:%y-%m}</text>'
        for f in figures
    )
    unit = f"{prefix}{series.unit}"
    label = texts.PLOT.format(measure=series.measure, unit=unit, count=len(figures))
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}">'
        f'<line class="axis" x1="{_LEFT - 20}" y1="{up(0):.1f}" x2="{_WIDTH - 10}" y2="{up(0):.1f}"></line>'
        f'<text x="4" y="14">{escape(texts.EXCEPT.format(unit=unit))}</text>'
        f'<polyline points="{points}"></polyline>{dots}</svg>'
    )
