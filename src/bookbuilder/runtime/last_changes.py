"""Find out when files were changed last: by the history of their repository, or by the disk.

A clone gives every file the time at which it was made, so in a repository only its history counts,
and the disk for files that differ from it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct

from bookbuilder.runtime.files import LARGEST_TEXT, changed_at, is_there, read_file
from bookbuilder.runtime.git import GitError, ask_git, is_installed
from bookbuilder.runtime.limits import LimitHit
from bookbuilder.runtime.seen import recorded

SECONDS = 20
_COMMIT = b"\x01"


class Change(Struct, frozen=True):
    """When a file was changed last: the `day`, and the `second` since 1970.

    `is_committed` tells whether git's history says so.
    """

    day: date
    second: float
    is_committed: bool = False


def last_changes(root: Path, paths: Sequence[Path], *folders: Path) -> dict[Path, Change]:
    """Return when each of `paths` was changed last, as far as that is known.

    Nothing is known in a repository that git cannot read, or whose history is cut short.
    """
    by_git = _from_history(root, paths)
    if by_git is None:
        return {}
    found = {}
    for path, (digest, said) in by_git.items():
        day, _, second = said.partition(" ")
        if said and digest in _digests(path, folders):
            found[path] = Change(date.fromisoformat(day), float(second), is_committed=True)
        elif at := changed_at(path, *folders):
            found[path] = Change(datetime.fromtimestamp(at, UTC).date(), at)
    return found


def _from_history(root: Path, paths: Sequence[Path]) -> dict[Path, tuple[str, str]] | None:
    """Return the digest of each file's last commit, and when that was; empty without history.

    None if there is a history that cannot be read.
    """
    answer = history_of(root, list(paths))
    if answer == _UNKNOWN:
        return None
    lines = dict(line.split("\t", 1) for line in answer.splitlines())
    found = {}
    for path in paths:
        digest, _, said = lines.get(_relative(path, root), "").partition(" ")
        found[path] = digest, said
    return found


_UNKNOWN = "?"


@recorded
def history_of(root: Path, paths: Sequence[Path]) -> str:
    """Return a line for each of `paths` in git's history: `NAME`, a tab, digest, day, second.

    It is recorded, as a commit may change what is said of a book none of whose files it changes.
    """
    if not is_installed():
        return _UNKNOWN if is_there(root / ".git") else ""
    folders = sorted({_relative(path.parent, root) for path in paths})
    try:
        if (
            ask_git(root, "rev-parse", "--is-shallow-repository", seconds=SECONDS).strip()
            != b"false"
        ):
            return _UNKNOWN
    except (GitError, LimitHit) as error:
        return "" if "not a git repository" in str(error) else _UNKNOWN
    try:
        ask_git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", seconds=SECONDS)
    except (GitError, LimitHit):
        return ""  # Nothing is committed yet.
    try:
        tree = ask_git(root, "ls-tree", "-r", "-z", "HEAD", "--", *folders, seconds=SECONDS)
        log = ask_git(
            *(root, "log", "--no-ext-diff", "--no-textconv", "--no-renames", "--relative", "-z"),
            *("--name-only", "--date=short", "--format=%x01%cd %ct", "HEAD", "--", *folders),
            seconds=SECONDS,
        )
    except (GitError, LimitHit):
        return _UNKNOWN
    digests = dict(_digests_in(tree))
    latest: dict[str, str] = {}
    for name, said in _changes_in(log):
        if name in digests and int(said.split()[1]) > int(latest.get(name, "- -1").split()[1]):
            latest[name] = said
    asked = {_relative(path, root) for path in paths}
    lines = (f"{n}\t{digests[n]} {said}" for n, said in sorted(latest.items()) if n in asked)
    return "\n".join(line for line in lines if line.count("\n") == 0)


def _digests_in(tree: bytes) -> Iterator[tuple[str, str]]:
    for line in tree.split(b"\0"):
        described, _, name = line.partition(b"\t")
        if name:
            yield os.fsdecode(name), described.split()[2].decode()


def _changes_in(log: bytes) -> Iterator[tuple[str, str]]:
    """Yield the files of each commit in git's answer, with the day and second of the commit."""
    said = ""
    for piece in log.replace(b"\n", b"\0").split(b"\0"):
        if piece.startswith(_COMMIT):
            said = piece[1:].decode("ascii", "replace")
        elif piece and said:
            yield os.fsdecode(piece), said


def _digests(path: Path, folders: Sequence[Path]) -> Mapping[str, None]:
    """Return the names that git may have for the text that a file has now."""
    try:
        data = read_file(path, LARGEST_TEXT, folders)
    except OSError:
        return {}
    found: dict[str, None] = {}
    # On Windows, git may end lines otherwise than in its history.
    for text in (data, data.replace(b"\r\n", b"\n")):
        blob = b"blob %d\0" % len(text) + text
        for kind in (hashlib.sha1, hashlib.sha256):
            found[kind(blob, usedforsecurity=False).hexdigest()] = None
    return found


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()
