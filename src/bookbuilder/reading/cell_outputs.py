"""Turn the stored outputs of a notebook's cell into Markdown."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from msgspec.structs import replace

from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.reading.cell_options import CellOptions
from bookbuilder.runtime.text_files import without_controls
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title
from bookbuilder.trees.markup import elements
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.serializing import serialize

LEFT_OUT = Rule(
    "C019",
    "notebook-left-out",
    Severity.WARNING,
    "What a notebook shows by a program in the browser (an interactive plot, a widget), or for"
    " another format, cannot be in a book; long outputs are cut. Nothing is run: outputs that are"
    " not stored in the notebook are not in the book. Store a picture of the plot, too.",
)
MOST_LINES = 400
MOST_CHARACTERS = 40_000
LARGEST_HTML = 1_000_000
LARGEST_HTML_OF_ALL = 5_000_000

_PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
_SUFFIXES = {"svg+xml": "svg", "jpeg": "jpg"}
_ANSI = rare_pattern(r"\x1b(?:\[[0-9;?]{0,40}[A-Za-z]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\))")
_PROGRAMS = ("script", "iframe", "canvas", "video", "audio", "object", "embed")
_DROPPED = ("style", "link", "meta", "button", "input", "form", "noscript", "template")
_KEPT = {"colspan", "rowspan", "scope", "headers", "href", "src", "alt", "title", "lang", "dir"}
# The `repr` of a plot says nothing to readers.
_REPR = rare_pattern(r"<[\w.]+[^<>\n]{0,300}>|\w*(?:Figure|FigureWidget|Chart|Plot)\([^\n]{0,300}")


class Outputs:
    """Make Markdown of outputs. Pictures go to `pictures`; `left_out` reports what is no text."""

    def __init__(self, pictures: dict[str, bytes], left_out: Callable[[str], None]) -> None:
        self.pictures = pictures
        self.left_out = left_out
        self.html_left = LARGEST_HTML_OF_ALL

    def texts(self, outputs: list[Any], cell: int, options: CellOptions) -> Iterator[str]:
        """Yield a block for each output; what is printed in pieces is joined."""
        stream = ""
        for number, output in enumerate(outputs, 1):
            if not isinstance(output, dict):
                continue
            kind = output.get("output_type")
            if kind == "stream":
                if output.get("name") != "stderr" or options.warnings:
                    stream += joined(output.get("text"))
                continue
            if stream:
                yield from self._text(stream, options)
                stream = ""
            if kind == "error":
                yield from self._text(joined(output.get("traceback"), "\n"), options)
            elif isinstance(data := output.get("data"), dict):
                blocks = list(self._data(data, f"cell-{cell}-output-{number}", options))
                yield from blocks
                if any(map(_is_labelled, blocks)):
                    # The label and the caption are those of the first picture or table.
                    words = options.alternative or options.caption
                    options = replace(options, label="", caption="", alternative=words)
        if stream:
            yield from self._text(stream, options)

    def _data(self, data: dict[str, Any], name: str, options: CellOptions) -> Iterator[str]:
        """Yield the richest form of an output that a book can hold."""
        html = joined(data.get("text/html"))
        plain = joined(data.get("text/plain"))
        self.html_left -= len(html)
        if html and self.html_left > 0 and (clean := _clean_html(html)):
            yield _with_caption(clean, options)
        elif markdown := joined(data.get("text/markdown")):
            yield without_controls(markdown)
        elif any(kind in data for kind in _PICTURES):
            yield self._picture(data, name, options)
        elif latex := joined(data.get("text/latex")):
            yield without_controls(latex)
        elif plain and not ((html or len(data) > 1) and _REPR.fullmatch(plain.strip())):
            if html or len(data) > 1:
                self.left_out("the interactive form of an output")
            yield from self._text(plain, options)
        elif html or data:
            self.left_out("an interactive output")

    def _picture(self, data: dict[str, Any], name: str, options: CellOptions) -> str:
        kind = next(kind for kind in _PICTURES if kind in data)
        form = kind.removeprefix("image/")
        picture = picture_of(data)
        if picture is None:
            self.left_out("a picture that cannot be read")
            return ""
        file = f"{name}.{_SUFFIXES.get(form, form)}"
        self.pictures[file] = picture
        words = options.alternative or options.caption
        title = f' "{_quoted(options.caption)}"' if options.caption else ""
        mark = f"{{#{_identifier(options.label)}}}" if options.label else ""
        return f"![{_bracketed(words)}]({file}{title}){mark}"

    def _text(self, text: str, options: CellOptions) -> Iterator[str]:
        if options.is_markdown:
            yield without_controls(text)
            return
        lines = [line.rpartition("\r")[2] for line in _ANSI.sub("", text).rstrip().split("\n")]
        shown = "\n".join(lines[:MOST_LINES])[:MOST_CHARACTERS]
        if len(lines) > MOST_LINES or len(shown) == MOST_CHARACTERS:
            self.left_out(f"what an output has beyond {MOST_LINES} lines")
            shown += "\n…"
        if shown.strip():
            yield fenced(without_controls(shown), "text {.output}")


def joined(value: Any, between: str = "") -> str:
    """Return the text of `value`, which notebooks keep as one string or as a list of lines."""
    if isinstance(value, list):
        return between.join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def fenced(text: str, info: str) -> str:
    """Return `text` as a fence that nothing in it closes."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    body = text.rstrip("\n")
    return f"{fence}{info}\n{body}\n{fence}"


def picture_of(data: dict[str, Any]) -> bytes | None:
    """Return the bytes of the first picture in `data`, a table of forms."""
    for kind in _PICTURES:
        text = joined(data.get(kind))
        if text.lstrip()[:1] == "<":
            return text.encode()
        if text:
            try:
                return base64.b64decode(text, validate=False)
            except (binascii.Error, ValueError):
                return None
    return None


def _clean_html(html: str) -> str:
    """Return HTML on lines without blank ones, its looks taken off; empty if it is a program."""
    if len(html) > LARGEST_HTML:
        return ""
    tree = parse_fragment(html)
    if elements(tree, *_PROGRAMS):
        return ""
    for tag in elements(tree, *_DROPPED):
        tag.extract()
    for tag in elements(tree):
        for key in list(tag.attrs):
            if key not in _KEPT:
                del tag[key]
    if not tree.get_text(strip=True) and not elements(tree, "img", "svg"):
        return ""
    tree.name = "div"
    return re.sub(r"\n\s*\n", "\n", serialize(tree))


def _with_caption(html: str, options: CellOptions) -> str:
    """Return a table with its label and caption; other HTML becomes a figure, if it has these."""
    label = f' id="{_identifier(options.label)}"' if options.label else ""
    caption = escape(plain_title(options.caption))
    if not caption:
        return f'<div class="output"{label}>{html}</div>'
    start, table, rest = html.partition("<table")
    if table and "<table" not in rest:
        attributes, _, inside = rest.partition(">")
        html = f"{start}<table{label}{attributes}><caption>{caption}</caption>{inside}"
        return f'<div class="output">{html}</div>'
    return f"<figure{label}>{html}<figcaption>{caption}</figcaption></figure>"


def _is_labelled(block: str) -> bool:
    return block.startswith(("![", "<div", "<figure"))


def _identifier(label: str) -> str:
    return re.sub(r"[^\w.-]+", "-", label)[:100]


def _bracketed(text: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", text)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
