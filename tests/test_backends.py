"""The door to backends opens to anyone, and says who is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl import BackendError, backend
from archdsl.lowering import Rules
from archdsl.ops import Add, Conv2d, ReLU

OUTSIDE = Path(__file__).parent / "outside"


def test_the_built_in_backends_come_in_by_the_entry_points() -> None:
    assert {"torch", "pictures"} <= set(backend.names())


def test_an_installed_backend_from_outside_is_found_and_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(OUTSIDE)
    assert "outline" in backend.names()
    text = archdsl.load("alexnet").emit("outline", "txt").decode()
    assert text.startswith("conv1 [55x55x96]: 96 filters of 11x11\n")
    assert text.endswith("fc8 [1000]\n")


def test_an_unknown_backend_is_refused_with_a_suggestion() -> None:
    with pytest.raises(BackendError, match="did you mean torch"):
        backend.find("troch")


def test_a_rule_table_knows_what_it_lacks_and_refuses_a_second_rule() -> None:
    rules: Rules = Rules("test")

    @rules.rule(Conv2d, ReLU)
    def rule(op: object) -> str:
        return type(op).__name__

    assert rules[Conv2d](Conv2d(filters=1, kernel=1)) == "Conv2d"
    assert rules.missing([Conv2d, Add, ReLU]) == ["Add"]
    with pytest.raises(LookupError, match="no rule for Add"):
        rules[Add]
    with pytest.raises(ValueError, match="two rules for ReLU"):
        rules.rule(ReLU)(rule)


def test_a_backend_is_handed_its_own_options_and_no_others() -> None:
    network = archdsl.load("alexnet_two_gpus")
    towers = network.emit("torch", "py", devices=("cuda:0", "cuda:1"))
    assert towers == network.to_torch(("cuda:0", "cuda:1")).encode()
    with pytest.raises(BackendError, match="the backend pictures takes no devices"):
        network.emit("pictures", "svg", devices=("cuda:0", "cuda:1"))
