"""Write authors' CSS anew, so that a book loads nothing but its own files.

What is written is not the author's text but the tokens that were read and checked, by the rules of
CSS for writing them; and it is read once more, to be sure that others read the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import tinycss2
from msgspec import Struct
from tinycss2.ast import (
    AtRule,
    Comment,
    Declaration,
    FunctionBlock,
    Node,
    QualifiedRule,
    StringToken,
    URLToken,
)
from tinycss2.serializer import BAD_PAIRS

from bookbuilder.text.css_names import (
    FUNCTIONS,
    IMAGE_SETS,
    LOADING_FUNCTIONS,
    LOADING_PROPERTIES,
    PREFIXES,
    PROPERTIES,
)
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.suggest import did_you_mean

DEEPEST = 50
LONGEST_NUMBER = 300

# What may stand in a name without an escape: CSS Syntax 3 of 2023, "non-ASCII ident code point".
_PLAIN = rare_pattern(
    "[a-zA-Z0-9_\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd-]"
)
_LETTER_OR_SIGN = rare_pattern(r"[!#$%()*+,./:;=?@\[\]^`{|}~\\]")
_NO_TEXT = rare_pattern("[\0-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = rare_pattern("[\ud800-\udfff]")
_PLAIN_ADDRESS = rare_pattern(r"[\w#.:/+%-]*")
_EXPONENT = rare_pattern(r"[eE](?:$|-|\d)")
_UNIT = rare_pattern(r"[a-zA-Z]{1,12}")
_DIGITS = rare_pattern(rf"\d{{{LONGEST_NUMBER},}}")
_BRACKETS = {"function": ")", "() block": ")", "[] block": "]", "{} block": "}"}
_IN_VALUES = (",", "/", "+", "-", "*")
_IN_SELECTORS = [".", ":", ",", ">", "+", "~", "*", "|", "=", "~=", "|=", "^=", "$=", "*=", "-"]
_IN_CONDITIONS = [":", ",", "/", "<", ">", "=", "+", "-", "*", "."]
_ADVICE = "use `url()` with a picture or a font in the book's folder"


class Refused(Exception):  # noqa: N818
    """CSS that does not go into the book: why, where, and what to write instead.

    `loads` tells what could load something from what just cannot be used.
    """

    def __init__(self, why: str, node: Node, hint: str = "", *, loads: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.node = node
        self.hint = hint
        self.loads = loads


# Return what the book calls the file of an address, or raise `Refused`.
Address = Callable[[str, Node], str]


class Written(Struct, frozen=True):
    """A declaration that others read as it was read here."""

    name: str
    value: str
    important: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.value}{' !important' if self.important else ''}"


def why_unreadable(css: str) -> str:
    """Return why `css` must not be parsed, or an empty string.

    It is parsed and written recursively. Brackets in strings and comments count too; there are few
    of them.
    """
    depth = 0
    for char in css:
        if char in "({[":
            depth += 1
            if depth > DEEPEST:
                return "its brackets nest too deep"
        elif char in ")}]" and depth:
            depth -= 1
    return "it has a number of hundreds of digits" if _DIGITS.search(css) else ""


def no_address(url: str, node: Node) -> str:
    """Refuse every address."""
    raise Refused(f"`{url[:100]}` is not loaded from here", node, loads=True)


def declaration(node: Declaration, address: Address) -> Written:
    """Return a declaration to write, its addresses replaced by `address`; raise `Refused`."""
    name = node.lower_name
    bare = name if name in PROPERTIES else without_prefix(name)
    is_custom = name.startswith("--")
    if is_custom:
        if name == "--":
            raise Refused("a variable has no name", node)
        name = identifier(node.name)
    elif bare not in PROPERTIES:
        hint = did_you_mean(name, PROPERTIES) if name.isascii() else ""
        raise Refused(f"`{name[:60]}` is not a property that is known", node, hint)
    else:
        name = node.name
    check = _Values(address, bare, may_load=bare in LOADING_PROPERTIES, is_custom=is_custom)
    value = _stripped(check.all(node.value))
    written = Written(name, _write(value).strip(), node.important)
    again = tinycss2.parse_blocks_contents(str(written), skip_whitespace=True)
    if (
        len(again) != 1
        or not isinstance(again[0], Declaration)
        or (again[0].name, again[0].important) != (node.name, node.important)
        or _shape(_stripped(again[0].value)) != _shape(value)
    ):
        raise Refused(_AMBIGUOUS, node, _NO_ESCAPES)
    return written


def value(text: str, name: str, address: Address) -> None:
    """Check a readable value of an attribute that stands for `name`; raise `Refused`."""
    nodes = tinycss2.parse_component_value_list(text)
    _Values(address, name, may_load=name in LOADING_PROPERTIES).all(nodes)


def selectors(prelude: Sequence[Node], rule: Node) -> str:
    """Return a rule's list of selectors, as they were read; raise `Refused`."""
    nodes = _stripped(prelude)
    if not nodes:
        raise Refused("a rule has no selector", rule)
    _check_prelude(nodes, _IN_SELECTORS)
    return _prelude(nodes, "", rule)


def conditions(prelude: Sequence[Node], rule: AtRule) -> str:
    """Return what stands between `@media` or `@supports` and its block; raise `Refused`."""
    _check_prelude(prelude, _IN_CONDITIONS)
    return _prelude(prelude, f"@{rule.lower_at_keyword}", rule)


def without_prefix(name: str) -> str:
    """Return the name of a property or a function without its maker's prefix."""
    prefix = next(filter(name.startswith, PREFIXES), "")
    return name.removeprefix(prefix)


def address_in(token: Node) -> str | None:
    """Return the address that `token` is, as `url(x)` or `url("x")`."""
    if isinstance(token, URLToken):
        return str(token.value)
    if token.type == "function" and token.lower_name == "url":
        return next((str(t.value) for t in token.arguments if t.type == "string"), "")
    return None


def identifier(name: str) -> str:
    """Return a name as CSS writes it: CSSOM, "serialize an identifier"."""
    if name == "-":
        return r"\-"
    start = 1 if name[:1] == "-" else 0
    if name[start : start + 1].isdecimal() and name[start].isascii():
        return f"{name[:start]}\\{ord(name[start]):x} {_name(name[start + 1 :])}"
    return _name(name)


def quoted(text: str) -> str:
    """Return a string as CSS writes it: CSSOM, "serialize a string"."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_NO_TEXT.sub(_hex, escaped)}"'


_AMBIGUOUS = "programs may read this differently"
_NO_ESCAPES = "write names without escapes"


class _Values(Struct, frozen=True):
    """Checks the value of the property `name`."""

    address: Address
    name: str
    may_load: bool = False
    is_custom: bool = False
    strings_load: bool = False

    def all(self, nodes: Iterable[Node]) -> list[Node]:
        return [self._one(node) for node in nodes]

    def _one(self, node: Node) -> Node:
        url = node.value if self.strings_load and node.type == "string" else address_in(node)
        if url is not None:
            return self._address(url, node)
        match node.type:
            case "function":
                return self._function(node)
            case "() block" | "[] block":
                return type(node)(node.source_line, node.source_column, self.all(node.content))
            case "literal" if node.value in _IN_VALUES:
                pass
            case "dimension" if not _UNIT.fullmatch(node.unit):
                raise Refused(f"`{node.unit[:20]}` is not a unit", node)
            case "string" if self.name == "filter":
                # Once the language of another program, which loads pictures.
                raise Refused("a string is not a filter", node, loads=True)
            case "unicode-range" if self.name != "unicode-range":
                raise Refused("a range of characters serves `unicode-range` alone", node)
            case "error":
                raise Refused(f"this does not parse ({node.message})", node)
            case "literal" | "{} block" | "at-keyword":
                said = {"{} block": "{", "at-keyword": "@"}.get(node.type) or node.value
                raise Refused(f"`{said}` cannot stand in a value", node)
        return node

    def _address(self, url: str, node: Node) -> Node:
        if not self.may_load:
            what = "a variable" if self.is_custom else f"`{self.name[:60]}`"
            raise Refused(f"{what} takes no address (`{url[:100]}`)", node, loads=True)
        if node.type == "function" and [
            t for t in node.arguments if t.type not in ("string", "whitespace", "comment")
        ]:
            raise Refused("`url()` holds an address and nothing else", node, loads=True)
        written = self.address(url, node)
        if written == url and (node.type == "function" or _PLAIN_ADDRESS.fullmatch(url)):
            return node
        string = StringToken(node.source_line, node.source_column, written, quoted(written))
        return FunctionBlock(node.source_line, node.source_column, "url", [string])

    def _function(self, node: FunctionBlock) -> Node:
        name = node.lower_name
        bare = without_prefix(name)
        within = self
        if name in IMAGE_SETS and self.may_load:
            within = _Values(self.address, self.name, may_load=True, strings_load=True)
        elif name == "type" and self.strings_load:
            within = _Values(no_address, self.name)
        elif name in LOADING_FUNCTIONS or bare in LOADING_FUNCTIONS:
            raise Refused(f"`{name}()` may load something", node, _ADVICE, loads=True)
        elif bare not in FUNCTIONS or (bare == "var" and bare != name):
            hint = did_you_mean(name, FUNCTIONS) if name.isascii() else ""
            raise Refused(f"`{name[:60]}()` is not a function that is known", node, hint)
        elif name in ("var", "env") and (self.may_load or self.strings_load):
            hint = "write the value itself"
            if self.name == "background":
                hint += ", or a colour alone as `background-color`"
            raise Refused(
                f"`{self.name}` may load something and so takes no `{name}()`",
                node,
                hint,
                loads=True,
            )
        elif name == "attr" and [t.type for t in node.arguments if t.type != "whitespace"] != [
            "ident"
        ]:
            raise Refused("`attr()` holds a name and nothing else", node, loads=True)
        arguments = within.all(node.arguments)
        return FunctionBlock(node.source_line, node.source_column, node.name, arguments)


def _check_prelude(nodes: Sequence[Node], literals: Sequence[str]) -> None:
    waiting = list(nodes)
    for node in waiting:
        if node.type == "error":
            raise Refused(f"this does not parse ({node.message})", node)
        if node.type in ("function", "() block", "[] block"):
            waiting.extend(node.arguments if node.type == "function" else node.content)
        is_misplaced = node.type in ("{} block", "at-keyword", "url", "unicode-range") or (
            node.type == "literal" and node.value not in literals
        )
        if is_misplaced or address_in(node) is not None:
            raise Refused("a rule does not begin like this", node, _NO_ESCAPES)


def _prelude(nodes: Sequence[Node], keyword: str, rule: Node) -> str:
    text = _write(nodes)
    again = tinycss2.parse_stylesheet(f"{keyword}{text}{{}}", skip_whitespace=True)
    if (
        len(again) != 1
        or not isinstance(again[0], AtRule if keyword else QualifiedRule)
        or (keyword and f"@{again[0].lower_at_keyword}" != keyword)
        or _shape(again[0].prelude) != _shape(nodes)
    ):
        raise Refused(_AMBIGUOUS, rule, _NO_ESCAPES)
    return text


def _name(name: str) -> str:
    return "".join(
        c
        if (_PLAIN.fullmatch(c) and ord(c) & 0xFFFE != 0xFFFE) or _SURROGATE.fullmatch(c)
        else f"\\{c}"
        if _LETTER_OR_SIGN.fullmatch(c)
        else f"\\{ord(c):x} "
        for c in name
    )


def _hex(match: re.Match[str]) -> str:
    return f"\\{ord(match[0]):x} "


def _write(nodes: Sequence[Node]) -> str:
    pieces: list[str] = []
    before = ""
    for node in nodes:
        kind = node.value if node.type == "literal" else node.type
        if (before, kind) in BAD_PAIRS:
            pieces.append("/**/")
        pieces.append(_written(node))
        before = kind
    text = "".join(pieces)
    if _SURROGATE.search(text):
        raise Refused("a character is none of Unicode's", nodes[0], _NO_ESCAPES)
    return text


def _written(node: Node) -> str:
    match node.type:
        case "ident":
            return identifier(node.value)
        case "hash":
            return f"#{identifier(node.value) if node.is_identifier else _name(node.value)}"
        case "dimension":
            unit = identifier(node.unit)
            if _EXPONENT.match(node.unit):
                unit = f"\\{ord(node.unit[0]):x} {_name(node.unit[1:])}"
            return f"{node.representation}{unit}"
        case "string":
            return quoted(node.value)
        case "url":
            return f"url({node.value})"
        case "comment":
            return "/**/"
        case "function":
            return f"{identifier(node.name)}({_write(node.arguments)})"
        case "() block" | "[] block":
            return f"{node.type[0]}{_write(node.content)}{_BRACKETS[node.type]}"
        case _:
            return str(node.serialize())


def _stripped(nodes: Sequence[Node]) -> list[Node]:
    blank = ("whitespace", "comment")
    kept = [i for i, node in enumerate(nodes) if node.type not in blank]
    return list(nodes[kept[0] : kept[-1] + 1]) if kept else []


def _shape(nodes: Iterable[Node]) -> list[object]:
    """Return what `nodes` are, to be compared: all but where they stand."""
    shape: list[object] = []
    for node in nodes:
        inner = getattr(node, "arguments", None) or getattr(node, "content", None)
        facts = ("name", "value", "unit", "start", "end", "is_identifier")
        if not isinstance(node, Comment):
            said = tuple(getattr(node, fact, None) for fact in facts)
            shape.append((node.type, said, _shape(inner or ())))
    return shape
