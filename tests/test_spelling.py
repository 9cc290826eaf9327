"""`check --spelling`: words that no dictionary has, with a hunspell that knows a few words."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from bookbuilder.checks.spelling import words_in
from bookbuilder.runtime.hunspell import dictionaries_for
from books import write_files
from commandline import SETTINGS, invoke

# Lists dictionaries, and knows the words that its folder has for each of them.
HUNSPELL = """\
#!{python}
import pathlib, sys
words = pathlib.Path(__file__).parent / "dictionaries"
arguments = sys.argv[1:]
if "-D" in arguments:
    print("AVAILABLE DICTIONARIES (path is not mandatory for -d option):", file=sys.stderr)
    for path in sorted(words.iterdir()):
        print(path, file=sys.stderr)
    sys.exit(1)
chosen = arguments[arguments.index("-d") + 1].split(",")
known = {{w for name in chosen for w in (words / name).read_text("utf-8").split()}}
for line in sys.stdin.read().splitlines():
    if "-a" in arguments and line == "^recieve":
        print("& recieve 2 1: receive, relieve")
    elif "-l" in arguments and line not in known and line.lower() not in known:
        print(line)
"""
ENGLISH = """\
One Two Small A the we is of it and receive letter letters see word words not colour says said
"""


@pytest.fixture
def hunspell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a hunspell on the PATH; return the folder of its dictionaries."""
    folder = write_files(
        tmp_path / "bin",
        {
            "dictionaries/en_GB": ENGLISH,
            "dictionaries/fr_FR": "l'homme le mot homme jour aujourd'hui",
            "hunspell": HUNSPELL.format(python=sys.executable),
        },
    )
    (folder / "hunspell").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "dictionaries"


def found(folder: Path, *options: str) -> list[dict[str, Any]]:
    result = invoke("check", folder, "--spelling", "--message-format", "json", *options)
    assert result.exit_code in (0, 1), result.output
    return [json.loads(line) for line in result.stderr.splitlines()]


def a_book(folder: Path, one: str, settings: str = "", **more: str) -> Path:
    language = SETTINGS.replace('language = "en"', 'language = "en-GB"')
    texts = {"book.toml": language + settings, "one.md": one, "two.md": "# Two\n\nA word.\n"}
    return write_files(folder, texts | {f"{name}.md": text for name, text in more.items()})


def test_unknown_words_are_gathered_with_their_place_and_what_is_meant(
    hunspell: Path, tmp_path: Path
) -> None:
    text = "# One\n\nWe `recieve` *rec*ieve the “letter’s” recieve.\n\n```\nrecieve zork\n```\n"
    folder = a_book(tmp_path / "book", text, two="# Two\n\nSee Zork and recieve.\n")
    words = [f for f in found(folder) if f["code"] == "T001"]
    assert [(f["file"].rpartition("/")[2], f["line"]) for f in words] == [
        ("one.md", 3),
        ("two.md", 3),
    ]
    assert words[0]["column"] == 39
    assert words[0]["message"] == (
        "`recieve` is not in the dictionary (en_GB), 3 times in all, also in two.md"
    )
    assert words[0]["hint"].startswith("did you mean `receive` or `relieve`?")
    assert "`Zork`" in words[1]["message"]


def test_names_of_authors_and_the_book_s_own_words_are_right(
    hunspell: Path, tmp_path: Path
) -> None:
    text = "# One\n\nA Writer says Zork, zork; Zork’s Yup and yup.\n"
    folder = a_book(tmp_path / "book", text, '[lint]\nwords = "words.txt"\n')
    (folder / "words.txt").write_text("# our own\nzork\nYup # a name\n", "utf-8")
    assert [f["message"][:5] for f in found(folder)] == ["`yup`"]
    assert "`words.txt`" in found(folder)[0]["hint"]
    assert invoke("check", folder, "--spelling", "--deny", "unknown-word").exit_code == 1


@pytest.mark.parametrize("name", ["none.txt", "../outside.txt", "latin.txt"])
def test_a_list_that_cannot_be_read_is_said(name: str, hunspell: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("zork\n", "utf-8")
    folder = a_book(tmp_path / "book", "# One\n\nZork\n", f'[lint]\nwords = "{name}"\n')
    (folder / "latin.txt").write_bytes(b"z\xf6rk\n")
    assert {f["code"] for f in found(folder)} == {"T001", "T003"}


def test_words_of_another_language_are_looked_up_in_its_dictionary_or_said_to_be_left(
    hunspell: Path, tmp_path: Path
) -> None:
    text = (
        "# One\n\nWe see [le mot l’homme du jour]{lang=fr} and [ein Wort]{lang=de}.\n\n"
        '::: {lang="fr"}\nLe mott\n:::\n\n<p translate="no">Zork</p>\n'
    )
    by_code: dict[str, list[str]] = {}
    for one in found(a_book(tmp_path / "book", text)):
        by_code.setdefault(one["code"], []).append(one["message"])
    assert [m.split("`")[1] for m in by_code["T001"]] == ["du", "mott"]
    assert by_code["T002"] == ["no dictionary for `de`: 2 words not checked"]


def test_a_chapter_may_ask_to_be_left_alone(hunspell: Path, tmp_path: Path) -> None:
    text = "---\nlint:\n  allow: unknown-word\n---\n\n# One\n\nZork\n"
    folder = a_book(tmp_path / "book", text, two="# Two\n\nZork\n")
    assert [f["file"].rpartition("/")[2] for f in found(folder)] == ["two.md"]


def test_text_for_one_format_is_checked_and_counted_once(hunspell: Path, tmp_path: Path) -> None:
    text = "# One\n\nZork\n\n::: {.only format=print}\nZerk\n:::\n"
    messages = [f["message"] for f in found(a_book(tmp_path / "book", text))]
    assert messages == [f"`{word}` is not in the dictionary (en_GB)" for word in ("Zork", "Zerk")]


def test_without_hunspell_it_is_said_that_nothing_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (only,) = found(a_book(tmp_path / "book", "# One\n\nZork\n"))
    assert (only["code"], only["severity"]) == ("T002", "note")
    assert "apt install hunspell" in only["hint"]


def test_what_is_no_word_is_not_looked_up() -> None:
    text = (
        "see https://example.org/zork, me@zork.org, notes.txt, C:\\zork, ~/zork and www.zork.org;"
        " mp3 H2O 3rd snake_case XIV don’t re­ceive na\u0308ive e.g. well-known\u00a0co’s"
    )
    assert list(words_in(text.replace("\u00ad", ""))) == (
        ["see", "and", "don't", "receive", "näive", "well", "known", "co"]
    )


@pytest.mark.parametrize(
    ("tag", "chosen"),
    [
        ("en-GB", ["en_GB"]),
        ("en", ["en_GB", "en_US"]),
        ("en-AU", ["en_GB", "en_US"]),
        ("de", ["de_DE"]),
        ("de-AT", ["de_AT_frami"]),
        ("sr-Latn-RS", ["sr_RS"]),
        ("no", ["nb_NO"]),
        ("eo", ["eo"]),
        ("ja", []),
        ("e", []),
    ],
)
def test_dictionaries_are_chosen_by_language_and_region(tag: str, chosen: list[str]) -> None:
    known = ["de_AT_frami", "de_DE", "en_GB", "en_US", "en_med_glut", "eo", "nb_NO", "sr_RS"]
    assert dictionaries_for(tag, known) == chosen
