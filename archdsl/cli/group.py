"""The command itself: a module a subcommand, imported when it is asked for.

It stands in no `__init__`, where the subcommand `list` would hide the builtin.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn, TextIO

import click

from archdsl import __version__
from archdsl.cli.status import CANCELLED, INTERNAL_ERROR, PIPE_CLOSED, WRONG_COMMAND
from archdsl.diagnostics import suggest

COMMANDS = ("compile", "render", "view", "summary", "compare", "diff", "check", "list", "explain")
"""The subcommands as help lists them, each a module of this package with a `command`."""

TRACEBACK = "ARCHDSL_TRACEBACK"
"""Set to 1 in the environment, it shows where an internal error comes from."""


class _PipeClosed(Exception):
    """Whoever read the output has enough of it, as in `archdsl list | head -1`."""


class _Commands(click.Group):
    """The group. Its `main` always ends the process, and no traceback gets past it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"archdsl.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = suggest(args[0], COMMANDS)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(COMMANDS)}"
            ctx.fail(f"No command is called {args[0]}; {hint}")
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _telling_closed_pipes():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _telling_closed_pipes():
            return super().invoke(ctx)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command line and exit with its status."""
        _accept_every_character(sys.stdout)
        extra["standalone_mode"] = False
        try:
            with _without_garbage_collection():
                status = super().main(*args, **extra)
            _flush(sys.stdout)
        except click.ClickException as error:
            error.show()
            status = error.exit_code
        except click.Abort:
            status = CANCELLED
        except (_PipeClosed, BrokenPipeError):
            _abandon(sys.stdout)
            status = PIPE_CLOSED
        except OSError as error:
            click.echo(f"archdsl: {error}", err=True)
            _abandon(sys.stdout)
            status = WRONG_COMMAND
        except Exception as error:
            status = _internal_error(error)
        sys.exit(status if isinstance(status, int) else 0)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archdsl")
def main() -> None:
    """Compile, draw and count neural networks from their listings.

    FILE is a path, or the name of a network of the zoo: specs/googlenet.arch, googlenet.
    """


@contextmanager
def _telling_closed_pipes() -> Iterator[None]:
    """Click takes a closed pipe for an exit with 1, which here is a wrong spec."""
    try:
        yield
    except BrokenPipeError as error:
        raise _PipeClosed from error


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A command ends before garbage could pile up; looking for it takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # So that Python does not look through it all at the very end either.
        gc.enable()


def _internal_error(error: Exception) -> int:
    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exc()
    reason = f"{type(error).__name__}: {error}".partition("\n")[0].removesuffix(": ")
    click.echo(f"archdsl: internal error: {reason}", err=True)
    click.echo(
        f"This is archdsl's fault; please report it. {TRACEBACK}=1 shows where it comes from.",
        err=True,
    )
    return INTERNAL_ERROR


def _accept_every_character(stream: TextIO | None) -> None:
    """An ASCII terminal is no reason to fail: what it cannot show is escaped."""
    with suppress(AttributeError, ValueError):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _flush(stream: TextIO | None) -> None:
    if stream is not None:
        stream.flush()


def _abandon(stream: TextIO | None) -> None:
    """Let what is still buffered go nowhere, so that Python does not fail on it at the end."""
    with suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[union-attr]
