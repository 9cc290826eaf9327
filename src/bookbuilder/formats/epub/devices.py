"""Load the needs of devices from profiles/device.toml, and number spans for a Kobo."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib import resources

from bs4 import Tag
from bs4.element import NavigableString, PageElement
from msgspec import Struct

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import copy_of, new_tag, relink
from bookbuilder.trees.serializing import Contents

UNKNOWN_DEVICE = Rule(
    "E017",
    "unknown-profile",
    Severity.ERROR,
    "`profile` in [epub] must name a device that bookbuilder knows: generic, kindle, kobo or"
    " apple. They are listed in profiles/device.toml.",
)

# Kobo's own books have these around the content of their body elements.
KOBO_COLUMNS = ('<div id="book-columns"><div id="book-inner">\n', "\n\n</div></div>")
_SENTENCE = rare_pattern(
    r".+?(?:[.!?…]+[\"'”’»)\]]*(?:\s+|$)|[。！？]+[」』”]*\s*|$)",
    re.DOTALL,
)
# As kepubify counts, so that a reader's place and marks stay where a book is converted anew.
_BLOCKS = frozenset("p ol ul table h1 h2 h3 h4 h5 h6".split())  # noqa: SIM905
# Their text is not sentences, or may hold no span.
_WHOLE = frozenset(["pre", "svg", "math", "ruby", "audio", "video", "style", "script"])


class Device(Struct, frozen=True):
    """A table of profiles/device.toml, which explains its keys."""

    suffix: str
    cover_page: bool
    toc_levels: int
    sentence_spans: bool
    apple_options: bool
    mathml: bool


def device_of(config: Config, report: Report) -> Device:
    """Return the device that `config` names, or the generic one if no device has that name."""
    known = devices()
    name = config.epub.profile
    if name not in known:
        hint = did_you_mean(name, list(known)) or f"the profiles are {', '.join(known)}"
        span = config.span_of("epub.profile")
        report.add(UNKNOWN_DEVICE, f"there is no profile `{name}`", span, hint)
        return known["generic"]
    return known[name]


def devices() -> dict[str, Device]:
    """Return all devices by name."""
    text = resources.files("bookbuilder").joinpath("profiles/device.toml").read_text("utf-8")
    return {
        name: Device(**{key.replace("-", "_"): value for key, value in table.items()})
        for name, table in tomllib.loads(text).items()
    }


def with_kobo_spans(tree: Tag, contents: Contents) -> Tag:
    """Return a copy of `tree` in which every sentence and every picture is in a numbered span.

    A Kobo tells by the numbers where its reader is. `contents` gives what each element of the copy
    is to hold.
    """
    copied = copy_of(tree)
    top: list[PageElement] = []
    stack: list[tuple[PageElement, list[PageElement]]] = [(copied, top)]
    block = sentence = 0
    is_new = False
    while stack:
        node, siblings = stack.pop()
        if not isinstance(node, Tag):
            for piece in _SENTENCE.findall(str(node)) if str(node).strip() else [str(node)]:
                if piece.strip():
                    block, sentence = (block + 1, 1) if is_new else (block, sentence + 1)
                    is_new = False
                    siblings.append(_span(block, sentence, NavigableString(piece)))
                elif piece:
                    siblings.append(NavigableString(piece))
            continue
        if node.name == "img":
            block, sentence, is_new = block + 1, 1, False
            siblings.append(_span(block, sentence, node))
            continue
        # A block without text has no number.
        is_new = is_new or node.name in _BLOCKS
        siblings.append(node)
        if node.name not in _WHOLE:
            inner = _with_whole_texts(contents(node))
            node.contents = []
            stack.extend((child, node.contents) for child in reversed(inner))
    relink(copied)
    return copied


def _with_whole_texts(nodes: Sequence[PageElement]) -> list[PageElement]:
    """Join texts that follow each other: a sentence may go from one into the next."""
    joined: list[PageElement] = []
    for node in nodes:
        if joined and not isinstance(node, Tag) and not isinstance(joined[-1], Tag):
            joined[-1] = NavigableString(f"{joined[-1]}{node}")
        else:
            joined.append(node)
    return joined


def _span(block: int, sentence: int, content: PageElement) -> Tag:
    span = new_tag("span", {"class": "koboSpan", "id": f"kobo.{block}.{sentence}"})
    span.contents.append(content)
    return span
