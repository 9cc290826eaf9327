"""Things that the writers make have names that nothing of the author's can have."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from PIL import Image

from bookbuilder import Report, load, write
from bookbuilder.cli import main
from bookbuilder.formats.epub.names import GENERATED, names_of_package
from bookbuilder.formats.epub.source_map import trace
from bookbuilder.passes.number import RESERVED
from bookbuilder.runtime.files import folded
from bookbuilder.text.slugs import output_name
from books import load_files, write_files
from epub_books import Package
from test_ids import assert_linked

pytestmark = pytest.mark.attack("names that collide")

PICTURES = """
    cover.png big/Cover.PNG big/cover.jpg big/cover.jpeg big/cover.webp big/cover-2.png cover.svg
    title.xhtml nav.xhtml toc.ncx content.opf cover.xhtml title-page.xhtml epub.css author-1.css
    cover-picture cover-image.png stra\u00dfe.png big/strasse.png \u0131.png i.png
    \u00e9.png big/e\u0301.png mimetype
""".split()  # noqa: SIM905 (a list would be a page long)
SLUGS = """
    cover title title-page nav toc part-1 part-1-2 part-2 contents content index notes workbook
    package half-title copyright epub styles images fonts chapter-1 leaf body
""".split()  # noqa: SIM905 (a list would be a page long)
IDS = """
    cover part-1 nav fig-1 fn-1 fnref-1 page-1 page.1 toc notes index title landmarks page-list loi
    lot kobo.1.1 --leaf link-1 use-a note-1 koboSpan cover-image ncx
""".split()  # noqa: SIM905 (a list would be a page long)
STYLE = ".a { background: url(%s) } .b { background: url(../pictures/cover.png) }\n"


def picture(name: str) -> bytes:
    if name.endswith(".svg"):
        return b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9'/></svg>"
    kinds = {"jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP"}
    out = io.BytesIO()
    shade = sum(name.encode()) % 256
    Image.new("RGB", (6, 6), (shade, 50, 90)).save(out, kinds.get(name.rpartition(".")[2], "PNG"))
    return out.getvalue()


def collisions(root: Path, settings: str = "") -> Path:
    """Write a book that has whatever a writer makes, under the same names."""
    shown = "".join(f"![p](pictures/{name})\n\n" for name in PICTURES)
    headings = "".join(
        f"## H {i} {{#{i} .exercise}}\n\nText[^1] <span class='index'>a</span> [to](#{i}).\n\n"
        for i in IDS
    )
    ending = (
        "[^1]: A note with a [link](https://example.org/).\n\n![c](pictures/cover.png){#fig-1}\n"
    )
    files = {f"{slug}.md": f"# {slug}\n\n## P {{#page-1}}\n\nWords.\n" for slug in SLUGS}
    for name in ("cover.md", "part-1.md"):
        files[name] = f"# {name}\n\n{shown}{headings}{ending}"
    names = [f"{slug}.md" for slug in SLUGS]
    half = len(names) // 2
    files["book.toml"] = (
        '[book]\ntitle = "Cover"\nlanguage = "en"\nauthors = ["A"]\nworkbook = "Workbook"\n'
        'style = ["styles/epub.css", "styles/author-1.css"]\n'
        f"{settings}"
        f'[[part]]\ntitle = "Cover"\nchapters = {names[:half]}\n'
        f'[[part]]\ntitle = "Nav"\nchapters = {names[half:]}\n'
    )
    files["styles/epub.css"] = STYLE % "epub.png"
    files["styles/author-1.css"] = STYLE % "author-1.png"
    write_files(root, files)
    for name in [*(f"pictures/{p}" for p in PICTURES), "styles/epub.png", "styles/author-1.png"]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(picture(name))
    return root


def entries(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        return package.namelist()


def twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(map(folded, names)).items() if count > 1]


@pytest.mark.parametrize("settings", ["", 'cover = "pictures/big/cover.jpg"\n'])
def test_no_two_entries_have_one_name(settings: str, tmp_path: Path) -> None:
    write(load(collisions(tmp_path / "b", settings)), tmp_path / "o.epub")
    assert twice(entries(tmp_path / "o.epub")) == []
    package = Package(tmp_path / "o.epub")
    (cover,) = [n for n, i in package.manifest().items() if i.get("properties") == "cover-image"]
    assert cover == f"images/cover.{'jpg' if settings else 'png'}"
    shown = package.find("cover.xhtml", "//x:img/@src")
    assert shown == [cover]
    assert sum("/images/" in name for name in package.files) == len(PICTURES) + 1
    assert picture("cover.png") in package.files.values()


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["generic", "kobo"])
def test_epubcheck_passes_a_book_that_tries_all_names(profile: str, tmp_path: Path) -> None:
    from epubcheck import check

    root = collisions(tmp_path / "b", f'[epub]\nprofile = "{profile}"\n')
    write(load(root), tmp_path / "o.epub")
    assert [m for m in check(tmp_path / "o.epub") if m.severity != "USAGE"] == []


def test_a_picture_is_renamed_only_where_its_very_name_is_taken(tmp_path: Path) -> None:
    text = "# A\n\n![a](cover.jpg)\n\n![b](x/cover.gif)\n\n![c](nav.png)\n"
    root = write_files(tmp_path / "b", {"a.md": text})
    (root / "x").mkdir()
    for name in ("cover.jpg", "x/cover.gif", "nav.png"):
        (root / name).write_bytes(picture(name))
    write(load(root), tmp_path / "o.epub")
    images = [n.rpartition("/")[2] for n in entries(tmp_path / "o.epub") if "/images/" in n]
    assert images == ["cover-2.png", "cover.jpg", "cover.png", "nav.png"]


def test_findings_in_a_renamed_picture_lead_to_where_it_is_shown(tmp_path: Path) -> None:
    root = write_files(tmp_path / "b", {"a.md": "# A\n\nSee ![a](cover.png).\n"})
    (root / "cover.png").write_bytes(picture("cover.png"))
    (root / "book.toml").write_text('[book]\ntitle = "T"\ncover = "cover.png"\n')
    book = load(root)
    write(book, tmp_path / "o.epub")
    places = []
    with zipfile.ZipFile(tmp_path / "o.epub") as package:
        for name in ("cover.png", "cover-2.png"):
            span = trace(book, package, f"EPUB/images/{name}", "")
            places.append((span.file, span.line) if span else None)
    assert places == [("book.toml", 3), ("a.md", 3)]


def test_chapters_have_no_names_of_generated_documents() -> None:
    documents = {name.removesuffix(".xhtml") for name in GENERATED if name.endswith(".xhtml")}
    assert documents <= set(RESERVED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nav.xhtml", "NAV.XHTML"),
        ("stra\u00dfe.png", "STRASSE.png"),
        ("\u00e9.png", "E\u0301.png"),
        ("\u212b.png", "a\u030a.png"),
        ("\u1fb3\u0301.png", "\u1fb4.PNG"),
        ("\ufb01.png", "FI.png"),
    ],
)
def test_names_that_a_file_system_takes_for_one_are_one(one: str, other: str) -> None:
    names = names_of_package()
    first = names.give(one)
    second = names.give(other)
    assert folded(first) != folded(second)
    assert not names.take(other)
    assert not names.take("a", "A")


@pytest.mark.slow
def test_no_two_destinations_of_the_pdf_have_one_name(tmp_path: Path) -> None:
    root = collisions(tmp_path / "b", '[pdf]\nnotes = "book"\nedition = "print"\n')
    report = Report()
    write(load(root, report=report), tmp_path / "o.pdf", report)
    with pikepdf.open(tmp_path / "o.pdf") as pdf:
        names = destinations(pdf.Root.Names.Dests)
        assert len(names) > 2 * len(IDS) + len(SLUGS)
        assert [n for n, count in Counter(names).items() if count > 1] == []
    assert not [d for d in report if "twice" in d.message]


def destinations(node: pikepdf.Object) -> list[str]:
    found = [str(name) for name in list(node.get("/Names", []))[::2]]
    return found + [name for kid in node.get("/Kids", []) for name in destinations(kid)]


EXERCISES = """# One

## Dot {#ex.1 .exercise}

Say.

## Hyphen {#ex-1 .exercise}

Say.

<section class="exercise"><h2 id="raw">Inside</h2><p>one</p></section>

# Two

<section class="exercise"><p>raw one</p></section>

<section class="exercise"><p>raw two</p></section>
"""


@pytest.mark.slow
def test_no_two_fields_of_the_workbook_have_one_name(tmp_path: Path) -> None:
    root = write_files(tmp_path / "b", {"a.md": EXERCISES})
    result = CliRunner().invoke(main, ["workbook", str(root), "-o", str(tmp_path / "w.pdf")])
    assert result.exit_code == 0, result.output
    with pikepdf.open(tmp_path / "w.pdf") as pdf:
        names = [str(field.T) for field in pdf.Root.AcroForm.Fields]
    assert len(names) == len(set(names)) == 4
    assert not [name for name in names if name.startswith("/")]


def test_an_exercise_in_an_exercise_stands_in_the_workbook_once(tmp_path: Path) -> None:
    toml = '[book]\ntitle = "T"\nlanguage = "en"\nworkbook = "Workbook"\n'
    book, _ = load_files(tmp_path, {"book.toml": toml, "a.md": EXERCISES})
    ids = [str(tag["id"]) for tag in book.back[0].tree.find_all(id=True)]
    assert len(ids) == len(set(ids)) > 2
    assert_linked(book)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Book: a Story", "the-book-a-story"),
        ("\u00dcber alles", "uber-alles"),
        (
            "\u543e\u8f29\u306f\u732b\u3067\u3042\u308b",
            "\u543e\u8f29\u306f\u732b\u3067\u3042\u308b",
        ),
        ("C++ \u5165\u9580", "c-\u5165\u9580"),
        (
            "../\u0412\u043e\u0439\u043d\u0430 \u0438 \u043c\u0438\u0440",
            "\u0432\u043e\u0439\u043d\u0430-\u0438-\u043c\u0438\u0440",
        ),
        ("\u2026", "book"),
    ],
)
def test_an_output_is_named_after_the_title_in_its_own_letters(title: str, name: str) -> None:
    assert output_name(title) == name
    assert len(output_name(title * 90).encode()) <= 200
