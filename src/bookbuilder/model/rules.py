"""Collect all rules, wherever they are declared, and look them up by code or name."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import bookbuilder
from bookbuilder.model.diagnostics import WARNINGS, Rule
from bookbuilder.text.suggest import did_you_mean

# What works with WeasyPrint cannot be imported where there is no Pango, but for these modules,
# which are the only ones there that declare rules.
IMPORTS_WEASYPRINT = "bookbuilder.formats.pdf.weasy."
_WITHOUT_WEASYPRINT = ("engine", "inspection", "log", "rules", "style_log")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, ordered by code. Slow: imports all modules that declare rules."""
    found = {
        value
        for module in pkgutil.walk_packages(bookbuilder.__path__, "bookbuilder.")
        if not module.name.startswith(IMPORTS_WEASYPRINT)
        or module.name.removeprefix(IMPORTS_WEASYPRINT) in _WITHOUT_WEASYPRINT
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Rule)
    }
    return tuple(sorted(found, key=lambda rule: rule.code))


def find_rule(said: str) -> Rule | None:
    """Return the rule with this code or name, in capitals or not."""
    wanted = said.strip().casefold()
    return next((r for r in all_rules() if wanted in (r.code.casefold(), r.name)), None)


def rule_like(said: str) -> str:
    """Return a hint for a code or name that no rule has; empty where none comes close."""
    is_code = said.strip()[1:].isdigit()
    known = [rule.code if is_code else rule.name for rule in all_rules()]
    return did_you_mean(said.strip(), [*known, WARNINGS])
