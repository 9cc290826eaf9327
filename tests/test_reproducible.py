"""The same book gives the same bytes, wherever, whenever and by whichever process it is built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bookbuilder import load, write

EXECUTABLE = Path(sys.executable).with_name("bookbuilder")

CHAPTER = """\
# Chapter {n}

Words with a note[^a], a ==highlight==, `code`, a [link](chapter-{other}.md) and "quotes".

[^a]: The note.

> [!note] A callout
> With text.

![A square](square.png "A square")

| a | b |
|---|---|
| 1 | 2 |

```python
print("hello")
```
"""

BUILDS = [
    ("here", {"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C"}),
    (
        "another folder/déjà vu",
        {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "4242", "LC_ALL": "C.UTF-8"},
    ),
]


def write_book(folder: Path, mtime: int) -> None:
    """Write the same book each time, its files of another age and made in another order."""
    folder.mkdir(parents=True)
    settings = '[book]\ntitle = "Twice"\nname = "twice"\nauthors = ["A", "B"]\nlanguage = "en"\n'
    (folder / "book.toml").write_text(settings, encoding="utf-8")
    numbers = [1, 2, 3] if mtime % 2 else [3, 1, 2]
    for n in numbers:
        text = CHAPTER.format(n=n, other=n % 3 + 1)
        (folder / f"chapter-{n}.md").write_text(text, encoding="utf-8")
    Image.new("RGB", (40, 40), "gray").save(folder / "square.png")
    for path in folder.iterdir():
        os.utime(path, (mtime, mtime))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["epub"], "twice.epub"),
        (["pdf"], "twice.pdf"),
        (["pdf", "--booklet"], "twice-booklet.pdf"),
        (["cover", "--pages", "80"], "twice-cover.pdf"),
    ],
)
def test_two_builds_give_the_same_bytes(arguments: list[str], name: str, tmp_path: Path) -> None:
    built = []
    for number, (place, settings) in enumerate(BUILDS):
        folder = tmp_path / place
        write_book(folder, mtime=1_000_000_000 + number * 86_401)
        # Each with a cache of its own, or the second would be the first, remembered.
        own = settings | {"XDG_CACHE_HOME": str(tmp_path / f"cache-{number}")}
        env = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"} | own
        subprocess.run([EXECUTABLE, *arguments], cwd=folder, env=env, check=True, timeout=120)
        built.append((folder / "dist" / name).read_bytes())
    assert built[0] == built[1]


def test_a_second_build_in_place_changes_nothing(tmp_path: Path) -> None:
    write_book(tmp_path / "book", mtime=1_000_000_000)
    target = tmp_path / "book/dist/twice.epub"
    built = []
    for _ in range(2):
        write(load(tmp_path / "book"), target)
        built.append(target.read_bytes())
    assert built[0] == built[1]
