"""`archdsl summary`: the listing with what the compiler found."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import (
    CommandError,
    deliver,
    load,
    output_option,
    set_option,
    spec_argument,
)

if TYPE_CHECKING:
    from archdsl.report.summary import Summary


@click.command()
@spec_argument
@click.option(
    "--format",
    type=click.Choice(["table", "json", "csv", "markdown", "latex"]),
    default="table",
    show_default=True,
    help="A table for readers, data for programs, or a table for a page or a paper.",
)
@click.option(
    "--style",
    type=click.Choice(["table", "lecture"]),
    default="table",
    show_default=True,
    help="How the table looks: columns, or the listing of a lecture.",
)
@click.option(
    "--columns",
    metavar="NAME,...",
    help="What to show: kind, path, output, parameters, buffers, macs, fvcore, flops, activations, "
    "memory, neurons, connections, field, jump, centre, moved, device_parameters, device_memory, "
    "crossing, intensity.",
)
@click.option("--sort", metavar="NAME", help="List the layers by a column, the largest first.")
@click.option("--depth", type=click.IntRange(min=0), help="Fold the blocks below this depth.")
@click.option("--batch", type=click.IntRange(min=1), help="Count memory for so many images.")
@click.option(
    "--dtype",
    metavar="TYPE",
    help="Count memory in float64, float32, bfloat16 or float16.",
)
@click.option(
    "--optimizer",
    metavar="NAME",
    help="Count a training step, too: sgd, momentum, rmsprop, adam or adamw.",
)
@click.option("--fits", metavar="SIZE", help="Say how many images fit into a size such as 5GiB.")
@output_option("Where to write the summary, instead of the terminal.")
@set_option
def command(
    spec: str,
    format: str,
    style: str,
    columns: str | None,
    output: str | None,
    settings: dict[str, str],
    **options: Any,
) -> None:
    """Print shapes, parameters, multiply-adds and other costs, line by line."""
    from archdsl.report.columns import UnknownChoice
    from archdsl.report.summary import Summary

    if style != "table" and format != "table":
        raise CommandError(f"--style {style} is for readers, --format {format} for programs")
    _refuse_vain_options(style if format == "table" else format, {"columns": columns, **options})
    names = None if columns is None else [name.strip() for name in columns.split(",")]
    if names is not None and not all(names):
        raise CommandError(f"--columns {columns} is not like --columns output,macs")
    network = load(spec, settings)
    try:
        summary = Summary.of(network, columns=names, **options)
        if output is None and format == style == "table" and _is_terminal():
            _show(summary)
            return
        text = summary.written(style if format == "table" else format)
    except UnknownChoice as failure:
        raise CommandError(str(failure)) from None
    if output is None:
        click.echo(text, nl=False)
    else:
        deliver(text.encode(), output, network)


VAIN = {
    "lecture": ("columns", "sort", "depth", "batch", "optimizer", "fits"),
    "json": ("columns", "sort", "depth"),
    "csv": ("optimizer", "fits"),
}
"""Form -> options that it could not show: a listing for one image, everything, and rows only."""


def _refuse_vain_options(form: str, options: Mapping[str, Any]) -> None:
    for name in VAIN.get(form, ()):
        if options[name] is not None:
            raise CommandError(f"--{name} changes nothing where the form is {form}")


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _show(summary: Summary) -> None:
    """The table in colours, as wide as the terminal."""
    from rich.console import Console

    from archdsl.report.terminal import print_summary

    print_summary(summary, Console(), shutil.get_terminal_size().columns)
