"""Take a book's folder as it was at a tag or commit out of its git repository.

Objects are read one by one, so that no filter which the repository's settings name is run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bookbuilder.runtime.files import create_file, is_inside
from bookbuilder.runtime.git import GitError, ask_git, is_installed

MOST_FILES = 20_000
MOST_BYTES = 100_000_000
LARGEST_FILE = 50_000_000

_NAME = re.compile(r"[\w@][\w./@^~{}+-]{0,199}")
_FILE_MODES = (b"100644", b"100755")


@dataclass(frozen=True, slots=True)
class _File:
    path: PurePosixPath
    name: str
    size: int


def is_revision(name: str) -> bool:
    """Tell whether something can be the name of a tag, a branch or a commit."""
    return bool(_NAME.fullmatch(name)) and ".." not in name


def take_out(root: Path, revision: str, target: Path) -> Path:
    """Write the folder `root` as it was at `revision` below `target`; return where it is.

    With it comes what else the repository holds, if that is not too much: a book may use it.
    Raises `GitError`.
    """
    if not is_installed():
        raise GitError("git is not installed, so a tag or commit cannot be read")
    if not is_revision(revision):
        raise GitError(f"`{revision[:80]}` is neither a file nor a name that git knows")

    def ask(*arguments: str, told: bytes = b"") -> bytes:
        return ask_git(root, *arguments, told=told)

    try:
        prefix = ask("rev-parse", "--show-prefix").decode("utf-8", "replace").strip()
    except GitError as error:
        if "not a git repository" in str(error):
            raise GitError(f"{root.name} is in no git repository") from None
        raise
    try:
        commit = ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except GitError:
        raise GitError(f"git knows no tag or commit `{revision[:80]}`") from None
    name = commit.decode().strip()
    tree = ask("ls-tree", "-r", "-l", "-z", "--full-tree", name)
    files = _listed(tree)
    if len(files) > MOST_FILES or sum(file.size for file in files) > MOST_BYTES:
        files = [file for file in files if file.path.is_relative_to(prefix)]
    if len(files) > MOST_FILES or sum(file.size for file in files) > MOST_BYTES:
        raise GitError(f"the folder has too many or too large files at `{revision[:80]}`")
    _write(files, ask("cat-file", "--batch", told=_names(files)) if files else b"", target)
    return target / prefix


def _listed(tree: bytes) -> list[_File]:
    """Return the ordinary files of a tree. Links, which may lead anywhere, are left out."""
    files = []
    for line in tree.split(b"\0"):
        described, _, path = line.partition(b"\t")
        mode, _, rest = described.partition(b" ")
        if mode not in _FILE_MODES:
            continue
        _kind, name, size = rest.split()
        found = PurePosixPath(path.decode("utf-8", "surrogateescape"))
        if size.isdigit() and int(size) <= LARGEST_FILE and ".git" not in found.parts:
            files.append(_File(found, name.decode(), int(size)))
    return files


def _names(files: list[_File]) -> bytes:
    return "".join(f"{file.name}\n" for file in files).encode()


def _write(files: list[_File], answer: bytes, target: Path) -> None:
    """Write the files of git's answer: for each a line that ends with its size, and its bytes."""
    at = 0
    for file in files:
        end = answer.find(b"\n", at)
        head = answer[at:end].split()
        if end < 0 or len(head) != 3 or not head[2].isdigit():
            raise GitError("an object is missing in the repository")
        start = end + 1
        at = start + int(head[2]) + 1
        path = target / file.path
        if is_inside(path, target):
            create_file(path, answer[start : at - 1])
