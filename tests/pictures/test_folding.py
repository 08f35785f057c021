"""What follows a layer joins its box, exact repeats fold, and no skip gets lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from archdsl_graphviz.model import Box, Panel, Picture, Style
from archdsl_graphviz.picture import picture_of

import archdsl
from archdsl import Network

HEAD = "[8x8x16] INPUT\n"
UNIT = "block Unit(n):\n    CONV: {n} 3x3 filters, pad 1 -> RELU\n\n"


def counts(panel: Panel) -> dict[str, int]:
    return {box.path: box.count for box in panel.boxes if box.count > 1}


def by_path(panel: Panel) -> dict[str, Box]:
    return {box.path: box for box in panel.boxes}


def drawn(text: str) -> Picture:
    return picture_of(archdsl.loads(text))


@pytest.mark.parametrize("name", ["resnet50", "torchvision/resnet50"])
def test_a_stage_is_its_first_block_and_the_others_folded(
    load: Callable[[str], Network], name: str
) -> None:
    overview = picture_of(load(name)).overview
    stages = {box.path: box.count for box in overview.boxes if box.path.startswith("layer")}
    assert stages == {
        "layer1.0": 1, "layer1.1": 2,
        "layer2.0": 1, "layer2.1": 3,
        "layer3.0": 1, "layer3.1": 5,
        "layer4.0": 1, "layer4.1": 2,
    }  # fmt: skip
    assert by_path(overview)["layer3.1"].text.endswith("(256) ×5")


def test_a_folded_block_still_shows_its_skip(load: Callable[[str], Network]) -> None:
    boxes = by_path(picture_of(load("resnet50")).overview)
    assert boxes["layer2.0"].skip is Style.PROJECTION
    assert boxes["layer2.1"].skip is Style.IDENTITY
    assert boxes["conv1"].skip is Style.FLOW


def test_one_panel_a_form_of_a_block(load: Callable[[str], Network]) -> None:
    first, second = picture_of(load("resnet50")).panels
    assert (first.heading, first.path) == ("Bottleneck(64)", "layer1.0")
    assert (second.heading, second.path) == ("Bottleneck(64)", "layer1.1")
    assert "one of 4 of this form" in first.note
    assert "one of 12 of this form" in second.note
    [panel] = picture_of(load("googlenet")).panels
    assert (panel.heading, panel.path) == ("Inception(64, 96, 128, 16, 32, 32)", "inception3a")


def test_skips_are_told_from_the_flow(load: Callable[[str], Network]) -> None:
    projected, plain = picture_of(load("resnet50")).panels
    skips = {(e.source, e.target): e.style for e in plain.edges if e.style is not Style.FLOW}
    assert skips == {("layer1.1.input", "layer1.1.add"): Style.IDENTITY}
    skips = {(e.source, e.target): e.style for e in projected.edges if e.style is not Style.FLOW}
    assert skips == {
        ("layer1.0.input", "layer1.0.downsample.0"): Style.PROJECTION,
        ("layer1.0.downsample.0", "layer1.0.add"): Style.PROJECTION,
    }


def test_normalization_and_activation_are_lines_of_the_layers_box(
    load: Callable[[str], Network],
) -> None:
    boxes = by_path(picture_of(load("resnet50")).overview)
    assert boxes["conv1"].notes == ("BN, ReLU",)
    assert "bn1" not in boxes
    alexnet = by_path(picture_of(load("alexnet")).overview)
    assert alexnet["fc6"].notes == ("ReLU, dropout 50%",)
    assert alexnet["norm1"].text == "local response norm"


def test_shapes_stand_only_where_they_change(load: Callable[[str], Network]) -> None:
    boxes = by_path(picture_of(load("alexnet")).overview)
    shown = {path: box.shape for path, box in boxes.items() if box.shape}
    assert shown["conv1"] == "55x55x96"
    assert shown["fc6"] == "4096"
    assert not {"norm1", "conv4", "fc7", "fc8"} & shown.keys()


def test_blocks_call_blocks(load: Callable[[str], Network]) -> None:
    nested = picture_of(load("nested"))
    inside = {panel.path: counts(panel) for panel in nested.panels}
    assert inside["stage2"] == {"stage2.units.0": 4}
    assert counts(nested.overview) == {"stem.convs.0": 3, "stage1.0": 2}


def test_a_block_that_calls_itself_has_a_panel_a_form(load: Callable[[str], Network]) -> None:
    panels = picture_of(load("fractal")).panels
    headings = [panel.heading for panel in panels]
    assert headings == ["Fractal(4, 64)", "ConvBlock(64)", "Fractal(3, 64)", "Fractal(1, 64)"]
    assert counts(panels[2]) == {"block1.long.1.long.0": 2}


def test_layers_that_the_author_named_stay_apart() -> None:
    conv = "CONV{}: 16 3x3 filters, pad 1 -> RELU\n"
    picture = drawn(HEAD + "".join(conv.format(i) for i in range(3)))
    assert counts(picture.overview) == {}


def test_what_is_read_from_within_is_not_folded_away() -> None:
    text = f"{UNIT}{HEAD}a: Unit(16)\nb: Unit(16)\nc: Unit(16)\n"
    assert counts(drawn(text).overview) == {"a": 3}
    text += "add:\n    identity\n    skip: from b -> CONV 16 1x1 filters\n"
    assert counts(drawn(text).overview) == {"a": 2}


def test_equal_neighbours_of_two_namespaces_are_not_one() -> None:
    text = f"{UNIT}{HEAD}one: 3 x Unit(16)\nother: 2 x Unit(16)\n"
    assert counts(drawn(text).overview) == {"one.0": 3, "other.0": 2}


def test_namespaces_are_frames(load: Callable[[str], Network]) -> None:
    overview = picture_of(load("nested")).overview
    frames = {frame.path: frame for frame in overview.all_frames()}
    assert {"stem", "stem.convs", "stage1", "left", "right"} <= frames.keys()
    assert frames["stem.convs"].label == "convs"
    assert frames["stem"].frames == (frames["stem.convs"],)


def test_titles_tell_path_op_shape_and_costs(load: Callable[[str], Network]) -> None:
    boxes = by_path(picture_of(load("alexnet")).overview)
    assert boxes["conv1"].title == (
        "conv1 to relu: CONV1, RELU; output [55x55x96]; "
        "34,944 parameters, 105,415,200 multiply-adds"
    )
    resnet = by_path(picture_of(load("resnet50")).overview)
    assert resnet["layer1.1"].title.startswith("layer1.1 to layer1.2: Bottleneck(64), 2 times; ")


def test_parameters_of_the_boxes_add_up(load: Callable[[str], Network]) -> None:
    for name in ("alexnet", "resnet50", "nested"):
        network = load(name)
        titles = [box.title for box in picture_of(network).overview.boxes if ";" in box.title]
        numbers = [title.rpartition("; ")[2].split(" ")[0] for title in titles]
        assert sum(int(n.replace(",", "")) for n in numbers) == network.totals.parameters
