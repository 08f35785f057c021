"""`archdsl check`: whether specs compile and every claim in them holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import click
from click.exceptions import Exit

from archdsl.cli.common import (
    CommandError,
    find_and_compile,
    reason,
    set_option,
    show,
    status_of,
)
from archdsl.cli.status import FINE
from archdsl.diagnostics import Diagnostic, Severity, SpecError
from archdsl.report.text import counted


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of one spec: what it is or why it is nothing, and all that is to be said."""

    spec: str
    what: str
    diagnostics: tuple[Diagnostic, ...] = ()
    status: int = FINE

    def __str__(self) -> str:
        return f"{'bad' if self.status else 'ok':5}{self.spec}  {self.what}"


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print complaints. JSON goes to standard output, and the verdicts to stderr.",
)
@set_option
def command(specs: tuple[str, ...], format: str, settings: dict[str, str]) -> None:
    """Check files, names of the zoo, and all specs in folders."""
    is_json = format == "json"
    verdicts = []
    for spec in chain.from_iterable(map(_specs, specs)):
        verdict = _check(spec, settings)
        verdicts.append(verdict)
        if not is_json:
            show(verdict.diagnostics)
        click.echo(str(verdict), err=is_json)
    click.echo(_count(verdicts), err=is_json)
    if is_json:
        from archdsl.diagnostics.render import render_json

        click.echo(render_json(d for verdict in verdicts for d in verdict.diagnostics))
    raise Exit(max(verdict.status for verdict in verdicts))


def _specs(spec: str) -> Iterator[str]:
    """The spec itself, or those in a folder and the folders in it, hidden ones left out."""
    from archdsl import zoo

    folder = Path(spec)
    if not folder.is_dir():
        yield spec
        return
    paths = sorted(folder.rglob(f"*{zoo.SUFFIX}"))
    visible = [path for path in paths if path.is_file() and not _is_hidden(path, folder)]
    if not visible:
        raise CommandError(f"no file in {spec} is called *{zoo.SUFFIX}")
    yield from map(str, visible)


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _check(spec: str, settings: Mapping[str, str]) -> _Verdict:
    try:
        what, found = _block_file(spec) if _is_block_file(spec) else _network(spec, settings)
    except SpecError as failure:
        what, found = "", failure.diagnostics
    except CommandError as failure:
        return _Verdict(spec, failure.message, status=failure.exit_code)
    errors = [d for d in found if d.severity is Severity.ERROR]
    if errors:
        return _Verdict(spec, counted(len(errors), "error"), found, status_of(errors))
    return _Verdict(spec, what, found)


def _network(spec: str, settings: Mapping[str, str]) -> tuple[str, tuple[Diagnostic, ...]]:
    from archdsl.network import check_conditions

    network = find_and_compile(spec, settings)
    what = f"{network.class_name}, {counted(network.totals.parameters, 'parameter')}"
    return what, (*network.warnings, *check_conditions(network))


def _is_block_file(spec: str) -> bool:
    from archdsl import zoo

    path = Path(spec)
    return path.is_file() and path.resolve().parent.name == zoo.SHARED


def _block_file(spec: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """Blocks alone are no network: their words are looked up, and nothing is computed."""
    from archdsl.ir.load import load_program, read

    try:
        program = load_program(read(Path(spec), spec))
    except OSError as failure:
        raise CommandError(f"cannot read {spec}: {reason(failure)}") from None
    own = [block for block in program.blocks if block.source is program.sources[0]]
    return counted(len(own), "block"), program.warnings


def _count(verdicts: list[_Verdict]) -> str:
    """`5 specs: all fine, 1 warning`."""
    wrong = sum(1 for verdict in verdicts if verdict.status)
    doubts = sum(
        d.severity is Severity.WARNING for verdict in verdicts for d in verdict.diagnostics
    )
    result = f"{wrong} bad" if wrong else "all fine"
    warnings = f", {counted(doubts, 'warning')}" if doubts else ""
    return f"{counted(len(verdicts), 'spec')}: {result}{warnings}"
