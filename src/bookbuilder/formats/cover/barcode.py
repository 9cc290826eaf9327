"""Draw the barcode of an ISBN (EAN-13, GS1 General Specifications 5.2.1; ISBN Users' Manual, 9)."""

from __future__ import annotations

# Seven modules for each digit of the left half, in two parities; the right half inverts the first.
_ODD = [
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
]
_EVEN = [code[::-1].translate(str.maketrans("01", "10")) for code in _ODD]
# Even digits (1) in the left half, by the first digit: it has no bars of its own.
_PARITIES = [
    "000000",
    "001011",
    "001101",
    "001110",
    "010011",
    "011001",
    "011100",
    "010101",
    "010110",
    "011010",
]

# In millimetres: a module, the bars, and the quiet zones in modules.
MODULE, BARS_HIGH = 0.33, 22.85
_QUIET_LEFT, _QUIET_RIGHT = 11, 7
_GUARDS = frozenset((*range(3), *range(45, 50), *range(92, 95)))
WIDTH, HEIGHT = (95 + _QUIET_LEFT + _QUIET_RIGHT) * MODULE, 25.93


def modules(ean: str) -> str:
    """Return the 95 bars (1) and spaces (0) from guard to guard."""
    parity = _PARITIES[int(ean[0])]
    left = [(_EVEN if p == "1" else _ODD)[int(d)] for d, p in zip(ean[1:7], parity, strict=True)]
    right = [_ODD[int(d)].translate(str.maketrans("01", "10")) for d in ean[7:]]
    return "".join(("101", *left, "01010", *right, "101"))


def barcode_svg(ean: str) -> bytes:
    """Draw the symbol at its nominal size, with its digits, on white."""
    bars = "".join(
        f'<rect x="{(_QUIET_LEFT + x) * MODULE:.2f}" y="0" width="{MODULE}"'
        f' height="{BARS_HIGH if x in _GUARDS else BARS_HIGH - 5 * MODULE:.2f}"/>'
        for x, bar in enumerate(modules(ean))
        if bar == "1"
    )
    places = [
        2,
        *(_QUIET_LEFT + 6.5 + 7 * i for i in range(6)),
        *(_QUIET_LEFT + 53.5 + 7 * i for i in range(6)),
    ]
    digits = "".join(
        f'<text x="{place * MODULE:.2f}" y="{HEIGHT - 0.45}"'
        f' text-anchor="{"start" if place == 2 else "middle"}">{digit}</text>'
        for place, digit in zip(places, ean, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.2f}mm" height="{HEIGHT}mm"'
        f' viewBox="0 0 {WIDTH:.2f} {HEIGHT}"><rect width="100%" height="100%" fill="white"/>'
        f'{bars}<g font-family="monospace" font-size="3.4">{digits}</g></svg>'
    ).encode()
