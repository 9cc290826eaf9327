"""The command line: it reads options, calls the library, and prints the result.

Modules that take long to import are imported by the functions that need them, so that `--help`
answers at once and `epub` works where WeasyPrint cannot be loaded.
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

    DIR is a book's folder, or a single Markdown file. Without DIR, the book is the nearest folder
    upwards with a book.toml.
    """


for command in (epub, pdf, cover, workbook, build, check, explain, doctor):
    main.add_command(command)
