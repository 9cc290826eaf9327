"""One book in several languages: built, checked, and linked with each other."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

import epubcheck
from bookbuilder import Book, BookError, Report, load
from bookbuilder.build import check
from bookbuilder.model.audience import Audience
from books import load_files, place_of, rules_of, write_files
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

[share]
url = "https://example.org/fence/"
translations = "de"

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
    itself = Report()
    book = check(folder, report=itself, translation="en")
    assert (book.metadata.title, rules_of(itself)) == ("Across the Fence", [])
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


@pytest.fixture(scope="module")
def files(folder: Path) -> dict[str, Path]:
    """Build the German files, and the original's EPUB."""
    made = {}
    for name, command, more in (
        *(("en.epub", "epub", ()), ("de.epub", "epub", ("--translation", "de"))),
        *(("de.pdf", "pdf", ("--translation", "de")), ("de", "web", ("--translation", "de"))),
    ):
        made[name] = folder / "out" / name
        done = invoke(command, folder, "-q", "-o", made[name], *more)
        assert done.exit_code == 0, done.output
    return made


def _inside(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(f"EPUB/{name}").decode()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["en.epub", "de.epub"])
def test_the_epubs_are_valid(files: dict[str, Path], name: str) -> None:
    assert epubcheck.check(files[name]) == []


def test_the_files_name_each_other(files: dict[str, Path], folder: Path) -> None:
    german, english = (_inside(files[n], "content.opf") for n in ("de.epub", "en.epub"))
    own = re.findall(r'id="book-id">(.+?)<', german)[0]
    assert "<dc:source>urn:isbn:9783161484100</dc:source>" in german
    assert re.search(r'"schema:translationOfWork" id="(.+?)">urn:isbn:9783161484100<', german)
    assert f">{own}</meta>" in english
    assert re.search(rf'"schema:workTranslation" id="(.+?)">{re.escape(own)}<', english)
    assert "Über den Zaun" in english
    with pikepdf.open(files["de.pdf"]) as pdf, pdf.open_metadata() as xmp:
        assert xmp["dc:identifier"] == own
        assert xmp["dc:source"] == "urn:isbn:9783161484100"


def test_the_files_say_whose_words_they_are(files: dict[str, Path]) -> None:
    title = _inside(files["de.epub"], "title-page.xhtml")
    assert "Übersetzt von E. Übersetzer" in title
    assert "Originaltitel: Across the Fence" in title
    with pypdfium2.PdfDocument(files["de.pdf"]) as pdf:
        pages = [page.get_textpage().get_text_range() for page in pdf]
    assert any("Übersetzt von E. Übersetzer" in text for text in pages)
    assert any("Originaltitel: Across the Fence" in text for text in pages)
    # What is in another language says so, wherever its title stands.
    for text in (
        *(_inside(files["de.epub"], "nav.xhtml"), _inside(files["de.epub"], "contents.xhtml")),
        (files["de"] / "index.html").read_text("utf-8"),
    ):
        assert re.search(r'<a href="[^"]+" lang="en"[^>]*>2\. Listening well</a>', text)
    assert 'lang="en"' in _inside(files["de.epub"], "listening-well.xhtml")


def _git(folder: Path, *arguments: str, day: str = "2026-10-01") -> None:
    when = {"GIT_COMMITTER_DATE": f"{day}T12:00:00Z", "GIT_AUTHOR_DATE": f"{day}T12:00:00Z"}
    settings = [part for s in ("name=N", "email=n@x.test") for part in ("-c", f"user.{s}")]
    command = ["git", "-C", str(folder), *settings, *arguments]
    subprocess.run(
        command, check=True, capture_output=True, env=os.environ | {"HOME": str(folder)} | when
    )


@pytest.mark.skipif(not shutil.which("git"), reason="git is missing")
def test_dates_of_change_are_those_of_the_history(tmp_path: Path) -> None:
    toml = """
[book]
title = "T"
language = "en"
chapters = ["text/one.md", "text/two.md"]

[translation.de]
source = "text-de"
title = "D"
"""
    write_files(
        tmp_path,
        {
            "book.toml": toml,
            "text/one.md": "# One\n\nWords.\n",
            "text/two.md": "# Two\n\nWords.\n",
            "text-de/one.md": "# Eins\n\nWorte.\n",
            "text-de/two.md": "# Zwei\n\nWorte.\n",
        },
    )
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".", day="2026-10-01")
    _git(tmp_path, "commit", "-qm", "first", day="2026-10-01")
    (tmp_path / "text/one.md").write_text("# One\n\nOther words.\n")
    assert _found(_read(tmp_path, "de")[1], "outdated-translation")  # not committed: of today
    _git(tmp_path, "commit", "-qam", "second", day="2026-11-12")
    # What a clone or a copy does to the time of a file says nothing.
    for name in ("text/one.md", "text/two.md"):
        (tmp_path / name).touch()
    expected = ["`text-de/one.md` was changed last on 2026-10-01, and `text/one.md` on 2026-11-12"]
    book, report = _read(tmp_path, "de")
    assert [c.title for c in book.chapters] == ["Eins", "Zwei"]
    assert _found(report, "outdated-translation") == expected
    (tmp_path / "text-de/one.md").write_text("# Eins\n\nAndere Worte.\n")
    assert rules_of(_read(tmp_path, "de")[1]) == []  # being worked on
    # A corrected letter does not make a translation one of the new text.
    (tmp_path / "text-de/one.md").write_text(
        "---\ntranslates: 2026-10-01\n---\n# Eins\n\nAndere Worte.\n"
    )
    _git(tmp_path, "commit", "-qam", "third", day="2026-11-20")
    (found,) = (d for d in _read(tmp_path, "de")[1] if d.rule.code == "S017")
    assert "git log -p --since=2026-10-01 -- text/one.md" in found.hint
    shallow = tmp_path / "shallow"
    _git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}", str(shallow))
    assert rules_of(_read(shallow, "de")[1]) == []  # nobody knows


@pytest.mark.attack("running something by a repository")
@pytest.mark.skipif(not shutil.which("git"), reason="git is missing")
def test_nothing_that_a_repository_names_is_run(tmp_path: Path) -> None:
    toml = '[book]\ntitle = "T"\nlanguage = "en"\nchapters = "text/one.md"\n'
    toml += '[translation.de]\nsource = "text-de"\n'
    text = {"text/one.md": "# One\n\nWords.\n", "text-de/one.md": "# Eins\n\nWorte.\n"}
    folder = write_files(tmp_path / "book", {"book.toml": toml, **text})
    (folder / ".gitattributes").write_text("*.md diff=evil filter=evil\n")
    _git(folder, "init", "-q")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "first")
    (folder / "text/one.md").write_text("# One\n\nOther words.\n")
    ran = tmp_path / "ran"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    evil.chmod(0o755)
    for key in (
        *("core.fsmonitor", "core.pager", "core.editor", "diff.external", "gpg.program"),
        *("diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge"),
    ):
        _git(folder, "config", key, str(evil))
    _git(folder, "config", "log.showSignature", "true")
    for path in (folder / ".git" / "hooks").iterdir():
        path.unlink()
    ran.unlink(missing_ok=True)
    assert _found(_read(folder, "de")[1], "outdated-translation")
    assert not ran.exists()


@pytest.mark.skipif(not shutil.which("git"), reason="git is missing")
def test_a_finished_build_is_asked_again_when_history_has_changed(tmp_path: Path) -> None:
    toml = '[book]\ntitle = "T"\nlanguage = "en"\nchapters = "text/one.md"\n'
    toml += '[translation.de]\nsource = "text-de"\n'
    text = {"text/one.md": "# One\n\nWords.\n", "text-de/one.md": "# Eins\n\nWorte.\n"}
    write_files(tmp_path, {"book.toml": toml, **text})
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", "text-de/one.md", day="2026-10-01")
    _git(tmp_path, "commit", "-qm", "first", day="2026-10-01")
    first = invoke("epub", tmp_path, "--translation", "de")
    assert "S017" in first.output
    assert "is up to date" in invoke("epub", tmp_path, "--translation", "de").output
    _git(tmp_path, "add", ".", day="2026-09-01")
    _git(tmp_path, "commit", "-qm", "second", day="2026-09-01")
    again = invoke("epub", tmp_path, "--translation", "de")
    assert "Wrote" in again.output
    assert "S017" not in again.output


_OTHER = '[book]\ntitle = "T"\nlanguage = "en"\nchapters = ["a/one.md", "b/one.md"]\n'


@pytest.mark.parametrize(
    ("table", "rule", "message"),
    [
        ("[translation.x_y]\nsource = 'de'", "C034", "`x_y` is not a language tag"),
        ("[translation.en]\nsource = 'de'", "C034", "the book itself is in `en`"),
        ("[translation.de]\ntitle = 'D'", "C034", "the translation `de` has no `source`"),
        ("[translation.de]\nsource = '..'", "C034", "`source` is not a folder inside"),
        ("[translation.de]\nsource = '.'", "C034", "is the folder of the book's own text"),
        ("[translation.de]\nsource = 'de'\nuntranslated = 'leave-out'", "C036", "no chapter is"),
    ],
)
def test_what_makes_a_translation_impossible(
    tmp_path: Path, table: str, rule: str, message: str
) -> None:
    text = {"a/one.md": "# One\n\nA.\n", "b/one.md": "# Two\n\nB.\n", "de/x.txt": ""}
    write_files(tmp_path, {"book.toml": f"{_OTHER}\n{table}\n", **text})
    with pytest.raises(BookError) as caught:
        _read(tmp_path, "de")
    assert any(d.rule.code == rule and message in d.message for d in caught.value.diagnostics)


def test_unknown_languages_and_titles_of_parts_that_do_not_fit(tmp_path: Path) -> None:
    toml = '[book]\ntitle = "T"\nlanguage = "en"\n[[part]]\ntitle = "P"\nchapters = "a/one.md"\n'
    toml += '[[part]]\ntitle = "Q"\nchapters = "b/one.md"\n'
    toml += '[translation.pt-BR]\nsource = "pt"\nparts = ["Primeira"]\n'
    text = {"a/one.md": "# One\n\nA.\n", "b/one.md": "# Two\n\nB.\n", "pt/a/one.md": "# Um\n\nA.\n"}
    write_files(tmp_path, {"book.toml": toml, **text})
    book, report = _read(tmp_path, "pt_br")
    assert book.metadata.language == "pt-BR"
    assert [part.title for part in book.parts] == ["Primeira", "Q"]
    assert "part-titles" in rules_of(report)
    # Of two chapters of one name, each has its folder in the translation too.
    assert [c.title for c in book.chapters] == ["Um", "Two"]
    done = invoke("epub", tmp_path, "--translation", "pt")
    assert done.exit_code == 2
    assert "C033" in done.output
    assert "the translations are pt-BR" in done.output


def test_a_book_without_a_list_does_not_take_translations_for_chapters(tmp_path: Path) -> None:
    toml = '[book]\ntitle = "T"\nlanguage = "en"\n[translation.ru]\nsource = "ru"\n'
    text = {"01.md": "# First steps\n\nA.\n", "02.md": "# Second\n\nB.\n"}
    russian = {"ru/01.md": "# Первые шаги\n\nА.\n", "ru/02.md": "# Второе\n\nБ.\n"}
    book, report = load_files(tmp_path, {"book.toml": toml, **text, **russian})
    assert [c.title for c in book.chapters] == ["First steps", "Second"]
    assert rules_of(report) == []
    other, report = _read(tmp_path, "ru")
    assert [c.title for c in other.chapters] == ["Первые шаги", "Второе"]
    # Files that are numbers are named after the titles of the original.
    assert [c.slug for c in other.chapters] == ["first-steps", "second"]


@pytest.mark.slow
def test_languages_that_are_shared_lead_to_each_other(folder: Path) -> None:
    done = invoke("share", folder, "-q")
    assert done.exit_code == 0, done.output
    shared = folder / "dist" / "share"
    place = shared / "translations" / "de"
    assert {path.name for path in place.iterdir()} == {
        *("across-the-fence-de.epub", "across-the-fence-de.pdf", "read")
    }
    page = (shared / "index.html").read_text("utf-8")
    assert '<h3 lang="de" xml:lang="de" dir="ltr">Über den Zaun</h3>' in page
    for target in re.findall(r'href="(translations/[^"]+)"', page):
        assert (shared / target).is_file()
    assert "cloture" not in page
    address = "https://example.org/fence/"
    for read in (shared / "read", place / "read"):
        text = (read / "asking" / "index.html").read_text("utf-8")
        assert re.findall(r'<link rel="alternate" hreflang="(.+?)" href="(.+?)">', text) == [
            ("en", f"{address}read/asking/"),
            ("de", f"{address}translations/de/read/asking/"),
        ]
        home = re.findall(r'href="((?:\.\./)+index\.html)"', text)
        assert any((read / "asking" / h).resolve() == shared / "index.html" for h in home)
    assert "Über den Zaun" in (shared / "opds.xml").read_text("utf-8")
