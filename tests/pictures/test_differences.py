"""Two networks side by side: equal sizes at one height, and a sign on exactly what differs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from itertools import chain, product
from random import Random
from xml.etree import ElementTree

import pytest
from archdsl_pictures import BACKEND
from archdsl_pictures.beside import SIDES, paired
from archdsl_pictures.blocks import scene_of
from archdsl_pictures.ladder import Stretch, stretches_of
from archdsl_pictures.layout import Layout, PlacedBox, PlacedPanel, sign_at
from archdsl_pictures.model import Panel, Sign
from archdsl_pictures.options import Options
from archdsl_pictures.page import Page
from archdsl_pictures.spread import DIFFERENT, SAME, spread_of
from archdsl_pictures.svg import svg_text
from archdsl_svg import inks
from archdsl_svg.geometry import Rect
from archdsl_units import theme
from archdsl_units.labels import Form
from PIL import Image
from placed_pages import faults
from random_specs import RandomSpec

import archdsl
from archdsl import BackendError, Difference, SpecError
from archdsl.ir.graph import LayerNode
from archdsl.report.difference import Kind
from archdsl.report.difference_text import path_runs

SVG = "{http://www.w3.org/2000/svg}"
Spread = tuple[Difference, Page]


def boxes(panel: PlacedPanel, side: int) -> dict[str, PlacedBox]:
    """The boxes of one of the two columns, by their paths in their own network."""
    prefix = panel.panel.path.partition(SIDES[0])[0] + f"{SIDES[side]}."
    return {
        placed.box.path.removeprefix(prefix): placed
        for placed in panel.boxes
        if placed.box.path.startswith(prefix)
    }


def signs(panel: PlacedPanel, side: int) -> dict[str, Sign]:
    """The boxes that have a sign."""
    return {path: p.box.sign for path, p in boxes(panel, side).items() if p.box.sign}


def flow(panel: PlacedPanel, side: int) -> list[Stretch]:
    """What the flow of one column leads through."""
    own = {placed.box.path: placed.box for placed in boxes(panel, side).values()}
    column = Panel(
        SIDES[side],
        "",
        "",
        tuple(own.values()),
        tuple(edge for edge in panel.panel.edges if edge.source in own),
        tuple(f for f in panel.panel.frames if f.path.startswith(f"{SIDES[side]}.")),
    )
    return list(stretches_of(Layout(column).structure.top, own))


def top_of(panel: PlacedPanel, stretch: Stretch) -> float:
    rects = {placed.box.path: placed.rect for placed in panel.boxes}
    return min(rects[path].top for path in stretch.paths)


def layers(difference: Difference, side: int) -> list[str]:
    network = (difference.before, difference.after)[side]
    return [node.name for node in network.facts.flat if isinstance(node, LayerNode)]


def alone(difference: Difference, side: int) -> set[str]:
    """The layers that only one network has."""
    partners = difference.partners
    known = set(partners.values()) if side else set(partners)
    return set(layers(difference, side)) - known


def told(difference: Difference, side: int) -> set[str]:
    """The paths that came, went, or are told of by a change."""
    found = alone(difference, side)
    for finding in difference.findings:
        for place, change in product(finding.places, finding.changes):
            if change.kind in (Kind.ADDED, Kind.REMOVED):
                continue
            if change.kind in (Kind.WRAPPED, Kind.UNWRAPPED):
                # Only one network has a wrapper.
                if side == (change.kind is Kind.WRAPPED):
                    found.add(place.roots[side] + (change.to if side else change.path))
                continue
            ends = [change.path, *([change.to] if change.kind is Kind.MOVED else [])]
            for end in ends:
                path = place.roots[0] + end
                if side:
                    new = change.to if change.kind is Kind.RENAMED else end
                    path = difference.partners.get(path, place.roots[1] + new)
                found.add(path)
    return found


def is_within(name: str, path: str) -> bool:
    return f"{name}.".startswith(f"{path}.")


def held(placed: PlacedBox, path: str, names: set[str]) -> set[str]:
    """Those of the names that a box stands for, with all that is inside."""
    nodes = placed.box.nodes or (path,)
    return {name for name in names for node in nodes if is_within(name, node)}


def telling(difference: Difference, panel: PlacedPanel, side: int) -> set[str]:
    """The boxes of one column that have to say what differs.

    What has no box says it in its frame, or else in its first box.
    """
    columns = boxes(panel, side)
    names = told(difference, side)
    places = {p.to if side else p.path for found in difference.findings for p in found.places}
    ends = names | (places - {""})
    found = {path for path, placed in columns.items() if held(placed, path, ends)}
    frames = {placed.frame.path.partition(f"{SIDES[side]}.")[2] for placed in panel.frames}
    around = {name for name in names if all(is_within(path, name) for path in columns)}
    for name in names - frames - around:
        inside = [path for path in columns if is_within(path, name)]
        found |= set(inside[:1])
    return found


# --- What differs ---


def test_the_signs_stand_on_exactly_what_differs(spread: Spread) -> None:
    difference, page = spread
    links = difference.partners
    partners = links, {other: one for one, other in links.items()}
    for panel in (sheet.placed for sheet in page.sheets):
        columns = boxes(panel, 0), boxes(panel, 1)
        own = [
            {
                path: held(placed, path, {*layers(difference, side), *partners[side]})
                for path, placed in columns[side].items()
            }
            for side in (0, 1)
        ]
        expected = [telling(difference, panel, side) for side in (0, 1)]
        for side in (0, 1):
            for path, placed in columns[side].items():
                beside = mates_of(own, partners[side], side, path)
                back = {p for o in beside for p in mates_of(own, partners[1 - side], 1 - side, o)}
                # What came or went within a box differs for the one box beside it, too.
                differs = path in expected[side] or (
                    len(beside) == len(back) == 1 and beside <= expected[1 - side]
                )
                sign = Sign.CHANGED if differs else None
                if own[side][path] and own[side][path] <= alone(difference, side):
                    sign = Sign.ADDED if side else Sign.REMOVED
                assert placed.box.sign == sign, (panel.panel.heading, side, path)


def mates_of(
    own: list[dict[str, set[str]]], partners: Mapping[str, str], side: int, path: str
) -> set[str]:
    """The boxes of the other column that hold the layers of a box."""
    names = {partners[name] for name in own[side][path] if name in partners}
    return {other for other, held in own[1 - side].items() if held & names}


def test_no_sign_without_a_word(spread: Spread) -> None:
    for sheet in spread[1].sheets:
        for placed in sheet.placed.boxes:
            box = placed.box
            assert bool(box.changes) == (box.sign is Sign.CHANGED)
            said = {Sign.ADDED: "added", Sign.REMOVED: "removed", Sign.CHANGED: "changed: "}
            assert (said[box.sign] in box.title) if box.sign else "changed" not in box.title


def test_every_option_is_told_with_both_values(spread: Spread) -> None:
    difference, page = spread
    said = [
        line
        for sheet in page.sheets
        for line in chain(
            *(placed.box.changes for placed in sheet.placed.boxes),
            (placed.frame.label for placed in sheet.placed.frames),
            page.footer,
        )
    ]
    notes = [sheet.placed.panel.note.partition("with other numbers in ") for sheet in page.sheets]
    for finding in difference.findings:
        runs = set(path_runs([place.path for place in finding.places]))
        if any(runs <= set(others.split(", ")) for _, _, others in notes):
            continue  # Their numbers are in the description.
        for change in finding.changes:
            if change.kind in (Kind.WRAPPED, Kind.UNWRAPPED):
                inside = change.path if change.kind is Kind.WRAPPED else change.to
                assert any(f"around {inside}" in line for line in said)
            if change.kind is Kind.RENAMED:
                assert any(f"name {change.path} → {change.to}" in line for line in said)
            for field in change.fields:
                values = f"{field.before} → {field.after}"
                if change.kind is Kind.MOVED:
                    arrow = [line for line in said if line.startswith(f"{field.name} ")]
                    assert any(line.startswith(f"{field.name} {field.before} →") for line in arrow)
                    assert any(line.endswith(f"→ {field.after}") for line in arrow)
                else:
                    assert any(values in line for line in said), values


def test_torchvisions_resnet50(drawn: Callable[[str], Spread]) -> None:
    overview, inside = (sheet.placed for sheet in drawn("resnet50 torchvision/resnet50")[1].sheets)
    for side in (0, 1):
        changed = {f"layer{n}.0": Sign.CHANGED for n in (2, 3, 4)}
        assert signs(overview, side) == changed
        assert all(boxes(overview, side)[path].box.changes == ("inside: a",) for path in changed)
        assert signs(inside, side) == dict.fromkeys(
            ["layer2.0.conv1", "layer2.0.conv2"], Sign.CHANGED
        )
        first, second = (boxes(inside, side)[f"layer2.0.conv{n}"].box.changes for n in (1, 2))
        assert (first, second) == (("stride 2 → 1",), ("stride 1 → 2",))
    assert inside.panel.heading.startswith("(a) Bottleneck(128, ")
    assert inside.panel.note == "as in layer2.0, and alike in layer3.0, layer4.0"


def test_resnet34_has_more_blocks(drawn: Callable[[str], Spread]) -> None:
    [sheet] = drawn("resnet18 resnet34")[1].sheets
    assert signs(sheet.placed, 0) == {}
    added = ["layer1.2", "layer2.2", "layer3.2", "layer4.2"]
    assert signs(sheet.placed, 1) == dict.fromkeys(added, Sign.ADDED)
    right = boxes(sheet.placed, 1)
    assert [right[path].box.count for path in added] == [1, 2, 4, 1]


def test_vgg19_has_three_more_convolutions(drawn: Callable[[str], Spread]) -> None:
    [sheet] = drawn("vgg16 vgg19")[1].sheets
    assert signs(sheet.placed, 0) == {}
    found = signs(sheet.placed, 1)
    assert set(found.values()) == {Sign.ADDED}
    assert [boxes(sheet.placed, 1)[path].box.text for path in found] == [
        "3x3 conv, 256", "3x3 conv, 512", "3x3 conv, 512",
    ]  # fmt: skip


def test_two_settings_of_one_spec(drawn: Callable[[str], Spread]) -> None:
    _, page = drawn("resnet_cifar:n=3 resnet_cifar:n=5")
    [sheet] = page.sheets
    right = boxes(sheet.placed, 1)
    assert {path: right[path].box.count for path in signs(sheet.placed, 1)} == {
        "layer1.3": 2, "layer2.3": 2, "layer3.3": 2,
    }  # fmt: skip
    said = [words.text for words in sheet.placed.captions]
    assert "resnet_cifar.arch with n = 5" in said
    assert "464,154 parameters, +194,432" in said


def test_a_network_beside_itself_has_no_sign(drawn: Callable[[str], Spread]) -> None:
    _, page = drawn("googlenet googlenet")
    assert [signs(sheet.placed, side) for sheet in page.sheets for side in (0, 1)] == [{}, {}]
    assert page.picture.subtitle == SAME
    assert not any(entry.sign for entry, _, _ in page.legend)


def test_what_a_block_of_one_layer_wraps_is_told_on_its_box() -> None:
    block = "block Conv(n, k):\n    conv: CONV {n} {k}x{k} filters, pad {k//2}\n    RELU\n"
    unit = "block Unit(n):\n    a: Conv(8, 1)\n    b: Conv(n, 3)\n    c: Conv(8, 1)\n"
    one, other = (
        archdsl.loads(f"{block}{unit}network N\n[8x8x8] INPUT\nUnit({n})\nFC: 2 neurons\n")
        for n in (4, 6)
    )
    page = spread_of(archdsl.diff(one, other), Options())
    overview, inside = (sheet.placed for sheet in page.sheets)
    assert list(signs(overview, 0)) == ["unit"]
    assert list(signs(inside, 1)) == ["unit.b.conv"]
    assert boxes(inside, 1)["unit.b.conv"].box.changes == ("filters 4 → 6",)


def test_equal_neighbours_part_where_they_differ_differently() -> None:
    lines = ("a: CONV 4 3x3 filters, pad 1", "b: CONV 4 1x1 filters", "if s:", "    c: BN")
    unit = "\n    ".join(["block Unit(s):", *lines])
    one, other = (
        archdsl.loads(f"{unit}\nnetwork N\n[8x8x4] INPUT\nunits:\n{uses}FC: 2 neurons\n")
        for uses in ("    Unit(no)\n" * 3, "    Unit(no)\n    Unit(yes)\n    Unit(no)\n")
    )
    page = spread_of(archdsl.diff(one, other), Options())
    left = boxes(page.sheets[0].placed, 0)
    assert [left[f"units.{n}"].box.count for n in range(3)] == [1, 1, 1]
    assert signs(page.sheets[0].placed, 0) == {"units.1": Sign.CHANGED}


# --- Where it stands ---


def test_equal_sizes_begin_at_one_height(spread: Spread) -> None:
    overview = spread[1].sheets[0].placed
    columns = [flow(overview, side) for side in (0, 1)]
    sizes = [rung.size for rung in overview.rungs]
    firsts: list[dict[str, float]] = []
    for column in columns:
        starts = [s for at, s in enumerate(column) if not at or column[at - 1].size != s.size]
        firsts.append({stretch.size: top_of(overview, stretch) for stretch in reversed(starts)})
    if len(sizes) == len(set(sizes)):
        for size in firsts[0].keys() & firsts[1].keys():
            assert abs(firsts[0][size] - firsts[1][size]) < 1, size


def test_every_box_of_the_flow_stands_in_the_band_of_its_size(spread: Spread) -> None:
    overview = spread[1].sheets[0].placed
    for side in (0, 1):
        for stretch in flow(overview, side):
            top = top_of(overview, stretch)
            [rung] = [r for r in overview.rungs if r.rect.top <= top < r.rect.bottom]
            assert rung.size == stretch.size


def test_the_same_layers_stand_at_one_height(drawn: Callable[[str], Spread]) -> None:
    for name in ("resnet18 resnet34", "vgg16 vgg19", "resnet34 plain34", "googlenet googlenet"):
        difference, page = drawn(name)
        overview = page.sheets[0].placed
        tops = [
            {
                layer: placed.rect.top
                for path, placed in boxes(overview, side).items()
                for layer in held(placed, path, set(layers(difference, side)))
            }
            for side in (0, 1)
        ]
        assert len(difference.partners) > 30
        for layer, partner in difference.partners.items():
            if layer in tops[0]:
                assert abs(tops[0][layer] - tops[1][partner]) < 1, layer


def test_a_size_of_one_network_is_a_gap_in_the_other(drawn: Callable[[str], Spread]) -> None:
    overview = drawn("alexnet vgg16")[1].sheets[0].placed
    sizes = [{stretch.size for stretch in flow(overview, side)} for side in (0, 1)]
    assert sizes[0] & sizes[1] == {"1x1"}
    for rung in overview.rungs[:-1]:
        inside = [
            [p for p in boxes(overview, side).values() if p.rect.overlaps_in_height(rung.rect)]
            for side in (0, 1)
        ]
        assert sorted(map(bool, inside)) == [False, True]


def test_columns_do_not_reach_into_each_other(spread: Spread) -> None:
    for sheet in spread[1].sheets:
        left, right = (boxes(sheet.placed, side).values() for side in (0, 1))
        assert max(p.rect.right for p in left) < min(p.rect.left for p in right)


def test_no_line_and_no_box_is_under_a_caption_or_a_sign(spread: Spread) -> None:
    for sheet in spread[1].sheets:
        placed = sheet.placed
        bottom = max(words.at[1] for words in placed.captions)
        tops = [p.rect.top for p in placed.boxes] + [y for e in placed.edges for _, y in e.points]
        assert bottom + 4 < min(tops)
        marks = {p.box.path: sign_at(p.box.form, p.rect) for p in placed.boxes if p.box.sign}
        for path, mark in marks.items():
            for edge in placed.edges:
                for (x0, y0), (x1, y1) in zip(edge.points, edge.points[1:], strict=False):
                    line = Rect(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                    assert not mark.overlaps(line), (path, edge.edge)
            others = [p.rect for p in placed.boxes if p.box.path != path]
            words = [p.shape_at for p in placed.boxes if p.shape_at]
            words += [f.label_at for f in placed.frames] + [r.label_at for r in placed.rungs]
            assert not any(mark.overlaps(rect) for rect in (*others, *words)), path


def test_rows_are_paired_in_order() -> None:
    def same(one: str, other: str) -> bool:
        return one == other

    assert list(paired("abcd", "xbyd", same)) == [
        ("a", None), (None, "x"), ("b", "b"), ("c", None), (None, "y"), ("d", "d"),
    ]  # fmt: skip
    assert list(paired("", "a", same)) == [(None, "a")]
    assert list(paired("5", "7", same, lambda one, other: one > other)) == [
        (None, "7"), ("5", None),
    ]  # fmt: skip


def changed(text: str, random: Random) -> str:
    """A spec with one line of its layers gone, written twice, renamed, or with another number."""
    lines = text.split("\n")
    at = random.choice([at for at, line in enumerate(lines) if line.strip()])
    how = random.randrange(4)
    if how < 2:
        lines[at : at + 1] = [lines[at]] * (2 * how)
    elif how == 2:
        lines[at] = re.sub(r"^(\s*)(\w+):", r"\1\2x:", lines[at])
    else:
        lines[at] = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), lines[at], count=1)
    return "\n".join(lines)


def test_random_networks_beside_what_a_change_made_of_them() -> None:
    random, differing = Random(7), 0
    for number in range(150):
        text = RandomSpec(Random(number)).text
        try:
            pair = [archdsl.loads(text), archdsl.loads(changed(changed(text, random), random))]
        except SpecError:
            continue
        difference = archdsl.diff(*pair)
        differing += not difference.is_same
        spread = difference, spread_of(difference, Options())
        assert faults(spread[1]) == [], number
        test_the_signs_stand_on_exactly_what_differs(spread)
        test_every_option_is_told_with_both_values(spread)
        test_every_box_of_the_flow_stands_in_the_band_of_its_size(spread)
        test_no_line_and_no_box_is_under_a_caption_or_a_sign(spread)
        test_the_svg_has_a_title_for_every_box_and_each_id_once(spread)
    assert differing > 20


# --- The files ---


def test_the_svg_has_a_title_for_every_box_and_each_id_once(spread: Spread) -> None:
    difference, page = spread
    root = ElementTree.fromstring(svg_text(scene_of(page)))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    groups = [group for group in root.iter(f"{SVG}g") if group.get("class") == "node"]
    assert len(groups) == sum(len(sheet.placed.boxes) for sheet in page.sheets)
    assert all((group.findtext(f"{SVG}title") or "").strip() for group in groups)
    assert root.findtext(f"{SVG}desc") == " ".join(difference.text().split())
    drawn = {element.text for element in root.iter(f"{SVG}text")}
    assert (SAME if difference.is_same else DIFFERENT) in drawn
    for sheet in page.sheets:
        for placed in sheet.placed.boxes:
            assert set(placed.box.changes) <= drawn


def test_every_sign_is_in_the_legend(spread: Spread) -> None:
    page = spread[1]
    used = {p.box.sign for sheet in page.sheets for p in sheet.placed.boxes if p.box.sign}
    assert {entry.sign for entry, _, _ in page.legend if entry.sign} == used


def test_bytes_repeat() -> None:
    def drawn(format: str) -> bytes:
        pair = (archdsl.load(name) for name in ("resnet50", "torchvision/resnet50"))
        return archdsl.draw(archdsl.diff(*pair), format)

    assert all(drawn(format) == drawn(format) for format in ("svg", "png", "pdf", "tex"))


def test_all_words_and_signs_are_in_the_png(drawn: Callable[[str], Spread]) -> None:
    difference, page = drawn("resnet50 torchvision/resnet50")
    image = Image.open(io.BytesIO(archdsl.draw(difference, "png"))).convert("L")
    scale = image.width / page.width
    for sheet in page.sheets:
        for placed in sheet.placed.boxes:
            r = placed.rect
            slant = 16 if placed.box.form is Form.TRAPEZOID else 8
            # The sign stands at the left end.
            area = (r.left + slant, r.top + 4, r.right - slant, r.bottom - 4)
            if placed.box.form is Form.ROUND:
                area = (r.left + 4, r.top + 4, r.right - 4, r.bottom - 4)
            part = image.crop(tuple(round(side * scale) for side in area))
            assert sum(part.point(lambda v: v < 110).histogram()[1:]) > 20, placed.box.path
            if placed.box.sign:
                at = sign_at(placed.box.form, placed.rect)
                part = image.crop(
                    tuple(round(side * scale) for side in (at.left, at.top, at.right, at.bottom))
                )
                assert sum(part.point(lambda v: v < 110).histogram()[1:]) > 60
                assert sum(part.point(lambda v: v > 200).histogram()[1:]) > 8


def test_a_theme_changes_nothing_but_colours(drawn: Callable[[str], Spread]) -> None:
    difference, _ = drawn("googlenet torchvision/googlenet")
    light, dark = (
        archdsl.draw(difference, "svg", theme=name).decode() for name in ("light", "dark")
    )
    for old, new in {**inks.DARK, **theme.DARK}.items():
        assert old not in dark or old in {**inks.DARK, **theme.DARK}.values(), old
        light = light.replace(f'"{old}"', f'"<{new}>"')
    assert light.replace("<", "").replace(">", "") == dark.replace("<", "").replace(">", "")
    assert theme.DIFFERENT not in dark


def test_what_cannot_be_drawn_is_an_error(drawn: Callable[[str], Spread]) -> None:
    difference, _ = drawn("resnet18 resnet34")
    with pytest.raises(BackendError, match="differences are drawn as svg, png, pdf, tex, not dot"):
        BACKEND.draw(difference, "dot")
    with pytest.raises(BackendError, match="a picture of two networks takes no direction"):
        BACKEND.draw(difference, "svg", direction="right")
    with pytest.raises(BackendError, match="no picture has theme"):
        BACKEND.draw(difference, "svg", theme="pink")
    with pytest.raises(BackendError, match="a difference takes no chart"):
        archdsl.draw(difference, "svg", chart="density")
    with pytest.raises(BackendError, match="a difference is drawn as a picture, not as html"):
        archdsl.draw(difference, "html")
