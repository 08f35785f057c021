"""`archdsl diff`: what differs between two networks, as structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from archdsl.cli.common import (
    CommandError,
    backend_errors,
    deliver_of,
    load,
    output_option,
    set_option,
    split_settings,
)
from archdsl.cli.pictures import formats_asked, picture_flags, targets
from archdsl.cli.progress import working
from archdsl.cli.status import FINE, WRONG_COMMAND

if TYPE_CHECKING:
    from archdsl.report.difference import Difference

PICTURES = {
    "svg": ("svg", "Draw the two networks side by side as SVG."),
    "png": ("png", "Draw them as PNG."),
    "pdf": ("pdf", "Draw them as a PDF page."),
    "tikz": ("tex", "Draw them as a TikZ picture for LaTeX."),
}

DIFFERENT = 1
"""What diff exits with where the networks differ; trouble of any kind is `WRONG_COMMAND`."""


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    show_default="text",
    help="Sentences for readers, or JSON for programs.",
)
@picture_flags(PICTURES)
@click.option(
    "--theme",
    type=click.Choice(["light", "dark", "auto"]),
    help="Colours of a picture; auto, the default, follows the reader's screen.",
)
@output_option("Where to write it, instead of the terminal or difference.svg.")
@set_option
def command(
    before: str,
    after: str,
    format: str | None,
    theme: str | None,
    output: str | None,
    settings: dict[str, str],
    **flags: bool,
) -> None:
    """Say what differs between two networks, layer by layer.

    It prints sentences, unless a flag or the suffix of PATH asks for a picture.

    A and B are specs; parameters may follow a colon, as in resnet_cifar:n=3. A B that is only
    :n=5 is A's spec with these. It exits with 0 if they are the same, 1 if they differ, and 2 if
    there was trouble.
    """
    from archdsl.report.difference import diff

    pictures = formats_asked(PICTURES, flags, output)
    if format and pictures:
        raise CommandError(f"--format {format} writes no picture, and one is asked for")
    if theme and not pictures:
        raise CommandError(f"--theme {theme} needs a picture: its flag, or a PATH that ends so")
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
    what = "no difference" if difference.is_same else "what differs"
    if pictures:
        drawn = _drawn(difference, pictures, {"theme": theme} if theme else {})
        for picture, target in targets(pictures, output, "difference").items():
            deliver_of(drawn[picture], target, networks, what)
        raise Exit(FINE if difference.is_same else DIFFERENT)
    text = difference.json() if format == "json" else difference.text()
    if output is None:
        click.echo(text, nl=False)
    else:
        deliver_of(text.encode(), output, networks, what)
    raise Exit(FINE if difference.is_same else DIFFERENT)


def _drawn(difference: Difference, formats: list[str], options: dict[str, str]) -> dict[str, bytes]:
    """All formats: trouble with one writes none."""
    from archdsl.backend import draw

    with backend_errors(), working("drawing what differs"):
        return {format: draw(difference, format, **options) for format in formats}
