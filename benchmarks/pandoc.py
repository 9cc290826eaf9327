"""Pandoc on the same files as bookbuilder."""

from __future__ import annotations

from pathlib import Path

import pypandoc
from measuring import BIN

import bookbuilder

HERE = Path(__file__).resolve().parent


def pandoc_command(root: Path, kind: str, out: Path, engine: str = "weasyprint") -> list[str]:
    """What makes `out` of the book in `root`, its chapters in the same order."""
    book = bookbuilder.load(root)
    # What bookbuilder makes itself, such as the workbook, has no file.
    paths = (chapter.source.path for chapter in book.chapters)
    files = list(dict.fromkeys(str(path) for path in paths if path.is_file()))
    command = [pypandoc.get_pandoc_path(), "-f", "markdown+rebase_relative_paths", *files]
    command += ["-M", f"title={book.metadata.title}", "-M", f"lang={book.metadata.language}"]
    command += ["--toc", "--quiet", "-o", str(out)]
    if kind == "pdf" and engine == "weasyprint":
        style = HERE / "pandoc-print.css"
        command += ["-t", "html5", f"--pdf-engine={BIN / 'weasyprint'}", "--css", str(style)]
    elif kind == "pdf":
        command += [f"--pdf-engine={engine}", "-V", "geometry:a5paper"]
    return command
