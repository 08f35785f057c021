"""How ops that move, scale, add or drop positions and channels are written in PyTorch."""

from __future__ import annotations

from archdsl import ops
from archdsl.ops import Shape
from archdsl_torch.code import Code, Infix, Literal, Member, Starred, call, tensor_call
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


@RULES.rule(ops.LearnedScale)
def _learned_scale(op: ops.LearnedScale, shape: Shape) -> Torch:
    sides = (shape.channels,) if shape.flat else (shape.channels, 1, 1)
    ones = call("torch.ones", *sides)
    return Torch(
        parameter=ones if op.initial == 1 else Infix("*", (Literal(op.initial), ones)),
        applied=lambda x, scale: Infix("*", (x, scale)),
    )


@RULES.rule(ops.ChannelSelect)
def _channel_select(op: ops.ChannelSelect, shape: Shape) -> Torch:
    runs = tuple(op.joined())
    module = call("Channels", *(_run(first, last) for first, last in runs))
    if len(runs) > 1:
        return Torch(module=module, helper="channels")
    ((first, last),) = runs

    def function(x: Code) -> Code:
        return tensor_call(Member(x, "narrow"), 1, first, last - first + 1)

    return Torch(module=module, function=function, helper="channels", prefers_function=True)


def _run(first: int, last: int) -> Code:
    """`3`, or `*range(3, 8)` for 3 to 7."""
    if first == last:
        return Literal(first)
    ends = (last + 1,) if first == 0 else (first, last + 1)
    return Starred(call("range", *ends))
