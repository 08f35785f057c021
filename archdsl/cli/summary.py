"""`archdsl summary`: the listing with what the compiler found."""

from __future__ import annotations

import shutil
import sys

import click

from archdsl.cli.common import deliver, load, output_option, set_option, spec_argument


@click.command()
@spec_argument
@click.option(
    "--format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for readers, or JSON for programs.",
)
@output_option("Where to write the summary, instead of the terminal.")
@set_option
def command(spec: str, format: str, output: str | None, settings: dict[str, str]) -> None:
    """Print shapes, parameters and multiply-adds, line by line."""
    from archdsl.report.summary import summary_json, summary_text

    network = load(spec, settings)
    if output is None and format == "table" and sys.stdout is not None and sys.stdout.isatty():
        from rich.console import Console

        from archdsl.report.terminal import print_summary

        print_summary(network, Console(), shutil.get_terminal_size().columns)
        return
    text = summary_json(network) if format == "json" else summary_text(network)
    if output is None:
        click.echo(text, nl=False)
    else:
        deliver(text.encode(), output, network)
