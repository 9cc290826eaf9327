"""Read the fonts that an author's stylesheets bring with `@font-face`, as the EPUB does.

WeasyPrint is not asked to load them: fontconfig, which knows all fonts of the book, gets them under
the names that the stylesheets use.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

from bookbuilder.config.schema import Config
from bookbuilder.formats.pdf.run_data.font_files import FONT_SUFFIXES, LARGEST_FONT
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_inside, read_file, read_text
from bookbuilder.text.css import address_in

MOST_FACES = 100
_DEEPEST = 4
_FACE = re.compile(r"@font-face\s{0,50}\{([^{}]{0,5000})\}", re.I)


@dataclass(frozen=True, slots=True)
class FontFace:
    """A font of the book: what its stylesheets call it, and its file."""

    family: str
    path: Path


def _sources(config: Config) -> Iterator[Source]:
    for name in [*config.book.style, *config.pdf.style]:
        path = config.root / name
        # What cannot be read is reported where the stylesheets are used.
        with contextlib.suppress(OSError, ValueError):
            if is_inside(path, *config.folders):
                yield Source(path, name, read_text(path, config.folders))


def author_faces(config: Config) -> Iterator[tuple[str, str, bytes]]:
    """Yield family, suffix and content of the fonts that the book's stylesheets bring to print."""
    for source in _sources(config):
        for _, face in _faces_in(source.text, source.path, config.folders):
            try:
                data = read_file(face.path, LARGEST_FONT, config.folders)
            except OSError:
                continue
            yield face.family, face.path.suffix.lower(), data


def without_faces(text: str, path: Path, folders: Sequence[Path]) -> str:
    """Return a stylesheet with blanks in place of the `@font-face` rules that bring a font."""
    for match, _ in _faces_in(text, path, folders):
        blank = re.sub(r"[^\n]", " ", match[0])
        text = text[: match.start()] + blank + text[match.end() :]
    return text


def families_named(config: Config) -> Iterator[tuple[list[str], Span]]:
    """Yield the families that each declaration of the book's stylesheets asks for, in order."""
    for source in _sources(config):
        rules = tinycss2.parse_stylesheet(source.text, skip_comments=True, skip_whitespace=True)
        for declaration in _declarations(rules, 0):
            tokens = declaration.value
            if declaration.lower_name == "font":
                # The families follow the size.
                sizes = [i for i, t in enumerate(tokens) if t.type in ("dimension", "percentage")]
                tokens = tokens[sizes[-1] + 1 :] if sizes else []
            families = [family_in(list(group)) for group in _groups(tokens)]
            if any(families):
                yield [f for f in families if f], source.span_of_line(declaration.source_line)


def _declarations(nodes: Sequence[Node], depth: int) -> Iterator[Declaration]:
    for node in nodes:
        if isinstance(node, Declaration) and node.lower_name in ("font-family", "font"):
            yield node
        elif isinstance(node, (QualifiedRule, AtRule)) and node.content and depth < _DEEPEST:
            if isinstance(node, AtRule) and node.lower_at_keyword == "font-face":
                continue
            inner = tinycss2.parse_blocks_contents(
                node.content, skip_comments=True, skip_whitespace=True
            )
            yield from _declarations(inner, depth + 1)


def _groups(tokens: Sequence[Node]) -> Iterator[Sequence[Node]]:
    group: list[Node] = []
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            yield group
            group = []
        else:
            group.append(token)
    yield group


def _faces_in(
    text: str, path: Path, folders: Sequence[Path]
) -> Iterator[tuple[re.Match[str], FontFace]]:
    for count, match in enumerate(_FACE.finditer(text)):
        if count == MOST_FACES:
            return
        family, font = "", None
        for node in tinycss2.parse_blocks_contents(match[1], skip_whitespace=True):
            if not isinstance(node, Declaration):
                continue
            if node.lower_name == "font-family":
                family = family_in(node.value)
            elif node.lower_name == "src":
                font = _font_of(node.value, path.parent, folders)
        if family and font:
            yield match, FontFace(family, font)


def family_in(tokens: Sequence[Node]) -> str:
    """Return the one family that `tokens` name: a string, or words."""
    words = [str(t.value) for t in tokens if t.type in ("string", "ident")]
    return " ".join(words)


def _font_of(tokens: Sequence[Node], folder: Path, folders: Sequence[Path]) -> Path | None:
    """Return the first font of the book among the addresses in `tokens`."""
    for token in tokens:
        address = address_in(token)
        if not address or "\0" in address or ":" in address:
            continue
        path = folder / unquote(address.split("#")[0].split("?")[0])
        if path.suffix.lower() in FONT_SUFFIXES and is_inside(path, *folders) and is_file(path):
            return path
    return None
