"""The PDF as assistive technology reads it: its structure tree, and what veraPDF says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from bookbuilder import Book, Report, load, write
from books import load_files
from structure_tree import outline
from verapdf import validate

HERE = Path(__file__).parent
THE_BOOK = HERE.parent

ALL_KINDS = """\
# One chapter

Some *emphasis*, `code`, <abbr title="Word Count">WC</abbr>, a [link](https://example.org/a),
[`code`](https://example.org/b) and [two](b.md).[^1] Also <span lang="de">Grund</span>.

[^1]: A note with a [link](https://example.org/c).

    Its second paragraph.

## Lists

- one

  with a paragraph
- two
    1. nested

- [x] done

Term
:   Definition

## Tables

Table: A caption

| a | b |
|---|---|
| 1 |   |

<table><tr><th scope="row">r</th><td rowspan="2">x</td></tr><tr><th scope="row">s</th></tr></table>

![A blue box](blue.png "What it is")

![](blue.png)

> A quotation

!!! tip "Do"
    This.

```python
def f(x): ...
```

***

<svg width="9" height="9" viewBox="0 0 9 9"><title>A line</title><path d="M0 0L9 9"/></svg>
"""

TREE = """\
Sect
  H1 1One chapter
  P Some emphasis, , , a , and , page 5. Also.
    Code code
    Span Word Count WC
    Link @ link
    Reference
      Link @ 1
    Note
      P 1 ·
        Link @ example.org/a
    Link @
      Code code
    Reference
      Link @ 2
    Note
      P 2 ·
        Link @ example.org/b
    Link @ two
    Reference
      Link @ 3
    Note
      P 3 A note with a  (example.org/c).
        Link @ link
      P Its second paragraph.
    Span de Grund
  H2 Lists
  L
    LI
      Lbl –
      LBody
        P one
        P with a paragraph
    LI
      Lbl –
      LBody
        P two
        L
          LI
            Lbl 1.
            LBody nested
    LI
      LBody
        P ☑ done
  L
    LI
      Lbl Term
      LBody Definition
  H2 Tables
  Table
    Caption A caption
    THead
      TR
        TH a
        TH b
    TBody
      TR
        TD 1
        TD
  Table
    TBody
      TR
        TH r
        TD x
      TR
        TH s
  Div
    Figure A blue box ·
    Caption What it is
  BlockQuote
    P A quotation
  Sect
    P Do
    P This.
  P
    Code def f(x): ...
  Div
    Figure A line ·"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kinds")


@cache
def a_pdf(folder: Path, **settings: object) -> Path:
    Image.new("RGB", (300, 200), (30, 90, 160)).save(folder / "blue.png")
    files: Mapping[str, str | bytes] = {
        "book.toml": '[book]\ntitle = "Kinds"\nlanguage = "en"\nchapters = ["a.md", "b.md"]\n',
        "a.md": ALL_KINDS,
        "b.md": "# Two\n\nBack to [the first](a.md).\n\n| h |\n|---|\n" + "| row |\n" * 80,
    }
    book, _ = load_files(folder, files)
    pdf = replace(book.config.pdf, **settings)  # type: ignore[arg-type]
    book = replace(book, config=replace(book.config, pdf=pdf))
    name = "-".join(["kinds", *settings])
    return write(book, folder / f"{name}.pdf").path


def test_the_tree_follows_the_book_not_the_boxes(folder: Path) -> None:
    lines = [" ".join(line.split(" ")) for line in outline(a_pdf(folder, live_links=True))]
    start = next(i for i, line in enumerate(lines) if "H1 1One" in line) - 1
    end = next(i for i, line in enumerate(lines) if "H1 2Two" in line) - 1
    indent = len(lines[start]) - len(lines[start].lstrip())
    found = "\n".join(line[indent:].replace("  (", " (") for line in lines[start:end])
    assert squeezed(found) == squeezed(TREE)


def test_links_that_cannot_be_followed_are_text(folder: Path) -> None:
    live = outline(a_pdf(folder, live_links=True))
    paper = outline(a_pdf(folder))
    assert squeezed("\n".join(paper)) == squeezed(
        "\n".join(live).replace("Link @", "Span").replace("Link", "Span")
    )


def squeezed(text: str) -> list[str]:
    """Return lines with their indent, and each run of spaces inside as one space."""
    lines = text.splitlines()
    return [" " * (len(x) - len(x.lstrip())) + " ".join(x.split()).replace("·", "") for x in lines]


def test_what_repeats_on_pages_is_read_once(folder: Path) -> None:
    lines = outline(a_pdf(folder))
    heads = [line for line in lines if line.strip() == "TH h"]
    rows = [line for line in lines if line.strip() == "TD row"]
    assert (len(heads), len(rows)) == (1, 80)
    assert sum("Two" in line for line in lines) == 2, "once in the contents, once as heading"
    assert not any(". . ." in line for line in lines)


def test_links_and_pages_are_marked_for_readers(folder: Path) -> None:
    with pikepdf.open(a_pdf(folder, live_links=True)) as pdf:
        links = [a for page in pdf.pages for a in page.get("/Annots", [])]
        assert {str(a.Contents) for a in links} >= {"link", "code", "two", "1"}
        assert all("/StructParent" in a for a in links)
        assert all(page.obj.Tabs == "/S" for page in pdf.pages)
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle


@pytest.mark.slow
def test_every_kind_of_content_passes_pdf_ua_in_both_editions(folder: Path) -> None:
    paths = [
        a_pdf(folder),
        a_pdf(folder, live_links=True),
        a_pdf(folder, edition="screen"),
        a_pdf(folder, pdf_a=True, marks=True, trim="6x9"),
        a_pdf(folder, pdf_a=True, edition="screen", trim="a4"),
    ]
    for verdict in [*validate("ua1", *paths), *validate("2a", *paths[3:])]:
        assert verdict.compliant, verdict
        assert verdict.checks > 1000


@pytest.mark.slow
def test_the_checker_can_fail(folder: Path) -> None:
    path = a_pdf(folder)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.Root.StructTreeRoot
        pdf.save(path)
    (verdict,) = validate("ua1", path)
    assert not verdict.compliant
    assert any(rule.startswith("7.1-11 ") for rule in verdict.broken)


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["print", "screen"])
def test_this_repositorys_book_passes(edition: str, tmp_path: Path) -> None:
    path = write_edition(load(THE_BOOK), edition, tmp_path / "book.pdf")
    (verdict,) = validate("ua1", path)
    assert verdict.compliant, verdict.broken
    # What a validator cannot see: text that is read twice or never, tables drawn and not tagged.
    command = [sys.executable, "-c", "from outloud.cli import main; main()", "--no-info", str(path)]
    heard = subprocess.run(command, check=False, capture_output=True, text=True)
    assert heard.returncode == 0, heard.stdout + heard.stderr


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["print", "screen"])
def test_this_repositorys_book_passes_by_parts(edition: str, tmp_path: Path) -> None:
    numbers = [part.number for part in load(THE_BOOK).parts][edition == "screen" :: 2]
    volumes = [load(THE_BOOK, number) for number in numbers]
    paths = [write_edition(v, edition, tmp_path / f"{n}.pdf") for n, v in enumerate(volumes)]
    assert len(paths) > 1
    assert [v for v in validate("ua1", *paths) if not v.compliant] == []


def write_edition(book: Book, edition: str, path: Path) -> Path:
    pdf = replace(book.config.pdf, edition=edition)
    return write(replace(book, config=replace(book.config, pdf=pdf)), path, Report()).path
