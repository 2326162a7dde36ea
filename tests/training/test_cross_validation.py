"""Folds: every image is left out once, and what is said of all folds is that of all images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides.guide import GuideModel
from lwise_core.training.attacks import Attack, Norm
from lwise_core.training.cross_validation import Fold, groups_in, judge_folds, kept_verdicts, pooled_figures
from lwise_core.training.evaluation import Evaluation
from lwise_core.training.recipes import RecipeError

CLASSES = ("a", "b", "c", "d", "e")
ATTACK = Attack(Norm.L2, 0.25, steps=1, step=0.25)


def images(count: int, *, size: int = 16) -> LabelledImages:
    pixels = np.random.default_rng(0).integers(0, 256, (count, size, size, 3)).astype(np.uint8)
    rows = np.arange(count)
    names = tuple(f"{CLASSES[i % 5]}/{i:03d}.png" for i in range(count))
    return LabelledImages(pixels, rows, rows % 5, names, CLASSES, "sha")


@given(count=st.integers(5, 40), of=st.integers(2, 5))
def test_every_image_is_left_out_once_and_learnt_by_all_other_folds(count: int, of: int) -> None:
    everything = images(count, size=1)
    left_out = [name for number in range(of) for name in Fold(number, of).left_out(everything).names]
    assert sorted(left_out) == sorted(everything.names)
    for number in range(of):
        fold = Fold(number, of)
        out, learnt = fold.left_out(everything), fold.training(everything)
        assert set(out.names) | set(learnt.names) == set(everything.names)
        assert not set(out.names) & set(learnt.names)
        assert abs(len(out) - count / of) < 1
        assert out.names[0] == everything.names[number]


@given(count=st.integers(6, 40), of=st.integers(2, 4), seed=st.integers(0, 99))
def test_what_is_one_group_is_left_out_together(count: int, of: int, seed: int) -> None:
    everything = images(count, size=1)
    groups = tuple(str(g) for g in np.random.default_rng(seed).integers(0, 6, count))
    folds = [Fold(number, of, groups) for number in range(of)]
    left_out = [name for fold in folds for name in fold.left_out(everything).names]
    assert sorted(left_out) == sorted(everything.names)
    group = dict(zip(everything.names, groups, strict=True))
    for fold in folds:
        out, learnt = fold.left_out(everything), fold.training(everything)
        assert not {group[n] for n in out.names} & {group[n] for n in learnt.names}
        assert set(out.names) | set(learnt.names) == set(everything.names)
    assert len({fold.training(everything).sha256 for fold in folds}) == of


def test_groups_are_read_by_the_names_of_the_images(tmp_path: Path) -> None:
    some, file = images(4, size=1), tmp_path / "groups.csv"
    file.write_text("file,group\n" + "".join(f"{name},{name[0] in 'ab'}\n" for name in reversed(some.names)))
    assert groups_in(file, some) == ("True", "True", "False", "False")
    with pytest.raises(RecipeError, match=r"names no group for 1 images, such as “e/004.png”"):
        groups_in(file, images(5, size=1))
    file.write_text("file;group\n")
    with pytest.raises(RecipeError, match="needs the columns file and group"):
        groups_in(file, some)


def test_folds_lie_beside_their_run() -> None:
    folders = [Fold(number, 3).folder(RunFolder(Path("runs/moths"))).path for number in range(3)]
    assert folders == [Path(f"runs/moths-fold-{number}") for number in range(3)]


def test_what_a_fold_said_is_kept_as_it_was(tiny_guide: GuideModel, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert kept_verdicts(folder) is None
    said = judge_folds(folder, tiny_guide, images(10), ATTACK, attacked=2)
    kept = kept_verdicts(folder)
    assert kept is not None
    assert torch.equal(kept.logits, said.logits)
    assert torch.equal(kept.targets, torch.arange(10) % 5)
    assert kept.held.keys() == said.held.keys()
    for name, held in said.held.items():
        assert kept.held[name].dtype is torch.bool
        assert torch.equal(kept.held[name], held)
        assert len(held) == 2
    assert {"l2_0.25", "l2_0.5"} <= said.held.keys()


def verdicts(count: int, *, seed: int) -> Evaluation:
    random = torch.Generator().manual_seed(seed)
    logits = torch.randn((count, 5), generator=random)
    return Evaluation(logits, torch.arange(count) % 5, {"l2_0.5": torch.rand(count, generator=random) > 0.5})


@pytest.mark.parametrize("sizes", [(5, 5), (6, 5, 5)])
def test_the_card_s_figures_are_those_of_all_images_together(sizes: tuple[int, ...]) -> None:
    parts = [verdicts(count, seed=i) for i, count in enumerate(sizes)]
    pooled = Evaluation.pooled(parts)
    figures = pooled_figures(parts, CLASSES)
    for key, value in pooled.figures(CLASSES).items():
        assert figures.measured[key] == value
    assert figures.measured["test_images"] == sum(sizes)
    assert f"one of {len(sizes)} guides" in str(figures.measured["on"])
    assert figures.references.source == figures.measured["on"]
    assert sum(figures.references.count(name) for name in CLASSES) == sum(sizes)


def test_it_is_said_that_the_figures_are_of_other_guides() -> None:
    figures = pooled_figures([verdicts(5, seed=0), verdicts(5, seed=1)], CLASSES)
    assert "not this one, which was trained on everything" in str(figures.measured["of"])
    assert "the 2 guides' stored weights" in str(figures.measured["attack"])
