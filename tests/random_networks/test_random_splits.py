"""Random split networks: one device computes what the graph says, and towers what one device does.

Draws are numbered; a failure names its number, and `split_spec(number)` is the spec.
"""

from __future__ import annotations

from random import Random

import pytest
import torch
from emitted import assert_close, assert_is_the_graph, fill, image, module_of
from reference import weight_shapes

import archdsl
from archdsl.passes.devices import device_rows

EACH = 10
DRAWN = 30
PROVED = 400

BLOCK = """
block Unit(width, inner = in.channels):
    CONV0: {inner} 1x1 filters, linear
    add:
        path:
            CONV1: {width} 3x3 filters, pad 1, linear -> BN1 -> PRELU1
            CONV2: {width} 1x1 filters, linear
        if in.channels == width:
            identity
        else:
            CONV3: {width} 1x1 filters, linear
"""


def split_spec(seed: int) -> tuple[str, int]:
    """A spec that is split, with the parameter `w`, and over how many devices."""
    random = Random(seed)
    devices = random.choice([2, 2, 3])
    count = 0

    def filters() -> str:
        return random.choice([f"{{{devices}*w}}", f"{{{2 * devices}*w}}", str(2 * devices)])

    def conv() -> str:
        nonlocal count
        count += 1
        where = random.choice(["", "", ", across gpus", f", in {devices} groups"])
        return f"CONV{count}: {filters()} 3x3 filters, pad 1{where}"

    def same() -> list[str]:
        """Paths of as many maps, which no exchange comes between."""
        nonlocal count
        count += 1
        made = filters()
        word = random.choice(["add", "join", "multiply"])
        return [f"{word}:", *(f"    p{count}{i}: CONV {made} 1x1 filters -> TANH" for i in "ab")]

    def lines() -> list[str]:
        nonlocal count
        count += 1
        return random.choice(
            [
                [conv()],
                [
                    conv()
                    + random.choice(
                        [f" -> BN{count}", " -> TANH", " -> NORM: 3 channels, alpha 0.2"]
                    )
                ],
                [f"NORM: in {devices} groups", "RELU"],
                [f"d{count}: CONV 3x3 depthwise filters, pad 1"],
                ["MAX POOL: 3x3 windows, pad 1"],
                same(),
                [f"u{count}: Unit({random.choice([str(devices), f'{2 * devices}*w'])})"],
                [
                    f"for i in 1..{random.choice('12w')}:",
                    f"    l{count}_{{i}}: CONV {filters()} 1x1 filters",
                ],
                [
                    f"g{count}:",
                    f"    CONV {filters()} 1x1 filters, across gpus",
                    "    RELU",
                    "    BN",
                ],
                [f"UPCONV{count}: {filters()} 3x3 filters, pad 1"],
            ]
        )

    body = [line for _ in range(random.randint(2, 6)) for line in lines()]
    ends = [f"FC{i}: {4 * devices} neurons{random.choice(['', ', across gpus'])}" for i in "12"]
    text = [
        "network Random(w = 1)",
        f"split over {devices} gpus",
        BLOCK,
        "[6x6x4] INPUT",
        f"CONV0: {filters()} 3x3 filters -> RELU",
        *body,
        *ends[: random.randint(0, 2)],
        f"FC: {devices} neurons{random.choice(['', ', across gpus'])} (class scores)",
    ]
    return "\n".join(text), devices


def check(seeds: range) -> None:
    crossed = 0
    for seed in seeds:
        text, devices = split_spec(seed)
        network = archdsl.loads(text, f"random {seed}")
        towers = network.to_torch(tuple(f"cuda:{number}" for number in range(devices)))
        for w in (1, 2):
            compiled = archdsl.loads(text, f"random {seed}", w=w)
            one = module_of(network, w=w)
            assert_is_the_graph(compiled, one)
            several = module_of(network, towers, w=w, devices=("cpu",) * devices)
            several.load_whole(fill(weight_shapes(compiled)))  # type: ignore[operator]
            x = image(compiled)
            with torch.no_grad():
                assert_close(several(x), one(x), text)
        crossed += sum(any(row.received) for row in device_rows(network.facts))
    assert crossed > len(seeds), "nothing crosses but the class scores"


@pytest.mark.parametrize("first", range(0, DRAWN, EACH))
def test_random_towers_are_one_device(first: int) -> None:
    check(range(first, first + EACH))


@pytest.mark.prove
@pytest.mark.parametrize("first", range(DRAWN, PROVED, EACH))
def test_more_random_towers_are_one_device(first: int) -> None:
    check(range(first, first + EACH))
