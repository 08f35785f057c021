"""`archdsl render`: a spec as a picture."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from archdsl.cli.common import (
    STDOUT,
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
"""Flag -> the suffix of what it writes, which is the backend's name of the format, and its help."""
SUFFIXES = [suffix for suffix, _ in FORMATS.values()]
ON_TERMINAL = "txt"


def _format_flags(command: Command) -> Command:
    for flag, (suffix, help) in reversed(FORMATS.items()):
        command = click.option(f"--{flag}", suffix, is_flag=True, help=help)(command)
    return command


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
@_format_flags
@_look_options
@output_option("Where to write the picture, instead of NAME.svg in the current folder.")
@set_option
def command(spec: str, output: str | None, settings: dict[str, str], **asked: Any) -> None:
    """Draw a network.

    Several flags write several files. Without one, the suffix of PATH says what to write.
    """
    flagged = [suffix for suffix in SUFFIXES if asked.pop(suffix)]
    formats = _formats(flagged, output)
    if output == STDOUT and len(formats) > 1:
        raise CommandError("standard output takes one picture only")
    # Depth 0 is asked for; None, no names at all and a flag that is not set are not.
    look = {k: v for k, v in asked.items() if v not in (None, ()) and v is not False}
    from archdsl.backend import drawer_of

    with working(f"compiling {spec}"):
        network = load(spec, settings)
    # All are drawn before the first is written, so that trouble with one writes none.
    pictures = {}
    for format in formats:
        with working(f"drawing {network.class_name} as {format}"), _telling_warnings():
            pictures[format] = emit(network, drawer_of(format), format, **look)[1]
    for format, picture in pictures.items():
        if format == ON_TERMINAL and output is None:
            write_stdout(picture)
        else:
            deliver(picture, _target(output, network.stem, format, len(formats)), network)


@contextmanager
def _telling_warnings() -> Iterator[None]:
    """What the backend warns of is a line on stderr, once."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", UserWarning)
        yield
    for text in dict.fromkeys(str(warning.message) for warning in found):
        click.echo(f"archdsl: {text}", err=True)


def _formats(flagged: list[str], output: str | None) -> list[str]:
    """What to write: what the flags say, else what the suffix of PATH does, else SVG."""
    suffix = _suffix(output)
    if not flagged:
        if suffix and suffix not in SUFFIXES:
            known = ", ".join(f".{known}" for known in SUFFIXES)
            raise CommandError(f"{output}: no picture is written as .{suffix}; there are {known}")
        return [suffix or SUFFIXES[0]]
    if suffix in SUFFIXES and suffix not in flagged:
        [asked] = [flag for flag, (written, _) in FORMATS.items() if written == flagged[0]]
        raise CommandError(f"{output} is called .{suffix}, and --{asked} asks for another")
    return flagged


def _target(output: str | None, stem: str, format: str, count: int) -> str:
    """Where one picture goes: to PATH as it stands, or beside it where there are several."""
    if output is None:
        return f"{stem}.{format}"
    if count == 1:
        return output
    path = Path(output)
    return f"{path.with_suffix('') if _suffix(output) in SUFFIXES else path}.{format}"


def _suffix(output: str | None) -> str:
    """A file's suffix in small letters, without the dot; nothing where there is none."""
    return Path(output or "").suffix.removeprefix(".").lower()
