"""Whatever HTML comes in goes out as valid XHTML5: judged by EPUBCheck and by expat."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bs4 import Tag

from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.cleaning import clean_tree
from bookbuilder.trees.markup import new_tag, text_of
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.serializing import serialize
from bookbuilder.trees.xhtml import ELEMENTS, REPLACED
from epubcheck import check


def cleaned(html: str | Tag) -> tuple[Tag, Report]:
    text = html if isinstance(html, str) else ""
    tree = parse_fragment(html) if isinstance(html, str) else html
    report = Report()
    clean_tree(tree, Source(Path("one.md"), "one.md", text), report)
    return tree, report


def shown(html: str) -> str:
    """Return the cleaned HTML without the section around it and without blanks between tags."""
    text = serialize(cleaned(html)[0]).removeprefix("<section>").removesuffix("</section>")
    return re.sub(r"\s*\n\s*", "", text)


def found(html: str) -> list[tuple[str, int]]:
    return [(d.rule.name, d.span.line if d.span else 0) for d in cleaned(html)[1]]


REPAIRS = [
    # Obsolete elements and attributes.
    ("<center>x</center>", '<div style="text-align: center">x</div>'),
    ("<p><tt>t</tt><strike>s</strike></p>", "<p><code>t</code><s>s</s></p>"),
    ("<p><acronym>A</acronym></p>", "<p><abbr>A</abbr></p>"),
    ('<p><font color="red" size="5">x</font></p>',
     '<p><span style="color: red; font-size: large">x</span></p>'),
    ('<p><a name="old"></a>x</p>', '<p><span id="old"></span>x</p>'),
    ('<p align="center">x<br clear="all">y</p>',
     '<p style="text-align: center">x<br style="clear: both"/>y</p>'),
    ('<table width="100%" bgcolor="#fff"><tr><td nowrap valign=top>a</td></tr></table>',
     '<table style="width: 100%; background-color: #fff"><tbody><tr>'
     '<td style="white-space: nowrap; vertical-align: top">a</td></tr></tbody></table>'),
    ('<img src="a.png" alt="" width="50%" height="40" hspace="4">',
     '<p><img src="a.png" alt="" style="width: 50%; margin-left: 4px;'
     ' margin-right: 4px"/></p>'),
    ("<dir><li>x</dir>", "<ul><li>x</li></ul>"),
    # Parts without their whole, wholes with strangers in them.
    ("<li>a<li>b", "<ul><li>a</li><li>b</li></ul>"),
    ("<dt>t", "<dl><dt>t</dt><dd></dd></dl>"),
    ("<dl><dd>d</dd></dl>", "<dl><dt></dt><dd>d</dd></dl>"),
    ("<ul>x<li>a</li><ul><li>b</li></ul></ul>",
     "<ul><li>x</li><li>a<ul><li>b</li></ul></li></ul>"),
    ("<ol></ol><p>x</p><table></table>", "<p>x</p>"),
    ("<figure><figcaption>a</figcaption><img src=a.png alt=b><figcaption>c</figcaption></figure>",
     '<figure><figcaption>a</figcaption><img src="a.png" alt="b"/><div>c</div></figure>'),
    ("<figcaption>a</figcaption>", "<div>a</div>"),
    ("<details>x</details>", "<details><summary>…</summary>x</details>"),
    ("<summary>x</summary>", "<p>x</p>"),
    ("<ruby>a<rp>(<rt>b<rp>)</ruby>c", "<p><ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>c</p>"),
    ("<ruby>a<rp></rp><rt>b</ruby>", "<p><ruby>a<rt>b</rt></ruby></p>"),
    # Blocks in running text.
    ("<span class=c><h2>x</h2></span>", '<div class="c"><h2>x</h2></div>'),
    ("<h2>a<div id=i>b</div>c</h2>", '<h2>a <span id="i">b</span> c</h2>'),
    ("<p>a<ul><li>b</ul>c</p>", "<p>a</p><ul><li>b</li></ul><p>c</p>"),
    ("<p><button><div>b</div></button>c</p>", "<div><div><div>b</div></div><p>c</p></div>"),
    ("<a href=#x><table><tr><td><a href=#y>z</a></table></a>",
     '<a href="#x"><table><tbody><tr><td>z</td></tr></tbody></table></a>'),
    # What cannot be in a book.
    ("<p>a<foo>b</foo>c</p>", "<p>abc</p>"),
    ("<p>a<input type=checkbox checked>b<input type=checkbox></p>", "<p>a☑b☐</p>"),
    ("<select><option>a<option>b</select>", "<p>a / b</p>"),
    ("<video src=https://a.example/b.mp4></video>",
     '<p><a class="media" href="https://a.example/b.mp4">Video: b.mp4</a></p>'),
    ("<audio src=a.mp3>A song</audio>", "<p>A song</p>"),
    ("<iframe>no <b>frames</b></iframe>", "<p>no <b>frames</b></p>"),
    ("<noscript>plain</noscript><script>x()</script>", "<p>plain</p>"),
    ("<picture><source srcset=a.webp><img src=a.png alt=a></picture>",
     '<p><img src="a.png" alt="a"/></p>'),
    ("<p><img alt='a view'>x</p>", "<p>a viewx</p>"),
    ("<p><a href='java&#10;script:x()'>y</a></p>", "<p>y</p>"),
    ("<p><a href='data:text/html,x'>y</a></p>", "<p>y</p>"),
    # Attributes.
    ("<p lang='not a tag' id='' onclick=x data-x=1 data-number=2>y</p>",
     '<p data-number="2">y</p>'),
    ("<ol start=x reversed type=disc><li value=3>a</ol><ul><li value=3>b</ul>",
     '<ol reversed="" style="list-style-type: disc"><li value="3">a</li></ol><ul><li>b</li></ul>'),
    ("<p role='button note' aria-label=x aria-bogus=y>z</p>",
     '<p aria-label="x" role="note">z</p>'),
    ("<p style='color: red; position: fixed; --x: 1; background: url(x)'>y</p>",
     '<p style="color: red">y</p>'),
    ("<p><time datetime=soon>a</time><bdo>b</bdo></p>", "<p><time>a</time>b</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), REPAIRS)
def test_repairs(html: str, expected: str) -> None:
    assert shown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a\n\n<script>x</script>", [("active-element", 3)]),
        (
            "<p>\n<b onclick=a()>x</b>\n<b onclick=b()>y</b>",
            [("event-handler", 2), ("event-handler", 3)],
        ),
        ("`<script>`\n\n<script>x</script>", [("active-element", 3)]),
        ("<p>\n<a href='javascript:x()'>y</a>", [("script-link", 2)]),
        ("\n<svg><script>x</script></svg>", [("active-drawing", 2)]),
        ("<p>\n<i style='position:fixed'>x</i>", [("style-removed", 2)]),
        ("<p>\n<i style='font-size:1e9px'>x</i>", [("style-removed", 2)]),
        ("x\n<button>go</button>", [("form-control", 2)]),
        ("<textarea>x</textarea>", [("form-control", 1)]),
        ("<input type='radio'> <progress value='1' max='2'></progress> <meter>x</meter>", []),
        ("<input type='checkbox'>\n<input>", [("form-control", 2)]),
        ("x\n<video src=a.mp4></video>", [("audio-or-video", 2)]),
        ("x\n<link href=a.css>", [("page-element", 2)]),
        ("x\n<bogus>y</bogus>", [("unknown-element", 2)]),
        ("x\n<img alt=y>", [("image-without-source", 2)]),
        ("<p>fine <input type=checkbox> <center>x</center>", []),
    ],
)
def test_what_is_taken_out_is_reported_where_it_stands(
    html: str, expected: list[tuple[str, int]]
) -> None:
    tree = parse_fragment(html.replace("`<script>`", "<code>&lt;script></code>"))
    report = Report()
    clean_tree(tree, Source(Path("one.md"), "one.md", html), report)
    assert [(d.rule.name, d.span.line if d.span else 0) for d in report] == expected


@pytest.mark.slow
def test_deep_nesting_is_flattened_and_nothing_is_lost() -> None:
    for name in ("div", "b", "ul><li"):
        html = f"<{name}>" * 1500 + "in the deep"
        tree, report = cleaned(html)
        assert "in the deep" in text_of(tree)
        assert serialize(tree).count("<") < 1200
        assert [d.rule.name for d in report] == ["elements-too-deep"]


def test_links_between_the_nodes_agree_after_repair() -> None:
    tree, _ = cleaned("<p>a<b><table><i>c</b>d<tr><td>e</i></table>f<li>g")
    nodes = list(tree.descendants)
    assert "".join(str(n) for n in nodes if not isinstance(n, Tag)) == tree.get_text()
    for node in nodes:
        assert node.parent is not None
        assert any(child is node for child in node.parent.contents)


def test_a_style_sheet_in_a_drawing_stays_in_it() -> None:
    html = '<svg id="d"><style>p, #d .n { fill: red } @import "x";</style><path class="n"/></svg>'
    text = shown(html)
    scope = re.search(r'class="(drawing-\w+)"', text)
    assert scope
    assert f".{scope[1]} p, .{scope[1]} .n {{ fill: red }}" in text
    assert "@import" not in text


def test_formulas_get_as_many_parts_as_they_need() -> None:
    html = (
        "<math>x<mfrac><mi>a</mi></mfrac><msup><mi>b</mi><mn>1</mn><mn>2</mn></msup>"
        "<foo>y</foo></math>"
    )
    math = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mtext>x</mtext><mfrac><mi>a</mi>'
        "<mrow></mrow></mfrac><msup><mi>b</mi><mrow><mn>1</mn><mn>2</mn></mrow></msup>"
        "<mtext>y</mtext></math>"
    )
    assert shown(html) == f"<p>{math}</p>"


# --- EPUBCheck ------------------------------------------------------------------------------------

NAMES = (
    sorted(ELEMENTS - {"svg", "math"}) + sorted(REPLACED) + ["iframe", "video", "select", "bogus"]
)
FORMULA = (
    "<math><mrow><mi>x</mi>y<msubsup><mi>z</mi></msubsup><mtr><mtd>1</mtd></mtr></mrow></math>"
)
DRAWING = '<svg viewbox="0 0 9 9"><title><b>t</b></title><use href="#x"/><path d="M0 0"/></svg>'
ATTRIBUTES = {
    "role": ["note", "doc-tip", "listitem", "button"],
    "class": ["a b", ""],
    "lang": ["en", "x y", "de-CH"],
    "dir": ["rtl", "up"],
    "datetime": ["2024-01-02", "soon"],
    "span": ["2", "0"],
    "colspan": ["2", "0"],
    "scope": ["col", "all"],
    "value": ["3", "x"],
    "start": ["-1", "x"],
    "href": ["https://example.com/", "javascript:x"],
    "cite": ["https://example.com/", "a b"],
    "src": ["a.png", ""],
    "alt": ["x"],
    "open": [""],
    "hidden": [""],
    "style": ["color: red", "position: fixed; x", "direction: rtl"],
    "aria-label": ["x"],
    "aria-hidden": ["true", "yes"],
    "title": ['<&">'],
    "type": ["a", "text/html", "checkbox"],
    "width": ["10", "50%"],
    "abbr": ["x"],
    "name": ["x"],
}


def wild_html(chance: random.Random, size: int = 40) -> str:
    pieces = []
    for _ in range(size):
        name = chance.choice(NAMES)
        attrs = "".join(
            f' {key}="{chance.choice(values)}"'
            for key, values in ATTRIBUTES.items()
            if chance.random() < 0.1
        )
        pieces.append(chance.choice([f"<{name}{attrs}>", f"</{name}>", "text ", FORMULA, DRAWING]))
    return "".join(pieces)


def wild_tree(chance: random.Random, depth: int = 6) -> Tag:
    """Make a tree that no parser would make: passes before this one may."""
    tag = new_tag("section")
    waiting = [(tag, depth)]
    while waiting:
        parent, left = waiting.pop()
        for _ in range(chance.randrange(4) if left else 0):
            if chance.random() < 0.2:
                parent.append("text ")
                continue
            child = new_tag(chance.choice(NAMES))
            for key, values in ATTRIBUTES.items():
                if chance.random() < 0.1:
                    child[key] = chance.choice(values)
            parent.append(child)
            if child.name not in ("br", "img", "hr", "col", "wbr"):
                waiting.append((child, left - 1))
    return tag


def errors_of_epubcheck(bodies: list[str], path: Path) -> list[str]:
    """Return the errors of EPUBCheck in a book with each of `bodies` in a document of its own."""
    manifest, spine = [], []
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
            '<rootfiles><rootfile full-path="b.opf" media-type="application/oebps-package+xml"/>'
            "</rootfiles></container>",
        )
        for number, body in enumerate(bodies):
            properties = [p for p, mark in (("svg", "<svg"), ("mathml", "<math")) if mark in body]
            has = f' properties="{" ".join(properties)}"' if properties else ""
            manifest.append(
                f'<item id="d{number}" href="d{number}.xhtml"{has}'
                ' media-type="application/xhtml+xml"/>'
            )
            spine.append(f'<itemref idref="d{number}"/>')
            archive.writestr(f"d{number}.xhtml", page(body))
        archive.writestr(
            "nav.xhtml",
            page('<nav epub:type="toc"><ol><li><a href="d0.xhtml">x</a></li></ol></nav>'),
        )
        archive.writestr("a.png", PIXEL)
        archive.writestr(
            "b.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x:1'
            "</dc:identifier><dc:title>t</dc:title><dc:language>en</dc:language>"
            '<meta property="dcterms:modified">2024-01-01T00:00:00Z</meta></metadata><manifest>'
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            '<item id="png" href="a.png" media-type="image/png"/>'
            f"{''.join(manifest)}</manifest><spine>{''.join(spine)}</spine></package>",
        )
    return [str(m) for m in check(path) if m.severity in ("FATAL", "ERROR", "WARNING")]


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ff"
    "ff3f0005fe02fedccc59e70000000049454e44ae426082"
)


def page(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"'
        ' xmlns:epub="http://www.idpf.org/2007/ops"><head><title>t</title></head>'
        f"<body>{body}</body></html>"
    )


def linked(tree: Tag) -> str:
    """Serialise a tree with the ids and addresses that later passes would have settled."""
    count = 0

    def rewrite(tag: Tag, attrs: dict[str, str]) -> dict[str, str]:
        nonlocal count
        count += 1
        if "id" in attrs:
            attrs["id"] = f"i{count}"
        if tag.name == "img":
            attrs["src"] = "a.png"
        if attrs.get("href", "").startswith("#") or tag.name == "use":
            attrs.pop("href", None)
        return attrs

    return serialize(tree, rewrite)


@pytest.mark.slow
def test_epubcheck_finds_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    sources: list[str | Tag] = [html for html, _ in REPAIRS]
    sources += [wild_html(chance) for _ in range(60)]
    sources += [wild_tree(chance) for _ in range(60)]
    bodies = [linked(cleaned(source)[0]) for source in sources]
    assert errors_of_epubcheck(bodies, tmp_path / "wild.epub") == []


@pytest.mark.slow
def test_wild_html_is_well_formed_and_keeps_its_text() -> None:
    chance = random.Random(11)
    for _ in range(300):
        html = wild_html(chance, 25)
        tree, _ = cleaned(html)
        xml = serialize(tree)
        ET.parse(io.StringIO(xml))
        hidden = re.search(r"<(iframe|video|select|xmp|plaintext|ruby|rp|rtc|template)", html)
        if not hidden and "<svg" not in html and "<math" not in html:
            assert text_of(tree).count("text") == html.count("text "), html


@pytest.mark.slow
def test_cleaning_twice_changes_nothing_more() -> None:
    chance = random.Random(5)
    for _ in range(100):
        once = serialize(cleaned(wild_html(chance, 25))[0])
        tree, _ = cleaned(wild_html(chance, 25))
        first = serialize(tree)
        clean_tree(tree, Source(Path("one.md"), "one.md", ""), Report())
        assert serialize(tree) == first
        assert once
