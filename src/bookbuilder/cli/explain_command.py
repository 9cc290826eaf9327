"""Define the command that explains a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bookbuilder.cli.shared_options import WrongUse
from bookbuilder.cli.terminal import say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from bookbuilder.model.diagnostics import Rule

WIDTH = 80


def _complete(context: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from bookbuilder.model.rule_lookup import all_rules

    return [
        CompletionItem(text, help=rule.code)
        for rule in all_rules()
        for text in (rule.code, rule.name)
        if text.casefold().startswith(start.casefold())
    ]


@click.command()
@click.argument("rule", metavar="[CODE|NAME]", required=False, shell_complete=_complete)
def explain(rule: str | None) -> None:
    """Explain why a rule exists, and how to obey or silence it.

    Give the code of a rule, as messages show it (L001), or its name (broken-link). Without
    either, all rules are listed.
    """
    from bookbuilder.model.rule_lookup import all_rules, find_rule, rule_like

    if rule is None:
        for line in _table(all_rules()):
            say(line)
        return
    found = find_rule(rule)
    if found is None:
        hint = rule_like(rule) or "`bookbuilder explain` lists all rules."
        raise WrongUse(f"there is no rule `{rule}`; {hint}")
    why = click.wrap_text(found.why, WIDTH)
    told = f"{found.code} {found.name} ({found.severity})\n\n{why}\n\n{_how_to_silence(found)}"
    for line in told.split("\n"):
        say(line)


def _table(rules: tuple[Rule, ...]) -> list[str]:
    width = max(len(rule.name) for rule in rules)
    return [f"{rule.code}  {rule.name:{width}}  {rule.severity}" for rule in rules]


def _how_to_silence(rule: Rule) -> str:
    from bookbuilder.model.diagnostics import Severity

    if rule.severity is Severity.ERROR:
        return click.wrap_text(
            "No correct book can be made with this error: it cannot be allowed or made a warning.",
            WIDTH,
        )
    return "\n".join(
        [
            "To silence it, in book.toml for the whole book:",
            "",
            "    [lint]",
            f'    allow = ["{rule.name}"]',
            "",
            "or at the top of a chapter for that one alone:",
            "",
            "    ---",
            "    lint:",
            f"      allow: {rule.name}",
            "    ---",
            "",
            "`deny` instead of `allow` makes it an error, `warn` a warning.",
        ]
    )
