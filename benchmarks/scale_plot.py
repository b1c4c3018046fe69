"""How cost grows with the number of issues, as a drawing that needs no plotting library."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_WIDTH, _HEIGHT = 760, 430
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 190, 40, 60


def write_plot(
    path: Path, measured: Sequence[Mapping[str, float | str]], drawn: Sequence[tuple[str, str, str]]
) -> None:
    """Draw every curve as a multiple of its value at the smallest size, both axes logarithmic.

    Parameters
    ----------
    measured
        At least two sizes, the smallest first, as `scale.measure` returns them.
    drawn
        Name, name of the figure and colour of each curve.
    """
    sizes = [float(figures["issues"]) for figures in measured]
    curves = [
        (name, [float(figures[key]) / float(measured[0][key]) for figures in measured], colour)
        for name, key, colour in drawn
    ]
    curves.insert(0, ("通报期数", [size / sizes[0] for size in sizes], "#888888"))
    top = max(max(values) for _, values, _ in curves)
    bottom = min(min(values) for _, values, _ in curves)
    low, high = math.floor(math.log10(bottom)), math.ceil(math.log10(top))

    def across(size: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])

    def down(value: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (math.log10(value) - low) / (high - low)

    drawing = ElementTree.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "font-family": "sans-serif"},
    )
    ElementTree.SubElement(drawing, "rect", {"width": str(_WIDTH), "height": str(_HEIGHT), "fill": "#ffffff"})
    for power in range(low, high + 1):
        _line(drawing, [(_LEFT, down(10.0**power)), (_WIDTH - _RIGHT, down(10.0**power))], "#dddddd", 1)
        _label(drawing, _LEFT - 8, down(10.0**power) + 4, f"×{10.0**power:g}", "end")
    for size in sizes:
        _line(drawing, [(across(size), _TOP), (across(size), _HEIGHT - _BOTTOM)], "#dddddd", 1)
        _label(drawing, across(size), _HEIGHT - _BOTTOM + 20, f"{size:,.0f}", "middle")
    _label(drawing, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 16, "通报期数", "middle")
    _label(drawing, _LEFT, _TOP - 16, f"相对于 {sizes[0]:,.0f} 期时的倍数", "start")
    for _, values, colour in curves:
        points = [(across(size), down(value)) for size, value in zip(sizes, values, strict=True)]
        _line(drawing, points, colour, 2)
        for x, y in points:
            ElementTree.SubElement(drawing, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "3", "fill": colour})
    for y, (name, values, colour) in zip(_apart([down(values[-1]) for _, values, _ in curves]), curves, strict=True):
        _label(drawing, _WIDTH - _RIGHT + 10, y + 4, f"{name} ×{values[-1]:.3g}", "start", colour)
    ElementTree.indent(drawing)
    path.write_text(ElementTree.tostring(drawing, encoding="unicode") + "\n", encoding="utf-8")


def _apart(heights: Sequence[float], gap: float = 16) -> list[float]:
    """The heights, those too near to each other moved down, in the order given."""
    placed = [0.0] * len(heights)
    last = -gap
    for i in sorted(range(len(heights)), key=lambda i: heights[i]):
        placed[i] = last = max(heights[i], last + gap)
    return placed


def _line(drawing: ElementTree.Element, points: Sequence[tuple[float, float]], colour: str, width: int) -> None:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    ElementTree.SubElement(
        drawing, "polyline", {"points": places, "fill": "none", "stroke": colour, "stroke-width": str(width)}
    )


def _label(drawing: ElementTree.Element, x: float, y: float, text: str, anchor: str, colour: str = "#333333") -> None:
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-size": "13", "fill": colour}
    ElementTree.SubElement(drawing, "text", attributes).text = text
