"""`bookbuilder doctor`: on a machine that has all, and on machines that lack something."""

from __future__ import annotations

import importlib.metadata
import os
import re
from importlib import resources
from pathlib import Path

import pytest

import bookbuilder.checks.machine
from bookbuilder.checks.machine import Fact, State, facts
from commandline import invoke, run


def lacking() -> dict[str, Fact]:
    return {f.what: f for f in facts() if f.state is State.LACKING}


@pytest.mark.slow
def test_every_package_is_there_and_told_with_its_version() -> None:
    told = [f.what for f in facts() if f.state is State.OK]
    for requirement in importlib.metadata.requires("bookbuilder") or []:
        if "extra" not in requirement:
            name = re.split(r"[<>=]", requirement)[0]
            assert f"{name} {importlib.metadata.version(name)}" in told
    assert lacking() == {}


@pytest.mark.slow
def test_process_doctor_finds_this_machine_fit() -> None:
    done = run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(
        r"WeasyPrint loads Pango \d+\.\d+\.\d+ and HarfBuzz \d+\.\d+\.\d+", done.stdout
    )
    assert done.stdout.endswith("\nEPUB: can be built here\nPDF: can be built here\n")


def broken_package(folder: Path, name: str, code: str) -> dict[str, str]:
    package = folder / "path" / name / "__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text(code, encoding="utf-8")
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder / "path"), before]))}


@pytest.mark.slow
def test_without_pango_it_says_what_to_install_and_that_the_epub_works(tmp_path: Path) -> None:
    said = "print('a long explanation')\nraise OSError(\"cannot load library 'libpango-1.0-0'\")\n"
    done = run("doctor", env=broken_package(tmp_path, "weasyprint", said))
    assert (done.returncode, done.stderr) == (1, "")
    assert (
        "  lacking   WeasyPrint does not load: cannot load library 'libpango-1.0-0'\n"
        in done.stdout
    )
    assert "Fedora: `dnf install pango`\n" in done.stdout
    assert "a long explanation" not in done.stdout
    assert "EPUB: can be built here\nPDF: cannot be built here: " in done.stdout


@pytest.mark.slow
def test_in_a_broken_installation_it_still_answers(tmp_path: Path) -> None:
    done = run("doctor", env=broken_package(tmp_path, "bs4", "raise ImportError('no such thing')"))
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"lacking   beautifulsoup4 \S+ is broken: no such thing\n", done.stdout)
    assert re.search(r"EPUB: cannot be built here: .*no such thing", done.stdout)


@pytest.mark.slow
def test_without_the_package_that_compares_versions_it_still_answers(tmp_path: Path) -> None:
    done = run("doctor", env=broken_package(tmp_path, "packaging", "raise ImportError('gone')"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "  lacking   packaging is broken: gone\n" in done.stdout


@pytest.mark.slow
def test_without_java_building_is_not_said_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    optional = [f for f in facts() if f.state is State.OPTIONAL]
    assert [f.what.partition(",")[0] for f in optional] == ["Java", "Hunspell", "Ace", "Graphviz"]
    assert "default-jre" in optional[0].hint
    assert lacking() == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "bounds", "fits"),
    [
        ("4.13", "<5,>=4.13", True),
        ("4.13.4", "<5,>=4.13", True),
        ("4.9", "<5,>=4.13", False),
        ("5.0", "<5,>=4.13", False),
        ("5.0rc1", "<5,>=4.13", False),
        ("1!2", "", True),
    ],
)
def test_versions_are_compared_by_number(
    version: str, bounds: str, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: [f"click{bounds}"])
    told = [f for f in facts() if f.what.startswith("click")]
    assert [f.state is State.OK for f in told] == [fits]


def test_what_is_not_installed_is_told_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: ["no-such-thing>=1"])
    assert lacking()["no-such-thing is not installed"].hint == "`pip install 'no-such-thing>=1'`"


@pytest.mark.slow
def test_fonts_that_are_no_fonts_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "files", lambda name: tmp_path)
    assert any("bundled fonts cannot be read" in what for what in lacking())
    (tmp_path / "fonts").mkdir()
    assert "no bundled fonts" in lacking()
    (tmp_path / "fonts/a.ttf").write_text("not a font", encoding="utf-8")
    assert "bundled fonts are broken: a.ttf" in lacking()


def test_doctor_exits_1_where_a_format_cannot_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = bookbuilder.checks.machine
    monkeypatch.setattr(machine, "trial", lambda name: "no" if name == "pdf" else "")
    result = invoke("doctor")
    assert result.exit_code == 1
    assert result.stdout.endswith("\nEPUB: can be built here\nPDF: cannot be built here: no\n")


def test_a_pango_that_does_not_know_thai_words_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "libthai, for lines of Thai" in [f.what for f in facts() if f.state is State.OK]
    monkeypatch.setattr("bookbuilder.formats.pdf.weasy.setup._parts_thai", lambda: False)
    lacks = {f.what: f.hint for f in facts() if f.state is State.OPTIONAL}
    hint = lacks["Pango is built without libthai: lines of Thai end at blanks only"]
    assert "U+200B" in hint
