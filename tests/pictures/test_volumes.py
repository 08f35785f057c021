"""Volumes in rows, as a U and in towers: nothing overlaps, and no path and no skip is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random

import pytest
from archdsl_pictures import BACKEND
from archdsl_pictures.files import drawn
from archdsl_pictures.options import Options
from archdsl_pictures.picture import picture_of
from archdsl_pictures.scene import Area, Group, Line, Mark, Scene, Words
from archdsl_pictures.solids import volumes_of
from archdsl_svg.font import text_width
from archdsl_svg.geometry import Point, Rect
from random_specs import RandomSpec, tangled

import archdsl
from archdsl import BackendError, Network, SpecError

VOLUMES = Options(style="volumes")


def volumes(network: Network, options: Options = VOLUMES) -> Scene:
    return drawn(picture_of(network, options), options)


def groups(scene: Scene, kind: str) -> list[Group]:
    return [mark for mark in scene.marks if isinstance(mark, Group) and mark.kind == kind]


def solids(scene: Scene) -> dict[str, list[Rect]]:
    """Box -> the extent of the three faces of each of its solids."""
    found = {}
    for group in groups(scene, "node"):
        faces = [mark for mark in group.marks if isinstance(mark, Area)]
        found[group.path] = [extent(faces[at : at + 3]) for at in range(0, len(faces), 3)]
    return found


def extent(faces: list[Area]) -> Rect:
    xs, ys = zip(*(point for face in faces for point in face.points), strict=True)
    return Rect(min(xs), min(ys), max(xs), max(ys))


def captions(scene: Scene) -> list[str]:
    marks = [mark for group in groups(scene, "node") for mark in group.marks]
    return [mark.text for mark in marks if isinstance(mark, Words)]


def room(words: Words) -> Rect:
    width = text_width(words.text, words.size, words.weight)
    left = words.at[0] - (width / 2 if words.anchor == "middle" else 0.0)
    return Rect(left, words.at[1] - 0.7 * words.size, left + width, words.at[1])


def lines(marks: list[Mark]) -> Iterator[tuple[Point, ...]]:
    for mark in marks:
        if isinstance(mark, Group):
            yield from lines(list(mark.marks))
        elif isinstance(mark, Line):
            yield mark.points


def points(line: tuple[Point, ...]) -> Iterator[Point]:
    """Points along a line, closer than a letter is wide."""
    for (x0, y0), (x1, y1) in pairwise(line):
        count = int(max(abs(x1 - x0), abs(y1 - y0)) / 3) + 1
        yield from ((x0 + (x1 - x0) * n / count, y0 + (y1 - y0) * n / count) for n in range(count))


def faults(scene: Scene) -> list[object]:
    """What overlaps, and what a line leads through."""
    written = [room(mark) for mark in scene.walk() if isinstance(mark, Words)]
    taken = [rect for rects in solids(scene).values() for rect in rects] + written
    found: list[object] = [
        (one, other)
        for at, one in enumerate(taken)
        for other in taken[at + 1 :]
        if one.overlaps(other)
    ]
    for line in lines(list(scene.marks)):
        for x, y in points(line):
            found += [
                (line, r) for r in taken if r.left + 1 < x < r.right - 1 and r.top < y < r.bottom
            ]
            if not (0 <= x <= scene.width and 0 <= y <= scene.height):
                found.append((line, scene.name))
    paper = Rect(0, 0, scene.width, scene.height)
    found += [
        rect
        for rect in taken
        if rect.left < 0 or rect.top < 0 or rect.right > paper.right or rect.bottom > paper.bottom
    ]
    return found


def test_a_volume_for_every_shape_of_alexnet(load: Callable[[str], Network]) -> None:
    scene = volumes(load("alexnet"))
    assert captions(scene) == [
        "227x227x3", "55x55x96", "27x27x96", "27x27x256", "13x13x256", "13x13x384", "13x13x384",
        "13x13x256", "6x6x256", "4096", "4096", "1000",
    ]  # fmt: skip
    rects = [rects[0] for rects in solids(scene).values()]
    assert all(one.height >= other.height for one, other in pairwise(rects[:9]))


def test_nothing_overlaps(every: Network) -> None:
    assert faults(volumes(every)) == []


@pytest.mark.parametrize("name", ["googlenet", "fractalnet", "tests/constructs/refs.arch"])
def test_nothing_overlaps_where_blocks_are_open(load: Callable[[str], Network], name: str) -> None:
    assert faults(volumes(load(name), Options(style="volumes", depth=1))) == []


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_nothing_overlaps_in_random_networks(first: int) -> None:
    for number in range(first, first + 20):
        for text in (RandomSpec(Random(number)).text, tangled(Random(number))):
            try:
                network = archdsl.loads(text, "random")
            except SpecError:
                continue
            assert faults(volumes(network)) == [], number


def test_every_box_and_every_edge_is_there(every: Network) -> None:
    picture = picture_of(every, VOLUMES)
    scene = drawn(picture, VOLUMES)
    titles = {group.title for group in groups(scene, "node") + groups(scene, "step")}
    assert titles == {box.title for box in picture.overview.boxes}
    found, panel = volumes_of(picture)
    assert len(groups(scene, "edge")) == len(panel.edges)
    joined = len(picture.overview.boxes) - len(found)
    # What joins a volume takes the one edge along that led to it.
    assert len(panel.edges) == len(picture.overview.edges) - joined


def test_no_skip_is_lost_between_volumes(load: Callable[[str], Network]) -> None:
    scene = volumes(load("resnet50"))
    arcs = [m for m in scene.marks if isinstance(m, Line) and len(m.points) == 4]
    assert len(arcs) == 8
    assert sum(arc.dash is not None for arc in arcs) == 4


def test_paths_inside_a_folded_block_are_told(load: Callable[[str], Network]) -> None:
    def said(name: str) -> list[str]:
        words = [mark.text for mark in volumes(load(name)).walk() if isinstance(mark, Words)]
        return [text for text in words if text.endswith("paths inside")]

    assert said("googlenet") == ["4 paths inside"] * 9
    assert said("fractalnet") == ["3 paths inside"] * 5
    assert said("alexnet") == []


def test_a_u_net_is_a_u(load: Callable[[str], Network]) -> None:
    scene = volumes(load("beyond/unet"))
    rects = {path.partition(".")[0]: rects[0] for path, rects in solids(scene).items()}
    bottoms = [rects[f"down{n}"].bottom for n in (1, 2, 3, 4)] + [rects["bottom"].bottom]
    assert bottoms == sorted(bottoms)
    assert len(set(bottoms)) == 5
    skips = {group.path: group.marks[0] for group in groups(scene, "edge")}
    for number in (1, 2, 3, 4):
        down, up = rects[f"down{number}"], rects[f"up{number}"]
        assert down.center[1] == pytest.approx(up.center[1])
        assert down.right < up.left
        [line] = [
            mark.points
            for path, mark in skips.items()
            if re.match(rf"down{number}\b.*--up{number}\b", path) and isinstance(mark, Line)
        ]
        assert len(line) == 2
        assert line[0][1] == line[1][1]


def test_what_is_split_stands_in_rows_that_cross_where_it_says_so(
    load: Callable[[str], Network],
) -> None:
    scene = volumes(load("alexnet_two_gpus"))
    assert [len(rects) for rects in solids(scene).values()] == [1] + [2] * 11
    assert captions(scene)[:5] == ["227x227x3", "55x55x48", "55x55x48", "27x27x48", "27x27x48"]
    counts = [len(list(lines([edge]))) for edge in groups(scene, "edge")]
    assert counts == [2, 2, 2, 2, 4, 2, 2, 2, 4, 4, 4]


def test_volumes_are_no_graph_and_no_text(load: Callable[[str], Network]) -> None:
    for format in ("dot", "txt"):
        with pytest.raises(BackendError, match=f"svg, png, pdf and tex, not as {format}"):
            BACKEND.emit(load("alexnet"), format, style="volumes")
