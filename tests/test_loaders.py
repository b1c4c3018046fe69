"""Which files are read, and how their characters are found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftz_qa.errors import BulletinError, InputError
from ftz_qa.loaders import MAX_BYTES, MAX_DOCUMENT_BYTES, bulletin_files, load_text

TEXT = "自贸动态（示例）\n\n第 12 期\n\n（一）临江片区“双循环”通道启用\n　　今年5月，中欧班列㐂开行3列。\n"


def written(folder: Path, data: bytes, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_every_usual_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    assert load_text(written(tmp_path, TEXT.encode(encoding))) == TEXT


def test_gbk_and_big_endian_utf16_are_read(tmp_path: Path) -> None:
    text = TEXT.replace("㐂", "")
    assert load_text(written(tmp_path, text.encode("gbk"))) == text
    assert load_text(written(tmp_path, b"\xfe\xff" + text.encode("utf-16-be"), "b.md")) == text


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_are_normalised(tmp_path: Path, newline: str) -> None:
    assert load_text(written(tmp_path, TEXT.replace("\n", newline).encode())) == TEXT


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["空"]),
        (b"\xef\xbb\xbf \n\n", ["空"]),
        ("　\n".encode(), ["空"]),
        (TEXT.encode() + b"\0\0", ["第 7 行", "NUL", "UTF-8"]),
        (b"%PDF-1.7 abc", ["PDF"]),
        (b"PK\x03\x04abc", ["Office"]),
        (b"\x89PNG\r\n", ["图片"]),
        (TEXT.encode("utf-16-le"), ["NUL"]),
        (TEXT.encode()[:40] + b"\xff" + TEXT.encode()[40:], ["第 5 行", "损坏"]),
        (bytes(range(1, 256)) * 20, ["行", "UTF-8"]),
        (b"\xff\xfe\x00", ["utf-16"]),
        (b"<!DOCTYPE html><html><body>x</body></html>", ["HTML", "纯文本"]),
        ("自贸动态<br>第 1 期<br/></p>".encode(), ["HTML"]),
        (b"abc\x01\x02\x03\x04", ["控制字符"]),
    ],
)
def test_what_is_not_text_is_refused_with_file_and_remedy(tmp_path: Path, data: bytes, words: list[str]) -> None:
    path = written(tmp_path, data)
    with pytest.raises(BulletinError) as caught:
        load_text(path)
    assert "a.txt" in str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_comparison_sign_in_text_is_not_html(tmp_path: Path) -> None:
    assert load_text(written(tmp_path, (TEXT + "误差<br 5%，a<b>c\n").encode()))


def test_missing_folder_suffix_and_size(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="找不到"):
        load_text(tmp_path / "none.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(BulletinError, match="文件夹"):
        load_text(tmp_path / "folder.txt")
    with pytest.raises(BulletinError, match=r"不支持“\.xlsx”.*\.txt"):
        load_text(written(tmp_path, b"x", "a.xlsx"))
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(BulletinError, match="20 MB"):
        load_text(huge)
    scan = tmp_path / "huge.pdf"
    with scan.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(BulletinError, match="100 MB"):
        load_text(scan)


def test_unreadable_file_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, TEXT.encode())

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(BulletinError, match="权限"):
        load_text(path)


def test_folders_are_searched_in_order_without_hidden_files_and_readme(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a.md",
        "sub/c.TXT",
        ".hidden/d.txt",
        ".e.txt",
        "README.md",
        "readme.txt",
        "f.pdf",
        "g.xlsx",
        "~$h.docx",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert [path.name for path in bulletin_files([tmp_path])] == ["a.md", "b.txt", "f.pdf", "c.TXT"]


def test_named_files_are_kept_once_whatever_their_ending(tmp_path: Path) -> None:
    table, text = written(tmp_path, b"x", "a.xlsx"), written(tmp_path, b"x", "b.txt")
    assert bulletin_files(iter([table, text, tmp_path])) == [table, text]
    assert bulletin_files([]) == []


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        bulletin_files([tmp_path / "nowhere"])
