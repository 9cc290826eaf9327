"""List the names that styles go by; what is wrong with one is reported here as well."""

from __future__ import annotations

from bookbuilder.model.diagnostics import Rule, Severity

BAD_STYLE = Rule(
    "K006",
    "citation-style",
    Severity.WARNING,
    "`csl` names a style that comes with bookbuilder, such as `apa` or `ieee`, or a `.csl` file in"
    " the book's folder, which must be a style of version 1.0 of CSL. The book is built with"
    " Chicago's style of authors and years, which pandoc uses as well.",
)
DEFAULT = "chicago-author-date"
ALIASES = {
    "chicago": DEFAULT, "chicago-fullnote-bibliography": "chicago-notes-bibliography",
    "chicago-notes": "chicago-notes-bibliography", "chicago-note-bibliography":
    "chicago-notes-bibliography", "mla": "modern-language-association", "harvard":
    "harvard-cite-them-right", "harvard1": "harvard-cite-them-right", "vancouver":
    "nlm-citation-sequence", "ama": "american-medical-association", "apa-7th-edition": "apa",
    "apa7": "apa", "nlm": "nlm-citation-sequence", "apa-6th-edition": "apa",
    "chicago-fullnote": "chicago-notes-bibliography", "modern-language-association-8th-edition":
    "modern-language-association", "modern-language-association-9th-edition":
    "modern-language-association", "chicago-author-date-16th-edition": DEFAULT,
    "chicago-author-date-17th-edition": DEFAULT, "chicago-author-date-18th-edition": DEFAULT,
}  # fmt: skip
