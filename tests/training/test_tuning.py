"""Tuning: a guide of the catalogue at the end, the same after a stop, and nothing else left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise, takewhile
from pathlib import Path

import numpy as np
import pytest

from lwise_core._utils.run_folder import RunRefused
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides import catalog
from lwise_core.guides.learnt_hashes import LEARNT_FILE, as_file
from lwise_core.guides.model_card import Card
from lwise_core.images.codec import encode_png
from lwise_core.training.own_pictures import OwnPictures
from lwise_core.training.tuning import TuningProgress, tune
from lwise_core.training.tuning_store import TuningStore
from tests.support.toys import toy_folder
from tests.support.tuning import SMALL, request_for, toys_and_guide

MANY = replace(SMALL, few=10)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tuning")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LWISE_HOME", str(folder / "home"))
        yield folder


@pytest.fixture(scope="module")
def toys(root: Path) -> OwnPictures:
    return toys_and_guide(root)


@pytest.fixture(scope="module")
def told(toys: OwnPictures) -> list[TuningProgress]:
    """What was told while the guide “toys” was tuned."""
    return list(tune(request_for(toys), store()))


def store() -> TuningStore:
    return TuningStore(catalog.here())


def card_of(name: str) -> Card:
    (card,) = (e.card for e in catalog.entries() if e.name == name and e.card is not None)
    return card


def test_a_guide_is_in_the_catalogue_with_figures_of_what_it_never_saw(told: list[TuningProgress]) -> None:
    guide = catalog.load("toys")
    assert (guide.classes, guide.input_size) == (("left", "top"), 16)
    assert {c: guide.references.count(c) for c in guide.classes} == {"left": 20, "top": 20}
    card = card_of("toys")
    assert (card.tuned_on, card.measured["test_images"]) == (40, 40)
    assert card.data == "Tuned by you on 40 pictures of 2 classes, the folder “toys”."
    assert "40 of the 40 pictures of “toys”, out of fold: each was seen by one of 2 guides" in str(card.measured["on"])
    assert "what “pets” had learnt is not known picture by picture" in str(card.measured["on"])
    assert "Fewer than 30 references, which a difficulty needs, have: left 20, top 20." in card.limits
    assert list(card.measured["accuracy_under_20_step_attack"]) == ["l2_0.2143"]  # type: ignore[arg-type]
    assert told[-1].guide == "toys"
    assert "toys" not in store().begun()


def test_the_progress_rises_to_its_end(told: list[TuningProgress]) -> None:
    assert (told[-1].share, told[-1].seconds_left) == (1.0, 0.0)
    assert all(before.share <= after.share + 1e-9 for before, after in pairwise(told))
    assert {"Reading: picture 1 of 40", "Judge 2 of 2: learning, epoch 2 of 2"} <= {p.what for p in told}
    assert told[0].seconds_left is None
    assert told[-2].seconds_left == pytest.approx(0.0)


def test_what_was_stopped_goes_on_and_gives_the_same_guide(toys: OwnPictures, told: list[TuningProgress]) -> None:
    stopped = tune(request_for(toys, name="again"), store())
    before = list(takewhile(lambda p: p.what != "Judge 2 of 2: learning, epoch 2 of 2", stopped))
    stopped.close()
    assert "again" in store().begun()
    after = list(tune(request_for(toys, name="again"), store()))
    assert after[0].what == "Judge 1 of 2: done before"
    assert len(after) < len(told) - len(before) + 5
    assert card_of("again").weights.sha256 == card_of("toys").weights.sha256
    assert card_of("again").measured == card_of("toys").measured


def test_of_many_pictures_a_part_is_held_out(toys: OwnPictures) -> None:
    told = list(tune(request_for(toys, recipe=MANY, name="many"), store()))
    assert not any("Judge" in p.what for p in told)
    card = card_of("many")
    assert card.tuned_on == 32
    assert card.measured["test_images"] == 8
    assert "8 of the 40 pictures of “toys”, which were held out" in str(card.measured["on"])


def test_what_the_first_guide_had_learnt_judges_nothing(
    toys: OwnPictures, root: Path, told: list[TuningProgress]
) -> None:
    request = replace(request_for(toys, name="second"), guide=told[-1].guide)
    with pytest.raises(RunRefused, match="Nearly all pictures of “left” are ones that the guide “toys” had learnt"):
        list(tune(request, store()))
    models = root / "home" / "models"
    some = models / "pets" / LEARNT_FILE
    some.write_bytes(as_file(np.load(models / "toys" / LEARNT_FILE)[:15]))
    list(tune(request_for(toys, name="third", recipe=MANY), store()))
    some.unlink()
    card = card_of("third")
    known = 8 - int(str(card.measured["test_images"]))
    assert 0 < known < 8
    assert f"{known} pictures did not judge, as nearly the same as what “pets” had learnt" in str(card.measured["on"])


def test_pictures_that_are_all_alike_are_refused_before_anything_is_learnt(toys: OwnPictures, root: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    for number, name in enumerate(("left", "top")):
        (root / "alike" / name).mkdir(parents=True)
        pixels[0, 0] = number
        for i in range(20):
            (root / "alike" / name / f"{i}.png").write_bytes(encode_png(pixels))
    alike = OwnPictures.of(picture_set(str(root / "alike")))
    with pytest.raises(RunRefused, match="So many pictures are nearly the same as another one"):
        list(tune(request_for(alike, name="alike"), store()))
    assert len(toys) == 40


def test_another_tuning_under_the_same_name_is_refused_until_the_first_is_taken_away(
    toys: OwnPictures, root: Path
) -> None:
    begun = tune(request_for(toys, name="one"), store())
    list(islice(begun, 42))
    with pytest.raises(RunRefused, match="A run is at work"):
        next(tune(request_for(toys, name="one"), store()))
    with pytest.raises(RunRefused, match="A run is at work"):
        store().remove("one")
    begun.close()
    other = request_for(toys, name="one", recipe=replace(SMALL, epochs=3))
    with pytest.raises(RunRefused, match="Another tuning was begun under the name “one”"):
        list(islice(tune(other, store()), 42))
    store().remove("one")
    assert not (root / "home" / "tuning" / "one").exists()
    assert len(list(islice(tune(other, store()), 42))) == 42


def test_too_few_pictures_and_a_taken_name_are_refused_before_anything_is_written(
    toys: OwnPictures, root: Path
) -> None:
    with pytest.raises(RunRefused, match="There is already a guide “Pets”"):
        next(tune(request_for(toys, name="Pets"), store()))
    few = OwnPictures.of(picture_set(str(toy_folder(root / "few", per_class=18))))
    with pytest.raises(DatasetError, match="missing are: “bottom” 2, “left” 2, “top” 2"):
        next(tune(request_for(few, name="few"), store()))
    assert not {"Pets", "few"} & set(store().begun())
