"""Read commands that authors define, with `\\newcommand`, `\\def`, `\\DeclareMathOperator`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from bookbuilder.passes.tex.parser import Command, Parser
from bookbuilder.passes.tex.tokens import (
    BLANK,
    CHAR,
    COMMAND,
    Macro,
    Macros,
    TexError,
    Token,
    macro_of,
    tokens_of,
)

MOST = 1_000
"""Commands that a book may define."""
# A book that took away what these mean could not be read any more.
_KEPT = frozenset(["begin", "end", "left", "right", "(", ")", "[", "]", "\\", "{", "}"])


def define(macros: Macros, name: Token, macro: Macro) -> None:
    if name.kind != COMMAND or name.text in _KEPT:
        raise TexError(f"`{name.shown}` cannot be defined", name.at, name.shown)
    if len(macros) >= MOST:
        raise TexError(f"the book defines more than {MOST:,} commands", name.at, name.shown)
    macros[name.text] = macro


def macros_of(said: Mapping[str, object]) -> tuple[Macros, dict[str, str]]:
    """Return the macros of a table `name = "body"`, and what is wrong with each other one.

    A body may be a list, as for MathJax: the body, the number of arguments, and the default of the
    first. Without a number, the arguments are counted.
    """
    macros: Macros = {}
    wrong: dict[str, str] = {}
    for key, value in said.items():
        parts = value if isinstance(value, list) and value else [value]
        name = str(key).strip().removeprefix("\\")
        body = parts[0]
        if not isinstance(body, str) or not name:
            wrong[str(key)] = "its meaning must be text"
            continue
        try:
            tokens = tokens_of(body)
            count = parts[1] if len(parts) > 1 and isinstance(parts[1], int) else _count(tokens)
            first = tokens_of(parts[2]) if len(parts) > 2 and isinstance(parts[2], str) else None
            macro = macro_of(tokens, count, first, 0)
            define(macros, Token(COMMAND, name, 0), macro)
        except TexError as error:
            wrong[str(key)] = error.message
    return macros, wrong


def _count(tokens: list[Token]) -> int:
    pairs = itertools.pairwise(tokens)
    used = [int(b.text) for a, b in pairs if a[:2] == (CHAR, "#") and b.text in "123456789"]
    return max(used, default=0)


def _new_command(parser: Parser, call: Token) -> None:
    stream = parser.stream
    _skip_star(parser)
    name = [token for token in stream.argument() if token.kind != BLANK]
    count = "".join(t.text for t in stream.option() or [])
    first = stream.option() if count else None
    body = stream.argument()
    if len(name) != 1 or not (count == "" or count in "0123456789"):
        raise TexError("the definition of a command is wrong", call.at, call.shown)
    is_known = name[0].text in stream.macros or name[0].text in parser.commands
    if call.text != "providecommand" or not is_known:
        macro = macro_of(body, int(count or 0), first, call.at)
        define(stream.macros, name[0], macro)


def _def(parser: Parser, call: Token) -> None:
    stream = parser.stream
    name = _raw(parser)
    count = 0
    while (token := _raw(parser)).text != "{" or token.kind == COMMAND:
        if token.kind == BLANK:
            continue
        digit = _raw(parser) if token[:2] == (CHAR, "#") else token
        if token[:2] != (CHAR, "#") or digit.text != str(count + 1):
            message = f"`{call.shown}` can only define a command whose arguments are `#1`, `#2`…"
            raise TexError(message, token.at, token.shown)
        count += 1
    stream.feed([token])
    define(stream.macros, name, macro_of(stream.argument(), count, None, call.at))


def _let(parser: Parser, call: Token) -> None:
    name = _raw(parser)
    target = _raw(parser)
    while target.kind == BLANK or target[:2] == (CHAR, "="):
        target = _raw(parser)
    macros = parser.stream.macros
    macro = macros.get(target.text) if target.kind == COMMAND else None
    if name.text != target.text or macro is not None:
        define(macros, name, macro or Macro((target,)))


def _operator(parser: Parser, call: Token) -> None:
    star = _skip_star(parser)
    name = [token for token in parser.stream.argument() if token.kind != BLANK]
    body = parser.stream.argument()
    if len(name) != 1:
        raise TexError("the definition of a command is wrong", call.at, call.shown)
    opening = [Token(COMMAND, "operatorname", call.at), *star, Token(CHAR, "{", call.at)]
    made = [*opening, *body, Token(CHAR, "}", call.at)]
    define(parser.stream.macros, name[0], macro_of(made, 0, None, call.at))


def _paired(parser: Parser, call: Token) -> None:
    """Read mathtools' `\\DeclarePairedDelimiter{\\abs}{\\lvert}{\\rvert}`."""
    name = [token for token in parser.stream.argument() if token.kind != BLANK]
    left, right = parser.stream.argument(), parser.stream.argument()
    if len(name) != 1:
        raise TexError("the definition of a command is wrong", call.at, call.shown)
    at = call.at
    opening = [Token(COMMAND, "left", at), *(left or [Token(CHAR, ".", at)])]
    closing = [Token(COMMAND, "right", at), *(right or [Token(CHAR, ".", at)])]
    inside = [Token(CHAR, "#", at), Token(CHAR, "2", at)]
    # Its first argument, in brackets, is a size such as `\big`: these fences grow by themselves.
    macro = Macro((*opening, *inside, *closing), 2, (), may_have_star=True)
    define(parser.stream.macros, name[0], macro)


def _raw(parser: Parser) -> Token:
    """Take the next token as it is: the name in a definition may be a macro's."""
    return parser.stream.take_unexpanded()


def _skip_star(parser: Parser) -> list[Token]:
    token = parser.stream.look_unexpanded()
    return [_raw(parser)] if token is not None and token[:2] == (CHAR, "*") else []


DEFINITIONS: dict[str, Command] = {
    **dict.fromkeys(("newcommand", "renewcommand", "providecommand"), _new_command),
    "DeclareRobustCommand": _new_command,
    **dict.fromkeys(("def", "gdef", "edef", "xdef"), _def),
    "let": _let,
    "DeclareMathOperator": _operator,
    "DeclarePairedDelimiter": _paired,
}
