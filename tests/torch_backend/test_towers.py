"""Towers are the one-device module, and exchange maps only where the spec says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from emitted import assert_close, fill, image, module_of
from reference import weight_shapes
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

import archdsl
from archdsl import BackendError
from archdsl.network import Network
from archdsl.passes.devices import device_rows

GPUS = ("cuda:0", "cuda:1")

THREE = """
network Three(width = 6, n = 2, deep = yes, devices = 12)

split over 3 gpus
after CONV, FC: RELU

block Unit(width, skip):
    add:
        path:
            CONV1: {width} 3x3 filters, pad 1, linear -> BN1 -> PRELU1
            CONV2: {width} 3x3 filters, pad 1, in 3 groups, linear
        identity
        from skip

[16x16x2] INPUT
DROPOUT 10%
CONV1: {width} 3x3 filters, pad 1 -> NORM1: 3 channels, alpha 0.1
from_conv2: CONV 3x3 depthwise filters, pad 1
{n} x Unit(width, skip = conv1)
CONV2: {2*width} 3x3 filters at stride 2, across gpus, pad 1
features:
    UPCONV: {width} 2x2 filters at stride 2 -> BN -> RELU
    if deep:
        CONV 6 1x1 filters
    CONV {width} 1x1 filters, across gpus -> NORM: in 6 groups
    multiply:
        identity
        path:
            GLOBAL AVG POOL
            weigh: CONV {width} 1x1 filters, linear -> SIGMOID
AVG POOL 8x8 windows at stride 8
FC1: {devices} neurons -> DROPOUT: 50%
FC2: {devices} neurons, no bias, across gpus
FC: {devices} neurons, across gpus
FC3: 3 neurons (class scores)
"""


def towers_of(network: Network, count: int, **parameters: Any) -> nn.Module:
    """The emitted towers on so many CPUs, in evaluation mode and float64."""
    text = network.to_torch(tuple(f"cuda:{number}" for number in range(count)))
    return module_of(network, text, **parameters)


def three(**parameters: Any) -> Network:
    return archdsl.loads(THREE, "three.arch", **parameters)


def three_towers(network: Network, **parameters: Any) -> nn.Module:
    """Its own parameter `devices` leaves the constructor another name for the devices."""
    return towers_of(network, 3, devices_=("cpu", "cpu", "cpu"), **parameters)


# --- The same numbers ---


def assert_equal_to_one_device(network: Network, towers: nn.Module) -> None:
    state = fill(weight_shapes(network))
    whole = module_of(network)
    whole.load_state_dict(state, strict=True)
    towers.load_whole(state)  # type: ignore[operator]
    x = image(network)
    with torch.no_grad():
        assert_close(towers(x), whole(x), "towers")
    back = towers.whole_state()  # type: ignore[operator]
    assert back.keys() == state.keys()
    assert all(torch.equal(back[key], value) for key, value in state.items())


def test_alexnets_towers_compute_what_one_device_does() -> None:
    network = archdsl.load("alexnet_two_gpus")
    assert_equal_to_one_device(network, towers_of(network, 2, devices=("cpu", "cpu")))


@pytest.mark.parametrize(
    "parameters", [{}, {"width": 12, "n": 0}, {"deep": False, "devices": 24}, {"n": 1}]
)
def test_three_towers_compute_what_one_device_does(parameters: dict[str, Any]) -> None:
    """Compiled with the parameters, and made from the class of the defaults."""
    compiled = three(**parameters)
    assert_equal_to_one_device(compiled, three_towers(compiled))
    assert_equal_to_one_device(compiled, three_towers(three(), **parameters))


def test_a_step_of_training_is_the_same_on_towers_and_on_one_device() -> None:
    network = three()
    state = fill(weight_shapes(network))
    x = torch.cat([image(network), image(network).flip(2)])
    one, towers = module_of(network), three_towers(network)
    one.load_state_dict(state)
    towers.load_whole(state)  # type: ignore[operator]
    for module in (one, towers):
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
        module(x).square().sum().backward()
        optimizer.step()
    after: dict[str, Tensor] = towers.whole_state()  # type: ignore[operator]
    for key, value in one.named_parameters():
        assert_close(after[key], value.detach(), key)
        assert not torch.equal(value, state[key]), key


DEEP = """
network Deep(survival = 0.5)
split over 2 gpus
block Unit(survival):
    add:
        path:
            CONV1: 8 3x3 filters, pad 1 -> RELU -> STOCHASTIC DEPTH: survive {survival}
        identity
[8x8x3] INPUT
CONV1: 8 3x3 filters, pad 1 -> RELU
STOCHASTIC DEPTH: survive 75%, scaled in training
CONV2: 8 1x1 filters, across gpus
units: 3 x Unit(survival)
FC: 10 neurons, across gpus (class scores)
"""


def test_a_path_survives_on_all_devices_or_on_none() -> None:
    """With one seed towers draw what one device draws: the same paths run, the same is learned."""
    network = archdsl.loads(DEEP, "deep.arch")
    one, towers = module_of(network), towers_of(network, 2, devices=("cpu", "cpu"))
    assert_equal_to_one_device(network, towers)
    one.load_state_dict(fill(weight_shapes(network)))
    ran: list[str] = []
    for path, member in towers.named_modules():
        if path.endswith(".conv1") and "units" in path:
            member.register_forward_hook(lambda _m, _i, _o, path=path: ran.append(path))
    seen = set()
    for seed in range(40):
        results = []
        ran.clear()
        for module in (one, towers):
            torch.manual_seed(seed)
            results.append(module.train()(image(network)))
        assert_close(results[1].detach(), results[0].detach(), f"seed {seed}")
        first, second = ([p for p in ran if p.startswith(f"tower{n}.")] for n in (0, 1))
        assert [p.removeprefix("tower0") for p in first] == [
            p.removeprefix("tower1") for p in second
        ]
        seen.add(tuple(first))
    assert len(seen) == 8, "every choice among three units"


# --- Where they live, and what crosses ---


class Copies(TorchDispatchMode):
    """Every tensor that goes from one device to another."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, int]] = []

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = function(*args, **(kwargs or {}))
        if function is torch.ops.aten._to_copy.default and args[0].device != out.device:
            self.seen.append((str(args[0].device), str(out.device), out.numel()))
        return out


def test_only_what_the_spec_says_crosses_between_two_gpus() -> None:
    """Fake tensors know that they lie on a GPU, on a machine that has none."""
    network = archdsl.load("alexnet_two_gpus")
    module = towers_of(network, 2, devices=("meta", "meta")).requires_grad_(False)
    with FakeTensorMode(allow_non_fake_inputs=True):
        module.devices = GPUS  # type: ignore[assignment]
        for tower, gpu in zip(module.children(), GPUS, strict=True):
            tower.to_empty(device=gpu)
        x = torch.empty(1, 3, 227, 227, device=GPUS[0], dtype=torch.float64)
        with Copies() as copies:
            logits = module(x)
    assert (tuple(logits.shape), str(logits.device)) == ((1, 1000), GPUS[0])
    image_copy, *crossing = copies.seen
    assert image_copy == (*GPUS, 3 * 227 * 227)
    assert [count for *_, count in crossing] == [21632] * 2 + [4608] * 2 + [2048] * 4 + [500]
    for number, gpu in enumerate(GPUS):
        received = sum(row.received[number] for row in device_rows(network.facts))
        assert sum(count for _, to, count in crossing if to == gpu) == received


def test_a_tower_is_made_on_its_device() -> None:
    network = archdsl.load("alexnet_two_gpus")
    module = towers_of(network, 2, devices=("cpu", "meta"), classes=10)
    homes = [{p.device.type for p in tower.parameters()} for tower in module.children()]
    assert homes == [{"cpu"}, {"meta"}]


def test_towers_run_on_the_meta_device_forward_and_backward() -> None:
    network = archdsl.load("alexnet_two_gpus")
    module = towers_of(network, 2, devices=("meta", "meta")).train()
    module(torch.empty(2, 3, 227, 227, device="meta", dtype=torch.float64)).sum().backward()
    assert all(p.grad is not None for p in module.parameters())


def test_each_tower_holds_its_share_of_what_the_pass_counts() -> None:
    network = archdsl.load("alexnet_two_gpus")
    module = towers_of(network, 2, devices=("meta", "meta"))
    counted = sum(row.parameters for row in device_rows(network.facts))
    for tower in module.children():
        assert sum(p.numel() for p in tower.parameters()) == counted


# --- The text ---


def test_the_code_is_the_golden_file(golden: Callable[[str, str], None]) -> None:
    golden("torch/towers/alexnet_two_gpus.py", archdsl.load("alexnet_two_gpus").to_torch(GPUS))
    golden("torch/towers/three.py", three().to_torch(("cuda:0", "cuda:1", "cuda:2")))
    golden("torch/towers/deep.py", archdsl.loads(DEEP, "deep.arch").to_torch(GPUS))


def test_ruff_and_mypy_have_nothing_to_say(tmp_path: Path) -> None:
    text = archdsl.load("alexnet_two_gpus").to_torch(GPUS)
    (tmp_path / "emitted_alexnet.py").write_text(text, encoding="utf-8")
    text = three().to_torch(("cuda:0", "cuda:1", "cuda:2"))
    (tmp_path / "emitted_three.py").write_text(text, encoding="utf-8")
    text = archdsl.loads(DEEP, "deep.arch").to_torch(GPUS)
    (tmp_path / "emitted_deep.py").write_text(text, encoding="utf-8")
    for tool in (
        ["ruff", "format", "--isolated", "--check", "."],
        ["ruff", "check", "--isolated", "."],
        ["mypy", "--strict", "."],
    ):
        run = subprocess.run(
            [sys.executable, "-m", *tool], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


# --- What is refused ---


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        (("cuda:0",), "is split over 2 gpus, and 1 named: cuda:0"),
        (("cuda:0", "cuda:1", "cuda:2"), "and 3 named: cuda:0, cuda:1, cuda:2"),
        (("cuda:0", ""), "no device is called ''"),
        (("cuda:0", '"); import os; ("'), "no device is called"),
        (("cuda:0", "CUDA 1"), "no device is called"),
    ],
)
def test_devices_that_do_not_fit_are_refused(devices: tuple[str, ...], said: str) -> None:
    with pytest.raises(BackendError, match=said.replace("(", r"\(")):
        archdsl.load("alexnet_two_gpus").to_torch(devices)


def test_only_a_network_that_is_split_has_towers() -> None:
    with pytest.raises(BackendError, match="AlexNet runs on one device"):
        archdsl.load("alexnet").to_torch(GPUS)


HEAD = "split over 2 gpus\n[8x8x4] INPUT\nCONV1: 8 1x1 filters -> RELU1\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("add:\n    identity\n    CONV2: 8 1x1 filters, across gpus", "CONV2 sees all maps from"),
        ("for i in 1..2:\n    CONV{i}: 8 1x1 filters, across gpus", "sees all maps from"),
        ("block A():\n    CONV2: 8 1x1 filters, across gpus\nA()", "CONV2 sees all maps from"),
        (
            "CONV2: 8 1x1 filters, across gpus\nadd:\n    identity\n    from relu1",
            "another goes on from `relu1`",
        ),
        ("UPCONV: 8 2x2 filters at stride 2, across gpus", "the weight of UPCONV"),
        (
            "join, drop path 15%:\n    CONV1: 8 1x1 filters\n    CONV2: 8 1x1 filters",
            "a join drops a path on all devices at once",
        ),
        (
            "add:\n    identity\n    from input -> CONV2: 8 1x1 filters in 2 groups",
            "CONV2 sees in groups what lies whole",
        ),
        (
            "add:\n    identity\n    RELU -> STOCHASTIC DEPTH: survive 50%, each sample",
            "STOCHASTIC DEPTH drops samples on all devices at once",
        ),
    ],
)
def test_what_towers_cannot_say_is_refused_in_words(lines: str, said: str) -> None:
    network = archdsl.loads(HEAD.replace("CONV1", "CONV0") + lines)
    assert network.to_torch()
    with pytest.raises(BackendError, match=said):
        network.to_torch(GPUS)


def test_a_split_of_nothing_has_no_towers() -> None:
    with pytest.raises(BackendError, match="nothing in it is divided"):
        archdsl.loads("split over 2 gpus\n[8x8x4] INPUT\nRELU").to_torch(GPUS)
