"""Old Word and WPS files by way of LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from ftz_qa.errors import BulletinError
from ftz_qa.formats.sniffing import is_encrypted_office
from ftz_qa.formats.word import read_word

_SECONDS = 120
_RESAVE = "请用 Word 或 WPS 打开后另存为 .docx 再试"


def read_office(path: Path, data: bytes) -> str:
    """The text of a ``.doc``, ``.wps`` or RTF file, converted to ``.docx`` by LibreOffice.

    Raises
    ------
    BulletinError
        LibreOffice is not installed, cannot convert the file or takes too long, or the file is encrypted.
    """
    if is_encrypted_office(data):
        raise BulletinError(f"{path}：文档已加密，需要密码才能打开。请去掉密码另存一份后重试")
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise BulletinError(f"{path}：读取旧版 Word 或 WPS 文件需要 LibreOffice，本机没有安装。请安装它，或者{_RESAVE}")
    with TemporaryDirectory() as folder:
        original = Path(folder) / f"original{'.rtf' if data.startswith(b'{') else path.suffix.lower()}"
        original.write_bytes(data)
        _convert(path, program, original)
        converted = original.with_suffix(".docx")
        if not converted.exists():
            raise BulletinError(f"{path}：LibreOffice 不能转换这个文件，可能已损坏。{_RESAVE}")
        return read_word(path, converted.read_bytes())


def _convert(path: Path, program: str, original: Path) -> None:
    # With a profile of its own it runs beside an open LibreOffice, and keeps nothing.
    profile = f"-env:UserInstallation={(original.parent / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--norestore", "--convert-to", "docx", "--outdir"]
    process = subprocess.Popen(
        [*command, str(original.parent), str(original)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BulletinError(f"{path}：LibreOffice 转换超过 {_SECONDS} 秒，已放弃。{_RESAVE}") from error
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and the one that it started in its turn."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
