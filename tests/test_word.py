"""What Word prints of a document: numbers that it generates, changes that are tracked, breaks, boxes, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from format_files import Docx, add_list, level_xml, numbered, save, saved
from ftz_qa.loaders import load_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def document() -> Docx:
    return docx.Document()


def lines(folder: Path, document: Docx) -> list[str]:
    return load_text(save(folder, "a.docx", saved(document))).split("\n\n")


def level(index: int, form: str, text: str, more: str = "", start: int = 1) -> str:
    return f"<w:lvl w:ilvl='{index}'>{level_xml(form, text, more, start)}</w:lvl>"


def add_xml(document: Docx, inner: str) -> None:
    """Add a paragraph that holds some XML."""
    document.add_paragraph()._p.extend(list(parse_xml(f"<w:p {nsdecls('w', 'wp', 'a')}>{inner}</w:p>")))


def run(text: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_levels_count_up_and_begin_anew_below_a_higher_one(tmp_path: Path, document: Docx) -> None:
    levels = level(0, "chineseCounting", "%1、") + level(1, "chineseCountingThousand", "（%2）")
    listed = add_list(document, levels + level(2, "decimal", "%1.%2.%3", "<w:isLgl/>"))
    for text, at in (("甲", 0), ("乙", 1), ("丙", 1), ("丁", 2), ("戊", 0), ("己", 1), ("庚", 2)):
        numbered(document.add_paragraph(text), listed, at)
    expected = ["一、甲", "（一）乙", "（二）丙", "1.2.1 丁", "二、戊", "（一）己", "2.1.1 庚"]
    assert lines(tmp_path, document) == expected


def test_articles_may_count_on_through_the_sections(tmp_path: Path, document: Docx) -> None:
    levels = level(0, "chineseCounting", "%1、")
    levels += level(1, "chineseCounting", "（%2）", "<w:lvlRestart w:val='0'/>")
    listed = add_list(document, levels)
    for text, at in (("甲", 0), ("乙", 1), ("丙", 1), ("丁", 0), ("戊", 1)):
        numbered(document.add_paragraph(text), listed, at)
    assert lines(tmp_path, document) == ["一、甲", "（一）乙", "（二）丙", "二、丁", "（三）戊"]


def test_lists_of_one_abstract_count_on_unless_they_start_over(tmp_path: Path, document: Docx) -> None:
    first = add_list(document, level(0, "decimal", "%1.", start=3))
    on = add_list(document, "", abstract=first)
    over = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='7'/></w:lvlOverride>"
    anew = add_list(document, "", over, abstract=first)
    for text, listed in (("甲", first), ("乙", on), ("丙", anew), ("丁", anew), ("戊", first)):
        numbered(document.add_paragraph(text), listed)
    assert lines(tmp_path, document) == ["3.甲", "4.乙", "7.丙", "8.丁", "9.戊"]


def test_a_style_numbers_its_paragraphs_and_those_based_on_it(tmp_path: Path, document: Docx) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    listed = add_list(
        document,
        level(0, "chineseCounting", "%1、", "<w:pStyle w:val='Part'/>")
        + level(1, "chineseCounting", "（%2）", "<w:pStyle w:val='Item'/>"),
    )
    for name in ("Part", "Item"):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = listed
    derived = document.styles.add_style("Derived", WD_STYLE_TYPE.PARAGRAPH)
    derived.base_style = document.styles["Item"]
    for text, name in (("甲", "Part"), ("乙", "Item"), ("丙", "Derived")):
        document.add_paragraph(text, name)
    numbered(document.add_paragraph("丁", "Item"), 0)
    assert lines(tmp_path, document) == ["一、甲", "（一）乙", "（二）丙", "丁"]


def test_tracked_changes_read_as_if_accepted(tmp_path: Path, document: Docx) -> None:
    marks = "w:id='1' w:author='x'"
    deleted = "<w:r><w:delText>5</w:delText></w:r>"
    add_xml(document, f"{run('开行')}<w:ins {marks}>{run('6')}</w:ins><w:del {marks}>{deleted}</w:del>{run('列。')}")
    moved = f"<w:moveFrom {marks}>{run('旧')}</w:moveFrom><w:moveTo {marks}>{run('新')}</w:moveTo>"
    add_xml(document, f"<w:pPr><w:rPr><w:del {marks}/></w:rPr></w:pPr>{moved}{run('前半，')}")
    add_xml(document, run("后半。"))
    assert lines(tmp_path, document) == ["开行6列。", "新前半，后半。"]


def test_fields_links_notes_hidden_and_special_characters(tmp_path: Path, document: Docx) -> None:
    field = "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>DATE</w:instrText></w:r>"
    field += f"<w:r><w:fldChar w:fldCharType='separate'/></w:r>{run('今天')}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>"
    note = "<w:r><w:footnoteReference w:id='2'/></w:r>"
    link = f"<w:hyperlink w:anchor='x'>{run('链接')}</w:hyperlink>"
    special = "<w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t><w:tab/><w:t>C</w:t><w:br w:type='page'/></w:r>"
    add_xml(document, field + hidden + note + link + special)
    assert lines(tmp_path, document) == ["今天链接A-B C"]


def test_soft_breaks_part_lines_but_not_a_title(tmp_path: Path, document: Docx) -> None:
    document.add_paragraph("自贸动态\n第12期")
    document.add_paragraph("（一）前4个月班列开行297列\n单月首破80列")
    document.add_paragraph("（二）二手车出\n口增长")
    assert lines(tmp_path, document) == [
        "自贸动态", "第12期", "（一）前4个月班列开行297列 单月首破80列", "（二）二手车出口增长",
    ]  # fmt: skip


def test_a_text_box_is_read_once_and_apart(tmp_path: Path, document: Docx) -> None:
    content = f"<w:txbxContent><w:p>{run('第12期')}</w:p></w:txbxContent>"
    compatibility = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = (
        f"<w:r><mc:AlternateContent xmlns:mc='{compatibility}'><mc:Choice Requires='wps'>"
        f"<w:drawing>{content}</w:drawing></mc:Choice><mc:Fallback><w:pict>{content}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    add_xml(document, run("自贸") + box + run("动态"))
    assert lines(tmp_path, document) == ["第12期", "自贸动态"]


def test_content_controls_headings_and_indents_are_seen(tmp_path: Path, document: Docx) -> None:
    inner = f"<w:sdtContent><w:p>{run('在控件里。')}</w:p></w:sdtContent>"
    document.element.body.insert(0, parse_xml(f"<w:sdt {nsdecls('w')}>{inner}</w:sdt>"))
    document.add_heading("通关便捷化", 2)
    document.add_paragraph("缩进的一段。").paragraph_format.first_line_indent = 400_000
    document.sections[0].header.paragraphs[0].text = "页眉"
    assert lines(tmp_path, document) == ["在控件里。", "# 通关便捷化", "　　缩进的一段。"]


def test_a_table_that_only_places_text_is_text(tmp_path: Path, document: Docx) -> None:
    head = document.add_table(1, 2)
    head.cell(0, 0).text, head.cell(0, 1).text = "第12期", "2025年5月15日"
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "（一）题目\n"
    frame.cell(0, 0).add_paragraph("第一段。")
    frame.cell(0, 0).add_paragraph("第二段。")
    assert lines(tmp_path, document) == ["第12期　2025年5月15日", "（一）题目", "第一段。", "第二段。"]


def test_numbers_in_cells_and_deleted_rows(tmp_path: Path, document: Docx) -> None:
    listed = add_list(document, level(0, "decimal", "%1"))
    table = document.add_table(4, 2)
    for r, (a, b) in enumerate((("序号", "企业"), ("", "甲公司"), ("", "乙公司"), ("", "丙公司"))):
        table.cell(r, 0).text, table.cell(r, 1).text = a, b
        if r:
            numbered(table.cell(r, 0).paragraphs[0].insert_paragraph_before("号"), listed)
    table.rows[2]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')} w:id='1' w:author='x'/>"))
    assert lines(tmp_path, document) == ["序号：1 号；企业：甲公司。", "序号：2 号；企业：丙公司。"]
