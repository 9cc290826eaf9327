"""Carry out commands of the packages braket and physics."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.passes.tex.atoms import Atom, joined, mo, row
from bookbuilder.passes.tex.parser import Command, Parser
from bookbuilder.passes.tex.symbols import INNER
from bookbuilder.passes.tex.tokens import CHAR, Token
from bookbuilder.trees.markup import new_tag


def _bra_ket(parser: Parser, call: Token) -> Atom:
    parser.stream.takes("*")
    inside = parser.argument_atoms()
    signs = {"bra": "⟨|", "ket": "|⟩", "braket": "⟨⟩", "set": "{}", "abs": "||", "norm": "‖‖"}
    left, right = tuple(signs[call.text.lower()])
    stretch = "true" if call.text[0].isupper() or call.text in ("abs", "norm") else "false"
    ends = [
        mo(sign, fence="true", stretchy=stretch, form=form, lspace="0em", rspace="0em")
        for sign, form in ((left, "prefix"), (right, "postfix"))
    ]
    return Atom(joined("mrow", [ends[0], row(inside), ends[1]]))


def _derivative(parser: Parser, call: Token) -> Atom:
    """Read the physics package's `\\dv{f}{x}` and `\\pdv[2]{f}{x}`."""
    parser.stream.takes("*")
    order = parser.stream.option()
    sign = "∂" if call.text.startswith("p") else "d"

    def d(power: bool) -> Tag:
        plain = {"mathvariant": "normal"}
        base = new_tag("mi", plain, sign)
        return joined("msup", [base, row(parser.inner(list(order or [])))]) if power else base

    has_order = bool(order)
    first = parser.argument_atoms(display=False)
    token = parser.stream.peek()
    if token is None or token[:2] != (CHAR, "{"):
        above, variable = [d(has_order)], row(first)
    else:
        above, variable = [d(has_order), row(first)], parser.argument(display=False)
    if has_order:
        variable = joined("msup", [variable, row(parser.inner(list(order or [])))])
    below = [new_tag("mi", {"mathvariant": "normal"}, sign), variable]
    return Atom(joined("mfrac", [joined("mrow", above), joined("mrow", below)]), INNER)


PHYSICS: dict[str, Command] = {
    **dict.fromkeys(("bra", "ket", "braket", "Bra", "Ket", "Braket", "abs", "norm"), _bra_ket),
    **dict.fromkeys(("set", "Set"), _bra_ket),
    **dict.fromkeys(("dv", "pdv", "derivative"), _derivative),
}
