"""Keep the presentation MathML that EPUB 3.3's schema allows, and the text of all the rest."""

from __future__ import annotations

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import new_tag, raw_text, text_of
from bookbuilder.trees.xhtml import names

DEEPEST = 60

_TOKENS = frozenset({"mi", "mn", "mo", "mtext", "ms", "annotation"})
_EMPTY = frozenset({"mspace", "none", "mprescripts"})
_ROWS = names("math mrow mstyle merror mpadded mphantom msqrt menclose mfenced mtd")
_ARITY = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
_TABLE = {"mtable": "mtr", "mtr": "mtd", "mlabeledtr": "mtd"}
_KNOWN = (
    _TOKENS
    | _EMPTY
    | _ROWS
    | frozenset(_ARITY)
    | frozenset(_TABLE)
    | {
        "mmultiscripts",
        "semantics",
    }
)
_PARTS = frozenset({"mtr", "mlabeledtr", "mtd", "annotation", "none", "mprescripts"})

_LENGTH = r"-?(\d+\.?\d*|\.\d+)(em|ex|in|cm|mm|px|pt|pc|%)?"
_VALUES = {
    "alttext": r"(?s:.*)",
    "class": r"[\w -]+",
    "dir": "ltr|rtl",
    "display": "block|inline",
    "encoding": r"[\w/.+-]+",
    "form": "prefix|infix|postfix",
    "frame": "none|solid|dashed",
    "id": r"\S+",
    "mathcolor": r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?",
    "mathvariant": "normal|bold|italic|bold-italic|double-struck|bold-fraktur|script|bold-script"
    "|fraktur|sans-serif|bold-sans-serif|sans-serif-italic|sans-serif-bold-italic|monospace",
    "notation": r"[\w -]+",
    "scriptlevel": r"[+-]?\d",
} | dict.fromkeys(
    names(
        "accent accentunder bevelled displaystyle fence largeop movablelimits separator stretchy"
        " symmetric"
    ),
    "true|false",
)
_VALUES |= dict.fromkeys(names("close open separators lquote rquote"), ".{0,20}")
_VALUES |= dict.fromkeys(
    names("depth height linethickness lspace mathsize maxsize minsize rspace voffset width"),
    _LENGTH,
)
_VALUES |= dict.fromkeys(names("columnspan rowspan"), r"[1-9]\d{0,2}")
_VALUES |= dict.fromkeys(("columnspacing", "rowspacing"), rf"{_LENGTH}(\s+{_LENGTH})*")
_VALUES |= dict.fromkeys(
    ("columnlines", "rowlines"), r"(none|solid|dashed)(\s+(none|solid|dashed))*"
)
_PATTERNS = {key: rare_pattern(pattern) for key, pattern in _VALUES.items()}
_ALIGN = rare_pattern(r"(left|center|right)(\s+(left|center|right))*")
_PATTERNS["columnalign"] = _ALIGN

_OWN = {
    "annotation": "encoding",
    "math": "alttext dir display displaystyle",
    "menclose": "notation",
    "mfenced": "close open separators",
    "mfrac": "bevelled linethickness",
    "mo": "accent dir fence form largeop lspace mathvariant maxsize minsize movablelimits rspace"
    " separator stretchy symmetric",
    "mover": "accent",
    "mpadded": "depth height lspace voffset width",
    "mrow": "dir",
    "ms": "dir lquote mathvariant rquote",
    "mspace": "depth height width",
    "mstyle": "dir displaystyle mathsize mathvariant scriptlevel",
    "mtable": "columnalign columnlines columnspacing displaystyle frame rowlines rowspacing width",
    "mtd": "columnalign columnspan rowspan",
    "mtr": "columnalign",
    "munder": "accentunder",
    "munderover": "accent accentunder",
} | dict.fromkeys(("mi", "mn", "mtext"), "dir mathvariant")
_COMMON = frozenset({"id", "class", "mathcolor"})
_ATTRIBUTES = {name: _COMMON | frozenset(own.split()) for name, own in _OWN.items()}


def clean_math(math: Tag) -> None:
    """Make `math` valid: known elements, the right number of children, text only in tokens."""
    stack: list[tuple[Tag, int]] = [(math, 1)]
    while stack:
        tag, depth = stack.pop()
        _clean_attributes(tag)
        if tag.name in _TOKENS:
            tag.contents = [NavigableString(raw_text(tag))]
            continue
        children: list[Tag] = []
        for node in tag.contents if tag.name not in _EMPTY else ():
            child = _as_expression(node, depth)
            if child is not None:
                children.append(child)
        tag.contents = list(_arrange(tag.name, children))
        for part in tag.contents:
            part.parent = tag
            if isinstance(part, Tag):
                stack.append((part, depth + 1))


def _clean_attributes(tag: Tag) -> None:
    allowed = _ATTRIBUTES.get(tag.name, _COMMON)
    for key, value in list(tag.attrs.items()):
        text = value if isinstance(value, str) else " ".join(value or ())
        if key not in allowed or not _PATTERNS[key].fullmatch(text.strip()):
            del tag.attrs[key]


def _as_expression(node: PageElement, depth: int) -> Tag | None:
    if isinstance(node, Tag):
        if node.name in _KNOWN and node.name != "math" and depth < DEEPEST:
            return node
        if node.name == "annotation-xml":
            return None
        text = text_of(node)
    else:
        text = "" if isinstance(node, PreformattedString) else str(node).strip()
    return new_tag("mtext", {}, text) if text else None


def _row(children: list[Tag]) -> Tag:
    if len(children) == 1:
        return children[0]
    row = new_tag("mrow")
    row.contents = list(children)
    return row


def _arrange(name: str, children: list[Tag]) -> list[Tag]:
    if name in _TABLE:
        return _cells(_TABLE[name], children)
    if name == "semantics":
        notes = [c for c in children if c.name == "annotation"]
        return [_row(_expressions(c for c in children if c.name != "annotation")), *notes]
    if name == "mmultiscripts":
        return _scripts(children)
    expressions = _expressions(children)
    if (arity := _ARITY.get(name)) is not None:
        head, tail = expressions[: arity - 1], expressions[arity - 1 :]
        while len(head) < arity - 1:
            head.append(new_tag("mrow"))
        return [*head, _row(tail)]
    return expressions


def _expressions(children: object) -> list[Tag]:
    """Return `children` with misplaced table parts as rows and without misplaced annotations."""
    found = []
    for child in children:  # type: ignore[attr-defined]
        if child.name in ("none", "mprescripts"):
            continue
        if child.name == "annotation":
            continue
        if child.name in _PARTS:
            child.name = "mrow"
        found.append(child)
    return found


def _cells(part: str, children: list[Tag]) -> list[Tag]:
    done = []
    for child in children:
        if child.name == part or (part == "mtr" and child.name == "mlabeledtr"):
            done.append(child)
        else:
            holder = new_tag(part)
            holder.contents = [child]
            done.append(holder)
    return done


def _scripts(children: list[Tag]) -> list[Tag]:
    base = _expressions(children[:1]) or [new_tag("mrow")]
    groups: list[list[Tag]] = [[]]
    for child in children[1:]:
        if child.name == "mprescripts":
            if len(groups) == 1:
                groups.append([])
        elif child.name == "none":
            groups[-1].append(child)
        else:
            groups[-1].extend(_expressions([child]))
    for group in groups:
        if len(group) % 2:
            group.append(new_tag("none"))
    done = base + groups[0]
    if len(groups) > 1:
        done += [new_tag("mprescripts"), *groups[1]]
    return done
