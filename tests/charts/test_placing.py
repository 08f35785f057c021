"""Labels: none over another, none outside, however crowded the blobs are."""

from __future__ import annotations

from itertools import combinations

import pytest
from archdsl_charts.operations import Chart
from archdsl_charts.placing import Blob, Label, cuts, place
from archdsl_svg.geometry import Rect
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl import Comparison

AREA = Rect(0, 0, 720, 540)


def is_inside(rect: Rect, area: Rect) -> bool:
    return (
        rect.left >= area.left
        and rect.right <= area.right
        and rect.top >= area.top
        and rect.bottom <= area.bottom
    )


def overlapping(labels: list[Label]) -> list[tuple[Label, Label]]:
    return [pair for pair in combinations(labels, 2) if pair[0].rect.overlaps(pair[1].rect)]


def test_a_single_label_stands_right_beside_its_blob() -> None:
    [label] = place([Blob("ResNet50", (300, 300), 10)], AREA, 11)
    assert label.line is None
    assert label.rect.left == pytest.approx(313)


def test_a_large_blob_holds_its_label() -> None:
    [label] = place([Blob("VGG16", (300, 300), 44)], AREA, 11)
    assert 256 < label.rect.left < label.rect.right < 344


def test_a_blob_at_the_edge_has_its_label_inside_the_area() -> None:
    for center in ((715, 5), (5, 535), (715, 535), (5, 5)):
        [label] = place([Blob("DenseNet201", center, 6)], AREA, 11)
        assert is_inside(label.rect, AREA)


blobs = st.builds(
    Blob,
    st.sampled_from(["VGG16", "ResNet152", "torchvision/wide_resnet50_2"]),
    st.tuples(st.floats(60, 660), st.floats(60, 480)),
    st.floats(2, 44),
)


@given(st.lists(blobs, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_labels_never_lie_over_each_other(drawn: list[Blob]) -> None:
    labels = place(drawn, AREA, 11)
    assert len(labels) == len(drawn)
    assert overlapping(labels) == []
    assert all(is_inside(label.rect, AREA) for label in labels)


@pytest.mark.parametrize("name", ["papers", "everything"])
def test_the_zoos_labels_are_free(name: str, request: pytest.FixtureRequest) -> None:
    comparison: Comparison = request.getfixturevalue(name)
    chart = Chart(comparison)
    labels = place(chart.blobs, chart.plot, 11)
    assert overlapping(labels) == []
    assert all(is_inside(label.rect, chart.plot) for label in labels)
    lines = [label.line for label in labels if label.line is not None]
    struck = [
        (line, label)
        for line in lines
        for label in labels
        if label.line is not line and cuts(line, label.rect)
    ]
    assert struck == []


def test_blobs_stay_inside_the_plot(everything: Comparison) -> None:
    chart = Chart(everything)
    for blob in chart.blobs:
        (x, y), r = blob.center, blob.radius
        assert is_inside(Rect(x - r, y - r, x + r, y + r), chart.plot), blob
