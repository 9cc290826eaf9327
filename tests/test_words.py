"""The words that bookbuilder adds are there in every language that it knows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bookbuilder.dialect.syntax.callouts import KINDS
from bookbuilder.text.words import letter, words_for

FOLDER = Path(__file__).parent.parent / "src/bookbuilder/text/languages"
LANGUAGES = sorted(file.stem for file in FOLDER.iterdir())
GERMAN = tomllib.loads((FOLDER / "de.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    words = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    tables = {"letters", "callouts", "plurals"}
    assert words.keys() - tables == GERMAN.keys() - tables
    assert words.get("plurals", GERMAN["plurals"]).keys() == GERMAN["plurals"].keys()
    if language != "en":
        assert words["callouts"].keys() == GERMAN["callouts"].keys()
    assert words["changes"].keys() == GERMAN["changes"].keys()
    every = [(words, name, german) for name, german in GERMAN.items() if isinstance(german, str)]
    every += [(words["changes"], name, german) for name, german in GERMAN["changes"].items()]
    for said, name, german in every:
        assert said[name].count("{}") == german.count("{}"), name
        assert re.fullmatch(r"\S+( \S+)*", said[name]), name


def test_every_kind_of_callout_has_a_title() -> None:
    assert set(KINDS.values()) <= GERMAN["callouts"].keys()


@pytest.mark.parametrize(
    ("tag", "contents"),
    [
        ("de-AT", "Inhalt"),
        ("uk", "Зміст"),
        ("no", "Innhold"),
        ("nn-NO", "Innhold"),
        ("xx", "Contents"),
        ("../de", "Contents"),
        ("", "Contents"),
    ],
)
def test_words_follow_the_tag(tag: str, contents: str) -> None:
    assert words_for(tag).contents == contents


def test_appendices_are_lettered_in_the_alphabet_of_the_language() -> None:
    assert [letter(n, "de") for n in (1, 26, 27)] == ["A", "Z", "AA"]
    assert [letter(n, "el") for n in (1, 3)] == ["Α", "Γ"]


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "Theorem 2.1", "Theorems 2.1"),
        ("hu", "2.1. tétel", "2.1. tétel"),
        ("ja", "定理2.1", "定理2.1"),
        ("tr", "Teorem 2.1", "Teorem 2.1"),
        ("de", "Satz 2.1", "Sätze 2.1"),
    ],
)
def test_numbers_stand_where_the_language_has_them(language: str, one: str, many: str) -> None:
    words = words_for(language)
    assert words.numbered("theorem").format("2.1") == one
    assert words.numbered_many("theorem").format("2.1") == many
