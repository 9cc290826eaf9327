"""Write a new book into a folder: files that build at once, and show what bookbuilder can do."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bookbuilder.runtime.files import create_file
from bookbuilder.starter.json_schema import SCHEMA_NAME
from bookbuilder.starter.toml import toml_list, toml_string
from bookbuilder.text.slugs import file_slug

# Files of a new book, and those of `template/` that they are made from: packages drop names that
# begin with a dot.
FILES = {
    "book.toml": "book.toml",
    "chapters/01-a-first-chapter.md": "chapters/01-a-first-chapter.md",
    "chapters/02-pictures-tables-and-notes.md": "chapters/02-pictures-tables-and-notes.md",
    "chapters/03-when-it-becomes-a-book.md": "chapters/03-when-it-becomes-a-book.md",
    "images/README.md": "images/README.md",
    "images/from-text-to-book.svg": "images/from-text-to-book.svg",
    "styles/book.css": "styles/book.css",
    ".gitignore": "gitignore",
    ".editorconfig": "editorconfig",
    ".github/workflows/book.yml": "github/book.yml",
    ".vscode/extensions.json": "vscode/extensions.json",
    ".vscode/settings.json": "vscode/settings.json",
    ".vscode/tasks.json": "vscode/tasks.json",
    ".vscode/book-toml.schema.json": SCHEMA_NAME,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Hold what the author says of a book; what is empty is not known yet."""

    title: str
    author: str
    language: str


def write_new_book(folder: Path, answers: Answers) -> tuple[list[str], list[str]]:
    """Write the files of a new book into `folder`; return the names written, and those kept.

    A file that is there already stays as it is.
    """
    written: list[str] = []
    kept: list[str] = []
    folder_of_files = resources.files("bookbuilder.starter")
    for name, template in FILES.items():
        text = folder_of_files.joinpath("template", template).read_text("utf-8")
        if name == "book.toml":
            text = _filled(text, answers)
        made = create_file(folder / name, text.encode())
        (written if made else kept).append(name)
    return written, kept


def _filled(text: str, answers: Answers) -> str:
    author = f"authors = {toml_list([answers.author])}" if answers.author else '# authors = ["…"]'
    for mark, value in {
        "@TITLE@": toml_string(answers.title),
        "@AUTHORS@": author,
        "@LANGUAGE@": toml_string(answers.language),
        "@NAME@": toml_string(file_slug(answers.title, "book")),
    }.items():
        text = text.replace(mark, value)
    return text
