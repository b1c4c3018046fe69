"""Line breaks within a paragraph, as Word's Shift+Enter and HTML's ``<br>`` make them."""

from __future__ import annotations

from ftz_qa.layout import breaks_word, is_open, printed_width, read_mark

_WIDEST_TITLE = 120


def soft_lines(text: str) -> list[str]:
    """The lines of a paragraph; a numbered title that is only laid out on several lines is one line."""
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    is_title = len(lines) > 1 and "。" not in text and read_mark(lines[0].strip()) is not None
    if not is_title or printed_width(text) > _WIDEST_TITLE or any(read_mark(line.strip()) for line in lines[1:]):
        return lines
    title = lines[0]
    for line in lines[1:]:
        whole = is_open(title) or breaks_word(title, line)
        title += ("" if whole else " ") + line.strip()
    return [title]
