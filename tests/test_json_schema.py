"""The schemas that editors read say what the dataclasses and the documentation say."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bookbuilder.starter.json_schema import (
    FRONT_MATTER_NAME,
    SCHEMA_NAME,
    schema_of_book_toml,
    schema_of_front_matter,
    schema_text,
)

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src/bookbuilder/starter/template"
DOCUMENT = (ROOT / "docs/book-toml.md").read_text("utf-8")


def descriptions() -> dict[tuple[str, str], str]:
    """Return what the tables of book-toml.md say of each key, as plain text."""
    found = {}
    for heading, section in re.findall(r"(?ms)^#+ (.*?)\n(.*?)(?=^#+ |\Z)", DOCUMENT):
        named = re.search(r"(?m)^\| key \|(.*)$", section)
        at = (
            [cell.strip() for cell in named[1].split("|")].index("what it does")
            if named and "what it does" in named[1]
            else 0
        )
        for key, row in re.findall(r"(?m)^\| `([\w-]+)` \|(.*)\|$", section):
            text = row.split("|")[at].strip()
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
            found[heading.strip("`"), key] = text[:1].upper() + text[1:]
    return found


SCHEMAS = {SCHEMA_NAME: schema_of_book_toml, FRONT_MATTER_NAME: schema_of_front_matter}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_bundled_schema_is_that_of_the_code(name: str, request: pytest.FixtureRequest) -> None:
    wanted = json.dumps(SCHEMAS[name](descriptions()), indent=1, ensure_ascii=False) + "\n"
    if request.config.getoption("--accept"):
        (FOLDER / name).write_text(wanted, encoding="utf-8")
    assert (FOLDER / name).read_text(encoding="utf-8") == wanted


def test_every_key_is_described() -> None:
    schema = json.loads(schema_text())
    tables = [t.get("items", t) for t in schema["properties"].values()]
    bare = [k for t in tables for k, said in t["properties"].items() if "description" not in said]
    assert bare == []


def faults(toml: str) -> list[str]:
    checker: Any = jsonschema.Draft7Validator(json.loads(schema_text()))
    data = json.loads(json.dumps(tomllib.loads(toml), default=lambda value: {"date": str(value)}))
    return [error.message for error in checker.iter_errors(data)]


def test_the_schema_accepts_what_bookbuilder_does() -> None:
    example = re.findall(r"(?s)```toml\n(.*?)```", DOCUMENT)[0]
    assert faults(example) == []
    assert faults((ROOT / "book.toml").read_text("utf-8")) == []
    assert faults('[book]\nauthors = "Ada"\nstyle = "a.css"\ndate = "2026"') == []


@pytest.mark.parametrize(
    "toml",
    [
        '[book]\ntitel = "A"',
        "[book]\ntitle = 3",
        "[pdf]\nmarks = 1",
        '[pdf]\nopenings = "left"',
        '[[part]]\nsubtitle = "No title"',
        "[pdf]\npages = -1",
    ],
)
def test_the_schema_refuses_what_bookbuilder_refuses(toml: str) -> None:
    assert faults(toml) != []
