"""`archdsl compile`: a spec as source code."""

from __future__ import annotations

import click

from archdsl.cli.common import deliver, emit, load, output_option, set_option, spec_argument


@click.command()
@spec_argument
@output_option("Where to write the code, instead of NAME.py in the current folder.")
@click.option("--backend", default="torch", show_default=True, help="What to write it for.")
@set_option
def command(spec: str, output: str | None, backend: str, settings: dict[str, str]) -> None:
    """Write a network as a PyTorch module; needs no torch."""
    network = load(spec, settings)
    format, data = emit(network, backend)
    deliver(data, f"{network.stem}.{format}" if output is None else output, network)
