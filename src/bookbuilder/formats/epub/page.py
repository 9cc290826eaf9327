"""The frame of a content document: XHTML5 with its language, direction, title and stylesheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bookbuilder.formats.epub.text import escape

_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
_RIGHT_TO_LEFT_SCRIPTS = {"arab", "hebr", "syrc", "thaa", "nkoo"}


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
        direction = ' dir="rtl"' if is_right_to_left(tag) else ""
        links = "".join(
            f'<link rel="stylesheet" type="text/css" href="{escape(s)}"/>\n' for s in self.styles
        )
        kind = f' epub:type="{matter}"' if matter else ""
        text = (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            "<!DOCTYPE html>\n"
            '<html xmlns="http://www.w3.org/1999/xhtml"'
            ' xmlns:epub="http://www.idpf.org/2007/ops"'
            f' lang="{tag}" xml:lang="{tag}"{direction}>\n'
            f'<head>\n<meta charset="utf-8"/>\n<title>{escape(title)}</title>\n{links}</head>\n'
            f"<body{kind}>\n{body}\n</body>\n</html>\n"
        )
        return Document(name, title, text.encode(), tuple(properties))


def is_right_to_left(language: str) -> bool:
    """Whether a BCP 47 tag names a language, or a script, that is written from right to left."""
    primary, *rest = language.lower().split("-")
    script = next((s for s in rest if len(s) == 4 and s.isalpha()), "")
    return script in _RIGHT_TO_LEFT_SCRIPTS if script else primary in _RIGHT_TO_LEFT
