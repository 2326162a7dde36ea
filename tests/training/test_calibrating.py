"""Calibrating: stored at the end, resumed after a stop, and the same whatever happened between."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.calibration_store import CalibrationStore
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.guides.own_limits import OwnLimits
from lwise_core.training import calibrating
from lwise_core.training.calibrating import CalibrationRequest, Phase, attack_epsilon, calibrate
from lwise_core.training.calibration_batches import CalibrationPace, KeptBatches
from lwise_core.training.calibration_extras import Ability, Extra, ExtraPictures, Reads, looks_of
from lwise_core.training.calibration_pictures import Division, LabelledPictures
from tests.guides.test_calibration_store import familiarity, nulls
from tests.support.calibrations import labelled_folder


@pytest.fixture
def request_of_forty(tmp_path: Path) -> CalibrationRequest:
    root = labelled_folder(tmp_path / "pond", {"a": 20, "b": 20})
    pictures = LabelledPictures.of(picture_set(str(root)), FolderLabels(tuple("abcde")))
    return CalibrationRequest(pictures, attacked=4)


@pytest.fixture
def store(tmp_path: Path) -> CalibrationStore:
    return CalibrationStore(tmp_path / "calibrations")


def no_limits(_guide: GuideModel, _found: ExtraPictures, _kept: KeptBatches, _source: str) -> Reads[Ability]:
    yield from ()
    return Ability("There are none.")


def forty_paths(guide: GuideModel, found: ExtraPictures, _kept: KeptBatches, source: str) -> Reads[Ability]:
    for _ in found.places:
        yield 0, 0.0
        yield 1, 0.5
    return Ability("Found.", limits=OwnLimits(guide.provenance.sha256, guide.input_size, {"HF": 0.2}, 40, source))


def test_limits_that_were_found_are_kept_and_laid_over_the_guide(
    tiny_guide: GuideModel, request_of_forty: CalibrationRequest, store: CalibrationStore
) -> None:
    asked = replace(request_of_forty, extras=frozenset({Extra.ARTEFACTS}), division=Division(0), attacked=0)
    told = list(calibrate(tiny_guide, asked, store, limits_from=forty_paths))
    assert str(told[-1]) == "40 of 40 pictures enhanced to find the limits of artefacts"
    assert all(before.share <= after.share for before, after in pairwise(told))
    assert told[-1].calibration is not None
    assert told[-1].calibration.abilities == ("Found.",)
    own = store.laid_over(tiny_guide).artefact_limits
    assert own is not None
    assert (own.values, own.basis) == ({"HF": 0.2}, f"“pond” on {told[-1].calibration.date}")


def test_limits_that_nothing_finds_are_refused(
    tiny_guide: GuideModel, request_of_forty: CalibrationRequest, store: CalibrationStore
) -> None:
    asked = replace(request_of_forty, extras=frozenset({Extra.ARTEFACTS}))
    with pytest.raises(ValueError, match="nothing is there to find them"):
        list(calibrate(tiny_guide, asked, store))


def test_the_time_of_limits_is_that_of_paths(request_of_forty: CalibrationRequest) -> None:
    many = replace(request_of_forty.pictures, entries=request_of_forty.pictures.entries * 5, targets=(0, 1) * 100)
    asked = replace(request_of_forty, pictures=many, extras=frozenset({Extra.ARTEFACTS}), attacked=0)
    assert asked.seconds(CalibrationPace(to_score=1.0, to_attack=10.0, to_walk=7.0)) == 200 + 120 * 7


def test_the_last_progress_has_what_is_stored_and_nothing_unfinished_is_left(
    tiny_guide: GuideModel, request_of_forty: CalibrationRequest, store: CalibrationStore
) -> None:
    told = list(calibrate(tiny_guide, request_of_forty, store))
    assert [(p.done, p.total, str(p.phase)) for p in told] == [
        (16, 40, "scored"),
        (32, 40, "scored"),
        (40, 40, "scored"),
        (4, 4, "attacked"),
        (4, 4, "attacked"),
    ]
    assert all(before.share <= after.share for before, after in pairwise(told))
    assert (told[-1].share, told[-1].seconds_left) == (1.0, 0.0)
    assert [p.calibration for p in told[:-1]] == [None] * 4
    assert told[-1].calibration == store.of(tiny_guide.provenance.sha256)
    assert [f.name for f in (store.folder / ("0" * 64)).iterdir()] == ["calibration.json"]


@pytest.mark.parametrize("stopped_after", [1, 3, 4])
def test_what_was_stopped_goes_on_and_gives_the_same(
    tiny_guide: GuideModel,
    request_of_forty: CalibrationRequest,
    store: CalibrationStore,
    tmp_path: Path,
    stopped_after: int,
) -> None:
    whole = list(calibrate(tiny_guide, request_of_forty, CalibrationStore(tmp_path / "whole")))[-1].calibration
    stopped = calibrate(tiny_guide, request_of_forty, store)
    list(islice(stopped, stopped_after))
    stopped.close()
    assert store.all() == ()
    again = list(calibrate(tiny_guide, request_of_forty, store))
    assert again[0].seconds_left is None  # nothing was computed yet
    assert again[-1].calibration == whole


def test_another_question_is_another_run(tiny_guide: GuideModel, request_of_forty: CalibrationRequest) -> None:
    questions = [
        request_of_forty,
        replace(request_of_forty, attacked=5),
        replace(request_of_forty, division=Division(2)),
        replace(request_of_forty, learnt=np.array([1], dtype=np.uint64)),
        replace(request_of_forty, extras=frozenset({Extra.EVIDENCE})),
        replace(request_of_forty, extras=frozenset(Extra)),
        replace(request_of_forty, pictures=replace(request_of_forty.pictures, targets=(1,) * 40)),
    ]
    guides = [tiny_guide, tiny_guide.with_domain(Domain.MEDICAL)]
    assert len({q.key(g) for q in questions for g in guides}) == 14


def test_a_second_calibration_takes_the_place_of_the_first(
    tiny_guide: GuideModel, request_of_forty: CalibrationRequest, store: CalibrationStore
) -> None:
    list(calibrate(tiny_guide, request_of_forty, store))
    list(calibrate(tiny_guide, replace(request_of_forty, division=Division(0)), store))
    (only,) = store.all()
    assert only.measured == {}
    assert {c: len(v) for c, v in only.references.items()} == {"a": 20, "b": 20}


def test_the_attack_is_the_one_that_decides_whether_a_guide_is_fit(tiny_guide: GuideModel) -> None:
    assert attack_epsilon(tiny_guide) == pytest.approx(3 * 16 / 224, abs=1e-4)
    assert attack_epsilon(tiny_guide.with_domain(Domain.MEDICAL)) == pytest.approx(16 / 224, abs=1e-4)


def test_the_time_follows_from_the_pace(request_of_forty: CalibrationRequest) -> None:
    pace = CalibrationPace(to_score=2.0, to_attack=10.0)
    assert request_of_forty.seconds(pace) == 40 * 2 + 4 * 10
    assert replace(request_of_forty, attacked=999).seconds(pace) == 40 * 2 + 10 * 10
    assert replace(request_of_forty, division=Division(0)).seconds(pace) == 40 * 2


def test_time_left_follows_the_pace_of_the_phase() -> None:
    course = calibrating._Course({Phase.SCORED: 10, Phase.ATTACKED: 2})
    first = course.more(Phase.SCORED, 5, seconds=1.0)
    assert first.seconds_left == pytest.approx((5 + 2 * 60) / 5)
    assert course.more(Phase.SCORED, 5, seconds=0.0).seconds_left == pytest.approx(2 * 60 / 5)
    attacked = course.more(Phase.ATTACKED, 1, seconds=3.0)
    assert attacked.seconds_left == pytest.approx(3.0)
    assert attacked.share == pytest.approx(70 / 130)


def test_the_time_counts_what_else_is_made(request_of_forty: CalibrationRequest) -> None:
    asked = replace(request_of_forty, extras=frozenset(Extra))
    pace = CalibrationPace(to_score=2.0, to_attack=10.0)
    extra = sum(looks_of(e, 40) for e in Extra)
    assert asked.seconds(pace) == request_of_forty.seconds(pace) + 2 * extra
    assert list(asked.expected()) == [Phase.SCORED, Phase.ATTACKED, *sorted(Extra)]


def test_of_a_quick_calibration_the_time_left_is_told_after_the_first_pictures_and_falls_to_none(
    tiny_guide: GuideModel, request_of_forty: CalibrationRequest, store: CalibrationStore
) -> None:
    told = list(calibrate(tiny_guide, replace(request_of_forty, division=Division(0), attacked=0), store))
    assert all(p.seconds_left is not None for p in told)
    assert [str(p) for p in told][-1] == "40 of 40 pictures scored"
    assert ", about " in str(told[0])


def test_an_extra_of_too_few_pictures_is_said_and_takes_no_look(
    tiny_guide: GuideModel, request_of_forty: CalibrationRequest, store: CalibrationStore
) -> None:
    asked = replace(request_of_forty, extras=frozenset(Extra))
    *_, last = calibrate(tiny_guide, asked, store, limits_from=no_limits)
    assert last.calibration is not None
    assert (last.share, last.phase) == (1.0, Phase.ATTACKED)
    assert last.calibration.abilities == (
        "Whether a picture is unlike what it learnt cannot be judged: that takes 200 pictures, and 160 are missing.",
        "There are none.",
        "Local evidence cannot be judged: a class needs 100 pictures of other classes, and 60 are missing.",
    )


def test_what_the_guide_came_with_is_not_made_again(
    tiny_guide: GuideModel, request_of_forty: CalibrationRequest, store: CalibrationStore
) -> None:
    own = replace(tiny_guide, nulls=nulls(), familiarity=familiarity())
    asked = replace(request_of_forty, extras=frozenset(Extra), division=Division(0))
    *_, last = calibrate(own, asked, store, limits_from=no_limits)
    assert last.calibration is not None
    assert last.calibration.abilities == (
        "The guide came with its own way to tell what is unlike what it learnt, which stays.",
        "There are none.",
        "The guide came with its own nulls of local evidence, which stay.",
    )
    assert store.laid_over(own).nulls is own.nulls
