"""The last words of paragraphs in print."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from bookbuilder.formats.pdf.compose.hyphenation import NO_BREAK_SPACE, keep_last_words


@pytest.mark.parametrize(
    ("block", "kept"),
    [
        ("<p>One that is long ends with hyphenation.</p>", ["hyphenation."]),
        ("<p>A word that could be divided is before us.</p>", ["before us."]),
        ("<p>Behind <em>words that lean forward</em></p>", ["forward"]),
        ('<p>Its note follows<a class="noteref">1</a><aside class="note"/></p>', ["follows"]),
        ("<p>An apostrophe is a letter of the word, aren't.</p>", ["aren't."]),
        ("<p>Glued <code>code</code>.</p>", []),
        ("<p>Alone</p>", []),
        ("<figcaption>A caption, drawn without any scale.</figcaption>", ["without any scale."]),
        (f"<p>An address {'x' * 40}</p>", []),
        ("<p>\u65e5\u672c\u8a9e \u306f\u7a7a\u767d\u3092\u4f7f\u3044\u307e\u305b\u3093</p>", []),
        (
            "<ul><li>An item and its end.<ul><li>And one below another</li></ul></li></ul>",
            ["another"],
        ),
        ("<table><tr><td><p>Cells are too narrow.</p></td></tr></table>", []),
        ('<p class="verse">Lines of the author</p>', []),
    ],
)
def test_the_end_of_a_paragraph_holds_together(block: str, kept: list[str]) -> None:
    tree = ET.fromstring(f"<section>{block}</section>")
    before = "".join(tree.itertext())
    keep_last_words(tree)
    assert "".join(tree.itertext()).split() == before.split()
    spans = [(span.text or "").replace(NO_BREAK_SPACE, " ") for span in tree.iter("span")][1:]
    assert spans == kept


@pytest.mark.parametrize(
    ("text", "set_as"),
    [
        ("A short one takes the word before it is.", "A short one takes the word before it_is."),
        ("Not a long word understandably is.", "Not a long word understandably is."),
    ],
)
def test_words_too_short_for_hyphenation_need_no_span(text: str, set_as: str) -> None:
    section = ET.fromstring(f"<section><p>{text}</p></section>")
    keep_last_words(section)
    (paragraph,) = section
    assert paragraph.text == set_as.replace("_", NO_BREAK_SPACE)
    assert not len(paragraph)
