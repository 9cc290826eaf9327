"""Quotes, dashes and spaces as a careful compositor sets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuilder.dialect import convert
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.typography import QUOTES, set_type
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.serializing import serialize
from books import load_files

NB = "\N{NO-BREAK SPACE}"
NNB = "\N{NARROW NO-BREAK SPACE}"


def typeset(html: str, language: str = "en") -> str:
    tree = parse_fragment(html)
    set_type(tree, language)
    return serialize(tree).removeprefix("<section>").removesuffix("</section>")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('"Yes," she said, "no."', "“Yes,” she said, “no.”"),
        ("\"It's 'so' and 'so',\" he said.", "“It’s ‘so’ and ‘so’,” he said."),
        ('("a") ["b"]', "(“a”) [“b”]"),
        ('"Wait—" she said—"now."', "“Wait—” she said—“now.”"),
        ('"\'Tis late," he said.', "“’Tis late,” he said."),
        ("\"'Why?' he asked.\"", "“‘Why?’ he asked.”"),
        (
            "the '90s, rock 'n' roll, don't, dogs' tails",
            "the ’90s, rock ’n’ roll, don’t, dogs’ tails",
        ),
        ("get 'em; 'cause I said so", "get ’em; ’cause I said so"),
        ("the words 'cause' and 'round'", "the words ‘cause’ and ‘round’"),
        ('6\'2" tall, a 12" disc', '6\'2" tall, a 12" disc'),
        ('"back in 1984"', "“back in 1984”"),
        ("'\"Stop,\" she said,' he wrote.", "‘“Stop,” she said,’ he wrote."),
        ("It was ('\"Halt\"') he said.", "It was (‘“Halt”’) he said."),
        ('"\'"Three," deep,\' he said."', "“‘“Three,” deep,’ he said.”"),
        ('the dogs\' "tails"', "the dogs’ “tails”"),
        ("pages 3--5, so --- well", "pages 3–5, so — well"),
        ("long ago--never mind--so", "long ago—never mind—so"),
        ('"But I--" he said--"so."', "“But I—” he said—“so.”"),
        ("1990--present, May--June, A--Z, $5--$10", "1990–present, May–June, A–Z, $5–$10"),
        ("pp. iv--vi, A4--A5, 2nd--5th", "pp. iv–vi, A4–A5, 2nd–5th"),
        ("Jan. 3--Feb. 5; I--I said mix--dim", "Jan. 3–Feb. 5; I—I said mix—dim"),
        ("'\"Stop at a paragraph's start", "‘“Stop at a paragraph’s start"),
        ("in 1990--never again", "in 1990—never again"),
        ("-- Anon.", "— Anon."),
        (
            "see https://example.org/a--b and www.x.org/c...d",
            "see https://example.org/a--b and www.x.org/c...d",
        ),
        ("say -- well -- this", "say – well – this"),
        ("run it with --force or --no-cache", "run it with --force or --no-cache"),
        ("--force first", "--force first"),
        ("---- and ----- and --> and <!-- stay", None),
        ("well... so.... no.....", "well… so…. no....."),
        ("p. 5, chapter 3, Part 0, Fig. 2", f"p.{NB}5, chapter{NB}3, Part{NB}0, Fig.{NB}2"),
        ("a lone \" and a lone ' stay", None),
    ],
)
def test_english(typed: str, expected: str | None) -> None:
    html = serialize(parse_fragment(f"<p>{typed.replace('<', '&lt;')}</p>"))
    tree = parse_fragment(html)
    set_type(tree, "en-GB")
    assert tree.get_text() == (expected or typed)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "Er sagte: „Das ist ‚so‘.“"),
        ("fr", f"Er sagte: «{NNB}Das ist “so”.{NNB}»"),
        ("es", "Er sagte: «Das ist “so”.»"),
        ("it", "Er sagte: «Das ist “so”.»"),
        ("nl", "Er sagte: “Das ist ‘so’.”"),
        ("sv", "Er sagte: ”Das ist ’so’.”"),
        ("pl", "Er sagte: „Das ist «so».”"),
        ("cs", "Er sagte: „Das ist ‚so‘.“"),
        ("pt-BR", "Er sagte: “Das ist ‘so’.”"),
        ("ja", "Er sagte: \"Das ist 'so'.\""),
        ("ar", "Er sagte: \"Das ist 'so'.\""),
    ],
)
def test_each_language_has_its_quotes(language: str, expected: str) -> None:
    assert typeset("<p>Er sagte: \"Das ist 'so'.\"</p>", language) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("de", "Berlin--Hamburg -- 3--5", "Berlin–Hamburg – 3–5"),
        ("ru", "Он -- врач, 3--5", "Он — врач, 3–5"),
        (
            "es",
            "--Vamos --dijo Juan--. El hombre --mi hermano-- vino.",
            "—Vamos —dijo Juan—. El hombre —mi hermano— vino.",
        ),
        ("es", "--force, con --no-cache y más", "--force, con --no-cache y más"),
        ("ja", "a--b", "a--b"),
    ],
)
def test_each_language_has_its_dashes(language: str, typed: str, expected: str) -> None:
    assert typeset(f"<p>{typed}</p>", language) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("it", 'dell\'"Inferno"', "dell’«Inferno»"),
        ("it", 'dell’"Inferno"', "dell’«Inferno»"),
        ("fr", 'l\'"affaire"', f"l’«{NNB}affaire{NNB}»"),
    ],
)
def test_a_mark_after_an_elision_opens(language: str, typed: str, expected: str) -> None:
    assert typeset(f"<p>{typed}</p>", language) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("zh", "第一行\n第二行，\n第三", "第一行第二行，第三"),
        ("zh", "<b>行</b>\n<a>链</a>\n行", "<b>行</b><a>链</a>行"),
        ("zh", "“好”\n他", "“好”他"),
        ("en", "行\n行", "行行"),
        ("ja", "行\n\U0001f600\n行", "行\U0001f600行"),
        ("zh", "行…\n——行", "行…——行"),
        (
            "zh",
            '行<a class="noteref" href="#n"><sup>1</sup></a>\n行',
            '行<a class="noteref" href="#n"><sup>1</sup></a>行',
        ),
        ("zh", "行\nword\n行", "行\nword\n行"),
        ("ko", "한국어\n한국어", "한국어\n한국어"),
        ("zh", "<pre>行\n行</pre>", "<pre>行\n行</pre>"),
    ],
)
def test_lines_of_wide_characters_are_joined(language: str, typed: str, expected: str) -> None:
    assert typeset(f"<div>{typed}</div>", language) == f"<div>{expected}</div>"


def test_escaped_marks_stay_as_typed() -> None:
    source = Source(Path("x.md"), "x.md", r"5\" and \'so\', \-\-force, \---, \..., \- \. but \"")
    html = convert(source, 0, Report())
    expected = "<p>5\" and 'so', --force, ---, ..., - . but \"</p>"
    assert typeset(html) == expected


def test_french_high_marks_stay_with_their_word() -> None:
    html = "<p>Quoi ? Non ; si ! Ainsi : « oui » à 12 : 30 http://x</p>"
    expected = f"Quoi{NNB}? Non{NNB}; si{NNB}! Ainsi{NB}: «{NNB}oui{NNB}» à 12{NB}: 30 http://x"
    assert typeset(html, "fr") == f"<p>{expected}</p>"


def test_what_stands_before_counts_across_elements_but_not_across_blocks() -> None:
    assert typeset('<p>"<em>So</em>" <em>"so"</em></p>') == "<p>“<em>So</em>” <em>“so”</em></p>"
    assert typeset('<p>"<code>x</code>"</p>') == "<p>“<code>x</code>”</p>"
    assert typeset('<p>a</p><p>"b</p><p>"c"</p>') == "<p>a</p><p>“b</p><p>“c”</p>"
    assert typeset('<ul><li>a<ul><li>"b"</li></ul>"c"</li></ul>') == (
        "<ul><li>a<ul><li>“b”</li></ul>“c”</li></ul>"
    )
    assert typeset('a<br>"b"') == "a<br/>“b”"


def test_the_nearest_language_counts() -> None:
    html = '<p>"a" <span lang="de">"b"</span> <q lang="ja">"c"</q></p>'
    assert typeset(html) == (
        '<p>“a” <span lang="de" xml:lang="de">„b“</span> <q lang="ja" xml:lang="ja">"c"</q></p>'
    )


@pytest.mark.parametrize("name", ["code", "pre", "kbd", "samp", "var", "svg", "math"])
def test_code_and_formulas_are_left_alone(name: str) -> None:
    html = f'<{name}>"a" -- b... it\'s</{name}>'
    assert '"a" -- b... it\'s' in typeset(html)


def test_titles_are_set_wherever_they_are_repeated(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "book.toml": """
[book]
title = "It's a 'book'"
subtitle = "One--two"
[[part]]
title = "It's a part"
chapters = ["one.md", "two.md"]
""",
        "one.md": "# It's `it's`\n",
        "two.md": "---\ntitle: What's 'in' a name\n---\n\nText\n",
    }
    book, _ = load_files(tmp_path, files)
    assert (book.metadata.title, book.metadata.subtitle) == ("It’s a ‘book’", "One—two")
    assert book.parts[0].title == "It’s a part"
    assert [c.title for c in book.chapters] == ["It’s it's", "What’s ‘in’ a name"]


def test_attributes_are_left_alone() -> None:
    html = '<p title="it\'s --- so...">x</p>'
    assert typeset(html) == html


TEXT = st.text(alphabet="ab5 \"'-.,;:!?()«»“”‘’„–—…\n" + NB + NNB, max_size=40)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(TEXT, TEXT, st.sampled_from([*QUOTES, "ja"]))
def test_setting_twice_changes_nothing_more(first: str, second: str, language: str) -> None:
    tree = parse_fragment(f"<p>{first}<em>{second}</em>{first}</p>")
    set_type(tree, language)
    once = serialize(tree)
    set_type(tree, language)
    assert serialize(tree) == once


@settings(max_examples=200, deadline=None)
@given(TEXT, st.sampled_from(list(QUOTES)))
def test_no_letter_is_lost_or_added(text: str, language: str) -> None:
    tree = parse_fragment(f"<p>{text}</p>")
    set_type(tree, language)
    assert [c for c in tree.get_text() if c.isalnum()] == [c for c in text if c.isalnum()]
