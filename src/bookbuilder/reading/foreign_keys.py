"""List the keys that other tools read in front matter, and that bookbuilder passes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Keys of Jekyll, Hugo, Docusaurus, VitePress, MkDocs, Obsidian, Pandoc, Quarto and the like.
OF_OTHER_TOOLS = frozenset(
    """
    abstract alias aliases archived audience author author_profile authors banner bibliography body
    bodyclass categories category class classes code collection comments contributors cover created
    created_at creator css cssclass cssclasses csl custom_edit_url data date datepublished
    datemodified deck description disable_toc display displayed_sidebar doc document documentclass
    draft dropcaps edit edit_uri editlink editurl embed_image excerpt execute expires expirydate
    extra favicon feature featured filters footer format fontsize frontmatter full_title fulltitle
    generator genre has_children has_toc head header header-includes headless hero hide
    hide_table_of_contents hide_title hidden home icon id identifier image images include_in_header
    index indent isbn isdraft issue jupyter katex key keywords kernelspec kind label lastmod
    lastupdated layout level license linkcolor linktitle links locale logo mainfont maintainer
    markup math mathjax menu menus meta meta_description meta_title metadata modified name nav
    nav_exclude nav_order navbar navigation next nocite noindex note og_image order original
    outline output outputs overview pagefind pagination_label pagination_next pagination_prev
    parent params permalink picture pin pinned pdf plugins position prev previous priority private
    prose public publish publish_date published published_at publishdate pubdate reading_time
    redirect redirect_from redirect_to redirects related render resources reviewers revision robots
    rss sample search search_exclude section seo series share short_title sidebar sidebar_class_name
    sidebar_custom_props sidebar_label sidebar_position sitemap sort source status
    subject subtitle summary tag tags taxonomy teaser template theme thanks thumbnail time toc
    toc-depth toc-title toc_sticky topics translationkey translations translator type
    unlisted update updated updated_at uri url version video videos vol weight wordcount
    banner_caption downloads exports file_format html_meta jupytext mystnb myst nocomments nosearch
    numbering orphan parts substitutions tocdepth site teaching exercises minutes covery
    toc_min_heading_level toc_max_heading_level last_update parse_number_prefixes sidebar_key
    titletemplate pageclass outlinetitle grand_parent nav_fold engine number-depth crossref
    code-fold code-annotations editor toc-expand page-layout listing about title-block-banner
    fig-width fig-height fig-cap-location tbl-cap-location df-print shortcodes oxa venue
    open_access github thebe bookcollapsesection booktoc bookflatsection bookhidden cascade
    coverheight excalidraw-plugin kanban-plugin excalidraw-open-md knit classoption geometry
    fontfamily link-citations references suppress-bibliography
    reference-section-title citeproc natbiboptions biblatexoptions citation-location
    reference-location citation-style biblio-style colorlinks lot lof zotero dg-publish dg-home
    build _build exclude ignore is_draft listed stage state visibility wip
    """.split()  # noqa: SIM905 (a list would be a page long)
)


def addresses_in(data: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the site paths that a chapter can be linked by, as Jekyll has them."""
    found: list[str] = []
    for key in ("permalink", "redirect_from"):
        value = data.get(key)
        values = value if isinstance(value, list) else [value]
        found += [v for v in values if isinstance(v, str)]
    return tuple(found)
