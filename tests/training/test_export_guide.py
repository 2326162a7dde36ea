from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.guides.checkpoints import read_weights
from lwise_core.training.export_guide import HeldOut, stored
from lwise_core.training.recipes import RecipeError
from lwise_core.training.trainer import pixels_of
from tests.conftest import tiny_network
from tests.support.toys import toy_folder


@pytest.fixture
def toys(tmp_path: Path) -> LabelledImages:
    """Two pictures of each class: bottom/000, bottom/001, left/000, left/001, top/000, top/001."""
    return read_images(toy_folder(tmp_path / "toys", per_class=2), split="", size=16, cache=tmp_path / "cache")


def held(*, by_name: bool) -> HeldOut:
    return HeldOut(Path("toys.tar"), "test", by_name, slice(0, None, 3), slice(1, None, 3), attacked=10)


def test_references_and_measured_images_are_the_slices_by_path(toys: LabelledImages) -> None:
    parts = held(by_name=False).of(toys)
    assert torch.equal(parts.references.images, pixels_of(toys, torch.tensor([0, 3])))
    assert parts.references.targets.tolist() == [0, 1]
    assert parts.measured.targets.tolist() == [0, 2]
    assert parts.described_references.startswith(
        "images 0, 3, 6, … (counted from 0) of “test” in toys.tar, sorted by p"
    )
    assert parts.described_measured.startswith("images 1, 4, 7, …")


def test_sorted_by_name_the_folders_of_the_classes_do_not_count(toys: LabelledImages) -> None:
    parts = held(by_name=True).of(toys)
    assert torch.equal(parts.references.images, pixels_of(toys, torch.tensor([0, 1])))
    assert parts.measured.targets.tolist() == [1, 1]


def test_without_a_choice_every_image_that_is_not_measured_gives_a_reference(toys: LabelledImages) -> None:
    parts = replace(held(by_name=False), references=None).of(toys)
    measured = set(range(1, len(toys), 3))
    others = [i for i in range(len(toys)) if i not in measured]
    assert torch.equal(parts.references.images, pixels_of(toys, torch.tensor(others)))
    assert "not measured on" in parts.described_references


def test_where_everything_is_measured_on_there_is_no_reference_and_it_is_said(toys: LabelledImages) -> None:
    parts = replace(held(by_name=False), references=None, measured=slice(0, None, 1)).of(toys)
    assert len(parts.references) == 0
    assert parts.described_references.startswith("none")


def test_a_part_without_an_image_is_refused(toys: LabelledImages) -> None:
    with pytest.raises(RecipeError, match=r"“test” in toys.tar has 6 images, and none .* to measure on"):
        replace(held(by_name=False), measured=slice(6, None, 2)).of(toys)
    with pytest.raises(RecipeError, match="to give references; choose others"):
        replace(held(by_name=False), references=slice(6, None, 2)).of(toys)


def test_images_that_give_references_and_are_measured_on_are_said(toys: LabelledImages) -> None:
    assert "too" not in held(by_name=False).of(toys).described_measured
    parts = replace(held(by_name=False), references=slice(1, None, 3)).of(toys)
    assert parts.described_measured.endswith("; 2 of them give references too")


def test_without_a_choice_every_image_that_gives_no_reference_is_measured(toys: LabelledImages) -> None:
    parts = replace(held(by_name=False), measured=None).of(toys)
    references = range(0, len(toys), 3)
    others = [i for i in range(len(toys)) if i not in references]
    assert torch.equal(parts.references.images, pixels_of(toys, torch.tensor(list(references))))
    assert torch.equal(parts.measured.images, pixels_of(toys, torch.tensor(others)))
    assert parts.described_measured.startswith("all images of “test” in toys.tar that give no references")


def test_other_images_give_references_beside_those_of_a_part(toys: LabelledImages) -> None:
    parts = held(by_name=False).of(toys)
    more = parts.with_more_references(parts.measured, described="two more")
    assert torch.equal(more.references.images, torch.cat([parts.references.images, parts.measured.images]))
    assert more.references.targets.tolist() == [*parts.references.targets.tolist(), *parts.measured.targets.tolist()]
    assert more.described_references == f"two more and {parts.described_references}"
    assert (more.measured, more.described_measured) == (parts.measured, parts.described_measured)


def test_the_stored_file_holds_the_weights_rounded_to_halves(tmp_path: Path) -> None:
    network = tiny_network()
    (tmp_path / "model.safetensors").write_bytes(stored(network))
    read = read_weights(tmp_path / "model.safetensors").state
    own = {k: v for k, v in network.state_dict().items() if v.is_floating_point()}
    assert read.keys() == own.keys()
    assert all(torch.equal(read[k], v.half().float()) for k, v in own.items())
