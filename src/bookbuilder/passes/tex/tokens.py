"""Cut TeX into tokens, and expand macros, which are bounded in number and in length."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct, field

LONGEST = 20_000
"""Characters of one formula."""
MOST_EXPANSIONS = 1_000
MOST_TOKENS = 50_000
"""Tokens that the macros of one formula may become."""
MOST_PARAMETERS = 9
_LONGEST_MACRO = 2_000

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]+)\s*|\\(?P<sign>.)|(?P<blank>\s+)|%[^\n]*(?:\n[ \t]*)?|(?P<char>.)",
    re.DOTALL,
)


class TexError(Exception):
    """Say why a formula cannot be set; `at` is where in it, `text` what stands there."""

    def __init__(self, message: str, at: int, text: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.text = text
        self.hint = hint


class Token(NamedTuple):
    """Hold a command without its backslash, a character or a blank, and its place."""

    kind: str
    text: str
    at: int

    @property
    def shown(self) -> str:
        return f"\\{self.text}" if self.kind == "command" else self.text


COMMAND, CHAR, BLANK = "command", "char", "blank"


class Macro(Struct, frozen=True):
    """Hold what a command of the author's stands for; `first` is its first argument's default."""

    body: tuple[Token, ...]
    parameters: int = 0
    first: tuple[Token, ...] | None = None
    may_have_star: bool = False


Macros = dict[str, Macro]


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of `text`. Blanks after a command's name and comments are none."""
    if len(text) > LONGEST:
        raise TexError(f"it is longer than {LONGEST:,} characters", 0)
    found = []
    for match in _TOKEN.finditer(text):
        if match["word"]:
            found.append(Token(COMMAND, match["word"], match.start()))
        elif match["sign"]:
            sign = " " if match["sign"].isspace() else match["sign"]
            found.append(Token(COMMAND, sign, match.start()))
        elif match["blank"]:
            found.append(Token(BLANK, " ", match.start()))
        elif match["char"]:
            found.append(Token(CHAR, match["char"], match.start()))
    return found


class Stream(Struct):
    """Give the tokens of a formula one by one, with the author's macros expanded."""

    macros: Macros
    _stack: list[Token] = field(default_factory=list)
    _expansions: int = 0
    _made: int = 0
    end: int = 0

    def feed(self, tokens: list[Token]) -> None:
        """Put `tokens` before all others."""
        self._made += len(tokens)
        if self._made > MOST_TOKENS:
            at = tokens[0].at if tokens else self.end
            raise TexError("its macros expand without end", at)
        self._stack.extend(reversed(tokens))

    def peek(self) -> Token | None:
        """Return the next token that is no blank, or None at the end."""
        self.skip_blanks()
        return self._stack[-1] if self._stack else None

    def peek_raw(self) -> Token | None:
        """Return the next token, which may be a blank."""
        self._expand()
        return self._stack[-1] if self._stack else None

    def next(self) -> Token:
        token = self.peek()
        if token is None:
            raise TexError("it ends too early", self.end)
        return self._stack.pop()

    def next_raw(self) -> Token:
        token = self.peek_raw()
        if token is None:
            raise TexError("it ends too early", self.end)
        return self._stack.pop()

    def skip_blanks(self) -> None:
        self._expand()
        while self._stack and self._stack[-1].kind == BLANK:
            self._stack.pop()
            self._expand()

    def takes(self, char: str) -> bool:
        """Take the next token, if it is the character `char`; say whether it was."""
        token = self.peek()
        if token is None or token.kind != CHAR or token.text != char:
            return False
        self._stack.pop()
        return True

    def argument(self) -> list[Token]:
        """Take the tokens of an argument: what stands in braces, or one token. Expand nothing."""
        while self._stack and self._stack[-1].kind == BLANK:
            self._stack.pop()
        if not self._stack:
            raise TexError("an argument is missing", self.end)
        token = self._stack.pop()
        if token.kind == CHAR and token.text == "}":
            raise TexError("an argument is missing before `}`", token.at, "}")
        if token.kind != CHAR or token.text != "{":
            return [token]
        return self._up_to("}", token)

    def option(self) -> list[Token] | None:
        """Take what stands in square brackets; None if nothing does."""
        depth = len(self._stack) - 1
        while depth >= 0 and self._stack[depth].kind == BLANK:
            depth -= 1
        if depth < 0 or self._stack[depth].kind != CHAR or self._stack[depth].text != "[":
            return None
        opening = self._stack[depth]
        del self._stack[depth:]
        return self._up_to("]", opening)

    def _up_to(self, closing: str, opening: Token) -> list[Token]:
        found: list[Token] = []
        depth = 0
        while self._stack:
            token = self._stack.pop()
            if token.kind == CHAR:
                if token.text == closing and depth == 0:
                    return found
                depth += (token.text == "{") - (token.text == "}")
                if depth < 0:
                    break
            found.append(token)
        raise TexError(f"`{opening.text}` is never closed", opening.at, opening.text)

    def take_unexpanded(self) -> Token:
        """Take the next token that is no blank, even if it is a macro."""
        while self._stack:
            token = self._stack.pop()
            if token.kind != BLANK:
                return token
        raise TexError("it ends too early", self.end)

    def look_unexpanded(self) -> Token | None:
        return self._stack[-1] if self._stack else None

    def word(self) -> str:
        """Take an argument that is plain text, such as a name or a length."""
        return "".join(token.shown for token in self.argument()).strip()

    def _expand(self) -> None:
        while self._stack and self._stack[-1].kind == COMMAND:
            token = self._stack[-1]
            macro = self.macros.get(token.text)
            if macro is None:
                return
            self._stack.pop()
            self._expansions += 1
            if self._expansions > MOST_EXPANSIONS:
                raise TexError("its macros expand without end", token.at, token.shown)
            self.feed(self._body_of(macro, token))

    def _body_of(self, macro: Macro, call: Token) -> list[Token]:
        given: list[list[Token]] = []
        if macro.may_have_star and self._stack and self._stack[-1][:2] == (CHAR, "*"):
            self._stack.pop()
        if macro.first is not None:
            chosen = self.option()
            given.append(list(macro.first) if chosen is None else chosen)
        while len(given) < macro.parameters:
            given.append(self.argument())
        made: list[Token] = []
        body = iter(macro.body)
        for token in body:
            if token.kind != CHAR or token.text != "#":
                made.append(token._replace(at=call.at))
                continue
            number = next(body, None)
            if number is None or not number.text.isdigit() or not given[int(number.text) - 1 :]:
                raise TexError(f"the definition of `{call.shown}` is wrong", call.at, call.shown)
            made.extend(given[int(number.text) - 1])
            if len(made) > MOST_TOKENS:
                raise TexError("its macros expand without end", call.at, call.shown)
        return made


def stream_of(text: str, macros: Macros) -> Stream:
    stream = Stream(macros, end=len(text))
    stream.feed(tokens_of(text))
    return stream


def macro_of(body: list[Token], parameters: int, first: list[Token] | None, at: int) -> Macro:
    if parameters > MOST_PARAMETERS or len(body) > _LONGEST_MACRO:
        raise TexError("the definition of a command is too long", at)
    return Macro(tuple(body), parameters, None if first is None else tuple(first))
