"""The examples of the CommonMark specification, which we did not write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from normalhtml import normal

from bookbuilder.dialect import convert
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source

DATA = Path(__file__).parent.parent / "data" / "commonmark.json"
EXAMPLES: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["examples"]

UNKNOWN_TAG = "a tag that is no element of HTML, SVG or MathML is the author's text"
BARE_ADDRESS = "GFM makes a bare address a link"
WIKILINK = "double brackets are Obsidian's links"
DEPARTURES = {
    150: UNKNOWN_TAG,
    163: UNKNOWN_TAG,
    201: UNKNOWN_TAG,
    491: UNKNOWN_TAG,
    494: "a one-letter tag without an end tag is text, as in `Vec<b>`",
    524: UNKNOWN_TAG,
    536: UNKNOWN_TAG,
    548: WIKILINK,
    590: WIKILINK,
    602: BARE_ADDRESS,
    608: BARE_ADDRESS,
    611: BARE_ADDRESS,
    612: BARE_ADDRESS,
    613: UNKNOWN_TAG,
    614: UNKNOWN_TAG,
    615: UNKNOWN_TAG,
    617: UNKNOWN_TAG,
    623: UNKNOWN_TAG,
    626: "a comment that ends at once is dropped with its marks",
    629: "CDATA sections mean nothing in HTML and are dropped",
}
"""The examples where the dialect means something else, on purpose. This list may only shrink."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e['number']}-{e['section']}")
def test_example(example: dict[str, Any]) -> None:
    source = Source(Path("x.md"), "x.md", example["markdown"])
    same = normal(convert(source, 0, Report())) == normal(example["html"])
    assert same is (example["number"] not in DEPARTURES)


def test_departures_do_not_grow() -> None:
    assert len(EXAMPLES) == 652
    assert len(DEPARTURES) <= 20
