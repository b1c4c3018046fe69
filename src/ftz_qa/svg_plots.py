"""Two small plots as inline SVG: they need nothing from outside, and no plotting library."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.calibration import Bin, RiskPoint

_SIZE, _LEFT, _TOP, _RIGHT, _BOTTOM = 300, 52, 12, 14, 44
_TICKS = 5


def reliability_plot(bins: Sequence[Bin], title: str, across: str, up: str) -> str:
    """Confidence against truth: a dot for each bin, its area by the bin's count, beside the diagonal."""
    most = max(bin_.count for bin_ in bins)
    parts = [f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>']
    parts.append(_line([(b.confidence, b.answerable) for b in bins]))
    for b in bins:
        radius = 3 + 7 * (b.count / most) ** 0.5
        tip = f"{b.low:.1f}–{b.high:.1f}：{b.count}，{100 * b.confidence:.1f} % / {100 * b.answerable:.1f} %"
        dot = f'<circle cx="{_x(b.confidence)}" cy="{_y(b.answerable)}" r="{radius:.1f}">'
        parts.append(f"{dot}<title>{html.escape(tip)}</title></circle>")
    return _framed("".join(parts), title, across, up, 1.0)


def risk_plot(points: Sequence[RiskPoint], title: str, across: str, up: str) -> str:
    """Risk against coverage, as a line."""
    top = next(bound for bound in (0.1, 0.2, 0.5, 1.0) if max(point.risk for point in points) <= bound)
    line = [(point.coverage, point.risk / top) for point in points]
    dot = f'<circle cx="{_x(line[-1][0])}" cy="{_y(line[-1][1])}" r="4"/>'
    return _framed(_line(line) + dot, title, across, up, top)


def _x(share: float) -> str:
    return f"{_LEFT + share * _SIZE:.1f}"


def _y(share: float) -> str:
    return f"{_TOP + (1 - share) * _SIZE:.1f}"


def _line(points: Sequence[tuple[float, float]]) -> str:
    return f'<polyline points="{" ".join(f"{_x(x)},{_y(y)}" for x, y in points)}"/>'


def _framed(inner: str, title: str, across: str, up: str, top: float) -> str:
    """The plot with axes in per cent; `top` is the share at the upper end of the vertical one."""
    width, height = _LEFT + _SIZE + _RIGHT, _TOP + _SIZE + _BOTTOM
    middle = f"{_TOP + _SIZE / 2:.0f}"
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{html.escape(title)}</title>{''.join(_grid(top))}{inner}"
        f'<text class="axis" x="{_LEFT + _SIZE / 2:.0f}" y="{height - 6}">{html.escape(across)}（%）</text>'
        f'<text class="axis" x="14" y="{middle}" transform="rotate(-90 14 {middle})">{html.escape(up)}（%）</text>'
        "</svg>"
    )


def _grid(top: float) -> Iterator[str]:
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        yield f'<line class="grid" x1="{_x(share)}" y1="{_y(0)}" x2="{_x(share)}" y2="{_y(1)}"/>'
        yield f'<line class="grid" x1="{_x(0)}" y1="{_y(share)}" x2="{_x(1)}" y2="{_y(share)}"/>'
        yield f'<text class="tick" x="{_x(share)}" y="{_TOP + _SIZE + 16}">{100 * share:.0f}</text>'
        yield f'<text class="tick up" x="{_LEFT - 8}" y="{_y(share)}">{100 * share * top:.0f}</text>'
