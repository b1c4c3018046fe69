"""Numbers in the forms that Word and browsers number lists in (ECMA-376 part 1, 17.18.59)."""

from __future__ import annotations

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_ZODIAC = "子丑寅卯辰巳午未申酉戌亥"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_COUNTING = (
    *("chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand"),
    *("japaneseCounting", "simp-chinese-informal", "trad-chinese-informal", "cjk-ideographic"),
)
_PLACES = ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand", "cjk-decimal")
# Form, its first character, and how many of them Unicode has in a row.
_ENCLOSED = {
    "decimalEnclosedCircle": (0x2460, 20),
    "decimalEnclosedCircleChinese": (0x2460, 20),
    "decimalEnclosedParen": (0x2474, 20),
    "decimalEnclosedFullstop": (0x2488, 20),
    "ideographEnclosedCircle": (0x3280, 10),
}


def written_number(number: int, form: str) -> str:
    """A number of a list in one of Word's ``w:numFmt`` or CSS's ``list-style-type`` forms; decimal if unknown."""
    if form in _COUNTING and 0 <= number < 10_000:
        return _counted(number, _DIGITS, "十百千")
    if form in ("chineseLegalSimplified", "simp-chinese-formal") and 0 < number < 10_000:
        return _counted(number, _FORMAL, "拾佰仟", leading_one=True)
    if form in _PLACES:
        return "".join(_DIGITS[int(digit)] for digit in str(abs(number)))
    if form in _ENCLOSED and 1 <= number <= _ENCLOSED[form][1]:
        return chr(_ENCLOSED[form][0] + number - 1)
    return _western(number, form)


def _western(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and number > 0:
        # Word goes on from z with aa, bb, cc.
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 20)
        return letters.upper() if form == "upperLetter" else letters
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    if form == "ideographTraditional" and 1 <= number <= len(_STEMS):
        return _STEMS[number - 1]
    if form == "ideographZodiac" and 1 <= number <= len(_ZODIAC):
        return _ZODIAC[number - 1]
    if form == "decimalZero":
        return f"{number:02d}"
    if form == "decimalFullWidth":
        return str(number).translate({ord("0") + i: 0xFF10 + i for i in range(10)})
    return str(number)


def _counted(number: int, digits: str, units: str, *, leading_one: bool = False) -> str:
    if number == 0:
        return digits[0]
    text = ""
    gap = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += digits[0].replace("〇", "零") if gap else ""
        bare_ten = place == 1 and digit == 1 and not text and not leading_one
        text += ("" if bare_ten else digits[digit]) + (units[place - 1] if place else "")
        gap = False
    return text


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
