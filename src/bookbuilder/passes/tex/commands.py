"""Carry out the commands of LaTeX that have arguments, or that set something."""

from __future__ import annotations

import unicodedata

from bs4 import Tag

from bookbuilder.passes.tex.atoms import FUNCTION, SPACE, Atom, as_one, joined, mo, row, space
from bookbuilder.passes.tex.chemistry import CHEMISTRY
from bookbuilder.passes.tex.definitions import DEFINITIONS
from bookbuilder.passes.tex.environments import begin, substack
from bookbuilder.passes.tex.fences import FENCES
from bookbuilder.passes.tex.letters import BOLDER
from bookbuilder.passes.tex.looks import LOOKS
from bookbuilder.passes.tex.numbers import NUMBERS
from bookbuilder.passes.tex.parser import Command, Parser, fenced
from bookbuilder.passes.tex.physics import PHYSICS
from bookbuilder.passes.tex.stacks import STACKS
from bookbuilder.passes.tex.symbols import (
    BIN,
    CLOSE,
    INNER,
    OP,
    OPEN,
    ORD,
    PUNCT,
    REL,
    sign_of,
)
from bookbuilder.passes.tex.tokens import CHAR, COMMAND, TexError, Token
from bookbuilder.passes.tex.words import FONTS, text_atom
from bookbuilder.trees.markup import new_tag, text_of

_FUNCTIONS = [
    "arccos",
    "arcsin",
    "arctan",
    "arccot",
    "arcsec",
    "arccsc",
    "arctg",
    "arcctg",
    "arg",
    "ch",
    "cos",
    "cosh",
    "cosec",
    "cot",
    "coth",
    "cotg",
    "csc",
    "ctg",
    "cth",
    "deg",
    "dim",
    "exp",
    "hom",
    "ker",
    "lg",
    "ln",
    "log",
    "sec",
    "sh",
    "sin",
    "sinh",
    "tan",
    "tanh",
    "tg",
    "th",
]
_LIMITS = {
    **{
        name: name
        for name in [
            "det",
            "gcd",
            "inf",
            "lim",
            "max",
            "min",
            "sup",
            "Pr",
            "plim",
            "argmax",
            "argmin",
        ]
    },
    "injlim": "inj lim",
    "liminf": "lim inf",
    "limsup": "lim sup",
    "projlim": "proj lim",
}
_ALPHABETS = {
    "mathbb": "double-struck",
    "Bbb": "double-struck",
    "mathds": "double-struck",
    "mathbbm": "double-struck",
    "mathbf": "bold",
    "bold": "bold",
    "mathbfup": "bold",
    "symbf": "bold",
    "mathcal": "script",
    "mathscr": "script",
    "scr": "script",
    "mathfrak": "fraktur",
    "frak": "fraktur",
    "mathit": "italic",
    "mathnormal": "",
    "mathrm": "normal",
    "mathup": "normal",
    "symrm": "normal",
    "mathsf": "sans-serif",
    "mathtt": "monospace",
    "mathbfit": "bold-italic",
    "mathbfcal": "bold-script",
    "mathbffrak": "bold-fraktur",
    "mathbfsf": "bold-sans-serif",
}
_SWITCHES = {
    "rm": "normal",
    "bf": "bold",
    "it": "italic",
    "sf": "sans-serif",
    "tt": "monospace",
    "cal": "script",
    "mit": "",
    "bfseries": "bold",
    "boldmath": "bold-italic",
}
_MANY = {"idotsint": "∫⋯∫", "iiiint": "⨌"}


def _function(parser: Parser, call: Token) -> Atom:
    name = _LIMITS.get(call.text, call.text)
    limits = "display" if call.text in _LIMITS else ""
    return Atom(new_tag("mi", {}, name.replace(" ", "\N{THIN SPACE}")), FUNCTION, limits)


def _line_over_lim(parser: Parser, call: Token) -> Atom:
    under = call.text in ("varliminf", "varinjlim", "varprojlim")
    sign = {"varinjlim": "→", "varprojlim": "←"}.get(call.text, "_" if under else "¯")
    name = "munder" if under else "mover"
    accent = {"accentunder" if under else "accent": "true"}
    tag = joined(name, [new_tag("mi", {}, "lim"), mo(sign, stretchy="true")], accent)
    return Atom(tag, FUNCTION, "display")


def _operator_name(parser: Parser, call: Token) -> Atom:
    has_limits = parser.stream.takes("*") or call.text.endswith("withlimits")
    with parser.style(font="normal"):
        inside = parser.argument_atoms()
    if all(atom.tag.name in ("mi", "mn", "mo", "mtext", "mspace") for atom in inside):
        shown = ""
        for atom in inside:
            is_space = atom.tag.name == "mspace"
            shown += "\N{THIN SPACE}" if is_space else text_of(atom.tag) or "\N{NO-BREAK SPACE}"
        shown = shown.replace("−", "-").replace("∗", "*")
        alone = {"mathvariant": "normal"} if len(shown) == 1 else {}
        tag = new_tag("mi", alone, shown)
    else:
        tag = row(inside)
    return Atom(tag, FUNCTION, "display" if has_limits else "")


def _alphabet(parser: Parser, call: Token) -> Atom:
    with parser.style(font=_ALPHABETS[call.text]):
        return as_one(parser.argument_atoms())


def _bold(parser: Parser, call: Token) -> Atom:
    with parser.style(font=BOLDER.get(parser.font, "bold-italic")):
        return as_one(parser.argument_atoms())


def _switch(parser: Parser, call: Token) -> None:
    parser.font = _SWITCHES[call.text]


def _fraction(parser: Parser, call: Token) -> Atom:
    name = call.text
    style = {"d": True, "t": False, "c": True}.get(name[0]) if name != "frac" else None
    if name == "cfrac":
        parser.stream.option()
    with parser.style(display=style):
        inner = name == "cfrac"
        parts = [parser.argument(display=inner), parser.argument(display=inner)]
    if name == "cfrac":
        parts = [joined("mstyle", [p], {"displaystyle": "true", "scriptlevel": "0"}) for p in parts]
    line = {"linethickness": "0"} if name.endswith("binom") else {}
    atom = fenced(joined("mfrac", parts, line), "()" if name.endswith("binom") else "")
    return Atom(_styled(atom.tag, style), INNER if name.endswith("frac") else ORD)


def _styled(tag: Tag, display: bool | None) -> Tag:
    if display is None:
        return tag
    said = {"displaystyle": str(display).lower(), "scriptlevel": "0"}
    return joined("mstyle", [tag], said)


def _general_fraction(parser: Parser, call: Token) -> Atom:
    left, right, line, style = (parser.stream.word() for _ in range(4))
    display = {"0": True, "1": False}.get(style)
    parts = [parser.argument(display=False), parser.argument(display=False)]
    thickness = {"linethickness": "0" if line.startswith("0") else line} if line else {}
    fraction = joined("mfrac", parts, thickness)
    fences = [sign_of(w[1:]) if w[1:] else (w, "") for w in (left, right)]
    if left and right and all(fences):
        shown = "".join(f[0] for f in fences if f)
        return Atom(_styled(fenced(fraction, shown).tag, display))
    return Atom(_styled(fraction, display))


def _root(parser: Parser, call: Token) -> Atom:
    index = parser.stream.option()
    inside = parser.argument_atoms()
    if index:
        degree = row(parser.inner(index, display=False))
        return Atom(joined("mroot", [row(inside), degree]))
    return Atom(joined("msqrt", [row(inside)]))


def _prescript(parser: Parser, call: Token) -> Atom:
    above, below = parser.argument(display=False), parser.argument(display=False)
    base = parser.argument()
    parts = [base, new_tag("mprescripts"), below, above]
    return Atom(joined("mmultiscripts", parts))


def _sideset(parser: Parser, call: Token) -> Atom:
    sides: list[list[Tag]] = []
    for _ in range(2):
        tokens = parser.stream.argument()
        marked = parser.inner([Token(CHAR, "{", call.at), Token(CHAR, "}", call.at), *tokens])
        tag = marked[0].tag if marked else new_tag("mrow")
        parts = [c for c in tag.contents if isinstance(c, Tag)]
        empty = [new_tag("mrow"), new_tag("mrow")]
        found = {"msub": [*parts[1:], *empty[:1]], "msup": [*empty[:1], *parts[1:]]}
        sides.append(found.get(tag.name, parts[1:] if tag.name == "msubsup" else empty))
    base = as_one(parser.argument_atoms())
    parts = [base.tag, *sides[1], new_tag("mprescripts"), *sides[0]]
    return Atom(joined("mmultiscripts", parts), OP, base.limits)


def _class(kind: str) -> Command:
    def command(parser: Parser, call: Token) -> Atom:
        base = as_one(parser.argument_atoms())
        gap = {BIN: "0.2222em", REL: "0.2778em"}.get(kind, "0em")
        is_spaced = base.tag.name == "mo" or kind in (BIN, REL)
        if base.tag.name != "mo" and kind in (BIN, REL):
            tag = joined("mrow", [space(gap), base.tag, space(gap)])
            return Atom(tag, kind)
        if is_spaced:
            base.tag.attrs.update({"lspace": gap, "rspace": gap})
        return Atom(base.tag, FUNCTION if kind == OP else kind, "display" if kind == OP else "")

    return command


def _not(parser: Parser, call: Token) -> list[Atom]:
    made = parser.single()
    if not made:
        raise TexError("an argument is missing", call.at, call.shown)
    tag = made[-1].tag
    if tag.name in ("mo", "mi", "mn"):
        shown = {"∣": "∤", "∥": "∦", "∃": "∄", "∈": "∉"}.get(text_of(tag))
        shown = shown or unicodedata.normalize("NFC", f"{text_of(tag)}\u0338")
        tag.contents = list(new_tag("mo", {}, shown).contents)
    return made


def _mod(parser: Parser, call: Token) -> list[Atom]:
    name = new_tag("mi", {}, "mod")
    if call.text == "bmod":
        return [Atom(joined("mrow", [space("0.2222em"), name, space("0.2222em")]), BIN)]
    inside = parser.argument()
    gap = Atom(space("1em" if parser.display else "0.5em"), SPACE)
    if call.text == "mod":
        return [gap, Atom(joined("mrow", [name, space("0.3333em"), inside]))]
    left = mo("(", stretchy="false", form="prefix")
    right = mo(")", stretchy="false", form="postfix")
    middle = [inside] if call.text == "pod" else [name, space("0.3333em"), inside]
    return [gap, Atom(joined("mrow", [left, *middle, right]))]


def _nothing(parser: Parser, call: Token) -> None:
    """Take a command that changes nothing in a book."""


def _one_ignored(parser: Parser, call: Token) -> None:
    parser.stream.takes("*")
    parser.stream.option()
    parser.stream.argument()


def _ensure(parser: Parser, call: Token) -> list[Atom]:
    return parser.argument_atoms()


def _many(parser: Parser, call: Token) -> Atom:
    return Atom(joined("mrow", [mo(sign) for sign in _MANY[call.text]]), OP)


def _middle_dots(parser: Parser, call: Token) -> Atom:
    """Read `\\dots`: on the line between commas, else in the middle, as amsmath places them."""
    token = parser.stream.peek()
    next_kind = ""
    if token is not None and token.kind == COMMAND:
        sign = sign_of(token.text)
        next_kind = sign[1] if sign else ""
    elif token is not None and token.text in "+-=<>":
        next_kind = BIN
    return parser.sign("⋯" if next_kind in (BIN, REL, OP) else "…", INNER)


COMMANDS: dict[str, Command] = {
    **dict.fromkeys(_FUNCTIONS, _function),
    **dict.fromkeys(_LIMITS, _function),
    **dict.fromkeys(("varliminf", "varlimsup", "varinjlim", "varprojlim"), _line_over_lim),
    **dict.fromkeys(("operatorname", "operatornamewithlimits"), _operator_name),
    **dict.fromkeys(_ALPHABETS, _alphabet),
    **dict.fromkeys(("boldsymbol", "bm", "pmb", "symbfit"), _bold),
    **dict.fromkeys(_SWITCHES, _switch),
    **dict.fromkeys(FONTS, text_atom),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "binom", "dbinom", "tbinom"), _fraction),
    "genfrac": _general_fraction,
    "sqrt": _root,
    **STACKS,
    "prescript": _prescript,
    "sideset": _sideset,
    "substack": substack,
    "mathbin": _class(BIN),
    "mathrel": _class(REL),
    "mathop": _class(OP),
    "mathopen": _class(OPEN),
    "mathclose": _class(CLOSE),
    "mathpunct": _class(PUNCT),
    "mathord": _class(ORD),
    "mathinner": _class(INNER),
    "not": _not,
    **dict.fromkeys(("mod", "bmod", "pmod", "pod"), _mod),
    **NUMBERS,
    **dict.fromkeys(("nonumber", "notag", "allowbreak", "nobreak", "relax", "null"), _nothing),
    **dict.fromkeys(("protect", "par", "medskip", "smallskip", "bigskip", "noindent"), _nothing),
    **dict.fromkeys(("displaybreak", "centering", "hfill", "hfil", "strut", "/"), _nothing),
    **dict.fromkeys(("vspace", "allowdisplaybreaks", "setlength"), _one_ignored),
    **PHYSICS,
    **CHEMISTRY,
    "ensuremath": _ensure,
    **dict.fromkeys(_MANY, _many),
    "dots": _middle_dots,
    "begin": begin,
    **FENCES,
    **LOOKS,
    **DEFINITIONS,
}
