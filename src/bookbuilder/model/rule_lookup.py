"""Look up rules by code or name.

A rule is declared beside the code that reports it: to add one, start there. It is found from here
by importing every module.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

import bookbuilder
from bookbuilder.model.diagnostics import WARNINGS, Rule
from bookbuilder.text.suggest import did_you_mean

# A package says with this name which of its modules declare rules, if the others import something
# that a machine may lack.
_RULES_ARE_IN = "RULES_ARE_IN"


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, ordered by code. Slow: imports all modules that declare rules."""
    found = {
        value for module in _modules() for value in vars(module).values() if isinstance(value, Rule)
    }
    return tuple(sorted(found, key=lambda rule: rule.code))


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(bookbuilder.__path__, "bookbuilder."):
        package, _, name = found.name.rpartition(".")
        named = getattr(importlib.import_module(package), _RULES_ARE_IN, None)
        if named is None or name in named:
            yield importlib.import_module(found.name)


def find_rule(said: str) -> Rule | None:
    """Return the rule with this code or name, in capitals or not."""
    wanted = said.strip().casefold()
    return next((r for r in all_rules() if wanted in (r.code.casefold(), r.name)), None)


def rule_like(said: str) -> str:
    """Return a hint for a code or name that no rule has; empty where none comes close."""
    is_code = said.strip()[1:].isdigit()
    known = [rule.code if is_code else rule.name for rule in all_rules()]
    return did_you_mean(said.strip(), [*known, WARNINGS])
