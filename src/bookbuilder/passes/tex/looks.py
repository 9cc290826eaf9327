"""Carry out what changes the look of a formula: spaces, sizes, colours, boxes, styles."""

from __future__ import annotations

import re

from bs4 import Tag

from bookbuilder.passes.tex.atoms import SPACE, Atom, joined, row, space
from bookbuilder.passes.tex.parser import Command, Parser
from bookbuilder.passes.tex.symbols import ORD
from bookbuilder.passes.tex.tokens import CHAR, TexError, Token
from bookbuilder.passes.tex.words import text_tag
from bookbuilder.trees.markup import new_tag

_SPACES = {
    ",": "0.1667em",
    "thinspace": "0.1667em",
    ":": "0.2222em",
    ">": "0.2222em",
    "medspace": "0.2222em",
    ";": "0.2778em",
    "thickspace": "0.2778em",
    "!": "-0.1667em",
    "negthinspace": "-0.1667em",
    "negmedspace": "-0.2222em",
    "negthickspace": "-0.2778em",
    "enspace": "0.5em",
    "enskip": "0.5em",
    "quad": "1em",
    "qquad": "2em",
    "hfilneg": "0em",
}
_UNITS = {"mu": 1 / 18, "pt": 0.1, "ex": 0.43, "em": 1.0, "mm": 0.285, "cm": 2.85, "in": 7.23}
_UNITS |= {"pc": 1.2, "bp": 0.1, "px": 0.075, "sp": 0.0, "dd": 0.107, "cc": 1.284}
_LENGTH = re.compile(
    r"([+-]?\d{0,4}\.?\d{1,4}|[+-]?\d{1,4}\.)(mu|pt|ex|em|mm|cm|in|pc|bp|px|sp|dd|cc)"
)
_WIDEST = 20.0
_SIZES = {
    "tiny": 0.5,
    "scriptsize": 0.7,
    "footnotesize": 0.8,
    "small": 0.9,
    "normalsize": 1.0,
    "large": 1.2,
    "Large": 1.44,
    "LARGE": 1.73,
    "huge": 2.07,
    "Huge": 2.49,
}
_STYLES = {"displaystyle": (True, 0), "textstyle": (False, 0)}
_STYLES |= {"scriptstyle": (False, 1), "scriptscriptstyle": (False, 2)}
# Colours of LaTeX that CSS does not have, or has another of that name.
_COLOURS = {"green": "#00ff00", "darkgray": "#404040", "lightgray": "#bfbfbf", "teal": "#008080"}
_COLOURS |= {"violet": "#800080", "olive": "#808000", "lime": "#bfff00", "pink": "#ffbfbf"}
_COLOURS |= {"purple": "#bf0040", "brown": "#bf8040", "orange": "#ff8000", "gray": "#808080"}
_STRIKES = {
    "cancel": "updiagonalstrike",
    "bcancel": "downdiagonalstrike",
    "xcancel": "updiagonalstrike downdiagonalstrike",
    "sout": "horizontalstrike",
    "slashed": "updiagonalstrike",
    "boxed": "box",
    "fbox": "box",
    "framebox": "box",
}


def length_of(text: str, at: int) -> str:
    """Return a length of TeX in em."""
    match = _LENGTH.fullmatch(text.replace(" ", "").split("plus")[0])
    if match is None:
        raise TexError(f"`{text}` is not a length", at, text)
    value = float(match[1]) * _UNITS[match[2]]
    return f"{max(min(value, _WIDEST), -_WIDEST):.4g}em"


def _space(parser: Parser, call: Token) -> Atom:
    return Atom(space(_SPACES[call.text]), SPACE)


def _blank(parser: Parser, call: Token) -> Atom:
    return Atom(new_tag("mtext", {}, "\N{NO-BREAK SPACE}"), SPACE)


def _given_space(parser: Parser, call: Token) -> Atom:
    parser.stream.takes("*")
    token = parser.stream.peek()
    if token is not None and token[:2] == (CHAR, "{"):
        return Atom(space(length_of(parser.stream.word(), call.at)), SPACE)
    said = ""
    while (token := parser.stream.peek()) is not None and token.kind == CHAR and len(said) < 12:
        if not (token.text in "+-." or token.text.isalnum()):
            break
        said += parser.stream.next().text
        if _LENGTH.fullmatch(said):
            break
    return Atom(space(length_of(said, call.at)), SPACE)


def _rest(parser: Parser, attributes: dict[str, str]) -> Atom:
    """Return the rest of the group, in the style that a command has set."""
    inside = parser.atoms(_ends_group)
    return Atom(joined("mstyle", [row(inside)], attributes))


def _ends_group(token: Token) -> bool:
    if token.kind == CHAR:
        return token.text in "}&"
    return token.text in ("right", "middle", "end", "\\", "cr", "over", "choose", "atop")


def _style(parser: Parser, call: Token) -> Atom:
    display, level = _STYLES[call.text]
    with parser.style(display=display):
        said = {"displaystyle": str(display).lower(), "scriptlevel": str(level)}
        return _rest(parser, said)


def _size(parser: Parser, call: Token) -> Atom | list[Atom]:
    size = _SIZES[call.text]
    if size == 1.0:
        return []
    return _rest(parser, {"mathsize": f"{size:g}em"})


def colour_of(parser: Parser, call: Token) -> str:
    """Take a colour, by name or in a model such as `[HTML]`, and return it as CSS writes it."""
    from tinycss2.color3 import parse_color

    model = "".join(t.text for t in parser.stream.option() or [])
    said = parser.stream.word().replace(" ", "")
    value = said
    numbers = said.split(",")
    if model == "HTML":
        value = f"#{said}"
    elif model in ("rgb", "RGB", "gray", "grey") and all(_is_number(n) for n in numbers):
        scale = 1 if model == "RGB" else 255
        parts = [max(0, min(255, round(float(n) * scale))) for n in numbers]
        parts = parts * 3 if len(parts) == 1 else parts
        value = "#" + "".join(f"{p:02x}" for p in parts[:3])
    mixed = re.match(r"([a-zA-Z]+)(?:!\d{1,3}.*)?$", value)
    if mixed:
        value = mixed[1]
    value = _COLOURS.get(value, value)
    parsed = parse_color(value.lower()) or parse_color(f"#{value}")
    if parsed is None or parsed == "currentColor":
        raise TexError(f"`{said}` is not a colour that bookbuilder knows", call.at, call.shown)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parsed[:3])


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d{0,4}\.?\d{1,6}", text))


def _colour(parser: Parser, call: Token) -> Atom:
    """Read `\\color{red}`, which holds for the rest of the group."""
    colour = colour_of(parser, call)
    token = parser.stream.peek()
    if token is not None and token[:2] == (CHAR, "{"):
        # For LaTeX, this too is for the rest; for MathJax, and for authors, it is for the group.
        return Atom(joined("mstyle", [parser.argument()], {"mathcolor": colour}))
    return _rest(parser, {"mathcolor": colour})


def _text_colour(parser: Parser, call: Token) -> Atom:
    colour = colour_of(parser, call)
    atoms = parser.argument_atoms()
    kind = atoms[0].kind if len(atoms) == 1 else ORD
    return Atom(joined("mstyle", [row(atoms)], {"mathcolor": colour}), kind)


def _colour_box(parser: Parser, call: Token) -> Atom:
    """Read a box with a coloured ground, of which its frame and its text are kept."""
    if call.text == "fcolorbox":
        colour_of(parser, call)
    colour_of(parser, call)
    inside = text_tag(parser, parser.stream.argument(), "")
    return Atom(joined("menclose", [inside], {"notation": "box"}))


def _enclosed(parser: Parser, call: Token) -> Atom:
    if call.text in ("fbox", "framebox"):
        parser.stream.option()
        inside: Tag = text_tag(parser, parser.stream.argument(), "")
    else:
        inside = parser.argument(display=True if call.text == "boxed" else None)
    return Atom(joined("menclose", [inside], {"notation": _STRIKES[call.text]}))


def _phantom(parser: Parser, call: Token) -> Atom:
    tag = joined("mphantom", [parser.argument()])
    if call.text == "hphantom":
        tag = joined("mpadded", [tag], {"height": "0em", "depth": "0em"})
    elif call.text == "vphantom":
        tag = joined("mpadded", [tag], {"width": "0em"})
    return Atom(tag)


def _strut(parser: Parser, call: Token) -> Atom:
    bracket = new_tag("mo", {"stretchy": "false"}, "(")
    return Atom(joined("mpadded", [joined("mphantom", [bracket])], {"width": "0em"}))


def _smash(parser: Parser, call: Token) -> Atom:
    part = "".join(t.text for t in parser.stream.option() or [])
    said = {"b": {"depth": "0em"}, "t": {"height": "0em"}}
    flat = said.get(part, {"height": "0em", "depth": "0em"})
    return Atom(joined("mpadded", [parser.argument()], flat))


def _lap(parser: Parser, call: Token) -> Atom:
    """Read a part that takes no room. Where it would lie over others, it takes its room."""
    if call.text in ("clap", "llap", "rlap"):
        return Atom(text_tag(parser, parser.stream.argument(), ""))
    inside = parser.argument()
    if call.text == "mathrlap":
        return Atom(joined("mpadded", [inside], {"width": "0em"}))
    return Atom(inside)


def _raised(parser: Parser, call: Token) -> Atom:
    height = length_of(parser.stream.word(), call.at)
    inside = text_tag(parser, parser.stream.argument(), "")
    return Atom(joined("mpadded", [inside], {"voffset": height}))


def _rule(parser: Parser, call: Token) -> Atom:
    """Read a rule as a blank of its size: most are struts."""
    parser.stream.option()
    width, height = (length_of(parser.stream.word(), call.at) for _ in range(2))
    return Atom(new_tag("mspace", {"width": width, "height": height}), SPACE)


def _choice(parser: Parser, call: Token) -> list[Atom]:
    shown, others = (0, 4) if parser.display else (1, 4)
    made = [parser.argument_atoms() for _ in range(others)]
    return made[shown]


def _link(parser: Parser, call: Token) -> list[Atom]:
    """Read a link, of which the text is kept."""
    parser.stream.argument()
    return parser.argument_atoms()


def _bare(parser: Parser, call: Token) -> list[Atom]:
    return parser.argument_atoms()


LOOKS: dict[str, Command] = {
    **dict.fromkeys(_SPACES, _space),
    **dict.fromkeys((" ", "nobreakspace", "space"), _blank),
    **dict.fromkeys(("hspace", "hskip", "kern", "mkern", "mskip", "mspace"), _given_space),
    **dict.fromkeys(_STYLES, _style),
    **dict.fromkeys(_SIZES, _size),
    "color": _colour,
    "textcolor": _text_colour,
    **dict.fromkeys(("colorbox", "fcolorbox"), _colour_box),
    **dict.fromkeys(_STRIKES, _enclosed),
    **dict.fromkeys(("phantom", "hphantom", "vphantom"), _phantom),
    "mathstrut": _strut,
    "smash": _smash,
    **dict.fromkeys(("clap", "llap", "rlap", "mathclap", "mathllap", "mathrlap"), _lap),
    "raisebox": _raised,
    "rule": _rule,
    "mathchoice": _choice,
    **dict.fromkeys(("href", "class", "cssId", "htmlClass", "htmlId"), _link),
    **dict.fromkeys(("vcenter", "mathstrip"), _bare),
}
