"""Others can install and use this repository: action, hook, image, release, package."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
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


def stand_in(folder: Path, name: str, text: str) -> None:
    """Write a program of that name, which GitHub's machines have."""
    (folder / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.slow
def test_the_action_does_what_it_says(tmp_path: Path) -> None:
    """Run the scripts of its steps as GitHub does, with programs that note how they are called."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name in ("sudo", "pip"):
        stand_in(bin_, name, f'echo "{name} $*" >> "{tmp_path}/called"')
    (bin_ / "bookbuilder").symlink_to(Path(sys.executable).with_name("bookbuilder"))
    book = tmp_path / "a book"
    book.mkdir()
    inputs = {name: said["default"] for name, said in ACTION["inputs"].items()}
    inputs |= {"directory": book.name, "arguments": "--deny broken-link"}
    env = os.environ | {
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_OS": "Linux",
        "GITHUB_ACTION_PATH": "/the action",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }

    def run(step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        own = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: inputs[m[1]], value)
            for name, value in step.get("env", {}).items()
        }
        bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(
            bash, cwd=tmp_path, env=env | own, capture_output=True, text=True, check=False
        )

    installs, checks, builds = (step for step in ACTION["runs"]["steps"] if "run" in step)
    assert run(installs).returncode == 0
    assert (tmp_path / "called").read_text("utf-8").splitlines()[-1] == "pip install -q /the action"
    (book / "one.md").write_text("# One\n\nA [link](nowhere.md).\n", "utf-8")
    checked = run(checks)
    assert checked.returncode == 1
    assert "::error file=a book/one.md,line=3" in checked.stderr
    (book / "one.md").write_text("# One\n\nText.\n", "utf-8")
    built = run(builds)
    assert (built.returncode, built.stderr) == (0, "")
    assert (tmp_path / "output").read_text("utf-8") == "files=a book/dist\n"
    assert {path.suffix for path in (book / "dist").iterdir()} == {".epub", ".pdf"}


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
    assert project["license"] == "MIT AND OFL-1.1 AND CC-BY-SA-3.0"
    named = {path for pattern in project["license-files"] for path in ROOT.glob(pattern)}
    assert set((ROOT / "src/bookbuilder/fonts").glob("OFL*")) < named
    assert ROOT / "src/bookbuilder/citing/styles/LICENSE.txt" in named


def test_the_version_is_the_same_everywhere_and_has_its_changes() -> None:
    assert PROJECT["project"]["version"] == __version__
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[([^]]+)\](?: - \d{4}-\d\d-\d\d)?$", text, re.MULTILINE)
    assert versions[:2] == ["Unreleased", __version__]


@pytest.fixture
def with_outside_links(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], str]:
    """Return the function of that name; hatchling itself is not needed for it."""
    stand_in = ModuleType("hatchling.metadata.plugin.interface")
    stand_in.MetadataHookInterface = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    path = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["custom"]["path"]
    found: Callable[[str, str, str], str] = runpy.run_path(str(ROOT / path))["with_outside_links"]
    return found


def test_the_packages_page_has_no_link_to_nowhere(
    with_outside_links: Callable[[str, str, str], str],
) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"\]\(([^)]+)\)", with_outside_links(text, "", "1.0"))
    assert len(links) > 3
    assert [link for link in links if not link.startswith("https://")] == []
    address = "https://example.org/books"
    links = re.findall(r"\]\(([^)]+)\)", with_outside_links(text, address, "1.0"))
    assert [link for link in links if not link.startswith("https://")] == []
    own = [link.removeprefix(address) for link in links if link.startswith(address)]
    assert "/raw/v1.0/docs/pictures/spread.png" in own
    assert "/blob/v1.0/docs/cli.md" in own
    for link in own:
        assert (ROOT / link.split("/v1.0/")[1]).is_file()


TEMPLATE = ROOT / "src/bookbuilder/starter/template/github/book.yml"


@pytest.mark.parametrize("path", [ROOT / ".github/workflows/release.yml", TEMPLATE])
def test_jobs_take_only_what_earlier_ones_kept(path: Path) -> None:
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"]

    def artifacts(job: str, action: str) -> set[str]:
        steps = (
            step for step in jobs[job]["steps"] if f"/{action}-artifact@" in step.get("uses", "")
        )
        return {step["with"]["name"] for step in steps}

    def before(job: str) -> set[str]:
        needs = jobs[job].get("needs", [])
        direct = {needs} if isinstance(needs, str) else set(needs)
        return direct.union(*(before(other) for other in direct))

    taken = 0
    for job in jobs:
        kept = set().union(*(artifacts(other, "upload") for other in before(job)))
        assert artifacts(job, "download") <= kept, job
        taken += len(artifacts(job, "download"))
        assert all(("uses" in step) != ("run" in step) for step in jobs[job]["steps"])
    assert taken


def test_only_what_is_tested_is_published() -> None:
    assert set(RELEASE["jobs"]["publish"]["needs"]) == {"wheel", "sdist"}
    assert RELEASE["jobs"]["publish"]["permissions"] == {"id-token": "write"}


@pytest.mark.slow
def test_the_manual_is_a_book_without_warnings() -> None:
    report = Report()
    book = check(ROOT / "docs", report=report)
    assert [d.message for d in report if d.severity is not Severity.NOTE] == []
    assert len(list(book.chapters)) >= 11
