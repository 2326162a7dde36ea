"""One path, every ε, against the robustness package's own Attacker on the same weights and images (`make oracle`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from lwise_core.enhancement.objectives import CrossEntropy, GroundTruthLogit, Harder, LogitAgainstRivals, Objective
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend, enhance, steps_for
from lwise_core.guides.checkpoints import Description, blueprint_for, build_guide, read_weights
from lwise_core.guides.guide import GuideModel

FIXTURES = Path(__file__).parents[1] / "oracle" / "fixtures"
TOLERANCE = 1e-5
OBJECTIVES: dict[str, Objective] = {
    "logit": GroundTruthLogit(),
    "logit_diverge": LogitAgainstRivals(rivals=(0, 1, 2, 3)),
    "cross_entropy": CrossEntropy(),
}


@pytest.fixture(scope="module")
def expected() -> Mapping[str, npt.NDArray[np.float32]]:
    with np.load(FIXTURES / "expected.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def guide() -> GuideModel:
    weights = read_weights(FIXTURES / "robustness.pt")
    return build_guide(weights, blueprint_for(weights), Description("oracle"))


def request_for(expected: Mapping[str, npt.NDArray[np.float32]], *, name: str, direction: str) -> PathRequest:
    objective = OBJECTIVES[name] if direction == "easier" else Harder(OBJECTIVES[name])
    return PathRequest(torch.from_numpy(expected["images"]), torch.from_numpy(expected["targets"]), objective)


def budgets(expected: Mapping[str, npt.NDArray[np.float32]], *, name: str, direction: str) -> list[tuple[float, str]]:
    prefix = f"{name}/{direction}/"
    return [(float(key.removeprefix(prefix)), key) for key in expected if key.startswith(prefix)]


@pytest.mark.parametrize("direction", ["easier", "harder"])
@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_every_budget_read_from_one_long_path_is_the_attackers_own_result(
    guide: GuideModel, expected: Mapping[str, npt.NDArray[np.float32]], name: str, direction: str
) -> None:
    request = request_for(expected, name=name, direction=direction)
    step = guide.epsilon_scale.step
    path = EnhancementPath(guide, request, step, tuple(ascend(guide, request, step=step, steps=12)))
    cases = budgets(expected, name=name, direction=direction)
    assert len(cases) >= 3
    for steps, key in cases:
        result = path.at(steps * step)
        np.testing.assert_allclose(result.images.cpu().numpy(), expected[key], atol=TOLERANCE, rtol=0, err_msg=key)


@pytest.mark.parametrize("direction", ["easier", "harder"])
@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_a_path_made_for_one_budget_is_the_attackers_own_result(
    guide: GuideModel, expected: Mapping[str, npt.NDArray[np.float32]], name: str, direction: str
) -> None:
    request = request_for(expected, name=name, direction=direction)
    step = guide.epsilon_scale.step
    for steps, key in budgets(expected, name=name, direction=direction):
        frames = tuple(ascend(guide, request, step=step, steps=steps_for(steps * step, step=step)))
        result = EnhancementPath(guide, request, step, frames).at(steps * step)
        np.testing.assert_allclose(result.images.cpu().numpy(), expected[key], atol=TOLERANCE, rtol=0, err_msg=key)


def test_the_public_function_gives_the_same_for_half_a_step(
    guide: GuideModel, expected: Mapping[str, npt.NDArray[np.float32]]
) -> None:
    request = request_for(expected, name="logit", direction="easier")
    half = guide.epsilon_scale.step / 2
    result = enhance(guide, request, epsilon=half)
    np.testing.assert_allclose(result.images.cpu().numpy(), expected["logit/easier/0.5"], atol=TOLERANCE, rtol=0)
    assert 0 < float(result.spent.max()) <= half * (1 + 1e-5)


def test_the_fixtures_put_the_rules_to_work(expected: Mapping[str, npt.NDArray[np.float32]]) -> None:
    images = expected["images"]
    saturated = (images == 0) | (images == 1)
    longest = expected["logit/easier/12"]
    assert saturated.mean() > 0.05
    assert (saturated & (longest == images)).any(), "the box clamp binds"
    between, on_grid = expected["logit/easier/2.6"], expected["logit/easier/2"]
    assert np.abs(between - on_grid).max() > 10 * TOLERANCE, "a budget between two steps differs from its neighbours"
    assert np.abs(expected["logit/easier/8"] - expected["logit_diverge/easier/8"]).max() > 10 * TOLERANCE
