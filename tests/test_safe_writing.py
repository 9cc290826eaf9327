"""Whatever happens while a book is written: the old file or the new one, whole, and no other."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from bookbuilder.cli import main
from bookbuilder.runtime.files import write_atomically
from books import write_files

pytestmark = pytest.mark.attack("writing")

KILLS = 50
CACHES = ("pages", "finished", "made-pictures", "chapters", "colours")
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")
posix = pytest.mark.skipif(os.name != "posix", reason="files are locked in another way")


def build_in_background(folder: Path, output: Path) -> subprocess.Popen[bytes]:
    command = [str(BOOKBUILDER), "epub", str(folder), "-o", str(output)]
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(scratch)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def title_in(output: Path) -> str:
    """Return the title in an EPUB, which must be whole."""
    with zipfile.ZipFile(output) as package:
        assert package.testzip() is None
        opf = next(name for name in package.namelist() if name.endswith(".opf"))
        return (
            package.read(opf).decode().partition("<dc:title")[2].partition("<")[0].partition(">")[2]
        )


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_build_killed_at_any_moment_leaves_the_old_file_or_the_new(
    tmp_path: Path, how: signal.Signals
) -> None:
    folder = write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})
    output = tmp_path / "out" / "book.epub"
    moments = random.Random(5)
    last = ""
    # The longest that a build has taken, so that moments are spread over all of it on any machine.
    longest = 1.0
    for number in range(KILLS // 2):
        title = f"Title {number}"
        write_files(folder, {"book.toml": f'[book]\ntitle = "{title}"\n'})
        with build_in_background(folder, output) as running:
            try:
                running.wait(moments.uniform(0, longest * 1.2))
                longest *= 0.8
            except subprocess.TimeoutExpired:
                running.send_signal(how)
                longest *= 1.1
        if output.exists():
            found = title_in(output)
            assert found in (title, last)
            last = found
    with build_in_background(folder, output) as running:
        assert running.wait() == 0
    assert list(output.parent.iterdir()) == [output]


def test_what_another_build_is_writing_stays_and_what_one_left_goes(tmp_path: Path) -> None:
    abandoned = tmp_path / ".bookbuilder-abc.tmp"
    abandoned.write_bytes(b"half")
    seen: list[list[str]] = []
    replace = Path.replace

    def while_writing(self: Path, target: Path) -> Path:
        if not seen:
            seen.append(sorted(path.name for path in tmp_path.iterdir()))
            write_atomically(tmp_path / "two", b"2")
        return replace(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", while_writing)
        write_atomically(tmp_path / "one", b"1")
    assert abandoned.name not in seen[0]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "one": b"1",
        "two": b"2",
    }


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_leaves_the_last_good_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    folder = write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})
    output = tmp_path / "out.epub"
    output.write_bytes(b"good")

    def fail(*_: object) -> None:
        if failing == "fsync":
            raise OSError(errno.ENOSPC, "No space left on device")
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os if failing == "fsync" else Path, failing, fail)
    result = CliRunner().invoke(main, ["epub", str(folder), "-o", str(output)])
    monkeypatch.undo()
    assert result.exit_code == 2
    assert "No space left" in result.output or "open in another program" in result.output
    assert output.read_bytes() == b"good"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book", "out.epub"]


@pytest.mark.slow
@posix
def test_a_limit_on_the_size_of_files_is_a_full_disk(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})
    output = tmp_path / "out.epub"
    output.write_bytes(b"good")
    command = f"ulimit -f 4; exec {BOOKBUILDER} epub {folder} -o {output}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert f"cannot write {output}: File too large" in done.stderr
    assert output.read_bytes() == b"good"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book", "out.epub"]


@pytest.mark.slow
def test_two_builds_at_once_both_end_well(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})
    output = tmp_path / "out.epub"
    builds = [build_in_background(folder, output) for _ in range(2)]
    assert [build.wait() for build in builds] == [0, 0]
    assert title_in(output) == "One"
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.slow
def test_nothing_is_written_but_the_output_and_the_users_cache(tmp_path: Path) -> None:
    text = "# One\n\nText.\n\n```python\na = 1\n```\n\n## Do {.exercise}\n\nIt.\n"
    write_files(tmp_path, {"book/one.md": text, "home/a": "a", "elsewhere/a": "a", "scratch/a": ""})
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    environment = {
        **os.environ,
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "home/cache"),
        "TMPDIR": str(tmp_path / "scratch"),
    }
    for command in ("build", "workbook", "cover", "check"):
        subprocess.run(
            [BOOKBUILDER, command, "../book"],
            cwd=tmp_path / "elsewhere",
            env=environment,
            check=True,
            capture_output=True,
        )
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    new = {path.relative_to(tmp_path).as_posix() for path in after.keys() - before.keys()}
    own = tuple(f"home/cache/bookbuilder/{name}/" for name in CACHES)
    kept = {name for name in new if name.startswith(own)}
    assert {name.split("/")[3] for name in kept} == set(CACHES)
    outputs = [f"book/dist/one{end}" for end in (".epub", ".pdf", "-workbook.pdf", "-cover.pdf")]
    # Fontconfig keeps lists of the machine's fonts.
    rest = {name for name in new - kept if not name.startswith("home/cache/fontconfig/")}
    assert rest == set(outputs)
