"""Guess which command is meant by a name that other tools have for it, or that is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# What other tools call it, and what it is here.
COMMANDS = {
    "serve": "preview",
    "server": "preview",
    "start": "preview",
    "dev": "preview",
    "develop": "preview",
    "live": "preview",
    "view": "preview",
    "open": "preview",
    "init": "new",
    "create": "new",
    "create-project": "new",
    "create-book": "new",
    "quickstart": "new",
    "scaffold": "new",
    "render": "build",
    "make": "build",
    "compile": "build",
    "all": "build",
    "export": "build",
    "html": "web",
    "site": "web",
    "website": "web",
    "publish": "share",
    "deploy": "share",
    "gh-deploy": "share",
    "print": "pdf",
    "typeset": "pdf",
    "test": "check",
    "lint": "check",
    "validate": "check",
    "verify": "check",
    "release": "check --release",
    "linkcheck": "check --release --online",
    "spell": "check --spelling",
    "spelling": "check --spelling",
    "spellcheck": "check --spelling",
    "rule": "explain",
    "rules": "explain",
    "why": "explain",
    "info": "doctor",
    "version": "--version",
}
# Options of other tools, and how it is said here.
OPTIONS = {
    "--watch": "bookbuilder watch",
    "-w": "bookbuilder watch",
    "--serve": "bookbuilder preview",
    "--preview": "bookbuilder preview",
    "--live": "bookbuilder preview",
    "--strict": "--deny warnings",
    "--fail-on-warnings": "--deny warnings",
    "--warningiserror": "--deny warnings",
    "--to": "bookbuilder epub, or bookbuilder pdf",
    "--format": "bookbuilder epub, or bookbuilder pdf",
    "--dest-dir": "-o FILE, or `output` in book.toml",
    "--output-dir": "-o FILE, or `output` in book.toml",
    "--large-print": "--large",
    "--2up": "--two-up",
    "--nup": "--two-up",
}


def command_for(name: str, known: Iterable[str]) -> str:
    """Return the command that `name` means; empty if nobody can tell."""
    said = name.lower().lstrip("-")
    near = difflib.get_close_matches(said, list(known), 1)
    return COMMANDS.get(said) or (near[0] if near else "")


def option_for(name: str) -> str:
    """Return what to say instead of an option of other tools; empty if it is not known."""
    return OPTIONS.get(name.partition("=")[0].lower(), "")
