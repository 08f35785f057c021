"""An emitted module is a plain `nn.Module`: what torch does with modules works on it."""

from __future__ import annotations

import copy

import pytest
import torch
from emitted import assert_close, image, loss_of, module_of
from networks import SETTINGS, construct

import archdsl

SPECS = ["torchvision/resnet50", *(str(construct(name)) for name in SETTINGS)]


@pytest.mark.parametrize("spec", SPECS)
def test_it_compiles_as_one_graph(spec: str) -> None:
    network = archdsl.load(spec)
    module = module_of(network)
    compiled = torch.compile(copy.deepcopy(module), fullgraph=True, backend="aot_eager")
    with torch.no_grad():
        assert_close(compiled(image(network)), module(image(network)), spec)
    torch._dynamo.reset()


@pytest.mark.parametrize("spec", SPECS)
def test_it_exports(spec: str) -> None:
    network = archdsl.load(spec)
    module = module_of(network)
    exported = torch.export.export(module, (image(network),)).module()
    with torch.no_grad():
        assert_close(exported(image(network)), module(image(network)), spec)


@pytest.mark.parametrize(
    "spec", ["resnet50", *(str(construct(name)) for name in ("groups", "channels", "tokens"))]
)
def test_it_runs_in_channels_last(spec: str) -> None:
    network = archdsl.load(spec)
    module = module_of(network)
    with torch.no_grad():
        expected = module(image(network))
        last = module.to(memory_format=torch.channels_last)
        assert_close(last(image(network).to(memory_format=torch.channels_last)), expected, spec)


@pytest.mark.parametrize("name", ["groups", "channels", "tokens"])
def test_it_runs_under_autocast_and_in_half_precision(name: str) -> None:
    network = archdsl.load(construct(name))
    module = module_of(network).float()
    x = image(network).float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert module(x).isfinite().all()
    assert module.to(torch.bfloat16)(x.to(torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize("name", SETTINGS)
def test_a_training_step_gives_every_parameter_a_finite_gradient(name: str) -> None:
    network = archdsl.load(construct(name))
    module = module_of(network).train()
    x = image(network)
    batch = torch.cat([x, x + 0.1 * torch.randn_like(x), -x])
    # Training leaves paths out: as many steps as it takes until each was alive once.
    for seed in range(100):
        torch.manual_seed(seed)
        loss_of(module, batch).backward()
        if all(parameter.grad is not None for parameter in module.parameters()):
            break
    for key, parameter in module.named_parameters():
        assert parameter.grad is not None, key
        assert parameter.grad.isfinite().all(), key
