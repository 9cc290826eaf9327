"""Handouts and course packs: what they hold, what they do not, and the files they become."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

import epubcheck
import verapdf
from bookbuilder import Book, BookError, Report, write
from bookbuilder.excerpts import (
    chapters_meant,
    coursepack,
    cut,
    handed_out,
    handouts,
    whole_book,
    with_settings,
)
from bookbuilder.model.audience import PRINT, Audience
from bookbuilder.model.selection import Cut, Selection
from books import load_files, rules_of, write_files
from commandline import invoke
from epub_books import picture

NBSP = "\N{NO-BREAK SPACE}"
BOOK = """
[book]
title = "The Whole"
name = "whole"
language = "en"
authors = ["Ada Writer"]
identifier = "urn:uuid:8a2a4ac8-3a3e-4f0e-9a58-1f8c1f4e9d6b"
version = "3.1"
license = "https://creativecommons.org/licenses/by-sa/4.0/"
front = ["preface.md"]
back = ["glossary.md", "sources.md", "notes-on-type.md"]

[[part]]
title = "North"
chapters = ["01-rivers.md", "02-lakes.md"]

[[part]]
title = "South"
chapters = ["03-seas.md"]

[share]
url = "https://example.org/whole"

[edition.teacher]
"""
FILES: dict[str, str | bytes] = {
    "book.toml": BOOK,
    "preface.md": "# Preface\n\nWords of the preface, on [type](notes-on-type.md).\n",
    "01-rivers.md": """# Rivers

A river has a [delta]{.index} and a meander. Read [Lakes](02-lakes.md), [chapter 2](02-lakes.md),
[the deep](03-seas.md#deep "x"), [the deep again](03-seas.md#deep), (and [seas](03-seas.md)).

## To [lakes](02-lakes.md)

As [Adams](sources.md#adams) says.[^r]

![A river](river.png)

::: {.only edition="teacher"}
For the teacher alone.
:::

[^r]: The note on rivers.
""",
    "02-lakes.md": """# Lakes

Lakes hold a meander never, but an OXBOWTERM. SECRETTEXT[^l] and [SECRETENTRY]{.index}, as
[Brown](sources.md#brown) says. Back to [Rivers](01-rivers.md).

![SECRETPICTURE](lake.png)

[^l]: SECRETNOTE.
""",
    "03-seas.md": "# Seas\n\n## Deep\n\nDown here, a tide.\n",
    "glossary.md": """# Glossary

SECRETINTRO for readers of the whole.

meander
:   A bend. See [ebb](#ebb).

OXBOWTERM
:   SECRETMEANING.

ebb
:   What follows a tide.
""",
    "sources.md": """# Sources

1. First, of nobody.
2. []{#adams} Adams, of rivers.
3. []{#brown} SECRETSOURCE of Brown.
""",
    "notes-on-type.md": "# Notes on type\n\nSet in type.\n",
    "river.png": picture(40, 30),
    "lake.png": picture(41, 31),
}
SECRETS = ("SECRET", "OXBOWTERM", "Brown", "lake.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("book"), FILES)


@pytest.fixture(scope="module")
def whole(folder: Path) -> Book:
    return whole_book(folder, Report(), audience=Audience(PRINT))


def handout(whole: Book, slug: str) -> Book:
    return cut(whole, Selection.of_chapter(slug), Report())


def pack(whole: Book, *slugs: str, title: str = "Water") -> Book:
    return cut(whole, Selection(Cut.COURSEPACK, chapters=slugs, title=title), Report())


def texts_in(path: Path) -> str:
    """Return all that a file says, and the names in it."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    with zipfile.ZipFile(path) as package:
        texts = [package.read(n).decode() for n in package.namelist() if n.endswith(("ml", "ncx"))]
        return "\n".join([*package.namelist(), *texts])


def test_links_to_other_chapters_say_where_to_look(whole: Book) -> None:
    tree = handout(whole, "rivers").parts[0].chapters[0].tree
    assert tree.p is not None
    said = " ".join(tree.p.get_text().replace(NBSP, " ").split())
    assert said == (
        "A river has a delta and a meander. Read Lakes, chapter 2, chapter 2,"
        " the deep (Seas, chapter 3), the deep again, (and seas, chapter 3)."
    ).replace("and seas, chapter 3", "and seas")
    assert tree.h2 is not None
    assert tree.h2.get_text() == "To lakes"
    assert [str(c) for c in tree.find_all("cite")][:2] == [
        "<cite>Lakes</cite>",
        "<cite>Seas</cite>",
    ]


def test_a_handout_has_the_entries_that_its_chapter_leads_to(whole: Book) -> None:
    made = handout(whole, "rivers")
    assert [c.slug for c in made.chapters] == ["rivers", "glossary", "sources"]
    _, glossary, sources = made.chapters
    # Ebb is there for the sake of meander.
    assert [dt.get_text() for dt in glossary.tree.find_all("dt")] == ["meander", "ebb"]
    items = [(li["value"], " ".join(li.get_text().split())) for li in sources.tree.find_all("li")]
    assert items == [("2", "Adams, of rivers.")]
    assert [c.slug for c in handout(whole, "seas").chapters] == ["seas"]
    # Whoever asks for the glossary gets all of it.
    alone = handout(whole, "glossary")
    text = alone.parts[0].chapters[0].tree.get_text()
    assert "SECRETINTRO" in text
    assert "↑" not in text
    cited = handout(whole, "sources").parts[0].chapters[0].tree
    assert len(cited.find_all("li")) == 3


def test_the_whole_book_stays_as_it_is(whole: Book) -> None:
    before = [str(chapter.tree) for chapter in whole.chapters]
    handout(whole, "rivers")
    pack(whole, "rivers", "lakes")
    assert [str(chapter.tree) for chapter in whole.chapters] == before


def test_what_a_handout_is_called(whole: Book) -> None:
    made = handout(whole, "rivers")
    said = made.metadata
    assert (said.title, said.subtitle) == ("Rivers", "Chapter 1 of The Whole")
    assert (said.series, said.series_position, said.source) == (
        "The Whole",
        "1",
        whole.metadata.identifier,
    )
    assert handout(whole, "preface").metadata.subtitle == "from The Whole"
    identifiers = [
        whole.metadata.identifier,
        said.identifier,
        handout(whole, "lakes").metadata.identifier,
        pack(whole, "rivers").metadata.identifier,
        pack(whole, "lakes").metadata.identifier,
        pack(whole, "lakes", title="Other").metadata.identifier,
    ]
    assert len(set(identifiers)) == 6
    assert handout(whole, "rivers").metadata.identifier == said.identifier


def test_a_course_pack_keeps_numbers_and_the_order_that_is_asked_for(whole: Book) -> None:
    made = pack(whole, "seas", "preface", "rivers")
    assert [(c.slug, c.number) for c in made.chapters] == [
        ("preface", None),
        ("seas", 3),
        ("rivers", 1),
        ("glossary", None),
        ("sources", None),
        ("index", None),
    ]
    assert (made.metadata.title, made.metadata.subtitle) == ("Water", "from The Whole")
    river = made.parts[0].chapters[1].tree
    assert river.p is not None
    assert [a["href"] for a in river.p.find_all("a") if "glossary" not in a["href"]] == [
        "#seas--deep",
        "#seas--deep",
        "#seas",
    ]
    assert list(made.assets) == ["images/river.png"]


@pytest.mark.slow
@pytest.mark.parametrize("format_name", ["epub", "pdf"])
@pytest.mark.parametrize("kind", ["handout", "coursepack", "volume"])
def test_nothing_of_other_chapters_leaks(
    whole: Book, folder: Path, tmp_path: Path, kind: str, format_name: str
) -> None:
    files = {**FILES, "book.toml": BOOK.replace('"01-rivers.md", "02-', '"01-rivers.md"]\n# [')}
    if kind == "volume":
        two = '[[part]]\nnumber = 9\ntitle = "Still"\nchapters = ["02-lakes.md"]\n\n[share]'
        files["book.toml"] = str(files["book.toml"]).replace("[share]", two)
        book, _ = load_files(tmp_path, files, part=1)
    else:
        book = handout(whole, "rivers") if kind == "handout" else pack(whole, "rivers", "seas")
    if format_name == "epub":
        # Without a condition on formats, the text is the same.
        path = write(book, tmp_path / "made.epub").path
    else:
        path = write(book, tmp_path / "made.pdf").path
    said = texts_in(path)
    assert "The note on rivers" in said
    assert "Adams" in said
    # The introduction of the glossary is the volume's too.
    said = said.replace("SECRETINTRO", "")
    assert [secret for secret in SECRETS if secret in said] == []


@pytest.mark.slow
def test_the_files_of_handouts(folder: Path, tmp_path: Path) -> None:
    report = Report()
    made = handouts(folder, tmp_path, report)
    assert [(h.slug, h.label, h.output.path.name) for h in made] == [
        ("rivers", "1", "whole-handout-rivers.pdf"),
        ("lakes", "2", "whole-handout-lakes.pdf"),
        ("seas", "3", "whole-handout-seas.pdf"),
    ]
    assert {*rules_of(report)} == {"coarse-picture"}
    with pypdfium2.PdfDocument(made[0].output.path) as pdf:
        first = " ".join(pdf[0].get_textpage().get_text_bounded().split())
        assert pdf.get_page_label(0) == "1"
        assert len(pdf) == made[0].output.count
    assert first.replace(NBSP, " ").startswith(
        "The Whole · Ada Writer · Version 3.1 · CC BY-SA 4.0 · https://example.org/whole/ 1 Rivers"
    )
    with pikepdf.open(made[0].output.path) as pdf:
        links = {str(a.A.URI) for page in pdf.pages for a in page.get("/Annots", []) if "/A" in a}
    assert "https://example.org/whole/" in links
    assert [v.broken for v in verapdf.validate("ua1", *(h.output.path for h in made))] == [()] * 3


@pytest.mark.slow
def test_handouts_and_course_packs_pass_epubcheck(folder: Path, tmp_path: Path) -> None:
    made = handouts(folder, tmp_path, chapters=["1"], format_name="epub")
    packs = coursepack(folder, ["1", "3"], "Water & <More>", place=tmp_path)
    assert [p.path.name for p in packs] == [
        "whole-coursepack-water-more.pdf",
        "whole-coursepack-water-more.epub",
    ]
    for path in (made[0].output.path, packs[1].path):
        assert epubcheck.check(path) == []
    assert [v.broken for v in verapdf.validate("ua1", packs[0].path)] == [()]
    with zipfile.ZipFile(made[0].output.path) as package:
        names = {name.rpartition("/")[2] for name in package.namelist()}
        start = package.read("EPUB/rivers.xhtml").decode()
    assert not names & {"title-page.xhtml", "contents.xhtml", "cover.xhtml"}
    assert re.search(r'<p class="source-line"><cite>The Whole</cite>.*</p>\n<h1', start)
    with zipfile.ZipFile(packs[1].path) as package:
        assert "https://example.org/whole/" in package.read("EPUB/title-page.xhtml").decode()
        assert 'epub:type="page-list"' in package.read("EPUB/nav.xhtml").decode()


@pytest.mark.slow
def test_large_print_is_of_18_points_on_office_paper(folder: Path, tmp_path: Path) -> None:
    [made] = handouts(folder, tmp_path, chapters=["rivers"], settings={"large": True})
    assert made.output.path.name == "whole-handout-rivers-large.pdf"
    with pypdfium2.PdfDocument(made.output.path) as pdf:
        text = pdf[0].get_textpage()
        at = text.get_text_range().index("river has")
        matrix = pypdfium2.raw.FS_MATRIX()
        assert pypdfium2.raw.FPDFText_GetMatrix(text, at, matrix)
        size = pypdfium2.raw.FPDFText_GetFontSize(text, at) * matrix.a
        assert [round(x * 25.4 / 72) for x in pdf[0].get_size()] == [210, 297]
    assert size == pytest.approx(18, abs=0.1)
    assert [v.broken for v in verapdf.validate("ua1", made.output.path)] == [()]


@pytest.mark.slow
def test_two_pages_stand_beside_each_other_in_the_order_of_reading(
    whole: Book, tmp_path: Path
) -> None:
    book = with_settings(pack(whole, "rivers", "lakes"), {"two_up": True})
    output = write(book, tmp_path / "made.pdf")
    with pypdfium2.PdfDocument(output.path) as pdf:
        assert len(pdf) == -(-output.count // 2)
        assert {tuple(round(x * 25.4 / 72) for x in page.get_size()) for page in pdf} == {
            (297, 210)
        }
        # The text of the sheets is that of the pages, left before right.
        text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
        left = pdf[2].get_textpage().get_text_bounded(right=pdf[2].get_width() / 2)
    assert text.index("Contents") < text.index("a delta") < text.index("Lakes hold")
    assert "Contents" in left
    for other in ("booklet", "large", "marks"):
        clash = with_settings(book, {other: True})
        with pytest.raises(BookError, match="P034"):
            write(clash, tmp_path / "clash.pdf")


@pytest.mark.slow
def test_an_edition_has_handouts_of_its_own(folder: Path, tmp_path: Path) -> None:
    [made] = handouts(folder, tmp_path, chapters=["1"], edition="teacher")
    assert made.output.path.name == "whole-handout-rivers-teacher.pdf"
    assert "For the teacher alone" in texts_in(made.output.path)
    [plain] = handouts(folder, tmp_path, chapters=["1"])
    assert "For the teacher alone" not in texts_in(plain.output.path)


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("2", ["lakes"]),
        ("1-3", ["rivers", "lakes", "seas"]),
        ("2–3", ["lakes", "seas"]),
        ("lakes", ["lakes"]),
        ("02-lakes.md", ["lakes"]),
        ("./02-lakes", ["lakes"]),
        ("Notes on type", ["notes-on-type"]),
        ("PREFACE", ["preface"]),
        ("3-1", []),
        ("1-9", []),
        ("0", []),
        ("²", []),
        ("", []),
        ("../02-lakes.md", []),
    ],
)
def test_how_chapters_can_be_named(whole: Book, name: str, slugs: list[str]) -> None:
    report = Report()
    assert [c.slug for c in chapters_meant(whole, [name], report)] == slugs
    assert rules_of(report) == ([] if slugs else ["no-such-chapter"])  # C026


def test_a_misspelt_chapter_and_a_book_without_any(whole: Book, tmp_path: Path) -> None:
    report = Report()
    assert chapters_meant(whole, ["1", "laks", "1"], report) == [whole.parts[0].chapters[0]]
    assert [d.hint for d in report] == ["did you mean `lakes`?"]
    write_files(tmp_path, {"book.toml": '[book]\ntitle = "T"\nlanguage = "en"\nback = ["a.md"]\n'})
    write_files(tmp_path, {"a.md": "# Glossary\n\nx\n:   y\n"})
    empty = Report()
    assert handed_out(whole_book(tmp_path, empty), empty) == []
    assert rules_of(empty) == ["no-handouts"]  # C027


NOT_NUMBERED = "---\nnumbered: false\n---\n# Title of {}\n\nText.\n"


def test_chapters_without_numbers_go_by_their_places(tmp_path: Path) -> None:
    toml = '[book]\ntitle = "T"\nfront = ["p.md"]\nchapters = ["a.md", "b.md", "c.md"]\n'
    files = {"book.toml": toml, "p.md": "# Preface\n\nText.\n"}
    files |= {f"{name}.md": NOT_NUMBERED.format(name) for name in "abc"}
    report = Report()
    book = whole_book(write_files(tmp_path, files), report)
    assert [c.slug for c in chapters_meant(book, ["3", "1-2"], report)] == ["c", "a", "b"]
    assert chapters_meant(book, ["4", "Titel of bb"], report) == []
    hints = [d.hint for d in report if d.rule.code == "C026"]
    assert hints == ["its chapters are 1 to 3; or give a name: `a`", "did you mean `Title of b`?"]


def test_several_handouts_do_not_go_into_one_file(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.epub"
    done = invoke("handout", "1-2", folder, "--format", "epub", "-o", path)
    assert (done.exit_code, path.exists()) == (2, False)
    assert "2 handouts do not go into one file; name a folder" in done.stderr


@pytest.mark.slow
def test_the_commands(folder: Path, tmp_path: Path) -> None:
    done = invoke("handout", "1", "3", folder, "-o", tmp_path)
    assert done.exit_code == 0
    first = done.stdout.splitlines()[0]
    assert re.search(r"whole-handout-rivers\.pdf: 1 page, \d+ kB$", first)
    assert {p.name for p in tmp_path.iterdir()} == {
        "whole-handout-rivers.pdf",
        "whole-handout-seas.pdf",
    }
    both = invoke("handout", "--part", "2", "--format", "epub", folder, "-o", tmp_path / "one.epub")
    assert (both.exit_code, (tmp_path / "one.epub").exists()) == (0, True)
    wrong = [
        invoke("handout", folder),
        invoke("handout", "--all", "1", folder),
        invoke("handout", "7", folder),
        invoke("handout", "--part", "7", folder),
        invoke("handout", "1", folder, tmp_path),
        invoke("handout", "1", folder, "--format", "epub", "--large"),
        invoke("handout", "1", folder, "--format", "epub", "-o", "x.pdf"),
        invoke("coursepack", "1", folder),
        invoke("coursepack", folder, "--title", "T"),
        invoke("coursepack", "1", folder, "--title", " "),
    ]
    assert [result.exit_code for result in wrong] == [2] * len(wrong)


def test_sources_that_a_chapter_cites_come_with_it_wherever_they_are_listed(tmp_path: Path) -> None:
    settings = '[book]\ntitle = "T"\nlanguage = "en"\nchapters = ["a.md", "b.md", "more.md"]\n'
    cited = 'bibliography = ["s.bib"]\n'
    files = {
        "book.toml": settings + cited,
        "s.bib": "".join(
            f"@book{{{key}, title={{On {key}}}, author={{{key}, X}}, year=1990, publisher={{P}}}}\n"
            for key in ("adams", "brown")
        ),
        "a.md": "# A\n\n[@adams] says. See [there](b.md#deep).\n",
        "b.md": "# B\n\n## Deep\n\n[@brown] says.\n",
        "more.md": "# To read on\n\nWORDS of ours.\n\n::: {#refs}\n:::\n",
    }
    write_files(tmp_path, files)
    made = handout(whole_book(tmp_path, Report()), "a")
    assert [c.slug for c in made.chapters] == ["a", "more"]
    listed = made.back[0].tree.get_text().casefold()
    assert "on adams" in listed
    assert not [word for word in ("brown", "words") if word in listed]
    # With a list in each chapter, no other chapter comes along.
    write_files(tmp_path, {"book.toml": f'{settings}{cited}bibliography-at = "chapter"\n'})
    made = handout(whole_book(tmp_path, Report()), "a")
    assert [c.slug for c in made.chapters] == ["a"]
    assert "on adams" in made.parts[0].chapters[0].tree.get_text().casefold()
