"""Names of files and ids stay from version to version, so that readers' bookmarks do."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from lxml import etree

from bookbuilder import write
from books import load_files

X = "{http://www.w3.org/1999/xhtml}"
TOML = '[book]\ntitle = "T"\nlanguage = "en"\nauthors = "A"\nchapters = [{}]\n'
DECIDING = """\
# Deciding

A first paragraph about [offers]{.index}, with a note[^pay] and one in place^[Read in May.].

## First the limits

![A scale](scale.png "How it is weighed")

| Kind | Sum |
|---|---|
| pay | 3 |

Table: What is compared

## Exercise: seven rows {.exercise}

Write [rows]{.index} down.

[^pay]: Before tax.
"""
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5"/></svg>'
FILES: dict[str, str | bytes] = {
    "02-deciding.md": DECIDING,
    "01.md": "# Asking first\n\nSome text.\n",
    "a/intro.md": "# A begins\n\nText of A.\n",
    "b/intro.md": "# B begins\n\nText of B.\n",
    "第一章.md": "# 開始\n\n本文。\n",
    "scale.svg": PICTURE,
    "other.svg": PICTURE,
}
FILES["02-deciding.md"] = DECIDING.replace("scale.png", "scale.svg")
ORDER = ["01.md", "a/intro.md", "b/intro.md", "02-deciding.md", "第一章.md"]


def made(folder: Path, files: dict[str, str | bytes], order: list[str]) -> dict[str, str]:
    """Return the beginning of the text at each address of the EPUB, and each place in its spine."""
    listed = ", ".join(f'"{name}"' for name in order)
    book, report = load_files(folder, {"book.toml": TOML.format(listed), **files})
    assert [d for d in report if d.severity != "note"] == []
    write(book, folder / "t.epub")
    found = {}
    with zipfile.ZipFile(folder / "t.epub") as package:
        opf = etree.fromstring(package.read("EPUB/content.opf"))
        for place in opf.iter("{*}itemref"):
            found[f"spine {place.get('id')}"] = place.get("idref", "")
        for name in package.namelist():
            if not name.endswith(".xhtml"):
                continue
            for tag in etree.fromstring(package.read(name)).iter():
                if tag.get("id") and "backlink" not in tag.get("class", ""):
                    what = tag if tag.tag != f"{X}section" else tag[0]
                    text = "".join(what.itertext()) or what.get("alt", "")
                    # The numbers of chapters and notes may change.
                    text = "".join(c for c in text if not c.isdigit())
                    found[f"{name}#{tag.get('id')}"] = " ".join(text.split())[:40]
    return found


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {
        address: text
        for address, text in made(tmp_path_factory.mktemp("old"), dict(FILES), ORDER).items()
        # What lists the whole book changes with it.
        if not address.startswith(("EPUB/nav", "EPUB/contents", "EPUB/index", "EPUB/title"))
    }


def assert_kept(before: dict[str, str], after: dict[str, str]) -> None:
    assert {address: after.get(address) for address in before} == before


def test_names_are_made_of_what_they_name(before: dict[str, str]) -> None:
    names = {address.partition("#")[2] for address in before}
    assert {
        "deciding--fn-pay",
        "deciding--fnref-pay",
        "deciding--fn-read-in-may",
        "deciding--index-offers",
        "deciding--first-the-limits",
        "deciding--figure-scale",
        "deciding--table-what-is-compared",
        "deciding--exercise-seven-rows",
        "asking-first",
        "a-intro",
        "b-intro",
    } <= names
    assert "spine deciding.xhtml.ref" in before


def test_a_chapter_before_others_changes_no_name(tmp_path: Path, before: dict[str, str]) -> None:
    files: dict[str, str | bytes] = {**FILES, "01.md": "# New\n\nNew text.\n"}
    files["02.md"] = FILES["01.md"]
    files["03-deciding.md"] = files.pop("02-deciding.md")
    order = ["01.md", "02.md", *(n.replace("02-", "03-") for n in ORDER[1:])]
    assert_kept(before, made(tmp_path, files, order))


def test_another_order_changes_no_name(tmp_path: Path, before: dict[str, str]) -> None:
    assert_kept(before, made(tmp_path, dict(FILES), ORDER[::-1]))


def test_what_comes_before_in_a_chapter_changes_no_id(
    tmp_path: Path, before: dict[str, str]
) -> None:
    more = """\
# Deciding

A new paragraph[^new] with [another]{.index} term^[Also read.].

## A new section

![Another](other.svg "Another picture")

| a | b |
|---|---|
| 1 | 2 |

Table: Another table

## Exercise: first {.exercise}

Do it.
"""
    text = str(FILES["02-deciding.md"]).replace("# Deciding\n", more, 1)
    # A paragraph that is edited keeps the ids in it.
    text = text.replace("A first paragraph about", "The paragraph, which is longer, about")
    text += "\n[^new]: New.\n"
    after = made(tmp_path, {**FILES, "02-deciding.md": text}, ORDER)
    assert_kept(before, after)
