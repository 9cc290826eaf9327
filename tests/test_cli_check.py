"""`bookbuilder check` and `bookbuilder explain`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bookbuilder.model.rule_lookup import all_rules
from commandline import SETTINGS, files, invoke, make_book, run

ROOT = Path(__file__).parent.parent


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_book(tmp_path / "book")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
def test_a_sound_book_is_said_to_be_one_and_nothing_is_written(book: Path) -> None:
    before = files(book)
    result = invoke("check")
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "No findings in 2 chapters\n",
        "",
    )
    assert files(book) == before
    assert invoke("check", "-q").output == ""
    assert invoke("check", "one.md").stdout.endswith(" in 1 chapter\n")


def test_all_that_formats_would_find_is_found_in_one_run(book: Path) -> None:
    settings = SETTINGS.replace('"A. Writer"', '[{ role = "edt" }]')
    settings += 'style = "own.css"\ncover = "none.png"\ntitel = "x"\n'
    settings += '[pdf]\ntrim = "a9"\nedition = "prnt"\n[epub]\nprofile = "nook"\n'
    (book / "book.toml").write_text(settings, encoding="utf-8")
    (book / "own.css").write_text("p { direction: rtl }\n", encoding="utf-8")
    (book / "two.md").write_text("# Two\n\n[a](nowhere.md)\n", encoding="utf-8")
    before = files(book)
    result = invoke("check", "--message-format", "json")
    assert result.exit_code == 1
    found = [json.loads(line) for line in result.stderr.splitlines()]
    assert {f["name"] for f in found} == {
        "unknown-key",
        "missing-key",
        "broken-link",
        "missing-cover",
        "bad-css",
        "unknown-trim",
        "unknown-edition",
        "unknown-profile",
    }
    assert all(f["line"] for f in found)
    assert files(book) == before


@pytest.mark.slow
def test_what_is_found_is_counted_last(book: Path) -> None:
    (book / "two.md").write_text("# Two\n\n[a](nowhere.md)\n", encoding="utf-8")
    result = invoke("check", "--message-format", "concise")
    assert (result.exit_code, result.stdout) == (0, "1 warning in 2 chapters\n")
    assert result.stderr.startswith("two.md:3:1: warning[L001]")
    denied = invoke("check", "--message-format", "concise", "--deny", "warnings")
    assert (denied.exit_code, denied.stdout) == (1, "1 error in 2 chapters\n")


@pytest.mark.slow
def test_the_preflight_runs_too(book: Path) -> None:
    (book / "two.md").write_text("# Two\n\n" + "Long words. " * 30_000, encoding="utf-8")
    assert "E013" in invoke("check").stderr


def test_check_has_the_exit_codes_of_a_build(book: Path) -> None:
    assert invoke("check", "nowhere").exit_code == 2
    assert invoke("check", "--part", "7").exit_code == 2


@pytest.mark.slow
def test_process_check_passes_the_book_of_this_repository() -> None:
    done = run("check", ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No findings in ")


def test_explain_lists_every_rule() -> None:
    lines = invoke("explain").stdout.splitlines()
    assert [line.split() for line in lines] == [[r.code, r.name, r.severity] for r in all_rules()]


@pytest.mark.parametrize("asked", ["I004", "i004", "image-without-alt"])
def test_explain_says_why_and_how_to_silence(asked: str) -> None:
    said = invoke("explain", asked)
    assert said.exit_code == 0
    assert said.stdout.startswith("I004 image-without-alt (warning)\n\nReaders who cannot see")
    assert 'allow = ["image-without-alt"]' in said.stdout
    assert "      allow: image-without-alt\n" in said.stdout


def test_explain_says_that_errors_cannot_be_allowed() -> None:
    said = invoke("explain", "not-utf8").stdout
    assert "cannot be allowed" in said
    assert "[lint]" not in said


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("image-witout-alt", "did you mean `image-without-alt`?"),
        ("L0001", "did you mean `L001`?"),
        ("?", "`bookbuilder explain` lists all rules"),
    ],
)
def test_explain_of_no_rule_is_wrong_use(asked: str, hint: str) -> None:
    said = invoke("explain", asked)
    assert (said.exit_code, said.stdout) == (2, "")
    assert hint in said.stderr


@pytest.mark.slow
def test_process_explain_and_its_completion() -> None:
    assert run("explain", "L001").stdout.startswith("L001 broken-link (warning)\n")
    words = {"COMP_WORDS": "bookbuilder explain image-w", "COMP_CWORD": "2"}
    completed = run(env={"_BOOKBUILDER_COMPLETE": "bash_complete"} | words).stdout
    assert "plain,image-without-alt\n" in completed


@pytest.mark.slow
def test_rules_are_known_without_weasyprint() -> None:
    code = (
        "import sys; from bookbuilder.model.rule_lookup import all_rules;"
        " print(*(rule.code for rule in all_rules())); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    codes, modules = done.stdout.splitlines()
    assert "weasyprint" not in modules.split()
    assert {"P001", "P003", "P004", "P011", "P012"} <= set(codes.split())
