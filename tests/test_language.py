"""The language of a text, guessed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bookbuilder.text.language import guess_language
from books import load_files

DATA = Path(__file__).parent / "data" / "languages.toml"
SAMPLES = tomllib.loads(DATA.read_text(encoding="utf-8"))


@pytest.mark.parametrize("tag", SAMPLES)
def test_a_sentence_tells_its_language(tag: str) -> None:
    assert guess_language(SAMPLES[tag]) == tag


@pytest.mark.parametrize("tag", SAMPLES)
def test_code_and_addresses_say_nothing(tag: str) -> None:
    code = "```python\nfor the in and_of: return this\n```\n" * 5
    assert guess_language(f"{code}{SAMPLES[tag]} `the and of` https://the.and/of/this") == tag


@pytest.mark.parametrize("text", ["", "# One\n\nText.", "We met a man. A dog. Por favor.", "2026"])
def test_a_few_words_are_taken_for_english(text: str) -> None:
    assert guess_language(text) == "en"


def test_the_author_is_asked_where_nothing_tells(tmp_path: Path) -> None:
    book, report = load_files(tmp_path, {"one.md": f"# Lorem\n\n{SAMPLES['und']}\n"})
    assert book.metadata.language == "und"
    (asked,) = [d for d in report if d.rule.name == "assumed"]
    assert 'write `language = "…"` below [book]' in asked.hint
