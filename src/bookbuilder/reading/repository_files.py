"""Tell the files of a repository, such as its licence, from chapters that nobody has listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.reading.listed_files import named
from bookbuilder.runtime.files import is_file, name_of

REPOSITORY_FILE = Rule(
    "B015",
    "repository-file",
    Severity.NOTE,
    "Files such as CONTRIBUTING, LICENSE, CHANGELOG or `_sidebar.md` are about a repository or a"
    " site, and `x.excalidraw.md` is a drawing. They are no chapters, unless a list of chapters"
    " names them.",
)

# In any letters and any folder: nobody calls a chapter that.
_ANYWHERE = re.compile(
    r"code[-_ ]of[-_ ]conduct|pull[-_ ]request[-_ ]template|issue[-_ ]template|404"
    r"|_sidebar|_navbar|_coverpage|_footer|_404|.{1,200}\.excalidraw",
    re.IGNORECASE,
)
# In capitals: `security.md` may well be a chapter, `SECURITY.md` is not.
_IN_CAPITALS = re.compile(
    r"CONTRIBUTING|CHANGELOG|CHANGES|RELEASES?|RELEASE[-_]NOTES|HISTORY|SECURITY|SUPPORT|GOVERNANCE"
    r"|MAINTAINERS|MAINTAINING|CODEOWNERS|AUTHORS|CONTRIBUTORS|FUNDING|ROADMAP|TODO|INSTALL|COPYING"
    r"|(?:UN)?LICEN[CS]ES?(?:[-_.][\w.-]{1,40})?|NOTICE|CLAUDE|AGENTS|GEMINI|CITATION"
)
# What a program made, or takes for its templates; the packages of a program.
_FOLDERS = frozenset(
    ("_site", "_book", "_includes", "_layouts", "_templates", "node_modules", "venv", ".venv")
)
# `README.zh-CN.md`, `README_de.md`: the README in another language.
_TRANSLATED = re.compile(r"README[._-](?:[a-z]{2}|[a-z]{2}[-_][A-Za-z]{2,4})|README[._-]CN")
# In the book's own folder, in small letters too.
_AT_HOME = re.compile(
    r"(?:contributing|changelog)(?:[._-][a-z]{2}(?:[-_][a-z]{2,4})?)?"
    r"|licen[cs]e(?:[-_.](?:\d[\w.]{0,10}|code|docs|text|mit|apache|cc[\w.-]*))?"
    r"|copying|maintainers|codeowners",
    re.IGNORECASE,
)


def is_repository_file(path: Path, home: Path) -> bool:
    """Return whether `path`, in the book's folder `home`, is about a repository by its name."""
    stem = path.stem
    return bool(
        _ANYWHERE.fullmatch(stem)
        or _IN_CAPITALS.fullmatch(stem)
        or (path.parent == home and _AT_HOME.fullmatch(stem))
        or (_TRANSLATED.fullmatch(stem) and is_file(path.with_name(f"README{path.suffix}")))
        or ".github" in path.parts
        or (path.is_relative_to(home) and not _FOLDERS.isdisjoint(path.relative_to(home).parts))
    )


def without_repository_files(paths: Sequence[Path], config: Config, report: Report) -> list[Path]:
    """Return those of `paths` that are chapters, and report the others in one note.

    If nothing else is there, they are the book.
    """
    homes = (config.root, config.text_folder)
    others = [p for p in paths if any(is_repository_file(p, home) for home in homes)]
    if not others or len(others) == len(paths):
        return list(paths)
    names = [name_of(path, config.root) for path in others]
    verb = "belong to the repository, so they are" if len(names) > 1 else "is the repository's, so"
    message = f"{named(names)} {verb} left out"
    hint = f"to bring one in, list the chapters in {CONFIG_NAME}"
    report.add(REPOSITORY_FILE, message, Span(names[0]), hint)
    left = set(others)
    return [path for path in paths if path not in left]
