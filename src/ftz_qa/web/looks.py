"""Theme, style and scripts of the page; nothing of it comes from another host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

_HERE = Path(__file__).parent
_STYLES = ("style.css", "reading.css", "maintenance.css", "over_time.css")
_SCRIPTS = ("page.js", "following.js", "tips.js", "copying.js")
_SANS = (
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
)
_MONO = ("Consolas", "Menlo", "monospace")


def page_assets() -> dict[str, Any]:
    """Theme, style and script: keyword arguments of `gradio.mount_gradio_app` and of `Blocks.launch`."""
    colors = gr.themes.colors
    theme = gr.themes.Base(
        primary_hue=colors.blue,
        neutral_hue=colors.slate,
        font=[gr.themes.Font(name) for name in _SANS],
        font_mono=[gr.themes.Font(name) for name in _MONO],
    )
    return {
        "theme": theme,
        "css": "".join(_text(name) for name in _STYLES),
        "head": "".join(f"<script>{_text(name)}</script>" for name in _SCRIPTS),
        "favicon_path": str(_HERE / "favicon.svg"),
        "footer_links": [],
    }


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
