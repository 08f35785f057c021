"""The summary: what the compiler found, as a table for readers and as data for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from archdsl.ir.evaluate import Value, show
from archdsl.ir.graph import Graph
from archdsl.passes import Facts, LayerFacts, Totals
from archdsl.report import formats
from archdsl.report.columns import (
    BY_KEY,
    COLUMNS,
    DEFAULT,
    ONE_IMAGE,
    Column,
    Setup,
    choose,
    columns_named,
)
from archdsl.report.devices import device_record, device_text
from archdsl.report.lecture import lecture_text
from archdsl.report.memory import Budget, memory_lines, memory_record
from archdsl.report.rows import (
    FIGURES,
    Costs,
    Row,
    RowKind,
    costs_of,
    flat_rows,
    fold,
    table_rows,
)
from archdsl.report.table import Line, lay_out
from archdsl.report.text import counted, wrapped
from archdsl.syntax.source import Source

SCHEMA = 1

# A list of numbers as `json` indents it. A string of the author's holds no line end.
_NUMBERS = re.compile(r"\[\n([\s\d,.-]+)\]")
_TREE = (
    "A line with indented lines below it is their sum; one that is like another has the same "
    "layers inside."
)


class Summarized(Protocol):
    """What a summary needs to know of a network."""

    @property
    def name(self) -> str:
        """What the zoo or the file calls it."""

    @property
    def class_name(self) -> str:
        """What the spec calls it."""

    @property
    def source(self) -> Source:
        """The spec's own text."""

    @property
    def graph(self) -> Graph:
        """The layers and blocks."""

    @property
    def facts(self) -> Facts:
        """What the passes found."""

    @property
    def changed(self) -> Mapping[str, Value]:
        """The parameters that differ from their defaults."""


def title(network: Summarized) -> str:
    """`AlexNet (alexnet.arch) with classes = 10`."""
    changed = ", ".join(f"{name} = {show(value)}" for name, value in network.changed.items())
    return f"{network.class_name} ({network.source.name})" + (f" with {changed}" if changed else "")


@dataclass(frozen=True)
class Summary:
    """A network's rows under the chosen columns.

    Blocks deeper than `depth` are folded. Sorted `by` a column, it lists every layer, those of
    repeated blocks each time, the largest figure first. With a `budget` the footer says what memory
    a run takes.
    """

    network: Summarized
    columns: tuple[Column, ...] = DEFAULT
    setup: Setup = ONE_IMAGE
    depth: int | None = None
    by: Column | None = None
    budget: Budget | None = None

    @classmethod
    def of(
        cls,
        network: Summarized,
        *,
        columns: Iterable[str] | None = None,
        sort: str | None = None,
        depth: int | None = None,
        batch: int | None = None,
        dtype: str | None = None,
        optimizer: str | None = None,
        fits: str | None = None,
    ) -> Summary:
        """What the command's options ask for; the last four ask for the memory, too.

        Raises `UnknownChoice`.
        """
        asks_memory = any(option is not None for option in (batch, dtype, optimizer, fits))
        usual = (*DEFAULT, BY_KEY["memory"]) if asks_memory else DEFAULT
        return cls(
            network,
            usual if columns is None else columns_named(columns),
            Setup(batch or ONE_IMAGE.batch, dtype or ONE_IMAGE.dtype),
            depth,
            None if sort is None else choose("column", sort, BY_KEY),
            Budget(optimizer, fits) if asks_memory else None,
        )

    def written(self, format: str, width: int | None = None) -> str:
        """The summary in a format; only a table minds the width. Raises `UnknownChoice`."""
        if format == "table":
            return self.text(width)
        write: Callable[[Summary], str] = choose("format", format, FORMATS)
        return write(self)

    # --- The table ---

    @cached_property
    def rows(self) -> list[Row]:
        """All rows but the total."""
        is_sorted = self.by is not None
        # A row that stands for several uses of a block is no layer, and would come too early.
        rows = table_rows(self.network.graph, self.network.facts, repeats=is_sorted)
        if self.depth is not None:
            rows = fold(rows, self.depth)
        return rows if self.by is None else self._sorted(flat_rows(rows), self.by)

    def _sorted(self, rows: list[Row], by: Column) -> list[Row]:
        """What has nothing in that column comes last."""
        cells = [(by.cell(row, self.setup), row) for row in rows]
        known = [entry for entry in cells if entry[0] is not None]
        known.sort(key=lambda entry: entry[0], reverse=by.is_figure)
        return [row for _, row in known] + [row for cell, row in cells if cell is None]

    @property
    def total(self) -> Row:
        """The sum of all rows that are no sums."""
        facts = self.network.facts
        costs = Costs(*map(facts.total, FIGURES))
        return Row(RowKind.TOTAL, "", "total", (), facts.flat.shape, costs)

    @property
    def title(self) -> str:
        """What is summarized, with the parameters that are set."""
        return title(self.network)

    def text(self, width: int | None = None) -> str:
        """A plain table in at most `width` columns of text; None is as many as it takes."""
        lines = [text for _, text in self.lines(width)]
        return "\n".join([self.title, "", *lines, "", *self.footer(width), ""])

    def lines(self, width: int | None) -> Iterator[Line]:
        """The table, line by line."""
        return lay_out(self.columns, self.rows, self.total, self.setup, width)

    def footer(self, width: int | None) -> list[str]:
        """The notes, wrapped."""
        return wrapped(self.notes(), width)

    def notes(self) -> list[str]:
        """The totals, the memory that was asked for, and what all figures count."""
        totals = self.network.facts.totals
        figures = (
            f"{self.network.class_name}: {counted(totals.depth, 'layer')}, "
            f"{counted(totals.parameters, 'parameter')}, {counted(totals.buffers, 'buffer')}, "
            f"{counted(totals.macs, 'multiply-add')}, {counted(totals.activations, 'activation')}."
        )
        devices = device_text(self.network.facts, self.setup)
        memory = memory_lines(self.network.facts.flat, self.setup, self.budget)
        extra = [*self._with_heads(), *([devices] if devices else []), *memory]
        return [figures, *extra, self._conventions(self.columns)]

    def _with_heads(self) -> Iterator[str]:
        """What side heads add in training."""
        facts = self.network.facts
        if facts.training_only:
            totals = facts.training_totals
            yield (
                f"In training, with the side heads: {counted(totals.parameters, 'parameter')}, "
                f"{counted(totals.macs, 'multiply-add')}."
            )

    def _conventions(self, columns: Iterable[Column]) -> str:
        """What the totals and these columns count."""
        named = (BY_KEY[key] for key in ("macs", "activations", "buffers"))
        notes = dict.fromkeys(column.note for column in (*named, *columns) if column.note)
        said = (note.format(images=self.setup.images) for note in notes)
        tree = [_TREE] if self.by is None else []
        return " ".join(["For one image, at test time.", *said, *tree])

    def lecture(self) -> str:
        """Memory and parameters as the listing of a lecture."""
        return lecture_text(self.network.facts, self.setup)

    # --- For other programs ---

    def csv(self) -> str:
        """The rows and the total as comma-separated values, headed by the columns' keys."""
        columns = dict.fromkeys((BY_KEY["kind"], BY_KEY["path"], *self.columns))
        return formats.csv_text(list(columns), [*self.rows, self.total], self.setup)

    def markdown(self) -> str:
        """A table in Markdown, the notes below it."""
        table = formats.markdown_text(self.columns, [*self.rows, self.total], self.setup)
        return "\n".join([table, *(f"{note}\n" for note in self.notes())])

    def latex(self) -> str:
        """A table for a paper, title and notes in comments."""
        table = formats.latex_text(self.columns, [*self.rows, self.total], self.setup)
        notes = "".join(f"% {line}\n" for line in self.footer(None))
        return f"% {self.title}\n{table}{notes}"

    def json(self) -> str:
        """Everything; `layers` are flat, in the order of execution. Ends in a newline."""
        network, facts = self.network, self.network.facts
        record = {
            "schema": SCHEMA,
            "name": network.name,
            "class": network.class_name,
            "spec": network.source.name,
            "input": list(facts.flat.inputs[0].output.sides),
            "totals": self._totals_record(),
            "layers": [self._layer_record(layer) for layer in facts.layers()],
            "memory": memory_record(facts.flat, self.setup, self.budget),
            "conventions": self._conventions(COLUMNS),
        }
        if facts.flat.block.devices > 1:
            record["devices"] = device_record(facts, self.setup)
        return _NUMBERS.sub(_on_one_line, json.dumps(record, indent=2)) + "\n"

    def _totals_record(self) -> dict[str, Any]:
        facts = self.network.facts
        return {
            **_own_totals(facts.totals),
            "training": _own_totals(facts.training_totals),
            **self._figures(self.total),
        }

    def _layer_record(self, layer: LayerFacts) -> dict[str, Any]:
        facts = self.network.facts
        costs, fields = costs_of(facts, layer.path), facts.columns["fields"][layer.path]
        row = Row(RowKind.LAYER, layer.path, layer.path, (), layer.output, costs, 0, fields)
        return {
            "path": layer.path,
            "op": type(layer.node.op).__name__,
            "output": list(layer.output.sides),
            "parameters": layer.parameters,
            "macs": layer.macs,
            "line": layer.node.span.line,
            "training_only": layer.training_only,
            **self._figures(row),
        }

    def _figures(self, row: Row) -> dict[str, Any]:
        """Every column of figures in which the row has something, by its key."""
        cells = {
            column.key: column.plain(row, self.setup) for column in COLUMNS if column.is_figure
        }
        return {key: cell for key, cell in cells.items() if cell is not None}


FORMATS: Mapping[str, Callable[[Summary], str]] = {
    "table": Summary.text,
    "lecture": Summary.lecture,
    "json": Summary.json,
    "csv": Summary.csv,
    "markdown": Summary.markdown,
    "latex": Summary.latex,
}
"""The forms that a summary can be written in."""


def _own_totals(totals: Totals) -> dict[str, int]:
    return {
        "parameters": totals.parameters,
        "buffers": totals.buffers,
        "macs": totals.macs,
        "activations": totals.activations,
        "depth": totals.depth,
    }


def _on_one_line(numbers: re.Match[str]) -> str:
    return f"[{' '.join(numbers[1].split())}]"
