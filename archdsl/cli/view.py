"""`archdsl view`: a spec as a page in the browser that follows what its author writes."""

from __future__ import annotations

import gc

import click

from archdsl.cli.common import CommandError, find_backend, reason, set_option, spec_argument


@click.command()
@spec_argument
@click.option("--open", "is_opened", is_flag=True, help="Open the page in the browser.")
@set_option
def command(spec: str, is_opened: bool, settings: dict[str, str]) -> None:
    """Show a network in the browser, drawn anew whenever a file of it is saved.

    The page is served to this machine only, until ^C. A wrong spec is shown there with its errors.
    """
    from archdsl.backend import Viewer
    from archdsl.network import SpecNotFound

    def ready(address: str) -> None:
        click.echo(f"{spec} is shown at {address} until ^C")
        if is_opened:
            import webbrowser

            webbrowser.open(address)

    page = find_backend("page")
    if not isinstance(page, Viewer):
        raise CommandError("the backend page cannot show a network live")
    gc.enable()  # Unlike other commands, this one goes on.
    try:
        page.view(spec, settings, ready)
    except KeyboardInterrupt:
        click.echo()
    except SpecNotFound as failure:
        raise CommandError(str(failure)) from None
    except OSError as failure:
        raise CommandError(f"cannot serve {spec}: {reason(failure)}") from None
