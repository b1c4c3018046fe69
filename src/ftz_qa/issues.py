"""Text to Issue: masthead, sections and articles of one bulletin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError
from ftz_qa.layout import ends_sentence, glue, is_open, printed_width, read_lines, read_mark
from ftz_qa.loaders import load_text
from ftz_qa.masthead import find_imprint, read_masthead, skip_contents
from ftz_qa.outline import find_outline
from ftz_qa.paragraphs import detect_layout, mend
from ftz_qa.types import Article, Issue, Section, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ftz_qa.inner_headings import PageLayout
    from ftz_qa.layout import Line
    from ftz_qa.masthead import Masthead
    from ftz_qa.outline import Opening, Outline
    from ftz_qa.paragraphs import Paragraph

_NO_SECTION = Section(0, "", "")
_EXPECTED = "一期动态应有报头（刊名、“第239期”、“主办：…”、日期），其后是“一、…”的板块和“（一）…”的文章标题"
_STYLE_NAMES = {
    "dun": "“一、”",
    "paren": "“（一）”",
    "arabic": "“1.”",
    "arabic_paren": "“（1）”",
    "ordinal": "“第一条”",
    "part": "“第一部分”",
}


def read_issue(path: Path) -> Issue:
    """Read a bulletin file; `load_text` and `parse_issue` in one."""
    return parse_issue(load_text(path), path.name)


def parse_issue(text: str, source: str) -> Issue:
    """Read the text of a bulletin.

    No character but blanks is lost between the text and masthead, section headings, article headings and bodies, put
    one after the other. The exceptions are each told in a warning: page numbers, ruled lines, running heads and the
    imprint at the end are left out (the warning quotes them), an introduction between a section and its first article
    goes to that article's body, and Markdown marks and control characters go.

    Parameters
    ----------
    source
        Name of the file, for messages and `Issue.source`.

    Raises
    ------
    BulletinError
        There is no article, or neither number, date nor publisher above the first one.
    """
    lines, dropped, invisible = read_lines(text)
    warnings = _dropped_warnings(dropped, invisible)
    contents = skip_contents(lines)
    outline = _outline(lines[contents[1] :], source)
    if not any(opening.role == "article" for opening in outline.openings):
        where = f"第 {lines[0].number} 行“{_short(lines[0].text)}”起" if lines else "全文"
        raise BulletinError(f"{source}：{where}没有文章标题，不像一期动态。{_EXPECTED}。请检查文件内容")
    top = contents[1] + outline.openings[0].line
    last = contents[1] + outline.openings[-1].line + 1
    imprint = lines[last + find_imprint(lines[last:]) :]
    if imprint:
        warnings.append(f"第 {imprint[0].number} 行起是报尾，未收入文章：{_quote(imprint)}")
        lines = lines[: -len(imprint)]
    masthead = read_masthead(
        [line.text for line in lines[: contents[0] if contents[1] else top]], [line.text for line in imprint]
    )
    if masthead.number is None and masthead.date is None and not masthead.publisher:
        first = lines[top]
        raise BulletinError(
            f"{source}：第 {first.number} 行“{_short(first.text)}”之前没有报头，不像一期动态。"
            f"{_EXPECTED}。请补上报头后重试"
        )
    reader = _ArticleReader(lines[contents[1] :], outline, masthead)
    sections, articles = reader.read()
    return Issue(
        series=masthead.series,
        number=masthead.number,
        date=masthead.date,
        publisher=masthead.publisher,
        masthead="\n".join(line.text for line in lines[:top]),
        sections=sections,
        articles=articles,
        source=source,
        warnings=(*masthead.warnings, *warnings, *_style_warnings(outline, lines[contents[1] :]), *reader.warnings),
    )


def _outline(lines: Sequence[Line], source: str) -> Outline:
    try:
        return find_outline(lines)
    except ValueError as error:
        raise BulletinError(
            f"{source}：全文有 {error} 行以编号开头，不像一期动态。{_EXPECTED}。请检查文件内容"
        ) from error


def _dropped_warnings(dropped: Sequence[Line], invisible: int) -> list[str]:
    warnings = []
    if dropped:
        warnings.append(f"第 {dropped[0].number} 行等 {len(dropped)} 行是页码或分隔线，已略去：{_quote(dropped)}")
    if invisible:
        warnings.append(f"已去掉 {invisible} 个控制字符或不可见字符")
    return warnings


def _style_warnings(outline: Outline, lines: Sequence[Line]) -> list[str]:
    warnings = []
    if outline.article_style not in (None, "paren"):
        name = _STYLE_NAMES[outline.article_style or "paren"]
        warnings.append(f"文章标题用{name}编号，不是“（一）”，已按文章读取")
    if outline.section_style == "part" and any(o.role == "section" for o in outline.openings):
        warnings.append("板块标题用“第一部分”编号，不是“一、”，已按板块读取")
    if any(o.role == "article" and lines[o.line].text.startswith("(") for o in outline.openings):
        warnings.append("文章编号有半角括号，已按“（一）”读取")
    if any(lines[o.line].marked for o in outline.openings):
        warnings.append("标题有 Markdown 标记，已去掉")
    return warnings


def _quote(lines: Sequence[Line]) -> str:
    return " / ".join(line.text for line in lines)


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:24] + "…"


@dataclass(slots=True)
class _ArticleReader:
    """Walks down the openings and makes sections and articles of the lines between them."""

    lines: Sequence[Line]
    outline: Outline
    masthead: Masthead
    warnings: list[str] = field(default_factory=list)
    layout: PageLayout = field(init=False)
    printed: int = 0
    renumbered: bool = False
    spaced: bool = False

    def __post_init__(self) -> None:
        """Learn from all lines below the masthead how they are set."""
        openings = self.outline.openings
        headings = {opening.line for opening in openings}
        self.layout = detect_layout(
            [line for i, line in enumerate(self.lines) if i >= openings[0].line and i not in headings]
        )
        below = [self.lines[i + 1].after_gap for i in headings if i + 1 < len(self.lines)]
        self.spaced = sum(below) * 2 >= len(below)

    def read(self) -> tuple[tuple[Section, ...], tuple[Article, ...]]:
        """All sections and articles, in order."""
        sections: list[Section] = []
        articles: list[Article] = []
        introduction: Sequence[Line] = ()
        openings = self.outline.openings
        ends = [*(opening.line for opening in openings[1:]), len(self.lines)]
        for opening, end in zip(openings, ends, strict=True):
            if opening.role == "section":
                sections.append(self._section(opening, sections[-1].number if sections else 0))
                introduction = self._introduction(opening, end)
                continue
            section = sections[-1] if sections else _NO_SECTION
            number = self._number(opening, articles[-1] if articles else None, section)
            articles.append(self._article(opening, end, section, number, introduction))
            introduction = ()
        if not sections:
            self.warnings.append("没有“一、…”这样的板块标题，各篇文章不分板块")
        return tuple(sections), tuple(articles)

    def _section(self, opening: Opening, before: int) -> Section:
        line = self.lines[opening.line]
        if not opening.number:
            self.warnings.append(f"第 {line.number} 行“{line.text}”没有编号，当作第 {before + 1} 个板块")
        elif opening.number != before + 1:
            self.warnings.append(f"第 {line.number} 行板块编号“{_short(line.text)}”与前面的板块不连续，请核对")
        return Section(opening.number or before + 1, line.text[opening.mark_size :].strip(), line.text)

    def _introduction(self, opening: Opening, end: int) -> Sequence[Line]:
        lines = self.lines[opening.line + 1 : end]
        if lines:
            self.warnings.append(
                f"第 {lines[0].number} 行起是板块与首篇文章之间的文字，收入首篇正文：{_short(lines[0].text)}"
            )
        return lines

    def _number(self, opening: Opening, before: Article | None, section: Section) -> int:
        """The printed number as long as numbers count up; then on from the last one."""
        printed, last = opening.number, before.number if before else 0
        if self.renumbered:
            self.printed, expected = printed, self.printed + 1
        else:
            self.printed, expected = printed, last + 1
        if printed == expected:
            return last + 1
        where = f"第 {self.lines[opening.line].number} 行文章编号“{_short(self.lines[opening.line].text)}”"
        if not self.renumbered and last < printed <= last + 5:
            self.warnings.append(f"{where}与前一篇不连续，可能有文章标题缺失，请核对")
            return printed
        self.renumbered = True
        restarts = printed == 1 and before is not None and before.section is not section
        why = "在板块内从头编起" if restarts else "与前一篇不连续"
        self.warnings.append(f"{where}{why}，全期连续编号为第 {last + 1} 篇")
        return last + 1

    def _article(
        self, opening: Opening, end: int, section: Section, number: int, introduction: Sequence[Line]
    ) -> Article:
        title_end = self._title_end(opening, end)
        printed = [line.text for line in self.lines[opening.line : title_end]]
        heading = printed[0]
        for text in printed[1:]:
            heading = glue(heading, text)
        title = heading[opening.mark_size :].strip()
        if len(printed) > 1:
            line = self.lines[opening.line].number
            self.warnings.append(f"第 {line} 行文章标题印成 {len(printed)} 行，合并为“{title}”")
        paragraphs = mend([*introduction, *self._text_lines(title_end, end)], self.layout)
        if not paragraphs:
            self.warnings.append(f"第 {self.lines[opening.line].number} 行“{_short(heading)}”之下没有正文")
        body, headings = _body(paragraphs)
        return Article(number, title, heading, section, body, headings)

    def _title_end(self, opening: Opening, end: int) -> int:
        """Position after the last line of a title."""
        heading = self.lines[opening.line].text
        bare = len(heading) <= opening.mark_size
        i = opening.line + 1
        while i < min(end - (0 if bare else 1), opening.line + 3) and self._title_goes_on(heading, bare, i):
            heading = glue(heading, self.lines[i].text)
            bare = False
            i += 1
        return i

    def _title_goes_on(self, heading: str, bare: bool, i: int) -> bool:
        line, before = self.lines[i], self.lines[i - 1]
        if read_mark(line.text) or line.marked or ends_sentence(line.text) or printed_width(line.text) > 40:
            return False
        if bare or is_open(heading) or heading.endswith(("，", "、")) or line.text.startswith("——"):
            return True
        below = self.lines[i + 1]
        if not line.after_gap and below.after_gap and self.layout.wrap is None and self.spaced:
            return True
        full = self.layout.wrap is not None and printed_width(before.text) >= self.layout.wrap - 3
        return full and self.layout.indents and not line.indented and below.indented

    def _text_lines(self, start: int, end: int) -> list[Line]:
        """The lines of a text without running heads (series and number, printed again on each page)."""
        name = "".join(self.masthead.series.split())
        number = f"第{self.masthead.number}期"
        heads = {name, number, name + number, f"《{name}》", f"《{name}》{number}"}
        lines = self.lines[start:end]
        running = [line for line in lines if len(line.text) <= 60 and "".join(line.text.split()) in heads]
        if running:
            self.warnings.append(f"第 {running[0].number} 行等 {len(running)} 行是页眉，已略去：{_quote(running)}")
        return [line for line in lines if line not in running]


def _body(paragraphs: Sequence[Paragraph]) -> tuple[str, tuple[Span, ...]]:
    headings: list[Span] = []
    position = 0
    for paragraph in paragraphs:
        if paragraph.is_heading:
            headings.append(Span(position, position + len(paragraph.text)))
        position += len(paragraph.text) + 1
    return "\n".join(paragraph.text for paragraph in paragraphs), tuple(headings)
