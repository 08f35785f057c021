"""Section 2 of the language: braces compute."""

from __future__ import annotations

import pytest
from compiling import complaint, complaints, network, said, shapes


def value(expression: str, parameters: str = "n = 7, size = 7x1, deep = yes") -> int:
    """What an expression is, read off a convolution's filters."""
    net = network(f"network N({parameters})\n[8x8x3] INPUT\nCONV {{{expression}}} 1x1 filters")
    return net.facts.flat.shape.channels


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("3", 3),
        ("n", 7),
        ("n + 1", 8),
        ("n - 1", 6),
        ("2*n", 14),
        ("14/2", 7),
        ("n/2*2", 7),
        ("n//2", 3),
        ("n % 4", 3),
        ("-n + 10", 3),
        ("(n + 1)*2", 16),
        ("1 + 2*3", 7),
        ("0.5*n*2", 7),
        ("1e1", 10),
        ("1e-6*1000000", 1),
        ("min(n, 3)", 3),
        ("max(n, 3, 9)", 9),
        ("round(n/2)", 4),
        ("round(2.4)", 2),
        ("ceil(n/2)", 4),
        ("floor(n/2)", 3),
        ("-(-n//2)", 4),
    ],
)
def test_what_an_expression_is(expression: str, expected: int) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("yes", True),
        ("no", False),
        ("deep", True),
        ("not deep", False),
        ("n == 7", True),
        ("n != 7", False),
        ("n < 7", False),
        ("n <= 7", True),
        ("n > 6 and deep", True),
        ("n > 7 or deep", True),
        ("not n > 7", True),
        ("not (n > 7 or deep)", False),
        ("size == 7x1", True),
        ("size != 1x7", True),
        ("size == {n}x1", True),
        ("deep == yes", True),
        ("deep != yes", False),
        ("n/2 > 3", True),
    ],
)
def test_what_a_condition_is(condition: str, holds: bool) -> None:
    net = network(
        f"network N(n = 7, size = 7x1, deep = yes)\n[8x8x3] INPUT\nif {condition}:\n    RELU\nBN"
    )
    assert ("relu" in net.graph) == holds


def test_a_size_is_a_value() -> None:
    text = """
        network N(size = 7x1, k = 3)
        [32x32x3] INPUT
        CONV1: 8 {size} filters
        CONV2: 8 {k}x{k} filters
        CONV3: 8 {k}x1 filters
        """
    assert shapes(text) == {"conv1": "[26x32x8]", "conv2": "[24x30x8]", "conv3": "[22x30x8]"}


def test_sizes_compute_side_by_side() -> None:
    head = "network N(size = 7x1)\n[32x32x3] INPUT\n"
    assert shapes(f"{head}CONV 8 {{size + 2}} filters") == {"conv": "[24x30x8]"}
    assert shapes(f"{head}CONV 8 {{size}} filters, pad {{size//2}}") == {"conv": "[32x32x8]"}
    assert shapes(f"{head}CONV 8 {{2*size - 1}} filters") == {"conv": "[20x32x8]"}


def test_in_is_what_flows_into_the_enclosing_block() -> None:
    text = """
        block Unit(n = in.channels):
            CONV1: {2*n} 3x3 filters
            CONV2: {in.channels + in.height - in.width} 1x1 filters, linear
        [32x31x3] INPUT
        Unit()
        """
    assert shapes(text) == {"unit.conv1": "[30x29x6]", "unit.conv2": "[30x29x4]"}


def test_in_stands_only_inside_a_block() -> None:
    assert said("CONV {in.channels} 1x1 filters") == [("E505", "in.channels")]


@pytest.mark.parametrize(
    ("line", "rate"),
    [("DROPOUT: 50%", 0.5), ("DROPOUT: {0.5}", 0.5), ("DROPOUT: {1/4}", 0.25), ("DROPOUT: {0}", 0)],
)
def test_a_rate_is_a_percentage_or_a_number_from_0_to_1_in_braces(line: str, rate: float) -> None:
    (op,) = (node.op for node in network(line).graph if hasattr(node, "op"))
    assert op.rate == rate


@pytest.mark.parametrize(
    ("line", "marked", "help"),
    [
        ("DROPOUT: 0.5", "0.5", "write 50%"),
        ("DROPOUT: 50", "50", "write 50%"),
        ("DROPOUT: 1", "1", "write 100%"),
        ("DROPOUT: 110%", "110%", "a rate is a share: 50%, or a number from 0 to 1 in braces"),
        ("DROPOUT: {50}", "{50}", "a rate is a share: 50%, or a number from 0 to 1 in braces"),
        ("CONV 50% 1x1 filters", "50%", "write it like `64`"),
        ("CONV 8 1x1 filters, pad 5%", "5%", "write it like `1`"),
        ("BN momentum 0.1", "0.1", "write 10%"),
        ("RELU at most 6%", "6%", "write it like `6`"),
    ],
)
def test_percentages_and_numbers_do_not_mix(line: str, marked: str, help: str) -> None:
    diagnostic = complaint(line)
    assert (diagnostic.code, diagnostic.help) == ("E403", help)
    assert diagnostic.span is not None
    assert diagnostic.span.text == marked


def test_in_braces_a_percent_sign_is_the_remainder() -> None:
    assert shapes("CONV {7 % 4} 1x1 filters") == {"conv": "[32x32x3]"}
    assert [d.code for d in complaints("DROPOUT: {50%}")] == ["E101"]


def test_arguments_and_heads_need_no_braces() -> None:
    text = """
        network N(n = 2)
        [32x32x3] INPUT
        block Unit(k):
            CONV {k} 1x1 filters -> RELU
        if n + 1 == 3:
            a: Unit(2*n + 1)
        for i in 1..n:
            b{i}: Unit(n*i)
        """
    assert list(shapes(text).values())[::2] == ["[32x32x5]", "[32x32x2]", "[32x32x4]"]
    assert [d.code for d in complaints("block U(k):\n    RELU\nU({3})")] == ["E101"]


def test_a_computed_repeat_needs_braces() -> None:
    head = "network N(n = 3)\n[32x32x3] INPUT\n"
    assert list(shapes(f"{head}m: {{n - 1}} x CONV 8 1x1 filters")) == ["m.0", "m.1"]
    for line in ("m: n x CONV 8 1x1 filters", "n x CONV 8 1x1 filters"):
        diagnostic = complaint(head + line)
        assert (diagnostic.code, diagnostic.help) == ("E101", "write `{n} x`")


def test_0_is_nothing() -> None:
    assert shapes("a: 0 x CONV 8 1x1 filters\n{1 - 1} x BN\nRELU") == {"relu": "[32x32x3]"}


@pytest.mark.parametrize("count", ["1/2", "2.5", "0 - 1"])
def test_a_fraction_and_less_than_nothing_is_an_error(count: str) -> None:
    assert said(f"{{{count}}} x RELU") == [("E503", count)]


def test_claims_take_braces_too() -> None:
    head = "network N(classes = 10)\n[32x32x3] INPUT\n"
    assert shapes(f"{head}[{{classes}}] FC: {{classes}} neurons", classes=5) == {"fc": "[5]"}
    assert said(f"{head}[{{classes + 1}}] FC: {{classes}} neurons") == [("E201", "{classes + 1}")]
    assert said(f"{head}[{{classes/3}}] FC: {{classes}} neurons") == [("E503", "classes/3")]


@pytest.mark.parametrize(
    ("line", "code", "marked"),
    [
        ("CONV {8/0} 1x1 filters", "E504", "8/0"),
        ("CONV {8//0} 1x1 filters", "E504", "8//0"),
        ("CONV {8 % 0} 1x1 filters", "E504", "8 % 0"),
        ("CONV 8 {3x3/0} filters", "E504", "3x3/0"),
        ("CONV {5/2} 1x1 filters", "E503", "{5/2}"),
        ("CONV 8 {1/2}x3 filters", "E503", "{1/2}x3"),
        ("FC {0.5} neurons", "E503", "{0.5}"),
        ("CONV {0} 1x1 filters", "E403", "{0}"),
        ("CONV {2 - 3} 1x1 filters", "E403", "{2 - 3}"),
        ("CONV 8 1x1 filters at stride 0", "E403", "0"),
        ("CONV 8 0x1 filters", "E403", "0x1"),
        ("CONV {yes} 1x1 filters", "E403", "{yes}"),
        ("CONV {3x3} 1x1 filters", "E403", "{3x3}"),
        ("CONV {yes + 1} 1x1 filters", "E502", "yes"),
        ("CONV {min(3x3, 2)} 1x1 filters", "E502", "3x3"),
        ("CONV {3 < 3x3} 1x1 filters", "E502", "3 < 3x3"),
        ("if 3:\n    RELU\nBN", "E502", "3"),
        ("CONV {1e40} 1x1 filters", "E512", "1e40"),
        ("CONV {1e20*1e20} 1x1 filters", "E512", "1e20*1e20"),
        ("CONV {floor(1/3e30*1)} 1x1 filters", "E512", "3e30"),
    ],
)
def test_values_that_cannot_be(line: str, code: str, marked: str) -> None:
    assert said(line) == [(code, marked)]


@pytest.mark.parametrize(
    ("expression", "help"),
    [
        ("widht", "did you mean `width`?"),
        ("maxi(width, 2)", "did you mean `max`?"),
        ("in.chanels", "did you mean `in.channels`?"),
        ("other", "known here: `width`"),
        ("square(width)", "there are `min`, `max`, `round`, `ceil`, `floor`"),
        ("in.depth", "did you mean `in.width`?"),
    ],
)
def test_an_unknown_name_has_a_suggestion(expression: str, help: str) -> None:
    text = f"block Unit(width):\n    CONV {{width + {expression}}} 1x1 filters\nUnit(8)"
    diagnostic = complaint(text)
    assert (diagnostic.code, diagnostic.help) == ("E501", help)


def test_what_is_never_chosen_is_looked_up_too() -> None:
    """Whether a misspelt name is found is no matter of luck."""
    text = """
        block Unit(n):
            if no:
                CONV {widht} 1x1 filters
                CONVV {in.chanels + sqrt(n)} 1x1 filters
                CONV {in.chanels + sqrt(n)} 1x1 filters
            RELU
        Unit(3)
        """
    assert said(text) == [
        ("E501", "widht"),
        ("E401", "CONVV"),
        ("E501", "in.chanels"),
        ("E501", "sqrt"),
    ]
