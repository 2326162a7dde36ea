from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lwise_core._utils.run_folder import RunFolder
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD, Normaliser
from lwise_core.training.attacks import Attack, Norm
from lwise_core.training.people_answers import PeopleAnswers, read_answers
from lwise_core.training.recipes import Recipe, RecipeError
from lwise_core.training.trainer import Trainer
from tests.conftest import tiny_network

CLASSES = ("cat", "dog", "frog")


def images_named(*names: str) -> LabelledImages:
    pixels = np.zeros((len(names), 8, 8, 3), np.uint8)
    targets = np.array([CLASSES.index(name.partition("/")[0]) for name in names])
    return LabelledImages(pixels, np.arange(len(names)), targets, names, CLASSES, "some")


def written(folder: Path, text: str) -> PeopleAnswers:
    file = folder / "answers.csv"
    file.write_text(text, encoding="utf-8")
    return read_answers(file)


def test_answers_are_learnt_in_the_order_of_the_guides_classes(tmp_path: Path) -> None:
    answers = written(tmp_path, "index,class,n_frog,n_cat,n_dog\n7,cat,1,3,0\n8,dog,0,0,2\n")
    learnt = answers.beside(images_named("cat/00007.jpg", "dog/8.png", "frog/9.png"), weight=0.5).learnt
    assert learnt is not None
    assert learnt.tolist() == [[0.875, 0, 0.125], [0, 1, 0], [0, 0, 1]]  # nobody was asked about the last one


def test_answers_by_the_name_of_a_file_and_with_classes_as_columns(tmp_path: Path) -> None:
    answers = written(tmp_path, "file,Cat,dog,frog\ncat/mine.jpg,0,1,1\ncat/empty.jpg,0,0,0\n")
    learnt = answers.beside(images_named("cat/mine.jpg", "cat/empty.jpg"), weight=1).learnt
    assert learnt is not None
    assert learnt.tolist() == [[0, 0.5, 0.5], [1, 0, 0]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,cat,dog,frog\na,1,0,0\n", "needs a column file or index"),
        ("index,class\n1,cat\n", "a column of counts for each class"),
        ("index,n_cat,n_dog,n_frog\n1,many,0,0\n", "no number of answers, in the row of 1"),
        ("index,n_cat,n_dog,n_frog\n1,-1,0,2\n", "no number of answers"),
        ("index,n_cat,n_dog,n_frog\n1,nan,0,2\n", "no number of answers"),
        ("index,n_cat,n_dog\n1,1,0\n", "about other classes: “frog”"),
        ("index,n_cat,n_dog,n_frog\n99,1,0,0\n", "name none of the images"),
    ],
)
def test_answers_that_cannot_be_used_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        written(tmp_path, text).beside(images_named("cat/1.jpg", "dog/2.jpg"), weight=0.5)


@pytest.mark.parametrize("weight", [0.0, -0.1, 1.1, float("nan")])
def test_the_weight_of_answers_is_a_share(tmp_path: Path, weight: float) -> None:
    answers = written(tmp_path, "index,n_cat,n_dog,n_frog\n1,1,0,0\n")
    with pytest.raises(RecipeError, match="weight"):
        answers.beside(images_named("cat/1.jpg"), weight=weight)


@given(counts=st.lists(st.integers(0, 9), min_size=3, max_size=3), weight=st.floats(0.01, 1))
def test_what_is_learnt_of_an_image_sums_to_one(counts: list[int], weight: float) -> None:
    asked = {"1": np.array(counts, dtype=np.float64)} if sum(counts) else {}
    images = images_named("dog/1.jpg", "cat/2.jpg")
    learnt = PeopleAnswers(asked | {"2": np.ones(3)}, CLASSES, "hash").beside(images, weight=weight).learnt
    assert learnt is not None
    assert np.allclose(learnt.sum(axis=1), 1)
    assert (learnt >= 0).all()
    assert learnt[0, 1] >= 1 - weight - 1e-6


def test_what_is_learnt_goes_with_its_image_and_into_the_hash(tmp_path: Path) -> None:
    answers = written(tmp_path, "index,n_cat,n_dog,n_frog\n1,1,1,0\n2,0,1,1\n")
    images = images_named("cat/1.jpg", "dog/2.jpg", "frog/3.jpg")
    whole = answers.beside(images, weight=0.5)
    part = whole.take([1])
    assert part.learnt is not None
    assert part.learnt.tolist() == [[0, 0.75, 0.25]]
    assert len({images.sha256, whole.sha256, answers.beside(images, weight=0.25).sha256}) == 3


def test_a_network_learns_what_people_answer(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)
    names = tuple(f"cat/{i}.png" for i in range(40))
    images = LabelledImages(pixels, np.arange(40), np.zeros(40, np.int64), names, CLASSES, "noise")
    people = PeopleAnswers({str(i): np.array([1.0, 3, 0]) for i in range(40)}, CLASSES, "answers")
    recipe = Recipe(
        attack=Attack(Norm.L2, 0, steps=0, step=0), epochs=12, batch=10, peak_lr=0.1, ema=0, label_smoothing=0, seed=1
    )
    recipe = replace(recipe, validation=4, bf16=False)
    trainer = Trainer(
        tiny_network(classes=3),
        Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD),
        recipe,
        people.beside(images, weight=1),
        RunFolder(tmp_path),
        torch.device("cpu"),
    )
    for _ in trainer.run():
        pass
    with torch.no_grad():
        seen = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
        said = F.softmax(trainer.averaged(trainer.normaliser(seen)), dim=1).mean(dim=0)
    assert said[1] > said[0] > said[2]  # their answers, though each image is filed as a cat
