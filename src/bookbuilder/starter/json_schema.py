"""Describe book.toml and front matter as JSON Schema, for editors that complete and check keys.

The schemas that come with bookbuilder are made from the dataclasses by `schema_of_book_toml` and
`schema_of_front_matter`, and from the tables of docs/book-toml.md; a test compares them.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any, Literal

from bookbuilder.config.parsing import NOT_KEYS
from bookbuilder.config.schema import AuthorConfig, Config, TitlesConfig
from bookbuilder.reading.front_matter import ROLES, FrontMatter
from bookbuilder.runtime.limits import Limits

SCHEMA_NAME = "book-toml.schema.json"
FRONT_MATTER_NAME = "front-matter.schema.json"
DIALECT = "http://json-schema.org/draft-07/schema#"

# Fields of the dataclasses that are no keys of the files.
_NOT_TYPED = {"is_untitled", "addresses", "length", "data", "levels", "only"}
_NESTED: dict[Any, str] = {TitlesConfig: "[translation.NAME.edition.NAME]"}
# By the names that the tables of the documentation go by, for texts: `[book]` and so on.
Descriptions = Mapping[tuple[str, str], str]


def schema_text() -> str:
    """Return the schema of book.toml, as it comes with bookbuilder."""
    return (
        resources.files("bookbuilder.starter").joinpath("template", SCHEMA_NAME).read_text("utf-8")
    )


def schema_of_book_toml(texts: Descriptions) -> dict[str, Any]:
    """Make the schema of book.toml; `texts` describe a key of a table."""
    hints = typing.get_type_hints(Config)
    names = [f.name for f in dataclasses.fields(Config) if f.name not in NOT_KEYS]
    tables: dict[str, Any] = {}
    for name in names:
        args = typing.get_args(hints[name])
        if typing.get_origin(hints[name]) is Mapping:
            tables[name] = _table_of_names(name, args[1], texts)
            continue
        cls = args[0] if args else hints[name]
        heading = f"[[{name}]]" if args else f"[{name}]"
        table = _table(cls, heading, texts)
        tables[name] = {"type": "array", "items": table} if args else table
    return {
        "$schema": DIALECT,
        "title": "book.toml of bookbuilder",
        "type": "object",
        "additionalProperties": False,
        "properties": tables,
    }


def schema_of_front_matter(texts: Descriptions) -> dict[str, Any]:
    """Make the schema of a chapter's front matter, which may hold other tools' keys, too."""
    hints = typing.get_type_hints(FrontMatter)
    keys = [name for name in hints if name not in _NOT_TYPED]
    heading = "What a chapter says of itself"
    described = {key: _described(_type_of(hints[key], texts), texts, heading, key) for key in keys}
    described["role"]["examples"] = list(ROLES)
    rules = {"type": "array", "items": {"type": "string"}}
    levels = {"type": "object", "properties": dict.fromkeys(("allow", "warn", "deny"), rules)}
    described["lint"] = _described(levels, texts, heading, "lint")
    names = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    kinds = {"type": "object", "properties": dict.fromkeys(("format", "edition"), names)}
    described["only"] = _described({"anyOf": [*names["anyOf"], kinds]}, texts, heading, "only")
    described["draft"] = {"type": "boolean", "description": "The chapter stays out of the book."}
    return {
        "$schema": DIALECT,
        "title": "Front matter of a chapter, for bookbuilder",
        "type": "object",
        "properties": described,
    }


def _table_of_names(name: str, hint: Any, texts: Descriptions) -> dict[str, Any]:
    """Return the schema of a table whose keys authors choose."""
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        each = _table(hint, f"[{name}.NAME]", texts)
    else:
        is_text = hint is str
        each = {"type": ["string", "number"]} if is_text else _type_of(hint, texts)
    return {"type": "object", "properties": {}, "additionalProperties": each}


def _table(cls: type[Any], heading: str, texts: Descriptions) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    keys = {}
    required = []
    for field in dataclasses.fields(cls):
        key = field.name.replace("_", "-")
        said = _described(_type_of(hints[field.name], texts), texts, heading, key)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append(key)
        elif (
            isinstance(field.default, str | int | float)
            and field.default != ""
            and cls is not Limits
        ):
            said["default"] = field.default
        keys[key] = said
    table = {"type": "object", "additionalProperties": False, "properties": keys}
    return table | ({"required": required} if required else {})


def _described(said: dict[str, Any], texts: Descriptions, heading: str, key: str) -> dict[str, Any]:
    text = texts.get((heading, key))
    return said | ({"description": text} if text else {})


def _type_of(hint: Any, texts: Descriptions) -> dict[str, Any]:
    """Return the schema of an annotation, as `config/parsing.py` reads it."""
    args = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        item = _type_of(args[0], texts)
        listed = {"type": "array", "items": item}
        return {"anyOf": [listed, {"type": "string"}]} if args[0] in (str, AuthorConfig) else listed
    if typing.get_origin(hint) is Mapping:
        return {"type": "object", "additionalProperties": _type_of(args[1], texts)}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and hint is not AuthorConfig:
        return _table(hint, _NESTED.get(hint, ""), texts)
    if typing.get_origin(hint) is Literal:
        return {"enum": list(args)}
    if hint is TitlesConfig:
        return _table(TitlesConfig, "[translation.NAME.edition.NAME]", texts)
    if hint is AuthorConfig:
        return {"anyOf": [{"type": "string"}, _table(AuthorConfig, "Authors", texts)]}
    if args:
        if float in args:
            return {"type": "number", "minimum": 0}
        return next(_type_of(arg, texts) for arg in args if arg is not types.NoneType)
    simple: dict[Any, dict[str, Any]] = {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer", "minimum": 0},
        # A date of TOML, or text that reads as one.
        date: {"anyOf": [{"type": "string"}, {"type": "object"}]},
    }
    return dict(simple[hint])
