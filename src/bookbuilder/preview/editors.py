"""Open a line of a file in the author's editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# Editors that open addresses of their own, which the browser hands to them.
_ADDRESSES = {
    "code": "vscode://file{path}:{line}:{column}",
    "code-insiders": "vscode-insiders://file{path}:{line}:{column}",
    "codium": "vscodium://file{path}:{line}:{column}",
    "cursor": "cursor://file{path}:{line}:{column}",
    "windsurf": "windsurf://file{path}:{line}:{column}",
    "zed": "zed://file{path}:{line}:{column}",
    "idea": "idea://open?file={path}&line={line}&column={column}",
    "pycharm": "pycharm://open?file={path}&line={line}&column={column}",
    "webstorm": "webstorm://open?file={path}&line={line}&column={column}",
    "mate": "txmt://open?url=file://{path}&line={line}&column={column}",
}
_NAMES = {"vscode": "code", "vscodium": "codium", "textmate": "mate"}
# Editors with a window, and how they are told a line. Those of the terminal have no place to open.
_COMMANDS = {
    "subl": ("{path}:{line}:{column}",),
    "sublime_text": ("{path}:{line}:{column}",),
    "gvim": ("--remote-silent", "+{line}", "{path}"),
    "mvim": ("--remote-silent", "+{line}", "{path}"),
    "emacsclient": ("-n", "+{line}:{column}", "{path}"),
    "kate": ("--line", "{line}", "--column", "{column}", "{path}"),
    "gedit": ("+{line}:{column}", "{path}"),
    "gnome-text-editor": ("+{line}", "{path}"),
    "mousepad": ("--line={line}", "{path}"),
    "notepad++": ("-n{line}", "{path}"),
    "geany": ("-l", "{line}", "{path}"),
}
DEFAULT = "code"


@dataclass(frozen=True, slots=True)
class Editor:
    """Opens lines: by an `address`, or by a `command` that the preview runs."""

    address: str = ""
    command: tuple[str, ...] = ()

    def link(self, path: Path, line: int, column: int) -> str:
        """Return the address that opens a line; empty where a command does."""
        there = path.as_posix()
        there = there if there.startswith("/") else f"/{there}"
        return self.address.format(path=quote(there), line=max(line, 1), column=max(column, 1))

    def open_line(self, path: Path, line: int, column: int) -> bool:
        """Open a line by the command; return False where there is none, or it cannot be run."""
        if not self.command or not path.is_absolute():
            return False
        said = [
            part.format(path=str(path), line=max(line, 1), column=max(column, 1)) if at else part
            for at, part in enumerate(self.command)
        ]
        quiet = subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                said, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
            )
        except OSError:
            return False
        threading.Thread(target=process.wait, daemon=True).start()
        return True


def editor_for(name: str, environment: Mapping[str, str] = os.environ) -> Editor:
    """Return the editor that is called `name`, or else the one that VISUAL or EDITOR names.

    Editors that need a terminal cannot be opened from a browser; VS Code takes their place.
    """
    said = name or environment.get("VISUAL") or environment.get("EDITOR") or DEFAULT
    try:
        words = shlex.split(said) or [DEFAULT]
    except ValueError:
        words = [DEFAULT]
    stem = Path(words[0]).name.lower().removesuffix(".exe").removesuffix(".cmd")
    stem = _NAMES.get(stem, stem)
    if stem in _COMMANDS and shutil.which(words[0]):
        return Editor(command=(words[0], *_COMMANDS[stem]))
    return Editor(address=_ADDRESSES.get(stem, _ADDRESSES[DEFAULT]))
