"""The `archdsl` command."""

from archdsl.cli.group import main

__all__ = ["main"]
