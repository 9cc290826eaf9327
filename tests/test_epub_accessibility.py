"""Accessibility metadata says what the book holds: each claim in both directions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bookbuilder.book import Asset, Book
from bookbuilder.config.schema import Config, EpubConfig
from bookbuilder.formats.epub.writer import write_epub
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.files import write_atomically
from epub_books import build, full, little, picture

CERTIFIED = EpubConfig(certified_by="A Press")
CONFORMANCE = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"


def certified(book: Book) -> Book:
    return replace(book, config=replace(book.config, epub=CERTIFIED))


def test_nobody_claims_conformance_who_is_not_named(tmp_path: Path) -> None:
    package = build(little(), tmp_path)
    assert package.meta("dcterms:conformsTo") == []
    assert package.meta("a11y:certifiedBy") == []
    package = build(certified(little()), tmp_path)
    assert package.meta("a11y:certifiedBy", refines="#conformance") == ["A Press"]
    (claim,) = package.find("content.opf", "//opf:meta[@property='dcterms:conformsTo']")
    assert claim.get("id") == "conformance"


def test_whoever_certifies_a_book_hears_of_its_failures(tmp_path: Path) -> None:
    book = certified(little("<h1>One</h1><table><tr><td>1</td></tr></table>"))
    report = Report()
    write_epub(book, tmp_path / "b.epub", report)
    assert [d.message for d in report if d.rule.code == "E018"] == [
        "the book does not claim to be accessible: some tables have no header cells"
    ]


def test_a_book_with_all_alternatives_conforms(tmp_path: Path) -> None:
    package = build(certified(full(tmp_path)), tmp_path)
    assert package.meta("schema:accessMode") == ["textual", "visual"]
    assert package.meta("schema:accessModeSufficient") == ["textual,visual", "textual"]
    assert {"alternativeText", "MathML"} <= set(package.meta("schema:accessibilityFeature"))
    assert "index" not in package.meta("schema:accessibilityFeature")
    assert package.meta("schema:accessibilityHazard") == ["none"]
    assert package.meta("dcterms:conformsTo") == [CONFORMANCE]
    assert "Every picture has a text alternative." in package.meta("schema:accessibilitySummary")[0]


def test_a_book_without_pictures_is_textual(tmp_path: Path) -> None:
    package = build(certified(little()), tmp_path)
    assert package.meta("schema:accessMode") == ["textual"]
    assert package.meta("schema:accessModeSufficient") == ["textual"]
    assert "MathML" not in package.meta("schema:accessibilityFeature")
    assert package.meta("dcterms:conformsTo") == [CONFORMANCE]


@pytest.mark.parametrize(
    "image",
    [
        '<img src="images/a.png" alt="">',
        '<img src="images/a.png">',
        '<svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>',
    ],
)
def test_one_picture_without_alternative_takes_the_claims_away(image: str, tmp_path: Path) -> None:
    assets = {"images/a.png": Asset("images/a.png", "image/png", picture())}
    described = '<img src="images/a.png" alt="A">'
    book = little(f"<h1>One</h1><p>{described}{image}</p>", assets=assets)
    package = build(certified(book), tmp_path)
    assert package.meta("schema:accessModeSufficient") == ["textual,visual"]
    assert "alternativeText" not in package.meta("schema:accessibilityFeature")
    assert package.meta("dcterms:conformsTo") == []
    said = package.meta("schema:accessibilitySummary")[0]
    assert "Some pictures have no text alternative." in said


def test_a_decorative_picture_needs_no_alternative(tmp_path: Path) -> None:
    assets = {"images/a.png": Asset("images/a.png", "image/png", picture())}
    html = '<h1>One</h1><p>x<img src="images/a.png" alt="" role="presentation"></p>'
    package = build(certified(little(html, assets=assets)), tmp_path)
    assert package.meta("schema:accessMode") == ["textual"]
    assert "alternativeText" in package.meta("schema:accessibilityFeature")
    assert package.meta("dcterms:conformsTo") == [CONFORMANCE]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<table><tr><td>1</td></tr></table>", "no header cells"),
        ('<p><a href="https://example.org/"></a></p>', "no text"),
        ('<p style="color: red">Red</p>', "contrast"),
        ('<p style="background-color: #eee">Grey</p>', "contrast"),
    ],
)
def test_a_known_failure_takes_the_conformance_claim_away(
    html: str, words: str, tmp_path: Path
) -> None:
    package = build(certified(little(f"<h1>One</h1>{html}")), tmp_path)
    assert package.meta("dcterms:conformsTo") == []
    assert words in package.meta("schema:accessibilitySummary")[0]


@pytest.mark.parametrize(
    ("html", "feature"),
    [
        ("<p><math><mi>x</mi></math></p>", "MathML"),
        ("<p><ruby>漢<rt>kan</rt></ruby></p>", "rubyAnnotations"),
    ],
)
def test_a_feature_is_there_only_where_it_is_used(html: str, feature: str, tmp_path: Path) -> None:
    for body, is_claimed in ((html, True), ("<p>x</p>", False)):
        package = build(little(f"<h1>One</h1>{body}"), tmp_path)
        assert (feature in package.meta("schema:accessibilityFeature")) is is_claimed


def test_the_summary_speaks_of_notes_only_where_there_are_any(tmp_path: Path) -> None:
    with_notes = build(full(tmp_path), tmp_path).meta("schema:accessibilitySummary")[0]
    without = build(little(), tmp_path).meta("schema:accessibilitySummary")[0]
    assert "Notes link both ways." in with_notes
    assert "otes" not in without


def test_an_animation_is_an_unknown_hazard(tmp_path: Path) -> None:
    still = Image.new("L", (4, 4))
    moving = picture(
        4, 4, "L", format="GIF", save_all=True, append_images=[still.point(lambda _: 255)]
    )
    html = '<h1>One</h1><p><img src="images/a.gif" alt="A"></p>'
    for data, hazard in ((moving, "unknown"), (picture(4, 4, "L", format="GIF"), "none")):
        assets = {"images/a.gif": Asset("images/a.gif", "image/gif", data)}
        package = build(little(html, assets=assets), tmp_path)
        assert package.meta("schema:accessibilityHazard") == [hazard]


@pytest.mark.parametrize(
    ("css", "claims"),
    [("p { color: red }", []), ("p { color: inherit; margin: 0 }", [CONFORMANCE])],
)
def test_colours_of_the_author_are_not_vouched_for(
    css: str, claims: list[str], tmp_path: Path
) -> None:
    write_atomically(tmp_path / "own.css", css.encode())
    config = Config(tmp_path, epub=replace(CERTIFIED, style=("own.css",)))
    assert build(little(config=config), tmp_path).meta("dcterms:conformsTo") == claims
