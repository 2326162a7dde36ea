"""What a tuning is asked, what its card says, and the pace that its time follows from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lwise_core.guides import catalog
from lwise_core.guides.guide import Domain
from lwise_core.training.nearest_guide import search_guides
from lwise_core.training.tuning_request import TuningRequest, seconds_a_pass
from tests.support.tuning import SMALL, request_for, toys_and_guide


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TuningRequest:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    return request_for(toys_and_guide(tmp_path))


def test_another_question_has_another_key(asked: TuningRequest) -> None:
    others = [
        replace(asked, name="other"),
        replace(asked, guide="other"),
        replace(asked, domain=Domain.MEDICAL),
        replace(asked, recipe=replace(SMALL, any_way_up=True)),
        replace(asked, pictures=replace(asked.pictures, labels=("left",) * 40)),
    ]
    assert len({q.key() for q in (asked, *others)}) == 6


def test_the_card_says_on_how_many_pictures_of_whose_it_was_tuned(asked: TuningRequest) -> None:
    about = asked.about(1234)
    assert about.data == "Tuned by you on 1,234 pictures of 2 classes, the folder “toys”."
    assert (about.name, about.tuned_on, about.domain) == ("toys", 1234, Domain.NATURAL)
    assert asked.command() == "python -m lwise_core tune toys --name toys --from pets --domain natural"
    turned = replace(asked, recipe=replace(SMALL, any_way_up=True))
    assert turned.command().endswith(" --any-way-up")


def test_the_time_follows_from_the_pace_of_one_batch(asked: TuningRequest) -> None:
    assert asked.seconds(0.5) == SMALL.passes(40) * 0.5
    sample = list(search_guides(asked.pictures, ()))[-1].sample
    assert sample is not None
    before = catalog.load("pets").network.state_dict()
    assert seconds_a_pass(asked, sample) > 0
    assert all((after == before[k]).all() for k, after in catalog.load("pets").network.state_dict().items())
