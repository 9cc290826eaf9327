"""Read brackets that grow: `\\left( … \\right)`, and `\\big(` and its larger sisters."""

from __future__ import annotations

from bookbuilder.passes.tex.atoms import Atom, joined, mo, row_tags
from bookbuilder.passes.tex.parser import Command, Parser
from bookbuilder.passes.tex.symbols import CLOSE, INNER, OPEN, ORD, REL, sign_of
from bookbuilder.passes.tex.tokens import COMMAND, TexError, Token

_SIZES = {"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}
_KINDS = {"l": OPEN, "r": CLOSE, "m": REL, "": ORD}
_SIGNS = frozenset("()[]|/<>.‖⟨⟩⌈⌉⌊⌋⟦⟧{}↑↓↕⇑⇓⇕\\⎰⎱⟮⟯⌜⌝⌞⌟")


def delimiter(parser: Parser, call: Token) -> str:
    """Take a bracket or another sign that can grow; `.` is none, and gives an empty text."""
    token = parser.stream.next()
    sign: str | None = token.text
    if token.kind == COMMAND:
        known = sign_of(token.text) if token.text not in "{}" else (token.text, "")
        sign = known[0] if known else None
    if sign is None or sign not in _SIGNS:
        message = f"`{token.shown}` after `{call.shown}` is no bracket"
        raise TexError(message, token.at, token.shown)
    return {".": "", "<": "⟨", ">": "⟩"}.get(sign, sign)


def _left(parser: Parser, call: Token) -> Atom:
    left = delimiter(parser, call)
    tags = []
    with parser.style():
        while True:
            tags += row_tags(parser.atoms(_is_end))
            token = parser.stream.peek()
            if token is None:
                message = "`\\left` has no `\\right`"
                raise TexError(message, call.at, call.shown)
            parser.stream.next()
            sign = delimiter(parser, token)
            if token.text == "right":
                break
            tags.append(mo(sign, fence="true", stretchy="true", lspace="0.05em", rspace="0.05em"))
    if left:
        tags.insert(0, mo(left, fence="true", stretchy="true", form="prefix"))
    if sign:
        tags.append(mo(sign, fence="true", stretchy="true", form="postfix"))
    return Atom(joined("mrow", tags), INNER)


def _right(parser: Parser, call: Token) -> Atom:
    raise TexError(f"`{call.shown}` has no `\\left`", call.at, call.shown)


def _big(parser: Parser, call: Token) -> Atom | None:
    name = call.text if call.text in _SIZES else call.text[:-1]
    size = _SIZES[name]
    sign = delimiter(parser, call)
    kind = _KINDS[call.text[len(name) :]]
    if not sign:
        return None
    form = {OPEN: "prefix", CLOSE: "postfix"}.get(kind)
    gap = "0.2778em" if kind == REL else "0em"
    attributes = {"stretchy": "true", "minsize": size, "maxsize": size}
    attributes |= {"form": form} if form else {}
    return Atom(mo(sign, **attributes, lspace=gap, rspace=gap), kind)


def _is_end(token: Token) -> bool:
    return token.kind == COMMAND and token.text in ("right", "middle")


FENCES: dict[str, Command] = {
    "left": _left,
    "right": _right,
    "middle": _right,
    **{size + side: _big for size in _SIZES for side in ("", "l", "r", "m")},
}
