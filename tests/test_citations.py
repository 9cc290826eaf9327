"""Citations read as pandoc's do, cost nothing where there are none, and stand hostile input."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

import epubcheck
import verapdf
from bookbuilder import Report, load, write
from bookbuilder.citing import marks
from bookbuilder.citing.bibtex import read_bibtex
from bookbuilder.citing.clusters import Cite, Cluster, Mode
from bookbuilder.citing.csl.style import StyleError, bundled, bundled_style, read_style
from bookbuilder.citing.library import Library
from bookbuilder.citing.people import read_names
from bookbuilder.citing.processor import Processor
from bookbuilder.citing.sorting import collation_key
from bookbuilder.citing.tex import read_tex
from bookbuilder.dialect.core.citing import read_items
from bookbuilder.model.audience import PRINT, Audience
from bookbuilder.trees.markup import elements
from books import load_files, rules_of, write_files
from commandline import invoke

DATA = Path(__file__).parent / "data" / "citations"
PANDOC = json.loads((DATA / "pandoc.json").read_text("utf-8"))
TOML = '[book]\ntitle = "Cited"\nlanguage = "en"\nbibliography = "sources.bib"\n'
SOURCES = (DATA / "sources.bib").read_text("utf-8")

# Where our output is another one on purpose, and why.
DIFFERENT = {
    "rfc2119": "pandoc gives @misc with `howpublished` no type at all",
    "xref1": "pandoc does not give the child of `crossref` the title of its parent",
    "math1": "`H` before a low 2 keeps its capital",
    "shannon1940": "pandoc shows the braces of `{PhD} thesis`",
    "einstein1905": "`von` and `der` stay small in titles; `wärme` gets its capital",
    "proc2005": "a word of one capital is kept: Conference on X",
    "vaswani2017": "pandoc takes `{\\L}ukasz` for a particle, and puts labels in the wrong place",
    "bell1992": "pandoc puts the label `eds` before the names without a blank",
    "edited2010": "the same",
    "inbook1999": "pandoc shows `In.` before nothing",
}
DIFFERENT_CITATIONS = {
    # "Knuth [1] says" in place of "[1] says"; a note without its author, whom the sentence names.
    "in text", "in text, page",
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = write_files(tmp_path_factory.mktemp("library"), {"sources.bib": SOURCES})
    found, report = Library("en"), Report()
    found.add_file("sources.bib", folder, (folder,), None, report)
    assert rules_of(report) == []
    return found


def clusters() -> dict[str, Cluster]:
    """Return the citations that pandoc was given, as the dialect reads them."""
    found = {}
    for number, (name, said) in enumerate(PANDOC["cited"].items(), 1):
        if said.startswith("["):
            cites = [
                Cite(key, Mode(mode), marks.from_html(before), marks.from_html(after), label, part)
                for key, mode, before, after, label, part in read_items(said[1:-1])
            ]
        else:
            part = "14" if "[" in said else ""
            cites = [Cite(re.findall(r"\w+", said)[0], Mode.IN_TEXT, locator=part, label="page")]
        found[name] = Cluster(cites, note=number)
    return found


def plain(text: str) -> str:
    return " ".join(marks.plain(text).replace("’", "'").split())


@pytest.mark.parametrize("style", sorted(PANDOC["styles"]))
def test_forty_sources_read_as_pandocs_do(style: str, library: Library) -> None:
    wanted = PANDOC["styles"][style]
    entries = {key: entry for key in library.keys if (entry := library.get(key))}
    processor = Processor(read_style(bundled_style(style), "en"), entries, "en")
    cited = clusters()
    texts = dict(zip(cited, processor.process(list(cited.values()), entries), strict=True))
    listed = {
        one.key: (f"{plain(one.label)}|" if one.label else "") + plain(one.text)
        for one in processor.listed()
    }
    assert processor.failures == {}
    assert list(listed) == list(wanted["entries"]), "the order of the list"
    differ = {key for key, text in listed.items() if text != wanted["entries"][key]}
    assert differ <= DIFFERENT.keys(), [(listed[k], wanted["entries"][k]) for k in differ]
    ours = {name: plain(text).rstrip(".") for name, text in texts.items()}
    theirs = {name: text.rstrip(".") for name, text in wanted["citations"].items()}
    in_them = {name for name, one in cited.items() if any(c.key in DIFFERENT for c in one.cites)}
    allowed = DIFFERENT_CITATIONS | (in_them if processor.uses_notes else set())
    # Words before raised numbers stand on the line, without the blank that pandoc raises.
    allowed |= {"two"} if processor.raises else set()
    assert {n for n in ours if ours[n] != theirs[n]} <= allowed, (ours, theirs)


def test_the_data_is_of_every_bundled_style() -> None:
    assert sorted(PANDOC["styles"]) == bundled()


@pytest.mark.parametrize(
    ("tex", "html"),
    [
        (r"{\'E}tudes, na{\"\i}ve, \v{C}apek, {\O}rsted", "Études, naïve, Čapek, Ørsted"),
        (r"\AA rhus, G{\"o}del--B---me ``so'' 5\% \&", "Århus, Gödel–B—me “so” 5% &amp;"),
        (r"\emph{Mus} \textbf{a \emph{b}}", "<em>Mus</em> <strong>a <em>b</em></strong>"),
        (r"CO\textsubscript{2}, $x^{2}$, $\alpha$", "CO<sub>2</sub>, x<sup>2</sup>, α"),
        (r"\url{http://x.y/~a_b%20}, \href{http://y.z}{Y}", "http://x.y/~a_b%20, Y"),
        (r"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (r"\unknown{kept} {\em italic} \noopsort{gone}here", "kept <em>italic</em> here"),
        ("\\" + "a" * 40 + "{" * 60, ""),
    ],
)  # fmt: skip
def test_tex_in_fields(tex: str, html: str) -> None:
    assert marks.to_html(read_tex(tex)).strip() == html


def test_names_of_all_kinds() -> None:
    said = "Knuth, Donald E. and Ludwig van Beethoven and {Barnes and Noble} and de la Cruz, Ana"
    said += r" and King, Jr., Martin Luther and family=Gaulle, given=Charles, prefix=de and others"
    names = read_names(said)
    assert [(n.family, n.given, n.dropping, n.suffix, n.literal) for n in names] == [
        ("Knuth", "Donald E.", "", "", ""),
        ("Beethoven", "Ludwig", "van", "", ""),
        ("", "", "", "", "Barnes and Noble"),
        ("Cruz", "Ana", "de la", "", ""),
        ("King", "Martin Luther", "", "Jr.", ""),
        ("Gaulle", "Charles", "de", "", ""),
        ("others", "", "", "", ""),
    ]


def test_bibtex_goes_on_after_a_mistake() -> None:
    text = """
% @book{comment, title = {No}}
someone@example.org {not an entry}
@string{cup = "Cambridge" # { UP}}
@Book(one, title = "A {"}quoted{"} title", publisher = cup # " Press", month = 3 # "~" # jan)
@book{two, title = {Never closed, year = 1990
@book{three, title = {Three}}
@book{, title = {No key}}
@comment{@book{four, title = {No}}}
"""
    found: list[tuple[str, int]] = []
    entries = read_bibtex(text, lambda said, at, _: found.append((said, text.count("\n", 0, at))))
    assert [(e.key, e.fields.get("publisher", "")) for e in entries] == [
        ("one", "Cambridge UP Press"),
        ("three", ""),
    ]
    assert found == [("this `{` is never closed", 5), ("this `@book` has no key", 7)]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", "Aa Ångström Čapek Öztürk Ørsted Zeta"),
        ("sv", "Aa Čapek Ørsted Zeta Ångström Öztürk"),
        ("cs", "Aa Capek Cyr Čapek Zeta"),
    ],
)
def test_sorting_follows_the_language(language: str, names: str) -> None:
    wanted = names.split()
    if language == "en":
        wanted[3:5] = ["Ørsted", "Öztürk"]
    if language == "sv":
        wanted = ["Aa", "Čapek", "Zeta", "Ångström", "Öztürk"]
    assert sorted({*wanted}, key=collation_key(language)) == wanted


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_a_book_without_a_bibliography_imports_nothing_of_it(tmp_path: Path) -> None:
    book = {"book.toml": '[book]\ntitle = "T"\nlanguage = "en"\n'}
    write_files(tmp_path, book | {"one.md": "# One\n\nMail a@b.example, [@key2020]."})
    code = f"import sys, bookbuilder; bookbuilder.load({str(tmp_path)!r})\n"
    code += "print(*(n for n in sys.modules if n.startswith(('citeproc', 'bookbuilder.citing'))))"
    assert run(code).split() == []


def test_without_citeproc_citations_are_readable(tmp_path: Path) -> None:
    write_files(tmp_path, {"book.toml": TOML, "sources.bib": SOURCES})
    write_files(tmp_path, {"one.md": "# One\n\nSaid [see @knuth1997, p. 3], @watson1953 too.\n"})
    code = "import sys; sys.modules['citeproc'] = None\n"
    code += "from bookbuilder import load, Report\n"
    code += "from bookbuilder.model.rule_lookup import all_rules\n"
    code += f"r = Report(); b = load({str(tmp_path)!r}, None, r); assert all_rules()\n"
    code += "print(*(c.tree.get_text() for c in b.chapters), *(d.rule.code for d in r))"
    said = run(code)
    assert "Said (see Knuth 1997, 3), Watson & Crick (1953) too." in said
    assert "The art of computer programming" in said
    assert said.split().count("K007") == 1


HOSTILE_STYLES = {
    "entities": '<!DOCTYPE style [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>%s',
    "external": '<!DOCTYPE style [<!ENTITY a SYSTEM "file:///etc/passwd">]>%s',
    "remote": '<!DOCTYPE style SYSTEM "http://example.invalid/x.dtd">%s',
}
STYLE = (
    '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">%s'
    '<citation><layout><text macro="m"/></layout></citation></style>'
)


@pytest.mark.attack("numbers, circles and data formats")
@pytest.mark.parametrize("head", HOSTILE_STYLES.values(), ids=HOSTILE_STYLES)
def test_styles_may_have_no_entities(head: str) -> None:
    style = head % (STYLE % '<macro name="m"><text value="x"/></macro>')
    with pytest.raises(StyleError):
        read_style(style.encode(), "en-US")


def _macro(number: int) -> str:
    called = f'<text macro="m{number + 1}"/>'
    return f'<macro name="m{number}">{called * 9}</macro>'


@pytest.mark.attack("numbers, circles and data formats")
@pytest.mark.parametrize(
    "macros",
    [
        '<macro name="m"><text macro="m"/></macro>',
        '<macro name="m"><text macro="gone"/></macro>',
        "".join(_macro(n) for n in range(20))
        + '<macro name="m20"><text value="x"/></macro><macro name="m"><text macro="m0"/></macro>',
        f'<macro name="m">{"<group>" * 200}<text value="x"/>{"</group>" * 200}</macro>',
    ],
    ids=["endless", "missing", "many", "deep"],
)
def test_styles_that_would_not_end_are_refused(macros: str) -> None:
    with pytest.raises(StyleError):
        read_style((STYLE % macros).encode(), "en-US")


@pytest.mark.attack("numbers, circles and data formats")
@pytest.mark.parametrize(
    "text",
    [
        "@book{a, title = {" * 40_000,
        '@book{a, title = "{' * 40_000,
        "@book{a, title = {}}" * 40_000,
        "@" * 400_000,
        "@string{a = " + "a # " * 100_000,
        "{" * 500_000,
        "@book{k, title={" + r"\emph{" * 60_000 + "}" * 60_001 + "}",
    ],
)
def test_long_bibliographies_are_read_in_time(text: str) -> None:
    begun = time.process_time()
    entries = read_bibtex(text, lambda *_: None)
    for entry in entries[:200]:
        read_tex(entry.fields.get("title", ""))
    assert time.process_time() - begun < 20


@pytest.mark.attack("numbers, circles and data formats")
def test_entries_are_text_and_no_markup(tmp_path: Path) -> None:
    evil = '<img src=x onerror=alert(1)> </li><script>x</script> "&amp;'
    item: dict[str, object] = {
        "id": "evil",
        "type": "book",
        "title": evil,
        "URL": "javascript:alert(1)",
    }
    item |= {"author": [{"literal": evil}], "issued": {"literal": evil}, "DOI": '10.1/"><b>'}
    style = STYLE % '<macro name="m"><text variable="title"/><text variable="URL"/></macro>'
    files = {
        "book.toml": TOML.replace("sources.bib", "e.json") + 'csl = "own.csl"\n',
        "e.json": json.dumps([item]),
        "own.csl": style,
        "one.md": "# One\n\nSee [<b>x</b> @evil, p. <i>3</i> <script>].\n",
    }
    book, _ = load_files(tmp_path, files)
    html = "".join(str(chapter.tree) for chapter in book.chapters)
    assert not re.search(r"<(?:script|img)|javascript:[^<]*\"|onerror=[^<]*\"", html)
    assert "onerror=alert(1)" in html  # as text


def test_a_style_that_fails_in_the_middle_is_reported(tmp_path: Path) -> None:
    style = STYLE % '<macro name="m"><number variable="volume" form="roman"/></macro>'
    style = style.replace("</citation>", "</citation><bibliography><layout>"
                          '<text variable="note"/></layout></bibliography>')  # fmt: skip
    book = {"book.toml": TOML + 'csl = "own.csl"\n', "own.csl": style, "sources.bib": SOURCES}
    _, report = load_files(tmp_path, book | {"one.md": "# One\n\n[@knuth1997]\n"})
    found = [d.span.file for d in report if d.rule.code == "K008" and d.span]
    assert sorted(found) == ["one.md", "sources.bib"]


OTHER_TOOLS: dict[str, Mapping[str, str]] = {
    "quarto": {
        "_quarto.yml": "project:\n  type: book\nbook:\n  title: T\n  chapters: [index.qmd]\n"
        "bibliography: sources.bib\ncsl: ieee.csl\n",
        "index.qmd": "# One\n\nSaid [@knuth1997].\n",
    },
    "bookdown": {
        "_bookdown.yml": "book_filename: x\n",
        "index.Rmd": "---\ntitle: T\nbibliography: [sources.bib]\ncsl: ieee.csl\n---\n\n# One\n\n"
        "Said [@knuth1997].\n",
    },
    "jupyter": {
        "_toc.yml": "format: jb-book\nroot: intro\n",
        "_config.yml": "title: T\nbibtex_bibfiles:\n  - sources.bib\n",
        "intro.md": "# One\n\nSaid {cite}`knuth1997`.\n",
    },
    "sphinx": {
        "conf.py": "project = 'T'\nextensions = ['myst_parser']\n"
        "bibtex_bibfiles = ['sources.bib']\n",
        "index.md": "# One\n\nSaid {cite:p}`knuth1997`.\n",
    },
    "mkdocs": {
        "mkdocs.yml": "site_name: T\nplugins:\n  - bibtex:\n      bib_file: sources.bib\n",
        "docs/index.md": "# One\n\nSaid [@knuth1997].\n",
    },
    "pandoc": {
        "defaults.yaml": "input-files: [one.md]\nbibliography: sources.bib\nmetadata: {title: T}\n",
        "one.md": "# One\n\nSaid [@knuth1997].\n",
    },
    "one bib file": {"one.md": "# One\n\nSaid [@knuth1997].\n", "two.md": "# Two\n\nMore.\n"},
    "front matter": {
        "one.md": "---\ntitle: T\nauthor: A. Writer\nbibliography: sources.bib\n---\n\n# One\n\n"
        "Said [@knuth1997].\n",
        "more/other.bib": "@book{x}",
    },
}


@pytest.mark.parametrize("files", OTHER_TOOLS.values(), ids=OTHER_TOOLS)
def test_other_tools_bibliographies_are_used(tmp_path: Path, files: Mapping[str, str]) -> None:
    book, report = load_files(tmp_path, {**files, "sources.bib": SOURCES})
    text = " ".join(chapter.tree.get_text() for chapter in book.chapters)
    assert "Knuth" in text
    assert "@knuth1997" not in text
    assert not any(rule.startswith("citation-as-text") for rule in rules_of(report))


def test_adopting_writes_down_what_was_found(tmp_path: Path) -> None:
    write_files(tmp_path, {"one.md": "# One\n\n[@knuth1997]\n", "sources.bib": SOURCES})
    assert invoke("new", tmp_path).exit_code == 0
    said = tomllib.loads((tmp_path / "book.toml").read_text("utf-8"))
    assert said["book"]["bibliography"] == ["sources.bib"]


def test_a_volume_lists_what_it_cites(tmp_path: Path) -> None:
    parts = "".join(
        f'[[part]]\ntitle = "Part {n}"\nchapters = ["{n}.md"]\n' for n in ("one", "two")
    )
    files = {"book.toml": TOML + parts, "sources.bib": SOURCES}
    files |= {"one.md": "# One\n\n[@knuth1997; @bk1]\n", "two.md": "# Two\n\n[@bk1; @film1]\n"}
    book, _ = load_files(tmp_path, files, part=1)
    listed = book.back[-1].tree
    assert re.findall(r'id="bibliography--ref-(\w+)"', str(listed)) == ["knuth1997", "bk1"]
    assert "other-volume" not in str(listed)


CITING = {
    "book.toml": TOML + 'csl = "chicago-notes"\nnocite = "@*"\n',
    "sources.bib": SOURCES,
    "one.md": "# One\n\nA claim [@watson1953, p. 737]. @knuth1997 says so too [see @who2020].\n",
    "two.md": "# Two\n\nAgain [@watson1953; @w3c2023].\n",
}


@pytest.mark.slow
def test_epub_and_print_are_valid(tmp_path: Path) -> None:
    root = write_files(tmp_path / "book", CITING)
    book = load(root)
    write(book, tmp_path / "book.epub")
    assert epubcheck.check(tmp_path / "book.epub") == []
    with zipfile.ZipFile(tmp_path / "book.epub") as archive:
        text = archive.read("EPUB/bibliography.xhtml").decode()
    assert 'epub:type="bibliography"' in text
    assert text.count('<li class="reference"') == 40
    # EPUBCheck and Ace call the role and the type of an entry deprecated.
    assert "biblioentry" not in text
    report = Report()
    write(load(root, audience=Audience(PRINT)), tmp_path / "book.pdf", report)
    assert [v.broken for v in verapdf.validate("ua1", tmp_path / "book.pdf")] == [()]
    pages = pypdfium2.PdfDocument(io.BytesIO((tmp_path / "book.pdf").read_bytes()))
    shown = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)
    assert "1 J. D. Watson and F. H. C. Crick" in shown
    assert "https://doi.org/10.1038/171737a0" in re.sub(r"[\s\u200b\ufffe]", "", shown)
    assert "↑" not in shown
    assert "(page" not in shown


def test_descriptions_of_pictures_are_without_citations(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40)).save(buffer, "PNG")
    files: dict[str, str | bytes] = {"book.toml": TOML, "sources.bib": SOURCES}
    files["p.png"] = buffer.getvalue()
    files["one.md"] = "# One\n\n![A hive [@bk1, p. 3]](p.png)\n"
    book, _ = load_files(tmp_path, files)
    images = [tag for chapter in book.chapters for tag in elements(chapter.tree, "img")]
    assert [image["alt"] for image in images] == ["A hive"]
