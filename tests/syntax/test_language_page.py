"""The examples of the language's description, as they stand there."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.syntax import tree as t

Lines = Callable[[str], list[str]]

BLOCKS = """\
block Inception(n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj):
    concat:
        branch1: CONV {n1x1} 1x1 filters
        branch2: CONV {n3x3_reduce} 1x1 filters -> CONV {n3x3} 3x3 filters, pad 1
        branch3: CONV {n5x5_reduce} 1x1 filters -> CONV {n5x5} 5x5 filters, pad 2
        branch4: MAX POOL 3x3 filters at stride 1, pad 1 -> CONV {pool_proj} 1x1 filters

[28x28x256]   inception3a: Inception(64, 96, 128, 16, 32, 32)

block Bottleneck(width, stride = 1):
    add:
        path:
            CONV1: {width} 1x1 filters, no bias -> BN1 -> RELU
            CONV2: {width} 3x3 filters at stride {stride}, pad 1, no bias -> BN2 -> RELU
            CONV3: {4*width} 1x1 filters, no bias -> BN3
        if stride == 1 and in.channels == 4*width:
            identity
        else:
            downsample: CONV {4*width} 1x1 filters at stride {stride}, no bias -> BN
    RELU

[28x28x512]   layer2: Bottleneck(128, stride=2) -> 3 x Bottleneck(128)

block Fractal(columns, filters):
    if columns == 1:
        ConvBlock(filters)
    else:
        join, drop path 15%, one column 50%:
            short: ConvBlock(filters)
            long: Fractal(columns - 1, filters) -> Fractal(columns - 1, filters)
"""

AROUND = """\
network GoogLeNet(classes = 1000)         # parameters can be set from outside: --set classes=10

about:
    paper: Szegedy et al., "Going Deeper with Convolutions", CVPR 2015
    top-5 error: 6.67% (ILSVRC 2014 test, 7 models, 144 crops; table 2)

expect:                                   # the paper's own claims, checked on every compile
    22 layers
    6,998,552 parameters
    13,378,280 parameters in training
    1.5G multiply-adds within 10%

expect with classes = 10:
    5,983,802 parameters

use Bottleneck from "blocks/residual.arch"
after CONV, FC: RELU
"""


def test_blocks(lines: Lines) -> None:
    inception, use_of_inception, bottleneck, stage, fractal = lines(BLOCKS)
    assert inception == (
        "block Inception(n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj) {concat<> {"
        "branch1: CONV<n1x1 1x1 filters>; "
        "branch2: CONV<n3x3_reduce 1x1 filters> -> CONV<n3x3 3x3 filters , pad 1>; "
        "branch3: CONV<n5x5_reduce 1x1 filters> -> CONV<n5x5 5x5 filters , pad 2>; "
        "branch4: MAX POOL<3x3 filters at stride 1 , pad 1> -> CONV<pool_proj 1x1 filters>}}"
    )
    assert use_of_inception == "[28 28 256] inception3a: Inception(64, 96, 128, 16, 32, 32)"
    assert bottleneck == (
        "block Bottleneck(width, stride=1) {add<> {path<> {"
        "CONV|1<width 1x1 filters , no bias> -> BN|1<> -> RELU<>; "
        "CONV|2<width 3x3 filters at stride stride , pad 1 , no bias> -> BN|2<> -> RELU<>; "
        "CONV|3<(4 * width) 1x1 filters , no bias> -> BN|3<>}; "
        "if ((stride == 1) and (in.channels == (4 * width))) {identity} else {"
        "downsample: CONV<(4 * width) 1x1 filters at stride stride , no bias> -> BN<>}}; RELU<>}"
    )
    assert stage == "[28 28 512] layer2: Bottleneck(128, stride=2) -> 3 times Bottleneck(128)"
    assert fractal == (
        "block Fractal(columns, filters) {if (columns == 1) {ConvBlock(filters)} else {"
        "join<drop path 3/20% , one column 1/2%> {short: ConvBlock(filters); "
        "long: Fractal((columns - 1), filters) -> Fractal((columns - 1), filters)}}}"
    )


def test_what_surrounds_the_layers(read: Callable[[str], t.Spec], lines: Lines) -> None:
    spec = read(AROUND)
    assert spec.network is not None
    assert spec.network.name == "GoogLeNet"
    assert [(entry.key, entry.text) for entry in spec.about] == [
        ("paper", 'Szegedy et al., "Going Deeper with Convolutions", CVPR 2015'),
        ("top-5 error", "6.67% (ILSVRC 2014 test, 7 models, 144 crops; table 2)"),
    ]
    assert [[figure.span.text for figure in expect.figures] for expect in spec.expects] == [
        [
            "22 layers",
            "6,998,552 parameters",
            "13,378,280 parameters in training",
            "1.5G multiply-adds within 10%",
        ],
        ["5,983,802 parameters"],
    ]
    assert [use.path for use in spec.uses] == ["blocks/residual.arch"]
    assert lines(AROUND) == ["after CONV, FC: RELU<>"]
