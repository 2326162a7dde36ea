from __future__ import annotations

import copy
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.run_folder import RunFolder, RunRefused
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD, Normaliser
from lwise_core.training import trainer as training
from lwise_core.training.attacks import Attack, Norm, perturbed
from lwise_core.training.recipes import (
    LearningRateSchedule,
    Recipe,
    Trained,
)
from lwise_core.training.trainer import (
    Epoch,
    Trainer,
    advice,
    average,
    batch_rows,
    freeze,
    grown,
    rate_share,
    size_at,
    train_mode,
    validation_attack,
    warmed_up,
    watched,
)
from tests.conftest import tiny_network
from tests.support.toys import toy_folder

ROOT = Path(__file__).resolve().parents[2]
TOY = Recipe(
    attack=Attack(Norm.L2, 0.25, steps=1, step=0.25), epochs=3, batch=8, peak_lr=0.1, ema=0.8, validation=12, seed=3
)


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> LabelledImages:
    folder = tmp_path_factory.mktemp("toys")
    return read_images(toy_folder(folder / "data"), split="", size=16, cache=folder / "cache")


def trainer_on(images: LabelledImages, folder: Path, recipe: Recipe = TOY) -> Trainer:
    folder.mkdir(exist_ok=True)
    network = tiny_network(classes=len(images.classes))
    normaliser = Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD)
    return Trainer(network, normaliser, recipe, images, RunFolder(folder), torch.device("cpu"))


def weights_of(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in trainer.averaged.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def finished(trainer: Trainer) -> dict[str, torch.Tensor]:
    for _ in trainer.run():
        pass
    return weights_of(trainer)


@pytest.fixture(scope="module")
def uninterrupted(toys: LabelledImages, tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    return finished(trainer_on(toys, tmp_path_factory.mktemp("whole")))


def test_a_network_learns_to_withstand_the_attack(toys: LabelledImages, tmp_path: Path) -> None:
    trainer = trainer_on(toys, tmp_path, replace(TOY, epochs=8))
    progress = list(trainer.run())
    assert [e.number for e in trainer.epochs] == list(range(1, 9))
    assert trainer.epochs[-1].loss < trainer.epochs[0].loss
    assert trainer.epochs[-1].clean_accuracy >= 0.9
    assert trainer.epochs[-1].robust_accuracy >= 0.8
    assert progress[-1].done == 1
    assert progress[-1].seconds_left == 0


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    toys: LabelledImages, tmp_path: Path, uninterrupted: dict[str, torch.Tensor]
) -> None:
    assert same(finished(trainer_on(toys, tmp_path / "a")), uninterrupted)
    assert not same(finished(trainer_on(toys, tmp_path / "b", replace(TOY, seed=4))), uninterrupted)


def test_a_run_that_is_stopped_goes_on_after_its_last_epoch(
    toys: LabelledImages, tmp_path: Path, uninterrupted: dict[str, torch.Tensor]
) -> None:
    first = trainer_on(toys, tmp_path)
    next(iter(first.run()))
    assert len(first.epochs) == 1
    second = trainer_on(toys, tmp_path)
    assert same(finished(second), uninterrupted)
    assert len(second.epochs) == 3


KILLED = """
    import os, signal, sys
    from pathlib import Path
    import tests.training.test_trainer as t
    from lwise_core.data.training_images import read_images

    torch_threads = t.torch.set_num_threads(1)
    data, run = Path(sys.argv[1]), Path(sys.argv[2])
    trainer = t.trainer_on(read_images(data, split="", size=16, cache=data.parent / "cache"), run)
    step, taken = trainer._step, 0

    def counted(*arguments, **options):
        global taken
        taken += 1
        if taken == 9:  # six batches an epoch: in the middle of the second
            print("in mid-epoch", flush=True)
            signal.pause()
        return step(*arguments, **options)

    trainer._step = counted
    for _ in trainer.run():
        pass
"""


def test_a_process_killed_in_mid_epoch_loses_nothing_but_that_epoch(
    tmp_path: Path, uninterrupted: dict[str, torch.Tensor]
) -> None:
    data = toy_folder(tmp_path / "data")
    process = subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", textwrap.dedent(KILLED), str(data), str(tmp_path / "run")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"in mid-epoch\n"
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    toys = read_images(data, split="", size=16, cache=tmp_path / "cache")
    resumed = trainer_on(toys, tmp_path / "run")
    assert len(resumed.folder.load()["epochs"]) == 1  # type: ignore[index, arg-type]
    assert same(finished(resumed), uninterrupted)


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_epoch_before(
    toys: LabelledImages, tmp_path: Path
) -> None:
    next(iter(trainer_on(toys, tmp_path).run()))
    resumed = trainer_on(toys, tmp_path, replace(TOY, peak_lr=1e30))
    with pytest.raises(RunRefused, match=r"no longer a number in epoch 2, so the run stopped; epoch 1 is kept"):
        list(resumed.run())
    kept = RunFolder(tmp_path).load()
    assert kept is not None
    assert all(bool(torch.isfinite(v).all()) for v in kept["averaged"].values())  # type: ignore[attr-defined]


def test_a_batch_larger_than_the_data_is_refused(toys: LabelledImages, tmp_path: Path) -> None:
    with pytest.raises(RunRefused, match="make the batch smaller"):
        trainer_on(toys, tmp_path, replace(TOY, batch=64))


def test_images_that_watch_the_run_are_not_trained_on(toys: LabelledImages, tmp_path: Path) -> None:
    trainer = trainer_on(toys, tmp_path)
    assert trainer.watched == 12
    assert not set(trainer._training.names) & set(trainer._validation.names)
    assert len(trainer._training) + trainer.watched == len(toys)
    assert len(np.unique(trainer._validation.targets)) == 3


@given(count=st.integers(5, 500), wanted=st.integers(1, 600))
def test_the_images_set_aside_are_distinct_and_at_most_a_fifth(count: int, wanted: int) -> None:
    positions = watched(count, wanted)
    assert len(set(positions.tolist())) == len(positions) == min(wanted, count // 5)
    assert 0 <= positions.min() <= positions.max() < count


@given(count=st.integers(8, 200), shown=st.just(0) | st.integers(8, 100), seed=st.integers(0, 9))
def test_an_epoch_shows_no_image_twice_in_whole_batches(count: int, shown: int, seed: int) -> None:
    recipe = replace(TOY, images_per_epoch=shown)
    rows = batch_rows(np.zeros(count, dtype=np.int64), recipe, torch.Generator().manual_seed(seed))
    flat = [int(r) for batch in rows for r in batch]
    assert all(len(batch) == recipe.batch for batch in rows)
    assert len(set(flat)) == len(flat) == min(count, shown or count) // recipe.batch * recipe.batch


def test_balancing_draws_a_rare_class_as_often_as_a_common_one() -> None:
    targets = np.array([0] * 900 + [1] * 100, dtype=np.int64)
    rows = torch.cat(batch_rows(targets, replace(TOY, balanced=True), torch.Generator().manual_seed(0)))
    assert 0.45 < float(torch.from_numpy(targets)[rows].float().mean()) < 0.55


@pytest.mark.parametrize(("first", "sizes"), [(0, [128] * 4), (64, [64, 96, 128, 128]), (48, [48, 80, 128, 128])])
def test_a_size_that_grows_takes_a_third_of_the_run_for_each_step(first: int, sizes: list[int]) -> None:
    assert [size_at(first, 128, done=d) for d in (0.0, 0.34, 0.67, 0.999)] == sizes


def test_small_images_are_attacked_as_much_a_pixel_as_large_ones(
    toys: LabelledImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int, float]] = []

    def watched_attack(
        forward: object, images: torch.Tensor, *rest: object, attack: Attack, **options: object
    ) -> object:
        seen.append((len(images), images.shape[-1], attack.epsilon))
        return perturbed(forward, images, *rest, attack=attack, **options)  # type: ignore[arg-type]

    large = replace(toys, pixels=np.repeat(np.repeat(toys.pixels, 2, axis=1), 2, axis=2))
    monkeypatch.setattr(training, "perturbed", watched_attack)
    trainer = trainer_on(large, tmp_path, replace(TOY, first_size=16, unattacked=0.25))
    monkeypatch.setattr(trainer, "_validate", lambda: (0.0, 0.0))
    finished(trainer)
    assert seen == [(6, 16, 0.125)] * 12 + [(6, 32, 0.25)] * 6


def test_an_attack_that_grows_begins_at_nothing_and_reaches_its_size() -> None:
    assert [grown(0.5, done=d) for d in (0.0, 0.25, 0.5, 0.9)] == [0.0, 0.5, 1.0, 1.0]
    assert grown(0.0, done=0.0) == 1.0
    half = TOY.attack.scaled(0.5)
    assert (half.epsilon, half.step, half.steps) == (TOY.attack.epsilon / 2, TOY.attack.step / 2, TOY.attack.steps)


def test_training_sees_the_attack_grow(toys: LabelledImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    radii: list[float] = []

    def watched_attack(*args: object, attack: Attack, **options: object) -> torch.Tensor:
        radii.append(attack.epsilon)
        return perturbed(*args, attack=attack, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "perturbed", watched_attack)
    finished(trainer_on(toys, tmp_path, replace(TOY, attack_warm_up=0.5)))
    assert radii[0] == 0
    assert max(radii) == TOY.attack.epsilon


def test_one_cycle_rises_and_falls_and_steps_are_tenths() -> None:
    rates = [rate_share(LearningRateSchedule.ONE_CYCLE, done=d / 100, epoch=0) for d in range(100)]
    assert max(rates) == rates[20] == 1
    assert rates[:21] == sorted(rates[:21])
    assert rates[20:] == sorted(rates[20:], reverse=True)
    assert min(rates) > 0
    assert [rate_share(LearningRateSchedule.STEP, done=0.5, epoch=e) for e in (0, 49, 50, 100)] == pytest.approx(
        [1, 1, 0.1, 0.01]
    )


def test_freezing_leaves_only_what_is_asked_for() -> None:
    network = tiny_network()
    freeze(network, replace(TOY, trained=Trained.LAST))
    assert {n for n, p in network.named_parameters() if p.requires_grad} == {"head.weight", "head.bias"}
    freeze(network, replace(TOY, trained=Trained.AFTER, frozen_convolutions=2))
    frozen = {n for n, p in network.named_parameters() if not p.requires_grad}
    assert {n.rsplit(".", 2)[0] for n in frozen} == {"stem", "stages.0.reduce"}
    freeze(network, TOY)
    assert all(p.requires_grad for p in network.parameters())
    with pytest.raises(RunRefused, match="has 10 convolutions"):
        freeze(network, replace(TOY, trained=Trained.AFTER, frozen_convolutions=11))


@pytest.mark.parametrize("trained", [Trained.LAST, Trained.AFTER])
def test_frozen_layers_do_not_change_at_all(toys: LabelledImages, tmp_path: Path, trained: Trained) -> None:
    frozen = 1 if trained is Trained.AFTER else 0
    trainer = trainer_on(toys, tmp_path, replace(TOY, epochs=1, trained=trained, frozen_convolutions=frozen, ema=0.0))
    before = copy.deepcopy(trainer.network.state_dict())
    after = finished(trainer)
    changed = {k for k in before if not torch.allclose(before[k].float(), after[k].float(), rtol=1e-6, atol=1e-7)}
    assert "head.weight" in changed
    assert not any(k.startswith("stem") for k in changed)
    if trained is Trained.LAST:
        assert changed == {"head.weight", "head.bias"}


def test_a_short_run_is_not_held_back_by_where_it_began() -> None:
    left = 1.0  # what remains of the weights at the beginning
    for steps in range(300):
        left *= warmed_up(0.998, steps=steps)
    assert left < 1e-6
    assert warmed_up(0.998, steps=100_000) == 0.998
    assert warmed_up(0.0, steps=0) == 0.0


def test_the_average_moves_by_what_its_decay_says() -> None:
    network, averaged = tiny_network(), tiny_network()
    with torch.no_grad():
        network.head.bias.add_(1)
    before = averaged.head.bias.clone()
    average(averaged, network, decay=0.75)
    assert torch.allclose(averaged.head.bias, before + 0.25)
    average(averaged, network, decay=0.0)
    assert same(averaged.state_dict(), network.state_dict())


def test_training_mode_spares_frozen_normalisation() -> None:
    network = CompactResNet(width=4, num_classes=3, stem_stride=1)
    network.stem.requires_grad_(False)
    train_mode(network)
    assert not network.stem.norm.training
    assert network.head.training


def test_a_run_is_watched_with_at_least_four_steps() -> None:
    watch = validation_attack(Attack(Norm.L2, 0.5, steps=1, step=0.5))
    assert (watch.epsilon, watch.steps, watch.step) == (0.5, 4, 0.25)
    long = Attack(Norm.LINF, 0.1, steps=10, step=0.06)
    assert validation_attack(long) == long
    none = Attack(Norm.L2, 0.0, steps=0, step=0.0)
    assert validation_attack(none) == none


def epoch(number: int, *, loss: float = 1.0, training: float = 0.5, clean: float = 0.6, robust: float = 0.5) -> Epoch:
    return Epoch(number, loss, training, clean, robust, seconds=1.0)


def test_advice_names_what_goes_wrong_and_is_silent_when_nothing_does() -> None:
    assert advice((epoch(1, loss=2.0), epoch(2, loss=1.5), epoch(3, loss=1.2)), classes=10) == ()
    (stuck,) = advice(tuple(epoch(i, loss=2.3, training=0.1, robust=0.1) for i in (1, 2, 3)), classes=10)
    assert "does not fall" in stuck
    (evading,) = advice((epoch(1, robust=0.4), epoch(2, clean=0.8, robust=0.05, training=0.2)), classes=10)
    assert "collapses while clean accuracy rises" in evading
    (by_heart,) = advice((epoch(1, training=0.9, robust=0.5),), classes=10)
    assert "by heart" in by_heart
