"""A learned vector at each position, as emitted files define it."""

from torch import Tensor


def with_position(x: Tensor, position: Tensor) -> Tensor:
    """The maps plus a vector at each position, row by row."""
    return x + position.mT.reshape(1, *x.shape[1:])
