"""`archdsl diff`: what differs between two networks, as structure."""

from __future__ import annotations

import click
from click.exceptions import Exit

from archdsl.cli.common import (
    deliver_of,
    load,
    output_option,
    set_option,
    split_settings,
)
from archdsl.cli.status import FINE, WRONG_COMMAND

DIFFERENT = 1
"""What diff exits with where the networks differ; trouble of any kind is `WRONG_COMMAND`."""


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Sentences for readers, or JSON for programs.",
)
@output_option("Where to write the differences, instead of the terminal.")
@set_option
def command(
    before: str, after: str, format: str, output: str | None, settings: dict[str, str]
) -> None:
    """Say what differs between two networks, layer by layer.

    A and B are specs; parameters may follow a colon, as in resnet_cifar:n=3. A B that is only
    :n=5 is A's spec with these. It exits with 0 if they are the same, 1 if they differ, and 2 if
    there was trouble.
    """
    from archdsl.report.difference import diff

    spec, own = split_settings(before)
    other, others = split_settings(after)
    try:
        networks = [
            load(spec, settings | own, is_question=True),
            load(other or spec, settings | others, is_question=True),
        ]
    except Exit:
        raise Exit(WRONG_COMMAND) from None
    difference = diff(*networks)
    text = difference.json() if format == "json" else difference.text()
    if output is None:
        click.echo(text, nl=False)
    else:
        what = "no difference" if difference.is_same else "what differs"
        deliver_of(text.encode(), output, networks, what)
    raise Exit(FINE if difference.is_same else DIFFERENT)
