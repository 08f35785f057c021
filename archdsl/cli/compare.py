"""`archdsl compare`: networks side by side, as a table or as a chart."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

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
from archdsl.report.text import counted

if TYPE_CHECKING:
    from archdsl.network import Network
    from archdsl.report.comparison import Comparison

PICTURES = {
    "svg": ("svg", "Draw a chart as SVG."),
    "png": ("png", "Draw a chart as PNG."),
    "pdf": ("pdf", "Draw a chart as PDF."),
    "html": ("html", "Write a chart as a page that says on hover what a blob is."),
}


@click.command()
@click.argument("specs", nargs=-1, metavar="FILE...")
@click.option("--zoo", is_flag=True, help="Compare every network of the zoo.")
@click.option(
    "--format",
    type=click.Choice(["table", "json", "csv", "markdown", "latex"]),
    show_default="table",
    help="How to write the table.",
)
@picture_flags(PICTURES)
@click.option(
    "--chart",
    type=click.Choice(["operations", "density", "sweep"]),
    help="Accuracy against operations, accuracy per parameter, or costs along --sweep.",
)
@click.option("--protocol", default="", metavar="TEXT", help="How the errors were measured.")
@click.option("--sweep", metavar="NAME=VALUE,...", help="Compare a network with itself.")
@output_option("Where to write it, instead of the terminal or comparison.svg.")
@set_option
def command(
    specs: tuple[str, ...],
    zoo: bool,
    format: str | None,
    chart: str | None,
    protocol: str,
    sweep: str | None,
    output: str | None,
    settings: dict[str, str],
    **flags: bool,
) -> None:
    """Compare networks: costs, and errors that were measured alike.

    It prints a table, unless a flag or the suffix of PATH asks for a picture. Parameters of one
    network may follow a colon, as in resnet_cifar:n=3.
    """
    from archdsl.report.comparison import CannotCompare, compare

    pictures = formats_asked(PICTURES, flags, output)
    if chart and not pictures:
        raise CommandError(f"--chart {chart} needs a picture: its flag, or a PATH that ends so")
    if format and pictures:
        raise CommandError(f"--format {format} writes no picture, and one is asked for")
    parameter, values = _swept(sweep)
    networks = list(_networks(_specs(specs, zoo), settings, parameter, values))
    try:
        comparison = compare(*networks, protocol=protocol, parameter=parameter)
    except CannotCompare as failure:
        raise CommandError(str(failure)) from None
    if pictures:
        _draw(comparison, networks, pictures, chart or "", output)
    else:
        _write(comparison, networks, format or "table", output)


def _specs(specs: tuple[str, ...], zoo: bool) -> list[str]:
    from archdsl import zoo as all_specs

    if bool(specs) == zoo:
        raise CommandError("name the networks to compare, or say --zoo")
    return all_specs.names() if zoo else list(specs)


def _swept(sweep: str | None) -> tuple[str, list[str]]:
    """`widen=1,2,4` as the parameter and its values."""
    if sweep is None:
        return "", []
    name, equals, values = sweep.partition("=")
    found = [value.strip() for value in values.split(",")]
    if not equals or not name.strip().isidentifier() or not all(found):
        raise CommandError(f"--sweep {sweep} is not like --sweep widen=1,2,4")
    if len(set(found)) < len(found):
        raise CommandError(f"--sweep {sweep} has a value twice")
    return name.strip(), found


def _networks(
    specs: list[str], settings: Mapping[str, str], parameter: str, values: list[str]
) -> Iterator[Network]:
    for text in specs:
        spec, own = split_settings(text)
        for value in values or [""]:
            swept = {parameter: value} if parameter else {}
            yield load(spec, {**settings, **own, **swept}, is_question=True)


def _write(
    comparison: Comparison, networks: list[Network], format: str, output: str | None
) -> None:
    is_terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal and format == "table" else None
    text = comparison.written(format, width)
    if output is None:
        click.echo(text, nl=False)
    else:
        deliver_of(text.encode(), output, networks, counted(len(networks), "network"))


def _draw(
    comparison: Comparison,
    networks: list[Network],
    formats: list[str],
    chart: str,
    output: str | None,
) -> None:
    from archdsl.backend import draw

    with backend_errors():
        # All are drawn before the first is written, so that trouble with one writes none.
        drawn = {format: draw(comparison, format, chart) for format in formats}
    for format, target in targets(formats, output, "comparison").items():
        deliver_of(drawn[format], target, networks, counted(len(networks), "network"))
