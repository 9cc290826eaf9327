"""Ask git about the repository that a book's folder is in.

Nothing that the repository's settings name is run: no hooks, no filters, no monitors, no programs
that look at signatures, and no download of objects that are missing.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bookbuilder.runtime.child_process import run_program
from bookbuilder.runtime.limits import Limits, limits_in_force

SECONDS = 60
_SAFE = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
_SETTINGS = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false")


class GitError(Exception):
    """Something that git cannot say. The message is a sentence without its stop."""


def is_installed() -> bool:
    """Tell whether there is git on this machine."""
    return shutil.which("git") is not None


def ask_git(root: Path, *arguments: str, told: bytes = b"", seconds: int = 0) -> bytes:
    """Return what git answers in the folder `root`; raise `GitError` if it does not.

    It has the time of the limits in force, or `seconds`.
    """
    git = shutil.which("git")
    if git is None:
        raise GitError("git is not installed")
    limits = Limits(seconds=seconds) if seconds else limits_in_force() or Limits(seconds=SECONDS)
    done = run_program([git, "-C", str(root), *_SETTINGS, *arguments], limits, told, _SAFE)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(said[0][:200] if said else "git failed")
    return done.stdout
