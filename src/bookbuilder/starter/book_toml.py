"""Write the book.toml of a folder that builds without one, from what was read there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Any

from bookbuilder.book import Book, Person
from bookbuilder.config.schema import AuthorConfig, BookConfig, Config
from bookbuilder.reading.outline import Outline
from bookbuilder.runtime.files import name_of
from bookbuilder.starter.toml import toml_list, toml_string

# What the metadata of a book says as well, which has the guesses too.
_OF_METADATA = ("title", "subtitle", "language", "publisher", "rights", "license", "description")


def book_toml(book: Book, outline: Outline) -> str:
    """Return a book.toml that says what was read of `book`.

    The list of chapters stays where it is, in another tool's file or the order of names: in
    book.toml it would be numbered. It follows as a comment.
    """
    lines = ["#:schema ./.vscode/book-toml.schema.json", "", "[book]"]
    lines += [f"{key} = {value}" for key, value in _keys(book)]
    for table in ("series", "epub", "pdf"):
        said = list(_changed(getattr(book.config, table)))
        if said:
            lines += ["", f"[{table}]", *(f"{key} = {value}" for key, value in said)]
    listed = [name_of(entry.path, book.config.root) for entry in outline.entries]
    lines += ["", "# The chapters, as they are found without a list here:"]
    lines += [f"# {toml_string(name)}" for name in listed]
    return "\n".join(lines) + "\n"


def says_more(config: Config) -> bool:
    """Tell whether another tool's file said of the book what book.toml cannot say."""
    of_site = config.site_variables or config.site_macros
    return bool(of_site or config.hidden_lines or not config.shows_code)


def _keys(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the keys of `[book]` and their values, in the order of the schema."""
    config = dict(_changed(book.config.book))
    for field in dataclasses.fields(BookConfig):
        key = field.name.replace("_", "-")
        if field.name in _OF_METADATA:
            if text := getattr(book.metadata, field.name):
                yield key, toml_string(text)
        elif field.name == "authors":
            if book.metadata.authors:
                yield key, f"[{', '.join(map(_author, book.metadata.authors))}]"
        elif field.name == "subjects" and book.metadata.subjects:
            yield key, toml_list(book.metadata.subjects)
        elif field.name == "bibliography" and book.cited.files:
            yield key, toml_list(book.cited.files)
        elif key in config:
            yield key, config[key]


def _changed(table: Any) -> Iterator[tuple[str, str]]:
    """Yield the keys of a table of the configuration that are not as they are by default."""
    for field in dataclasses.fields(table):
        value = getattr(table, field.name)
        if value != field.default:
            yield field.name.replace("_", "-"), _toml(value)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, AuthorConfig):
        return _author(Person(value.name, value.role, value.file_as))
    return toml_string(str(value))


def _author(person: Person) -> str:
    if person.role == "aut" and not person.file_as:
        return toml_string(person.name)
    said = {"name": person.name, "role": person.role, "file-as": person.file_as}
    pairs = (f"{key} = {toml_string(text)}" for key, text in said.items() if text)
    return f"{{ {', '.join(pairs)} }}"
