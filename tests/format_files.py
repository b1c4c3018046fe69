"""One issue of a bulletin written in every format that can be read, by the programs and libraries that write them."""

from __future__ import annotations

import html
import io
import zipfile
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

    from ftz_qa.types import Article, Issue

Docx: TypeAlias = Any
"""A document of python-docx or an element of lxml, which come without useful types."""

STYLE = """
body { font-family: 'Noto Serif CJK SC', serif; font-size: 16pt; line-height: 1.75; }
h1, .masthead { text-align: center; font-size: 22pt; margin: 0 }
.masthead { font-size: 16pt }
h2 { text-align: center; font-size: 18pt; margin: 0 }
h3 { font-size: 16pt; margin: 0; text-indent: 2em; }
p { margin: 0; text-indent: 2em; text-align: justify; }
table { border-collapse: collapse; width: 100%; } td, th { border: 1px solid black; font-size: 12pt; padding: 2px 4px; }
"""
FOOT = "<div style='font-size:10pt;width:100%;text-align:center'>"
TABLE = (
    ("口岸", "列数（列）", "同比"),
    ("雁口铁路口岸", "641", "16%"),
    ("青屿港口岸", "1,208", "-3.5%"),
)
TABLE_ROWS = ("口岸：雁口铁路口岸；列数：641列；同比：16%。", "口岸：青屿港口岸；列数：1,208列；同比：-3.5%。")


def paragraphs(article: Article) -> list[tuple[str, bool]]:
    """The paragraphs of an article, each with whether it is an inner heading."""
    headings = {span.start for span in article.headings}
    found, position = [], 0
    for line in article.body.split("\n"):
        found.append((line, position in headings))
        position += len(line) + 1
    return found


def masthead(issue: Issue) -> list[str]:
    return [line for line in issue.masthead.split("\n") if line.strip()]


def with_sections(issue: Issue) -> Iterator[tuple[str, Article]]:
    """Each article, with the heading of its section where that begins."""
    before = ""
    for article in issue.articles:
        yield (article.section.heading if article.section.heading != before else ""), article
        before = article.section.heading


def write_plain(issue: Issue) -> str:
    parts = masthead(issue)
    for section, article in with_sections(issue):
        parts += [section] if section else []
        parts += [article.heading, *(line for line, _ in paragraphs(article))]
    return "\n\n".join(parts) + "\n"


def write_markdown(issue: Issue) -> str:
    first, *rest = masthead(issue)
    parts = [f"# {first}", *rest]
    for section, article in with_sections(issue):
        parts += [f"## {section}"] if section else []
        parts += [f"### {article.heading}"]
        parts += [f"#### {line}" if heading else line for line, heading in paragraphs(article)]
    return "\n\n".join(parts) + "\n"


def write_html(issue: Issue, table: str = "") -> str:
    first, *rest = (html.escape(line) for line in masthead(issue))
    parts = [f"<h1>{first}</h1>", *(f"<p class=masthead style='text-indent:0'>{line}</p>" for line in rest)]
    for section, article in with_sections(issue):
        parts += [f"<h2>{html.escape(section)}</h2>"] if section else []
        parts += [f"<h3>{html.escape(article.heading)}</h3>"]
        for line, heading in paragraphs(article):
            parts.append(f"<p{' class=inner' if heading else ''}>{html.escape(line)}</p>")
        parts, table = [*parts, table], ""
    body = "\n".join(parts)
    return (
        "<!DOCTYPE html><html lang=zh-CN><head><meta charset=utf-8><title>自贸动态</title>"
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )


def html_table(rows: Sequence[Sequence[str]], caption: str = "") -> str:
    cells = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
    title = f"<p class=masthead style='text-indent:0'>{caption}</p>" if caption else ""
    return title + "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def write_pdf(browser: Browser, page_source: str, *, header: str = "自贸动态（示例）　第305期") -> bytes:
    """Print a page as chromium does, with a running head and page numbers."""
    page = browser.new_page()
    page.set_content(page_source)
    data = page.pdf(
        format="A4",
        margin={"top": "30mm", "bottom": "30mm", "left": "28mm", "right": "26mm"},
        display_header_footer=True,
        header_template=f"{FOOT}{header}</div>",
        footer_template=f"{FOOT}— <span class=pageNumber></span> —</div>",
    )
    page.close()
    return data


def write_docx(issue: Issue, *, generated: bool = False) -> Docx:
    """A Word document; with ``generated`` the numbers of sections and articles are left to Word."""
    import docx

    document = docx.Document()
    numbers = (
        add_lists(document, ("chineseCounting", "%1、"), ("chineseCountingThousand", "（%1）")) if generated else []
    )
    document.add_heading(masthead(issue)[0], 0)
    for line in masthead(issue)[1:]:
        document.add_paragraph(line)
    for section, article in with_sections(issue):
        if section and generated:
            numbered(document.add_paragraph(article.section.title), numbers[0])
        elif section:
            document.add_paragraph(section)
        if generated:
            numbered(document.add_paragraph(article.title), numbers[1])
        else:
            document.add_paragraph(article.heading)
        for line, heading in paragraphs(article):
            document.add_paragraph(line, "Heading 3" if heading else None)
    section_properties = document.sections[0]
    section_properties.header.paragraphs[0].text = "自贸动态（示例）第305期"
    section_properties.footer.paragraphs[0].text = "— 1 —"
    return document


def saved(document: Docx) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def add_lists(document: Docx, *forms: tuple[str, str]) -> list[int]:
    """Lists of one level each; gives their ``numId``."""
    return [add_list(document, f"<w:lvl w:ilvl='0'>{level_xml(form, text)}</w:lvl>") for form, text in forms]


def level_xml(form: str, text: str, more: str = "", start: int = 1) -> str:
    return f"<w:start w:val='{start}'/><w:numFmt w:val='{form}'/>{more}<w:lvlText w:val='{text}'/>"


def add_list(document: Docx, levels: str, overrides: str = "", abstract: int | None = None) -> int:
    """Add a ``w:num``, and its ``w:abstractNum`` unless one is given; gives the ``numId``."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    root = document.part.numbering_part.element
    number = 900 + len(root)
    if abstract is None:
        abstract = number
        xml = f"<w:abstractNum {nsdecls('w')} w:abstractNumId='{abstract}'>{levels}</w:abstractNum>"
        root.insert(0, parse_xml(xml))
    xml = f"<w:num {nsdecls('w')} w:numId='{number}'><w:abstractNumId w:val='{abstract}'/>{overrides}</w:num>"
    root.append(parse_xml(xml))
    return number


def numbered(paragraph: Docx, list_id: int, level: int = 0) -> Docx:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = list_id
    return paragraph


OFD_ROOT = """<?xml version="1.0" encoding="UTF-8"?>
<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo/>
<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"""


def write_ofd(pages: Sequence[Sequence[tuple[float, float, str]]], size: float = 5.0) -> bytes:
    """An OFD file of lines placed on pages: left and baseline in millimetres, and text.

    Lines are cut into several objects, given in an order of no meaning, as programs do.
    """
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    document = (
        '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:CommonData><ofd:PageArea>'
        f"<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>"
        "</ofd:Document>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("OFD.xml", OFD_ROOT)
        package.writestr("Doc_0/Document.xml", document)
        for n, lines in enumerate(pages):
            objects = [text for line in lines for text in _text_objects(line, size)]
            package.writestr(
                f"Doc_0/Pages/Page_{n}/Content.xml",
                '<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content><ofd:Layer>'
                + "".join(reversed(objects))
                + "</ofd:Layer></ofd:Content></ofd:Page>",
            )
    return file.getvalue()


def _text_objects(line: tuple[float, float, str], size: float) -> Iterator[str]:
    left, base, text = line
    for start in range(0, len(text), 12):
        piece = text[start : start + 12]
        widths = [size if ord(char) > 0xFF else size / 2 for char in piece]
        delta = f' DeltaX="{" ".join(map(str, widths[:-1]))}"' if len(piece) > 1 else ""
        yield (
            f'<ofd:TextObject Boundary="{left} {base - size} {sum(widths)} {size * 1.2}" '
            f'Size="{size}" Font="1"><ofd:TextCode X="0" Y="{size}"{delta}>{html.escape(piece)}</ofd:TextCode>'
            "</ofd:TextObject>"
        )
        left += sum(widths)


def ofd_lines(issue: Issue, width: int = 30, per_page: int = 24) -> list[list[tuple[float, float, str]]]:
    """An issue set as official papers are: indented paragraphs in lines of one width, a head and a number a page."""
    lines: list[tuple[float, str]] = [((width - len(line)) / 2, line) for line in masthead(issue)]
    for section, article in with_sections(issue):
        lines += [((width - len(section)) / 2, section)] if section else []
        for text in (article.heading, *(line for line, _ in paragraphs(article))):
            at = 2.0
            for piece in _broken(text, width - 2.0, float(width)):
                lines.append((at, piece))
                at = 0.0
    pages = []
    for n, start in enumerate(range(0, len(lines), per_page), start=1):
        rows = enumerate(lines[start : start + per_page])
        printed = [(30 + 5.0 * at, 40 + 9.0 * row, text) for row, (at, text) in rows]
        pages.append([(80.0, 20.0, "自贸动态（示例）第305期"), *printed, (100.0, 280.0, f"— {n} —")])
    return pages


def _broken(text: str, first: float, width: float) -> Iterator[str]:
    """A paragraph broken into lines of a width in full characters."""
    piece, room = "", first
    for char in text:
        size = 1.0 if ord(char) > 0xFF else 0.5
        if room < size:
            yield piece
            piece, room = "", width
        piece += char
        room -= size
    yield piece


def save(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
