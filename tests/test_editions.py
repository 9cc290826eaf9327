"""Text that a format or an edition does not have leaves no trace in its files, by any writer."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from bookbuilder import BookError, Report, load, write
from bookbuilder.build import check
from bookbuilder.formats.epub import EPUB
from bookbuilder.model.audience import Audience
from books import load_files, rules_of, write_files
from commandline import invoke

pytestmark = pytest.mark.usefixtures("own_cache")

BOOK = """
[book]
title = "Kept"
name = "kept"
language = "en"
authors = "A. Writer"
chapters = ["one.md", "two.md", "gone.md"]
back = ["glossary.md", "index.md"]
workbook = "Exercises"

[edition.teacher]
title = "Kept, for teachers"

[variables]
leak = "Leakvariable"
"""
# `%s` is a condition that is not met, in each form that there is.
ONE = """
# One

Shown before [Leakspan with a note[^leak] and a [link](https://leak.example/span)]{%s}, and after.

Shared[^both] words. [Leakbracket [](#leak-section)]{%s}

::: {%s}
Leakblock, which is in the [[index|Leakentry]] and has an [address](https://leak.example/block).

## Leakheading {#leak-id}

![Leakpicture](leak.png)

Leaknote[^deep], and [^both].

| Leaktable | b |
|---|---|
| c | d |

: Leakcaption {#tbl-leak}

Leakterm
: Leakdefinition

```python title="leakfile.py"
leakcode = 1
```

$$ Leakformula = 1 $$

[Leaktip]{title="leaktitle" lang=fr}

{{ leak }}

{{#include leak-part.md}}
:::

![Leakalone](leak-alone.png){%s}

- An item
- [Leakitem]{%s}

{%s}
- Leakbelow

![Open [leakinalt]{%s} alt[^open]](open.png "Open *title* [leakintitle]{%s}")

## Leaksection {%s}

Leaktext of a section.

### Leakbelow

Leakmore.

## After

A link to [the part](#leaksection), and to [a chapter](gone.md). Leftover.

::: {.note %s}
Leakcallout.
:::

> ::: {%s}
> Leakquote.
> :::

## Task {.exercise}

Do it.

::: {%s}
Leakexercise.
:::

::: solution
Leaksolution, with [a link](https://leak.example/solution).
:::

[^leak]: Leaknoteone.
[^deep]: Leaknotetwo.
[^both]: Kept note.
[^open]: Open.
"""
TWO = "# Two\n\nThe end of it.\n"
GONE = "---\nonly: %s\n---\n# Leakchapter\n\nLeakwords.\n\n## Leakinside\n\n![x](leak.png)\n"
GLOSSARY = "# Glossary\n\nTerm\n: Meaning.\n"
INDEX = "---\nrole: index\n---\n# Index\n"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def pixel(colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(data, "PNG")
    return data.getvalue()


def a_book(folder: Path, attributes: str, only: str) -> Path:
    one = ONE.replace("%s", f".only {attributes}")
    files: dict[str, str | bytes] = {
        "book.toml": BOOK,
        "one.md": one,
        "two.md": TWO,
        "gone.md": GONE % only,
        "glossary.md": GLOSSARY,
        "index.md": INDEX,
        "leak-part.md": "Leakincluded.\n",
        "open.png": pixel("green"),
        "leak.png": pixel("red"),
        "leak-alone.png": pixel("blue"),
    }
    return write_files(folder, files)


def all_text(path: Path) -> str:
    """Return everything in a file that anybody could read, and the names of what it holds."""
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if file.is_file()]
        return "\n".join(f"{file.relative_to(path)}\n{all_text(file)}" for file in files)
    if path.suffix not in (".epub", ".pdf"):
        return path.read_text("utf-8", "replace")
    if path.suffix == ".epub":
        with zipfile.ZipFile(path) as archive:
            read = [
                f"{name}\n{archive.read(name).decode('utf-8', 'replace')}"
                for name in archive.namelist()
            ]
        return "\n".join(read)
    found: list[str] = []
    document = pypdfium2.PdfDocument(path)
    found += [page.get_textpage().get_text_bounded() for page in document]
    with pikepdf.open(path) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                data = _decoded(thing)
                found.append(data.decode("latin-1") + data.decode("utf-16-be", "ignore"))
            found += _strings(thing, 0)
    return "\n".join(found)


def _decoded(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()


def _strings(thing: Any, depth: int) -> list[str]:
    if isinstance(thing, pikepdf.String | pikepdf.Name):
        return [str(thing)]
    if depth > 5 or not isinstance(thing, pikepdf.Dictionary | pikepdf.Array | pikepdf.Stream):
        return []
    inner = thing if isinstance(thing, pikepdf.Array) else [v for _, v in thing.items()]
    keys = [] if isinstance(thing, pikepdf.Array) else [str(key) for key in thing.keys()]  # noqa: SIM118
    return keys + [text for one in inner for text in _strings(one, depth + 1)]


FILES = {
    "epub": ("kept.epub", ("epub",)),
    "print": ("kept.pdf", ("pdf",)),
    "screen": ("kept-screen.pdf", ("pdf", "--edition", "screen")),
    "workbook": ("kept-workbook.pdf", ("workbook",)),
    "cover": ("kept-cover.pdf", ("cover",)),
    "web": ("kept-web", ("web",)),
}
# What one chapter, some chapters, and everything that a reader can be given become.
HANDED_OUT = {
    "handout": ("kept-handout-one.pdf", ("handout", "one")),
    "handout as EPUB": ("kept-handout-one.epub", ("handout", "one", "--format", "epub")),
    "course pack": ("kept-coursepack-pack.epub", ("coursepack", "1", "2", "--title", "Pack")),
    "share": ("share", ("share",)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_nothing_for_another_format_leaks(kind: str, tmp_path: Path) -> None:
    other = "epub" if kind != "epub" else "print"
    folder = a_book(tmp_path / "book", f'format="{other}"', other)
    file, command = FILES[kind]
    result = invoke(*command, folder)
    assert result.exit_code == 0, result.stderr
    text = all_text(folder / "dist" / file)
    assert not re.findall(r"(?i)leak\w*", text)
    assert "Kept" in text


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES | HANDED_OUT)
def test_nothing_for_another_edition_leaks(kind: str, tmp_path: Path) -> None:
    folder = a_book(tmp_path / "book", 'edition="teacher"', "teacher")
    file, command = (FILES | HANDED_OUT)[kind]
    result = invoke(*command, folder)
    assert result.exit_code == 0, result.stderr
    assert not re.findall(r"(?i)leak\w*|teacher", all_text(folder / "dist" / file))


@pytest.mark.slow
def test_what_is_new_in_another_edition_is_no_change(tmp_path: Path) -> None:
    old = a_book(tmp_path / "old", 'edition="teacher"', "teacher")
    new = a_book(tmp_path / "new", 'edition="teacher"', "teacher")
    one = (new / "one.md").read_text("utf-8").replace("Leak", "Leaknew")
    write_files(new, {"one.md": one.replace("Do it", "Do it well, and leave nothing out")})
    page = invoke("changes", old, new).stdout
    assert "Do it well" in page
    assert not re.findall(r"(?i)leak\w*|teacher", page)


@pytest.mark.slow
def test_the_teachers_edition_has_all_of_it(tmp_path: Path) -> None:
    folder = a_book(tmp_path / "book", 'edition="teacher"', "teacher")
    assert invoke("build", "--all", folder).exit_code == 0
    built = {path.name for path in (folder / "dist").iterdir()}
    assert built == {"kept.epub", "kept.pdf", "kept-teacher.epub", "kept-teacher.pdf"}
    wanted = set(re.findall(r"Leak\w+", ONE + GONE)) - {"Leakentry"}
    for name in ("kept-teacher.epub", "kept-teacher.pdf"):
        text = all_text(folder / "dist" / name)
        assert [word for word in sorted(wanted) if word not in text] == []
        assert "Kept, for teachers" in text
    assert not re.findall("(?i)leak", all_text(folder / "dist/kept.epub"))
    assert not re.findall("(?i)leak", all_text(folder / "dist/kept.pdf"))


@pytest.mark.slow
def test_pages_are_marked_where_print_has_the_text(tmp_path: Path) -> None:
    def paragraphs(first: int, name: str, words: str) -> str:
        return "\n\n".join(f"{name} {n}: {words * 60}" for n in range(first, first + 9))

    text = (
        f"# One\n\n{paragraphs(10, 'Common', 'Some more words. ')}\n\n"
        f"::: {{.only format=print}}\n{paragraphs(30, 'Paper', 'Nothing else. ')}\n:::\n\n"
        "::: {.only format=epub}\nOn screens.\n\nReally.\n:::\n\n"
        f"{paragraphs(50, 'Common', 'Some more words. ')}\n"
    )
    toml = "[book]\ntitle = 'Kept'\nname = 'kept'\nlanguage = 'en'\nchapters = ['one.md']\n"
    folder = write_files(tmp_path, {"book.toml": toml, "one.md": text})
    assert invoke("build", "--web", folder).exit_code == 0
    with zipfile.ZipFile(folder / "dist/kept.epub") as archive:
        names = archive.namelist()
        xhtml = archive.read(next(n for n in names if n.endswith("one.xhtml"))).decode()
        nav = archive.read(next(n for n in names if "nav" in n)).decode()
    pieces = re.split(r'<span(?=[^>]*doc-pagebreak)[^>]*aria-label="(\d+)"[^>]*>', xhtml)
    marked = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    document = pypdfium2.PdfDocument(folder / "dist/kept.pdf")
    printed = {}
    for n, page in enumerate(document):
        if (label := document.get_page_label(n)).isdecimal():
            printed[label] = page.get_textpage().get_text_bounded()
    common = {label for label, text in printed.items() if re.search("Common|more words", text)}
    assert set(marked) == common
    assert common < {label for label, text in printed.items() if text.strip()}
    for label, after in marked.items():
        assert f'id="page.{label}"' in xhtml
        assert f"#page.{label}" in nav
        # The page and the text behind its mark begin with the same paragraph.
        first = re.search(r"Common \d+", printed[label])
        assert (first and first[0]) in (None, *re.findall(r"Common \d+", after)[:1])
    assert "Paper" not in xhtml
    web = (folder / "dist/kept-web/one/index.html").read_text("utf-8")
    assert re.findall(r'<span id="page-(\d+)" role="doc-pagebreak"', web) == list(marked)
    assert "Paper" not in web


def test_conditions_decide_by_format_and_edition(tmp_path: Path) -> None:
    text = """# One

[a]{.only format="epub"} [b]{.only format="print screen"} [c]{.except format="pdf"}
[d]{.only edition="teacher"} [e]{.except edition="teacher"} [f]{.only .epub edition="teacher"}
[g]{.content-visible when-format="html"} [h]{.content-hidden when-format="html"}
[i]{.content-visible unless-format="pdf"} [j]{.content-visible when-profile="teacher"}
[k]{.only .workbook} [l]{.only .teacher} [m]{.content-visible when-format="docx"}

::: only screen, teacher
n
:::

::: {.except .teacher}
o
:::
"""
    files = {"book.toml": "[book]\ntitle = 'x'\n[edition.teacher]\n", "one.md": text}
    folder = write_files(tmp_path, files)
    found = {}
    for kind in ("epub", "print", "screen", "workbook", "web"):
        for edition in ("", "teacher"):
            report = Report()
            book = load(folder, report=report, audience=Audience(kind, edition))
            (chapter,) = book.chapters
            letters = chapter.tree.get_text().replace("One", "").split()
            found[kind, edition] = "".join(letters)
            assert rules_of(report) == []
    assert found == {
        ("epub", ""): "acegio",
        ("epub", "teacher"): "acdfgijl",
        ("print", ""): "beho",
        ("print", "teacher"): "bdhjl",
        ("screen", ""): "beho",
        ("screen", "teacher"): "bdhjln",
        ("workbook", ""): "ehko",
        ("workbook", "teacher"): "dhjkl",
        ("web", ""): "bcegio",
        ("web", "teacher"): "bcdgijln",
    }


def test_conditions_in_attributes_and_below_a_list(tmp_path: Path) -> None:
    text = """# One

![A [dog *or*]{.only .teacher} cat](a.png)
![A [small]{.smallcaps} cat](a.png "The [big]{.except .teacher} **end**")

- a
- b

{.only .teacher}
- c
"""
    toml = "[book]\ntitle = 'x'\nlanguage = 'en'\n[edition.teacher]\n"
    files: dict[str, str | bytes] = {"book.toml": toml, "one.md": text, "a.png": pixel("red")}
    book, report = load_files(tmp_path, files)
    tree = next(book.chapters).tree
    assert [img["alt"] for img in tree.find_all("img")] == ["A cat", "A small cat"]
    assert "big" not in str([img.attrs for img in tree.find_all("img")])
    assert [item.get_text().strip() for item in tree.find_all("li")] == ["a", "b"]
    (found,) = [d for d in report if d.rule.code == "M007"]
    assert found.message.startswith("`dog or` is left out: it is text with a condition")
    whole = load(tmp_path, audience=Audience(edition="teacher"))
    items = next(whole.chapters).tree.find_all("li")
    assert [item.get_text().strip() for item in items] == ["a", "b", "c"]


def test_names_that_nobody_knows_are_findings(tmp_path: Path) -> None:
    text = """# One

[a]{.only format="epbu"} [b]{.only edition="techer"} [c]{.only format="teacher"} [d]{.only}

`[e]{.only format="epbu"}`

::: {.only edition="print"}
f
:::
"""
    front = "---\nonly: [prnt]\n---\n# Two\n"
    toml = "[book]\ntitle = 'x'\nchapters = ['one.md', 'two.md']\n[edition.teacher]\n"
    report = Report()
    check(
        write_files(tmp_path, {"book.toml": toml, "one.md": text, "two.md": front}), report=report
    )
    found = [d for d in report if d.rule.name == "unknown-condition"]
    assert [(d.message, d.hint, d.span and (d.span.line, d.span.column)) for d in found] == [
        ("there is no format `epbu`", "did you mean `epub`?", (3, 19)),
        ("there is no edition `techer`", "did you mean `teacher`?", (3, 45)),
        ("there is no format `teacher`", 'write edition="teacher"', (3, 72)),
        (
            "`only` names no format and no edition, so what it is on is in every file",
            'write `{.only format="epub"}` or `{.only edition="teacher"}`',
            (3, 87),
        ),
        ("there is no format or edition `prnt`", "did you mean `print`?", (2, 8)),
    ]


def test_solutions_stay_where_no_edition_is_the_teachers(tmp_path: Path) -> None:
    text = "# One\n\n::: solution\nHere.\n:::\n\n[^1]: Unused.\n"
    book, _ = load_files(tmp_path, {"book.toml": "[book]\ntitle='x'\n", "one.md": text})
    assert "Here." in next(book.chapters).tree.get_text()


def test_links_to_what_is_left_out_are_text_and_said(tmp_path: Path) -> None:
    files = {
        "book.toml": "[book]\ntitle='x'\nchapters=['one.md','two.md']\n",
        "one.md": "# One\n\nSee [two](two.md), [there](#there) and [[Two]].\n\n"
        "## There {.only format=print}\n\nText.\n",
        "two.md": "---\nonly: print\n---\n# Two\n\nText.\n",
    }
    book, report = load_files(tmp_path, files)
    (one,) = book.chapters
    assert not one.tree.find_all("a")
    assert rules_of(report) == ["link-to-left-out"]
    assert "and There" not in one.tree.get_text()


def test_a_book_that_was_read_for_another_format_is_not_written(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"one.md": "# One\n\n[a]{.only format=epub} b\n"})
    with pytest.raises(BookError, match="C024"):
        write(load(folder), tmp_path / "x.pdf")
    assert write(load(folder), tmp_path / "x.epub").count == 1


EDITIONS = {
    "book.toml": """
[book]
title = "Whole"
language = "en"
identifier = "978-3-16-148410-0"
front = ["preface.md"]
[[part]]
title = "First"
chapters = ["a.md", "b.md"]
[[part]]
title = "Second"
chapters = ["c.md"]
[edition.short]
title = "Short"
chapters = ["c.md", "x.md"]
conditions = ["brief"]
trim = "a4"
style = "short.css"
[edition.screen]
subtitle = "On screens"
""",
    "short.css": "p { color: black }",
    "preface.md": "# Preface\n\nWords [in short]{.only edition=brief}.\n",
    "a.md": "# A\n\nText.\n",
    "b.md": "# B\n\nText.\n",
    "c.md": "# C\n\nSee [a](a.md).\n",
    "x.md": "# X\n\nMore.\n",
}


def test_an_edition_has_its_own_chapters_title_and_look(tmp_path: Path) -> None:
    folder = write_files(tmp_path, EDITIONS)
    whole, report = load(folder), Report()
    short = load(folder, report=report, audience=Audience("epub", "short"))
    assert [c.title for c in whole.chapters] == ["Preface", "A", "B", "C"]
    assert [c.title for c in short.chapters] == ["Preface", "X", "C"]
    assert [(p.title, p.number) for p in short.parts] == [("", None), ("Second", 2)]
    assert (short.metadata.title, short.config.pdf.trim) == ("Short", "a4")
    assert short.config.book.style == ("short.css",)
    assert "in short" in next(short.chapters).tree.get_text()
    assert "in short" not in next(whole.chapters).tree.get_text()
    assert rules_of(report) == ["link-to-left-out"]
    assert whole.metadata.isbn
    assert not short.metadata.isbn  # it is another book's
    assert short.metadata.identifier not in ("", whole.metadata.identifier)
    on_screen = load(folder, audience=Audience("screen"))
    assert (on_screen.metadata.title, on_screen.metadata.subtitle) == ("Whole", "On screens")


@pytest.mark.slow
def test_all_editions_are_built_and_remembered(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "book", EDITIONS)
    result = invoke("build", "--all", folder)
    assert result.exit_code == 0, result.stderr
    names = ("whole", "whole-short")
    endings = (".epub", ".pdf", "-screen.pdf")
    assert {p.name for p in (folder / "dist").iterdir()} == {n + e for n in names for e in endings}
    assert invoke("build", "--all", folder).stdout.count("up to date") == 6
    assert "up to date" not in invoke("epub", folder, "--edition", "short").stdout
    assert (
        invoke("epub", folder, "--edition", "short").stdout.count("whole-short.epub is up to") == 1
    )
    both = invoke("pdf", folder, "--edition", "short", "--edition", "screen")
    assert "whole-short-screen.pdf" in both.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["epub", "--edition", "shrot"], "did you mean `short`?"),
        (["epub", "--edition", "other"], "the editions are short"),
        (["epub", "--edition", "screen"], "`screen` is for a PDF"),
        (["pdf", "--edition", "print", "--edition", "screen"], "One edition at a time"),
        (["build", "--all", "--edition", "short"], "It is one of all"),
    ],
)
def test_wrong_use_is_told(words: list[str], told: str, tmp_path: Path) -> None:
    result = invoke(*words, write_files(tmp_path, EDITIONS))
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("name", ["epub", "../x", "a b", "workbook"])
def test_names_that_no_edition_can_have(name: str, tmp_path: Path) -> None:
    toml = f'[book]\ntitle = "x"\n[edition."{name}"]\n'
    write_files(tmp_path, {"book.toml": toml, "one.md": "# One\n\nText.\n"})
    with pytest.raises(BookError, match="C022"):
        load(tmp_path)


def test_check_reads_the_book_for_each_of_its_readers(tmp_path: Path) -> None:
    text = (
        "# One\n\n[See [a](nowhere.md)]{.only format=screen} [c](lost.md)\n"
        "[and [b](gone.md)]{.only edition=short}\n"
    )
    toml = "[book]\ntitle='x'\nlanguage='en'\n[edition.short]\n[edition.long]\n"
    report = Report()
    check(write_files(tmp_path, {"book.toml": toml, "one.md": text}), report=report)
    broken = [d.message for d in report if d.rule.name == "broken-link"]
    assert sorted(broken) == [
        "no chapter `gone.md`",
        "no chapter `lost.md`",
        "no chapter `nowhere.md`",
    ]
    only_long = Report()
    check(tmp_path, report=only_long, edition="long")
    assert "gone.md" not in str([d.message for d in only_long])


def test_an_edition_that_the_book_does_not_have_is_an_error(tmp_path: Path) -> None:
    toml = "[book]\ntitle = 'x'\nchapters = ['one.md']\n[edition.teacher]\n"
    folder = write_files(tmp_path, {"book.toml": toml, "one.md": "# One\n\nText.\n"})
    report = Report()
    with pytest.raises(BookError):
        load(folder, report=report, audience=Audience("epub", "techer"))
    (found,) = [d for d in report if d.rule.code == "C021"]
    assert found.message == "there is no edition `techer`"
    assert "teacher" in found.hint


FORMULAS = """\
# One

$$
alpha
$$
{.only format="print"}

$$beta$$ {.only format="print"}

$$
gamma
$$ {.only format="print"}

$$delta$$
{.only format="epub"}
"""


def test_a_condition_on_a_formula_stands_behind_it_or_on_a_line_of_its_own(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "book", {"one.md": FORMULAS})
    kept = {
        kind: next(load(folder, audience=Audience(kind)).chapters).tree.get_text()
        for kind in ("epub", "print")
    }
    words = ("alpha", "beta", "gamma", "delta")
    assert [word in kept["epub"] for word in words] == [False, False, False, True]
    assert [word in kept["print"] for word in words] == [True, True, True, False]
    assert "only" not in kept["epub"] + kept["print"]


def test_the_version_stands_in_every_files_name(tmp_path: Path) -> None:
    toml = BOOK.replace('name = "kept"', 'name = "{name}-{version}"\nversion = "2.0 (b)"')
    files = {"book.toml": toml, **dict.fromkeys(("one.md", "two.md", "gone.md"), "# A\n\nText.\n")}
    files |= dict.fromkeys(("glossary.md", "index.md"), "# B\n\nText.\n")
    book, _ = load_files(tmp_path, files)
    assert EPUB.output_path(book).name == "kept-2.0-b.epub"
    teachers = load(tmp_path, report=Report(), audience=Audience(edition="teacher"))
    assert EPUB.output_path(teachers).name == "kept-2.0-b-teacher.epub"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("{name}-{version}", "but the book has no version"),
        ("{title}", "which stands for nothing"),
        ("a/{date}", "not a path"),
    ],
)
def test_places_in_the_name_that_cannot_be_filled_are_errors(
    tmp_path: Path, name: str, said: str
) -> None:
    toml = BOOK.replace('name = "kept"', f'name = "{name}"')
    with pytest.raises(BookError, match=said):
        load_files(tmp_path, {"book.toml": toml, "one.md": "# A\n"})
