"""Things that readers choke on are found in written EPUBs and traced to where they come from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bookbuilder import Report, write
from bookbuilder.checks.built_files import NOT_TRACED, check_built
from bookbuilder.formats.epub.preflight import inspect
from books import load_files
from epub_books import build, full, picture

FONTS = resources.files("bookbuilder").joinpath("fonts")


def found_in(tmp_path: Path, change: Callable[[dict[str, bytes]], None]) -> list[tuple[str, str]]:
    """Return codes and documents of what is found in a sound book once `change` was made."""
    files = build(full(tmp_path), tmp_path).files
    change(files)
    path = tmp_path / "changed" / "book.epub"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    report = Report()
    check_built(path, path.parent, (), report)
    return [
        (found.rule.code, found.span.file.removeprefix("book.epub").removeprefix("/EPUB/"))
        for found in report
        if found.span and found.rule != NOT_TRACED
    ]


def replaced(name: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        before = files[f"EPUB/{name}"]
        files[f"EPUB/{name}"] = before.replace(old.encode(), new.encode(), 1)
        assert files[f"EPUB/{name}"] != before

    return change


def added(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({f"EPUB/{name}": data})


def font(change: Callable[[TTFont], None]) -> bytes:
    out = io.BytesIO()
    with TTFont(io.BytesIO(FONTS.joinpath("NotoSerifHebrew-Bold.ttf").read_bytes())) as made:
        change(made)
        made.save(out)
    return out.getvalue()


def without_licence(made: TTFont) -> None:
    made["name"].names = [n for n in made["name"].names if n.nameID not in (13, 14)]


def closed(made: TTFont) -> None:
    made["OS/2"].fsType = 2


ABOUT_CSS = """<code>:root { --gap: 1em; margin: var(--gap) }</code>, <code>@import "https://e.org";
</code> and <code>background: url(https://e.org/a.png)</code>"""
PROSE = "Der Hund und die Katze sind nicht auf dem Dach, und das ist ein Glück für sich. " * 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda files: None, []),
        (added("styles/x.css", b"p { margin: var(--gap, 1em) }"), [("E009", "styles/x.css")]),
        (added("styles/x.css", b":root { --gap: 1em }"), [("E009", "styles/x.css")]),
        (added("styles/x.css", b".a--b:hover { margin: 0 }"), []),
        (replaced("plain.xhtml", "<p>", '<p style="margin: var(--x)">'), [("E009", "plain.xhtml")]),
        (
            added("x.svg", b"<svg><style>a { fill: var(--x) }</style></svg>"),
            [("E009", "x.svg")],
        ),
        (added("x.svg", b'<svg><rect stroke="var(--x)"/></svg>'), [("E009", "x.svg")]),
        (replaced("plain.xhtml", "No role.", f"About CSS: {ABOUT_CSS}"), []),
        (
            replaced("plain.xhtml", "<p>", '<p><img src="https://example.org/a.png"/>'),
            [("E010", "plain.xhtml")],
        ),
        (replaced("plain.xhtml", "<p>", '<p><a href="https://example.org/">x</a>'), []),
        (added("x.svg", b'<svg><image href="//example.org/a.png"/></svg>'), [("E010", "x.svg")]),
        (added("styles/x.css", b'@import "https://example.org/";'), [("E010", "styles/x.css")]),
        (added("styles/x.css", b"p{background:url(http://e.org/)}"), [("E010", "styles/x.css")]),
        (replaced("content.opf", ">en-GB<", ">English<"), [("E011", "content.opf")]),
        (replaced("content.opf", ">en-GB<", "><"), [("E011", "content.opf")]),
        (replaced("plain.xhtml", "No role.", PROSE), [("E011", "content.opf")]),
        (replaced("plain.xhtml", "<p>", "<!-- a -- b --><p>"), [("E012", "plain.xhtml")]),
        (replaced("plain.xhtml", "No role.", "Long. " * 50_000), [("E013", "plain.xhtml")]),
        (added("images/x.png", picture(4000, 1401, "1")), [("E013", "images/x.png")]),
        (added("images/x.png", picture(4000, 1400, "1")), []),
        (added("images/x.jpg", b"\0" * 5_000_001), [("E013", "images/x.jpg")]),
        (replaced("nav.xhtml", ">Preface</a>", "><em> </em></a>"), [("E015", "preface.xhtml")]),
        (replaced("toc.ncx", "<text>Preface</text>", "<text/>"), [("E015", "preface.xhtml")]),
        (replaced("toc.ncx", "<text>Preface<", "<text> <"), [("E015", "preface.xhtml")]),
        (added("styles/x.ttf", font(lambda made: None)), []),
        (added("styles/x.ttf", font(without_licence)), [("E016", "styles/x.ttf")]),
        (added("styles/x.ttf", font(closed)), [("E016", "styles/x.ttf")]),
        (added("styles/x.ttf", b"no font"), []),
    ],
)
def test_what_readers_choke_on_is_found(
    change: Callable[[dict[str, bytes]], None], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert found_in(tmp_path, change) == expected


def test_a_book_that_is_too_large_to_be_sent_is_found(tmp_path: Path) -> None:
    assert found_in(tmp_path, added("large", b"\0" * 50_000_000)) == [("E014", "")]


@pytest.mark.parametrize(
    ("size", "says"),
    [(50_000_000, []), (50_000_001, ["by e-mail (at most 50)"]), (200_000_001, ["(at most 200)"])],
)
def test_send_to_kindle_has_limits(size: int, says: list[str], tmp_path: Path) -> None:
    build(full(tmp_path), tmp_path)
    with zipfile.ZipFile(tmp_path / "book.epub") as archive:
        found = list(inspect(archive, size))
    assert [f.rule.code for f in found] == ["E014"] * len(says)
    assert all(f.message.endswith(words) for f, words in zip(found, says, strict=True))


AUTHORS = '[book]\ntitle = "T"\nauthors = "A"\nlanguage = "en"\n'
FULL_SIZE = f"{AUTHORS}[epub]\npicture-size = 0\n"
WITH_STYLE = f'{AUTHORS}style = "own.css"\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "book.toml": WITH_STYLE,
                "own.css": "p { margin: 0 }\nh1 { color: var(--ink) }\n",
                "one.md": "# One\n\nWords.\n",
            },
            ("css-variable", "own.css", 2),
        ),
        (
            {
                "book.toml": AUTHORS,
                "one.md": "# One\n\nWords.\n\n![A box](box.svg)\n",
                "box.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
                '<rect width="9" height="9" style="fill: var(--ink)"/></svg>',
            },
            ("active-svg", "one.md", 5),
        ),
        (
            {"book.toml": AUTHORS.replace('"en"', '"English"'), "one.md": "# One\n\nWords.\n"},
            ("wrong-language", "book.toml", 4),
        ),
        (
            {"book.toml": AUTHORS, "one.md": "# One\n\n" + "Words and more.\n" * 20_000},
            ("large-file", "one.md", 0),
        ),
        (
            {
                "book.toml": FULL_SIZE,
                "one.md": "# One\n\nWords.\n\n![A field](field.png)\n",
                "field.png": picture(5000, 2000, "1"),
            },
            ("large-file", "one.md", 5),
        ),
        (
            {
                "book.toml": WITH_STYLE,
                "own.css": 'p { margin: 0 }\n@font-face {\n  src: url("my%20font.ttf");\n}\n',
                "my font.ttf": font(without_licence),
                "one.md": "# One\n\nWords.\n",
            },
            ("unlicensed-font", "own.css", 3),
        ),
    ],
    ids=["style", "drawing", "language", "chapter", "picture", "font"],
)
def test_building_reports_where_it_comes_from(
    files: dict[str, str | bytes], expected: tuple[str, str, int], tmp_path: Path
) -> None:
    book, report = load_files(tmp_path, files)
    write(book, tmp_path / "t.epub", report)
    assert [(d.rule.name, d.span.file, d.span.line) for d in report if d.span] == [expected]


def test_a_language_that_the_text_is_not_in_is_reported_in_book_toml(tmp_path: Path) -> None:
    book, report = load_files(
        tmp_path,
        {"book.toml": '[book]\ntitle = "T"\nlanguage = "en"\n', "one.md": f"# Eins\n\n{PROSE}\n"},
    )
    report = Report()
    write(book, tmp_path / "t.epub", report)
    assert [(d.rule.name, d.span.line) for d in report if d.span] == [("wrong-language", 3)]
