"""What follows a layer joins its box, exact repeats fold, and no skip gets lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from archdsl_pictures.model import Box, Panel, Picture
from archdsl_pictures.options import Options
from archdsl_pictures.picture import picture_of
from archdsl_units.folding import Style

import archdsl
from archdsl import BackendError, Network

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
    first, second = picture_of(load("googlenet")).panels
    assert (first.heading, first.path) == ("Inception(64, 96, 128, 16, 32, 32)", "inception3a")
    assert (second.heading, second.path) == ("SideHead(1000)", "aux1")


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
    shown = {path: box.shape for path, box in boxes.items() if box.shows_shape}
    assert shown["conv1"] == "55x55x96"
    assert shown["fc6"] == "4096"
    assert not {"norm1", "conv4", "fc7", "fc8"} & shown.keys()


def test_blocks_call_blocks(load: Callable[[str], Network]) -> None:
    nested = picture_of(load("nested"))
    inside = {panel.path: counts(panel) for panel in nested.panels}
    assert inside["stage2"] == {"stage2.units.0": 4}
    assert counts(nested.overview) == {"stem.convs.0": 3, "stage1.0": 2, "dense1": 2}


def test_a_block_that_calls_itself_is_drawn_with_all_its_levels(
    load: Callable[[str], Network],
) -> None:
    [panel] = picture_of(load("fractal")).panels
    assert panel.heading == "Fractal(4, 64)"
    texts = [box.text for box in panel.boxes]
    assert texts.count("3x3 conv, 64") == 1 + 2 + 4 + 8
    assert panel.frames == ()


def test_a_join_takes_the_columns_of_a_join_that_ends_a_path(
    load: Callable[[str], Network],
) -> None:
    [panel] = picture_of(load("fractal")).panels
    joins = [box.path for box in panel.boxes if box.text == "mean"]
    operands = [sum(edge.target == path for edge in panel.edges) for path in joins]
    # Four columns meet at the end, three in the middle, two before and behind that.
    assert sorted(operands) == [2, 2, 3, 4]


def test_a_block_of_one_layer_is_drawn_as_that_layer() -> None:
    picture = drawn(f"{UNIT}{HEAD}a: Unit(8)\nCONV: 4 1x1 filters\n")
    assert [box.text for box in picture.overview.boxes[1:]] == ["3x3 conv, 8", "1x1 conv, 4"]
    assert picture.overview.boxes[1].path == "a.conv"
    assert picture.panels == ()


def test_a_round_of_several_boxes_folds_where_it_grows_evenly() -> None:
    picture = picture_of(archdsl.load("densenet121"))
    blocks = [panel for panel in picture.panels if panel.heading.startswith("DenseBlock")]
    assert [panel.heading for panel in blocks] == ["DenseBlock(6, 32)"]
    assert "one of 4 of this form" in blocks[0].note
    [frame] = blocks[0].frames
    assert frame.label == "×6, each +32 channels"
    assert len(frame.boxes) == 2
    assert by_path(blocks[0])[frame.boxes[1]].shape == "56x56x256"


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("CONV{}: 16 3x3 filters, pad 1", 3),
        ("CONV{}: {} 3x3 filters, pad 1", None),
        ("CONV{}: 16 {}x{} filters", None),
    ],
)
def test_what_differs_is_not_folded(lines: str, count: int | None) -> None:
    chain = " -> ".join(lines.partition(": ")[2].replace("{}", str(n)) for n in (1, 3, 5))
    text = f"[16x16x16] INPUT\nstage: CONV {chain.replace(' -> ', ' -> CONV ')}\n"
    assert list(counts(drawn(text).overview).values()) == ([count] if count else [])


def test_growth_that_is_not_even_is_not_folded() -> None:
    block = "block Grow(n):\n    concat:\n        identity\n        CONV {n} 1x1 filters\n\n"
    even = f"{block}{HEAD}" + "g: 3 x Grow(4)\n"
    assert list(counts(drawn(even).overview).values()) == [3]
    uneven = f"{block}{HEAD}a: Grow(4)\nb: Grow(4)\nc: Grow(8)\n"
    assert list(counts(drawn(uneven).overview).values()) == [2]


def test_a_block_that_is_nearly_all_is_drawn_open() -> None:
    overview = picture_of(archdsl.load("densenet121")).overview
    assert "features.denseblock1" in by_path(overview)
    assert [frame.path for frame in overview.frames] == ["features"]
    closed = picture_of(archdsl.load("densenet121"), Options(depth=0)).overview
    assert "features" in by_path(closed)


def test_depth_opens_blocks_level_by_level(load: Callable[[str], Network]) -> None:
    network = load("nested")
    paths = {depth: by_path(picture_of(network, Options(depth=depth)).overview) for depth in (1, 2)}
    assert "stage2.units.0" in paths[1]
    assert "stage2.units.0.conv1" in paths[2]
    layers = by_path(picture_of(network, Options(style="layers")).overview)
    assert layers.keys() == paths[2].keys()
    assert picture_of(network, Options(style="layers")).panels == ()


@pytest.mark.parametrize("name", ["layer2.0", "Bottleneck"])
def test_a_block_or_one_use_of_it_is_drawn_open(load: Callable[[str], Network], name: str) -> None:
    overview = picture_of(load("resnet50"), Options(expand=(name,))).overview
    frames = {frame.path: frame.label for frame in overview.all_frames()}
    assert frames["layer2.0"] == "0: Bottleneck(128, stride1=2)"
    assert "layer2.0.conv1" in by_path(overview)
    assert ("layer2.1" in by_path(overview)) == (name == "layer2.0")
    if name == "Bottleneck":
        assert frames["layer2.1"] == "1: Bottleneck(128) ×3"


def test_an_unknown_block_is_an_error_with_a_suggestion(load: Callable[[str], Network]) -> None:
    with pytest.raises(BackendError, match=r"called Botleneck; did you mean Bottleneck\?"):
        picture_of(load("resnet50"), Options(expand=("Botleneck",)))


def test_costs_stand_in_the_boxes(load: Callable[[str], Network]) -> None:
    boxes = by_path(picture_of(load("alexnet"), Options(costs=True)).overview)
    assert boxes["conv1"].notes == ("ReLU", "34.9 k · 105 M")
    assert boxes["pool1"].notes == ()


def test_shapes_stand_beside_every_edge_on_request(load: Callable[[str], Network]) -> None:
    boxes = picture_of(load("alexnet"), Options(shapes=True)).overview.boxes
    assert [box.path for box in boxes if not box.shows_shape] == ["input", "fc8"]


def test_layers_that_the_author_named_stay_apart() -> None:
    conv = "CONV{}: 16 3x3 filters, pad 1 -> RELU\n"
    picture = drawn(HEAD + "".join(conv.format(i) for i in range(3)))
    assert counts(picture.overview) == {}


def test_what_is_read_from_within_is_not_folded_away() -> None:
    text = f"{UNIT}{HEAD}a: Unit(16)\nb: Unit(16)\nc: Unit(16)\n"
    assert counts(drawn(text).overview) == {"a.conv": 3}
    text += "add:\n    identity\n    skip: from b -> CONV 16 1x1 filters\n"
    assert counts(drawn(text).overview) == {"a.conv": 2}


def test_equal_neighbours_of_two_namespaces_are_not_one() -> None:
    text = f"{UNIT}{HEAD}one: 3 x Unit(16)\nother: 2 x Unit(16)\n"
    assert counts(drawn(text).overview) == {"one.0.conv": 3, "other.0.conv": 2}


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


def test_what_sees_all_gpus_says_so() -> None:
    picture = picture_of(archdsl.load("alexnet_two_gpus"))
    assert picture.subtitle.endswith("split over 2 gpus")
    across = [box.path for box in picture.overview.boxes if "across gpus" in box.notes]
    assert across == ["conv3", "fc6", "fc7", "fc8"]


def test_side_heads_are_there_in_training_only(load: Callable[[str], Network]) -> None:
    overview = picture_of(load("googlenet")).overview
    heads = [box for box in overview.boxes if box.is_training_only]
    assert [box.path for box in heads] == ["aux1", "aux2"]
    assert all("training only" in box.notes for box in heads)
    assert all("in training only" in box.title for box in heads)
    styles = {edge.target: edge.style for edge in overview.edges}
    assert styles["aux1"] is styles["aux2"] is Style.TRAINING


def test_blocks_around_one_layer_cost_as_much_as_they_are() -> None:
    text = "block C():\n    CONV: 8 3x3 filters, pad 1 -> RELU\n[8x8x8] INPUT\ns: 3 x C()\n"
    nested = f"block D():\n    C()\n{text.replace('3 x C', '3 x D')}"
    for network in map(archdsl.loads, (text, nested)):
        _, box = picture_of(network).overview.boxes
        assert box.count == 3
        assert box.costs.parameters == network.totals.parameters
        assert len(box.nodes) == 6
        assert f"3 times; output [8x8x8]; {network.totals.parameters:,} parameters" in box.title
