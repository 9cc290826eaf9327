"""Kobo's spans: each sentence in an element with a number, by which a Kobo knows where one is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bookbuilder.formats.epub.page import Document

_TOKEN = re.compile(r"(<[^>]+>)")
_NAME = re.compile(r"</?([\w:-]+)")
_BODY = re.compile(r"(<body[^>]*>\n?)(.*)(\n?</body>)", re.DOTALL)
_SENTENCE = re.compile(
    r".+?(?:[.!?…]+[\"'”’»)\]]*(?:\s+|$)|[。！？]+[」』”]*\s*|$)",
    re.DOTALL,
)
_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li dt dd td th caption figcaption blockquote div".split()  # noqa: SIM905
)
# Their text is not sentences, or may hold no span.
_WHOLE = frozenset(["pre", "svg", "math", "audio", "video", "style", "script"])


def with_spans(document: Document) -> Document:
    """`document` with its body wrapped as Kobo's own books have it, and its sentences numbered."""
    text = document.data.decode()

    def wrap(match: re.Match[str]) -> str:
        body = "".join(_spans(match[2]))
        inner = f'<div id="book-columns"><div id="book-inner">\n{body}\n</div></div>'
        return f"{match[1]}{inner}{match[3]}"

    return replace(document, data=_BODY.sub(wrap, text).encode())


def _spans(markup: str) -> Iterator[str]:
    block, sentence, whole = 0, 0, 0
    for token in _TOKEN.split(markup):
        if token.startswith("<"):
            match = _NAME.match(token)
            name = match[1] if match else ""
            if name in _WHOLE and not token.endswith("/>"):
                whole += -1 if token.startswith("</") else 1
            if name in _BLOCKS and not token.startswith("</"):
                block, sentence = block + 1, 0
            if name == "img" and not whole:
                block, sentence = block + 1, 1
                yield f'<span class="koboSpan" id="kobo.{block}.1">{token}</span>'
            else:
                yield token
        elif whole or not token.strip():
            yield token
        else:
            for piece in _SENTENCE.findall(token):
                if piece.strip():
                    block, sentence = max(block, 1), sentence + 1
                    yield f'<span class="koboSpan" id="kobo.{block}.{sentence}">{piece}</span>'
                elif piece:
                    yield piece
