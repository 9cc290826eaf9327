"""The sentences of the shared page are there in every language that has words at all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bookbuilder.share.words import sentences_for

PACKAGE = Path(__file__).parent.parent / "src/bookbuilder"
FOLDER = PACKAGE / "share/languages"
LANGUAGES = sorted(file.stem for file in (PACKAGE / "text/languages").iterdir())
ENGLISH = tomllib.loads((FOLDER / "en.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence(language: str) -> None:
    texts = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    assert list(texts) == list(ENGLISH)
    for key, english in ENGLISH.items():
        assert texts[key].count("{}") == english.count("{}"), key
        assert re.fullmatch(r"\S+( \S+)*", texts[key]), key
        assert "'" not in texts[key], key
        names = (
            r"@kindle\.com|\.kepub\.epub|amazon\.com/sendtokindle|50|200|MathML|OPDS|WCAG 2\.2 AA"
        )
        assert sorted(re.findall(names, texts[key])) == sorted(re.findall(names, english)), key


def test_every_sentence_is_said() -> None:
    code = " ".join(path.read_text("utf-8") for path in (PACKAGE / "share").glob("*.py"))
    barriers = (PACKAGE / "formats/epub/accessibility.py").read_text("utf-8")
    kinds = {"decimal", "paper", "paper_text", "screen", "screen_text", "workbook", "workbook_text"}
    sheets = {"poster", "poster_text", "cards", "cards_text", "kindle", "kobo", "apple"}
    unsaid = {
        key
        for key in ENGLISH.keys() - kinds - sheets
        if f'"{key}"' not in code and f"{key.upper()} = " not in barriers
    }
    assert unsaid == set()


def test_a_language_is_found_by_its_tag() -> None:
    assert sentences_for("de-AT").language == "de"
    assert sentences_for("nn").language == "nb"
    assert sentences_for("../de").is_foreign
    assert sentences_for("de").size(1_500_000) == "1,5\N{NO-BREAK SPACE}MB"
    assert sentences_for("en").size(800) == "1\N{NO-BREAK SPACE}kB"
