"""A pair of one's own: lights, maps and opinions on what somebody else made of a picture."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage import data

import lwise_core as lw
from lwise_core.guides.guide import GuideModel
from lwise_core.images.alignment import NotAPair
from lwise_core.inspection.indicators import LightState
from lwise_core.inspection.picture_pair import InspectedPair
from tests.conftest import guide_of, tiny_network
from tests.inspection.test_hallucination import with_references

CAT = data.chelsea()[:96, 100:196]
LIGHTER = (CAT * 0.9 + 25).astype(np.uint8)


def pair_of(guide: GuideModel, altered: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], **more: str) -> InspectedPair:
    original = lw.open_image(CAT, name="before.png")
    return lw.inspect_pair(
        guide, original, lw.open_image(altered, name="after.png"), "b", method="saliency", second=None, **more
    )


@pytest.fixture(scope="module")
def found() -> InspectedPair:
    return pair_of(with_references(guide_of(tiny_network())), LIGHTER)


def test_a_pair_is_a_path_of_one_step_as_long_as_the_change(found: InspectedPair) -> None:
    path = found.photograph.path
    before, after = (frame.images[0].numpy() for frame in path.frames)
    assert found.epsilon == path.step == pytest.approx(float(np.linalg.norm(after - before)))
    assert np.array_equal(found.change.changed, after)
    assert found.risk.step == 1
    assert found.maps[0].after.values.shape == (16, 16)
    logits = [float(frame.logits[0, 1]) for frame in path.frames]
    assert found.opinions[0].logits == pytest.approx(logits, abs=1e-5)


@pytest.mark.parametrize("altered", [LIGHTER, 255 - LIGHTER // 4, (CAT * 0.6).astype(np.uint8)])
def test_the_altered_picture_is_what_is_judged_whatever_it_did_to_the_logit(altered: np.ndarray) -> None:  # type: ignore[type-arg]
    guide = guide_of(tiny_network())
    try:
        one = pair_of(guide, altered)
    except NotAPair:  # a negative is no version
        return
    assert np.array_equal(one.change.changed, one.photograph.path.frames[1].images[0].numpy())
    gone = "goes away from the class" in " ".join(one.notes)
    before, after = (float(frame.logits[0, 1]) for frame in one.photograph.path.frames)
    assert gone is (after < before)


def test_the_paths_of_a_library_s_own_change_give_the_same_lights_for_its_picture(tiny_guide: GuideModel) -> None:
    guide = with_references(tiny_guide)
    walked = lw.enhance(guide, lw.open_image(CAT), "b")
    shown = walked.at(walked.epsilons[4], extent="guide").pixels
    as_pair = pair_of(guide, shown)
    own = lw.inspect(walked, second=None).at(walked.epsilons[4])
    assert as_pair.epsilon == pytest.approx(own.epsilon, rel=0.1)
    for key in ("H1", "H7", "H9"):
        assert as_pair.risk.values[key] == pytest.approx(own.risk.values[key], abs=0.02)
    assert as_pair.risk.semantic.state is own.risk.semantic.state


def test_what_the_picture_is_not_said_to_show_is_flagged_for_a_pair_too(found: InspectedPair) -> None:
    other = pair_of(with_references(guide_of(tiny_network())), LIGHTER, towards="c")
    assert other.risk.semantic.state is LightState.FLAGGED
    assert "it goes towards c, but the picture is said to show b" in str(other)
    assert not found.risk.semantic.contradicted


def test_report_and_numbers_say_that_another_made_the_change(found: InspectedPair) -> None:
    numbers = json.loads(found.report.as_json())
    assert (numbers["photograph"], numbers["altered"]) == ("before.png", "after.png")
    assert numbers["no_flag_up_to"] is None
    assert numbers["notes"] == list(found.notes)
    assert not any("further indicators" in said for said in numbers["missing"])
    page = found.report.as_html()
    assert "Altered by somebody else into <strong>after.png</strong>" in page
    assert "AI-altered" not in page
    assert "Not for diagnosis" in page
    assert found.notes[0] in str(found)
    assert found.every_number().startswith(found.notes[0])
    assert "No flag up to" not in found.every_number()


def test_a_change_larger_than_our_own_and_a_shift_are_said() -> None:
    guide = guide_of(tiny_network())
    far = pair_of(guide, (CAT * 0.2 + 100).astype(np.uint8))
    assert far.epsilon > guide.epsilon_scale.step * guide.epsilon_scale.steps
    assert any("The change is larger" in note for note in far.notes)
    moved = pair_of(guide, np.roll(LIGHTER, (0, 6), (0, 1)))
    assert any("moved back by 6." in note and "0.0% down" in note for note in moved.notes)


def test_the_same_picture_twice_is_no_pair(tiny_guide: GuideModel) -> None:
    with pytest.raises(NotAPair, match="are the same to the guide test, so there is no change to inspect"):
        pair_of(replace(tiny_guide, name="test"), CAT)


def test_a_change_away_from_the_class_is_said_to_be_one_first() -> None:
    guide = with_references(guide_of(tiny_network()))
    signs = set()
    for towards in guide.classes:
        found = pair_of(guide, LIGHTER, towards=towards)
        before, after = (float(frame.logits[0, guide.class_index(towards)]) for frame in found.photograph.path.frames)
        assert found.risk.gain == pytest.approx(after - before)
        signs.add(after < before)
        assert ("takes away from what the guide sees" in found.report.verdict) is (after < before)
    assert signs == {True, False}


def test_what_is_blurred_too_finely_for_the_guide_is_looked_for_in_the_pictures_themselves() -> None:
    guide = guide_of(tiny_network())  # which sees 16 px
    blurred = np.rint(gaussian_filter(CAT.astype(float), sigma=(1.2, 1.2, 0))).clip(0, 255).astype(np.uint8)
    brushed = CAT.copy()
    brushed[40:56, 30:60] = gaussian_filter(CAT.astype(float), sigma=(3, 3, 0))[40:56, 30:60].astype(np.uint8)
    own = pair_of(guide, LIGHTER).risk.values
    for altered, key, least in ((blurred, "HS", 0.9), (brushed, "HP", 0.8)):
        found = pair_of(guide, altered).risk.values
        assert (own[key] or 0) < 0.2 < least < (found[key] or 0), key
    small = pair_of(
        guide, CAT.reshape(16, 6, 16, 6, 3).mean(axis=(1, 3)).astype(np.uint8)
    )  # which has no more pixels than the guide sees
    assert small.pair.closer(guide) is None
    assert "Smears were looked for at 16 px a side" in " ".join(small.notes)
    assert "Smears were looked for at 96 px a side" in " ".join(pair_of(guide, blurred).notes)
