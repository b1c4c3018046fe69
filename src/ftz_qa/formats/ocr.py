"""Scans to text, by rapidocr with the models that come in its wheel."""

from __future__ import annotations

import io
import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ftz_qa.errors import BulletinError
from ftz_qa.formats.aligned_tables import with_aligned_tables
from ftz_qa.formats.characters import usual_characters
from ftz_qa.formats.damage import damage_told
from ftz_qa.formats.flow import flowing_text
from ftz_qa.formats.printed import Fragment, PrintedPage, assemble_lines
from ftz_qa.formats.running_heads import without_running_heads
from ftz_qa.layout import printed_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from rapidocr import RapidOCR

MAX_SCANNED_PAGES = 60
"""Most pages that are read by OCR; a page takes some five seconds."""

_DPI = 200
_MAX_PIXELS = 60_000_000
_MAX_RENDERED = 12_000_000
_SMALLEST = 16
_LONGEST = 40
"""Sides, in pixels and in proportion, of pictures that can hold text."""
_THREADS = 2
_FULL_WIDTH = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}
_HAN = r"[\u3400-\u9fff“”‘’《》（）。，；：？！、]"
_NARROW = re.compile(rf"(?<={_HAN})[,:;?!()]|[,:;?!()](?={_HAN})")
# 1—2月 is read as 1一2月.
_DASH = re.compile(r"(?<=\d)一(?=\d)")
_log = logging.getLogger(__name__)


def read_scan(path: Path, data: bytes) -> str:
    """The text of a scanned page, a PNG or JPEG picture.

    Raises
    ------
    BulletinError
        The picture is damaged or too large, holds no text, or OCR is not installed.
    """
    pixels = _picture(path, data)
    page = _recognised(_engine(path), pixels)
    if not page.items:
        raise BulletinError(f"{path}：图片里没有识别出文字。请检查扫描件是否清楚、方向是否端正，重新扫描后再试")
    return flowing_text(without_running_heads([page]))


def scanned_pages(path: Path, data: bytes, numbers: Sequence[int]) -> Iterator[PrintedPage]:
    """Read pages of a PDF by OCR, each when it is asked for.

    Parameters
    ----------
    numbers
        Of the pages, from 0.

    Raises
    ------
    BulletinError
        There are too many pages, the PDF is damaged, or OCR is not installed.
    """
    if len(numbers) > MAX_SCANNED_PAGES:
        raise BulletinError(
            f"{path}：有 {len(numbers)} 页是扫描图片，超过 {MAX_SCANNED_PAGES} 页上限。"
            "请拆分后重试，或改用带文字层的 PDF"
        )
    engine = _engine(path)
    for done, number in enumerate(numbers, start=1):
        _log.info("%s：文字识别第 %d/%d 页", path.name, done, len(numbers))
        yield _recognised(engine, _rendered(path, data, number))


@cache
def _load_engine() -> RapidOCR:
    from rapidocr import RapidOCR  # reads its models

    threads = "EngineConfig.onnxruntime.{}_op_num_threads"
    return RapidOCR(
        params={"Global.log_level": "error", threads.format("intra"): _THREADS, threads.format("inter"): _THREADS}
    )


def _engine(path: Path) -> RapidOCR:
    try:
        return _load_engine()
    except ModuleNotFoundError as error:
        raise BulletinError(
            f"{path}：是扫描图片，没有文字层，需要文字识别组件。请运行 pip install 'ftz-qa[ocr]' 安装后重试，"
            "或改用带文字层的文件"
        ) from error


def _picture(path: Path, data: bytes) -> NDArray[np.uint8]:
    """Pixels (height, width, 3) of a picture as people see it: turned upright, on white."""
    import numpy as np
    from PIL import Image, ImageOps

    with damage_told(path, "图片", Image.DecompressionBombError), Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > _MAX_PIXELS:
            raise BulletinError(
                f"{path}：图片有 {image.width}×{image.height} 像素，超过 {_MAX_PIXELS // 1_000_000} 百万像素上限。"
                "请以 200～300 dpi 重新扫描"
            )
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        return np.asarray(Image.alpha_composite(white, upright).convert("RGB"))


def _rendered(path: Path, data: bytes, number: int) -> NDArray[np.uint8]:
    """Pixels (height, width, 3) of a page of a PDF."""
    import numpy as np
    import pypdfium2  # type: ignore[import-untyped]

    with damage_told(path, "PDF", pypdfium2.PdfiumError):
        document: Any = pypdfium2.PdfDocument(data)
        try:
            page = document[number]
            width, height = page.get_size()
            scale = min(_DPI / 72, (_MAX_RENDERED / max(width * height, 1.0)) ** 0.5)
            return np.array(page.render(scale=scale).to_pil().convert("RGB"))
        finally:
            document.close()


def _recognised(engine: RapidOCR, pixels: NDArray[np.uint8]) -> PrintedPage:
    height, width = pixels.shape[:2]
    if not 1 / _LONGEST < width / height < _LONGEST or min(width, height) < _SMALLEST:
        return PrintedPage(width, height, ())
    # Its check for lines upside down turns good lines over now and then. It takes colours in the order of OpenCV.
    result: Any = engine(pixels[:, :, ::-1].copy(), use_cls=False)
    if result.boxes is None or result.txts is None:
        return PrintedPage(width, height, ())
    fragments = []
    for box, text in zip(result.boxes, result.txts, strict=True):
        left, top = box.min(axis=0).tolist()
        right, bottom = box.max(axis=0).tolist()
        text = _NARROW.sub(lambda mark: _FULL_WIDTH[mark.group()], usual_characters(text))
        text = _DASH.sub("—", text)
        if text.strip():
            fragments.append(Fragment(text, left, top, right, bottom, _size(text, right - left, bottom - top)))
    lines = assemble_lines(fragments)
    return with_aligned_tables(PrintedPage(width, height, tuple(lines)))


def _size(text: str, width: float, height: float) -> float:
    """The height of the characters: boxes have margins and stand askew, so long lines are measured by their width."""
    characters = printed_width(text)
    return min(width / characters, height) if characters >= 10 else 0.72 * height
