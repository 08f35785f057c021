"""`archdsl render`: a spec as a picture."""

from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from archdsl.cli.common import (
    Command,
    CommandError,
    deliver,
    emit,
    load,
    output_option,
    set_option,
    spec_argument,
    write_stdout,
)
from archdsl.cli.pictures import formats_asked, picture_flags, suffix_of, targets
from archdsl.cli.progress import working

FORMATS = {
    "svg": ("svg", "Write an SVG picture; the default."),
    "png": ("png", "Write a PNG picture."),
    "pdf": ("pdf", "Write a PDF page."),
    "dot": ("dot", "Write the graph in Graphviz's language."),
    "tikz": ("tex", "Write a TikZ picture for LaTeX."),
    "text": ("txt", "Draw the overview with characters, in the terminal unless -o is given."),
    "html": ("html", "Write a page to explore in the browser, in one file."),
}
DEFAULT = "svg"
ON_TERMINAL = "txt"


def _look_options(command: Command) -> Command:
    """What the backend is asked for; an option that is not given is the backend's to choose."""
    for option in (
        click.option(
            "--highlight",
            type=click.Choice(["macs", "memory", "parameters"]),
            help="Tint boxes by what they cost.",
        ),
        click.option(
            "--theme",
            type=click.Choice(["light", "dark", "auto"]),
            help="Colours for white paper or a dark screen; auto follows the reader's screen.",
        ),
        click.option("--costs", is_flag=True, help="Parameters and multiply-adds in every box."),
        click.option("--shapes", is_flag=True, help="The shape beside every edge."),
        click.option(
            "--page",
            type=click.Choice(["a4", "a4-landscape", "letter", "letter-landscape"]),
            help="Fit the picture on this paper.",
        ),
        click.option(
            "--columns", type=click.IntRange(1), metavar="N", help="Columns of the overview."
        ),
        click.option(
            "--direction",
            type=click.Choice(["down", "right"]),
            help="Where the flow leads; down is the default.",
        ),
        click.option(
            "--expand",
            metavar="NAME",
            multiple=True,
            help="Draw a block open, or one use of it: Bottleneck, layer2.0.",
        ),
        click.option(
            "--depth", type=click.IntRange(0), metavar="N", help="Draw N levels of blocks open."
        ),
        click.option(
            "--style",
            type=click.Choice(["blocks", "layers", "volumes"]),
            help="An overview and its blocks (the default), every layer, or feature maps as boxes.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@spec_argument
@picture_flags(FORMATS)
@_look_options
@output_option("Where to write the picture, instead of NAME.svg in the current folder.")
@set_option
def command(spec: str, output: str | None, settings: dict[str, str], **asked: Any) -> None:
    """Draw a network.

    Several flags write several files. Without one, the suffix of PATH says what to write.
    """
    given = {suffix: asked.pop(suffix) for suffix, _ in FORMATS.values()}
    formats = formats_asked(FORMATS, given, output) or [_default(output)]
    # Depth 0 is asked for; None, no names at all and a flag that is not set are not.
    look = {k: v for k, v in asked.items() if v not in (None, ()) and v is not False}
    from archdsl.backend import drawer_of

    with working(f"compiling {spec}"):
        network = load(spec, settings)
    # All are drawn before the first is written, so that trouble with one writes none.
    pictures = {}
    for format in formats:
        width = _terminal_width() if format == ON_TERMINAL and output is None else {}
        with working(f"drawing {network.class_name} as {format}"), _telling_warnings():
            pictures[format] = emit(network, drawer_of(format), format, **look, **width)[1]
    for format, target in targets(formats, output, network.stem).items():
        if format == ON_TERMINAL and output is None:
            write_stdout(pictures[format])
        else:
            deliver(pictures[format], target, network)


def _terminal_width() -> dict[str, int]:
    """What a terminal has room for; a pipe has room for everything."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return {"width": shutil.get_terminal_size().columns} if is_terminal else {}


@contextmanager
def _telling_warnings() -> Iterator[None]:
    """What the backend warns of is a line on stderr, once."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", UserWarning)
        yield
    for text in dict.fromkeys(str(warning.message) for warning in found):
        click.echo(f"archdsl: {text}", err=True)


def _default(output: str | None) -> str:
    """What is drawn where neither a flag nor a suffix says it; a suffix that says it wrong is."""
    if suffix := suffix_of(output):
        known = ", ".join(f".{known}" for known, _ in FORMATS.values())
        raise CommandError(f"{output}: no picture is written as .{suffix}; there are {known}")
    return DEFAULT
