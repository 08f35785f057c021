"""`archdsl explain`: what a code of an error or a warning means."""

from __future__ import annotations

import textwrap

import click

from archdsl.cli.common import CommandError
from archdsl.diagnostics import suggest

WIDTH = 80
INDENT = 4 * " "


@click.command()
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain the code of a complaint, such as E201; without one, list them all."""
    from archdsl.diagnostics.codes import CODES

    if code is None:
        for known in sorted(CODES):
            click.echo(f"{known}  {CODES[known].title}")
        return
    explanation = CODES.get(code.upper())
    if explanation is None:
        near = suggest(code, CODES)
        hint = f"did you mean {near}?" if near else "`archdsl explain` lists the codes"
        raise CommandError(f"no complaint has the code {code}; {hint}")
    click.echo(f"{code.upper()}: {explanation.title}\n")
    click.echo(textwrap.fill(explanation.meaning, WIDTH))
    for title, example in (("Wrong", explanation.bad), ("Right", explanation.good)):
        if example:
            click.echo(f"\n{title}:\n\n{textwrap.indent(example, INDENT)}")
