"""What to change in networks of pytorchcv before they are those of the zoo.

What takes a network, with values, gives the keys that it alone has; what takes a key gives ours.
"""

from __future__ import annotations

import re
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def option_a(net: Any) -> set[str]:
    """Option B, which pytorchcv has, is option A where it projects by ones."""
    own = set()
    for path, unit in net.named_modules():
        if not getattr(unit, "resize_identity", False):
            continue
        block = unit.identity_conv
        conv = getattr(block, "conv", block)
        if conv.in_channels == conv.out_channels:
            raise AssertionError("a shortcut without a change of channels")
        with torch.no_grad():
            eye = torch.eye(conv.out_channels, conv.in_channels, dtype=torch.float64)
            conv.weight.copy_(eye[:, :, None, None])
        if hasattr(block, "bn"):
            _make_identity(block.bn)
        own |= {f"{path}.identity_conv.{key}" for key in block.state_dict()}
    return own


def scaled_by_survival(net: Any) -> set[str]:
    """At test time each path counts as often as it survived in training."""
    units = [unit for unit in net.modules() if hasattr(unit, "resize_identity")]
    for level, unit in enumerate(units, start=1):
        survival = 1 - 0.5 * level / len(units)
        unit.body.register_forward_hook(lambda _m, _i, out, survival=survival: survival * out)
    return option_a(net)


def column_by_column(key: str) -> str:
    """The other code lists the units of three columns by level, the deepest column first."""
    found = re.fullmatch(r"features\.unit(\d)\.block\.blocks\.block(\d)\.subblock(\d)\.(.+)", key)
    if found is None:
        return key
    level, column = int(found[2]), int(found[3])
    path = [f"block{found[1]}.fractal"]
    for columns in range(3, column, -1):
        half = 2 ** (columns - 2)
        path.append("long.0" if level <= half else "long.1")
        level -= half if level > half else 0
    return ".".join([*path, "unit" if column == 1 else "short", found[4]])


def first_1x1_strides(net: Any) -> set[str]:
    """The paper's code strides in the first 1x1 of a bottleneck, pytorchcv in its 3x3."""
    for unit in net.modules():
        if hasattr(unit, "resize_identity"):
            convs = unit.body.conv1.conv, unit.body.conv2.conv
            convs[0].stride, convs[1].stride = convs[1].stride, convs[0].stride
    return set()


def pools_without_padding(net: Any) -> set[str]:
    """Caffe rounds up where pytorchcv pads: no row before the maps, one more behind them."""
    for pool in (net.features.stage2.pool2, net.features.stage3.pool3):
        pool.padding, pool.ceil_mode = 0, True
    return set()


def activated_input(net: Any) -> set[str]:
    """fb.resnet.torch has no batch norm before the first unit, whose input is not negative."""
    first = net.features.stage1.unit1.body.conv1.bn
    _make_identity(first)
    return {f"features.stage1.unit1.body.conv1.bn.{key}" for key in first.state_dict()}


def _make_identity(bn: nn.BatchNorm2d) -> None:
    with torch.no_grad():
        bn.weight.fill_(1)
        bn.bias.zero_()
        bn.running_mean.zero_()
        bn.running_var.fill_(1 - bn.eps)


def no_shortcuts(net: Any) -> set[str]:
    """A plain network is a residual one whose units forget their input."""
    own = set()
    for path, unit in net.named_modules():
        if hasattr(unit, "resize_identity"):
            unit.forward = lambda x, unit=unit: unit.activ(unit.body(x))
            if unit.resize_identity:
                own |= {f"{path}.identity_conv.{k}" for k in unit.identity_conv.state_dict()}
    return own


def norm_after_pool(net: Any) -> set[str]:
    """ZFNet normalizes after the pooling (figure 3), pytorchcv before it."""
    for stage in list(net.features)[:2]:
        stage[0].use_lrn = False
        stage.append(nn.LocalResponseNorm(5, k=2.0))
    return set()


def on_two_gpus(net: Any) -> set[str]:
    """Pytorchcv's AlexNet is one tower: its second, fourth and fifth convolution see half."""
    one, two, three = net.features
    for unit in (two.unit1, three.unit2, three.unit3):
        unit.conv.groups = 2
        unit.conv.weight = nn.Parameter(unit.conv.weight[:, : unit.conv.in_channels // 2])
    for unit in (one.unit1, two.unit1):
        unit.use_lrn = False
        unit.register_forward_hook(_normalize_halves)
    return set()


def _normalize_halves(unit: nn.Module, inputs: object, x: Tensor) -> Tensor:
    return torch.cat([F.local_response_norm(half, 5, k=2.0) for half in x.chunk(2, dim=1)], dim=1)
