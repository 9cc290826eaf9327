"""Read formulas of chemistry, `\\ce{2H2 + O2 -> 2H2O}`, as the package mhchem does.

The usual part of it: elements, numbers, charges, isotopes, arrows, states and signs of bonds. They
become TeX, which the parser reads.
"""

from __future__ import annotations

import re

from bookbuilder.passes.tex.atoms import Atom
from bookbuilder.passes.tex.parser import Command, Parser
from bookbuilder.passes.tex.tokens import TexError, Token, tokens_of

_ARROWS = {
    "->": "xrightarrow",
    "<-": "xleftarrow",
    "<->": "xleftrightarrow",
    "<=>": "xrightleftharpoons",
    "<=>>": "xrightleftharpoons",
    "<<=>": "xrightleftharpoons",
}
_PART = re.compile(
    r"(?P<arrow><=>>|<<=>|<=>|<->|->|<-)(?P<above>(?:\[[^\[\]]{0,200}\]){0,2})"
    r"|(?P<math>\$[^$]{1,500}\$)"
    r"|(?P<tex>\\[a-zA-Z]+(?:\{[^{}]{0,200}\}){0,2}|\\.)"
    r"|\^(?P<braced>\{[^{}]{1,100}\})|_(?P<below>\{[^{}]{1,100}\}|\d+|\w)"
    r"|\^(?P<charge>\d{0,3}[+-]|\d{1,3}|[+-]|\.)|(?P<gas>\^(?=\s|$))"
    r"|(?P<solid>(?<=\s)v(?=\s|$))"
    r"|(?P<word>[A-Za-z]+)|(?P<number>\d+(?:[./]\d+)?)"
    r"|(?P<sign>[+-])|(?P<bond>[=#])|(?P<dot>[*.])|(?P<blank>\s+)|(?P<other>.)",
    re.DOTALL,
)


def _tex(text: str, at: int) -> str:
    made = []
    before = ""
    for match in _PART.finditer(text):
        kind, said = str(match.lastgroup), match[0]
        if match["arrow"] is not None:
            kind = "arrow"
            labels = re.findall(r"\[([^\[\]]*)\]", match["above"])
            above, below = [*labels, "", ""][:2]
            labels = [label if "\\" in label else _tex(label, at) for label in (below, above)]
            made.append(f"\\{_ARROWS[match['arrow']]}[{labels[0]}]{{{labels[1]}}}")
        elif kind == "word":
            made.append(f"\\mathrm{{{said}}}")
        elif kind == "number":
            is_count = before in ("word", "close")
            said = said if "/" not in said else "\\tfrac{{{}}}{{{}}}".format(*said.split("/")[:2])
            made.append(f"_{{{said}}}" if is_count else f"{said}\\,")
        elif kind in ("braced", "below"):
            # Of an isotope, they stand before the element.
            made.append(f"{'' if before in ('word', 'close', 'number', 'braced') else '{}'}{said}")
        elif kind == "charge":
            made.append(f"^{{{said[1:].replace('.', chr(0x2022))}}}")
        elif kind == "sign":
            joins = before == "blank" or text[match.end() : match.end() + 1].isspace()
            otherwise = said if joins else f"{{{said}}}"
            made.append(f"^{{{said}}}" if _is_charge(text, match, before) else otherwise)
        elif kind in _SIGNS:
            made.append(_SIGNS[kind])
        elif kind == "bond":
            made.append({"=": "{=}", "#": "{\\equiv}"}[said])
        elif kind == "math":
            made.append(f"{{{said[1:-1]}}}")
        elif kind == "other" and said in "{}&#%~":
            raise TexError(f"`{said}` within `\\ce` is not known", at, said)
        elif kind != "blank":
            made.append(said)
        before = "close" if said in (")", "]") else kind
    return "".join(made)


_SIGNS = {"gas": "\\uparrow ", "solid": "\\downarrow ", "dot": "\\cdot "}


def _is_charge(text: str, match: re.Match[str], before: str) -> bool:
    """Return whether `+` or `-` ends an ion, as in `OH-`; else it joins two, or is a bond."""
    after = text[match.end() : match.end() + 1]
    is_end = not after or after.isspace() or after in ")]}"
    return before in ("word", "number", "close") and is_end


def _chemistry(parser: Parser, call: Token) -> list[Atom]:
    tokens = parser.stream.argument()
    text = "".join(t.shown + (" " if t.shown[1:].isalpha() else "") for t in tokens)
    made = [token._replace(at=call.at) for token in tokens_of(_tex(text.strip(), call.at))]
    return parser.inner(made)


CHEMISTRY: dict[str, Command] = {"ce": _chemistry, "cee": _chemistry, "ch": _chemistry}
