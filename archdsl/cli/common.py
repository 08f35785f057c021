"""What the commands share: the FILE argument, `--set`, loading with complaints, writing files."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click
from click.exceptions import Exit

from archdsl.cli.status import WRONG_COMMAND, WRONG_SPEC
from archdsl.diagnostics import Diagnostic, SpecError
from archdsl.report.text import counted

if TYPE_CHECKING:
    from archdsl.backend import Backend
    from archdsl.network import Network

STDOUT = "-"
SETTING_SOURCE = "--set "
"""How the names of the texts begin that come from the command line."""

Command = TypeVar("Command", bound=Callable[..., Any])


class CommandError(click.ClickException):
    """The command is wrong, not the spec; nothing was written."""

    exit_code = WRONG_COMMAND

    def show(self, file: Any = None) -> None:
        """One line on stderr."""
        click.echo(f"archdsl: {self.format_message()}", err=True)


def _settings(
    context: click.Context, option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Every `name=value`, each name once."""
    try:
        return settings_of(texts)
    except CommandError as failure:
        raise click.BadParameter(failure.message, context, option) from None


def settings_of(texts: Iterable[str]) -> dict[str, str]:
    """Every `name=value`, each name once. Raises CommandError."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name.isidentifier() or not value:
            raise CommandError(f"{text!r} is not like classes=10")
        if name in settings:
            raise CommandError(f"{name} is set twice")
        settings[name] = value
    return settings


def split_settings(text: str) -> tuple[str, dict[str, str]]:
    """`resnet_cifar:n=3,classes=100` as the spec and its settings. Raises CommandError."""
    spec, colon, settings = text.rpartition(":")
    if not colon or "=" not in settings or Path(text).exists():
        return text, {}
    return spec, settings_of(settings.split(","))


def spec_argument(command: Command) -> Command:
    """The argument FILE: a path or a name of the zoo."""
    return click.argument("spec", metavar="FILE")(command)


def set_option(command: Command) -> Command:
    """The option `--set`, any number of times."""
    return click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        callback=_settings,
        help="Set a parameter of the network: classes=10, size=7x1, bias=no.",
    )(command)


def output_option(help: str) -> Callable[[Command], Command]:
    """The option `-o`."""
    return click.option("-o", "--output", metavar="PATH", help=f"{help} - is standard output.")


# --- Reading ---


UNCHECKED = "W301"
"""The doubt that claims are for other parameters: nothing to say where those are the question."""


def load(spec: str, settings: Mapping[str, str], is_question: bool = False) -> Network:
    """The network; doubts go to stderr. A wrong spec is shown there, and ends the command.

    `is_question` says that the command is about other parameters than the paper's.
    """
    try:
        network = find_and_compile(spec, settings)
    except SpecError as failure:
        show(failure.diagnostics)
        raise Exit(status_of(failure.diagnostics)) from None
    show(d for d in network.warnings if not (is_question and d.code == UNCHECKED))
    return network


def find_and_compile(spec: str, settings: Mapping[str, str]) -> Network:
    """The network of a path or a zoo name. Raises SpecError, and CommandError if there is none."""
    from archdsl.network import SpecNotFound, load

    try:
        return load(spec, **settings)
    except SpecNotFound as failure:
        if spec and Path(spec).is_dir():
            raise CommandError(f"{spec} is a folder; name a spec in it") from None
        raise CommandError(str(failure)) from None
    except OSError as failure:
        raise CommandError(f"cannot read {spec}: {reason(failure)}") from None


def status_of(diagnostics: Iterable[Diagnostic]) -> int:
    """Whether the spec is wrong, or what `--set` says."""
    is_setting = all(d.span and d.span.source.name.startswith(SETTING_SOURCE) for d in diagnostics)
    return WRONG_COMMAND if is_setting else WRONG_SPEC


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Complaints on stderr, as a person reads them."""
    from archdsl.diagnostics.render import render_text

    for diagnostic in diagnostics:
        click.echo(render_text(diagnostic, has_colours(sys.stderr)), err=True)


def has_colours(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal whose user has not said no to colours."""
    return stream is not None and stream.isatty() and not os.environ.get("NO_COLOR")


# --- Writing ---


def find_backend(name: str) -> Backend:
    """The backend of that name. Raises CommandError."""
    from archdsl.backend import find

    try:
        with backend_errors():
            return find(name)
    except (ImportError, AttributeError) as failure:
        raise CommandError(f"the backend {name} cannot be loaded: {failure}") from failure


def emit(
    network: Network, backend: str, format: str | None = None, **options: Any
) -> tuple[str, bytes]:
    """The format, the backend's default unless one is named, and the whole file."""
    format = format or find_backend(backend).formats[0]
    with backend_errors():
        return format, network.emit(backend, format, **options)


@contextmanager
def backend_errors() -> Iterator[None]:
    """What a backend complains of is the command's complaint; an option is called by its flag."""
    from archdsl.backend import BackendError, VainOption

    try:
        yield
    except VainOption as failure:
        raise CommandError(f"{failure.taker} takes no --{failure.option}") from None
    except BackendError as failure:
        raise CommandError(str(failure)) from None


def deliver(data: bytes, output: str, network: Network) -> None:
    """Write a file, or standard output, and say in one line what was written."""
    deliver_of(data, output, [network], describe(network))


def deliver_of(data: bytes, output: str, networks: Iterable[Network], what: str) -> None:
    """The same for what was made of several networks, and is `what`."""
    if output == STDOUT:
        write_stdout(data)
    else:
        write_file(Path(output), data, networks)
    target = "standard output" if output == STDOUT else output
    click.echo(f"wrote {target}: {what}", err=output == STDOUT)


def describe(network: Network) -> str:
    """`GoogLeNet, 6,998,552 parameters, 1,582,671,872 multiply-adds, 22 layers`."""
    totals = network.totals
    figures = (
        counted(totals.parameters, "parameter"),
        counted(totals.macs, "multiply-add"),
        counted(totals.depth, "layer"),
    )
    return ", ".join((network.class_name, *figures))


def write_stdout(data: bytes) -> None:
    """The bytes as they are, behind all that was printed before."""
    if sys.stdout is None:
        raise CommandError("cannot write to standard output: it is closed")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_file(path: Path, data: bytes, networks: Iterable[Network]) -> None:
    """The whole file or nothing of it; never over a text that a network was made of."""
    try:
        if path.is_dir():
            raise CommandError(f"cannot write {path}: it is a folder")
        for source in chain.from_iterable(network.program.sources for network in networks):
            if source.path is not None and path.exists() and path.samefile(source.path):
                raise CommandError(f"cannot write {path}: the spec itself is there")
        _replace(Path(os.path.realpath(path)), data)
    except OSError as failure:
        raise CommandError(f"cannot write {path}: {reason(failure)}") from None


def _replace(path: Path, data: bytes) -> None:
    """Put a finished file in the place of the old one, with the old one's permissions."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # A device or a pipe: there is nothing to replace.
        return
    mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=".archdsl-", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def reason(failure: OSError) -> str:
    """What went wrong, without the file's name."""
    return failure.strerror or str(failure)
