"""The ε-path: equal to the official recurrence, one walk for every ε, and honest when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lwise_core.enhancement.objectives import (
    CrossEntropy,
    GroundTruthLogit,
    Harder,
    LogitAgainstRivals,
    Objective,
    ObjectiveError,
)
from lwise_core.enhancement.path import (
    EnhancementPath,
    Frame,
    NonFinite,
    PathRequest,
    ascend,
    enhance,
    project,
    steps_for,
    walk,
)
from lwise_core.guides.compact_resnet import ConvNormAct
from lwise_core.guides.guide import EpsilonOutOfRange, GuideModel
from tests.conftest import eight_pictures, guide_of


class SmallNetwork(nn.Module):
    """Two convolutions and a linear layer: what is true of a path needs no more, and thousands are walked here."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = ConvNormAct(3, 8), ConvNormAct(8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, normalised: torch.Tensor) -> torch.Tensor:
        halved = nn.functional.avg_pool2d(self.first(normalised), 2)
        logits: torch.Tensor = self.head(self.second(halved).mean(dim=(2, 3)))
        return logits


def small_network() -> SmallNetwork:
    """Return the small network, seeded."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return SmallNetwork()


GUIDE = guide_of(small_network())
PICTURES = eight_pictures(GUIDE.input_size)
SCALE = GUIDE.epsilon_scale
TARGETS = torch.tensor([0, 1, 2, 3, 4, 0, 1, 2])
RIVALS = (0, 2, 3)

# Far below this, a step changes the loss by less than fp32 tells apart, and which iterate is the best is chance.
budgets = st.just(0.0) | st.floats(1e-3, SCALE.largest)
pictures = st.integers(0, len(PICTURES) - 1)

# Each objective beside its loss, written out anew for the logits (C,) of one picture.
Loss = Callable[[torch.Tensor, int], torch.Tensor]
BY_HAND: dict[str, tuple[Objective, Loss]] = {
    "logit": (GroundTruthLogit(), lambda z, y: -z[y]),
    "logit_diverge": (
        LogitAgainstRivals(RIVALS),
        lambda z, y: -(z[y] - torch.stack([z[c] for c in RIVALS if c != y]).mean()),
    ),
    "cross_entropy": (CrossEntropy(), lambda z, y: -(z[y] - z.exp().sum().log())),
    "logit_attack": (Harder(GroundTruthLogit()), lambda z, y: z[y]),
    "cross_entropy_attack": (Harder(CrossEntropy()), lambda z, y: z[y] - z.exp().sum().log()),
}


def official(guide: GuideModel, original: torch.Tensor, loss: Loss, *, target: int, epsilon: float) -> torch.Tensor:
    """Return the best iterate of the official recurrence (lwise-method 1.2) for one picture, step by slow step."""
    step = guide.input_size / 448
    x, best, lowest = original.clone(), original, float("inf")
    for _ in range(max(1, round(epsilon / step))):
        x = x.detach().requires_grad_(True)
        value = loss(guide.logits(x[None])[0], target)
        if float(value.detach()) < lowest:
            best, lowest = x.detach(), float(value.detach())
        value.backward()
        assert x.grad is not None
        moved = x.detach() - step * x.grad / (x.grad.norm() + 1e-10)
        change = moved - original
        if float(change.norm()) > epsilon:
            change = change * (epsilon / change.norm())
        x = (original + change).clamp(0, 1)
    return x if float(loss(guide.logits(x[None])[0], target)) < lowest else best


def path_of(
    guide: GuideModel, request: PathRequest, *, steps: int | None = None, step: float | None = None
) -> EnhancementPath:
    step = step or guide.epsilon_scale.step
    frames = ascend(guide, request, step=step, steps=guide.epsilon_scale.steps if steps is None else steps)
    return EnhancementPath(guide, request, step, tuple(frames))


def largest_difference(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).abs().max())


class Bowl(nn.Module):
    """Logit of class a falls with the distance from a grey level; class b is its negative. Steps overshoot the top."""

    def __init__(self, level: float) -> None:
        super().__init__()
        self.level = level

    def forward(self, normalised: torch.Tensor) -> torch.Tensor:
        height = -(normalised - self.level).square().sum(dim=(1, 2, 3))
        return torch.stack([height, -height], dim=1)


# --- equal to the official recurrence -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(BY_HAND))
@settings(max_examples=15)
@given(index=pictures, epsilon=budgets)
def test_every_budget_equals_the_official_recurrence(name: str, index: int, epsilon: float) -> None:
    objective, loss = BY_HAND[name]
    target = int(TARGETS[index])
    request = PathRequest(PICTURES[index : index + 1], TARGETS[index : index + 1], objective)
    expected = official(GUIDE, PICTURES[index], loss, target=target, epsilon=epsilon) if epsilon else PICTURES[index]
    assert largest_difference(enhance(GUIDE, request, epsilon=epsilon).images[0], expected) < 1e-6


@pytest.mark.parametrize("epsilon_224", [0.25, 0.7, 2.0, 4.6, 10.0])
def test_the_bundled_guide_equals_the_official_recurrence(bundled_guide: GuideModel, epsilon_224: float) -> None:
    epsilon = bundled_guide.epsilon_scale.from_224(epsilon_224)
    picture = eight_pictures(64)[:1]
    request = PathRequest(picture, torch.tensor([1]))
    expected = official(bundled_guide, picture[0], lambda z, y: -z[y], target=1, epsilon=epsilon)
    assert largest_difference(enhance(bundled_guide, request, epsilon=epsilon).images[0], expected) < 1e-6


# --- one path, every ε ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(BY_HAND))
def test_every_position_of_the_slider_is_the_short_run(name: str) -> None:
    request = PathRequest(PICTURES[:2], TARGETS[:2], BY_HAND[name][0])
    whole = path_of(GUIDE, request)
    for epsilon in SCALE.grid():
        short, read = enhance(GUIDE, request, epsilon=epsilon), whole.at(epsilon)
        assert largest_difference(short.images, read.images) < 1e-6
        assert largest_difference(short.logits, read.logits) < 1e-6
        assert largest_difference(short.spent, read.spent) < 1e-6


@settings(max_examples=15)
@given(budgets)
def test_between_the_positions_too(epsilon: float) -> None:
    request = PathRequest(PICTURES[:2], TARGETS[:2])
    whole = path_of(GUIDE, request, steps=steps_for(epsilon, step=SCALE.step) + 1)
    assert largest_difference(enhance(GUIDE, request, epsilon=epsilon).images, whole.at(epsilon).images) < 1e-6


def test_prefixes_on_the_bundled_guide(bundled_guide: GuideModel) -> None:
    request = PathRequest(eight_pictures(64)[:1], torch.tensor([1]))
    scale = bundled_guide.epsilon_scale
    whole = path_of(bundled_guide, request)
    for epsilon_224 in (0.25, 1.0, 5.0, 7.3, 20.0):
        epsilon = scale.from_224(epsilon_224)
        short, read = enhance(bundled_guide, request, epsilon=epsilon), whole.at(epsilon)
        assert largest_difference(short.images, read.images) < 1e-6


@pytest.mark.parametrize(("epsilon", "steps"), [(0, 0), (0.01, 1), (0.25, 1), (0.5, 1), (1, 2), (5, 10), (20, 40)])
def test_the_official_number_of_steps(epsilon: float, steps: int) -> None:
    assert steps_for(epsilon, step=0.5) == steps


@pytest.mark.parametrize("epsilon", [-1.0, float("nan")])
def test_a_budget_that_is_none_is_refused(epsilon: float) -> None:
    with pytest.raises(EpsilonOutOfRange, match="ε must be 0 or more"):
        steps_for(epsilon, step=0.5)


def test_a_walk_grows_by_a_frame_and_can_be_stopped() -> None:
    request = PathRequest(PICTURES[:1], TARGETS[:1])
    whole = path_of(GUIDE, request)
    walker = walk(GUIDE, request)
    stopped = [next(walker) for _ in range(6)]
    walker.close()  # type: ignore[attr-defined]
    assert [len(path.frames) for path in stopped] == [1, 2, 3, 4, 5, 6]
    assert stopped[-1].reach == pytest.approx(5 * SCALE.step)
    assert torch.equal(stopped[-1].at(stopped[-1].reach).images, whole.at(5 * SCALE.step).images)
    with pytest.raises(EpsilonOutOfRange, match=r"beyond .* the reach of this path"):
        stopped[-1].at(6 * SCALE.step)


def test_a_walk_reaches_the_largest_budget() -> None:
    *_, last = walk(GUIDE, PathRequest(PICTURES[:1], TARGETS[:1]))
    assert last.reach == pytest.approx(SCALE.largest)
    assert last.at(SCALE.largest).epsilon == SCALE.largest


# --- a batch is its pictures one by one -----------------------------------------------------------------------------


def largest_difference_in_a_batch(guide: GuideModel, request: PathRequest, *, steps: int) -> float:
    """Return the largest difference of any pixel of any iterate between a batch of 8 and its pictures one by one."""
    batch = path_of(guide, request, steps=steps)
    return max(
        largest_difference(of_batch.images[i], alone.images[0])
        for i in range(len(request.images))
        for alone, of_batch in zip(
            path_of(
                guide,
                PathRequest(request.images[i : i + 1], request.targets[i : i + 1], request.objective),
                steps=steps,
            ).frames,
            batch.frames,
            strict=True,
        )
    )


@pytest.mark.parametrize("name", list(BY_HAND))
def test_a_batch_of_eight_equals_eight_pictures(name: str) -> None:
    request = PathRequest(PICTURES, TARGETS, BY_HAND[name][0])
    assert largest_difference_in_a_batch(GUIDE, request, steps=SCALE.steps) < 1e-6


# Libraries sum in another order for another batch size. On the bundled guide in float32 that was measured to grow from
# 6e-8 (one step) over 3e-7 (20 steps, ε₂₂₄ = 10) to 2e-6 (40 steps, ε₂₂₄ = 20). In float64 the whole path agrees far
# below 1e-6: it is rounding, and nothing else passes from one picture to another.
def test_a_batch_on_the_bundled_guide(bundled_guide: GuideModel) -> None:
    request = PathRequest(eight_pictures(64), torch.arange(8))
    assert largest_difference_in_a_batch(bundled_guide, request, steps=20) < 1e-6


def test_a_batch_on_a_network_in_double_precision() -> None:
    guide = guide_of(small_network().double())
    request = PathRequest(PICTURES.double(), TARGETS)
    assert largest_difference_in_a_batch(guide, request, steps=SCALE.steps) < 1e-12


# --- budgets are kept, results are never worse ----------------------------------------------------------------------


def test_one_step_has_exactly_the_step_length() -> None:
    grey = torch.full((1, 3, 224, 224), 0.5, dtype=torch.float64)
    guide = guide_of(Bowl(level=3.0), classes=2, input_size=224)
    first = path_of(guide, PathRequest(grey, torch.tensor([0])), steps=1).frames[1]
    assert float((first.unclamped - grey).norm()) == pytest.approx(0.5, rel=1e-6)


def test_a_quarter_budget_is_the_first_step_projected() -> None:
    grey = torch.full((1, 3, 224, 224), 0.5, dtype=torch.float64)
    request = PathRequest(grey, torch.tensor([0]))
    guide = guide_of(Bowl(level=3.0), classes=2, input_size=224)
    quarter, half = (enhance(guide, request, epsilon=e) for e in (0.25, 0.5))
    assert float(quarter.spent) == pytest.approx(0.25, rel=1e-6)
    assert largest_difference(2 * (quarter.images - grey), half.images - grey) < 1e-6


@settings(max_examples=40)
@given(index=pictures, epsilon=budgets, name=st.sampled_from(list(BY_HAND)))
def test_budget_range_and_loss_of_every_result(index: int, epsilon: float, name: str) -> None:
    objective, loss = BY_HAND[name]
    original = PICTURES[index : index + 1]
    result = enhance(GUIDE, PathRequest(original, TARGETS[index : index + 1], objective), epsilon=epsilon)
    assert float(result.images.min()) >= 0
    assert float(result.images.max()) <= 1
    assert float(result.spent) == pytest.approx(float((result.images - original).norm()), abs=1e-6)
    assert float(result.spent) <= epsilon * (1 + 1e-5) + 1e-6
    assert largest_difference(result.logits, GUIDE.logits(result.images)) < 1e-6
    target = int(TARGETS[index])
    assert float(result.losses) == pytest.approx(float(loss(result.logits[0], target)), abs=1e-6)
    assert float(result.losses) <= float(objective.losses(GUIDE.logits(original), TARGETS[index : index + 1]))


def test_more_budget_is_never_worse() -> None:
    path = path_of(GUIDE, PathRequest(PICTURES, TARGETS))
    losses = torch.stack([path.at(epsilon).losses for epsilon in SCALE.grid()])
    assert bool((losses.diff(dim=0) <= 0).all())
    assert bool((losses[-1] < losses[0]).all())


@pytest.mark.parametrize("name", list(BY_HAND))
def test_no_budget_gives_the_original(name: str) -> None:
    request = PathRequest(PICTURES, TARGETS, BY_HAND[name][0])
    for result in (enhance(GUIDE, request, epsilon=0), path_of(GUIDE, request, steps=3).at(0)):
        assert torch.equal(result.images, PICTURES)
        assert torch.equal(result.spent, torch.zeros(8))
        assert torch.equal(result.logits, GUIDE.logits(PICTURES))


@pytest.mark.parametrize("epsilon_224", [-0.5, 20.5, float("nan")])
def test_a_budget_outside_the_range_of_the_guide_is_refused(epsilon_224: float) -> None:
    with pytest.raises(EpsilonOutOfRange):
        enhance(GUIDE, PathRequest(PICTURES, TARGETS), epsilon=SCALE.from_224(epsilon_224))


@given(st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=12))  # few values, so that equals are common
def test_each_position_shows_the_first_of_the_best_iterates_up_to_it(losses: list[float]) -> None:
    frames = tuple(
        Frame(i, PICTURES[:1] + i / 100, torch.zeros(1, 5), torch.tensor([loss])) for i, loss in enumerate(losses)
    )
    path = EnhancementPath(GUIDE, PathRequest(PICTURES[:1], TARGETS[:1]), SCALE.step, frames)
    assert path.best_steps() == tuple(losses.index(min(losses[: i + 1])) for i in range(len(losses)))
    for step, best in enumerate(path.best_steps()):
        assert np.array_equal(path.at(step * SCALE.step).change.changed, path.change(best).changed)
        assert np.array_equal(path.at(step * SCALE.step).change.original, path.change(0).original)


def test_the_change_of_a_step_is_the_iterate_less_the_original() -> None:
    path = path_of(GUIDE, PathRequest(PICTURES, TARGETS), steps=3)
    expected = path.frames[3].images[0] - path.frames[0].images[0]
    assert np.array_equal(path.change(3).difference, expected.numpy())
    assert not path.change(0).difference.any()


def test_the_best_iterate_is_returned_for_each_picture() -> None:
    # One picture starts on the top of the bowl, one is a step and a half away: full steps only cross the top.
    guide = guide_of(Bowl(level=0.0), classes=2)
    top = guide.normaliser.mean.expand(1, 3, 16, 16)
    gradient_is_radial = guide.normaliser.std.square().expand_as(top)  # moving along it keeps the direction of steps
    away = top + 1.5 * SCALE.step * gradient_is_radial / gradient_is_radial.norm()
    path = path_of(guide, PathRequest(torch.cat([top, away]), torch.tensor([0, 0])), steps=6)
    losses = torch.stack([frame.losses for frame in path.frames])
    result = path.at(path.reach)
    assert torch.equal(result.images[0], top[0])
    assert float(result.spent[0]) == 0
    assert torch.equal(result.losses, losses.min(dim=0).values)
    best = int(losses[:, 1].argmin())
    assert 0 < best < 6
    assert torch.equal(result.images[1], path.frames[best].images[1])
    assert torch.equal(result.logits[1], path.frames[best].logits[1])


@given(st.floats(0, 4), st.integers(0, 2**32 - 1))
def test_projection_shortens_and_never_turns(epsilon: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    originals = torch.full((2, 3, 8, 8), 0.5)
    direction = torch.rand(2, 3, 8, 8, generator=generator) - 0.5
    lengths = torch.tensor([0.5, 2.0]).view(-1, 1, 1, 1)
    changes = direction / direction.flatten(1).norm(dim=1).view(-1, 1, 1, 1) * lengths
    projected = project(originals + changes, originals=originals, epsilon=epsilon) - originals
    for change, kept in zip(changes, projected, strict=True):
        share = min(1.0, epsilon / float(change.norm()))
        assert largest_difference(kept, share * change) < 1e-6


# --- objectives -----------------------------------------------------------------------------------------------------

logits = st.lists(st.floats(-20, 20, width=32), min_size=5, max_size=5).map(lambda z: torch.tensor([z]))


@pytest.mark.parametrize("name", list(BY_HAND))
@given(z=logits, target=st.integers(0, 4))
def test_losses_are_those_of_the_definition(name: str, z: torch.Tensor, target: int) -> None:
    objective, loss = BY_HAND[name]
    expected = float(loss(z[0].double(), target))
    assert float(objective.losses(z, torch.tensor([target]))) == pytest.approx(expected, abs=2e-5)
    assert objective.name == name


@given(z=st.tuples(st.floats(-20, 20), st.floats(-20, 20)), constant=st.floats(-20, 20), target=st.integers(0, 1))
def test_two_classes_diverge_by_their_difference(z: tuple[float, float], constant: float, target: int) -> None:
    row, label = torch.tensor([z]), torch.tensor([target])
    objective = LogitAgainstRivals(rivals=(0, 1))
    assert float(objective.losses(row, label)) == pytest.approx(z[1 - target] - z[target], abs=1e-5)
    assert float(objective.losses(row + constant, label)) == pytest.approx(
        float(objective.losses(row, label)), abs=2e-5
    )
    shifted = GroundTruthLogit().losses(row + constant, label) - GroundTruthLogit().losses(row, label)
    assert float(shifted) == pytest.approx(-constant, abs=1e-5)


@given(z=logits, target=st.integers(0, 4))
def test_a_class_is_never_its_own_rival(z: torch.Tensor, target: int) -> None:
    label = torch.tensor([target])
    others = tuple(c for c in range(5) if c != target)
    among_all = LogitAgainstRivals(tuple(range(5))).losses(z, label)
    assert torch.equal(among_all, LogitAgainstRivals(others).losses(z, label))


def test_a_class_alone_has_no_rival() -> None:
    with pytest.raises(ObjectiveError, match="at least one rival"):
        LogitAgainstRivals((2,)).losses(torch.zeros(1, 5), torch.tensor([2]))


@pytest.mark.parametrize("name", ["logit", "logit_diverge", "cross_entropy"])
def test_harder_is_the_mirror_of_easier(name: str) -> None:
    easier = BY_HAND[name][0]
    z = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(Harder(easier).losses(z, TARGETS), -easier.losses(z, TARGETS))
    first, mirrored = (
        path_of(GUIDE, PathRequest(PICTURES, TARGETS, o), steps=1).frames[1] for o in (easier, Harder(easier))
    )
    assert largest_difference(first.unclamped - PICTURES, PICTURES - mirrored.unclamped) < 1e-6


# --- what is not a number, and what must not change -----------------------------------------------------------------


class BrokenAfter(nn.Module):
    """Mean grey level as the one logit of two classes; NaN or infinite once it rises above ``level``."""

    def __init__(self, level: float, value: float) -> None:
        super().__init__()
        self.level, self.value = level, value

    def forward(self, normalised: torch.Tensor) -> torch.Tensor:
        mean = normalised.mean(dim=(1, 2, 3))
        logit = torch.where(mean > self.level, torch.full_like(mean, self.value), mean)
        return torch.stack([logit, -logit], dim=1)


class Cusp(nn.Module):
    """Finite logits whose gradient at zero is infinite."""

    def forward(self, normalised: torch.Tensor) -> torch.Tensor:
        height = (normalised - normalised.detach()).square().sum(dim=(1, 2, 3)).sqrt()
        return torch.stack([height, -height], dim=1)


@pytest.mark.parametrize("objective", [GroundTruthLogit(), CrossEntropy(), LogitAgainstRivals((0, 1))])
def test_a_constant_network_gives_the_original_and_no_nan(objective: Objective) -> None:
    network = small_network()
    nn.init.zeros_(network.head.weight)
    result = enhance(guide_of(network), PathRequest(PICTURES, TARGETS, objective), epsilon=SCALE.default)
    assert torch.equal(result.images, PICTURES)
    assert torch.equal(result.spent, torch.zeros(8))
    assert bool(result.logits.isfinite().all())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_network_that_returns_no_number_is_an_error(value: float) -> None:
    guide = guide_of(BrokenAfter(level=-100.0, value=value), classes=2)
    with pytest.raises(NonFinite, match="not a number"):
        enhance(guide, PathRequest(PICTURES[:1], TARGETS[:1]), epsilon=SCALE.default)


def test_what_came_before_the_error_is_still_there() -> None:
    grey = torch.full((1, 3, 16, 16), 0.5)
    calm = guide_of(BrokenAfter(level=100.0, value=float("nan")), classes=2)
    means = [float(f.logits[0, 0]) for f in path_of(calm, PathRequest(grey, TARGETS[:1]), steps=4).frames]
    guide = guide_of(BrokenAfter(level=(means[2] + means[3]) / 2, value=float("nan")), classes=2)
    seen: list[Frame] = []
    with pytest.raises(NonFinite):
        seen.extend(ascend(guide, PathRequest(grey, TARGETS[:1]), step=SCALE.step, steps=4))
    assert [frame.step for frame in seen] == [0, 1, 2]
    assert all(bool(frame.logits.isfinite().all()) for frame in seen)


def test_an_infinite_gradient_is_an_error() -> None:
    with pytest.raises(NonFinite, match="gradient is not a number"):
        enhance(guide_of(Cusp(), classes=2), PathRequest(PICTURES[:1], TARGETS[:1]), epsilon=SCALE.default)


def state_of(network: nn.Module) -> list[object]:
    """Return everything about a network that an algorithm might leave changed."""
    hooks = [
        (len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks), len(m._backward_pre_hooks))
        for m in network.modules()
    ]
    parameters = [(p.requires_grad, p.grad is None, p.detach().clone().tolist()) for p in network.parameters()]
    buffers = [b.clone().tolist() for b in network.buffers()]
    return [hooks, parameters, buffers, [m.training for m in network.modules()], torch.is_grad_enabled()]


def test_a_run_changes_neither_network_nor_pictures() -> None:
    guide, given_pictures = guide_of(small_network()), PICTURES.clone()
    before = state_of(guide.network)
    enhance(guide, PathRequest(given_pictures, TARGETS), epsilon=SCALE.default)
    assert state_of(guide.network) == before
    assert torch.equal(given_pictures, PICTURES)
    assert not given_pictures.requires_grad


def test_a_failed_or_stopped_run_changes_nothing_either() -> None:
    guide = guide_of(small_network())
    before = state_of(guide.network)
    with pytest.raises(ObjectiveError, match="rival"):
        enhance(guide, PathRequest(PICTURES, TARGETS, LogitAgainstRivals((1,))), epsilon=SCALE.default)
    stopped = ascend(guide, PathRequest(PICTURES, TARGETS), step=SCALE.step, steps=8)
    next(stopped)
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]
    with torch.no_grad():
        guide.network.head.bias.fill_(float("nan"))  # type: ignore[union-attr,operator]
    broken = state_of(guide.network)
    with pytest.raises(NonFinite):
        enhance(guide, PathRequest(PICTURES, TARGETS), epsilon=SCALE.default)
    assert repr(state_of(guide.network)) == repr(broken)
    guide.network.load_state_dict(small_network().state_dict())
    assert state_of(guide.network) == before
