"""Ask hunspell, if it is on this machine, which words its dictionaries lack."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from bookbuilder.runtime.child_process import run_program
from bookbuilder.runtime.limits import Limits, limits_in_force

LONGEST_WORD = 60
"""Ask for no longer words, in characters: hunspell cuts them, and nobody writes them."""
MOST_SUGGESTED = 3
INSTALL_HUNSPELL = (
    "Debian, Ubuntu: `apt install hunspell`, and `hunspell-` with the language for its dictionary,"
    " such as `hunspell-en-gb`; Fedora: `dnf install hunspell hunspell-en`; macOS:"
    " `brew install hunspell`, and dictionaries in ~/Library/Spelling"
)
_BASE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2}|_[a-z]{2})?")
_PLAIN_NAME = re.compile(r"[A-Za-z]{2,3}(?:[_@-][\w]{1,20}){0,3}", re.ASCII)


class NoHunspellError(RuntimeError):
    """Hunspell could not run; the text says why."""


@dataclass(frozen=True)
class Hunspell:
    """The program at `path`, and the dictionaries that it finds."""

    path: str

    @cached_property
    def dictionaries(self) -> tuple[str, ...]:
        """Return the names of all dictionaries, such as `en_GB`."""
        said = self._run("-D").splitlines()
        start = next((n for n, line in enumerate(said) if line.startswith("AVAILABLE")), len(said))
        names = {
            PurePath(line.strip()).name for line in said[start + 1 :] if "/" in line or "\\" in line
        }
        return tuple(sorted(name for name in names if _PLAIN_NAME.fullmatch(name)))

    def unknown(self, words: Collection[str], dictionaries: Sequence[str]) -> set[str]:
        """Return those of `words` that none of `dictionaries` has."""
        said = self._run(
            "-l", *_chosen(dictionaries), given="".join(f"{w}\n" for w in sorted(words))
        )
        return set(said.split()) & set(words)

    def suggestions(
        self, words: Iterable[str], dictionaries: Sequence[str]
    ) -> dict[str, list[str]]:
        """Return what may be meant by each of `words`, none of which the `dictionaries` have."""
        # A caret keeps hunspell from taking the line for a command.
        given = "".join(f"^{word}\n" for word in words)
        found: dict[str, list[str]] = {}
        for line in self._run("-a", *_chosen(dictionaries), given=given).splitlines():
            if line.startswith("& "):
                head, _, listed = line.partition(": ")
                found.setdefault(head.split(" ")[1], listed.split(", ")[:MOST_SUGGESTED])
        return found

    def _run(self, *options: str, given: str = "") -> str:
        limits = limits_in_force() or Limits()
        # Nobody's own list of words, of which other machines know nothing.
        command = [self.path, "-i", "utf-8", "-p", os.devnull, *options]
        try:
            done = run_program(command, limits, given.encode())
        except OSError as error:
            raise NoHunspellError(f"hunspell cannot be run: {error.strerror}") from None
        said = done.stdout.decode("utf-8", "replace")
        if "-D" in options:
            return done.stderr.decode("utf-8", "replace") + said
        if done.returncode:
            why = done.stderr.decode("utf-8", "replace").strip().splitlines()[:1]
            why = why or [f"it ended with code {done.returncode}"]
            raise NoHunspellError(f"hunspell failed: {''.join(why)[:200]}")
        return said


def _chosen(dictionaries: Sequence[str]) -> tuple[str, str]:
    return "-d", ",".join(dictionaries)


def find_hunspell() -> Hunspell:
    """Return the hunspell on the PATH. Raises `NoHunspellError` if there is none."""
    path = shutil.which("hunspell")
    if path is None:
        raise NoHunspellError("hunspell is not installed")
    return Hunspell(path)


def dictionaries_for(tag: str, known: Iterable[str]) -> list[str]:
    """Return those of the dictionaries `known` that are for the language `tag`; none if none is.

    For `en-AU`, where that has none, and for `en`, they are all that there are of English.
    """
    language, *more = tag.replace("_", "-").split("-")
    regions = [part for part in more if re.fullmatch("[A-Za-z]{2}|[0-9]{3}", part)]
    names = {"no": ("nb", "no"), "nn": ("nn",)}.get(language.lower(), (language.lower(),))
    ours = [name for name in known if re.split("[_@-]", name)[0].lower() in names]
    for region in regions[:1]:
        exact = [n for n in ours if n.lower() in {f"{x}_{region.lower()}" for x in names}]
        close = [n for n in ours if re.split("[_@-]", f"{n}_")[1].lower() == region.lower()]
        if exact or close:
            return exact[:1] or close[:1]
    bare = [n for n in ours if n.lower() in names]
    return bare[:1] or [n for n in ours if _BASE.fullmatch(n)] or ours[:1]
