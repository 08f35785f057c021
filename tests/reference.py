"""The graph run in torch, op by op, from the definitions of the ops: the reference for modules.

It shares no code with the backend. Weights come from a state dict by the graph's own paths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from archdsl import ops
from archdsl.ir.graph import Graph, LayerNode
from archdsl.network import Network

Weights = Callable[[str], Tensor]


def run_graph(network: Network, state: Mapping[str, Tensor], x: Tensor) -> dict[str, Tensor]:
    """Every layer's output in evaluation mode, by its path; the input is `input`."""
    flat: Graph = network.facts.flat
    values: dict[str, Tensor] = {"input": x}
    for node in flat:
        if isinstance(node, LayerNode):
            inputs = [values[name] for name in flat.operands(node.name)]
            weights = node.op.weights(flat.operand_shapes(node.name))
            own = {name: state[ops.key_of(node.name, name)] for name in weights}
            values[node.name] = _apply(node.op, inputs, own)
    return values


def weight_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Every key of the state dict and its shape, as the ops' `weights` say."""
    flat = network.facts.flat
    return {
        ops.key_of(node.name, name): weight.shape
        for node in flat
        if isinstance(node, LayerNode)
        for name, weight in node.op.weights(flat.operand_shapes(node.name)).items()
    }


def _unfold(x: Tensor, op: Any, fill: float) -> Tensor:
    """(N, C, kernel height, kernel width, H, W): every window, gathered by index."""
    (top, left), (bottom, right) = op.pad, op.after
    height, width = op.output_sides((ops.Shape(x.shape[2], x.shape[3], x.shape[1]),))
    rows = _indices(height, op.stride[0], op.dilation[0], op.kernel[0])
    columns = _indices(width, op.stride[1], op.dilation[1], op.kernel[1])
    need_h = max(0, int(rows.max()) + 1 - (x.shape[2] + top + bottom))
    need_w = max(0, int(columns.max()) + 1 - (x.shape[3] + left + right))
    padded = F.pad(x, (left, right + need_w, top, bottom + need_h), value=fill)
    return padded[:, :, rows[:, None, :, None], columns[None, :, None, :]]


def _indices(count: int, stride: int, dilation: int, kernel: int) -> Tensor:
    starts = torch.arange(count) * stride
    return torch.arange(kernel)[:, None] * dilation + starts[None, :]


def _conv(op: ops.Conv2d, x: Tensor, w: Mapping[str, Tensor]) -> Tensor:
    windows = _unfold(x, op, 0.0)
    n, channels, kh, kw, height, width = windows.shape
    each = channels // op.groups
    windows = windows.reshape(n, op.groups, each, kh, kw, height, width)
    weight = w["weight"].reshape(op.groups, op.filters // op.groups, each, kh, kw)
    out = torch.einsum("ngcijhw,gfcij->ngfhw", windows, weight).reshape(
        n, op.filters, height, width
    )
    return out + w["bias"][:, None, None] if op.bias else out


def _avg_pool(op: ops.AvgPool2d, x: Tensor) -> Tensor:
    total = _unfold(x, op, 0.0).sum(dim=(2, 3))
    inside = torch.ones_like(x[:1, :1])
    if not op.count_padding:
        return total / _unfold(inside, op, 0.0).sum(dim=(2, 3))
    # Padding counts, but not what a rounded-up window sees behind it.
    (top, left), (bottom, right) = op.pad, op.after
    padded = F.pad(inside, (left, right, top, bottom), value=1.0)
    rows = _indices(total.shape[2], op.stride[0], 1, op.kernel[0])
    columns = _indices(total.shape[3], op.stride[1], 1, op.kernel[1])
    beyond = [
        int(i.max()) + 1 - side for i, side in zip((rows, columns), padded.shape[2:], strict=True)
    ]
    padded = F.pad(padded, (0, max(0, beyond[1]), 0, max(0, beyond[0])))
    count = padded[:, :, rows[:, None, :, None], columns[None, :, None, :]].sum(dim=(2, 3))
    return total / count


def _sides(op: ops.Op, x: Tensor) -> tuple[int, int]:
    shape = op.infer((ops.Shape(x.shape[2], x.shape[3], x.shape[1]),))
    return shape.height, shape.width


def _transposed(op: ops.ConvTranspose2d, x: Tensor, w: Mapping[str, Tensor]) -> Tensor:
    """Every input value stamps its filters onto the output."""
    (height, width), (top, left) = _sides(op, x), op.pad
    each = op.filters // op.groups
    out = x.new_zeros(x.shape[0], op.filters, height + 2 * top, width + 2 * left)
    per = x.shape[1] // op.groups
    for group in range(op.groups):
        mine = x[:, group * per : (group + 1) * per]
        weight = w["weight"][group * per : (group + 1) * per]
        for i in range(op.kernel[0]):
            for j in range(op.kernel[1]):
                stamp = torch.einsum("nchw,cf->nfhw", mine, weight[:, :, i, j])
                rows = i * op.dilation[0] + torch.arange(x.shape[2]) * op.stride[0]
                columns = j * op.dilation[1] + torch.arange(x.shape[3]) * op.stride[1]
                here = slice(group * each, (group + 1) * each)
                out[:, here, rows[:, None], columns] += stamp
    out = out[:, :, top : top + height, left : left + width]
    return out + w["bias"][:, None, None] if op.bias else out


def _bilinear(x: Tensor, sides: tuple[int, int], aligned: bool) -> Tensor:
    for axis, out in zip((2, 3), sides, strict=True):
        side = x.shape[axis]
        at = torch.arange(out, dtype=x.dtype)
        if aligned:
            at = at * (side - 1) / max(out - 1, 1)
        else:
            at = ((at + 0.5) * side / out - 0.5).clamp(min=0)
        low = at.floor().long().clamp(max=side - 1)
        high = (low + 1).clamp(max=side - 1)
        share = (at - low).reshape([-1 if a == axis else 1 for a in range(4)])
        x = x.index_select(axis, low) * (1 - share) + x.index_select(axis, high) * share
    return x


def _adaptive(op: ops.AdaptiveAvgPool2d, x: Tensor) -> Tensor:
    height, width = op.output
    rows = [(i * x.shape[2] // height, -(-(i + 1) * x.shape[2] // height)) for i in range(height)]
    columns = [(j * x.shape[3] // width, -(-(j + 1) * x.shape[3] // width)) for j in range(width)]
    lines = [
        torch.stack([x[:, :, a:b, c:d].mean(dim=(2, 3)) for c, d in columns], dim=-1)
        for a, b in rows
    ]
    return torch.stack(lines, dim=-2)


def _lrn(op: ops.LocalResponseNorm, x: Tensor) -> Tensor:
    if op.groups > 1:
        groups = x.chunk(op.groups, dim=1)
        alone = op.model_copy(update={"groups": 1})
        return torch.cat([_lrn(alone, group) for group in groups], dim=1)
    square = x * x
    before = op.size // 2
    padded = F.pad(square, (0, 0, 0, 0, before, op.size - 1 - before))
    window = sum(padded[:, i : i + x.shape[1]] for i in range(op.size))
    return x / (op.k + op.alpha / op.size * window) ** op.beta


def _attention(op: ops.Attention, x: Tensor, w: Mapping[str, Tensor]) -> Tensor:
    """Each head on its own: its part of the channels asks, answers and is weighed."""
    channels, depth = x.shape[1], x.shape[1] // op.heads
    tokens = x.flatten(2).transpose(1, 2)
    mixed = []
    for head in range(op.heads):
        parts = []
        for start in (0, channels, 2 * channels):
            rows = slice(start + head * depth, start + (head + 1) * depth)
            part = tokens @ w["in_proj_weight"][rows].T
            parts.append(part + w["in_proj_bias"][rows] if op.bias else part)
        query, key, value = parts
        agreement = query @ key.transpose(1, 2) / math.sqrt(depth)
        agreement = torch.exp(agreement - agreement.amax(dim=2, keepdim=True))
        mixed.append(agreement / agreement.sum(dim=2, keepdim=True) @ value)
    out = torch.cat(mixed, dim=2) @ w["out_proj.weight"].T
    out = out + w["out_proj.bias"] if op.bias else out
    return out.transpose(1, 2).reshape(x.shape)


def _broadcast(values: list[Tensor], combine: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    result = values[0]
    for value in values[1:]:
        result = combine(result, value)
    return result


def _channels(weight: Tensor, x: Tensor) -> Tensor:
    return weight.reshape(1, -1, *([1] * (x.dim() - 2)))


def _apply(op: ops.Op, inputs: list[Tensor], w: Mapping[str, Tensor]) -> Tensor:
    x = inputs[0]
    match op:
        case ops.Conv2d():
            return _conv(op, x, w)
        case ops.Linear(at_every_pixel=True):
            grouped = x.unflatten(1, (op.groups, -1))
            weight = w["weight"].reshape(op.groups, op.neurons // op.groups, -1)
            out = torch.einsum("ngi...,goi->ngo...", grouped, weight).flatten(1, 2)
            return out + _channels(w["bias"], x) if op.bias else out
        case ops.Linear():
            grouped = x.flatten(1).reshape(len(x), op.groups, -1)
            weight = w["weight"].reshape(op.groups, op.neurons // op.groups, -1)
            out = torch.einsum("ngi,goi->ngo", grouped, weight).flatten(1)
            return out + w["bias"] if op.bias else out
        case ops.RBF():
            return ((x.flatten(1)[:, None] - w["centres"][None]) ** 2).sum(dim=2)
        case ops.Attention():
            return _attention(op, x, w)
        case ops.Tokens():
            return x.reshape(x.shape[0], x.shape[1], -1, 1)
        case ops.ClassToken():
            token = w[ops.NAMELESS].reshape(1, -1, 1, 1).repeat(x.shape[0], 1, 1, 1)
            return torch.cat([token, x], dim=2)
        case ops.FirstToken():
            return x[:, :, 0, 0]
        case ops.Position():
            vectors = w[ops.NAMELESS].reshape(x.shape[2], x.shape[3], x.shape[1])
            return x + vectors.permute(2, 0, 1)
        case ops.ChannelSelect():
            chosen = [c for first, last in op.channels for c in range(first, last + 1)]
            return torch.stack([x[:, c] for c in chosen], dim=1)
        case ops.LearnedScale():
            return x * _channels(w[ops.NAMELESS].reshape(-1), x)
        case ops.LayerNorm():
            mean = x.mean(dim=1, keepdim=True)
            variance = ((x - mean) ** 2).mean(dim=1, keepdim=True)
            normal = (x - mean) / torch.sqrt(variance + op.epsilon)
            return normal * _channels(w["weight"], x) + _channels(w["bias"], x)
        case ops.Subsample():
            total = _unfold(x, op, 0.0).sum(dim=(2, 3))
            return total * _channels(w["weight"], x) + _channels(w["bias"], x)
        case ops.MaxPool2d():
            return _unfold(x, op, -math.inf).amax(dim=(2, 3))
        case ops.AvgPool2d():
            return _avg_pool(op, x)
        case ops.AdaptiveAvgPool2d():
            return _adaptive(op, x)
        case ops.GlobalAvgPool2d():
            return x.mean(dim=(2, 3), keepdim=True)
        case ops.GlobalMaxPool2d():
            return x.amax(dim=(2, 3), keepdim=True)
        case ops.ConvTranspose2d():
            return _transposed(op, x, w)
        case ops.Upsample(mode="nearest"):
            rows, columns = (
                torch.arange(out) * side // out
                for out, side in zip(_sides(op, x), x.shape[2:], strict=True)
            )
            return x[:, :, rows[:, None], columns]
        case ops.Upsample():
            return _bilinear(x, _sides(op, x), op.aligned)
        case ops.Crop():
            top, left = (
                (have - want) // 2 for have, want in zip(x.shape[2:], op.size, strict=True)
            )
            return x[:, :, top : top + op.size[0], left : left + op.size[1]]
        case ops.Shortcut():
            out = x.new_zeros(x.shape[0], op.channels, *_sides(op, x))
            out[:, : x.shape[1]] = x[:, :, :: op.stride[0], :: op.stride[1]]
            return out
        case ops.ChannelShuffle():
            order = torch.arange(x.shape[1]).reshape(op.groups, -1).T.reshape(-1)
            return x[:, order]
        case ops.Scale():
            return op.factor * x
        case ops.LocalResponseNorm():
            return _lrn(op, x)
        case ops.BatchNorm():
            scale = w["weight"] / torch.sqrt(w["running_var"] + op.epsilon)
            shift = w["bias"] - w["running_mean"] * scale
            return x * _channels(scale, x) + _channels(shift, x)
        case ops.Flatten():
            return x.flatten(1)
        case ops.Identity() | ops.Dropout():
            return x
        case ops.StochasticDepth():
            return x if op.scaled_in_training else op.survival * x
        case ops.ReLU():
            return x.clamp(min=0) if op.ceiling is None else x.clamp(0, op.ceiling)
        case ops.LeakyReLU():
            return torch.where(x > 0, x, op.slope * x)
        case ops.PReLU():
            return torch.where(x > 0, x, _channels(w["weight"], x) * x)
        case ops.Tanh():
            return 1 - 2 / (torch.exp(2 * x) + 1)
        case ops.ScaledTanh():
            return 1.7159 * (1 - 2 / (torch.exp(4 / 3 * x) + 1))
        case ops.Sigmoid():
            return 1 / (1 + torch.exp(-x))
        case ops.HardSigmoid():
            return (x / 6 + 0.5).clamp(0, 1)
        case ops.SiLU():
            return x / (1 + torch.exp(-x))
        case ops.HardSwish():
            return x * (x / 6 + 0.5).clamp(0, 1)
        case ops.GELU():
            return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))
        case ops.Softmax():
            powers = torch.exp(x - x.amax(dim=1, keepdim=True))
            return powers / powers.sum(dim=1, keepdim=True)
        case ops.Add():
            return _broadcast(inputs, torch.add)
        case ops.Multiply():
            return _broadcast(inputs, torch.mul)
        case ops.Mean():
            counts = op.columns or (1,) * len(inputs)
            weighted = [count * value for count, value in zip(counts, inputs, strict=True)]
            return _broadcast(weighted, torch.add) / sum(counts)
        case ops.Concat():
            return torch.cat(inputs, dim=1)
        case _:
            raise AssertionError(f"no reference for {type(op).__name__}")
