"""The command line. It reads options, calls the library, and says what came of it; no more.

Whatever takes long to import is imported by the function that needs it, so that `--help` answers
at once and `epub` works where WeasyPrint cannot be loaded.
"""

from __future__ import annotations

import click

from bookbuilder import __version__
from bookbuilder.cli.building import build, cover, epub, pdf, workbook
from bookbuilder.cli.checking import check, doctor
from bookbuilder.cli.explaining import explain


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bookbuilder", message="%(prog)s %(version)s")
def main() -> None:
    """Build books from folders of Markdown.

    DIR is a book's folder, or a single Markdown file. Without it, the nearest folder upwards that
    holds a book.toml is the book.
    """


for command in (epub, pdf, cover, workbook, build, check, explain, doctor):
    main.add_command(command)
