"""A checkpoint from one module to another: users have checkpoints, under other names."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Protocol, Self, TypeVar


class Array(Protocol):
    """A tensor of torch, or an array of numpy."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The sides."""
        ...

    def reshape(self, shape: tuple[int, ...], /) -> Self:
        """The same values in another form."""
        ...


Value = TypeVar("Value", bound=Array)


class WeightsDoNotFit(Exception):
    """Two state dicts that are not those of one network; the text lists what does not fit."""


def carry_weights(source: Mapping[str, Value], target: Mapping[str, Array]) -> dict[str, Value]:
    """The source's values under the target's keys, ready for `load_state_dict(..., strict=True)`.

    By name where key and shape agree; the others in their order, each to the next key of its kind
    (`weight`, `running_mean`, ...) and shape. The weights of a fully connected layer and of a 1x1
    convolution are one shape. Counters that only the source has are left out, and those that only
    the target has keep the target's. Raises `WeightsDoNotFit` if anything is missing or left.

    >>> import numpy as np
    >>> theirs = {"features.0.weight": np.ones((4, 3, 1, 1)), "features.0.bias": np.zeros(4)}
    >>> mine = {"conv1.weight": np.empty((4, 3)), "conv1.bias": np.empty(4)}
    >>> [(key, value.shape) for key, value in carry_weights(theirs, mine).items()]
    [('conv1.weight', (4, 3)), ('conv1.bias', (4,))]
    """
    named = {
        key
        for key, value in target.items()
        if key in source and _plain(source[key].shape) == _plain(value.shape)
    }
    waiting: dict[tuple[str, tuple[int, ...]], deque[str]] = defaultdict(deque)
    for key, value in source.items():
        if key not in named:
            waiting[_kind(key), _plain(value.shape)].append(key)
    carried: dict[str, Value] = {}
    missing: list[str] = []
    for key, wanted in target.items():
        queue = waiting[_kind(key), _plain(wanted.shape)]
        if key in named or queue:
            value = source[key if key in named else queue.popleft()]
            carried[key] = value.reshape(tuple(wanted.shape))
        elif _kind(key) == COUNTER:
            carried[key] = wanted  # type: ignore[assignment]
        else:
            missing.append(f"{key} {tuple(wanted.shape)}")
    left = [
        f"{key} {tuple(source[key].shape)}"
        for queue in waiting.values()
        for key in queue
        if _kind(key) != COUNTER
    ]
    if missing or left:
        raise WeightsDoNotFit(_complaint(missing, left))
    return carried


COUNTER = "num_batches_tracked"
MOST_LISTED = 5


def _kind(key: str) -> str:
    return key.rsplit(".", 1)[-1]


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A fully connected layer is a 1x1 convolution."""
    shape = tuple(shape)
    return shape[:2] if shape[2:] == (1, 1) else shape


def _complaint(missing: list[str], left: list[str]) -> str:
    lines = ["the weights do not fit"]
    for what, keys in (("nothing for", missing), ("left over", left)):
        if keys:
            more = f" and {len(keys) - MOST_LISTED} more" if len(keys) > MOST_LISTED else ""
            lines.append(f"  {what}: {', '.join(keys[:MOST_LISTED])}{more}")
    return "\n".join(lines)
