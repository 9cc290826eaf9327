"""Pandoc on the same files as bookbuilder."""

from __future__ import annotations

import sys
from pathlib import Path

import pypandoc
from measuring import BIN

import bookbuilder

HERE = Path(__file__).resolve().parent


def pandoc_command(root: Path, kind: str, out: Path, engine: str = "weasyprint") -> list[str]:
    """Return the command that makes `out` of the book in `root`, its chapters in the same order."""
    book = bookbuilder.load(root)
    # What bookbuilder makes itself, such as the workbook, has no file.
    paths = (chapter.source.path for chapter in book.chapters)
    files = list(dict.fromkeys(str(path) for path in paths if path.is_file()))
    # Typst stops where a citation names nothing.
    reader = "markdown-citations+rebase_relative_paths"
    command = [pypandoc.get_pandoc_path(), "-f", reader, *files]
    command += ["-M", f"title={book.metadata.title}", "-M", f"lang={book.metadata.language}"]
    command += ["--toc", "--quiet", "-o", str(out)]
    if kind == "pdf" and engine == "weasyprint":
        style = HERE / "pandoc-print.css"
        command += ["-t", "html5", f"--pdf-engine={BIN / 'weasyprint'}", "--css", str(style)]
    elif kind == "pdf":
        command += [f"--pdf-engine={engine}", "-V", "geometry:a5paper"]
    return command


def typst_engine(folder: Path) -> Path:
    """Write a program into `folder` that makes PDFs for pandoc, with the package `typst`."""
    engine = folder / "typst"
    engine.write_text(
        f"#!{sys.executable}\n"
        "import sys, typst\n"
        "source, out = [name for name in sys.argv[1:] if name.endswith(('.typ', '.pdf'))][-2:]\n"
        "typst.compile(source, output=out, root='/')\n",
        "utf-8",
    )
    engine.chmod(0o755)
    return engine
