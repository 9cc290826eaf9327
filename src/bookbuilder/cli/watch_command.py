"""Define `watch`, which builds the book on every save."""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

import click

from bookbuilder.cli.build_commands import build_formats
from bookbuilder.cli.console import no_traceback, working_folder
from bookbuilder.cli.shared_options import Options, WrongUse, reading
from bookbuilder.cli.terminal import say, shown

MOST_NAMES = 3


@click.command()
@click.option(
    "--only",
    type=click.Choice(["epub", "pdf"]),
    help="Build one of the two files alone.",
)
@reading
def watch(only: str | None, **options: Any) -> None:
    """Build the PDF and the EPUB again on every save, until Ctrl-C.

    For those who have a viewer that follows the file. `bookbuilder preview` shows pages itself.
    """
    said = Options(**options)
    with no_traceback(said):
        require_packages("watch")
        from bookbuilder.config import find_root
        from bookbuilder.preview.watching import changes

        root = said.directory or find_root(working_folder())
        load_libraries()
        formats = [only] if only else ["pdf", "epub"]
        ending = _Ending()
        signal.signal(signal.SIGINT, ending.interrupt)
        with contextlib.suppress(KeyboardInterrupt):
            for changed in changes(root, ending.is_asked):
                if changed and not said.quiet:
                    say(f"{time.strftime('%H:%M:%S')} {_named(changed)}")
                _build(formats, said)
                if ending.is_asked():
                    break
                if not changed and not said.quiet:
                    say(f"Watching {shown(root)}; Ctrl-C ends it")


class _Ending:
    """Remembers Ctrl-C, which a library may swallow as an exception."""

    def __init__(self) -> None:
        self._is_asked = False

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._is_asked = True
        raise KeyboardInterrupt

    def is_asked(self) -> bool:
        return self._is_asked


def require_packages(command: str) -> None:
    """Say what to install where the packages of the extra `preview` are missing."""
    from importlib.util import find_spec

    wanted = ["watchfiles"] + ["starlette", "uvicorn", "pypdfium2"] * (command == "preview")
    missing = [name for name in wanted if find_spec(name) is None]
    if missing:
        raise WrongUse(
            f"`bookbuilder {command}` needs {', '.join(missing)}, which the extra"
            " `preview` brings: install bookbuilder with it, for example with"
            " `pipx install --force '.[preview]'` where its source is"
        )


def load_libraries() -> None:
    """Load what builds need once, so that the processes forked for builds have it already."""
    import markdown.extensions.attr_list  # noqa: F401
    import tinyhtml5.parser  # noqa: F401

    import bookbuilder.build
    import bookbuilder.config.other_tools.tools
    import bookbuilder.formats.epub.writer
    import bookbuilder.passes.tex.formula
    import bookbuilder.text.yaml_loader

    with contextlib.suppress(OSError, ImportError):  # Pango is missing: the build will say so.
        import bookbuilder.formats.pdf.weasy.layout
        import bookbuilder.formats.pdf.writer  # noqa: F401


def _build(formats: list[str], options: Options) -> None:
    """Build; go on when that fails, because the next save may mend it."""
    try:
        build_formats(formats, None, options)
    except click.ClickException as error:
        error.show()
    except SystemExit:
        pass


def _named(changed: list[Path]) -> str:
    names = [shown(path) for path in changed[:MOST_NAMES]]
    more = len(changed) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
