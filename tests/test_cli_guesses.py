"""The names that other tools use are understood, and Tab offers values."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from bookbuilder.cli import main
from bookbuilder.cli.guesses import COMMANDS
from commandline import SETTINGS, invoke, make_book


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("serve", "preview"),
        ("init", "new"),
        ("render", "build"),
        ("lint", "check"),
        ("buidl", "build"),
        ("epbu", "epub"),
    ],
)
def test_commands_of_other_tools_are_guessed(said: str, meant: str) -> None:
    result = invoke(said)
    assert result.exit_code == 2
    assert f"Did you mean `bookbuilder {meant}`?" in result.stderr


def test_guesses_lead_to_commands_and_hide_none() -> None:
    for said, meant in COMMANDS.items():
        assert said not in main.commands
        assert meant.partition(" ")[0] in main.commands or meant == "--version"


def test_a_name_that_nobody_knows_is_only_refused() -> None:
    result = invoke("xyzzyplugh")
    assert (result.exit_code, "Did you mean" in result.stderr) == (2, False)


@pytest.mark.parametrize(
    ("option", "meant"),
    [("--watch", "bookbuilder watch"), ("--serve", "bookbuilder preview"), ("--strict", "--deny")],
)
def test_options_of_other_tools_are_guessed(option: str, meant: str) -> None:
    result = invoke("build", option)
    assert result.exit_code == 2
    assert f"Did you mean `{meant}" in result.stderr


def test_help_is_a_command_too() -> None:
    assert invoke("help").stdout == invoke("--help").stdout
    assert invoke("help", "pdf").stdout == invoke("pdf", "--help").stdout
    assert "bookbuilder preview" in invoke("help", "serve").stderr


def offered(*args: str) -> list[str]:
    *before, last = args
    complete = ShellComplete(main, {}, "bookbuilder", "_BOOKBUILDER_COMPLETE")
    return [item.value for item in complete.get_completions(list(before), last)]


def test_tab_offers_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "6x9" in offered("pdf", "--trim", "6x")
    assert offered("epub", "--profile", "ki") == ["kindle"]
    assert "broken-link" in offered("check", "--deny", "broken-l")
    assert "cream-80gsm" in offered("cover", "--paper", "cream")
    assert "L001" in offered("explain", "L00")
    book = make_book(tmp_path / "book")
    monkeypatch.chdir(book)
    assert offered("build", "--part", "") == []
    parts = '[[part]]\ntitle = "A"\nnumber = 0\n[[part]]\ntitle = "B"\nnumber = 7\n'
    (book / "book.toml").write_text(SETTINGS + parts, encoding="utf-8")
    assert offered("build", "--part", "") == ["0", "7"]
    (book / "book.toml").write_text("[[part", encoding="utf-8")
    assert offered("build", "--part", "") == []


def test_every_command_is_in_help() -> None:
    said = invoke("help").stdout
    assert all(f"  {name}" in said for name in main.commands)
    assert isinstance(main, click.Group)
