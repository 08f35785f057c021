"""The memory of a run, against torch's own accounting and against what autograd saves."""

from __future__ import annotations

import pytest
import torch
from networks import SETTINGS, construct
from torch import Tensor
from tracking import OPTIMIZERS, tracked_inference, tracked_training

import archdsl
from archdsl.network import Network
from archdsl.passes import memory
from archdsl.passes.memory import training_step

BATCH = 3
DTYPES = {
    torch.float64: "float64",
    torch.float32: "float32",
    torch.bfloat16: "bfloat16",
    torch.float16: "float16",
}
SMALL = ["lenet5", "nin_cifar10", "squeezenet"]
DEEP = [pytest.param(name, marks=pytest.mark.prove) for name in ("resnet_cifar", "densenet_cifar")]
OTHER = {
    **dict.fromkeys(
        ("aspp", "clashes", "joins", "nameless"), "paths in a list are copied to a stack"
    ),
    "depths": "what is dropped takes no memory, and which that is is drawn",
    "drop_paths": "what is dropped is drawn",
    "tokens": "attention on the meta device is written out, pairs of positions and all",
}
"""Construct -> why torch holds more than the graph says, or less."""


def test_the_names_are_torchs() -> None:
    assert list(memory.OPTIMIZERS) == list(OPTIMIZERS)
    assert list(memory.DTYPES) == list(DTYPES.values())
    for dtype, name in DTYPES.items():
        assert memory.DTYPES[name] == dtype.itemsize


# --- Whole runs ---


@pytest.mark.parametrize("name", [*SMALL, *DEEP])
@pytest.mark.parametrize("batch", [1, 20])
def test_inference_takes_what_torch_counts(name: str, batch: int) -> None:
    net = archdsl.load(name)
    assert net.memory(batch).bytes(batch) == pytest.approx(tracked_inference(net, batch), rel=0.02)


@pytest.mark.parametrize("name", [*SMALL, *DEEP])
@pytest.mark.parametrize(("batch", "optimizer"), [(1, "adam"), (20, "sgd")])
def test_training_takes_what_torch_counts(name: str, batch: int, optimizer: str) -> None:
    net = archdsl.load(name)
    ours = net.memory(batch, optimizer=optimizer).bytes(batch)
    assert ours == pytest.approx(tracked_training(net, batch, optimizer), rel=0.05)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str) -> None:
    """So many parameters and so little else that the step is the peak."""
    net = archdsl.loads("[4x4x8] INPUT\nFC1: 900 neurons\nRELU\nFC2: 700 neurons\n")
    ours = net.memory(1, optimizer=optimizer).bytes(1)
    assert ours == pytest.approx(tracked_training(net, 1, optimizer), rel=0.01)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type(dtype: torch.dtype) -> None:
    net = archdsl.load("lenet5")
    assert net.memory(9, DTYPES[dtype]).bytes(9) == tracked_inference(net, 9, dtype)


@pytest.mark.parametrize("name", sorted(SETTINGS.keys() - OTHER.keys()))
def test_every_construct(name: str) -> None:
    net = archdsl.load(construct(name))
    assert net.memory(BATCH).bytes(BATCH) == pytest.approx(tracked_inference(net, BATCH), rel=0.10)
    ours = net.memory(BATCH, optimizer="momentum").bytes(BATCH)
    assert ours == pytest.approx(tracked_training(net, BATCH, "momentum"), rel=0.15)


THREE_LINES = """
block Unit(w):
    CONV1: {w} 3x3 filters, pad 1
    BN1
    RELU
"""
CHOSEN = """
block Unit(w, is_normal = yes):
    CONV1: {w} 3x3 filters, pad 1
    if is_normal:
        BN1
        RELU
"""
GATED = """
block Unit(w):
    CONV1: {w} 3x3 filters, pad 1
    multiply:
        GLOBAL AVG POOL -> CONV2: {w} 1x1 filters -> SIGMOID
        identity
"""
JOINED = """
block Unit(w):
    add:
        path:
            CONV1: {w} 3x3 filters, pad 1 -> RELU
            CONV2: {w} 3x3 filters, pad 1 -> BN2
        CONV3: {w} 1x1 filters
    RELU
"""
NAMED = """
block Unit(w):
    CONV1: {w} 3x3 filters, pad 1
    CONV2: {w} 3x3 filters, pad 1
    CONV3: {w} 3x3 filters, pad 1
    concat:
        identity
        from conv1
    CONV4: {w} 3x3 filters, pad 1
"""


@pytest.mark.parametrize("block", [THREE_LINES, CHOSEN, GATED, JOINED, NAMED])
def test_a_variable_lives_until_it_is_replaced_or_its_block_is_done(block: str) -> None:
    """Also where a line of the spec shares a line of code, and behind a value's last use."""
    lines = "[32x32x8] INPUT\nu: 2 x Unit(16)\nGLOBAL AVG POOL\nFC: 2 neurons\n"
    net = archdsl.loads(block + lines)
    assert net.memory(BATCH).bytes(BATCH) == tracked_inference(net, BATCH)


def test_very_many_lines_may_share_a_line() -> None:
    block = "block B():\n    CONV: 4 3x3 filters, pad 1\n    for i in 1..2000:\n        RELU\n"
    net = archdsl.loads(f"{block}[8x8x3] INPUT\nb: B()\nFC: 2 neurons\n")
    assert net.memory(BATCH).bytes(BATCH) > 0


# --- What single layers keep ---

LINES = [
    "CONV: 8 3x3 filters, pad 1",
    "CONV: 8 3x3 filters at stride 2, pad 0 before and 1 after",
    "UPCONV: 8 2x2 filters at stride 2",
    "FC: 5 neurons",
    "BN",
    "NORM",
    "NORM in 2 groups",
    "MAX POOL: 3x3 filters at stride 2",
    "AVG POOL: 3x3 filters at stride 2",
    "AVG POOL to 3x3",
    "AVG POOL to 1x1",
    "GLOBAL AVG POOL",
    "GLOBAL MAX POOL",
    "RELU",
    "RELU at most 6",
    "RELU at most 3",
    "LEAKY RELU",
    "PRELU",
    "TANH",
    "SCALED TANH",
    "SIGMOID",
    "HARD SIGMOID",
    "SILU",
    "HARD SWISH",
    "GELU",
    "SOFTMAX",
    "DROPOUT: 50%",
    "DROPOUT: 50%, whole maps",
    "FLATTEN",
    "IDENTITY",
    "SHORTCUT 12 channels at stride 2",
    "UPSAMPLE by 2",
    "UPSAMPLE by 2, bilinear",
    "CROP to 5x5",
    "SHUFFLE in 4 groups",
    "SCALE by 0.5",
    "scale: SCALE",
    "CHANNELS 0..3",
    "CHANNELS 0, 4, 2",
    "SUBSAMPLE: 2x2 filters at stride 2",
    "RBF: 5 centres",
    "FC: 5 neurons, at every pixel",
    "LAYER NORM",
    "TOKENS",
    "TOKENS -> CLASS TOKEN",
    "TOKENS -> POSITION",
    "TOKENS -> ATTENTION: 2 heads",
    "TOKENS -> FIRST TOKEN",
]
PATHS = "    IDENTITY\n    CONV2: 8 1x1 filters\n    CONV3: 8 1x1 filters\n"


MERGES = [f"{word}:\n{PATHS}" for word in ("add", "join", "concat", "multiply")]


@pytest.mark.parametrize("line", [*LINES, *MERGES])
def test_a_layer_keeps_what_autograd_saves(line: str) -> None:
    net = archdsl.loads(f"[9x9x8] INPUT\nCONV1: 8 1x1 filters\nTANH\n{line}")
    assert saved_bytes(net) == _most_saved(net)


@pytest.mark.parametrize("line", ["TANH", "DROPOUT: 50%", "BN"])
def test_vectors(line: str) -> None:
    net = archdsl.loads(f"[9x9x8] INPUT\nFC1: 30 neurons\nSIGMOID\n{line}")
    assert saved_bytes(net) == _most_saved(net)


def saved_bytes(net: Network) -> int:
    """What autograd holds after a forward pass, parameters and statistics left out."""
    shape = net.graph["input"].output
    module = net.module().train()
    own = {tensor.untyped_storage().data_ptr() for tensor in module.state_dict().values()}
    held: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        held[tensor.untyped_storage().data_ptr()] = tensor.detach()
        return tensor

    images = torch.rand(BATCH, shape.channels, shape.height, shape.width)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        module(images)
    statistics = {(c,) for c in (layer.output.channels for layer in net.facts.layers())}
    return sum(
        tensor.untyped_storage().nbytes()
        for pointer, tensor in held.items()
        if pointer not in own and tuple(tensor.shape) not in statistics
    )


def _most_saved(net: Network) -> int:
    step = training_step(net.facts.flat, 4, memory.OPTIMIZERS["sgd"])
    return max(moment.saved for moment in step.moments) * BATCH


# --- Words of the interface ---


def test_so_many_images_fit_and_no_more() -> None:
    net = archdsl.load("vgg16")
    room = 5 * 2**30
    for optimizer in (None, "sgd", "adam"):
        count = net.fits("5GiB", optimizer=optimizer)
        assert net.memory(count, optimizer=optimizer).bytes(count) <= room
        assert net.memory(count + 1, optimizer=optimizer).bytes(count + 1) > room
    assert net.fits("500MB") == 0


def test_the_parts_are_parameters_gradients_and_state() -> None:
    net = archdsl.load("vgg16")
    parameters = 4 * 138_357_544
    peak = net.memory(32, optimizer="adam")
    assert (peak.weights, peak.state) == (parameters, 2 * parameters)
    assert 0 < peak.gradients < parameters
    assert peak.saved > 4 * 15_237_608 * 0.8
    assert net.memory(32).gradients == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda net: net.memory(dtype="float23"),
        lambda net: net.memory(optimizer="sgdd"),
        lambda net: net.fits("five"),
        lambda net: net.fits("5 apples"),
    ],
)
def test_what_there_is_not(call: object) -> None:
    with pytest.raises(ValueError, match=r"did you mean|there are|is no size"):
        call(archdsl.load("lenet5"))  # type: ignore[operator]
