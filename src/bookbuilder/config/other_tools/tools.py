"""Ask each of the other tools' modules in turn what it finds in a book's folder."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.config.chapter_list import ChapterList
from bookbuilder.config.other_tools.bookdown import bookdown_list, from_bookdown
from bookbuilder.config.other_tools.carpentries import carpentries_list, from_carpentries
from bookbuilder.config.other_tools.d2lbook import d2lbook_list, from_d2lbook
from bookbuilder.config.other_tools.docsify import docsify_list, from_docsify
from bookbuilder.config.other_tools.docusaurus import docusaurus_list, from_docusaurus
from bookbuilder.config.other_tools.gitbook import from_gitbook
from bookbuilder.config.other_tools.hugo import from_hugo, hugo_list
from bookbuilder.config.other_tools.jekyll import jekyll_list
from bookbuilder.config.other_tools.jupyter_book import from_jupyter_book, jupyter_book_list
from bookbuilder.config.other_tools.leanpub import from_leanpub, leanpub_list
from bookbuilder.config.other_tools.mkdocs import from_mkdocs, mkdocs_list
from bookbuilder.config.other_tools.pandoc import from_pandoc, pandoc_list
from bookbuilder.config.other_tools.quarto import from_quarto, quarto_list
from bookbuilder.config.other_tools.sphinx import from_sphinx, sphinx_list
from bookbuilder.config.other_tools.summary import summary_list
from bookbuilder.config.other_tools.vitepress import from_vitepress, vitepress_list
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report

# In both tuples, the first that finds something decides.
SETTINGS = (
    from_gitbook,
    from_mkdocs,
    from_quarto,
    from_bookdown,
    from_carpentries,
    from_jupyter_book,
    from_sphinx,
    from_d2lbook,
    from_docusaurus,
    from_vitepress,
    from_leanpub,
    from_docsify,
    from_hugo,
    from_pandoc,
)
LISTS = (
    summary_list,
    mkdocs_list,
    quarto_list,
    bookdown_list,
    carpentries_list,
    jupyter_book_list,
    sphinx_list,
    d2lbook_list,
    docusaurus_list,
    vitepress_list,
    leanpub_list,
    docsify_list,
    pandoc_list,
    hugo_list,
    jekyll_list,
)


def from_other_tool(root: Path, report: Report) -> Config:
    """Return the configuration of a folder that has no book.toml, by another tool's file if any.

    mdBook's file is called book.toml as well: code that reads it asks `is_mdbook` first.
    """
    found = (read(root, report) for read in SETTINGS)
    return next(filter(None, found), None) or Config(root)


def chapter_list(config: Config, report: Report) -> ChapterList | None:
    """Return the list of chapters that another tool's file gives; None if there is none."""
    found = (read(config, report) for read in LISTS)
    return next(filter(None, found), None)
