"""A folder of files is written as one, and nothing of anybody else is replaced or deleted."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bookbuilder.runtime.folders import LIST, NotOursError, write_folder

pytestmark = pytest.mark.attack("writing")

ONE = {"index.html": b"one", "a/index.html": b"a", "images/x.png": b"x"}
TWO = {"index.html": b"two", "b/index.html": b"b", "images/x.png": b"x"}


def files_in(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found if p.name != LIST}


def test_a_folder_is_replaced_by_another(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "pages"
    write_folder(folder, ONE)
    assert files_in(folder) == ONE
    listed = (folder / LIST).read_text("utf-8").splitlines()
    assert f"{hashlib.sha256(b'a').hexdigest()}  a/index.html" in listed
    write_folder(folder, TWO)
    assert files_in(folder) == TWO
    assert not (folder / "a").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["pages"]


def test_what_somebody_else_put_there_stays(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write_folder(folder, ONE)
    (folder / "CNAME").write_bytes(b"book.example")
    (folder / "a" / "own.txt").write_bytes(b"mine")
    (folder / "link").symlink_to(tmp_path)
    write_folder(folder, TWO)
    (folder / "link").unlink()
    assert files_in(folder) == {**TWO, "CNAME": b"book.example", "a/own.txt": b"mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_a_file_that_somebody_changed_is_not_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write_folder(folder, ONE)
    (folder / "a" / "index.html").write_bytes(b"changed by hand")
    (folder / "images" / "x.png").unlink()
    write_folder(folder, TWO)
    assert files_in(folder) == {**TWO, "a/index.html": b"changed by hand"}


@pytest.mark.parametrize(
    ("name", "written"),
    [("notes.txt", False), ("b/index.html", True), ("b", True), ("index.html/x", False)],
)
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, name: str, written: bool) -> None:
    folder = tmp_path / "pages"
    if written:
        write_folder(folder, ONE)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"mine")
    before = files_in(folder)
    with pytest.raises(NotOursError):
        write_folder(folder, TWO)
    assert files_in(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_a_link_in_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "pages", tmp_path / "outside"
    write_folder(folder, ONE)
    outside.mkdir()
    (outside / "index.html").write_bytes(b"a")  # as in the list, with the same digest
    (folder / "a" / "index.html").unlink()
    (folder / "a").rmdir()
    (folder / "a").symlink_to(outside)
    with pytest.raises(NotOursError):
        write_folder(folder, ONE)
    write_folder(folder, TWO)
    assert (outside / "index.html").read_bytes() == b"a"


def test_a_forged_list_deletes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (tmp_path / "secret").write_bytes(b"s")
    write_folder(folder, ONE)
    digest = hashlib.sha256(b"s").hexdigest()
    names = ("../secret", str(tmp_path / "secret"), "a/../../secret", ".")
    (folder / LIST).write_text("".join(f"{digest}  {name}\n" for name in names), "utf-8")
    (folder / "index.html").unlink()
    write_folder(folder, {"c.html": b"c"})
    assert (tmp_path / "secret").read_bytes() == b"s"
    assert files_in(folder) == {"a/index.html": b"a", "images/x.png": b"x", "c.html": b"c"}


@pytest.mark.parametrize("with_others", [False, True])
@pytest.mark.parametrize("nth", range(8))
def test_a_failure_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, with_others: bool
) -> None:
    folder = tmp_path / "pages"
    write_folder(folder, ONE)
    if with_others:
        (folder / "CNAME").write_bytes(b"book.example")
    others = {"CNAME": b"book.example"} if with_others else {}
    before = (folder / LIST).read_bytes()
    calls = 0

    def failing(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            nonlocal calls
            calls += 1
            if calls == nth + 1:
                raise KeyboardInterrupt
            return real(*args)

        return call

    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "unlink"):
            patched.setattr(Path, name, failing(getattr(Path, name)))
        try:
            write_folder(folder, TWO)
        except KeyboardInterrupt:
            found = files_in(folder), (folder / LIST).read_bytes() == before
            assert found in ((ONE | others, True), (TWO | others, False))
    write_folder(folder, TWO)
    assert files_in(folder) == TWO | others
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


WRITER = """
import sys
from pathlib import Path
from bookbuilder.runtime.folders import write_folder
while True:
    for text in (b"one", b"two"):
        names = [f"{n}/index.html" for n in range(30)]
        write_folder(Path(sys.argv[1]), {name: text for name in names})
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="files are locked in another way")
def test_a_writer_killed_at_any_moment_leaves_a_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    moments = random.Random(7)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)])
        end = time.monotonic() + 60
        while not folder.exists() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.5 + moments.random() / 3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        texts = set(files_in(folder).values())
        assert texts in ({b"one"}, {b"two"})
        assert len(files_in(folder)) == 30
    write_folder(folder, ONE)
    assert files_in(folder) == ONE
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]
