"""`bookbuilder changes` tells readers what has changed, and reads old copies of any origin."""

from __future__ import annotations

import io
import random
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuilder import Audience, Report, load, write
from bookbuilder.changes import as_html, changes_since
from bookbuilder.changes.alignment import differences, longest_rising
from bookbuilder.changes.corrections import is_older
from bookbuilder.changes.page import escaped
from books import load_files, rules_of, write_files
from commandline import invoke, run

TOML = """\
[book]
title = "The Book"
name = "the-book"
language = "en"
authors = "A"
version = "{version}"
date = {date}
chapters = [{chapters}]
back = [{back}]
"""


SHORT = '[book]\ntitle = "B"\nlanguage = "{}"\nauthors = "A"\nchapters = ["a.md"]\n'


def text_of(name: str, count: int = 12) -> str:
    """Return paragraphs that no other chapter has."""
    made = random.Random(name)
    words = ["".join(made.choices("aeioubdklmnrst", k=6)) for _ in range(count * 15)]
    return "\n\n".join(" ".join(words[n * 15 :][:15]) + "." for n in range(count))


def toml(version: str, date: str, *chapters: str, back: str = "") -> str:
    listed = ", ".join(f'"{name}"' for name in chapters)
    return TOML.format(version=version, date=date, chapters=listed, back=back)


OLD: dict[str, str | bytes] = {
    "book.toml": toml(
        "1.0", "2026-01-31", *(f"{n}.md" for n in ("pay", "gone", "call", "same", "x"))
    ),
    "pay.md": f"# Pay\n\n{text_of('pay')}\n\nAbout 41 per cent of them stay at a university.\n\n"
    "A team waits for what you give it, and it says so in every meeting of the week.\n\n"
    "Wrong words stand here.\n\n## An old section\n\nIt goes.\n",
    "gone.md": f"# Gone\n\n{text_of('gone')}\n",
    "call.md": f"# A call\n\n{text_of('calls')}\n",
    "same.md": f'# The same\n\n{text_of("sames")}\n\nIt is "quoted" - once[^n].\n\n[^n]: A note.\n',
    "x.md": f"# Moving\n\n{text_of('moves')}\n",
}
NEW: dict[str, str | bytes] = {
    "book.toml": toml(
        "2.0",
        "2026-11-29",
        "x.md",
        "new.md",
        "pay.md",
        "telephone.md",
        "same.md",
        back='"changes.md"',
    ),
    "pay.md": f"# Pay\n\n{text_of('pay')}\n\nAbout 44 per cent of them stay at a university.\n\n"
    "A group waits for what you give it, and it says so in every meeting of the week.\n\n"
    "Right words stand here.\n\n"
    + text_of("additions", 9)
    + "\n\n## A new section\n\nIt has *{{ marks }}* and `[[more]] $1$`.\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\nTable: What it costs\n\n"
    "## Exercise: say it {.exercise}\n\nSay it.\n",
    "new.md": f"# Brand new\n\n{text_of('news')}\n",
    "telephone.md": f"# A telephone call\n\n{text_of('calls')}\n",
    "same.md": f"# The same\n\n{text_of('sames')}\n\nIt is “quoted” – once^[A note.].\n",
    "x.md": OLD["x.md"],
    "changes.md": "# To come\n\nText.\n",
    "errata.toml": "[[erratum]]\nplace = 'pay'\nwas = 'Wrong words stand'\n"
    "is = 'Right words stand'\nsince = '1.5'\nfound-by = 'Ana *Lima*'\n"
    "[[erratum]]\nplace = 'pay'\nwas = 'before'\nis = '44 per cent'\nsince = '0.9'\n",
}
PAGE = """\
---
slug: what-changed
numbered: false
---

# What changed since your copy

<!-- Written by `bookbuilder changes`, which may write it again. -->

- Your copy: Version 1.0, 2026-01-31
- This copy: Version 2.0, 2026-11-29

## Corrections

- *Pay*: "Wrong words stand" → "Right words stand" (found by Ana \\*Lima\\*)

## Chapters

- New: 2. *Brand new*
- New: *To come*
- Removed: *Gone*
- New title: *A call* → 4. *A telephone call*
- Moved: *Moving*, 5 → 1
- Reworded: 1 / 6

## In the chapters

### 3. *Pay*

- New sections: "A new section"
- New tables: "What it costs"
- New exercises: "Exercise: say it"
- Removed: "An old section"
- "About 41 per cent of them stay …" → "About 44 per cent of them stay …"
- "A team waits for what you give …" → "A group waits for what you give …"
- "Wrong words stand here." → "Right words stand here."
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the EPUB of the old version, beside its folder."""
    folder = tmp_path_factory.mktemp("old")
    write_files(folder / "book", OLD)
    write(load(folder / "book", report=Report()), folder / "old.epub")
    return folder / "old.epub"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_files(tmp_path / "book", NEW)


def assert_error(code: str, said: str, *args: str | Path) -> None:
    result = invoke("changes", *args)
    assert result.exit_code == 2, result.output
    assert f"error[{code}]" in result.stderr
    assert said in " ".join(result.stderr.split())


def test_the_page_tells_corrections_chapters_and_passages(old: Path, book: Path) -> None:
    result = invoke("changes", old, book, "--most", "3", "-q")
    assert result.exit_code == 0, result.output
    head, _, tail = result.stdout.partition("- and ")
    assert head == PAGE
    assert tail == "9 more\n"


def test_an_older_folder_is_compared_as_its_epub_is(old: Path, book: Path) -> None:
    from_epub = invoke("changes", old, book).stdout
    assert invoke("changes", old.with_name("book"), book).stdout == from_epub
    assert from_epub.count("### ") == 1


def test_the_page_is_a_chapter_that_is_not_compared_itself(old: Path, book: Path) -> None:
    page = book / "changes.md"
    assert invoke("changes", old, book, "-o", page).exit_code == 2
    assert page.read_text("utf-8") == NEW["changes.md"]
    page.unlink()
    (book / "book.toml").write_text(str(NEW["book.toml"]).replace("back", "# back"), "utf-8")
    assert invoke("changes", old, book, "-o", page).exit_code == 0
    (book / "book.toml").write_text(str(NEW["book.toml"]), "utf-8")
    result = invoke("changes", old, book, "-o", page)
    assert result.exit_code == 0, result.output
    assert "[Pay](<pay.md>)" in page.read_text("utf-8")
    built = load(book, report=(report := Report()))
    assert rules_of(report) == []
    tree = built.back[0].tree
    assert "To come" not in tree.get_text()
    assert {a["href"] for a in tree.find_all("a")} == {"#x", "#new", "#pay", "#telephone"}
    assert (
        "“About 41 per cent of them stay …” → “About 44 per cent of them stay …”" in tree.get_text()
    )
    assert "Nothing has changed" in invoke("changes", book, book).stdout


def test_the_page_is_html_for_other_pages(old: Path, book: Path) -> None:
    found = changes_since(old.read_bytes(), load(book, report=Report()), Report())
    page = as_html(found, "en-GB", most=3)
    assert page.startswith("<section><h1>What changed since your copy</h1>")
    assert (
        "<li><em>Pay</em>: “Wrong words stand” → “Right words stand” (found by Ana *Lima*)" in page
    )
    assert "<!--" not in page
    assert "id=" not in page


@pytest.mark.attack("running something by a repository")
def test_a_tag_is_read_without_what_the_repository_would_run(book: Path, tmp_path: Path) -> None:
    def git(*args: str) -> str:
        done = subprocess.run(["git", "-C", tmp_path, *args], check=True, capture_output=True)
        return done.stdout.decode().strip()

    git("init", "-q")
    git("config", "user.name", "A")
    git("config", "user.email", "a@b.c")
    for name in [p.name for p in book.iterdir()]:
        (book / name).unlink()
    write_files(book, OLD)
    (book / "link.md").symlink_to("/etc/passwd")
    git("add", "-A")
    git("commit", "-qm", "old")
    git("tag", "v1.0")
    write_files(book, NEW)
    ran = tmp_path / "ran"
    git("config", "filter.x.smudge", f"touch {ran}; cat")
    git("config", "core.fsmonitor", f"touch {ran}; false")
    (tmp_path / ".gitattributes").write_text("*.md filter=x\n", "utf-8")
    result = invoke("changes", "v1.0", book, "--most", "3")
    assert result.exit_code == 0, result.output
    assert result.stdout.partition("- and ")[0] == PAGE
    assert not ran.exists()
    assert_error("E021", "git knows no tag or commit `v9`", "v9", book)
    assert_error("E021", "neither a file nor a name", "--", "--upload-pack=x", book)
    # Objects that are missing would be downloaded, by a program that the settings name.
    name = git("rev-parse", "v1.0:book/x.md")
    (tmp_path / ".git" / "objects" / name[:2] / name[2:]).unlink()
    git("config", "core.repositoryformatversion", "1")
    git("config", "extensions.partialClone", "far")
    git("config", "remote.far.promisor", "true")
    git("config", "remote.far.url", f"ext::touch {ran}")
    git("config", "protocol.ext.allow", "always")
    git("config", "protocol.allow", "always")
    for name in [p.name for p in book.iterdir()]:
        (book / name).unlink()
    write_files(book, {name: text for name, text in NEW.items() if name != "x.md"})
    assert_error("E021", "", "v1.0", book)
    assert not ran.exists()


def test_without_git_or_a_repository_a_finding_says_so(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(book.parent))
    assert_error("E021", "book is in no git repository", "v1.0", book)
    monkeypatch.setenv("PATH", "")
    assert_error("E021", "git is not installed", "v1.0", book)


def epub(*documents: tuple[str, str], more: dict[str, bytes] | None = None) -> bytes:
    """Return an EPUB 2 as other tools make them."""
    items = "".join(
        f'<item id="i{n}" href="Text/{name}" media-type="application/xhtml+xml"/>'
        for n, (name, _) in enumerate(documents)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(documents)))
    points = "".join(
        f"<navPoint><navLabel><text>{title}</text></navLabel>"
        f"<content src='Text/{name}'/></navPoint>"
        for name, title in (("a.html", "One"), ("c.html", "Three"))
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        )
        package.writestr(
            "OPS/book.opf",
            '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Other</dc:title>'
            f"</metadata><manifest>{items}"
            '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
            f'<spine toc="ncx">{spine}</spine></package>',
        )
        package.writestr("OPS/toc.ncx", f"<ncx><navMap>{points}</navMap></ncx>")
        for name, body in documents:
            package.writestr(
                f"OPS/Text/{name}",
                '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd">'
                f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head>{body}</html>',
            )
        for name, content in (more or {}).items():
            package.writestr(name, content)
    return data.getvalue()


def test_an_epub_of_another_tool_is_compared(tmp_path: Path) -> None:
    data = epub(
        (
            "a.html",
            "<body><h2>One</h2><p>It&nbsp;has twelve&hellip; things, they said.</p></body>",
        ),
        ("b.html", "<body><p>A file of the same chapter, cut off where it was long.</p></body>"),
        (
            "c.html",
            "<body><div><div>A third chapter without any heading.</div></div></body>",
        ),
    )
    (tmp_path / "other.epub").write_bytes(data)
    files = {
        "one.md": "# One\n\nIt has ten… things, they said.\n\n"
        "A file of the same chapter, cut off where it was long.\n",
        "three.md": "# Drei\n\nA third chapter without any heading.\n",
    }
    write_files(tmp_path / "book", files)
    page = invoke("changes", tmp_path / "other.epub", tmp_path / "book").stdout
    assert "- Your copy: Other\n" in page
    assert "- New title: *Three* → " in page
    assert '- "It has twelve… things, they said." → "It has ten… things, they said."\n' in page
    assert "New: " not in page
    assert "Removed: " not in page


BOMB = ("a.html", f"<body>{' ' * 17_000_000}</body>")
TEXT = "<body><h1>One</h1><p>Text.</p></body>"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 ", "compare with the EPUB of that version"),
        (b"Text.", "is no EPUB"),
        (b"PK\x03\x04" + bytes(99), "old.epub cannot be read"),
        (epub(("a.html", TEXT))[:-90], "old.epub cannot be read"),
        (epub(("a.html", "<body><p>Text</body>")), "is not XML"),
        (epub(BOMB), "takes 17,"),
        (
            epub(("a.html", TEXT), more={"META-INF/encryption.xml": b"<x>OPS/Text/a.html</x>"}),
            "locked by the shop",
        ),
        (epub(), "lists no documents"),
    ],
)
def test_a_copy_that_cannot_be_read_is_a_finding(
    tmp_path: Path, book: Path, data: bytes, said: str
) -> None:
    (tmp_path / "old.epub").write_bytes(data)
    assert_error("E021", said, tmp_path / "old.epub", book)


@pytest.mark.attack("limits and growth")
def test_entities_and_depth_take_nothing(tmp_path: Path, book: Path) -> None:
    path = tmp_path / "old.epub"
    data = epub(("a.html", TEXT))
    laughs = b'<!DOCTYPE x [<!ENTITY a "' + b"l" * 99 + b'">]><package>&a;</package>'
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in members.items():
            package.writestr(name, laughs if name.endswith(".opf") else content)
    assert_error("E021", "declares entities", path, book)
    deep = "<body>" + "<div>" * 50_000 + "Text." + "</div>" * 50_000 + "</body>"
    path.write_bytes(epub(("a.html", deep), ("b.html", TEXT)))
    result = invoke("changes", path, book)
    assert result.exit_code == 0, result.output


def test_another_book_is_a_finding(tmp_path: Path, old: Path) -> None:
    write_files(tmp_path / "book", {"else.md": f"# Other\n\n{text_of('nothing')}\n"})
    result = invoke("changes", old, tmp_path / "book")
    assert result.exit_code == 0
    assert "warning[E022]" in result.stderr


@pytest.mark.parametrize("identifier", ["", 'identifier = "urn:isbn:9783161484100"\n'])
def test_a_copy_of_another_edition_is_a_finding(tmp_path: Path, identifier: str) -> None:
    folder, old = tmp_path / "book", tmp_path / "old.epub"
    page = folder / "changes.md"
    book = f"{SHORT.format('en')}{identifier}[edition.teacher]\ntitle = 'For teachers'\n"
    text = f"# One\n\n{text_of('one', 3)}\n\n[Secret words.]{{.only edition=teacher}}\n"
    write_files(folder, {"book.toml": book, "a.md": text})
    assert invoke("epub", folder, "--edition", "teacher", "-o", old).exit_code == 0
    result = invoke("changes", old, folder)
    assert "warning[E022]: old.epub is of the edition `teacher`" in result.stderr
    assert invoke("changes", old, folder, "--deny", "other-book").exit_code == 1
    # The page of an edition is for that edition alone.
    write_files(folder, {"a.md": text.replace("Secret", "Other secret")})
    result = invoke("changes", old, folder, "--edition", "teacher", "-o", page)
    assert (result.exit_code, "E022" in result.stderr) == (0, False), result.stderr
    assert 'only: "teacher"' in page.read_text("utf-8")
    write_files(folder, {"book.toml": book.replace('"a.md"', '"a.md", "changes.md"')})
    assert [chapter.title for chapter in load(folder).chapters] == ["One"]
    teachers = load(folder, audience=Audience(edition="teacher"))
    assert [chapter.title for chapter in teachers.chapters][1:] == ["What changed since your copy"]


def test_the_page_is_in_the_language_of_the_book(tmp_path: Path) -> None:
    files = {"book.toml": SHORT.format("de")}
    write_files(tmp_path / "a", {**files, "a.md": "# Eins\n\nEs sind 12 Dinge in der Liste.\n"})
    write_files(tmp_path / "b", {**files, "a.md": "# Eins\n\nEs sind 13 Dinge in der Liste.\n"})
    page = invoke("changes", tmp_path / "a", tmp_path / "b").stdout
    assert "# Was sich seit Ihrem Exemplar geändert hat\n" in page
    assert '- "Es sind 12 Dinge in der Liste." → "Es sind 13 Dinge in der Liste."\n' in page


def test_scripts_without_blanks_are_quoted_by_letters(tmp_path: Path) -> None:
    files = {"book.toml": SHORT.format("ja")}
    text = "# 章\n\n大学に残る人は四割であると私たちは考えていますが確かではありません。\n"
    write_files(tmp_path / "a", {**files, "a.md": text})
    write_files(tmp_path / "b", {**files, "a.md": text.replace("四", "三")})
    page = invoke("changes", tmp_path / "a", tmp_path / "b").stdout
    assert '"… に残る人は四割であると …" → "… に残る人は三割であると …"' in page


def test_the_file_has_to_be_markdown(old: Path, book: Path) -> None:
    result = run("changes", str(old), str(book), "-o", str(book / "page.epub"))
    assert result.returncode == 2
    assert "does not end in .md" in result.stderr


def test_versions_are_compared_by_their_numbers() -> None:
    assert is_older("1.9", "1.10")
    assert is_older("v1", "1.0.1")
    assert not is_older("2.0.0", "2.0")
    assert is_older("first", "second")
    assert not is_older("first", "first")


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdef")))
def test_differences_turn_one_list_into_the_other(old: list[str], new: list[str]) -> None:
    made: list[str] = []
    at = 0
    for stretch in differences(old, new):
        made += old[at : stretch.old_start]
        made += new[stretch.new_start : stretch.new_end]
        at = stretch.old_end
    assert made + old[at:] == new


def test_long_lists_that_repeat_themselves_are_aligned_without_comparing_all() -> None:
    old = [*(["x"] * 20_000), "once", *(["y"] * 20_000)]
    new = [*(["y"] * 20_000), "once", *(["x"] * 20_000)]
    assert list(differences(old, new)) == [(0, 20_000, 0, 20_000), (20_001, 40_001, 20_001, 40_001)]


@given(st.lists(st.integers(0, 30), unique=True))
def test_the_longest_rising_part_rises(numbers: list[int]) -> None:
    places = longest_rising(numbers)
    assert places == sorted(places)
    rising = [numbers[place] for place in places]
    assert rising == sorted(rising)
    assert len(rising) >= (1 if numbers else 0)


@pytest.mark.parametrize(
    "text",
    [
        *("*a* _b_ `c`", "[a](b) [[c]] [d][e] ![f](g)", "<b>x</b> &amp; &lt;", "{{ a }} {.b}"),
        *("{% c %}", "$x$ $$y$$", ":smile: a:b", "# no", "1. no", "- no", "+ no", "> no", "~~x~~"),
        *("^a^ | a | b |", "==x== ++y++ %%z%%", "@fig-x #tag", "https://example.org/a", "a\\b"),
        *("::: note", "!!! x", "^[note]", "[^1]", "=> a", "http://a.b", "www.example.org"),
        *("\\newpage", "// x", ":::", "a *", "{{< x >}}", "(c) x"),
    ],
)
def test_quoted_text_is_shown_as_it_is(tmp_path: Path, text: str) -> None:
    chapter = f'# One\n\n- "{escaped(text)}" → b\n'
    book, report = load_files(tmp_path, {"book.toml": SHORT.format("en"), "a.md": chapter})
    assert rules_of(report) == []
    item = next(book.chapters).tree.find("li")
    assert item is not None
    shown = " ".join(item.get_text().split())
    assert shown == f"“{text}” → b"
    assert not item.find_all(["em", "strong", "code", "sub", "sup", "del", "mark", "math", "b"])
