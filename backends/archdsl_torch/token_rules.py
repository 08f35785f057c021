"""How what transformers add is written in PyTorch."""

from __future__ import annotations

from archdsl import ops
from archdsl.ops import Shape
from archdsl_torch.code import Code, Literal, Lookup, Member, Text, call, tensor_call
from archdsl_torch.rules import RULES, Torch, said


@RULES.rule(ops.Tokens)
def _tokens(op: ops.Tokens, shape: Shape) -> Torch:
    def function(x: Code) -> Code:
        return tensor_call(Member(tensor_call(Member(x, "flatten"), 2), "unsqueeze"), 3)

    return Torch(function=function, prefers_function=True)


@RULES.rule(ops.FirstToken)
def _first_token(op: ops.FirstToken, shape: Shape) -> Torch:
    return Torch(function=lambda x: Lookup(x, Text(":, :, 0, 0")), prefers_function=True)


@RULES.rule(ops.ClassToken)
def _class_token(op: ops.ClassToken, shape: Shape) -> Torch:
    return Torch(
        parameter=call("torch.zeros", 1, 1, shape.channels),
        applied=lambda x, token: tensor_call("with_class_token", x, token),
        helper="class_token",
    )


@RULES.rule(ops.Position)
def _position(op: ops.Position, shape: Shape) -> Torch:
    values = call("torch.empty", 1, shape.height * shape.width, shape.channels)
    return Torch(
        # Small and random, as the vision transformer's.
        parameter=call("nn.init.normal_", values, std=Literal(0.02)),
        applied=lambda x, position: tensor_call("with_position", x, position),
        helper="position",
    )


@RULES.rule(ops.Attention)
def _attention(op: ops.Attention, shape: Shape) -> Torch:
    module = call(
        "SelfAttention",
        shape.channels,
        op.heads,
        **said(0.0, dropout=op.dropout),
        **said(True, bias=op.bias),
    )
    return Torch(module=module, helper="attention")
