"""Linked books made by hand for the EPUB writer, and packages read back."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree
from PIL import Image

from bookbuilder.book import Asset, Book, Chapter, Metadata, Part, Person
from bookbuilder.config.schema import Config
from bookbuilder.formats.epub.writer import write_epub
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.trees.parsing import parse_fragment

NAMESPACES = {
    "x": "http://www.w3.org/1999/xhtml",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
    "epub": "http://www.idpf.org/2007/ops",
}
EPUB_TYPE = f"{{{NAMESPACES['epub']}}}type"

FIRST = """
<h1><span class="chapter-number">1</span>
<span class="chapter-title">Salt &amp; &lt;snow&gt;</span></h1>
<aside class="callout callout-question" role="note" id="salt--q">
<p class="callout-title">Why?</p>
<h3 id="salt--aside">Not in the contents</h3><p>Because.</p></aside>
<p>A note.<a class="noteref" role="doc-noteref" id="salt--fnref-1" href="#salt--fn-1">1</a>
See <a href="#thaw--melting">melting</a>, <a href="#part-0">the part</a>, <a href="#thaw">the next
chapter</a>, <a href="#salt--deep">below</a> and <a href="https://example.org/?a=1&amp;b=2">the
web</a>.</p>
<h2 id="salt--dry">Dry <em>salt</em><a class="noteref" role="doc-noteref" id="salt--fnref-2"
href="#salt--fn-2">2</a></h2>
<h3 id="salt--deep">Deeper</h3>
<p><svg viewBox="0 0 10 10" role="img" aria-label="a circle">
<linearGradient id="salt--g"><stop offset="0"></stop></linearGradient>
<circle cx="5" cy="5" r="4" fill="url(#salt--g)"></circle></svg>
<math alttext="x"><mi>x</mi></math></p>
<figure id="salt--fig"><img alt="A square" src="images/square.png">
<figcaption>One</figcaption></figure>
<table class="worksheet"><caption>A caption</caption><thead><tr><th scope="col">A</th></tr></thead>
<tbody><tr><td></td></tr></tbody></table>
<pre class="code"><code class="language-python"><span class="k">if</span> x &lt; 1</code></pre>
<section class="exercise"><h2 id="salt--do">Exercise</h2><p lang="ar" dir="rtl">ملح</p></section>
<section class="notes" role="doc-endnotes">
<aside class="note" role="doc-footnote" id="salt--fn-1" data-number="1"><p>Sea salt.
<a class="backlink" role="doc-backlink" href="#salt--fnref-1">↑</a></p></aside>
<aside class="note" role="doc-footnote" id="salt--fn-2" data-number="2"><pre>code</pre><p>
<a class="backlink" role="doc-backlink" href="#salt--fnref-2" aria-label="Zurück">↑</a></p></aside>
</section>
"""


def picture(width: int = 4, height: int = 4, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, options.pop("format", "PNG"), **options)
    return out.getvalue()


def chapter(slug: str, html: str, title: str = "", **fields: Any) -> Chapter:
    tree = parse_fragment(html)
    tree.attrs.update({"id": slug, "class": "chapter"})
    role = fields.setdefault("role", "doc-chapter")
    if role:
        tree["role"] = role
    title = title or slug.capitalize()
    return Chapter(slug, title, tree, Source(Path(f"{slug}.md"), f"{slug}.md", ""), **fields)


def little(html: str = "<h1>One</h1><p>Words.</p>", **fields: Any) -> Book:
    """Make a book of one chapter."""
    config = fields.pop("config", Config(Path("/nowhere")))
    said = Metadata("Title", "urn:uuid:6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10")
    return Book(config, said, parts=[Part(chapters=[chapter("one", html)])], **fields)


def full(root: Path) -> Book:
    """Make a book with everything that the linked tree can hold."""
    said = Metadata(
        title="Salt & <Snow>",
        identifier="urn:uuid:6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10",
        language="en-GB",
        subtitle="A study in white",
        authors=(Person("Ann Writer", file_as="Writer, Ann"), Person("Ed Itor", "edt")),
        publisher="The Press",
        rights="Some rights",
        license="CC-BY-SA-4.0",
        description="About salt.",
        subjects=("Salt", "Snow"),
        date=date(2026, 1, 31),
        version="1.2",
        series="Whites",
        series_position="3",
    )
    thaw = '<h1>Thaw</h1><h2 id="thaw--melting">Melting</h2><p>Drip.</p>'
    drops = chapter("drops", "<h1>Drops</h1><p>Plop.</p>", depth=1)
    parts = [
        Part("part-0", "Dry", "Before", 0, [chapter("salt", FIRST, "Salt & <snow>", number=1)]),
        Part("part-1", "Wet", "", 1, [chapter("thaw", thaw, number=2), drops]),
    ]
    front = [chapter("preface", "<h1>Preface</h1><p>Hello.</p>", role="doc-preface")]
    back = [
        chapter(
            "glossary",
            '<h1>Glossary</h1><dl><dt id="glossary--salt">salt</dt><dd>NaCl</dd></dl>',
            role="doc-glossary",
        ),
        chapter("plain", "<h1>Plain</h1><p>No role.</p>", role=""),
    ]
    assets = {
        "images/square.png": Asset("images/square.png", "image/png", picture()),
        "images/unused.png": Asset("images/unused.png", "image/png", picture(5, 5)),
    }
    return Book(Config(root), said, front, parts, back, assets)


class Package:
    """A written EPUB, read back by zipfile and lxml."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.infos = archive.infolist()
            self.files = {info.filename: archive.read(info) for info in self.infos}
        self.opf = self.tree("content.opf")

    def tree(self, name: str) -> Any:
        return etree.fromstring(self.files[f"EPUB/{name}"])

    def find(self, name: str, path: str) -> list[Any]:
        found: list[Any] = self.tree(name).xpath(path, namespaces=NAMESPACES)
        return found

    def meta(self, name: str, refines: str = "") -> list[str]:
        found = self.opf.iterfind(f".//opf:meta[@property='{name}']", NAMESPACES)
        return [m.text for m in found if m.get("refines", "") == refines]

    def old_meta(self, name: str) -> list[str]:
        found = self.opf.iterfind(f".//opf:meta[@name='{name}']", NAMESPACES)
        return [m.get("content") for m in found]

    def dc(self, name: str) -> list[str]:
        return [e.text for e in self.opf.iterfind(f".//dc:{name}", NAMESPACES)]

    def manifest(self) -> dict[str, dict[str, str]]:
        return {i.get("href"): dict(i.attrib) for i in self.opf.iterfind(".//opf:item", NAMESPACES)}

    def spine(self) -> list[str]:
        names = {item["id"]: name for name, item in self.manifest().items()}
        return [names[i.get("idref")] for i in self.opf.iterfind(".//opf:itemref", NAMESPACES)]


def build(book: Book, folder: Path, report: Report | None = None) -> Package:
    report = Report() if report is None else report
    path = folder / "book.epub"
    output = write_epub(book, path, report)
    assert output.size == path.stat().st_size
    assert (output.path, output.unit) == (path, "chapters")
    return Package(path)


HOSTILE_CSS = """@charset "utf-8";
@import url("https://example.org/a.css");
@page { size: a5 }
p { direction: rtl; margin: 0 }
.a { background-image: url(paper.png) }
.b { background: url("https://example.org/b.png"); padding: 0 }
.c { background: url(missing.png) }
.d { background: url(../../outside.png) }
.e { background: url(data:image/png;base64,AAAA) }
.f { background: url(own.css) }
.g { colour }
.h { .i { margin: 0 } }
@media (min-width: 40em) { .j { unicode-bidi: embed; margin: 1em } }
@font-face { font-family: "X"; src: url(https://example.org/x.woff2) }
.k::before { content: "a;b" !important }
.l { background: image-set("https://example.org/b.png" 1x); margin: 0 }
.m { content: target-text(url(https://example.org/)) }
.n { cursor: -webkit-image-set(url("paper.png") 1x) }
@namespace x url(https://example.org/ns);
"""
