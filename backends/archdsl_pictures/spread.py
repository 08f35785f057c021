"""Two networks on one page: their overviews side by side, and the insides that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from archdsl_svg.font import SEMIBOLD
from archdsl_units import theme
from archdsl_units.labels import call_text

from archdsl.ir.evaluate import show
from archdsl.report.difference import Difference
from archdsl.report.difference_text import path_runs
from archdsl.report.summary import Summarized
from archdsl.report.text import counted
from archdsl_pictures.beside import beside
from archdsl_pictures.blocks import small
from archdsl_pictures.differing import Differing, Inside, Panels
from archdsl_pictures.model import Picture
from archdsl_pictures.options import Options
from archdsl_pictures.page import Page, page_with
from archdsl_pictures.picture import Drawer
from archdsl_pictures.scene import Words

SAME = "No difference: the same layers of the same names, fed alike."
DIFFERENT = "What leads from the left network to the right one."
ROWS = (
    "Side by side: boxes where one size of feature maps begins stand at one height, and so do the "
    "same layers where they can."
)
LEFT = "In no box: "
INSIDES = "(a), (b): what differs inside a block, drawn once for all blocks that differ alike."


def spread_of(difference: Difference, options: Options) -> Page:
    """Lay out a difference: the first network at the left, the second at the right."""
    differing = Differing(difference)
    drawers = [
        Drawer(network, options, partial(differing.said, side))
        for side, network in enumerate(differing.networks)
    ]
    overviews = drawers[0].overview(), drawers[1].overview()
    differing.shown = differing.insides(overviews)
    captions = list(_totals(differing.networks[0], None)), list(_totals(*differing.networks[::-1]))
    main = beside(differing.marked(overviews), differing.mates(overviews), captions, has_bands=True)
    names = _names(differing.networks)
    labels = [[small(name, 0.0, 11.0)] for name in names]
    others = []
    for inside in differing.shown:
        panels = _insides(differing, drawers, inside)
        marked, mates = differing.marked(panels), differing.mates(panels)
        others.append(beside(marked, mates, (labels[0], labels[1]), inside.letter))
    picture = Picture(
        name=" → ".join(network.class_name for network in differing.networks),
        subtitle=SAME if difference.is_same else DIFFERENT,
        description=" ".join(difference.text().split()),
        overview=main.panel,
        panels=tuple(placed.panel for placed in others),
        notes=(ROWS, *([INSIDES] if others else []), *(LEFT + line for line in differing.left())),
    )
    return page_with(picture, main, others, options)


def _insides(differing: Differing, drawers: Sequence[Drawer], inside: Inside) -> Panels:
    """The insides of a block in both networks."""
    graphs = [differing.graph(side, path) for side, path in enumerate(inside.places[0])]
    calls = dict.fromkeys(map(call_text, graphs))
    first, *others = path_runs([place for place, _ in inside.places])
    note = f"as in {first}" + (f", and alike in {', '.join(others)}" if others else "")
    if inside.others:
        note += f"; with other numbers in {', '.join(path_runs([a for a, _ in inside.others]))}"
    heading = f"({inside.letter}) {' → '.join(calls)}"
    one, other = (
        drawer.inside(path, graph, heading, note)
        for drawer, path, graph in zip(drawers, inside.places[0], graphs, strict=True)
    )
    return one, other


def _totals(network: Summarized, before: Summarized | None) -> Iterator[Words]:
    """A column's title: the name, where it is from, and its totals with their change."""
    name = network.class_name
    yield Words(name, (0.0, 12.0), theme.PANEL_HEADING, SEMIBOLD, anchor="start")
    yield small(_source(network), 0.0, 26.0)
    totals = network.facts.totals
    olds = before.facts.totals if before else totals
    for number, (name, thing) in enumerate(
        (("depth", "layer"), ("parameters", "parameter"), ("macs", "multiply-add"))
    ):
        figure, old = getattr(totals, name), getattr(olds, name)
        change = f"{figure - old:+,}".replace("-", "−") if figure != old else "the same"
        text = counted(figure, thing) + (f", {change}" if before else "")
        yield small(text, 0.0, 42.0 + number * theme.LINE_HEIGHT)


def _names(networks: Sequence[Summarized]) -> list[str]:
    """What the networks are called, in so many words that they are told apart."""
    names = [network.class_name for network in networks]
    return names if len(set(names)) > 1 else [_source(network) for network in networks]


def _source(network: Summarized) -> str:
    """Where a network is from, and with which parameters."""
    changed = ", ".join(f"{name} = {show(value)}" for name, value in network.changed.items())
    return network.source.name + (f" with {changed}" if changed else "")
