"""The same issue in every format reads as the same articles, and broken or hostile files are refused by name."""

from __future__ import annotations

import os
import re
import sys
import time
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from conftest import SAMPLE_ISSUES
from format_files import (
    STYLE,
    TABLE,
    TABLE_ROWS,
    html_table,
    ofd_lines,
    save,
    saved,
    write_docx,
    write_html,
    write_markdown,
    write_ofd,
    write_pdf,
    write_plain,
)
from ftz_qa.errors import BulletinError
from ftz_qa.formats import ocr
from ftz_qa.formats.characters import usual_characters
from ftz_qa.formats.number_forms import written_number
from ftz_qa.issues import read_issue
from ftz_qa.loaders import load_text
from ftz_qa.text import parse_int

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

    from ftz_qa.types import Article, Issue

NUMBERS = (301, 303, 305)
CAPTION = "表1 2025年1至4月各口岸中欧班列开行情况"


@pytest.fixture(scope="module", params=NUMBERS)
def issue(request: pytest.FixtureRequest) -> Issue:
    return read_issue(SAMPLE_ISSUES / f"{request.param}.txt")


@pytest.fixture(scope="module")
def one_issue() -> Issue:
    return read_issue(SAMPLE_ISSUES / "305.txt")


@pytest.fixture(scope="module")
def pdf(browser: Browser, one_issue: Issue) -> bytes:
    """Some nine pages with a running head and page numbers."""
    return write_pdf(browser, write_html(one_issue))


def bare(text: str) -> str:
    return "".join(text.split())


def difference(expected: Issue, read: Issue) -> float:
    """Share of characters of the bodies that differ, blanks aside."""
    pairs = [(bare(a.body), bare(b.body)) for a, b in zip(expected.articles, read.articles, strict=True)]
    return sum(Levenshtein.distance(a, b) for a, b in pairs) / sum(len(a) for a, _ in pairs)


def check_same(expected: Issue, read: Issue, *, blanks: bool = True) -> None:
    """Masthead, sections, titles, paragraphs and headings are the same, and so is the text but for 0.5 %."""

    def told(text: str) -> str:
        return text if blanks else bare(text)

    assert difference(expected, read) <= 0.005
    assert read.sections == expected.sections
    assert [told(a.title) for a in read.articles] == [told(a.title) for a in expected.articles]
    assert [(a.number, a.section) for a in read.articles] == [(a.number, a.section) for a in expected.articles]
    fields = ("series", "number", "date", "publisher")
    assert [getattr(read, name) for name in fields] == [getattr(expected, name) for name in fields]
    for a, b in zip(expected.articles, read.articles, strict=True):
        assert b.body.count("\n") == a.body.count("\n")
        assert inner_headings(b) == inner_headings(a)


def inner_headings(article: Article) -> list[str]:
    return [bare(article.body[span.start : span.end]) for span in article.headings]


WRITERS: dict[str, tuple[str, Callable[[Issue], bytes | str]]] = {
    "UTF-8 text": (".txt", write_plain),
    "GBK text": (".txt", lambda issue: write_plain(issue).encode("gbk")),
    "GB18030 text": (".txt", lambda issue: write_plain(issue).encode("gb18030")),
    "Markdown with byte order mark": (".md", lambda issue: write_markdown(issue).encode("utf-8-sig")),
    "Word": (".docx", lambda issue: saved(write_docx(issue))),
    "Word with generated numbers": (".docx", lambda issue: saved(write_docx(issue, generated=True))),
    "HTML": (".html", write_html),
    "HTML in GBK": (".htm", lambda issue: write_html(issue).replace("utf-8", "gb2312").encode("gbk")),
    "OFD": (".ofd", lambda issue: write_ofd(ofd_lines(issue))),
}


@pytest.mark.parametrize("name", WRITERS)
def test_an_issue_reads_the_same_in_every_format(tmp_path: Path, issue: Issue, name: str) -> None:
    suffix, write = WRITERS[name]
    read = read_issue(save(tmp_path, f"a{suffix}", write(issue)))
    check_same(issue, read)
    assert difference(issue, read) == 0


def test_a_printed_pdf_reads_the_same(tmp_path: Path, browser: Browser, issue: Issue) -> None:
    read = read_issue(save(tmp_path, "a.pdf", write_pdf(browser, write_html(issue))))
    # Where a line of print ends, no blank is printed.
    check_same(issue, read, blanks=False)
    text = "".join(article.body for article in read.articles)
    assert not re.search(r"[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06\u2015]|自贸动态（示例）|— \d", text)


def test_paragraphs_of_a_pdf_are_known_without_indents(tmp_path: Path, browser: Browser, one_issue: Issue) -> None:
    source = write_html(one_issue).replace("text-indent: 2em", "margin-bottom: 8pt")
    source = source.replace("h3 {", "h3 { margin: 9pt 0;")
    read = read_issue(save(tmp_path, "a.pdf", write_pdf(browser, source)))
    assert difference(one_issue, read) == 0
    assert [inner_headings(a) for a in read.articles] == [inner_headings(a) for a in one_issue.articles]
    # Where a page ends with a sentence in a full line, nothing tells whether the paragraph does.
    pages = 9
    more = [b.body.count("\n") - a.body.count("\n") for a, b in zip(one_issue.articles, read.articles, strict=True)]
    assert min(more) >= 0
    assert sum(more) < pages / 2


# Scans


def test_scanned_pages_read_nearly_the_same(tmp_path: Path, pdf: bytes) -> None:
    import pypdfium2  # type: ignore[import-untyped]

    document = pypdfium2.PdfDocument(pdf)
    printed = pypdfium2.PdfDocument.new()
    printed.import_pages(document, [0, 1])
    mixed = pypdfium2.PdfDocument.new()
    mixed.import_pages(document, [0])
    file = BytesIO()
    document[1].render(scale=200 / 72).to_pil().convert("L").save(file, "PDF", resolution=200)
    mixed.import_pages(pypdfium2.PdfDocument(file.getvalue()))
    printed.save(tmp_path / "printed.pdf")
    mixed.save(tmp_path / "mixed.pdf")
    expected, read = read_issue(tmp_path / "printed.pdf"), read_issue(tmp_path / "mixed.pdf")
    assert difference(expected, read) <= 0.02
    assert [bare(a.title) for a in read.articles] == [bare(a.title) for a in expected.articles]
    assert [a.body.count("\n") for a in read.articles] == [a.body.count("\n") for a in expected.articles]


def test_a_picture_of_a_page_reads_nearly_the_same(tmp_path: Path, pdf: bytes) -> None:
    import numpy as np
    import pypdfium2
    from PIL import Image, ImageFilter

    document = pypdfium2.PdfDocument(pdf)
    page = document[0].render(scale=200 / 72).to_pil().convert("L")
    # As scanners see it: askew, grey, grainy.
    page = page.rotate(0.6, fillcolor=255, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.7))
    grain = np.random.default_rng(5).normal(0, 12, (page.height, page.width))
    Image.fromarray((np.asarray(page) * 0.85 + 30 + grain).clip(0, 255).astype(np.uint8)).save(tmp_path / "a.png")
    first = pypdfium2.PdfDocument.new()
    first.import_pages(document, [0])
    first.save(tmp_path / "a.pdf")
    expected, read = load_text(tmp_path / "a.pdf"), load_text(tmp_path / "a.png")
    assert Levenshtein.normalized_distance(bare(expected), bare(read)) <= 0.02
    assert read.count("\n\n") == expected.count("\n\n")


def test_without_ocr_a_scan_names_the_install_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    ocr._load_engine.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    for name in ("扫描.png", "扫描.jpg", "扫描.pdf"):
        Image.new("RGB", (400, 300), "white").save(tmp_path / name)
        with pytest.raises(BulletinError, match=rf"{name}.*pip install 'ftz-qa\[ocr\]'"):
            load_text(tmp_path / name)


# Tables


def test_rows_of_a_table_are_sentences_of_the_article(tmp_path: Path, browser: Browser, one_issue: Issue) -> None:
    source = write_html(one_issue, html_table(TABLE, CAPTION))
    lined = source.replace("td, th { border: 1px solid black;", "tr { border-bottom: 1px solid black } td, th {")
    files = {
        "ruled.html": source.encode(),
        "ruled.pdf": write_pdf(browser, source),
        "lined.pdf": write_pdf(browser, lined),
        "table.docx": saved(_with_table(one_issue)),
    }
    for name, data in files.items():
        article = read_issue(save(tmp_path, name, data)).articles[0]
        lines = [bare(line) for line in article.body.split("\n")]
        at = lines.index(bare(TABLE_ROWS[0]))
        assert lines[at - 1 : at + 2] == [bare(CAPTION), *map(bare, TABLE_ROWS)], name
        assert "".join(lines).count("641") == 1, name


def _with_table(issue: Issue) -> object:
    document = write_docx(issue)
    table = document.add_table(len(TABLE), len(TABLE[0]))
    for r, row in enumerate(TABLE):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    caption = document.add_paragraph(CAPTION)
    anchor = next(p for p in document.paragraphs if p.text.startswith("产业园（一期）"))
    anchor._p.addnext(table._tbl)
    anchor._p.addnext(caption._p)
    return document


def test_a_table_of_a_scan_is_read_by_the_places_of_its_cells(tmp_path: Path, browser: Browser) -> None:
    import pypdfium2

    text = "今年以来，雁口片区抢抓机遇，推动口岸开放，各口岸班列开行情况总体向好。"
    source = f"<html><style>{STYLE}</style><p>{text * 2}</p>{html_table(TABLE, CAPTION)}<p>{text * 2}</p></html>"
    document = pypdfium2.PdfDocument(write_pdf(browser, source, header=""))
    document[0].render(scale=200 / 72).to_pil().save(tmp_path / "a.jpg")
    found = [bare(line) for line in load_text(tmp_path / "a.jpg").split("\n\n")]
    assert found == [text * 2, f"**{bare(CAPTION)}**", *TABLE_ROWS, text * 2]


def test_a_table_that_goes_on_over_pages_is_one_table(tmp_path: Path, browser: Browser, one_issue: Issue) -> None:
    rows = [(f"第{n}口岸", str(100 + n), f"{n}%") for n in range(1, 71)]
    source = write_html(one_issue, html_table([TABLE[0], *rows]))
    body = read_issue(save(tmp_path, "a.pdf", write_pdf(browser, source))).articles[0].body
    found = [line for line in body.split("\n") if line.startswith("口岸：")]
    assert found == [f"口岸：{name}；列数：{count}列；同比：{share}。" for name, count, share in rows]


MERGED = """<table><tr><th rowspan=2>口岸<th colspan=2>进出口（亿元）<th rowspan=2>备注
<tr><th>总值<th>同比（%）<tr><td colspan=4>沿海口岸<tr><td>青屿港<td>118.6<td>16.5<td rowspan=2>一季度
<tr><td>林湾港<td>20<td>-3<tr><td colspan=4>注：数据来自海关。</table>"""
MERGED_ROWS = [
    "类别：沿海口岸；口岸：青屿港；进出口总值：118.6亿元；进出口同比：16.5%；备注：一季度。",
    "类别：沿海口岸；口岸：林湾港；进出口总值：20亿元；进出口同比：-3%；备注：一季度。",
    "注：数据来自海关。",
]


def test_merged_cells_count_for_all_that_they_cover(tmp_path: Path, browser: Browser, one_issue: Issue) -> None:
    import docx

    source = write_html(one_issue, MERGED)
    for name, data in {"a.html": source.encode(), "a.pdf": write_pdf(browser, source)}.items():
        lines = read_issue(save(tmp_path, name, data)).articles[0].body.split("\n")
        assert lines[-3:] == MERGED_ROWS, name
    document = docx.Document()
    table = document.add_table(6, 4)
    texts: tuple[str, ...] = ("口岸", "进出口（亿元）", "", "备注", "", "总值", "同比（%）", "", "沿海口岸", "", "", "")
    texts += ("青屿港", "118.6", "16.5", "一季度", "林湾港", "20", "-3", "", "注：数据来自海关。", "", "", "")
    for cell, text in zip((cell for row in table.rows for cell in row.cells), texts, strict=True):
        cell.text = text
    for a, b in (
        ((0, 0), (1, 0)),
        ((0, 1), (0, 2)),
        ((0, 3), (1, 3)),
        ((2, 0), (2, 3)),
        ((3, 3), (4, 3)),
        ((5, 0), (5, 3)),
    ):
        table.cell(*a).merge(table.cell(*b))
    assert load_text(save(tmp_path, "a.docx", saved(document))).split("\n\n") == MERGED_ROWS


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            (("项目名称", "云州晶石新材料产业园"), ("总投资", "12亿元"), ("建设单位", "晶远公司")),
            ["项目名称：云州晶石新材料产业园。", "总投资：12亿元。", "建设单位：晶远公司。"],
        ),
        ((("", "2023年", "2024年"), ("进口", "3", "4")), ["项目：进口；2023年：3；2024年：4。"]),
        ((("第12期", "2025年5月15日"),), ["第12期　2025年5月15日"]),
        ((("单独一格",),), ["单独一格"]),
        ((("甲", "3列", "5%"), ("乙", "4列", "6%")), ["甲，3列，5%。", "乙，4列，6%。"]),
    ],
)
def test_forms_and_frames_are_told_from_tables(
    tmp_path: Path, rows: tuple[tuple[str, ...], ...], lines: list[str]
) -> None:
    path = save(tmp_path, "a.html", f"<html><body>{html_table(rows)}</body></html>")
    assert load_text(path).split("\n\n") == lines


def test_a_sentence_that_leads_to_a_table_is_not_joined_with_its_first_row(tmp_path: Path, one_issue: Issue) -> None:
    table = "<p>各口岸开行情况如下：</p>" + html_table(TABLE)
    body = read_issue(save(tmp_path, "a.html", write_html(one_issue, table))).articles[0].body
    assert body.split("\n")[-3:] == ["各口岸开行情况如下：", *TABLE_ROWS]


# Web pages


def test_a_web_page_gives_what_its_reader_sees(tmp_path: Path) -> None:
    source = """<html><head><meta charset="gb2312"><title>标题</title><script>alert(1)</script></head><body>
    <nav><a href=/>首页</a></nav><div class=menu><a href=1>要闻</a> <a href=2>政策</a> <a href=3>服务</a></div>
    <h1>示例动态</h1><div>主办：示例省<br>2025 年 5 月 1 日</div><p hidden>看不见</p>
    <p style="display: none">也看不见</p>
    <p>&nbsp;&nbsp;&nbsp;&nbsp;今年以来，雁口
    口岸开行<b>412</b>列&lt;script&gt;。</p><ol style="list-style-type: simp-chinese-informal"><li>甲<li>乙</ol>
    <ol start=3><li>丙</ol><!-- 注释 --><footer>版权所有</footer></body></html>"""
    assert load_text(save(tmp_path, "a.html", source.encode("gbk"))).split("\n\n") == [
        "示例动态", "主办：示例省", "2025 年 5 月 1 日", "　　今年以来，雁口口岸开行412列<script>。",
        "一、甲", "二、乙", "3. 丙",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 50_000 + "深" + "</div>" * 50_000,
        "<table><tr><td>" * 3_000 + "深",
        "<table>" + "<tr><td colspan=99999 rowspan=99999>宽" * 500,
        "<p>" + "字<br>" * 50_000,
        "<a href=x>链</a>" * 20_000 + "字",
        "<!DOCTYPE html [<!ENTITY a '哈哈'><!ENTITY b '&a;&a;&a;'>]><p>&b;字",
        "<p>\x00\ud800字".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
    ids=["deep", "deep tables", "wide", "breaks", "links", "entities", "garbage"],
)
def test_a_hostile_web_page_is_text_or_refused_in_good_time(tmp_path: Path, source: str) -> None:
    started = time.perf_counter()
    try:
        text = load_text(save(tmp_path, "坏.html", source))
    except BulletinError as error:
        assert "坏.html" in str(error)
    else:
        assert "<" not in text
        assert "哈哈" not in text
    assert time.perf_counter() - started < 20


# Broken and hostile files


def archive(**members: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return file.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
LAUGHS = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16")
ENCRYPTED = b"""%%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>> endobj
4 0 obj <</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>> endobj
trailer <</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>
%%%%EOF""" % (b"11" * 32, b"22" * 32)


def flate_bomb() -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(25)) + packer.flush()
    head = b"%%PDF-1.4\n1 0 obj <</Filter/FlateDecode/Length %d>> stream\n" % len(packed)
    return head + packed + b"\nendstream endobj\n%%EOF"


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty Word file": ("a.docx", bytes, "空"),
    "empty PDF": ("a.pdf", bytes, "空"),
    "empty picture": ("a.png", bytes, "空"),
    "empty page": ("a.html", bytes, "空"),
    "empty OFD": ("a.ofd", bytes, "空"),
    "encrypted PDF": ("a.pdf", lambda: ENCRYPTED, "加密.*密码"),
    "encrypted Word file": (
        "a.docx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "加密.*密码",
    ),
    "PDF bomb": ("a.pdf", flate_bomb, "炸弹"),
    "ZIP bomb": ("a.docx", lambda: archive(**{"word/document.xml": bytes(40_000_000)}), "炸弹"),
    "OFD bomb": ("a.ofd", lambda: archive(**{"OFD.xml": b"<a/>", "b.xml": bytes(40_000_000)}), "炸弹"),
    "ZIP of very many files": ("a.docx", lambda: archive(**{f"word/{n}": b"" for n in range(10_001)}), "上限"),
    "entities in a Word file": ("a.docx", lambda: archive(**{"word/document.xml": ENTITIES}), "实体"),
    "entities in UTF-16": ("a.docx", lambda: archive(**{"word/document.xml": LAUGHS}), "实体"),
    "entities in an OFD": ("a.ofd", lambda: archive(**{"OFD.xml": ENTITIES}), "实体"),
    "Word file renamed to text": ("a.txt", lambda: saved(write_docx(read_issue(SAMPLE_ISSUES / "305.txt"))), r"\.docx"),
    "text renamed to Word": ("a.docx", "自贸动态".encode, r"纯文本.*\.txt"),
    "text renamed to a picture": ("a.png", "自贸动态".encode, r"纯文本.*\.txt"),
    "other ZIP": ("a.docx", lambda: archive(**{"xl/workbook.xml": b"<a/>"}), r"\.docx"),
    "OFD without pages": ("a.ofd", lambda: write_ofd([]), "没有文字"),
    "not a PNG": ("a.png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), "损坏"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_cannot_be_read_is_refused_by_name_with_a_remedy(tmp_path: Path, case: str) -> None:
    name, make, words = HOSTILE[case]
    path = save(tmp_path, name, make())
    started = time.perf_counter()
    with pytest.raises(BulletinError, match=words) as error:
        load_text(path)
    assert name in str(error.value)
    assert "请" in str(error.value)
    assert len(str(error.value)) < 500
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (800, 900)])
def test_a_picture_without_text_says_so(tmp_path: Path, size: tuple[int, int]) -> None:
    from PIL import Image

    Image.new("L", size, 255).save(tmp_path / "白.png")
    with pytest.raises(BulletinError, match=r"白\.png.*没有识别出文字"):
        load_text(tmp_path / "白.png")


@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_truncated_file_is_refused_or_read_in_part(
    tmp_path: Path, one_issue: Issue, pdf: bytes, share: float
) -> None:
    files = {
        "a.docx": saved(write_docx(one_issue)),
        "a.ofd": write_ofd(ofd_lines(one_issue)),
        "a.pdf": pdf,
    }
    for name, data in files.items():
        path = save(tmp_path, name, data[: int(len(data) * share)])
        try:
            text = load_text(path)
        except BulletinError as error:
            assert name in str(error)
        else:
            assert name == "a.pdf"
            assert "自贸动态" in text


def test_a_file_of_another_readable_format_is_read_all_the_same(tmp_path: Path, one_issue: Issue, pdf: bytes) -> None:
    word, web = saved(write_docx(one_issue)), write_html(one_issue).encode()
    for name, data in {"a.doc": word, "b.doc": web, "c.ofd": pdf, "d.wps": word, "e.pdf": word}.items():
        check_same(one_issue, read_issue(save(tmp_path, name, data)), blanks=False)


# Old Word files


def test_without_libreoffice_an_old_word_file_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("a.doc", "a.wps"):
        with pytest.raises(BulletinError, match=rf"{name}.*LibreOffice.*另存为 \.docx"):
            load_text(save(tmp_path, name, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))


@pytest.mark.skipif(os.name != "posix", reason="stands in for LibreOffice by a script with a shebang")
def test_an_old_word_file_is_read_by_way_of_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_issue: Issue
) -> None:
    converted = save(tmp_path, "converted.docx", saved(write_docx(one_issue)))
    script = f"#!{sys.executable}\nimport shutil, sys\nat = sys.argv.index('--outdir') + 1\n"
    script += f"assert sys.argv[at - 2] == 'docx'\nshutil.copy({str(converted)!r}, sys.argv[at] + '/original.docx')\n"
    save(tmp_path, "soffice", script).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    old = save(tmp_path, "a.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    check_same(one_issue, read_issue(old))
    save(tmp_path, "soffice", f"#!{sys.executable}\n")
    with pytest.raises(BulletinError, match="不能转换"):
        load_text(old)


# Small parts


@given(st.integers(1, 9999))
def test_chinese_numbers_of_lists_read_back(number: int) -> None:
    for form in ("chineseCounting", "chineseCountingThousand", "ideographDigital"):
        assert parse_int(written_number(number, form)) == number


@pytest.mark.parametrize(
    ("number", "form", "written"),
    [
        (10, "chineseCountingThousand", "十"),
        (21, "taiwaneseCounting", "二十一"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCounting", "一百一十"),
        (12, "ideographDigital", "一二"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (3, "ideographTraditional", "丙"),
        (7, "decimalEnclosedCircleChinese", "⑦"),
        (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"),
        (4, "decimalZero", "04"),
        (5, "decimalFullWidth", "５"),
        (21, "decimalEnclosedCircle", "21"),
        (9, "somethingElse", "9"),
    ],
)
def test_numbers_of_lists_in_words_forms(number: int, form: str, written: str) -> None:
    assert written_number(number, form) == written


def test_printers_characters_become_those_that_people_type() -> None:
    assert usual_characters("⼈⺠⽣产⻔户⻓⻰ ﬁnance 豈") == "人民生产门户长龙 finance 豈"
    assert usual_characters("（一）Ａ，１２％“引”：！") == "（一）Ａ，１２％“引”：！"
