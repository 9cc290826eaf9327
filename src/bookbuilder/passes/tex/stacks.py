"""Set things above and below others: accents, braces, arrows, and what `\\overset` names."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.passes.tex.atoms import FUNCTION, Atom, as_one, joined, mo, row, space
from bookbuilder.passes.tex.parser import Command, Parser
from bookbuilder.passes.tex.symbols import INNER, ORD, REL
from bookbuilder.passes.tex.tokens import Token

_ACCENTS = {
    "acute": "´",
    "bar": "¯",
    "breve": "˘",
    "check": "ˇ",
    "dddot": "\u20db",
    "ddddot": "\u20dc",
    "ddot": "¨",
    "dot": "˙",
    "grave": "`",
    "hat": "^",
    "mathring": "˚",
    "tilde": "~",
    "vec": "→",
}
_WIDE = {
    "overbrace": "⏞",
    "overbracket": "⎴",
    "overgroup": "⏠",
    "overleftarrow": "←",
    "overleftrightarrow": "↔",
    "overline": "¯",
    "overparen": "⏜",
    "overrightarrow": "→",
    "Overrightarrow": "⇒",
    "overrightharpoon": "⇀",
    "overleftharpoon": "↼",
    "wideparen": "⏜",
    "widecheck": "ˇ",
    "widehat": "^",
    "widetilde": "~",
}
_WIDE_BELOW = {
    "underbar": "_",
    "underbrace": "⏟",
    "underbracket": "⎵",
    "undergroup": "⏡",
    "underleftarrow": "←",
    "underleftrightarrow": "↔",
    "underline": "_",
    "underparen": "⏝",
    "underrightarrow": "→",
}
_ARROWS = {
    "xhookleftarrow": "↩",
    "xhookrightarrow": "↪",
    "xleftarrow": "←",
    "xLeftarrow": "⇐",
    "xleftharpoondown": "↽",
    "xleftharpoonup": "↼",
    "xleftrightarrow": "↔",
    "xLeftrightarrow": "⇔",
    "xleftrightharpoons": "⇋",
    "xlongequal": "=",
    "xmapsto": "↦",
    "xrightarrow": "→",
    "xRightarrow": "⇒",
    "xrightharpoondown": "⇁",
    "xrightharpoonup": "⇀",
    "xrightleftharpoons": "⇌",
    "xtofrom": "⇄",
    "xtwoheadleftarrow": "↞",
    "xtwoheadrightarrow": "↠",
}


def _accent(parser: Parser, call: Token) -> Atom:
    sign = _ACCENTS[call.text]
    base = parser.argument()
    tag = joined("mover", [base, mo(sign, stretchy="false")], {"accent": "true"})
    return Atom(tag)


def _wide_accent(parser: Parser, call: Token) -> Atom:
    base = parser.argument()
    sign = mo(_WIDE[call.text], stretchy="true")
    tag = joined("mover", [base, sign], {"accent": "true"})
    is_brace = call.text in ("overbrace", "overbracket", "overgroup", "overparen")
    return Atom(tag, INNER if is_brace else ORD, "always" if is_brace else "")


def _wide_below(parser: Parser, call: Token) -> Atom:
    base = parser.argument()
    sign = mo(_WIDE_BELOW[call.text], stretchy="true")
    tag = joined("munder", [base, sign], {"accentunder": "true"})
    is_brace = call.text in ("underbrace", "underbracket", "undergroup", "underparen")
    return Atom(tag, INNER if is_brace else ORD, "always" if is_brace else "")


def _arrow(parser: Parser, call: Token) -> Atom:
    below = parser.stream.option()
    above = parser.argument_atoms(display=False)
    arrow = mo(_ARROWS[call.text], stretchy="true", minsize="1.5em")
    up = _padded(row(above))
    if not below:
        return Atom(joined("mover", [arrow, up]), REL)
    down = _padded(row(parser.inner(below, display=False)))
    if not above:
        return Atom(joined("munder", [arrow, down]), REL)
    return Atom(joined("munderover", [arrow, down, up]), REL)


def _padded(tag: Tag) -> Tag:
    return joined("mrow", [space("0.4em"), tag, space("0.4em")])


def _stacked(parser: Parser, call: Token) -> Atom:
    name = "munder" if call.text == "underset" else "mover"
    script = parser.argument(display=False)
    base = as_one(parser.argument_atoms())
    kind = REL if call.text == "stackrel" else base.kind
    if base.tag.name == "mo":
        base.tag["movablelimits"] = "false"
    return Atom(
        joined(name, [base.tag, script]), FUNCTION if kind == FUNCTION else kind, base.limits
    )


def _overunderset(parser: Parser, call: Token) -> Atom:
    above, below = parser.argument(display=False), parser.argument(display=False)
    base = as_one(parser.argument_atoms())
    return Atom(joined("munderover", [base.tag, below, above]), base.kind)


STACKS: dict[str, Command] = {
    **dict.fromkeys(_ACCENTS, _accent),
    **dict.fromkeys(_WIDE, _wide_accent),
    **dict.fromkeys(_WIDE_BELOW, _wide_below),
    **dict.fromkeys(_ARROWS, _arrow),
    **dict.fromkeys(("overset", "underset", "stackrel"), _stacked),
    "overunderset": _overunderset,
}
