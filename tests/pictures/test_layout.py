"""Nothing overlaps, nothing is clipped, every edge begins and ends at its boxes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from archdsl_graphviz import theme
from archdsl_graphviz.dot import dot_text
from archdsl_graphviz.labels import Form
from archdsl_graphviz.layout import PlacedPanel, place
from archdsl_graphviz.page import Page, page_of
from archdsl_graphviz.picture import picture_of
from archdsl_graphviz.program import lay_out
from archdsl_svg.font import REGULAR, metrics, text_width
from archdsl_svg.geometry import Point, Rect

import archdsl
from archdsl import Network


def panels(page: Page) -> Iterator[PlacedPanel]:
    for sheet in page.sheets:
        yield sheet.placed


def shrunk(rect: Rect, by: float = 0.05) -> Rect:
    return Rect(rect.left + by, rect.top + by, rect.right - by, rect.bottom - by)


def crosses(points: tuple[Point, ...], rect: Rect) -> bool:
    """Whether a way of level and upright lines leads through a rectangle."""
    return any(rect.overlaps(Rect(*map(min, a, b), *map(max, a, b))) for a, b in pairwise(points))


def frame_labels(panel: PlacedPanel) -> list[Rect]:
    return [
        Rect(
            placed.rect.left + theme.FRAME_INSET,
            placed.rect.top + 5,
            placed.rect.left + theme.FRAME_INSET + text_width(placed.frame.label, theme.SMALL),
            placed.rect.top + 14,
        )
        for placed in panel.frames
    ]


def test_boxes_do_not_overlap(page: Page) -> None:
    for panel in panels(page):
        for one, other in combinations(panel.boxes, 2):
            assert not shrunk(one.rect).overlaps(other.rect), (one.box.path, other.box.path)


def test_every_edge_begins_and_ends_at_its_boxes(page: Page) -> None:
    for panel in panels(page):
        rects = {placed.box.path: placed.rect for placed in panel.boxes}
        counts = {placed.box.path: placed.box.count for placed in panel.boxes}
        for placed in panel.edges:
            (x0, y0), (x1, y1) = placed.points[0], placed.points[-1]
            source, target = rects[placed.edge.source], rects[placed.edge.target]
            assert abs(y0 - source.bottom) < 0.01
            assert source.left <= x0 <= source.right
            stack = theme.STACK if counts[placed.edge.target] > 1 else 0
            from_above = abs(y1 - target.top + stack) < 0.01
            at_side = min(abs(x1 - target.left), abs(x1 - target.right)) < 0.01
            assert from_above or at_side
            assert target.left - 0.01 <= x1 <= target.right + 0.01


def test_edges_are_level_or_upright(page: Page) -> None:
    for panel in panels(page):
        for placed in panel.edges:
            for (x0, y0), (x1, y1) in pairwise(placed.points):
                assert abs(x0 - x1) < 0.1 or abs(y0 - y1) < 0.1, placed


def test_no_edge_leads_through_a_box(page: Page) -> None:
    for panel in panels(page):
        for placed in panel.edges:
            for box in panel.boxes:
                assert not crosses(placed.points, shrunk(box.rect)), (placed.edge, box.box.path)


def test_no_line_leads_through_a_word(page: Page) -> None:
    for panel in panels(page):
        words = [placed.shape_at for placed in panel.boxes if placed.shape_at]
        words += frame_labels(panel)
        for word in words:
            for placed in panel.edges:
                assert not crosses(placed.points, word), placed.edge
            for box in panel.boxes:
                assert not word.overlaps(box.rect), box.box.path


def test_frames_hold_their_boxes_and_no_others(page: Page) -> None:
    for panel in panels(page):
        paths = {placed.frame.path for placed in panel.frames}
        assert paths == {frame.path for frame in panel.panel.all_frames()}
        for placed in panel.frames:
            own = {path for frame in placed.frame.walk() for path in frame.boxes}
            held = {box.box.path for box in panel.boxes if placed.rect.overlaps(box.rect)}
            assert held == own


def test_labels_fit_into_their_boxes(page: Page) -> None:
    for panel in panels(page):
        for placed in panel.boxes:
            box = placed.box
            if box.form in (Form.ROUND, Form.PORT):
                continue
            room = placed.rect.width - (2 * theme.SLANT if box.form is Form.TRAPEZOID else 0)
            assert text_width(box.text, theme.TEXT) <= room - 12
            assert all(text_width(note, theme.SMALL) <= room - 12 for note in box.notes)


def test_everything_is_on_the_page(page: Page) -> None:
    paper = Rect(0, 0, page.width, page.height)
    for panel in panels(page):
        rects = [p.rect for p in (*panel.boxes, *panel.frames)]
        rects += [p.shape_at for p in panel.boxes if p.shape_at]
        points = [point for placed in panel.edges for point in placed.points]
        for x, y in [c for r in rects for c in ((r.left, r.top), (r.right, r.bottom))] + points:
            assert paper.left + 10 <= x <= paper.right - 10
            assert paper.top + 10 <= y <= paper.bottom - 10


def test_panels_do_not_overlap(page: Page) -> None:
    first, *others = page.sheets
    outlines = [sheet.outline for sheet in others if sheet.outline]
    assert len(outlines) == len(others)
    assert not any(one.overlaps(other) for one, other in combinations(outlines, 2))
    for outline in outlines:
        assert not any(outline.overlaps(box.rect) for box in first.placed.boxes)


def test_boxes_of_a_column_have_one_width(page: Page) -> None:
    for panel in panels(page):
        forms = (Form.BOX, Form.TRAPEZOID, Form.BLOCK)
        widths = {round(p.rect.width, 2) for p in panel.boxes if p.box.form in forms}
        assert len(widths) <= 1


def test_paths_stand_in_the_order_of_the_spec() -> None:
    [panel] = picture_of(archdsl.load("googlenet")).panels
    [placed] = place([panel])
    heads = ["branch1", "branch2.0", "branch3.0", "branch4.0"]
    middles = {p.box.path.removeprefix("inception3a."): p.rect.center for p in placed.boxes}
    assert sorted(heads, key=lambda path: middles[path][0]) == heads
    assert len({round(middles[path][1], 2) for path in heads}) == 1


def test_two_operands_from_one_box_are_two_edges() -> None:
    network = archdsl.loads("[8x8x3] INPUT\nadd:\n    identity\n    identity\n")
    [panel] = place([picture_of(network).overview])
    assert len(panel.edges) == 2


def test_a_long_network_goes_on_in_columns() -> None:
    lines = "".join(f"CONV{i}: {8 + i % 3} 3x3 filters, pad 1 -> RELU\n" for i in range(300))
    page = page_of(picture_of(archdsl.loads(f"[32x32x3] INPUT\n{lines}")))
    assert 0.7 < page.width / page.height < 3
    [panel] = panels(page)
    assert len(panel.boxes) == 301
    assert not any(
        shrunk(one.rect).overlaps(other.rect) for one, other in combinations(panel.boxes, 2)
    )


def test_the_program_reads_the_dot_file(network: Network) -> None:
    picture = picture_of(network)
    [document] = lay_out(dot_text(picture))
    nodes = {item["name"] for item in document["objects"] if "pos" in item}
    assert len(nodes) == sum(len(panel.boxes) for panel in picture.all_panels)


def test_widths_are_those_of_the_font_file() -> None:
    from archdsl_svg.font import font_path
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont("measured", str(font_path(REGULAR)))
    for text in ("7x7 conv, 64, /2", "Inception(64, 96, 128)", "×3 · ½ → ∑", "합성곱 층"):
        assert abs(font.stringWidth(text, 12) - metrics(REGULAR).width(text, 12)) < 0.01
