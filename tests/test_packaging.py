"""What others install and use of this repository: action, hook, image, release, package."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from bookbuilder import __version__
from bookbuilder.build import check
from bookbuilder.cli import main
from bookbuilder.model.diagnostics import Report, Severity

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
RELEASE = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def commands_in(script: str) -> list[list[str]]:
    """Return the words of each line that calls bookbuilder."""
    return [
        shlex.split(line) for line in script.splitlines() if line.strip().startswith("bookbuilder")
    ]


def accept(words: list[str]) -> None:
    """Fail if the command line does not know a command or an option in `words`."""
    command = main.commands[words[1]]
    known = {opt for p in command.params if isinstance(p, click.Option) for opt in p.opts}
    assert [w for w in words[2:] if w.startswith("-") and w != "--" and w not in known] == []


def scripts() -> list[str]:
    steps: list[dict[str, Any]] = list(ACTION["runs"]["steps"])
    for job in RELEASE["jobs"].values():
        steps += job["steps"]
    return [step["run"] for step in steps if "run" in step]


def test_scripts_call_commands_that_exist() -> None:
    found = [words for script in scripts() for words in commands_in(script)]
    assert len(found) >= 5
    for words in found:
        accept(words)


def test_the_action_uses_only_inputs_that_it_has() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    used = set(re.findall(r"inputs\.([\w-]+)", text))
    assert used == set(ACTION["inputs"])
    assert ACTION["runs"]["using"] == "composite"
    for step in ACTION["runs"]["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert "run" not in step or step["shell"] == "bash"


@pytest.mark.attack("running something by the action's inputs")
def test_no_input_is_written_into_a_script() -> None:
    assert [script for script in scripts() if "${{" in script] == []


def test_the_hook_checks_the_book() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    accept(shlex.split(hook["entry"]))
    assert hook["pass_filenames"] is False
    assert re.search(hook["files"], "chapters/one.md")
    assert not re.search(hook["files"], "src/main.py")


def test_the_image_has_what_print_needs() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    for library in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert library in text
        assert library in (ROOT / "action.yml").read_text("utf-8")


def test_the_package_names_its_licences() -> None:
    project = PROJECT["project"]
    assert project["license"] == "MIT AND OFL-1.1"
    named = {path for pattern in project["license-files"] for path in ROOT.glob(pattern)}
    assert set((ROOT / "src/bookbuilder/fonts").glob("OFL*")) < named


def test_the_version_is_the_same_everywhere_and_has_its_changes() -> None:
    assert PROJECT["project"]["version"] == __version__
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[([^]]+)\](?: - \d{4}-\d\d-\d\d)?$", text, re.MULTILINE)
    assert versions[:2] == ["Unreleased", __version__]


def test_only_what_is_tested_is_published() -> None:
    assert set(RELEASE["jobs"]["publish"]["needs"]) == {"wheel", "sdist"}
    assert RELEASE["jobs"]["publish"]["permissions"] == {"id-token": "write"}


def test_the_manual_is_a_book_without_warnings() -> None:
    report = Report()
    book = check(ROOT / "docs", report=report)
    assert [d.message for d in report if d.severity is not Severity.NOTE] == []
    assert len(list(book.chapters)) >= 11
