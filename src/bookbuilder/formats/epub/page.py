"""The frame of a content document: XHTML5 with its language, direction, title and stylesheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bookbuilder.formats.epub.text import escape
from bookbuilder.text.words import direction


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the spine. `properties` are those of its manifest item."""

    name: str
    title: str
    data: bytes
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What every document of a book shares. `styles` are file names, in cascade order."""

    language: str
    styles: Sequence[str]

    def document(
        self,
        name: str,
        title: str,
        body: str,
        *,
        matter: str = "",
        properties: Sequence[str] = (),
        language: str = "",
    ) -> Document:
        """`body` (markup) as a file; `matter` is the `epub:type` of its body element."""
        tag = escape(language or self.language)
        turned = ' dir="rtl"' if direction(tag) == "rtl" else ""
        links = "".join(
            f'<link rel="stylesheet" type="text/css" href="{escape(s)}"/>\n' for s in self.styles
        )
        kind = f' epub:type="{matter}"' if matter else ""
        text = (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            "<!DOCTYPE html>\n"
            '<html xmlns="http://www.w3.org/1999/xhtml"'
            ' xmlns:epub="http://www.idpf.org/2007/ops"'
            f' lang="{tag}" xml:lang="{tag}"{turned}>\n'
            f'<head>\n<meta charset="utf-8"/>\n<title>{escape(title)}</title>\n{links}</head>\n'
            f"<body{kind}>\n{body}\n</body>\n</html>\n"
        )
        return Document(name, title, text.encode(), tuple(properties))
