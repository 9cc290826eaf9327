from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import attack_table
from shown_rules import ShownRules

# Thousands of little books are quicker to write and to remove in memory. Where programs may run:
# tests put some beside their books.
_MEMORY = "/dev/shm"
if Path(_MEMORY).is_dir():
    _room = os.statvfs(_MEMORY)
    if _room.f_bavail * _room.f_frsize > 4e9 and not _room.f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="write what the compiler does today into tests/specs; look at the difference after",
    )


# How long an example takes is no property of the code: machines are slow at times.
# The same examples every time: what is new is for `make fuzz` to find.
settings.register_profile("bookbuilder", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("bookbuilder")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--accept") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--accept rewrites files: run it without -n")
    config.pluginmanager.register(ShownRules())
    config.pluginmanager.register(attack_table)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where CI is set and a test was skipped: `make test` installs all that tests need."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped") if reporter else None
    if os.environ.get("CI") and skipped and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def _a_cache_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the tests of one run a cache of their own, in place of the user's."""
    folder = tmp_path_factory.getbasetemp()
    # Below it, pytest-xdist gives each of its processes a folder.
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")


@pytest.fixture(scope="session", autouse=True)
def _signals_as_in_a_terminal() -> Iterator[None]:
    """Heed the signals that a shell ignores for what runs in its background.

    What the tests start would ignore them, too, and could not be interrupted.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
