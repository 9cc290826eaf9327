"""Make of a book's configuration that of an edition, as `[edition.NAME]` says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bookbuilder.config.schema import Config, EditionConfig, PartConfig
from bookbuilder.config.translations import in_language
from bookbuilder.model.audience import EPUB, FORMATS, PRINT, SCREEN, WORKBOOK, Audience
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import output_name
from bookbuilder.text.suggest import did_you_mean

NO_SUCH_EDITION = Rule(
    "C021",
    "no-such-edition",
    Severity.ERROR,
    "`--edition NAME` takes the name of a table `[edition.NAME]` in book.toml, or `print` or"
    " `screen` for a PDF.",
    is_books_fault=False,
)
BAD_EDITION = Rule(
    "C022",
    "bad-edition-name",
    Severity.ERROR,
    "The name of an edition ends the names of its files, and stands in conditions: it is made of"
    " letters, digits and hyphens. `epub` and `workbook` are names of formats; `[edition.print]`,"
    " `[edition.screen]` and `[edition.web]` are about the PDF for paper, the one for the screen,"
    " and the web pages.",
)
_NAME = rare_pattern(r"\w[\w-]{0,63}")


def settled(config: Config, audience: Audience, report: Report) -> Config:
    """Return `config` as it is for `audience`; report what book.toml has no table for."""
    config = in_language(config, audience.translation, report)
    for name in config.edition:
        if not _NAME.fullmatch(name) or name in (EPUB, WORKBOOK):
            span = config.span_of(f"edition.{name}")
            report.add(BAD_EDITION, f"an edition cannot be called `{name[:80]}`", span)
    chosen = audience.edition
    if chosen and (chosen not in config.edition or chosen in FORMATS):
        known = own_editions(config)
        hint = did_you_mean(chosen, known) or (
            f"the editions are {', '.join(known)}" if known else "book.toml has no [edition.NAME]"
        )
        report.add(NO_SUCH_EDITION, f"there is no edition `{chosen[:80]}`", None, hint)
    kind = audience.format or (SCREEN if config.pdf.edition == SCREEN else PRINT)
    config = dataclasses.replace(
        config, audience=Audience(kind, chosen, config.audience.translation)
    )
    for name in (kind, chosen):
        if said := config.edition.get(name):
            config = _changed(config, said, name)
    return config


def own_editions(config: Config) -> list[str]:
    """Return the names of the editions that are no formats."""
    return [name for name in config.edition if name not in FORMATS]


def holding(config: Config) -> frozenset[str]:
    """Return the names that hold for the book's audience in conditions on editions."""
    chosen = config.audience.edition
    said = config.edition.get(chosen, EditionConfig())
    return frozenset({chosen, *said.conditions} - {""})


def conditions_known(config: Config) -> list[str]:
    """Return the names that conditions on editions may have in this book."""
    more = (name for said in config.edition.values() for name in said.conditions)
    return list(dict.fromkeys((*own_editions(config), *more)))


def _changed(config: Config, said: EditionConfig, name: str) -> Config:
    book = config.book
    changes: dict[str, object] = {}
    moved = dict(config.moved)
    if (said.title or said.subtitle) and book.title:
        # As of the book's other files.
        own = output_name(book.title)
        changes["name"] = book.name.replace("{name}", own) if book.name else own
    for key in ("title", "subtitle", "front", "chapters", "back"):
        if value := getattr(said, key):
            changes[key] = value
            moved[f"book.{key}"] = f"edition.{name}.{key}"
    parts = config.part
    if said.chapters and parts:
        parts = tuple(_shortened(parts, frozenset(said.chapters)))
        in_parts = {chapter for part in parts for chapter in part.chapters}
        changes["chapters"] = tuple(c for c in said.chapters if c not in in_parts)
    if said.style:
        changes["style"] = (*book.style, *said.style)
    pdf = config.pdf
    if said.trim:
        pdf = dataclasses.replace(pdf, trim=said.trim)
        moved["pdf.trim"] = f"edition.{name}.trim"
    changed = dataclasses.replace(book, **changes)  # type: ignore[arg-type]
    listed = dict.fromkeys((*config.not_in_edition, *_listed(config)))
    made = dataclasses.replace(config, book=changed, part=parts, pdf=pdf, moved=moved)
    kept = frozenset(_listed(made))
    left = tuple(path for path in listed if path not in kept)
    return dataclasses.replace(made, not_in_edition=left)


def _listed(config: Config) -> Iterator[str]:
    book = config.book
    yield from (*book.front, *book.chapters, *book.back)
    for part in config.part:
        yield from part.chapters


def _shortened(parts: tuple[PartConfig, ...], kept: frozenset[str]) -> list[PartConfig]:
    """Return those of `parts` that hold chapters of the edition, with the numbers they have."""
    found = []
    for position, part in enumerate(parts, 1):
        if chapters := tuple(name for name in part.chapters if name in kept):
            number = part.number if part.number is not None else position
            found.append(dataclasses.replace(part, chapters=chapters, number=number))
    return found
