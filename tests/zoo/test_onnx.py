"""The graphs that come with the `onnx` package: networks as other frameworks exported them.

They hold one constant for every weight, so each weight gets values of its own first. onnxruntime
has no convolution in float64: it computes in float32, and the package's own evaluator, which is
slow, in float64.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from emitted import assert_close, fill, image
from meta_shapes import meta_module
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from onnx.version_converter import convert_version
from reference import weight_shapes
from torch import Tensor
from zoo_table import Is, NoteDifference, load

FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
OPSET = 15
"""Batch norm says since then whether it trains; the evaluator takes the older one to do so."""
SINGLE = 1e-5
"""What float32 leaves of its seven digits; the largest difference seen was 3.7e-7."""

State = Mapping[str, Tensor]


def as_the_paper(graph: GraphProto) -> None:
    """The exporter rounded down where Caffe, and with it the paper's shapes, rounds up.

    Caffe's own normalization adds 1, the spec's 2, as in the AlexNet paper.
    """
    for node in graph.node:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if node.op_type == "MaxPool" and list(attributes["strides"].ints) == [2, 2]:
            node.attribute.append(helper.make_attribute("ceil_mode", 1))
        if node.op_type == "AveragePool":
            attributes["pads"].ints[:] = [0, 0, 0, 0]
        if node.op_type == "LRN":
            attributes["bias"].f = 2.0


def as_it_is(graph: GraphProto) -> None:
    """Nothing to change."""


GRAPHS: dict[str, tuple[str, Callable[[GraphProto], None]]] = {
    "densenet121": ("densenet121", as_it_is),
    "googlenet": ("inception_v1", as_the_paper),
    "torchvision/resnet50": ("resnet50", as_it_is),
    "torchvision/squeezenet1_1": ("squeezenet", as_it_is),
    "vgg19": ("vgg19", as_it_is),
}
"""Spec -> the graph that is the same network.

The others are none of the zoo's: AlexNet as Caffe has it normalizes over both halves, ZFNet-512 has
other widths, and Inception-v2 and ShuffleNet are not there.
"""


# --- Values for a graph ---


def weights_of(name: str) -> dict[str, Tensor]:
    """Values for all that the test-time network of a spec holds."""
    network = load(name)
    heads = tuple(f"{head}." for head in network.graph.heads)
    shapes = {k: s for k, s in weight_shapes(network).items() if not k.startswith(heads)}
    return fill(shapes)


def graph_of(name: str, state: State, kind: type[np.floating]) -> ModelProto:
    """The graph with these weights, which gives the class scores before any softmax."""
    file, adapt = GRAPHS[name]
    model = onnx.load(FOLDER / f"light_{file}.onnx")
    last = model.graph.node[-1]
    if last.op_type == "Softmax":
        model.graph.output[0].name = last.input[0]
        model.graph.node.remove(last)
    model = convert_version(model, OPSET)
    graph = model.graph
    graph.ClearField("value_info")
    adapt(graph)
    layers: dict[str, dict[str, np.ndarray]] = defaultdict(dict)
    for key, value in state.items():
        path, _, part = key.rpartition(".")
        layers[path][part] = value.numpy().astype(kind)
    weighted = [n for n in graph.node if n.op_type in ("Conv", "Gemm", "BatchNormalization")]
    for node, layer in zip(weighted, layers.values(), strict=True):
        _give(graph, node, layer)
    _prune(graph)
    graph.input[0].type.tensor_type.elem_type = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    graph.output[0].type.tensor_type.elem_type = graph.input[0].type.tensor_type.elem_type
    return model


def _give(graph: GraphProto, node: NodeProto, layer: dict[str, np.ndarray]) -> None:
    """The weights of one of our layers to the node that is the same layer."""
    if node.op_type != "BatchNormalization":
        weight = layer["weight"]
        is_pointwise = node.op_type == "Conv" and weight.ndim == 2
        _set(graph, node, 1, weight[:, :, None, None] if is_pointwise else weight)
        if len(node.input) > 2:
            _set(graph, node, 2, layer["bias"])
        return
    scale, shift = layer["weight"], layer["bias"]
    _set(graph, node, 3, layer["running_mean"])
    _set(graph, node, 4, layer["running_var"])
    after = next((n for n in graph.node if node.output[0] in n.input and n.op_type == "Mul"), None)
    if after is not None:
        # Caffe's batch norm has no scale of its own; a layer behind it multiplies and adds.
        adding = next(n for n in graph.node if after.output[0] in n.input)
        _set(graph, after, 1, scale[:, None, None])
        _set(graph, adding, 1, shift[:, None, None])
        scale, shift = np.ones_like(scale), np.zeros_like(shift)
    _set(graph, node, 1, scale)
    _set(graph, node, 2, shift)


def _set(graph: GraphProto, node: NodeProto, position: int, value: np.ndarray) -> None:
    name = f"{node.output[0]}/{position}"
    graph.initializer.append(numpy_helper.from_array(value, name))
    node.input[position] = name


def _prune(graph: GraphProto) -> None:
    """Leave out what made the constants, and their places among the inputs."""
    needed = {graph.output[0].name}
    for node in reversed(list(graph.node)):
        if needed.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            needed.update(node.input)
    constants = {each.name for each in graph.initializer}
    for unneeded in [each for each in graph.input if each.name in constants | {""}]:
        graph.input.remove(unneeded)
    for unneeded in [each for each in graph.input if each.name not in needed]:
        graph.input.remove(unneeded)
    for constant in [each for each in graph.initializer if each.name not in needed]:
        graph.initializer.remove(constant)


# --- The same scores ---


class LRN(OpRun):
    """The operator as ONNX defines it; the package's evaluator fills the first channel only."""

    op_domain = ""

    def _run(
        self, x: np.ndarray, alpha: float, beta: float, bias: float, size: int
    ) -> tuple[np.ndarray]:
        before, after = (size - 1) // 2, size // 2
        squares = np.pad(x**2, ((0, 0), (before, after), (0, 0), (0, 0)))
        sums = np.stack([squares[:, c : c + size].sum(axis=1) for c in range(x.shape[1])], axis=1)
        return (x / (bias + alpha / size * sums) ** beta,)


def scores_of(name: str, state: State, x: Tensor) -> Tensor:
    """What the emitted module computes, in float64."""
    module = meta_module(load(name))
    own = {key: value for key, value in module.state_dict().items() if key not in state}
    module.load_state_dict({**state, **own}, assign=True)
    with torch.no_grad():
        scores: Tensor = module(x).flatten()
    return scores


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.prove] if n == "vgg19" else []) for n in GRAPHS],
)
def test_onnxruntime_gives_the_same_scores_in_float32(name: str) -> None:
    state, x = weights_of(name), image(load(name))
    model = graph_of(name, state, np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (result,) = session.run(None, {model.graph.input[0].name: x.numpy().astype(np.float32)})
    scores = scores_of(name, state, x).numpy()
    assert np.abs(scores - result.flatten()).max() < SINGLE * np.abs(scores).max()


@pytest.mark.prove
@pytest.mark.parametrize("name", GRAPHS)
def test_the_onnx_evaluator_gives_the_same_scores(
    name: str, note_difference: NoteDifference
) -> None:
    state, x = weights_of(name), image(load(name))
    model = graph_of(name, state, np.float64)
    evaluator = ReferenceEvaluator(model, new_ops=[LRN])
    (result,) = evaluator.run(None, {model.graph.input[0].name: x.numpy()})
    scores, expected = scores_of(name, state, x), torch.from_numpy(result).flatten()
    note_difference(Is(name, ""), "onnx", scores, expected)
    assert_close(scores, expected, name)
