"""Characters that only printing knows (ligatures, radicals, compatibility ideographs) as those that people type."""

from __future__ import annotations

import re
import unicodedata

# Unicode's EquivalentUnifiedIdeograph for the radicals that NFKC leaves alone: in fonts they share a glyph with the
# ideograph, and a PDF's reverse table names whichever comes first.
_RADICALS = str.maketrans(
    dict(
        zip(
            # In Chinese fonts ⼾ looks like 户, which NFKC makes the traditional 戶, and the bar ― like the dash —.
            "⼾―⺂⺃⺅⺉⺋⺎⺏⺐⺒⺓⺔⺕⺖⺘⺙⺛⺞⺟⺠⺡⺣⺤⺦⺨⺫⺭⺯⺰⺱⺲⺳⺹⺺⺾⺿⻁⻂⻃⻄⻅⻆⻈⻉⻋⻌⻍⻎"
            "⻐⻑⻒⻓⻔⻖⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
            "户—乛乚亻刂㔾兀尣尢巳幺彑彐忄扌攵旡歺母民氵灬爫丬犭罒礻糹纟罓罒㓁耂肀艹艹虎衤覀西见角讠贝车辶辶辶"
            "钅長镸长门阝青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
            strict=True,
        )
    )
)
_COMPATIBLE = re.compile(r"[\u2f00-\u2fdf\uf900-\ufaff\ufb00-\ufb06\U0002f800-\U0002fa1f]")
_NOTHING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\xad\u200b-\u200f\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_BLANK = re.compile(r"[\xa0\u2000-\u200a\u202f\u205f]")


def usual_characters(text: str) -> str:
    """Fold ligatures, radicals and compatibility ideographs; full-width letters and punctuation stay as printed."""
    if text.isascii() and text.isprintable():
        return text
    text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text.translate(_RADICALS))
    return _BLANK.sub(" ", _NOTHING.sub("", text))
