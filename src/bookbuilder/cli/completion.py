"""Offer values to who completes an option with Tab. Nothing here may fail, or print."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Completing = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _offering(values: Callable[[click.Context], Iterable[tuple[str, str]]]) -> Completing:
    def complete(
        context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        try:
            offered = list(values(context))
        except Exception:  # A shell that waits for Tab wants no message.
            return []
        return [CompletionItem(v, help=h) for v, h in offered if v.startswith(incomplete)]

    return complete


def _trims(_context: click.Context) -> Iterable[tuple[str, str]]:
    from bookbuilder.formats.pdf.compose.trim import trim_names

    return ((name, "") for name in trim_names())


def _papers(_context: click.Context) -> Iterable[tuple[str, str]]:
    from importlib import resources

    text = resources.files("bookbuilder").joinpath("profiles", "paper.toml").read_text("utf-8")
    return ((name, "") for name in tomllib.loads(text))


def _rules(_context: click.Context) -> Iterable[tuple[str, str]]:
    from bookbuilder.model.rule_lookup import all_rules

    yield "warnings", "all warnings"
    for rule in all_rules():
        yield rule.name, rule.code


def _parts(context: click.Context) -> Iterable[tuple[str, str]]:
    """Yield the numbers of the parts in book.toml, with their titles."""
    for count, part in enumerate(_book_toml(context).get("part", []), 1):
        yield str(part.get("number", count)), str(part.get("title", ""))


def _editions(context: click.Context) -> Iterable[tuple[str, str]]:
    """Yield the names of the editions in book.toml, with their titles, and those of a PDF."""
    said = dict.fromkeys(("print", "screen"), "")
    with contextlib.suppress(OSError, ValueError):
        named = _book_toml(context).get("edition", {})
        said |= {name: str(edition.get("title", "")) for name, edition in named.items()}
    return said.items()


def _translations(context: click.Context) -> Iterable[tuple[str, str]]:
    """Yield the languages of the translations in book.toml, with their titles."""
    named = _book_toml(context).get("translation", {})
    return [(name, str(said.get("title", ""))) for name, said in named.items()]


def _book_toml(context: click.Context) -> dict[str, Any]:
    from bookbuilder.config import CONFIG_NAME, find_root
    from bookbuilder.config.toml_text import LARGEST_TOML
    from bookbuilder.runtime.files import read_file

    said = context.params.get("directory")
    root = Path(said) if said else find_root(Path.cwd())
    return tomllib.loads(read_file(root / CONFIG_NAME, LARGEST_TOML).decode())


trims, papers, rules, parts, editions, translations = map(
    _offering, (_trims, _papers, _rules, _parts, _editions, _translations)
)
