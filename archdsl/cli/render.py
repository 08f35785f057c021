"""`archdsl render`: a spec as a picture."""

from __future__ import annotations

from pathlib import Path

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
)

FORMATS = {
    "svg": "Write an SVG picture; the default.",
    "png": "Write a PNG picture.",
    "pdf": "Write a PDF page.",
    "dot": "Write the graph in Graphviz's language.",
}


def _format_flags(command: Command) -> Command:
    for format, help in reversed(FORMATS.items()):
        command = click.option(f"--{format}", format, is_flag=True, help=help)(command)
    return command


@click.command()
@spec_argument
@_format_flags
@output_option("Where to write the picture, instead of NAME.svg in the current folder.")
@set_option
def command(spec: str, output: str | None, settings: dict[str, str], **flags: bool) -> None:
    """Draw a network.

    Several flags write several files. Without one, the suffix of PATH says what to write.
    """
    formats = _formats([format for format in FORMATS if flags[format]], output)
    if output == STDOUT and len(formats) > 1:
        raise CommandError("standard output takes one picture only")
    network = load(spec, settings)
    # All are drawn before the first is written, so that trouble with one writes none.
    pictures = {format: emit(network, "graphviz", format)[1] for format in formats}
    for format, picture in pictures.items():
        deliver(picture, _target(output, network.stem, format, len(formats)), network)


def _formats(flagged: list[str], output: str | None) -> list[str]:
    """What to write: what the flags say, else what the suffix of PATH does, else SVG."""
    suffix = _suffix(output)
    if not flagged:
        if suffix and suffix not in FORMATS:
            known = ", ".join(f".{format}" for format in FORMATS)
            raise CommandError(f"{output}: no picture is written as .{suffix}; there are {known}")
        return [suffix or "svg"]
    if suffix in FORMATS and suffix not in flagged:
        raise CommandError(f"{output} is called .{suffix}, and --{flagged[0]} asks for another")
    return flagged


def _target(output: str | None, stem: str, format: str, count: int) -> str:
    """Where one picture goes: to PATH as it stands, or beside it where there are several."""
    if output is None:
        return f"{stem}.{format}"
    if count == 1:
        return output
    path = Path(output)
    return f"{path.with_suffix('') if _suffix(output) in FORMATS else path}.{format}"


def _suffix(output: str | None) -> str:
    """A file's suffix in small letters, without the dot; nothing where there is none."""
    return Path(output or "").suffix.removeprefix(".").lower()
