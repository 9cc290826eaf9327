"""Write letters in the alphabets of mathematics, such as ℝ, 𝓛 and 𝐱.

These are characters of their own in Unicode. Readers that know MathML Core only show them, but not
`mathvariant`.
"""

from __future__ import annotations

_GREEK_CAPITALS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ∇"
_GREEK_SMALL = "αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ"

# The first capital, small letter, digit, Greek capital and Greek small letter; 0 is none.
_STARTS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "italic": (0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736),
    "script": (0x1D49C, 0x1D4B6, 0, 0, 0),
    "bold-script": (0x1D4D0, 0x1D4EA, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "fraktur": (0x1D504, 0x1D51E, 0, 0, 0),
    "bold-fraktur": (0x1D56C, 0x1D586, 0x1D7CE, 0, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8, 0, 0),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0),
    "bold-sans-serif": (0x1D5D4, 0x1D5EE, 0x1D7EC, 0x1D756, 0x1D770),
    "sans-serif-italic": (0x1D608, 0x1D622, 0x1D7E2, 0, 0),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6, 0, 0),
}
# These were in Unicode before the alphabets were.
_ELSEWHERE = {
    **dict(zip((0x1D49C + n for n in (1, 4, 5, 7, 8, 11, 12, 17)), "ℬℰℱℋℐℒℳℛ", strict=True)),
    **dict(zip((0x1D504 + n for n in (2, 7, 8, 17, 25)), "ℭℌℑℜℨ", strict=True)),
    **dict(zip((0x1D538 + n for n in (2, 7, 13, 15, 16, 17, 25)), "ℂℍℕℙℚℝℤ", strict=True)),
    0x1D44E + 7: "ℎ",
    0x1D4B6 + 4: "ℯ",
    0x1D4B6 + 6: "ℊ",
    0x1D4B6 + 14: "ℴ",
}
BOLDER = {
    "": "bold-italic",
    "italic": "bold-italic",
    "normal": "bold",
    "script": "bold-script",
    "fraktur": "bold-fraktur",
    "sans-serif": "bold-sans-serif",
}


def styled(char: str, font: str) -> str:
    """Return `char` in a font of mathematics, or itself if it has none there."""
    starts = _STARTS.get(font)
    if starts is None:
        return char
    if "A" <= char <= "Z":
        start, offset = starts[0], ord(char) - ord("A")
    elif "a" <= char <= "z":
        start, offset = starts[1], ord(char) - ord("a")
    elif "0" <= char <= "9":
        start, offset = starts[2], ord(char) - ord("0")
    elif (offset := _GREEK_CAPITALS.find(char)) >= 0:
        start = starts[3]
    elif (offset := _GREEK_SMALL.find(char)) >= 0:
        start = starts[4]
    else:
        return char
    return _ELSEWHERE.get(start + offset, chr(start + offset)) if start else char
