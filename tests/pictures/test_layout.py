"""Nothing overlaps, nothing is clipped, every edge begins and ends at its boxes."""

from __future__ import annotations

from itertools import pairwise

from archdsl_pictures.dot import dot_text
from archdsl_pictures.layout import Layout, extents
from archdsl_pictures.options import Options
from archdsl_pictures.page import Page, page_of
from archdsl_pictures.picture import picture_of
from archdsl_pictures.sizes import COLUMN_FORMS
from archdsl_pictures.structure import crowds, structure_of
from archdsl_svg.font import REGULAR, metrics, text_width
from archdsl_svg.geometry import Rect
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import Form
from graphviz_program import laid_out
from placed_pages import crossing, overlapping, panels, shared, shrunk, words

import archdsl
from archdsl import Network, zoo


def test_boxes_do_not_overlap(placed: Page) -> None:
    for panel in panels(placed):
        assert overlapping([shrunk(box.rect) for box in panel.boxes]) == []


def test_every_edge_begins_and_ends_at_its_boxes(placed: Page) -> None:
    for panel in panels(placed):
        assert [edge.edge for edge in panel.edges] == list(panel.panel.edges)
        rects = {box.box.path: box.rect for box in panel.boxes}
        counts = {box.box.path: box.box.count for box in panel.boxes}
        for edge in panel.edges:
            source, target = rects[edge.edge.source], rects[edge.edge.target]
            (x0, y0), (x1, y1) = edge.points[0], edge.points[-1]
            stack = theme.STACK if counts[edge.edge.target] > 1 else 0.0
            if panel.is_turned:
                source, target = source.turned(), target.turned()
                x0, y0, x1, y1 = y0, x0, y1, x1
            assert abs(y0 - source.bottom) < 0.01
            assert source.left <= x0 <= source.right
            from_above = abs(y1 - target.top) < 0.01 or abs(y1 - target.top + stack) < 0.01
            at_side = abs(x1 - target.right) < 0.01
            assert from_above or at_side
            assert target.left - 0.01 <= x1 <= target.right + 0.01
            assert target.top - stack - 0.01 <= y1 <= target.bottom


def test_edges_are_level_or_upright(placed: Page) -> None:
    for panel in panels(placed):
        for edge in panel.edges:
            for (x0, y0), (x1, y1) in pairwise(edge.points):
                assert abs(x0 - x1) < 0.1 or abs(y0 - y1) < 0.1, edge


def test_no_edge_leads_through_a_box(placed: Page) -> None:
    for panel in panels(placed):
        ways = [edge.points for edge in panel.edges]
        boxes = [shrunk(box.rect) for box in panel.boxes]
        assert list(crossing(ways, boxes)) == []


def test_no_line_leads_through_a_word(placed: Page) -> None:
    for panel in panels(placed):
        written = words(panel)
        assert list(crossing([edge.points for edge in panel.edges], written)) == []
        assert overlapping(written) == []
        pairs = overlapping([*written, *(shrunk(box.rect) for box in panel.boxes)])
        assert pairs == []


def test_no_two_lines_from_different_boxes_to_different_boxes_are_one(placed: Page) -> None:
    for panel in panels(placed):
        assert list(shared(panel)) == []


def test_frames_hold_their_boxes_and_no_others(placed: Page) -> None:
    for panel in panels(placed):
        drawn = {frame.frame.path for frame in panel.frames}
        left_out = {frame.path for frame in structure_of(panel.panel).loose_frames}
        assert drawn == {frame.path for frame in panel.panel.all_frames()} - left_out
        # A block that is fed by two lines, or that ends in a join which another one absorbed.
        assert left_out == set() or placed.picture.name in ("Refs", "FractalNet")
        rects = {box.box.path: box.rect for box in panel.boxes}
        for path in drawn:
            parts = [frame for frame in panel.frames if frame.frame.path == path]
            own = parts[0].frame.all_boxes()
            for part in parts:
                held = {p for p, rect in rects.items() if part.rect.overlaps(rect)}
                assert held <= own
                own -= held
            assert own == set()


def test_labels_fit_into_their_boxes(placed: Page) -> None:
    for panel in panels(placed):
        for drawn in panel.boxes:
            box, rect = drawn.box, drawn.rect
            if box.form in (Form.ROUND, Form.PORT):
                continue
            width = max(rect.width, rect.height) if box.form is Form.BAR else rect.width
            slant = 2 * theme.SLANT if box.form is Form.TRAPEZOID and not panel.is_turned else 0
            assert text_width(box.text, theme.TEXT) <= width - slant - 12
            assert all(text_width(n, theme.SMALL) <= width - slant - 12 for n in box.notes)


def test_everything_is_on_the_page(placed: Page) -> None:
    paper = Rect(10, 10, placed.width - 10, placed.height - 10)
    for panel in panels(placed):
        corners = [point for edge in panel.edges for point in edge.points]
        for rect in (*extents(panel), *(rung.rect for rung in panel.rungs)):
            corners += [(rect.left, rect.top), (rect.right, rect.bottom)]
        for x, y in corners:
            assert paper.left <= x <= paper.right
            assert paper.top <= y <= paper.bottom


def test_panels_do_not_overlap(placed: Page) -> None:
    first, *others = placed.sheets
    outlines = [sheet.outline for sheet in others if sheet.outline]
    assert len(outlines) == len(others)
    assert overlapping([shrunk(outline) for outline in outlines]) == []
    for outline in outlines:
        assert not any(outline.overlaps(box.rect) for box in first.placed.boxes)
    for sheet in others:
        assert sheet.outline is not None
        for rect in extents(sheet.placed):
            assert sheet.outline.left <= rect.left
            assert rect.right <= sheet.outline.right


def test_boxes_of_a_column_have_one_width(placed: Page) -> None:
    for panel in panels(placed):
        crowded = list(crowds(structure_of(panel.panel).top))
        others = {placed.box.path for placed in panel.boxes}.difference(*crowded)
        for held in (others, *crowded):
            boxes = [p for p in panel.boxes if p.box.path in held and p.box.form in COLUMN_FORMS]
            assert len({round(placed.rect.width, 2) for placed in boxes}) <= 1


def test_only_a_crowd_of_paths_has_a_width_of_its_own() -> None:
    crowded = []
    for name in zoo.names():
        panel = picture_of(archdsl.load(name)).overview
        crowded += [name for _ in crowds(structure_of(panel).top)]
    assert crowded == ["lenet5_1998"]
    [panel] = panels(page_of(picture_of(archdsl.load("lenet5_1998"))))
    [crowd] = crowds(structure_of(panel.panel).top)
    widths = {p.box.path in crowd: p.rect.width for p in panel.boxes if p.box.form is Form.BOX}
    assert widths[True] < 0.7 * widths[False]


def test_every_box_stands_on_the_step_of_its_size(placed: Page) -> None:
    overview = placed.sheets[0].placed
    sizes = {box.box.path: box.box.size for box in overview.boxes}
    assert {rung.size for rung in overview.rungs} <= set(sizes.values())
    main = [box.box.path for box in overview.boxes if not box.box.is_training_only]
    ends = main[0], main[-1]
    for box in overview.boxes:
        x, y = box.rect.center
        held = [r for r in overview.rungs if Rect(x, y, x + 0.1, y + 0.1).overlaps(r.rect)]
        assert len(held) == 1
        if box.box.path in ends:
            assert held[0].size == box.box.size


def test_a_ladder_goes_from_the_input_to_the_output() -> None:
    overview = page_of(picture_of(archdsl.load("resnet50"))).sheets[0].placed
    sizes = [rung.size for rung in overview.rungs]
    assert sizes == ["224x224", "112x112", "56x56", "28x28", "14x14", "7x7", "1x1"]
    assert [rung.tint for rung in overview.rungs] == list(range(7))


def test_paths_stand_in_the_order_of_the_spec() -> None:
    panel = picture_of(archdsl.load("googlenet")).panels[0]
    found = Layout(panel).placed()
    heads = ["branch1", "branch2.0", "branch3.0", "branch4.0"]
    middles = {p.box.path.removeprefix("inception3a."): p.rect.center for p in found.boxes}
    assert sorted(heads, key=lambda path: middles[path][0]) == heads
    tops = {p.box.path.removeprefix("inception3a."): p.rect.top for p in found.boxes}
    assert len({round(tops[path], 1) for path in heads}) == 1


def test_a_skip_runs_at_the_right_of_what_it_leads_past(placed: Page) -> None:
    for panel in panels(placed):
        rects = {box.box.path: box.rect for box in panel.boxes}
        for edge in panel.edges:
            if edge.edge.style is not Style.IDENTITY or len(edge.points) == 2 or panel.is_turned:
                continue
            if edge.edge in structure_of(panel.panel).loose:
                continue
            source, target = rects[edge.edge.source], rects[edge.edge.target]
            lane = max(x for x, _ in edge.points)
            between = [
                rect
                for rect in rects.values()
                if source.bottom < rect.top and rect.bottom < target.top
            ]
            spanned = [r for r in between if r.left < source.center[0] < r.right]
            assert all(lane > rect.right for rect in spanned)


def test_two_operands_from_one_box_are_two_edges() -> None:
    network = archdsl.loads("[8x8x3] INPUT\nadd:\n    identity\n    identity\n")
    panel = Layout(picture_of(network).overview).placed()
    first, second = panel.edges
    assert first.points != second.points


def test_a_long_network_goes_on_in_columns() -> None:
    lines = "".join(f"CONV{i}: {8 + i % 3} 3x3 filters, pad 1 -> RELU\n" for i in range(300))
    page = page_of(picture_of(archdsl.loads(f"[32x32x3] INPUT\n{lines}")))
    assert 0.7 < page.width / page.height < 3
    [panel] = panels(page)
    assert len(panel.boxes) == 301
    assert overlapping([shrunk(box.rect) for box in panel.boxes]) == []


def test_a_frame_goes_on_in_the_next_column() -> None:
    options = Options(style="layers", columns=6)
    network = archdsl.load("resnet50")
    overview = page_of(picture_of(network, options), options).sheets[0].placed
    parts = [frame for frame in overview.frames if frame.frame.path == "layer3"]
    assert [part.goes_on for part in parts] == [False, *[True] * (len(parts) - 1)]
    assert len(parts) > 1


def test_a_frame_inside_a_block_without_one_is_drawn() -> None:
    """U-Net's `up4` is no whole part: what crops its skip stands on the skip's way."""
    options = Options(style="layers")
    page = page_of(picture_of(archdsl.load("beyond/unet"), options), options)
    drawn = {frame.frame.path for frame in page.sheets[0].placed.frames}
    assert "up4" not in drawn
    assert {f"up{level}.convolutions" for level in (1, 2, 3, 4)} <= drawn


def test_the_program_reads_the_dot_file(network: Network) -> None:
    picture = picture_of(network)
    document = laid_out(dot_text(picture))
    nodes = {item["name"] for item in document["objects"] if "pos" in item}
    assert len(nodes) == sum(len(panel.boxes) for panel in picture.all_panels)


def test_widths_are_those_of_the_font_file() -> None:
    from archdsl_svg.font import font_path
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont("measured", str(font_path(REGULAR)))
    for text in ("7x7 conv, 64, /2", "Inception(64, 96, 128)", "×3 · ½ → ∑", "합성곱 층"):
        assert abs(font.stringWidth(text, 12) - metrics(REGULAR).width(text, 12)) < 0.01
