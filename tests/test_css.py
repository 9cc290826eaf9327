"""Authors' CSS: written anew so that every program reads what was checked, and nothing is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st
from tinycss2.ast import Node

import attacks
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.formats.hypertext.styles import stylesheets
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.cleaning import clean_tree
from bookbuilder.passes.cleaning.svg import sanitize_svg
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.serializing import serialize
from epub_books import picture

SERVER = attacks.Server("http://127.0.0.1:9/")
LOADERS = {"url", "src", "image", "image-set", "-webkit-image-set", "element", "paint", "attr"}
HONEST = """\
p.a > em:first-child::before, li:nth-child(2n + 1):not(.b, [lang|="de"]), a[href^="x"] + b ~ i {
  margin: 0 auto -1.5em +2px;
  font: italic 1.2em/1.4 "Été 2", Größe, serif;
  color: #0a0B0c;
  background: linear-gradient(to right, rgba(0, 0, 0, .5) 10%, transparent) no-repeat;
  background-image: none;
  width: calc(100% - (2em + 1px) * 2);
  content: "\\201C" counter(x) attr(title) " < ";
  quotes: "«" "»";
  transform: rotate(4deg) translate(1px, 2px);
  grid-template-columns: [full-start] minmax(1em, 1fr) [main-start];
  -webkit-hyphens: auto;
  -epub-hyphens: auto;
  adobe-hyphenate: auto;
  string-set: title content(text);
  page-break-inside: avoid !important;
  --accent: rgb(1, 2, 3);
  border-color: var(--accent, red);
}
.md\\:flex {
  display: flex;
}
@media screen and (min-width: 40em) and (max-width: 60em), print {
h1, h2 {
  text-wrap: balance;
}
}
@supports (display: grid) and (not (color: #fff)) {
ul {
  filter: drop-shadow(0 0 2px black) blur(1px);
}
}
"""


def in_package(css: str, folder: Path) -> tuple[str, Report]:
    """Return a stylesheet as it is in the EPUB, and what is said of it."""
    (folder / "own.css").write_bytes(css.encode("utf-8", "replace"))
    (folder / "paper.png").write_bytes(picture())
    report = Report()
    config = Config(folder, book=BookConfig(style=("own.css",)))
    _, files = stylesheets(config, report, ["epub.css"], {"book.style": config.book.style})
    own = next((file.data for file in files if file.name == "styles/author-1.css"), b"")
    return own.decode(), report


def in_drawing(css: str) -> tuple[str, list[str]]:
    """Return the stylesheet of a drawing as it is in a book, and what was removed."""
    written = html.escape(css).replace("\ufffe", "")
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><style>{written}</style></svg>'
    data, removed = sanitize_svg(svg.encode("utf-8", "replace"))
    match = re.search("<style>(.*)</style>", data.decode(), re.DOTALL)
    return html.unescape(match[1]) if match else "", removed


def in_page(text: str) -> tuple[str, Report]:
    """Return a chapter's HTML as it is in a book, and what is said of it."""
    report = Report()
    tree = parse_fragment(text)
    clean_tree(tree, Source(Path("x.md"), "x.md", text), report)
    return serialize(tree).removeprefix("<section>").removesuffix("</section>"), report


def tokens(nodes: Sequence[Node] | None) -> Iterator[Node]:
    for node in nodes or ():
        yield node
        yield from tokens(getattr(node, "arguments", None) or getattr(node, "content", None))


def dangers(css: str) -> list[str]:
    """Return what in a text of CSS could load something from outside, as tokens are read."""
    found = []
    for node in tokens(tinycss2.parse_component_value_list(css)):
        if node.type == "at-keyword" and node.lower_value not in ("media", "supports", "namespace"):
            found.append(f"@{node.value}")
        elif node.type == "url" and not node.value.startswith("#"):
            found.append(node.value)
        elif node.type == "function" and node.lower_name in LOADERS:
            strings = [t.value for t in node.arguments if t.type == "string"]
            # Files of the book lie beside the stylesheet, under names that the writer makes.
            if not strings or not all(re.fullmatch(r"#.*|[\w-]+\.\w+", s) for s in strings):
                found.append(f"{node.name}({strings})")
    return found


@pytest.mark.parametrize("text", [*attacks.RULES, *attacks.LOADING])
@pytest.mark.attack("CSS and active content")
def test_no_sheet_of_a_drawing_loads_anything(text: str) -> None:
    armed = SERVER.arm(text, "x").replace("%", "rect")
    css, _ = in_drawing(armed if text in attacks.RULES else f"rect {{ {armed}\n}}")
    assert dangers(css) == []
    assert "@" not in css
    assert in_drawing(css) == (css, [])


@pytest.mark.attack("CSS and active content")
def test_no_stylesheet_loads_anything(tmp_path: Path) -> None:
    rules = [SERVER.arm(text, "x").replace("%", "p") for text in attacks.RULES]
    rules += [f"p {{ {SERVER.arm(text, 'x')}\n}} /**/" for text in attacks.LOADING]
    for rule in rules:
        css, report = in_package(rule, tmp_path)
        assert dangers(css) == [], rule
        assert in_package(css, tmp_path)[0].split() == css.split(), rule
        assert css != rule
        assert all(
            d.span and d.span.line and d.span.column for d in report if d.rule.code[0] == "E"
        )


@pytest.mark.parametrize("text", attacks.LOADING)
@pytest.mark.attack("CSS and active content")
def test_no_style_of_an_element_loads_anything(text: str) -> None:
    style = html.escape(SERVER.arm(text, "x"))
    for page in (f'<p style="{style}">x</p>', f'<svg><path style="{style}"/></svg>'):
        styles = re.findall('style="([^"]*)"', in_page(page)[0])
        for value in styles:
            assert dangers(html.unescape(value)) == []
            again, report = in_page(page.replace(style, value))
            assert re.findall('style="([^"]*)"', again) == [value]
            assert list(report) == []


@pytest.mark.parametrize("text", [*attacks.ATTRIBUTES, *attacks.DRAWN])
@pytest.mark.attack("CSS and active content")
def test_nothing_of_a_drawing_loads_anything(text: str) -> None:
    armed = SERVER.arm(text, "x")
    written, report = in_page(
        f"<svg>{f'<path {armed}/>' if text in attacks.ATTRIBUTES else armed}</svg>"
    )
    # A picture that stood in the drawing stands after it: the pass that follows makes a file of it.
    assert SERVER.base not in re.sub("<img[^>]*>", "", written)
    if text in attacks.ATTRIBUTES and not text.startswith(("xml:base", "ping", 'mask="u\\')):
        assert {d.rule.code for d in report} == {"H017"}


@pytest.mark.parametrize("text", attacks.HTML)
@pytest.mark.attack("CSS and active content")
def test_no_html_loads_anything(text: str) -> None:
    written, _ = in_page(SERVER.arm(text, "x"))
    # Links are followed by readers alone; of pictures, the pass that follows makes files.
    loading = re.sub('<a [^>]*>[^<]*</a>|<img[^>]*>| cite="[^"]*"', "", written)
    assert SERVER.base not in loading


def test_links_stay_for_the_reader_to_follow() -> None:
    text = '<a href="https://a.example/x?y=1#z">x</a> <a href="mailto:a@a.example">y</a>'
    assert in_page(text)[0] == f"<p>{text}</p>"


@pytest.mark.parametrize("rule", attacks.ESCAPING)
@pytest.mark.attack("CSS and active content")
def test_a_drawings_sheet_reaches_nothing_around_it(rule: str) -> None:
    page = f'<svg id="root"><style>{html.escape(rule)}</style><rect/></svg><p>x</p>'
    written, _ = in_page(page)
    scope = re.search(r'class="(drawing-\w+)"', written)
    sheet = re.search("<style>(.*)</style>", written, re.DOTALL)
    assert scope
    assert sheet
    for node in tinycss2.parse_stylesheet(html.unescape(sheet[1]), skip_whitespace=True):
        first = tinycss2.serialize(node.prelude)
        assert first.startswith(f".{scope[1]} ")
        assert "," not in [t.value for t in node.prelude if t.type == "literal"]
        assert first[len(scope[1]) + 2] not in "+~"


def test_honest_css_stays_as_it_is(tmp_path: Path) -> None:
    css, report = in_package(HONEST, tmp_path)
    assert css == HONEST.replace("\\201C", "\u201c")
    assert [d for d in report if d.rule.code in ("E007", "E008")] == []


@pytest.mark.parametrize(
    ("css", "column", "code", "message", "hint"),
    [
        ("p { background: url(http://a.example/x) }", 17, "E008", "not a file of the book",
         "put the file into the book's folder"),
        ("p { background: var(--a) }", 17, "E008", "takes no `var()`", "`background-color`"),
        ("p { content: attr(a url) }", 14, "E008", "`attr()` holds a name", ""),
        ("p { mask: cross-fade(url(a), url(b)) }", 11, "E008", "`cross-fade()`", "`url()`"),
        ("p { colr: red }", 5, "E007", "`colr` is not a property", "`color`"),
        ("p { color: rbg(1,2,3) }", 12, "E007", "`rbg()` is not a function", "`rgb`"),
        ("p { x\\3a y: red }", 5, "E007", "`x:y` is not a property", ""),
        ("@import 'x.css';", 1, "E007", "`@import` is not for EPUB", "`style` in book.toml"),
        ("a\\d800 {}", 1, "E007", "none of Unicode's", "without escapes"),
        ("p { direction: rtl }", 5, "E007", "does not allow `direction`", "`language`"),
        ("p { --a: url(paper.png) }", 10, "E008", "a variable takes no address", ""),
        ("p { color: url(paper.png) }", 12, "E008", "`color` takes no address", ""),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said_to_be(
    css: str, column: int, code: str, message: str, hint: str, tmp_path: Path
) -> None:
    _, report = in_package(f"\n{css}\n", tmp_path)
    found = [d for d in report if d.rule.code.startswith("E00")]
    assert [(d.rule.code, d.span.line, d.span.column) for d in found if d.span] == [
        (code, 2, column)
    ]
    assert message in found[0].message
    assert hint in found[0].hint


def test_a_drawings_findings_stand_where_the_style_is() -> None:
    page = (
        "<svg><rect/></svg>\n\n<svg>\n"
        '<path style="fill: url(http://a.example/)"/>\n'
        "<g mask=\"-webkit-image-set('http://a.example/' 1x)\"/>\n</svg>"
    )
    _, report = in_page(page)
    found = [(d.rule.code, d.span.line if d.span else 0, bool(d.hint)) for d in report]
    assert sorted(found) == [("H017", 4, True), ("H017", 5, True)]


@pytest.mark.attack("numbers, circles and data formats")
def test_numbers_without_end_are_refused(tmp_path: Path) -> None:
    number = "9" * 5000
    assert "hundreds of digits" in in_drawing(f"rect {{ width: {number} }}")[1][0]
    written, report = in_page(f'<p style="width: {number}">x</p>')
    assert written.count("style") == 0
    assert [d.rule.code for d in report] == ["H003"]


PIECES = st.sampled_from(
    [
        *"{}()[];:,.#@!/*\\\"'<>&|=+-~% \n01aA\x86\ufffe\u00d7é",
        *("\\28 ", "\\29 ", "\\3a ", "\\3b ", "\\7b ", "\\7d ", "\\65 3", "\\d800 ", "1e3"),
        *("url", "url(", "http://a.example/", "\\75 rl(", "image-set(", "var(--x", "--x:", "U+"),
        *("background:", "color: red;", "rect {", "@import ", "@media x {", "/*", "*/", "e", "\\"),
        *("<!--", "-->", "!important", "fill: url(#a)"),
    ]
)


@given(st.lists(PIECES, max_size=30))
def test_whatever_is_written_is_read_alike(pieces: list[str]) -> None:
    for css in ("".join(pieces), f"rect {{ {''.join(pieces)} }}", f"a {{ b: {''.join(pieces)} }}"):
        written, _ = in_drawing(css)
        assert dangers(written) == []
        assert in_drawing(written) == (written, [])
