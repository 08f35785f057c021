"""How ops that move, multiply or drop positions and channels are written in PyTorch."""

from __future__ import annotations

from archdsl import ops
from archdsl.ops import Shape
from archdsl_torch.code import Infix, Literal, call, tensor_call
from archdsl_torch.rules import RULES, Torch, collapse, said


@RULES.rule(ops.ConvTranspose2d)
def _transposed(op: ops.ConvTranspose2d, shape: Shape) -> Torch:
    return Torch(
        module=call(
            "nn.ConvTranspose2d",
            shape.channels,
            op.filters,
            kernel_size=collapse(op.kernel),
            **said(1, stride=op.stride),
            **said(0, padding=op.pad),
            **said(0, output_padding=op.output_pad),
            **said(1, groups=op.groups),
            **said(True, bias=op.bias),
            **said(1, dilation=op.dilation),
        )
    )


@RULES.rule(ops.Upsample)
def _upsample(op: ops.Upsample, shape: Shape) -> Torch:
    how = {
        **({"size": collapse(op.size)} if op.size is not None else {}),
        **({"scale_factor": collapse(op.factor)} if op.factor is not None else {}),
        **said("nearest", mode=op.mode),
        **said(False, align_corners=op.aligned),
    }
    return Torch(
        module=call("nn.Upsample", **how),
        function=lambda x: tensor_call("F.interpolate", x, **how),
        prefers_function=True,
    )


@RULES.rule(ops.Crop)
def _crop(op: ops.Crop, shape: Shape) -> Torch:
    return Torch(module=call("CenterCrop", *op.size), helper="center_crop")


@RULES.rule(ops.Shortcut)
def _shortcut(op: ops.Shortcut, shape: Shape) -> Torch:
    missing = op.channels - shape.channels
    return Torch(module=call("Shortcut", missing, **said(1, stride=op.stride)), helper="shortcut")


@RULES.rule(ops.ChannelShuffle)
def _shuffle(op: ops.ChannelShuffle, shape: Shape) -> Torch:
    return Torch(
        module=call("nn.ChannelShuffle", op.groups),
        function=lambda x: tensor_call("F.channel_shuffle", x, op.groups),
    )


@RULES.rule(ops.Scale)
def _scale(op: ops.Scale, shape: Shape) -> Torch:
    return Torch(
        module=call("Scale", op.factor),
        function=lambda x: Infix("*", (Literal(op.factor), x)),
        helper="scale",
        prefers_function=True,
    )
