"""Columns, formats and listings of the summary: the figures of the literature, and their forms."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.ir.graph import LayerNode
from archdsl.network import Network
from archdsl.report.columns import COLUMNS
from archdsl.report.lecture import rounded
from archdsl.report.memory import parse_size, size
from archdsl.report.rows import RowKind
from archdsl.report.summary import Summary

DATA = json.loads((Path(__file__).parents[1] / "data" / "networks.json").read_text("utf-8"))
ROWS = {row["id"]: row for row in DATA["networks"]}
FVCORE = {
    "alexnet": 1_135_256_096,
    "resnet18": 1_819_065_856,
    "resnet50": 3_879_247_872,
    "densenet121": 2_865_546_752,
    "googlenet": 1_582_722_048,
    "squeezenet": 819_093_576,
    "vgg16": 15_470_264_320,
    "inception_v3": 5_731_282_144,
    "torchvision/alexnet": 714_197_696,
}
"""What `fvcore.nn.FlopCountAnalysis` of fvcore 0.1.5 counts for the emitted modules."""
EVERY = [column.key for column in COLUMNS]


@cache
def network(name: str) -> Network:
    return archdsl.load(name)


@pytest.mark.parametrize("name", FVCORE)
def test_flops_are_fvcores(name: str) -> None:
    assert network(name).facts.total("flops") == FVCORE[name]


@pytest.mark.parametrize("name", ["alexnet", "resnet50", "vgg16"])
def test_the_total_sums_every_column(name: str) -> None:
    summary = Summary.of(network(name), columns=EVERY, batch=7, dtype="float16")
    leaves = [row for row in summary.rows if not row.is_sum]
    for column in COLUMNS:
        if column.is_figure and column.is_summed and column.key not in ("intensity", "moved"):
            cells = [column.cell(row, summary.setup) or 0 for row in leaves]
            assert sum(cells) == column.cell(summary.total, summary.setup), column.key


def test_bytes_follow_batch_and_type() -> None:
    def total(**options: Any) -> dict[str, Any]:
        record = json.loads(network("vgg16").summary("json", **options))
        found: dict[str, Any] = record["totals"]
        return found

    assert total()["memory"] == 4 * 15_237_608
    assert total(batch=3, dtype="float16")["memory"] == 2 * 3 * 15_237_608
    assert total(batch=3)["macs"] == total()["macs"]
    one, many = total()["moved"], total(batch=3)["moved"]
    weights = 4 * total()["parameters"]
    assert many - weights == 3 * (one - weights)


def test_neurons_and_connections() -> None:
    assert network("alexnet").facts.total("neurons") == 659_272
    lenet = network("lenet5_1998").facts
    counts = [count for count in lenet.columns["connections"].values() if count]
    first, second, *table, fourth, fifth, sixth, output = counts
    layers = [first, second, sum(table), fourth, fifth, sixth, output]
    facts = DATA["facts"]["lenet5_1998"]
    assert layers == [row["connections"] for row in facts["per_layer"]]
    assert lenet.total("connections") == facts["connections_total"]


# --- Rows ---


def test_folded_blocks_still_sum_up() -> None:
    net = network("resnet50")
    for depth in range(4):
        summary = Summary.of(net, depth=depth)
        assert max(row.depth for row in summary.rows) <= depth
        leaves = [row for row in summary.rows if not row.is_sum]
        assert sum(row.costs.parameters for row in leaves) == net.totals.parameters
    assert [row.kind for row in Summary.of(net, depth=0).rows].count(RowKind.FOLDED) == 4


def test_sorted_rows_are_layers_under_their_whole_names() -> None:
    rows = Summary.of(network("resnet50"), sort="parameters").rows
    figures = [row.costs.parameters for row in rows if row.kind is not RowKind.INPUT]
    assert figures == sorted(figures, reverse=True)
    assert all(row.kind in (RowKind.INPUT, RowKind.LAYER) and row.depth == 0 for row in rows)


def test_sorted_rows_list_every_layer_of_repeated_blocks() -> None:
    net = network("resnet50")
    rows = Summary.of(net, sort="macs").rows
    weighted = {n.name for n in net.facts.flat if isinstance(n, LayerNode) and n.op.is_weighted}
    assert weighted <= {row.path for row in rows}
    assert sum(row.costs.macs for row in rows) == net.totals.macs
    blocks = [row for row in Summary.of(net, sort="macs", depth=1).rows if "." in row.head]
    assert {row.kind for row in blocks} == {RowKind.FOLDED}
    assert len(blocks) == 16


def test_chosen_columns_stand_in_their_order() -> None:
    heading = Summary.of(network("alexnet"), columns=["macs", "output", "field"]).text()
    assert heading.splitlines()[2].split() == [
        "layer",
        "multiply-adds",
        "output",
        "receptive",
        "field",
    ]


@pytest.mark.parametrize(
    "options",
    [{"columns": ["parametres"]}, {"sort": "size"}, {"batch": 1, "dtype": "float23"}],
)
def test_a_wrong_name_is_told(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no (column|type) is called"):
        network("lenet5").summary(**options)


def test_no_width_is_too_narrow_for_all_columns() -> None:
    summary = Summary.of(network("googlenet"), columns=EVERY, batch=2, optimizer="sgd")
    for width in range(1, 201):
        rows = [text for _, text in summary.lines(width)]
        assert max(map(len, rows)) <= width


# --- Formats ---

NAMES = "[8x8x3] INPUT\nmy_conv3x3: CONV 4 3x3 filters, pad 1\nRELU_6: at most 6\n"


def test_csv_has_figures_for_programs() -> None:
    text = network("alexnet").summary("csv", columns=["output", "macs", "field", "intensity"])
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[1]["path"] == "conv1"
    assert (rows[1]["output"], rows[1]["macs"], rows[1]["field"]) == (
        *("[55x55x96]", "105415200", "11"),
    )
    assert float(rows[1]["intensity"]) == pytest.approx(24.84, abs=0.01)
    leaves = [row for row in rows if row["kind"] in ("layer", "folded")]
    assert sum(int(row["macs"]) for row in leaves) == int(rows[-1]["macs"]) == 1_135_256_096


def test_markdown_is_a_table() -> None:
    lines = archdsl.loads(NAMES).summary("markdown").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert {line.count(" | ") for line in table} == {3}
    assert r"my\_conv3x3: CONV 4 3x3 filters" in table[3]


def test_latex_is_a_tabular_with_booktabs() -> None:
    text = archdsl.loads(NAMES).summary("latex")
    assert text.startswith("% ")
    for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\end{tabular}"):
        assert rule in text
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {line.count(" & ") for line in rows} == {3}
    assert r"my\_conv3x3: CONV 4 3$\times$3 filters" in text


LATEX = {
    "alexnet": {},
    "googlenet": {"columns": EVERY},
    "resnet50": {"depth": 1},
    "beyond/vit_tiny": {},
    "alexnet_two_gpus": {"batch": 64, "optimizer": "adam", "fits": "24GiB"},
    "lenet5_1998": {"sort": "macs"},
}
ODD = """\
network N
about:
    family: *50%_of & #1 $x$ {y} ~z^ \\w "v" <u> |t|
[8x8x3] INPUT
[8x8x4] my_conv3x3: CONV 4 3x3 filters, pad 1
"""


@pytest.mark.parametrize("name", LATEX)
def test_no_row_of_latex_begins_with_what_its_line_end_would_take(name: str) -> None:
    r"""`\\[227x227x3]` and `\midrule [` are a length to LaTeX, and `\\*` is another command."""
    rows = network(name).summary("latex", **LATEX[name]).splitlines()
    assert any("{[}" in row for row in rows)
    assert not [row for row in rows if row.lstrip()[:1] in ("[", "*")]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX is installed")
@pytest.mark.parametrize("name", [*LATEX, "comparison", "odd"])
def test_latex_sets_it_no_wider_than_a_line(name: str, tmp_path: Path) -> None:
    if name == "comparison":
        table = archdsl.compare(*map(network, LATEX)).written("latex")
    elif name == "odd":
        table = archdsl.compare(archdsl.loads(ODD)).written("latex")
    else:
        table = network(name).summary("latex", **LATEX[name])
    (tmp_path / "it.tex").write_text(
        "\\documentclass{article}\n\\usepackage{booktabs,graphicx}\n\\begin{document}\n"
        f"\\noindent\n{table}\n\\end{{document}}\n"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(command, cwd=tmp_path, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull \\hbox" not in done.stdout


def test_other_scripts_ask_for_an_engine_that_has_them() -> None:
    korean = archdsl.loads(ODD.replace("50%_of", "합성곱"))
    assert "XeLaTeX" in archdsl.compare(korean).written("latex").splitlines()[0]
    assert "XeLaTeX" not in archdsl.compare(archdsl.loads(ODD)).written("latex")


def test_json_says_what_the_memory_is() -> None:
    text = network("vgg16").summary("json", batch=2, optimizer="adam", fits="5GiB")
    memory = json.loads(text)["memory"]
    assert (memory["batch"], memory["dtype"], memory["room"]) == (2, "float32", 5 * 2**30)
    assert memory["inference"]["peak"] == network("vgg16").memory(2).bytes(2)
    assert memory["training"]["fits"] == network("vgg16").fits("5GiB", optimizer="adam")


# --- The lecture ---


def test_the_listing_is_the_slides(golden: Callable[[str, str], None]) -> None:
    text = network("vgg16").summary("lecture")
    golden("report/vgg16.lecture.txt", text)
    for row, line in zip(DATA["facts"]["vgg16_slide"]["rows"], text.splitlines(), strict=False):
        label, _, rest = line.partition(": ")
        assert label == row["layer"]
        assert f"[{'x'.join(map(str, row['shape']))}]" in rest
        assert rest.endswith(f" = {row['weights']:,}" if row["weights"] else "params: 0")


@pytest.mark.parametrize("name", ["googlenet", "densenet121", "lenet5_1998", "alexnet_two_gpus"])
def test_any_network_can_be_listed(name: str) -> None:
    net = network(name)
    lines = net.summary("lecture").splitlines()
    counted = [line.rpartition(" = ")[2] for line in lines[:-2] if " = " in line]
    [listed] = [line for line in lines if line.startswith("TOTAL params: ")]
    figures = [int(word.replace(",", "")) for word in listed.split() if word[0].isdigit()]
    assert figures[0] + figures[1] == figures[2] == net.totals.parameters
    assert sum(int(text.replace(",", "")) for text in counted) == figures[0]


def test_small_words() -> None:
    assert [rounded(n) for n in (4096, 150_528, 3_211_264, 999_999)] == [
        *("4.1K", "150K", "3.2M", "1M"),
    ]
    assert [size(n) for n in (12, 61_000_000, 6_920_000_000)] == ["12 B", "61.0 MB", "6.92 GB"]
    assert [parse_size(text) for text in ("5GiB", "800 MB", "1.5kB")] == [
        *(5 * 2**30, 800_000_000, 1500),
    ]
