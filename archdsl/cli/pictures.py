"""Which pictures a command is asked for, and into which files they go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from archdsl.cli.common import STDOUT, Command, CommandError

Flags = dict[str, tuple[str, str]]
"""Flag -> the suffix of what it writes, which is the backend's name of the format, and its help."""


def picture_flags(flags: Flags) -> Callable[[Command], Command]:
    """An option a flag; each parameter is called as the suffix."""

    def decorate(command: Command) -> Command:
        for flag, (suffix, help) in reversed(flags.items()):
            command = click.option(f"--{flag}", suffix, is_flag=True, help=help)(command)
        return command

    return decorate


def formats_asked(flags: Flags, given: Mapping[str, bool], output: str | None) -> list[str]:
    """The formats of the given flags, else the one that PATH's suffix names; perhaps none.

    Raises CommandError where flags and suffix disagree, and for two pictures on standard output.
    """
    asked = {suffix: flag for flag, (suffix, _) in flags.items() if given[suffix]}
    suffix = suffix_of(output)
    is_known = suffix in (known for known, _ in flags.values())
    if not asked:
        return [suffix] if is_known else []
    if is_known and suffix not in asked:
        flag = next(iter(asked.values()))
        raise CommandError(f"{output} is called .{suffix}, and --{flag} asks for another")
    if output == STDOUT and len(asked) > 1:
        raise CommandError("standard output takes one picture only")
    return list(asked)


def targets(formats: Iterable[str], output: str | None, stem: str) -> dict[str, str]:
    """Format -> the file: PATH as it stands for one picture, and for several PATH with suffixes.

    Without PATH they are called as the stem says. Of PATH goes only the suffix of one of them.
    """
    formats = list(formats)
    if output is not None and len(formats) == 1:
        return {formats[0]: output}
    path = Path(output or stem)
    head = path.with_suffix("") if output and suffix_of(output) in formats else path
    return {format: f"{head}.{format}" for format in formats}


def suffix_of(output: str | None) -> str:
    """A file's suffix in small letters, without the dot; nothing where there is none."""
    return Path(output or "").suffix.removeprefix(".").lower()
