"""Read text in formulas, such as `\\text{if $x > 0$}`."""

from __future__ import annotations

import unicodedata

from bs4 import Tag

from bookbuilder.passes.tex.atoms import Atom, joined, row
from bookbuilder.passes.tex.parser import Parser
from bookbuilder.passes.tex.symbols import sign_of
from bookbuilder.passes.tex.tokens import BLANK, COMMAND, TexError, Token
from bookbuilder.trees.markup import new_tag

NBSP = "\N{NO-BREAK SPACE}"
FONTS = {
    "text": "",
    "textnormal": "",
    "textrm": "",
    "textup": "",
    "textmd": "",
    "mbox": "",
    "hbox": "",
    "textbf": "bold",
    "textit": "italic",
    "textsl": "italic",
    "emph": "italic",
    "textsf": "sans-serif",
    "texttt": "monospace",
    "textsc": "",
}
_SIGNS = {" ": NBSP, ",": "\N{THIN SPACE}", "\\": " ", "-": "", "/": "", "quad": "\N{EM SPACE}"}
_SIGNS |= dict.fromkeys("$%&#_{}", "")
_LONGER = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303"}
_ACCENTS |= {"c": "\u0327", "v": "\u030c", "u": "\u0306", "=": "\u0304", ".": "\u0307"}
_ACCENTS |= {"r": "\u030a", "H": "\u030b", "k": "\u0328"}
_SWITCHES = {"bf": "bold", "bfseries": "bold", "it": "italic", "itshape": "italic"}
_SWITCHES |= {"rm": "", "tt": "monospace", "sf": "sans-serif", "normalfont": "", "sc": ""}
_SIZES = frozenset(["tiny", "scriptsize", "footnotesize", "small", "normalsize", "large", "Large"])


def text_tag(parser: Parser, tokens: list[Token], font: str) -> Tag:
    """Return the element of text that was typed in an argument."""
    parts = _Text(parser, tokens, font).read()
    return parts[0] if len(parts) == 1 else joined("mrow", parts)


def text_atom(parser: Parser, call: Token) -> Atom:
    return Atom(text_tag(parser, parser.stream.argument(), FONTS[call.text]))


class _Text:
    """Read the tokens of one piece of text into elements."""

    def __init__(self, parser: Parser, tokens: list[Token], font: str) -> None:
        self.parser = parser
        self.tokens = tokens
        self.font = font
        self.at = 0
        self.said = ""
        self.parts: list[Tag] = []

    def read(self) -> list[Tag]:
        with self.parser.deeper():
            while self.at < len(self.tokens):
                token = self.tokens[self.at]
                self.at += 1
                if token.kind == COMMAND:
                    self._command(token)
                elif token.text == "$":
                    self._formula("$", token)
                elif token.text not in "{}":
                    char = NBSP if token.text == "~" else token.text
                    self.said += " " if token.kind == BLANK else char
            self._flush()
        return self.parts

    def _flush(self) -> None:
        said = self.said
        self.said = ""
        if not said:
            return
        for typed, meant in _LONGER:
            said = said.replace(typed, meant)
        said = said.replace("`", "‘").replace("'", "’")
        # Blanks at an end would be lost.
        inner = said.strip(" ")
        before = NBSP if said[:1] == " " else ""
        after = NBSP if said[-1:] == " " and inner else ""
        variant = {"mathvariant": self.font} if self.font else {}
        self.parts.append(new_tag("mtext", variant, before + inner + after))

    def _command(self, token: Token) -> None:
        name = token.text
        macro = self.parser.stream.macros.get(name)
        if name in FONTS:
            self._inner(self._argument(token), FONTS[name] or self.font)
        elif name == "(":
            self._formula(")", token)
        elif name == "ensuremath":
            self._set(self._argument(token))
        elif name in _ACCENTS:
            letters = "".join(t.text for t in self._argument(token))
            accented = letters[:1].replace("ı", "i") + _ACCENTS[name] + letters[1:]
            self.said += unicodedata.normalize("NFC", accented)
        elif name in _SWITCHES:
            self._flush()
            self.font = _SWITCHES[name]
        elif name in ("ref", "eqref", "autoref", "cref"):
            shown = "".join(t.text for t in self._argument(token))
            self.said += f"({shown})" if name == "eqref" else shown
        elif macro is not None and not macro.parameters:
            self._inner([t._replace(at=token.at) for t in macro.body], self.font)
        elif name in _SIGNS:
            self.said += _SIGNS[name] or name
        elif (sign := sign_of(name)) is not None:
            self.said += sign[0]
        elif name not in _SIZES:
            raise TexError(f"`{token.shown}` is not known within text", token.at, token.shown)

    def _inner(self, tokens: list[Token], font: str) -> None:
        self._flush()
        self.parts.extend(_Text(self.parser, tokens, font).read())

    def _formula(self, end: str, opening: Token) -> None:
        place = _find(self.tokens, self.at, end, opening)
        inside, self.at = self.tokens[self.at : place], place + 1
        self._set(inside)

    def _set(self, tokens: list[Token]) -> None:
        self._flush()
        self.parts.append(row(self.parser.inner(tokens, display=False)))

    def _argument(self, call: Token) -> list[Token]:
        inside, self.at = _argument(self.tokens, self.at, call)
        return inside


def _find(tokens: list[Token], at: int, end: str, opening: Token) -> int:
    for place in range(at, len(tokens)):
        if tokens[place].text == end:
            return place
    raise TexError(f"`{opening.shown}` is never closed", opening.at, opening.shown)


def _argument(tokens: list[Token], at: int, call: Token) -> tuple[list[Token], int]:
    while at < len(tokens) and tokens[at].kind == BLANK:
        at += 1
    if at >= len(tokens):
        raise TexError("an argument is missing", call.at, call.shown)
    if tokens[at].text != "{" or tokens[at].kind == COMMAND:
        return [tokens[at]], at + 1
    depth = 0
    for place in range(at, len(tokens)):
        if tokens[place].kind != COMMAND:
            depth += (tokens[place].text == "{") - (tokens[place].text == "}")
        if depth == 0:
            return tokens[at + 1 : place], place + 1
    raise TexError("a `{` is never closed", tokens[at].at, "{")
