"""Trees of lines, chains, suites, definitions and expressions, and where their nodes stand.

A tree is written with `|` before a suffix, `~` before a notation, `<>` around a description.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest

from archdsl.syntax import tree as t
from archdsl.syntax.parser import parse, parse_expression
from archdsl.syntax.source import Source, Span

Read = Callable[[str], t.Spec]
Lines = Callable[[str], list[str]]

ALEXNET = """\
[227x227x3] INPUT

[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0

[27x27x96] MAX POOL1: 3x3 filters at stride 2

[27x27x96] NORM1: Normalization layer

[27x27x256] CONV2: 256 5x5 filters at stride 1, pad 2

[13x13x256] MAX POOL2: 3x3 filters at stride 2

[13x13x256] NORM2: Normalization layer

[13x13x384] CONV3: 384 3x3 filters at stride 1, pad 1

[13x13x384] CONV4: 384 3x3 filters at stride 1, pad 1


[13x13x256] CONV5: 256 3x3 filters at stride 1, pad 1

[6x6x256] MAX POOL3: 3x3 filters at stride 2

[4096] FC6: 4096 neurons

[4096] FC7: 4096 neurons

[1000] FC8: 1000 neurons (class scores)
"""


def test_the_listing(lines: Lines) -> None:
    assert lines(ALEXNET) == [
        "[227 227 3] INPUT<>",
        "[55 55 96] CONV|1<96 11x11 filters at stride 4 , pad 0>",
        "[27 27 96] MAX POOL|1<3x3 filters at stride 2>",
        "[27 27 96] NORM|1<Normalization layer>",
        "[27 27 256] CONV|2<256 5x5 filters at stride 1 , pad 2>",
        "[13 13 256] MAX POOL|2<3x3 filters at stride 2>",
        "[13 13 256] NORM|2<Normalization layer>",
        "[13 13 384] CONV|3<384 3x3 filters at stride 1 , pad 1>",
        "[13 13 384] CONV|4<384 3x3 filters at stride 1 , pad 1>",
        "[13 13 256] CONV|5<256 3x3 filters at stride 1 , pad 1>",
        "[6 6 256] MAX POOL|3<3x3 filters at stride 2>",
        "[4096] FC|6<4096 neurons>",
        "[4096] FC|7<4096 neurons>",
        "[1000] FC|8<1000 neurons> (class scores)",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A layer word is a layer where a description or nothing follows it ...
        ("CONV1: 96 11x11 filters", "CONV|1<96 11x11 filters>"),
        ("CONV: {4*width} 1x1 filters", "CONV<(4 * width) 1x1 filters>"),
        ("DROPOUT: 50%", "DROPOUT<1/2%>"),
        ("DROPOUT : 12.5%, whole maps", "DROPOUT<1/8% , whole maps>"),
        ("NORM1: Normalization layer", "NORM|1<Normalization layer>"),
        (
            "STOCHASTIC DEPTH: survive {1 - 0.5*i/54}",
            "STOCHASTIC DEPTH<survive (1 - ((1/2 * i) / 54))>",
        ),
        ("SOFTMAX:", "SOFTMAX<>"),
        ("FC: (class scores)", "FC<> (class scores)"),
        ("CONV{i}: {k}x{k} filters", "CONV|{i}<kxk filters>"),
        ("BN{i - 1}_1: epsilon 1e-3", "BN|{(i - 1)}_1<epsilon 1/1000>"),
        ("CONV3-64: 3x3", "CONV~3-64<3x3>"),
        ("RELU6: at most 6 -> BN", "RELU|6<at most 6> -> BN<>"),
        # ... and the author's name where a chain follows.
        ("SE1: CONV 64 1x1 filters", "SE1: CONV<64 1x1 filters>"),
        ("C1: CONV 6 5x5 filters", "C1: CONV<6 5x5 filters>"),
        ("BN: Name(3)", "BN: Name(3)"),
        ("BN: 2 x Name(3)", "BN: 2 times Name(3)"),
        ("BN: {n} x Name(3)", "BN: n times Name(3)"),
        ("BN: identity", "BN: identity"),
        ("BN: from x", "BN: from x"),
        # Names of the author's.
        (
            "stem: CONV 64 7x7 filters at stride 2, pad 3",
            "stem: CONV<64 7x7 filters at stride 2 , pad 3>",
        ),
        ("stem: CONV: 64 7x7 filters", "stem: CONV<64 7x7 filters>"),
        ("stem: CONV1", "stem: CONV|1<>"),
        ("2: BN", "2: BN<>"),
        ("{i}: BN", "{i}: BN<>"),
        ("dense{i}_{2 * j}x: Unit()", "dense{i}_{(2 * j)}x: Unit()"),
        ("add: CONV 64 1x1 filters", "add: CONV<64 1x1 filters>"),
        ("path: RELU", "path: RELU<>"),
        ("if: RELU", "if: RELU<>"),
        ("for: RELU", "for: RELU<>"),
        ("block: RELU", "block: RELU<>"),
        ("use: RELU", "use: RELU<>"),
        ("from: from from", "from: from from"),
        ("identity: identity", "identity: identity"),
        ("after: RELU", "after: RELU<>"),
        ("network: RELU", "network: RELU<>"),
        ("expect: RELU", "expect: RELU<>"),
        ("expect: 3 x RELU", "expect: 3 times RELU<>"),
        ("else: RELU", "else: RELU<>"),
        # Layers without a colon.
        ("INPUT", "INPUT<>"),
        ("GLOBAL  AVG\tPOOL", "GLOBAL AVG POOL<>"),
        ("FC-4096 (class scores)", "FC~-4096<> (class scores)"),
        ("CONV3-64", "CONV~3-64<>"),
        ("CONV {i} 1x1", "CONV<i 1x1>"),
        ("CONVa", "CONV|a<>"),
        ("CONV1_1 64 3x3", "CONV|1_1<64 3x3>"),
        ("CONV 8 3x{k} filters, pad 0x3", "CONV<8 3xk filters , pad 0x3>"),
        ("CHANNELS 0, 1, 2", "CHANNELS<0 , 1 , 2>"),
        ("CROP to 56x56", "CROP<to 56x56>"),
        ("FC ( class  scores )", "FC<> (class  scores)"),
        ("NORM alpha 0.0001 beta 0.75", "NORM<alpha 1/10000 beta 3/4>"),
        ("UPSAMPLE: nearest-neighbour, x", "UPSAMPLE<nearest-neighbour , x>"),
        # Claims.
        ("[4096] FC", "[4096] FC<>"),
        ("[{classes}] FC", "[classes] FC<>"),
        ("[ {h}x{w}x{2*c} ] BN", "[h w (2 * c)] BN<>"),
        ("[1x1x{n}] se: SE(4)", "[1 1 n] se: SE(4)"),
        # Chains.
        ("RELU -> MAX POOL1: 3x3 -> DROPOUT: 50%", "RELU<> -> MAX POOL|1<3x3> -> DROPOUT<1/2%>"),
        ("CONV 3 -> 2 x CONV2: 64 3x3 filters", "CONV<3> -> 2 times CONV|2<64 3x3 filters>"),
        ("A(1) -> {n - 1} x B(a, s=2)", "A(1) -> (n - 1) times B(a, s=2)"),
        ("3x Unit(16)", "3 times Unit(16)"),
        ("x: from relu{i} -> BN1", "x: from relu{i} -> BN|1<>"),
        ("SE(4)->FC (class scores)", "SE(4) -> FC<> (class scores)"),
        ("Block(64,128)", "Block(64, 128)"),
        ("Up(64, skip = down3, size = 7x1)", "Up(64, skip=down3, size=7x1)"),
        ("after MAX POOL, FC: DROPOUT: 50%", "after MAX POOL, FC: DROPOUT<1/2%>"),
        ("after CONV: RELU", "after CONV: RELU<>"),
    ],
)
def test_line(lines: Lines, text: str, expected: str) -> None:
    assert lines(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("concat:\n  RELU", "concat<> {RELU<>}"),
        ("add :\n  RELU", "add<> {RELU<>}"),
        ("multiply:\n  RELU\n  identity", "multiply<> {RELU<>; identity}"),
        ("stage1:\n  RELU", "stage1: group<> {RELU<>}"),
        ("STAGE1:\n  RELU", "STAGE1: group<> {RELU<>}"),
        ("addd:\n  RELU", "addd: group<> {RELU<>}"),
        ("else:\n  RELU", "else: group<> {RELU<>}"),
        ("[8x8x3] mixed{i}: concat:\n  RELU", "[8 8 3] mixed{i}: concat<> {RELU<>}"),
        ("[3] path:\n  RELU", "[3] path<> {RELU<>}"),
        ("join, drop path 15%:\n  RELU", "join<drop path 3/20%> {RELU<>}"),
        (
            "m: join, drop path 15%, one column 50%:\n  RELU",
            "m: join<drop path 3/20% , one column 1/2%> {RELU<>}",
        ),
        ("concat: # c\n  add:\n    BN\n  FC", "concat<> {add<> {BN<>}; FC<>}"),
        ("if a == 1:\n  BN", "if (a == 1) {BN<>}"),
        ("if(a):\n  BN", "if a {BN<>}"),
        ("if a:\n  BN\nelse:\n  FC", "if a {BN<>} else {FC<>}"),
        (
            "if a:\n  BN\nelse if b:\n  FC\nelse :\n  RELU",
            "if a {BN<>} else {if b {FC<>} else {RELU<>}}",
        ),
        ("if a:\n  if b:\n    BN\n  else:\n    FC", "if a {if b {BN<>} else {FC<>}}"),
        ("if a:\n  if b:\n    BN\nelse:\n  FC", "if a {if b {BN<>}} else {FC<>}"),
        ("for i in 1..6:\n  BN{i}", "for i in 1..6 {BN|{i}<>}"),
        ("for i in 1 .. 2*n - 1:\n  BN", "for i in 1..((2 * n) - 1) {BN<>}"),
        ("for r in 6, 12, 18:\n  BN", "for r in 6, 12, 18 {BN<>}"),
        ("for r in 6:\n  BN", "for r in 6 {BN<>}"),
        ("for s in 3x3, {k}x1:\n  BN", "for s in 3x3, kx1 {BN<>}"),
        ("block A(x, s = 2*x, z=7x1):\n  BN", "block A(x, s=(2 * x), z=7x1) {BN<>}"),
        ("block A():\n  block B():\n    BN\n  B()", "block A() {block B() {BN<>}; B()}"),
    ],
)
def test_lines_over_lines(lines: Lines, text: str, expected: str) -> None:
    assert lines(text) == [expected]


def test_word_spans_of_suites(read: Read) -> None:
    text = "[3] m: concat:\n  RELU\naddd:\n  BN\njoin, drop path 5%:\n  BN"
    marked = []
    for line in read(text).body:
        assert isinstance(line, t.Line)
        assert isinstance(line.content, t.Suite)
        assert line.content.word_span is not None
        marked.append((line.content.word, line.content.word_span.text, line.content.span.text))
    assert marked == [
        ("concat", "concat", "concat:\n  RELU"),
        (None, "addd", "addd:\n  BN"),
        ("join", "join", "join, drop path 5%:\n  BN"),
    ]


# --- Expressions ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1"),
        ("0.50", "1/2"),
        ("1e-6", "1/1000000"),
        ("2.5E+2", "250"),
        ("yes", "yes"),
        ("no", "no"),
        ("nope", "nope"),
        ("7x1", "7x1"),
        ("{k}x{2*k}", "kx(2 * k)"),
        ("in.channels", "in.channels"),
        ("in.anything", "in.anything"),
        ("a or b and not c == d", "(a or (b and (not (c == d))))"),
        ("not a and b", "((not a) and b)"),
        ("not not a", "(not (not a))"),
        ("a + 1 <= b - 2", "((a + 1) <= (b - 2))"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b * c // d % e", "((((a / b) * c) // d) % e)"),
        ("-a * -b", "((- a) * (- b))"),
        ("--1", "(- (- 1))"),
        ("n-1", "(n - 1)"),
        ("7%2", "(7 % 2)"),
        ("(a + b) * c", "((a + b) * c)"),
        ("not(a)", "(not a)"),
        ("min(a, max(1, 2), 3)", "min(a, max(1, 2), 3)"),
        ("f()", "f()"),
        ("android or nothing", "(android or nothing)"),
        ("  a  # a comment", "a"),
        ("MAX_WIDTH", "MAX_WIDTH"),
    ],
)
def test_expression(lines: Lines, text: str, expected: str) -> None:
    from_text = parse_expression(text, Source("--set", f"a={text}"), 2)
    assert lines("Unit(" + text.split("#")[0] + ")") == [f"Unit({expected})"]
    assert from_text.span.start >= 2
    assert from_text.span.end <= 2 + len(text)


def test_numbers_are_exact() -> None:
    def value(text: str) -> int | Fraction:
        number = parse_expression(text, Source("a", text), 0)
        assert isinstance(number, t.Number)
        return number.value

    assert value("0.1") == Fraction(1, 10)
    assert value("1e-6") == Fraction(1, 10**6)
    assert type(value("1000")) is int
    assert type(value("1e3")) is int


def test_an_expression_stands_at_its_offset() -> None:
    source = Source("--set", "classes=2 * n")
    product = parse_expression("2 * n", source, 8)
    assert isinstance(product, t.Binary)
    assert (product.span.text, product.left.span.text, product.right.span.text) == (
        "2 * n",
        "2",
        "n",
    )


def test_parentheses_belong_to_what_holds_them(read: Read) -> None:
    (line,) = read("Unit((a + b) * c)").body
    assert isinstance(line, t.Line)
    assert isinstance(line.content, t.Chain)
    (call,) = line.content.steps
    assert isinstance(call, t.Call)
    assert call.arguments[0].value.span.text == "(a + b) * c"


# --- What surrounds the layers ---


def test_network(read: Read) -> None:
    network = read("# A paper.\n#   Indented.\nnetwork GoogLeNet(classes = 1000, n)  # c").network
    assert network is not None
    assert (network.name, network.comment) == ("GoogLeNet", "A paper.\n  Indented.")
    assert [(p.name, p.default is None) for p in network.parameters] == [
        ("classes", False),
        ("n", True),
    ]
    assert network.span.text == "network GoogLeNet(classes = 1000, n)"


@pytest.mark.parametrize("name", ["VGG", "VGG16", "LeNet_5"])
def test_network_without_parameters(read: Read, name: str) -> None:
    network = read(f"RELU\n\nnetwork {name}\n").network
    assert network is not None
    assert (network.name, network.parameters, network.comment) == (name, (), "")


def test_comment_of_a_block_stands_directly_above(read: Read) -> None:
    text = "# no\n\n  #one\n#  two\nblock A():\n  # no\n  RELU\n  # inner\n  block B():\n    BN\n"
    (outer,) = read(text).body
    assert isinstance(outer, t.Block)
    inner = outer.body[1]
    assert isinstance(inner, t.Block)
    assert (outer.comment, inner.comment) == ("one\n two", "inner")
    assert outer.name_span.text == "A"


def test_use(read: Read) -> None:
    (use,) = read('use SE, Bottleneck from "blocks/residual.arch"').uses
    assert [word.text for word in use.names] == ["SE", "Bottleneck"]
    assert use.path == "blocks/residual.arch"
    assert use.path_span.text == '"blocks/residual.arch"'


def test_expect(read: Read) -> None:
    text = """\
expect:
    22 layers
    6,998,552 parameters  # c
    13,378,280 parameters in training
    1.5G multiply-adds within 10%
    1.234,567 neurons

expect with n = 18, classes = 2*5:
    {6*n + 2} layers
    340,908 connections
    12.5K parameters within 0.5%
"""
    with pytest.raises(Exception, match="E105"):
        read(text)
    plain, conditional = read(text.replace("    1.234,567 neurons\n", "")).expects
    assert plain.conditions == ()
    assert [(f.unit, f.literal, f.tolerance) for f in plain.figures] == [
        ("layers", True, 0),
        ("parameters", True, 0),
        ("parameters in training", True, 0),
        ("multiply-adds", True, Fraction(1, 10)),
    ]
    values = [f.value.value for f in plain.figures if isinstance(f.value, t.Number)]
    assert values == [22, 6998552, 13378280, 1500000000]
    assert plain.figures[3].span.text == "1.5G multiply-adds within 10%"
    assert [condition.name for condition in conditional.conditions] == ["n", "classes"]
    assert [(f.unit, f.literal, f.tolerance) for f in conditional.figures] == [
        ("layers", False, 0),
        ("connections", True, 0),
        ("parameters", True, Fraction(1, 200)),
    ]
    assert conditional.figures[0].value.span.text == "6*n + 2"
    thousands = conditional.figures[2].value
    assert isinstance(thousands, t.Number)
    assert thousands.value == 12500


def test_figures_stand_on_one_line_too(read: Read) -> None:
    together = "{6*n} layers, 25,557,032 parameters,1.5G multiply-adds within 10%, 3 neurons"
    figures = [
        "{6*n} layers",
        "25,557,032 parameters",
        "1.5G multiply-adds within 10%",
        "3 neurons",
    ]
    for lines in (f" {together}", f"\n    {together}", "\n    " + "\n    ".join(figures)):
        (expect,) = read(f"expect:{lines}\n").expects
        assert [figure.span.text for figure in expect.figures] == figures
        assert [figure.tolerance for figure in expect.figures] == [0, 0, Fraction(1, 10), 0]


def test_empty_spec_knows_its_source() -> None:
    source = Source("a.arch", "")
    assert parse(source) == t.Spec(source)


# --- Where nodes stand ---


def test_spans_of_a_line(read: Read) -> None:
    layer_text = "MAX  POOL{i}_1 3x{k} f, pad 50% (class scores)"
    line_text = f"[8x8x{{2*c}}]  s{{i}}: {layer_text} -> 2 x U(1, a = b)"
    text = f"\n  {line_text} # c"
    (line,) = read(text).body
    assert isinstance(line, t.Line)
    assert isinstance(line.content, t.Chain)
    layer, repeat = line.content.steps
    assert isinstance(layer, t.Layer)
    assert isinstance(repeat, t.Repeat)
    assert isinstance(repeat.step, t.Call)
    assert line.claim is not None
    assert line.label is not None
    assert layer.suffix is not None
    assert layer.role is not None
    index = layer.suffix.parts[0]
    assert isinstance(index, t.Name)
    spans = {
        line.span: line_text,
        line.claim.span: "[8x8x{2*c}]",
        line.claim.sides[2].span: "2*c",
        line.label.span: "s{i}",
        layer.span: layer_text,
        layer.word_span: "MAX  POOL",
        layer.suffix.span: "{i}_1",
        index.span: "i",
        layer.role.span: "(class scores)",
        repeat.span: "2 x U(1, a = b)",
        repeat.step.span: "U(1, a = b)",
        repeat.step.block_span: "U",
        repeat.step.arguments[1].span: "a = b",
    }
    assert {span: span.text for span in spans} == spans
    assert [part.span.text for part in layer.description] == ["3x{k}", "f", ",", "pad", "50%"]


def test_a_layer_with_a_colon_spans_its_name(read: Read) -> None:
    (line,) = read("[3] CONV1: 96 filters -> BN1: x").body
    assert isinstance(line, t.Line)
    assert isinstance(line.content, t.Chain)
    assert [step.span.text for step in line.content.steps] == ["CONV1: 96 filters", "BN1: x"]


def test_every_node_lies_within_what_holds_it(read: Read) -> None:
    text = (
        ALEXNET
        + "if a:\n  m: join, p 5%:\n    BN -> 2 x U({k}x1, -(b))\n    identity\nelse:\n  BN\n"
    )
    spec = read(text)
    for statement in spec.body:
        for outer, inner in _nested(statement):
            assert outer.start <= inner.start < inner.end <= outer.end, (outer.text, inner.text)


def _nested(node: object) -> Iterator[tuple[Span, Span]]:
    for child in _children(node):
        span = getattr(node, "span", None)
        if isinstance(span, Span):
            yield span, child.span
        yield from _nested(child)


def _children(node: object) -> Iterator[t.Line]:
    if not dataclasses.is_dataclass(node):
        return
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if hasattr(item, "span"):
                yield item
