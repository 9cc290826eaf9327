"""Stylesheets: the theme's keeps out of the reader's way, the author's are made safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuilder.config.schema import BookConfig, Config, EpubConfig
from bookbuilder.formats.epub.writer import write_epub
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.runtime.files import write_atomically
from epub_books import HOSTILE_CSS, build, little, picture


def test_an_authors_stylesheet_follows_the_themes_and_is_cleaned(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a/own.css", HOSTILE_CSS.encode())
    write_atomically(tmp_path / "a/paper.png", picture())
    write_atomically(tmp_path / "second.css", b".z { margin: 2em }")
    config = Config(
        tmp_path, book=BookConfig(style=("a/own.css",)), epub=EpubConfig(style=("second.css",))
    )
    report = Report()
    package = build(little(config=config), tmp_path, report)
    sheets = ["styles/epub.css", "styles/author-1.css", "styles/author-2.css"]
    assert package.find("one.xhtml", "//x:link/@href") == sheets
    css = package.files["EPUB/styles/author-1.css"].decode()
    assert "".join(css.split()) == (
        "p{margin:0;}.a{background-image:url(paper.png);}.b{padding:0;}.c{}.d{}.e{}.f{}"
        ".g{}.h{}@media(min-width:40em){.j{margin:1em;}}"
        '.k::before{content:"a;b"!important;}.l{margin:0;}.m{}'
        '.n{cursor:-webkit-image-set(url("paper.png")1x);}'
        '@namespacex"https://example.org/ns";'
    )
    assert package.files["EPUB/styles/paper.png"] == picture()
    assert ".z" in package.files["EPUB/styles/author-2.css"].decode()
    assert [(d.rule.code, d.span.line) for d in report if d.span] == [
        ("E007", 2),
        ("E007", 4),
        ("E008", 6),
        ("E008", 7),
        ("E008", 8),
        ("E008", 9),
        ("E008", 10),
        ("E007", 11),
        ("E007", 12),
        ("E007", 13),
        ("E008", 14),
        ("E008", 16),
        ("E008", 17),
    ]


@pytest.mark.parametrize(
    ("name", "data"), [("no.css", None), ("../up.css", b"p {}"), ("l1.css", b"\xe9")]
)
def test_a_stylesheet_that_cannot_be_read_is_an_error(
    name: str, data: bytes | None, tmp_path: Path
) -> None:
    root = tmp_path / "book"
    root.mkdir()
    if data is not None:
        write_atomically(root / name, data)
    config = Config(root, book=BookConfig(style=(name,)))
    with pytest.raises(BookError, match="E006"):
        write_epub(little(config=config), tmp_path / "book.epub", Report())


def test_the_theme_keeps_out_of_the_readers_way(tmp_path: Path) -> None:
    css = build(little(), tmp_path).files["EPUB/styles/epub.css"].decode()
    for forbidden in ("var(", "--", "direction:", "rgb", "#", "@import", "url("):
        assert forbidden not in css, forbidden
    declarations = [line.strip() for line in css.splitlines() if ":" in line]
    fonts = [d for d in declarations if d.startswith(("font-size", "line-height"))]
    assert fonts
    assert [d for d in fonts if "px" in d or "pt" in d] == []
    colours = {d for d in declarations if d.startswith(("color:", "background"))}
    assert colours == {"color: inherit;", "background-color: transparent;"}


def test_a_stylesheet_for_print_alone_leaves_nothing_behind(tmp_path: Path) -> None:
    write_atomically(tmp_path / "own.css", b"@page { size: A5 }\n")
    package = build(little(config=Config(tmp_path, epub=EpubConfig(style=("own.css",)))), tmp_path)
    assert [name for name in package.manifest() if name.endswith(".css")] == ["styles/epub.css"]
