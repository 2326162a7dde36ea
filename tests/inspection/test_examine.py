from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import AttributionMethod
from lwise_core.inspection.attribution_methods import (
    DEEP_LIFT,
    GUIDED_GRAD_CAM,
    INTEGRATED_GRADIENTS,
    METHODS,
    SALIENCY,
)
from lwise_core.inspection.evidence import top_of
from lwise_core.inspection.examine import (
    STAGES,
    Findings,
    MapPair,
    Question,
    agreement_of,
    examine,
    examine_counted,
    gradients_for,
    lights_at,
    map_pairs,
    opinion_of,
    paint_others,
)
from lwise_core.inspection.indicators import LightState
from lwise_core.inspection.report import worth_of
from lwise_core.inspection.sanity_checks import Curve, Faithfulness, Following
from lwise_core.inspection.wording import doubt_of, founded_first
from tests.conftest import eight_pictures, guide_of, tiny_network
from tests.inspection.test_evidence import path_of
from tests.inspection.test_evidence_ledger import loud_guide, with_nulls
from tests.inspection.test_hallucination import with_references

CHOSEN = (SALIENCY, INTEGRATED_GRADIENTS)
ON_EVERY_NETWORK = [m for m in METHODS.values() if m not in {DEEP_LIFT, GUIDED_GRAD_CAM}]


def finished(guide: GuideModel, *, other: GuideModel | None = None) -> Findings:
    *_, last = examine(path_of(guide, target=1), other=other)
    return last


def pairs_of(guide: GuideModel, original: torch.Tensor, changed: torch.Tensor) -> tuple[MapPair, ...]:
    *_, last = map_pairs(guide, original, changed, Question(1, CHOSEN))
    return last


def test_the_lights_come_one_after_the_other_and_are_complete_at_the_end(tiny_guide: GuideModel) -> None:
    found = list(examine(path_of(tiny_guide, target=1)))
    done = [f.done for f in found]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(1)
    assert [len(f.risks) == len(f.path.frames) for f in found] == [False] * (len(found) - 1) + [True]
    assert [r.step for r in found[-1].risks] == list(range(7))


def test_another_guide_that_knows_the_class_says_whether_the_gain_transfers(tiny_guide: GuideModel) -> None:
    guide = with_references(tiny_guide)
    alone, together = (finished(guide, other=other).risks[-1].semantic.indicators for other in (None, guide))
    assert [i.value for i in alone if i.measure.key == "H5"] == [None]
    (asked,) = (i for i in together if i.measure.key == "H5")
    assert asked.value == pytest.approx(1.0, abs=1e-4)
    assert asked.null == f"1 when {guide.name} gains alike, 0 when it sees nothing"


def test_what_counts_is_known_without_what_does_not(tiny_guide: GuideModel) -> None:
    path = path_of(with_references(tiny_guide), target=1)
    begun, *_, last = examine_counted(path, stated="a")
    *_, whole = examine(path, stated="a")
    assert last.complete
    assert not begun.complete
    for lean, full in zip(last.risks, whole.risks, strict=True):
        assert (lean.semantic.state, lean.artefact) == (full.semantic.state, full.artefact)
        assert last.at(lean.epsilon) == lean
    assert last.evidence is None


@pytest.mark.parametrize("step", [0, 1, 4, 6])
def test_the_lights_at_one_step_need_no_other_and_no_end_of_the_path(step: int) -> None:
    path = path_of(with_references(with_nulls(loud_guide(), limit=0.6), above=-1e9), target=1)
    *_, last = examine_counted(path, stated="b")
    so_far = replace(path, frames=path.frames[: step + 1])
    early, whole = lights_at(so_far, step=step, stated="b"), last.risks[step]
    assert (early.step, early.epsilon) == (whole.step, whole.epsilon)
    assert early.artefact == whole.artefact
    assert early.semantic.sentence == whole.semantic.sentence
    assert early.semantic.state is whole.semantic.state
    for key, value in whole.values.items():
        assert early.values[key] == (None if value is None else pytest.approx(value, rel=1e-5)), key
    assert ("HE" in {k for k, v in early.values.items() if v is not None}) == (step > 0)


def test_lights_of_a_step_that_is_not_there_yet_are_refused(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=1)
    with pytest.raises(IndexError):
        lights_at(replace(path, frames=path.frames[:3]), step=3)


def test_other_classes_are_painted_from_the_same_original_and_judged(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=1)
    found = list(paint_others(path, towards=(3, 0), steps=2))
    assert [len(judges) for judges in found] == sorted(len(judges) for judges in found)
    for judge, target in zip(found[-1], (3, 0), strict=True):
        assert int(judge.path.request.targets[0]) == target
        assert torch.equal(judge.path.frames[0].images, path.frames[0].images)
        assert len(judge.path.frames) == 3
        alone = path_of(tiny_guide, target=target)
        torch.testing.assert_close(judge.path.frames[2].unclamped, alone.frames[2].unclamped)
        risk, first = judge.at(2), path.first_choice()
        name = tiny_guide.classes[target]
        sentence = f"it goes towards {name}, but the guide takes the original for {first}"
        assert risk.semantic.contradicted == ("" if name == first else sentence)


def test_what_was_said_is_what_other_classes_are_held_against(tiny_guide: GuideModel) -> None:
    *_, (judge,) = paint_others(path_of(tiny_guide, target=1), towards=(3,), steps=2, stated="b")
    assert judge.at(2).semantic.contradicted == "it goes towards d, but the picture is said to show b"


def test_maps_of_one_picture_do_not_drift(tiny_guide: GuideModel) -> None:
    picture = eight_pictures(16)[0]
    pairs = pairs_of(tiny_guide, picture, picture)
    assert [p.method for p in pairs] == list(CHOSEN)
    for pair in pairs:
        assert pair.drift == pytest.approx(1)
        assert not pair.difference.any()
        assert pair.faithful is not None
        assert pair.random_weights.signed is not None
    matrix = agreement_of(pairs)
    assert matrix[0][0] == pytest.approx(1)
    assert matrix[0][1] == matrix[1][0]


def test_every_method_says_four_times_how_far_it_is_and_its_pair_comes_with_the_last(tiny_guide: GuideModel) -> None:
    pictures = eight_pictures(16)
    known = [len(pairs) for pairs in map_pairs(tiny_guide, pictures[0], pictures[1], Question(1, CHOSEN))]
    assert known == [0, *(pairs for done in range(len(CHOSEN)) for pairs in (*[done] * (STAGES - 1), done + 1))]


@pytest.mark.parametrize("method", ON_EVERY_NETWORK, ids=lambda m: m.name)
def test_what_a_method_is_said_to_cost_is_about_what_it_costs(
    tiny_guide: GuideModel, method: AttributionMethod
) -> None:
    pictures, passes = eight_pictures(16), [0.0]

    def count(module: torch.nn.Module, given: tuple[torch.Tensor]) -> None:
        if type(module) is type(tiny_guide.network):  # the guide's, and the one that has forgotten
            passes[0] += len(given[0]) * (1 if given[0].requires_grad else 0.5)

    hook = torch.nn.modules.module.register_module_forward_pre_hook(count)
    try:
        list(map_pairs(tiny_guide, pictures[0], pictures[1], Question(1, (method,))))
    finally:
        hook.remove()
    assert 0.5 < gradients_for(method) / passes[0] < 2


def test_a_map_says_how_much_of_the_change_lies_on_its_highest_pixels(tiny_guide: GuideModel) -> None:
    image = eight_pictures(16)[0] * 0.5 + 0.2
    top = top_of(torch.from_numpy(pairs_of(tiny_guide, image, image)[0].before.values).abs())
    for where, share in ((top, 1.0), (~top, 0.0), (torch.ones_like(top), float(top.float().mean()))):
        saliency, *_ = pairs_of(tiny_guide, image, image + 0.05 * where)
        assert saliency.overlap == pytest.approx(share, abs=1e-5)
        assert f"{share:.0%} of the change lies on the fifth of the pixels" in worth_of(saliency)
    assert pairs_of(tiny_guide, image, image)[0].overlap is None


def test_a_map_that_a_random_order_equals_is_said_to_be_no_better_than_chance(tiny_guide: GuideModel) -> None:
    pair = pairs_of(tiny_guide, *eight_pictures(16)[:2])[0]
    assert pair.faithful is not None
    low, high = (Curve(np.full(3, p, dtype=np.float32)) for p in (0.25, 0.75))
    chance = Following(high, low)
    said = (
        (Following(low, high), ""),
        (chance, "neither taking out nor putting back"),
        (Following(high, high), "taking out the pixels that it ranks highest lowers"),
        (Following(low, low), "putting back the pixels that it ranks highest raises"),
    )
    for map_order, words in said:
        judged = replace(pair, faithful=Faithfulness(map_order, chance))
        assert words in doubt_of(judged)
        assert bool(doubt_of(judged)) == bool(words)
        assert doubt_of(judged) in worth_of(judged)
    assert doubt_of(replace(pair, faithful=None)) == ""
    by_chance, better, unknown = (
        replace(pair, faithful=f)
        for f in (Faithfulness(chance, chance), Faithfulness(Following(low, high), chance), None)
    )
    in_order = founded_first([by_chance, better, by_chance, unknown])
    assert [id(p) for p in in_order] == [id(p) for p in (better, unknown, by_chance, by_chance)]


def test_maps_of_different_pictures_drift(tiny_guide: GuideModel) -> None:
    pictures = eight_pictures(16)
    for pair in pairs_of(tiny_guide, pictures[0], pictures[1]):
        assert pair.drift is not None
        assert pair.drift < 0.9
        assert np.allclose(pair.before.values + pair.difference, pair.after.values)


def test_where_nothing_depends_on_the_picture_maps_cannot_be_judged() -> None:
    class Blind(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum(dim=(1, 2, 3))[:, None].expand(-1, 5) * 0

    picture = eight_pictures(16)[0]
    for pair in pairs_of(guide_of(Blind()), picture, picture):
        assert pair.drift is None
        assert pair.faithful is None


def test_a_second_opinion_is_given_at_the_other_guide_s_size(tiny_guide: GuideModel) -> None:
    other = replace(guide_of(tiny_network(), input_size=32), name="other", classes=("A", "z", "y", "x", "w"))
    original, changed = eight_pictures(16)[:2]
    opinion = opinion_of(other, original, changed, class_name="a")
    assert opinion.logits is not None
    assert opinion.before[0] in other.classes
    assert 0 < opinion.before[1] <= 1
    assert opinion_of(other, original, changed, class_name="b").logits is None
    same = opinion_of(tiny_guide, original, original, class_name="b")
    assert same.before == same.after


def test_without_references_and_limits_nothing_is_judged(tiny_guide: GuideModel) -> None:
    assert {r.semantic.state for r in finished(tiny_guide).risks} == {LightState.CANNOT_JUDGE}
