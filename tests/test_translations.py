"""One book in several languages: built, checked, and linked with each other."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from bookbuilder import Book, Report, load
from bookbuilder.build import check
from bookbuilder.model.audience import Audience
from books import place_of, rules_of, write_files
from commandline import invoke

TOML = """
[book]
title = "Across the Fence"
subtitle = "A small book"
language = "en"
description = "About fences."
authors = ["A. Writer"]
identifier = "978-3-16-148410-0"
source = "chapters"
front = ["preface.md"]
back = ["glossary.md"]

[[part]]
title = "Before"
chapters = ["01-asking.md", "02.md"]

[[part]]
title = "After"
chapters = ["03-deciding.md"]

[edition.teacher]
title = "Across the Fence, for teachers"

[edition.short]
front = ["preface.md"]
chapters = ["03-deciding.md"]

[variables]
place = "the garden"

[translation.de]
source = "chapters-de"
title = "Über den Zaun"
translators = "E. Übersetzer"
parts = ["Vorher", "Nachher"]
variables = { place = "der Garten" }

[translation.de.edition.teacher]
title = "Über den Zaun, für Lehrende"

[translation.fr]
source = "textes/fr"
name = "cloture"
title = "Par-dessus la clôture"
untranslated = "leave-out"
"""


def _picture(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, "PNG")
    return out.getvalue()


FILES: dict[str, str | bytes] = {
    "book.toml": TOML,
    "images/shared.png": _picture("red"),
    "chapters/own.png": _picture("blue"),
    "chapters/both.png": _picture("green"),
    "chapters-de/both.png": _picture("white"),
    "chapters/words.inc": "Included from {{ place }}.\n",
    "chapters/preface.md": "# Preface\n\nHello from {{ place }}.\n",
    "chapters/01-asking.md": "# Asking\n\nSee [next](02.md).\n\n![s](../images/shared.png)\n",
    "chapters/02.md": "---\nchanged: 2026-11-12\n---\n# Listening well\n\n"
    "Back to [one](01-asking.md).\n\n{{#include words.inc}}\n",
    "chapters/03-deciding.md": "---\nrole: conclusion\nchanged: 2026-11-12\n---\n"
    "# Deciding\n\n## The sheet {#sheet}\n\nText.\n",
    "chapters/glossary.md": "# Glossary\n\nFence\n: Wood.\n",
    "chapters-de/preface.md": "# Vorwort\n\nHallo aus {{ place }}.\n",
    "chapters-de/01-asking.md": "# Fragen\n\nSiehe [weiter](02.md), [Ende](03-deciding.md#sheet)"
    " und [](02.md).\n\n![s](../images/shared.png)\n\n![o](own.png)\n\n![b](both.png)\n\n"
    "{{#include words.inc}}\n",
    "chapters-de/03-deciding.md": "---\ntranslates: 2026-10-01\n---\n# Entscheiden\n\n"
    "## Das Blatt {#sheet}\n\nEin Text.\n\n"
    '::: {.only edition="teacher"}\nNur für Lehrende.\n:::\n',
    "chapters-de/glossary.md": "---\ntranslates: 2027-01-01\n---\n# Glossar\n\nZaun\n: Holz.\n",
    "chapters-de/04-nothing.md": "# Nichts\n\nNoch nichts.\n",
    "textes/fr/01-asking.md": "# Demander\n\nVoir [plus](03-deciding.md).\n",
    "textes/fr/preface.md": "# Préface\n\nBonjour.\n",
    "textes/fr/02.md": "---\ndraft: true\n---\n# Écouter\n\nPas encore.\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("book"), FILES)


def _read(folder: Path, translation: str, **others: str) -> tuple[Book, Report]:
    report = Report()
    audience = Audience(translation=translation, **others)
    return load(folder, report=report, audience=audience), report


def _found(report: Report, rule: str) -> list[str]:
    return [d.message for d in report if d.rule.name == rule]


def test_the_original_does_not_change(folder: Path) -> None:
    book, report = _read(folder, "")
    assert [c.title for c in book.chapters] == [
        *("Preface", "Asking", "Listening well", "Deciding", "Glossary")
    ]
    assert rules_of(report) == []
    assert book.metadata.isbn
    assert book.metadata.identifier == "urn:isbn:9783161484100"
    assert [(o.language, o.is_original) for o in book.metadata.other_languages] == [
        *(("de", False), ("fr", False))
    ]


def test_a_translation_has_its_own_words_and_the_structure_of_the_book(folder: Path) -> None:
    original, _ = _read(folder, "")
    book, _ = _read(folder, "DE")
    said = book.metadata
    assert (said.title, said.subtitle, said.description) == ("Über den Zaun", "", "")
    assert said.language == "de"
    assert [(p.name, p.role) for p in said.authors] == [
        *(("A. Writer", "aut"), ("E. Übersetzer", "trl"))
    ]
    assert [part.title for part in book.parts] == ["Vorher", "Nachher"]
    titles = ["Vorwort", "Fragen", "Listening well", "Entscheiden", "Glossar"]
    assert [c.title for c in book.chapters] == titles
    # So that links from outside are good in both languages.
    assert [c.slug for c in book.chapters] == [c.slug for c in original.chapters]
    assert [c.role for c in book.chapters] == [c.role for c in original.chapters]
    assert [c.number for c in book.chapters] == [c.number for c in original.chapters]
    assert "deciding--sheet" in str(list(book.chapters)[3].tree)
    assert "aus der Garten" in str(book.front[0].tree)


def test_a_chapter_that_is_missing_stands_in_its_own_language(folder: Path) -> None:
    book, report = _read(folder, "de")
    languages = [chapter.tree.get("lang") for chapter in book.chapters]
    assert languages == [None, None, "en", None, None]
    assert _found(report, "untranslated-chapter") == [
        "`chapters/02.md` of 2026-11-12 is not translated, so it is in `en`"
    ]


def test_what_is_older_than_the_original_is_reported_by_date(folder: Path) -> None:
    _, report = _read(folder, "de")
    assert _found(report, "outdated-translation") == [
        "`chapters-de/03-deciding.md` translates a text of 2026-10-01;"
        " `chapters/03-deciding.md` changed on 2026-11-12"
    ]
    (found,) = (d for d in report if d.rule.code == "S017")
    assert place_of(found.span).startswith("chapters-de/03-deciding.md:2")
    assert "translates: 2026-11-12" in found.hint
    assert _found(report, "translation-of-nothing") == [
        "`chapters-de/04-nothing.md` translates no chapter of the book"
    ]


def test_links_pictures_and_includes_are_found_in_both_folders(folder: Path) -> None:
    book, report = _read(folder, "de")
    assert set(rules_of(report)) == {
        *("untranslated-chapter", "outdated-translation", "translation-of-nothing")
    }
    asking, listening = list(book.chapters)[1:3]
    links = re.findall(r'href="(.+?)"', str(asking.tree))
    assert links == ["#listening-well", "#deciding--sheet", "#listening-well"]
    assert 'href="#asking"' in str(listening.tree)
    assert "Included from der Garten" in str(asking.tree)
    paths = {a.path.relative_to(folder).as_posix() for a in book.assets.values() if a.path}
    assert paths == {"images/shared.png", "chapters/own.png", "chapters-de/both.png"}


def test_chapters_can_be_left_out_until_they_are_translated(folder: Path) -> None:
    book, report = _read(folder, "fr")
    assert [c.title for c in book.chapters] == ["Préface", "Demander"]
    assert "`chapters/glossary.md` is not translated, so it is left out" in "\n".join(
        re.sub(r" of \d{4}-\d\d-\d\d", "", one) for one in _found(report, "untranslated-chapter")
    )
    # A translation that is a draft is none yet.
    assert any("is a draft" in one for one in _found(report, "untranslated-chapter"))
    assert "link-to-left-out" in rules_of(report)
    with_drafts = load(folder, drafts=True, audience=Audience(translation="fr"))
    assert [c.title for c in with_drafts.chapters] == ["Préface", "Demander", "Écouter"]


def test_editions_and_translations_go_together(folder: Path) -> None:
    book, _ = _read(folder, "de", edition="teacher")
    assert book.metadata.title == "Über den Zaun, für Lehrende"
    assert "Nur für Lehrende" in str(list(book.chapters)[3].tree)
    plain, _ = _read(folder, "de")
    assert "Nur für Lehrende" not in str(list(plain.chapters)[3].tree)
    short, report = _read(folder, "de", edition="short")
    assert short.metadata.title == "Über den Zaun"
    assert [(p.title, p.number) for p in short.parts] == [("Nachher", 2)]
    assert _found(report, "untranslated-chapter") == []
    ids = {b.metadata.identifier for b in (book, plain, short)}
    assert len(ids) == 3
    (original,) = (o for o in book.metadata.other_languages if o.is_original)
    assert original.identifier == _read(folder, "", edition="teacher")[0].metadata.identifier


def test_check_reads_every_language(folder: Path) -> None:
    report = Report()
    check(folder, report=report)
    files = {d.span.file.split("/")[0] for d in report if d.span and d.rule.code == "S018"}
    assert files == {"chapters-de"}
    assert {d.rule.code for d in report} >= {"S016", "S017"}
    alone = Report()
    check(folder, report=alone, translation="fr")
    assert "S017" not in {d.rule.code for d in alone if d.span and "-de" in d.span.file}


@pytest.mark.slow
def test_files_of_all_languages(folder: Path) -> None:
    done = invoke("build", folder, "--all", "-q")
    assert done.exit_code == 0, done.output
    made = {path.name for path in (folder / "dist").iterdir()}
    names = [*("across-the-fence", "across-the-fence-de", "cloture")]
    ends = [*("", "-teacher", "-short")]
    assert made == {f"{n}{e}.{s}" for n in names for e in ends for s in ("epub", "pdf")}
