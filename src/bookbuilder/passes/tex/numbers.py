"""Read what authors say of the numbers of formulas: labels, tags and references."""

from __future__ import annotations

from bookbuilder.passes.tex.atoms import Atom
from bookbuilder.passes.tex.parser import Command, Number, Parser
from bookbuilder.passes.tex.symbols import sign_of
from bookbuilder.passes.tex.tokens import COMMAND, Token
from bookbuilder.trees.markup import new_tag


def _label(parser: Parser, call: Token) -> None:
    name = "".join(token.shown for token in parser.stream.argument()).strip()
    parser.numbers.append(Number(parser.row, label=name))


def _tag(parser: Parser, call: Token) -> None:
    is_bare = parser.stream.takes("*")
    tokens = parser.stream.argument()
    said = "".join(t.shown for t in tokens if t.text not in "${}" or t.kind == COMMAND).strip()
    if said.startswith("\\"):
        sign = sign_of(said[1:].strip())
        said = sign[0] if sign else said[1:]
    parser.numbers.append(Number(parser.row, tag=said, has_parentheses=not is_bare))


def _reference(parser: Parser, call: Token) -> Atom:
    name = "".join(token.shown for token in parser.stream.argument())
    return Atom(new_tag("mtext", {}, f"({name})" if call.text == "eqref" else name))


NUMBERS: dict[str, Command] = {
    "label": _label,
    "tag": _tag,
    **dict.fromkeys(("ref", "eqref"), _reference),
}
