"""HTML in a form that can be compared: what differs after this is a difference a reader can see."""

from __future__ import annotations

import re
from urllib.parse import unquote

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString, PageElement, PreformattedString, ProcessingInstruction

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body dd details div dl dt figure form h1 h2 h3 h4 h5 h6"
        " header hr iframe li ol p pre section style script table tbody td tfoot th thead tr ul",
    )
)


def normal(html: str) -> str:
    """Drop comments and blanks between blocks, and unquote addresses."""
    body = BeautifulSoup(html.strip(), "html5lib").body
    assert body is not None
    for hidden in body.find_all(string=lambda text: isinstance(text, Comment)):
        hidden.extract()
    for pre in body.find_all("pre", class_="code"):
        del pre["class"]
    for tag in body.find_all(True):
        for name in ("href", "src"):
            if tag.has_attr(name):
                tag[name] = unquote(str(tag[name]))
    body.smooth()
    return "".join(_lines(body)).strip()


def _lines(tag: Tag, preformatted: bool = False) -> list[str]:
    out: list[str] = []
    children = list(tag.children)
    for index, child in enumerate(children):
        if isinstance(child, Tag) and child.get("class") == ["as-typed"]:
            # Our mark for typography, which goes when that is done.
            out += _lines(child, preformatted)
        elif isinstance(child, Tag):
            attributes = "".join(f' {k}="{_value(v)}"' for k, v in sorted(child.attrs.items()))
            out.append(f"<{child.name}{attributes}>")
            out += _lines(child, preformatted or child.name in ("pre", "textarea"))
            out.append(f"</{child.name}>")
            if child.name in BLOCKS:
                out.append("\n")
        elif isinstance(child, NavigableString) and not isinstance(
            child, PreformattedString | ProcessingInstruction
        ):
            text = str(child)
            if not preformatted:
                text = re.sub(r"[ \t\n]+", " ", text)
                if _is_edge(children, index - 1, tag):
                    text = text.lstrip(" ")
                if _is_edge(children, index + 1, tag):
                    text = text.rstrip(" ")
            out.append(text.replace("&", "&amp;").replace("<", "&lt;"))
    return out


def _is_edge(children: list[PageElement], index: int, tag: Tag) -> bool:
    if not 0 <= index < len(children):
        return tag.name in BLOCKS
    neighbour = children[index]
    return isinstance(neighbour, Tag) and neighbour.name in BLOCKS | {"br"}


def _value(value: object) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value)
    return text.replace('"', "&quot;")
