"""The memory of a run by torch's own accounting: every storage, from its making until it is freed.

Everything lies on the meta device, so that nothing is computed and nothing is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.distributed._tools.mem_tracker import MemTracker

from archdsl.network import Network

OPTIMIZERS: dict[str, Callable[[Iterable[Tensor]], torch.optim.Optimizer]] = {
    "sgd": partial(torch.optim.SGD, foreach=False),
    "momentum": partial(torch.optim.SGD, momentum=0.9, foreach=False),
    "rmsprop": partial(torch.optim.RMSprop, foreach=False),
    "adam": partial(torch.optim.Adam, foreach=False),
    "adamw": partial(torch.optim.AdamW, foreach=False),
}


def tracked_inference(net: Network, batch: int, dtype: torch.dtype = torch.float32) -> int:
    """The peak of a forward pass in evaluation, in bytes."""
    module = net.module().to("meta", dtype).eval()
    images = _images(net, batch, dtype)
    tracker = MemTracker()
    tracker.track_external(module, images)
    with torch.no_grad(), tracker:
        module(images)
    return _peak(tracker)


def tracked_training(
    net: Network, batch: int, optimizer: str, dtype: torch.dtype = torch.float32
) -> int:
    """The peak of two training steps, in bytes; the first one makes the optimizer's state."""
    module = net.module().to("meta", dtype).train()
    images = _images(net, batch, dtype)
    steps = OPTIMIZERS[optimizer](module.parameters())
    tracker = MemTracker()
    tracker.track_external(module, steps, images)
    with tracker:
        for _ in range(2):
            steps.zero_grad()
            result = module(images)
            torch.autograd.backward(_loss(result))
            del result
            steps.step()
            tracker.reset_mod_stats()
    return _peak(tracker)


def _images(net: Network, batch: int, dtype: torch.dtype) -> Tensor:
    shape = net.graph["input"].output
    sides = batch, shape.channels, shape.height, shape.width
    return torch.empty(sides, dtype=dtype, device="meta")


def _loss(result: Any) -> Tensor:
    """The sum of the logits, and of those of side heads."""
    outputs = [result] if isinstance(result, Tensor) else list(result)
    return torch.stack([output.sum() for output in outputs]).sum()


def _peak(tracker: MemTracker) -> int:
    return tracker.get_tracker_snapshot("peak")[torch.device("meta")]["Total"]
