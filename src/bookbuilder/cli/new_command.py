"""Define `new`, which starts a book: in a new folder, or where Markdown lies already."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookbuilder.cli.console import no_traceback, unwritable_is_wrong_use
from bookbuilder.cli.shared_options import Options, WrongUse
from bookbuilder.cli.terminal import printable, say, shown

if TYPE_CHECKING:
    from bookbuilder.model.diagnostics import Report
    from bookbuilder.starter.new_book import Answers

BOOK_TOML = "book.toml"


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", metavar="TEXT", help="The title of the book.")
@click.option("--author", metavar="NAME", help="Its author.")
@click.option("--language", metavar="TAG", help="Its language, such as en, en-GB or de.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take what was not said as it comes.")
def new(
    directory: Path, title: str | None, author: str | None, language: str | None, yes: bool
) -> None:
    """Start a book in the folder DIR.

    Asks for title, author and language, and writes a book that builds at once: settings, three
    chapters that show what can be written, and files for editors and GitHub.

    Where DIR holds Markdown already, also that of another tool, only a book.toml is written, with
    what was read there. Nothing is ever overwritten.
    """
    options = Options(directory, None, True, (), False, "full", False, False)
    with no_traceback(options):
        from bookbuilder.starter.adopting import holds_a_book

        if directory.exists() and not directory.is_dir():
            raise WrongUse(f"{shown(directory)} is a file; name a folder for the book")
        if os.path.lexists(directory / BOOK_TOML):
            raise WrongUse(
                f"{shown(directory / BOOK_TOML)} is there already, and stays as it is;"
                f" `bookbuilder build {shown(directory)}` builds the book"
            )
        if directory.is_dir() and holds_a_book(directory.resolve()):
            _describe(options, title, author, language)
            return
        guess = _title_of(directory)
        if not yes:
            title = title or click.prompt("Title", default=guess)
            author = author if author is not None else click.prompt("Author", default="")
            language = language or click.prompt("Language", default=_own_language())
        from bookbuilder.starter.new_book import Answers

        _write(directory, Answers(title or guess, author or "", language or _own_language()))


def _write(folder: Path, answers: Answers) -> None:
    from bookbuilder.starter.new_book import write_new_book

    with unwritable_is_wrong_use(folder / BOOK_TOML):
        written, kept = write_new_book(folder, answers)
    for name in kept:
        say(f"Kept {shown(folder / name)}, which was there")
    there = shown(folder)
    say(f"Wrote {len(written)} files into {there}: the chapters are in {there}/chapters")
    say("")
    for command in ("preview", "build"):
        say(f"  bookbuilder {command:8} {shown(folder)}")


def _describe(
    options: Options, title: str | None, author: str | None, language: str | None
) -> None:
    """Write the book.toml of a folder that holds a book without one."""
    from bookbuilder.cli.running import run

    asked = {"title": title, "author": author, "language": language}

    def work(root: Path, report: Report, said: list[str]) -> None:
        from bookbuilder.starter.adopting import describe

        with unwritable_is_wrong_use(root / BOOK_TOML):
            said += describe(root, {key: text for key, text in asked.items() if text}, report)

    run(work, options)


def _title_of(folder: Path) -> str:
    """Return the name of `folder` as a title: `my-book` is My Book."""
    words = re.split(r"[\s_-]+", printable(folder.resolve().name).strip())
    return " ".join(word[:1].upper() + word[1:] for word in words if word) or "My Book"


def _own_language() -> str:
    """Return the language that this machine speaks, as a tag of BCP 47."""
    said = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(n))), "")
    match = re.match(r"([a-z]{2,3})(?:_([A-Z]{2}))?(?:[.@]|$)", said)
    return "-".join(filter(None, match.groups())) if match else "en"
