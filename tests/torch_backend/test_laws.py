"""What only training does, held against its laws: rates, expectations, what is not computed.

Draws are seeded; a measured rate may be five standard deviations from the one that was asked for.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from compiling import network
from emitted import assert_close, assert_is_the_graph, image, module_of
from networks import SETTINGS, construct
from torch import Tensor, nn

import archdsl
from archdsl.network import Network

DRAWS = 600


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    """The same draws in every run, whatever ran before."""
    state = torch.get_rng_state()
    torch.manual_seed(0)
    yield
    torch.set_rng_state(state)


def module(text: str) -> nn.Module:
    return module_of(network(text)).train()


def assert_rate(count: int, rate: float, draws: int = DRAWS) -> None:
    """The count is that of independent draws with this rate, up to five standard deviations."""
    spread = 5 * (draws * rate * (1 - rate)) ** 0.5
    assert abs(count - draws * rate) <= spread, f"{count / draws} against {rate}"


def assert_mean(values: list[float], expected: float) -> None:
    """The mean of measured values, up to five standard errors."""
    measured = torch.tensor(values, dtype=torch.float64)
    error = float(measured.std()) / len(values) ** 0.5
    assert abs(float(measured.mean()) - expected) <= 5 * error + 1e-12


def values_of(net: nn.Module, x: Tensor, draws: int = DRAWS) -> list[float]:
    """What training makes of one number, again and again."""
    with torch.no_grad():
        return [round(float(net(x)), 9) for _ in range(draws)]


ONE = "[1x1x1] INPUT\n"
X = torch.ones(1, 1, 1, 1, dtype=torch.float64)


# --- Dropout ---


def test_dropout_drops_its_share_of_the_values_and_scales_the_rest() -> None:
    net = module("[16x16x8] INPUT\nDROPOUT: 30%\n")
    x = torch.ones(64, 8, 16, 16, dtype=torch.float64)
    y = net(x)
    assert_rate(int((y == 0).sum()), 0.3, y.numel())
    assert torch.allclose(y[y != 0], torch.tensor(1 / 0.7, dtype=torch.float64))
    assert_mean(y.flatten().tolist(), 1.0)
    assert torch.equal(net.eval()(x), x)


def test_dropout_of_whole_maps_leaves_no_map_in_part() -> None:
    y = module("[4x4x8] INPUT\nDROPOUT: 30%, whole maps\n")(
        torch.ones(500, 8, 4, 4, dtype=torch.float64)
    )
    dropped = (y == 0).flatten(2)
    assert torch.equal(dropped.any(dim=2), dropped.all(dim=2))
    assert_rate(int(dropped.all(dim=2).sum()), 0.3, 500 * 8)


# --- Stochastic depth ---

FORMS = ["", ", each sample", ", scaled in training", ", each sample, scaled in training"]
PLACES = {
    "skipped": "add:\n    identity\n    SCALE by 10 -> STOCHASTIC DEPTH: survive 70%{form}\n",
    "in a loop": "for i in 1..1:\n    add:\n        identity\n        path:\n"
    "            SCALE by 10\n            STOCHASTIC DEPTH: survive 70%{form}\n",
    "in a group": "add:\n    identity\n    named: SCALE by 10 -> STOCHASTIC DEPTH: survive "
    "70%{form}\n",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
def test_a_path_survives_at_its_rate_and_is_expected_to_be_what_it_is_at_test_time(
    place: str, form: str
) -> None:
    net = module(ONE + PLACES[place].format(form=form))
    values = values_of(net, X)
    alive = 11.0 if "scaled" not in form else round(1 + 10 / 0.7, 9)
    assert set(values) == {1.0, alive}
    assert_rate(values.count(alive), 0.7)
    at_test_time = float(net.eval()(X))
    assert at_test_time == pytest.approx(11.0 if "scaled" in form else 8.0)
    assert_mean(values, at_test_time)


@pytest.mark.parametrize("form", FORMS)
def test_one_draw_is_for_the_batch_or_for_each_sample(form: str) -> None:
    net = module("[2x2x3] INPUT\nRELU\nSTOCHASTIC DEPTH: survive 70%" + form)
    y = net(torch.ones(DRAWS, 3, 2, 2, dtype=torch.float64)).flatten(1)
    alive = y != 0
    assert torch.equal(alive.any(dim=1), alive.all(dim=1)), "a draw is for a whole image"
    if "each sample" in form:
        assert_rate(int(alive.all(dim=1).sum()), 0.7)
    else:
        assert bool(alive.all()) or not bool(alive.any())


def test_each_sample_of_vectors_is_drawn_as_well() -> None:
    net = module("[1x1x4] INPUT\nFLATTEN\nSTOCHASTIC DEPTH: survive 70%, each sample\n")
    alive = net(torch.ones(DRAWS, 4, 1, 1, dtype=torch.float64)) != 0
    assert_rate(int(alive.all(dim=1).sum()), 0.7)
    assert_rate(int(alive.any(dim=1).sum()), 0.7)


def test_the_same_seed_draws_the_same() -> None:
    net = module(ONE + PLACES["skipped"].format(form=""))
    runs = []
    for _ in range(2):
        torch.manual_seed(7)
        runs.append(values_of(net, X, 50))
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 2


def test_a_path_that_is_dropped_is_not_computed() -> None:
    net = module(
        "[4x4x2] INPUT\nadd:\n    identity\n    CONV 2 1x1 filters -> "
        "STOCHASTIC DEPTH: survive 60%\n"
    )
    calls = count_calls(net)
    x = torch.ones(1, 2, 4, 4, dtype=torch.float64)
    alive = 0
    for _ in range(DRAWS):
        alive += not torch.equal(net(x), x)
    assert calls["conv"] == alive
    assert_rate(alive, 0.6)
    net.eval()(x)
    assert calls["conv"] == alive + 1


def test_a_path_that_always_survives_costs_nothing() -> None:
    text = archdsl.loads(ONE + "RELU\nSTOCHASTIC DEPTH: survive 100%\n").to_torch()
    assert "depth" not in text.lower()


def test_the_units_of_the_paper_survive_at_rates_that_fall_linearly() -> None:
    with torch.device("meta"):
        net = module_of(archdsl.load("stochastic_depth")).train()
    depths = [member for path, member in net.named_modules() if path.endswith(".depth")]
    assert len(depths) == 54
    for level, depth in enumerate(depths, start=1):
        assert_rate(sum(depth.survives() for _ in range(DRAWS)), 1 - 0.5 * level / 54)


def count_calls(net: nn.Module) -> Counter[str]:
    """How often each member has run, in the order of the members."""
    calls: Counter[str] = Counter({path: 0 for path, _ in net.named_modules()})
    for path, member in net.named_modules():
        member.register_forward_hook(
            lambda _m, _i, _o, path=path: calls.__setitem__(path, calls[path] + 1)
        )
    return calls


# --- Drop-path ---

THREE = "    SCALE by 1\n    SCALE by 10\n    SCALE by 100\n"
MEANS = {1.0, 10.0, 100.0, 5.5, 50.5, 55.0, 37.0}
"""The means of every choice among 1, 10 and 100."""


def test_local_drop_path_drops_each_column_at_its_rate_and_never_all() -> None:
    net = module(f"{ONE}join, drop path 30%:\n{THREE}")
    values = values_of(net, X)
    assert set(values) == MEANS
    none_left = 0.3**3
    assert_rate(values.count(37.0), 0.7**3)
    for one in (1.0, 10.0, 100.0):
        assert_rate(values.count(one), 0.7 * 0.3**2 + none_left / 3)
    for two in (5.5, 50.5, 55.0):
        assert_rate(values.count(two), 0.7**2 * 0.3)
    assert float(net.eval()(X)) == 37.0
    assert_mean(values, 37.0)


@pytest.mark.parametrize("said", ["drop path 100%", "one column 100%"])
def test_one_column_is_alive_where_all_others_are_dropped(said: str) -> None:
    values = values_of(module(f"{ONE}join, {said}:\n{THREE}"), X)
    for one in (1.0, 10.0, 100.0):
        assert_rate(values.count(one), 1 / 3)
    assert_mean(values, 37.0)


def test_one_column_is_kept_in_its_share_of_the_batches() -> None:
    values = values_of(module(f"{ONE}join, one column 40%:\n{THREE}"), X)
    assert set(values) == {1.0, 10.0, 100.0, 37.0}
    assert_rate(values.count(37.0), 0.6)
    assert_mean(values, 37.0)


FRACTAL = """
block Unit(k):
    SCALE by {k*k + 1}
block Fractal(columns):
    if columns == 1:
        Unit(1)
    else:
        join, drop path 15%, one column {share}:
            Unit(columns)
            long: Fractal(columns - 1) -> Fractal(columns - 1)
"""
COLUMN = [2.0**4, 5.0**2, 10.0]
"""What three columns make of 1 where the deepest, the middle, the short one is kept alone."""


def fractal(share: str, body: str) -> nn.Module:
    return module(FRACTAL.replace("{share}", share) + ONE + body)


def test_one_column_is_the_same_in_every_join_of_the_network() -> None:
    """Two blocks in a row, as a repeat and by name: any other choice gives another product."""
    values = values_of(fractal("100%", "2 x Fractal(3)\nlast: Fractal(3)\n"), X)
    assert set(values) == {column**3 for column in COLUMN}
    for column in COLUMN:
        assert_rate(values.count(column**3), 1 / 3)


def test_joins_of_other_widths_agree_on_every_column_that_both_have() -> None:
    values = values_of(fractal("100%", "small: Fractal(2)\nlarge: Fractal(3)\n"), X)
    both = {2.0**2 * 2.0**4, 5.0 * 5.0**2}
    short = {2.0**2 * 10.0, 5.0 * 10.0}
    assert set(values) == both | short
    for value in both:
        assert_rate(values.count(value), 1 / 3)


def test_half_of_the_batches_are_one_column() -> None:
    net = fractal("50%", "a: Fractal(3)\nb: Fractal(3)\n")
    kept: list[int] = []
    join = type(net.a).forward.__globals__["DropPath"].join

    def counted(draw: object, columns: list[Tensor], *rest: object, **rates: float) -> Tensor:
        value: Tensor = join(draw, columns, *rest, **rates)
        kept.append(any(torch.equal(value, column) for column in columns))
        return value

    type(net.a).forward.__globals__["DropPath"].join = counted
    alone = 0
    for _ in range(DRAWS):
        kept.clear()
        net(X)
        alone += all(kept)
    # Joins keep one column of two or three by chance alone, too: their local draws. The join of
    # two inside a block runs unless the block's short column is the one.
    of_two, of_three = 2 * 0.85 * 0.15 + 0.15**2, 3 * 0.85 * 0.15**2 + 0.15**3
    assert_rate(alone, 0.5 + 0.5 * (of_three * (1 / 3 + 2 / 3 * of_two)) ** 2)


def test_a_block_that_is_used_alone_draws_for_its_own_joins() -> None:
    net = fractal("100%", "a: Fractal(3)\nb: Fractal(3)\n")
    values_of(net, X, 3)
    values = values_of(net.a, X)
    assert set(values) == set(COLUMN)
    for column in COLUMN:
        assert_rate(values.count(column), 1 / 3)


def test_a_join_that_ends_in_a_join_drops_among_all_columns_by_its_own_rule() -> None:
    inner = "    join:\n        SCALE by 10\n        SCALE by 100\n"
    values = values_of(module(f"{ONE}join, drop path 100%:\n    SCALE by 1\n{inner}"), X)
    for one in (1.0, 10.0, 100.0):
        assert_rate(values.count(one), 1 / 3)


# --- What drop-path leaves out is not computed ---

CONVS = "    CONV1: 2 1x1 filters\n    CONV2: 2 1x1 filters\n    CONV3: 2 1x1 filters\n"
MAPS = torch.arange(1.0, 33.0, dtype=torch.float64).view(1, 2, 4, 4)


def ran(net: nn.Module, x: Tensor, kind: type[nn.Module] = nn.Conv2d) -> set[str]:
    """The members of a kind that one call runs, each at most once."""
    calls, handles = Counter[str](), []
    for path, member in net.named_modules():
        if isinstance(member, kind):
            handles.append(
                member.register_forward_hook(lambda _m, _i, _o, path=path: calls.update([path]))
            )
    with torch.no_grad():
        net(x)
    for handle in handles:
        handle.remove()
    assert set(calls.values()) <= {1}
    return set(calls)


@pytest.mark.parametrize("said", ["drop path 30%", "one column 100%"])
def test_only_the_columns_that_are_kept_run(said: str) -> None:
    net = module(f"[4x4x2] INPUT\njoin, {said}:\n{CONVS}")
    outputs: list[Tensor] = []
    for conv in net.children():
        conv.register_forward_hook(lambda _m, _i, out: outputs.append(out))
    total = 0
    for _ in range(DRAWS):
        outputs.clear()
        with torch.no_grad():
            assert_close(net(MAPS), torch.stack(outputs).mean(dim=0), "the mean of what ran")
        total += len(outputs)
    each = 1 / 3 if "one" in said else 0.7 + 0.3**3 / 3
    assert_rate(total, each, 3 * DRAWS)
    assert len(ran(net.eval(), MAPS)) == 3


def test_one_column_of_fractalnet_is_all_that_runs() -> None:
    """Of each block the convolutions of one column, the same in every block: 1, 2 or 4 of 7."""
    net = module_of(archdsl.load("fractalnet", **SMALL["fractalnet"])).train()
    columns = [
        {"short.conv"},
        {"long.0.short.conv", "long.1.short.conv"},
        {f"long.{i}.long.{j}.unit.conv" for i in (0, 1) for j in (0, 1)},
    ]
    alone = [{f"block{b}.fractal.{key}" for b in (1, 2, 3) for key in keys} for keys in columns]
    drops = type(net).forward.__globals__["DropPath"]
    number = drops.number
    drops.number = lambda draw, at: 0.0 if at == 0 else number(draw, at)
    x = torch.ones(2, 3, 32, 32, dtype=torch.float64)
    seen = Counter(alone.index(ran(net, x)) for _ in range(DRAWS))
    for column in range(3):
        assert_rate(seen[column], 1 / 3)


def test_statistics_of_batches_are_those_of_the_batches_that_a_column_sees() -> None:
    net = module("[4x4x2] INPUT\njoin, drop path 50%:\n    BN1\n    BN2\n")
    calls = count_calls(net)
    for _ in range(50):
        net(MAPS)
    for name in ("bn1", "bn2"):
        assert 0 < calls[name] < 50
        assert int(net.get_submodule(name).num_batches_tracked) == calls[name]


NEEDED = """[4x4x2] INPUT
join, drop path 50%:
    path:
        CONV1: 2 1x1 filters
        CONV2: 2 1x1 filters
    path:
        CONV3: 2 1x1 filters
        join:
            from conv3 -> CONV4: 2 1x1 filters
            CONV5: 2 1x1 filters
    CONV6: 2 1x1 filters
add:
    identity
    from conv1
"""


def test_what_other_lines_go_on_from_runs_in_any_case() -> None:
    """`conv1` for the line below; `conv3` for two columns, so it runs where one of them is kept."""
    net = module(NEEDED)
    runs = [ran(net, MAPS) for _ in range(DRAWS)]
    assert all("conv1" in run for run in runs)
    assert all(("conv3" in run) == bool(run & {"conv4", "conv5"}) for run in runs)
    assert all(run & {"conv2", "conv4", "conv5", "conv6"} for run in runs)
    for name in ("conv2", "conv4", "conv5", "conv6"):
        assert_rate(sum(name in run for run in runs), 0.5 + 0.5**4 / 4)


@pytest.mark.parametrize("parameters", [{}, *SETTINGS["drop_paths"]])
def test_a_join_has_as_many_columns_as_its_draw_keeps(parameters: dict[str, Any]) -> None:
    """However its paths are written: in blocks, choices and loops, or as what another absorbs."""
    net = module_of(archdsl.load(str(construct("drop_paths")), **parameters)).train()
    drops = type(net).forward.__globals__["DropPath"]
    draw, join = drops.draw, drops.join
    drawn: list[int] = []

    def drawing(self: object, *rest: Any, **rates: float) -> list[bool]:
        kept: list[bool] = draw(self, *rest, **rates)
        drawn.append(sum(kept))
        return kept

    def joining(self: object, columns: list[Tensor]) -> Tensor:
        assert len(columns) == drawn.pop()
        value: Tensor = join(self, columns)
        return value

    drops.draw, drops.join = drawing, joining
    for _ in range(100):
        net(torch.ones(2, 3, 8, 8, dtype=torch.float64))
    assert not drawn


def test_a_frozen_block_drops_nothing() -> None:
    net = fractal("100%", "a: Fractal(3)\n")
    net.a.eval()
    assert len(set(values_of(net, X, 20))) == 1


# --- The networks of the papers, small enough to run often ---

SMALL = {
    "stochastic_depth": {"n": 1},
    "fractalnet": {"columns": 3, "blocks": 3, "filters": 4},
}


@pytest.fixture(params=SMALL)
def small(request: pytest.FixtureRequest) -> Network:
    return archdsl.load(request.param, **SMALL[request.param])


def test_evaluation_is_the_whole_network(small: Network) -> None:
    assert_is_the_graph(small, module_of(small))


def test_evaluation_compiles_as_one_graph(small: Network) -> None:
    net = module_of(small)
    compiled = torch.compile(copy.deepcopy(net), fullgraph=True, backend="aot_eager")
    with torch.no_grad():
        assert_close(compiled(image(small)), net(image(small)), "compiled")
    torch._dynamo.reset()


def test_every_parameter_learns_once_every_path_was_alive(small: Network) -> None:
    net = module_of(small).train()
    wanted = {key for key, _ in net.named_parameters()}
    reached: set[str] = set()
    for _ in range(60):
        net.zero_grad()
        net(image(small)).square().sum().backward()
        for key, parameter in net.named_parameters():
            if parameter.grad is not None:
                assert parameter.grad.isfinite().all(), key
                reached.add(key)
        if reached == wanted:
            break
    assert reached == wanted
