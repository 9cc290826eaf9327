"""The command that says what the machine lacks."""

from __future__ import annotations

import sys

import click

from bookbuilder import __version__

FORMATS = ("epub", "pdf")
EXIT_CANNOT_BUILD = 1


@click.command()
def doctor() -> None:
    """Say what this machine has and lacks for each format.

    Ends with 0 if both formats can be built here, else with 1. Nothing is fetched.
    """
    import platform

    from bookbuilder.checks.machine import facts, trial

    click.echo(f"bookbuilder {__version__} on {platform.platform()}")
    for fact in facts():
        click.echo(f"  {fact.state:9} {fact.what}")
        for line in fact.hint.split("; "):
            if line:
                click.echo(f"{'':12}{line}")
    click.echo()
    failed = False
    for name in FORMATS:
        why = trial(name)
        failed |= bool(why)
        click.echo(
            f"{name.upper()}: {f'cannot be built here: {why}' if why else 'can be built here'}"
        )
    if failed:
        sys.exit(EXIT_CANNOT_BUILD)
