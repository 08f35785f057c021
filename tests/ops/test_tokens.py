"""Sequences of tokens: which shapes become them, and what is refused."""

from __future__ import annotations

import pytest
from compiling import complaint, shapes

from archdsl.ops import Attention, ClassToken, FirstToken, Misfit, Op, Position, Shape, Tokens

TOKENS, MAPS, VECTOR = Shape(6, 1, 4), Shape(2, 3, 4), Shape.vector(4)


@pytest.mark.parametrize(
    ("op", "shape", "output"),
    [
        (Tokens(), MAPS, TOKENS),
        (Tokens(), TOKENS, TOKENS),
        (Tokens(), VECTOR, None),
        (ClassToken(), TOKENS, Shape(7, 1, 4)),
        (ClassToken(), MAPS, None),
        (ClassToken(), VECTOR, None),
        (FirstToken(), TOKENS, VECTOR),
        (FirstToken(), MAPS, None),
        (FirstToken(), VECTOR, None),
        (Position(), TOKENS, TOKENS),
        (Position(), MAPS, MAPS),
        (Position(), VECTOR, None),
        (Attention(heads=2), TOKENS, TOKENS),
        (Attention(heads=2), MAPS, MAPS),
        (Attention(heads=3), TOKENS, None),
        (Attention(heads=2), VECTOR, None),
    ],
)
def test_shapes(op: Op, shape: Shape, output: Shape | None) -> None:
    if output is None:
        with pytest.raises(Misfit):
            op.check((shape,))
        return
    op.check((shape,))
    assert op.infer((shape,)) == output


def test_patches_become_a_sequence_with_a_token_in_front() -> None:
    text = """
    CONV 12 8x8 filters at stride 8
    [16x1x12] TOKENS
    [17x1x12] class_token: CLASS TOKEN
    attention: ATTENTION 3 heads
    [12] FIRST TOKEN
    """
    assert list(shapes(text).values())[-1] == "[12]"


def test_maps_are_no_tokens_yet() -> None:
    found = complaint("CLASS TOKEN")
    assert found.message == (
        "CLASS TOKEN: it needs a sequence of tokens, [Nx1xC], but its input is maps, [32x32x3]"
    )
    assert found.help == "write TOKENS first"


def test_heads_share_the_channels() -> None:
    found = complaint("ATTENTION 2 heads")
    assert found.message == "ATTENTION: 3 channels cannot be split into 2 heads"
