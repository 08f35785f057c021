"""The compiler's figures for memory beside torch's own accounting, for networks of the zoo.

It takes some minutes: each run is one of torch's, if on the meta device.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

import torch
from tracking import tracked_inference, tracked_training

import archdsl
from archdsl.network import Network

SPECS = (
    "alexnet",
    "vgg16",
    "googlenet",
    "resnet50",
    "resnext50_32x4d",
    "wide_resnet50_2",
    "densenet121",
    "inception_v3",
    "squeezenet",
    "fractalnet",
)
BATCHES = 2, 32
RUNS = {None: 0.10, "sgd": 0.15, "adam": 0.15}
"""Optimizer, or None for inference -> how far from torch's figure the compiler's may be."""


def main(specs: list[str]) -> int:
    """Print both peaks in MB and their ratio; exit code 1 if one is too far off."""
    print("| network | images | run | torch, MB | archdsl, MB | ratio |")
    print("| --- | --: | --- | --: | --: | --: |")
    is_fine = True
    for spec in specs or SPECS:
        net = archdsl.load(spec)
        for batch in BATCHES:
            for optimizer, allowed in RUNS.items():
                ours = net.memory(batch, optimizer=optimizer).bytes(batch)
                theirs = tracked(net, batch, optimizer)
                is_near = abs(ours / theirs - 1) <= allowed
                is_fine &= is_near
                run = f"training, {optimizer}" if optimizer else "inference"
                print(
                    f"| {spec} | {batch} | {run} | {theirs / 1e6:,.1f} | {ours / 1e6:,.1f} "
                    f"| {ours / theirs:.3f}{'' if is_near else ' TOO FAR'} |",
                    flush=True,
                )
    return 0 if is_fine else 1


def tracked(net: Network, batch: int, optimizer: str | None) -> int:
    """Torch's peak of inference, or of a training step with an optimizer, no path being dropped."""
    if optimizer is None:
        return tracked_inference(net, batch)
    with patch.object(torch, "rand", torch.ones):
        return tracked_training(net, batch, optimizer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
