"""`archdsl compile`: a spec as source code."""

from __future__ import annotations

from typing import Any

import click

from archdsl.cli.common import deliver, emit, load, output_option, set_option, spec_argument


@click.command()
@spec_argument
@output_option("Where to write the code, instead of NAME.py in the current folder.")
@click.option("--backend", default="torch", show_default=True, help="What to write it for.")
@click.option(
    "--devices",
    metavar="DEVICE,...",
    help="Of a network that is split: a tower on each of these, such as cuda:0,cuda:1.",
)
@set_option
def command(
    spec: str, output: str | None, backend: str, devices: str | None, settings: dict[str, str]
) -> None:
    """Write a network as a PyTorch module; needs no torch."""
    network = load(spec, settings)
    options: dict[str, Any] = {}
    if devices is not None:
        options["devices"] = tuple(device.strip() for device in devices.split(","))
    format, data = emit(network, backend, **options)
    deliver(data, f"{network.stem}.{format}" if output is None else output, network)
