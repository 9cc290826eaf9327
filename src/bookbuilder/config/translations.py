"""Make of a book's configuration that of a translation, as `[translation.NAME]` says."""

from __future__ import annotations

import dataclasses

from bookbuilder.config.schema import AuthorConfig, Config, PartConfig, TranslationConfig
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.files import is_folder, is_inside
from bookbuilder.text.language import is_language
from bookbuilder.text.slugs import output_name
from bookbuilder.text.suggest import did_you_mean

NO_SUCH_TRANSLATION = Rule(
    "C033",
    "no-such-translation",
    Severity.ERROR,
    "`--translation NAME` takes the name of a table `[translation.NAME]` in book.toml, which is the"
    " tag of a language: `de`, `pt-BR`.",
    is_books_fault=False,
)
BAD_TRANSLATION = Rule(
    "C034",
    "bad-translation",
    Severity.ERROR,
    "The name of a translation is the BCP 47 tag of another language than the book's, and its"
    " `source` is a folder inside the book's that holds the translated chapters and no others. A"
    " book that is translated has a `title` and a `language` in [book], since both are in the files"
    " of its translations.",
)
PART_TITLES = Rule(
    "C035",
    "part-titles",
    Severity.WARNING,
    "`parts` of a translation has a title for each part of the book, in their order. Parts without"
    " one keep the title that they have in the book's own language.",
)

TRANSLATOR = "trl"
_TAKEN_OVER = ("title", "rights", "subjects", "cover", "workbook", "authors")
# In the book's own language, these would be wrong.
_OWN_ONLY = ("subtitle", "description", "identifier")


def in_language(config: Config, name: str, report: Report) -> Config:
    """Return `config` as it is for the translation `name`; the book itself in its own language."""
    for tag, said in config.translation.items():
        _check(config, tag, said, report)
    plain = name.casefold().replace("_", "-")
    if plain in ("", config.book.language.casefold()):
        return config
    tags = {tag.casefold(): tag for tag in config.translation}
    chosen = tags.get(plain)
    if chosen is None:
        hint = did_you_mean(name, tags.values()) or (
            f"the translations are {', '.join(tags.values())}"
            if tags
            else "book.toml has no [translation.NAME]"
        )
        message = f"there is no translation `{name[:80]}`"
        report.add(NO_SUCH_TRANSLATION, message, None, hint)
        return config
    changed = _changed(config, chosen, config.translation[chosen])
    if config.part:
        with_titles_of_parts([part.title for part in config.part], changed, report)
    return changed


def languages_of(config: Config) -> list[str]:
    """Return the languages that the book is translated into."""
    return list(config.translation)


def with_titles_of_parts(parts: list[str], config: Config, report: Report) -> list[str] | None:
    """Return the titles that a translation gives to `parts`; None if it is none, or has none."""
    said = config.translated
    if said is None or not said.parts:
        return None
    if len(said.parts) != len(parts):
        span = config.span_of(f"translation.{config.audience.translation}.parts")
        message = f"`parts` has {len(said.parts)} titles, and the book has {len(parts)} parts"
        report.add(PART_TITLES, message, span, "write one for each part")
    return [*said.parts[: len(parts)], *parts[len(said.parts) :]]


def _check(config: Config, tag: str, said: TranslationConfig, report: Report) -> None:
    """Report what makes a translation impossible."""

    def wrong(message: str, hint: str = "", key: str = "") -> None:
        dotted = f"translation.{tag}.{key}" if key else f"translation.{tag}"
        report.add(BAD_TRANSLATION, message, config.span_of(dotted), hint)

    book = config.book
    if not is_language(tag):
        likely = tag.replace("_", "-")
        hint = f"did you mean `{likely}`?" if is_language(likely) else ""
        wrong(f"`{tag[:80]}` is not a language tag", hint)
    elif tag.casefold() == book.language.casefold():
        wrong(f"the book itself is in `{tag}`", "name the language that it is translated into")
    for key in ("title", "language"):
        if not getattr(book, key):
            wrong(f"a book that is translated needs a `{key}`", f"write `{key} = …` below [book]")
    folder = config.translated_texts.get(tag)
    if folder is None:
        hint = f'write `source = "chapters-{tag[:20]}"`'
        wrong(f"the translation `{tag[:80]}` has no `source`", hint)
    elif not (is_inside(folder, *config.folders) and is_folder(folder)):
        wrong(f"`source` is not a folder inside the book's: `{said.source[:200]}`", "", "source")
    elif is_inside(config.text_folder, folder):
        hint = "put the translated chapters into a folder of their own"
        wrong(f"`{said.source[:200]}` is the folder of the book's own text", hint, "source")


def _changed(config: Config, tag: str, said: TranslationConfig) -> Config:
    book = config.book
    changes: dict[str, object] = {"language": tag}
    moved = dict(config.moved) | {"book.language": f"translation.{tag}"}
    for key in (*_TAKEN_OVER, *_OWN_ONLY):
        value = getattr(said, key)
        if value or key in _OWN_ONLY:
            changes[key] = value
            moved[f"book.{key}"] = f"translation.{tag}.{key}"
    authors = said.authors or book.authors
    changes["authors"] = (*authors, *map(_as_translator, said.translators))
    changes["style"] = (*book.style, *said.style)
    own = (book.name or "{name}").replace("{name}", output_name(book.title))
    is_others = said.name.casefold() in ("", own.casefold())
    changes["name"] = f"{own}-{tag}" if is_others else said.name
    moved["book.name"] = f"translation.{tag}.name"
    editions = {
        name: dataclasses.replace(edition, title=titles.title, subtitle=titles.subtitle)
        if (titles := said.edition.get(name))
        # Better the translation's title than one in the book's own language.
        else dataclasses.replace(edition, title="", subtitle="")
        for name, edition in config.edition.items()
    }
    return dataclasses.replace(
        config,
        book=dataclasses.replace(book, **changes),  # type: ignore[arg-type]
        part=_translated_parts(config.part, said),
        edition=editions,
        variables={**config.variables, **said.variables},
        audience=dataclasses.replace(config.audience, translation=tag),
        moved=moved,
        original=book,
    )


def _as_translator(person: AuthorConfig) -> AuthorConfig:
    return dataclasses.replace(person, role=TRANSLATOR) if person.role == "aut" else person


def _translated_parts(
    parts: tuple[PartConfig, ...], said: TranslationConfig
) -> tuple[PartConfig, ...]:
    """Return the parts of book.toml under their titles in the other language."""
    below = (*said.part_subtitles, *[""] * len(parts))
    titled = zip(parts, said.parts, below, strict=False)
    made = [dataclasses.replace(part, title=one, subtitle=two) for part, one, two in titled]
    return (*made, *parts[len(made) :])
