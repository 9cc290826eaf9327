"""Rules of the modules that import WeasyPrint, here so that they can be told without it."""

from __future__ import annotations

from bookbuilder.model.diagnostics import Rule, Severity

REFUSED = Rule(
    "P003",
    "resource-refused",
    Severity.WARNING,
    "A print PDF is made of the book's own files alone. WeasyPrint would fetch any address that a"
    " stylesheet or a picture names, from the network or from anywhere on the disk.",
)
LAYOUT_FAILED = Rule(
    "P012",
    "layout-failed",
    Severity.ERROR,
    "WeasyPrint, which lays out the pages, failed: mostly on a rule in a stylesheet of your own or"
    " on very deep nesting. Leave out half of the chapter or stylesheet until it works to find it.",
)
