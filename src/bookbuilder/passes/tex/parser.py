"""Read a formula of LaTeX and make its MathML: rows, groups, scripts and signs.

The commands and environments are in modules of their own, which call the parser back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bs4 import Tag
from msgspec import Struct, field

from bookbuilder.passes.tex.atoms import FUNCTION, SPACE, Atom, joined, mo, row
from bookbuilder.passes.tex.letters import styled
from bookbuilder.passes.tex.symbols import (
    BIN,
    CLOSE,
    INTEGRALS,
    OP,
    OPEN,
    ORD,
    PUNCT,
    REL,
    class_of,
    sign_of,
)
from bookbuilder.passes.tex.tokens import CHAR, COMMAND, Stream, TexError, Token
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import new_tag

DEEPEST = 40
_PRIMES = ("′", "″", "‴", "⁗")
_FENCES = frozenset("()[]{}|‖⟨⟩⌈⌉⌊⌋⟦⟧⎰⎱⟮⟯/\\")
_ARROWS_UP = frozenset("↑↓↕⇑⇓⇕")
_LETTERS_OF_MATHEMATICS = range(0x1D400, 0x1D800)
_ITALIC_ANYWAY = frozenset("ıȷ")

Command = Callable[["Parser", Token], Atom | list[Atom] | None]
Stop = Callable[[Token], bool]


class Number(Struct, frozen=True):
    """Hold what the author says of a line's number: `\\tag{…}`, and the names of `\\label{…}`."""

    row: int
    label: str = ""
    tag: str = ""
    has_parentheses: bool = True


class Parser(Struct):
    """Read the tokens of one formula. `display` and `font` are those of the place it has come to.

    `numbers` are the labels and tags that it finds, `row` the line of the outermost environment.
    """

    stream: Stream
    display: bool = False
    font: str = ""
    is_script: bool = False
    numbers: list[Number] = field(default_factory=list)
    row: int = 0
    rows: int = 1
    depth: int = 0
    commands: dict[str, Command] = field(default_factory=dict)

    def atoms(self, stop: Stop | None = None) -> list[Atom]:
        """Read atoms up to the end, or to the token at which `stop` says so, which stays."""
        with self.deeper():
            found: list[Atom] = []
            while (token := self.stream.peek()) is not None:
                if stop is not None and stop(token):
                    break
                if token.kind == CHAR and token.text == "}":
                    raise TexError("a `}` closes nothing", token.at, "}")
                made = self._infix(token, found, stop)
                if made is not None:
                    return made
                found.extend(self.atom_with_scripts())
            return found

    def _infix(self, token: Token, before: list[Atom], stop: Stop | None) -> list[Atom] | None:
        """Read a command such as `\\over`, whose arguments are all before and all after it."""
        fences = {"over": "", "choose": "()", "atop": "", "brace": "{}", "brack": "[]"}
        if token.kind != COMMAND or token.text not in fences:
            return None
        self.stream.next()
        with self.style(display=False):
            below = self.atoms(stop)
        line = {} if token.text == "over" else {"linethickness": "0"}
        fraction = joined("mfrac", [row(before), row(below)], line)
        return [fenced(fraction, fences[token.text])]

    def atom_with_scripts(self) -> list[Atom]:
        """Read one atom and its scripts. A command that only sets something gives none."""
        token = self.stream.peek()
        assert token is not None
        if token.kind == CHAR and token.text in "^_'":
            base = Atom(new_tag("mrow"))
            return [self.scripts(base)]
        made = self.single()
        if not made:
            return []
        made[-1] = self.scripts(made[-1])
        return made

    def single(self) -> list[Atom]:
        """Read one atom without scripts: a character, a group, or a command with arguments."""
        token = self.stream.next()
        if token.kind == COMMAND:
            return self._command(token)
        if token.text == "{":
            return [self.group(token)]
        if token.text.isdigit():
            return [self._number(token)]
        return [self.character(token)]

    def group(self, opening: Token) -> Atom:
        """Read what stands between `{`, which is read, and `}`."""
        with self.style():
            inside = self.atoms(_is_closing)
        if not self.stream.takes("}"):
            raise TexError("a `{` is never closed", opening.at, "{")
        if len(inside) == 1 and inside[0].kind not in (BIN, REL, OP, PUNCT, OPEN, CLOSE):
            inside[0].is_group = True
            return inside[0]
        if len(inside) == 1 and inside[0].is_sign:
            inside[0].tag.attrs.update({"lspace": "0em", "rspace": "0em"})
            return Atom(inside[0].tag)
        return Atom(row(inside), is_group=True)

    def argument(self, *, display: bool | None = None) -> Tag:
        """Read an argument and return its element."""
        return row(self.argument_atoms(display=display))

    def argument_atoms(self, *, display: bool | None = None) -> list[Atom]:
        token = self.stream.peek()
        if token is None or (token.kind == CHAR and token.text in "}&"):
            at = token.at if token else self.stream.end
            raise TexError("an argument is missing", at, token.shown if token else "")
        with self.style(display=display), self.deeper():
            if token.kind == CHAR and token.text == "{":
                self.stream.next()
                inside = self.atoms(_is_closing)
                if not self.stream.takes("}"):
                    raise TexError("a `{` is never closed", token.at, "{")
                return inside
            if token.kind == CHAR and token.text in "^_":
                raise TexError("an argument is missing", token.at, token.text)
            self.stream.next()
            if token.kind == CHAR:
                return [self.character(token)]
            return self._command(token)

    def inner(self, tokens: list[Token], *, display: bool | None = None) -> list[Atom]:
        """Read `tokens` as a formula of their own, in the place that the parser is at."""
        outer = self.stream
        self.stream = Stream(outer.macros, end=tokens[-1].at if tokens else outer.end)
        self.stream.feed(list(tokens))
        try:
            with self.style(display=display):
                return self.atoms()
        finally:
            self.stream = outer

    def _command(self, token: Token) -> list[Atom]:
        command = self.commands.get(token.text)
        if command is not None:
            made = command(self, token)
            return made if isinstance(made, list) else [made] if made is not None else []
        sign = sign_of(token.text)
        if sign is None:
            close = did_you_mean(f"\\{token.text}", [f"\\{name}" for name in self.commands])
            message = f"`{token.shown}` is not a command that bookbuilder knows"
            raise TexError(message, token.at, token.shown, close)
        return [self.sign(*sign)]

    def scripts(self, base: Atom) -> Atom:
        """Read `^`, `_` and `'` after `base`, and `\\limits`."""
        above: list[Tag] = []
        below: Tag | None = None
        primes = 0
        limits = base.limits == "always" or (base.limits == "display" and self.display)
        has_superscript = False
        while (token := self.stream.peek()) is not None:
            if token.kind == COMMAND and token.text in ("limits", "nolimits", "displaylimits"):
                self.stream.next()
                limits = token.text == "limits" or (token.text[0] == "d" and self.display)
            elif token.kind != CHAR or token.text not in "^_'":
                break
            elif token.text == "'":
                self.stream.next()
                primes += 1
            elif token.text == "^":
                self.stream.next()
                if has_superscript:
                    raise TexError("two superscripts stand one after the other", token.at, "^")
                has_superscript = True
                if primes:
                    above.append(_primes(primes))
                    primes = 0
                above.append(self._script())
            else:
                self.stream.next()
                if below is not None:
                    raise TexError("two subscripts stand one after the other", token.at, "_")
                below = self._script()
        if primes:
            above.insert(0, _primes(primes))
        if not above and below is None:
            return base
        up = above[0] if len(above) == 1 else joined("mrow", above) if above else None
        tag = _scripted(base, below, up, limits)
        return Atom(tag, base.kind if base.kind in (OP, FUNCTION, REL, BIN) else ORD)

    def _script(self) -> Tag:
        with self.style(is_script=True):
            return self.argument(display=False)

    def _number(self, first: Token) -> Atom:
        digits = first.text
        while (token := self.stream.peek_raw()) is not None and token.kind == CHAR:
            if token.text == "." and "." not in digits:
                self.stream.next_raw()
                after = self.stream.peek_raw()
                if after is None or not after.text.isdigit():
                    self.stream.feed([token])
                    break
                digits += "."
            elif token.text.isdigit():
                digits += self.stream.next_raw().text
            else:
                break
        return Atom(new_tag("mn", {}, "".join(styled(d, self.font) for d in digits)))

    def character(self, token: Token) -> Atom:
        """Return the atom of a character that is typed as itself."""
        char = token.text
        if char in "#&$":
            raise TexError(f"`{char}` has no meaning here", token.at, char)
        if char == "~":
            return Atom(new_tag("mtext", {}, "\N{NO-BREAK SPACE}"), SPACE)
        if char.isdigit():
            return Atom(new_tag("mn", {}, styled(char, self.font)))
        if char.isalpha() or unicodedata.category(char)[0] == "L":
            return self.letter(char)
        char = {"-": "−", "*": "∗", "`": "‘", '"': "”"}.get(char, char)
        return self.sign(char, class_of(char))

    def letter(self, char: str) -> Atom:
        """Return a letter in the font of its place. Letters of words stand in one element."""
        if self.font in ("normal", "bold", "sans-serif", "bold-sans-serif", "monospace", "italic"):
            return self._word(char)
        shown = styled(char, self.font)
        is_upright = "Α" <= char <= "Ω" or (ord(char) > 0x2FF and shown == char and char > "ω")
        upright = {"mathvariant": "normal"} if is_upright else {}
        return Atom(new_tag("mi", upright if shown == char else {}, shown))

    def _word(self, first: str) -> Atom:
        letters = first
        while (token := self.stream.peek_raw()) is not None:
            if token.kind != CHAR or not token.text.isalpha():
                break
            letters += self.stream.next_raw().text
        after = self.stream.peek_raw()
        if len(letters) > 1 and after is not None and after.kind == CHAR and after.text in "^_'":
            # The script is that of the last letter.
            self.stream.feed([Token(CHAR, letters[-1], after.at)])
            letters = letters[:-1]
        shown = "".join(styled(letter, self.font) for letter in letters)
        needs_variant = len(letters) == 1 and shown == letters and self.font == "normal"
        return Atom(new_tag("mi", {"mathvariant": "normal"} if needs_variant else {}, shown))

    def sign(self, sign: str, kind: str) -> Atom:
        """Return the atom of a sign, which is a letter, an operator or a fence."""
        if kind == ORD and sign in _FENCES | _ARROWS_UP:
            return Atom(mo(sign, stretchy="false", lspace="0em", rspace="0em"))
        if kind == OPEN:
            return Atom(mo(sign, stretchy="false", form="prefix"), OPEN)
        if kind == CLOSE:
            attributes = {"lspace": "0em", "rspace": "0em"} if sign in "!?" else {}
            return Atom(mo(sign, stretchy="false", form="postfix", **attributes), CLOSE)
        if kind == OP:
            limits = "" if sign in INTEGRALS else "display"
            movable = {"movablelimits": "false"} if limits else {}
            return Atom(mo(sign, lspace="0em", rspace="0em", **movable), OP, limits)
        if kind == PUNCT:
            gap = "0em" if self.is_script else _THIN
            return Atom(mo(sign, separator="true", lspace="0em", rspace=gap), PUNCT)
        if kind in (BIN, REL):
            vertical = sign in _ARROWS_UP or sign in "∣∥|"
            stretchy = {"stretchy": "false"} if vertical or sign in "→←↔⇒⇐⇔⟶⟵⟹⟸⟺⟷↦⟼↪↩" else {}
            wide = {"lspace": _THICK, "rspace": _THICK} if sign in _WITHOUT_SPACE else {}
            if self.is_script:
                wide = {"lspace": "0em", "rspace": "0em"}
            return Atom(mo(sign, **stretchy, **wide), kind, is_sign=True)
        if sign == ".":
            return Atom(new_tag("mi", {"mathvariant": "normal"}, "."))
        if unicodedata.category(sign[0])[0] == "L":
            if sign in _ITALIC_ANYWAY or ord(sign[0]) in _LETTERS_OF_MATHEMATICS:
                return Atom(new_tag("mi", {}, sign))
            return self.letter(sign) if len(sign) == 1 else Atom(new_tag("mi", {}, sign))
        shown = "".join(styled(char, self.font) for char in sign)
        return Atom(new_tag("mi", {"mathvariant": "normal"} if len(shown) == 1 else {}, shown))

    @contextmanager
    def style(
        self,
        *,
        display: bool | None = None,
        font: str | None = None,
        is_script: bool | None = None,
    ) -> Iterator[None]:
        """Read what is in the `with` in another style, and forget what it sets."""
        before = self.display, self.font, self.is_script
        if is_script is not None:
            self.is_script = is_script
        if display is not None:
            self.display = display
        if font is not None:
            self.font = font
        try:
            yield
        finally:
            self.display, self.font, self.is_script = before

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise TexError("its parts nest too deep", self.stream.end)
        try:
            yield
        finally:
            self.depth -= 1


_THIN = "0.1667em"
_THICK = "0.2778em"
# Relations that MathML's dictionary of operators lacks, or has as fences.
_WITHOUT_SPACE = frozenset("∣∥|:⟂⊥⌢⌣⋈↾")


def _is_closing(token: Token) -> bool:
    return token.kind == CHAR and token.text == "}"


def _primes(count: int) -> Tag:
    signs = _PRIMES[count - 1] if count <= len(_PRIMES) else "′" * count
    return mo(signs, lspace="0em", rspace="0em")


def fenced(inside: Tag, fences: str) -> Atom:
    """Return `inside` between the two `fences`, which grow with it; or as it is without any."""
    if not fences:
        return Atom(inside)
    left = mo(fences[0], fence="true", stretchy="true", form="prefix")
    right = mo(fences[1], fence="true", stretchy="true", form="postfix")
    return Atom(joined("mrow", [left, inside, right]))


def _scripted(base: Atom, below: Tag | None, above: Tag | None, limits: bool) -> Tag:
    if limits:
        names = ("munder", "mover", "munderover")
        if base.tag.name == "mo":
            base.tag["movablelimits"] = "false"
    else:
        names = ("msub", "msup", "msubsup")
        if base.tag.name == "mo" and base.kind == OP:
            base.tag.attrs.pop("movablelimits", None)
    if below is not None and above is not None:
        return joined(names[2], [base.tag, below, above])
    if below is not None:
        return joined(names[0], [base.tag, below])
    assert above is not None
    return joined(names[1], [base.tag, above])
