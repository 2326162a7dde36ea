from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.enhancement.path import EnhancementPath, Frame, PathRequest
from lwise_core.guides.fitness import Fit, Fitness
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.own_limits import OwnLimits
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE, References
from lwise_core.inspection import hallucination, shipped_limits
from lwise_core.inspection.evidence import Evidence, gather
from lwise_core.inspection.evidence_ledger import EvidenceLedger, ledger_of
from lwise_core.inspection.hallucination import Judge, Transfer, transfer_of
from lwise_core.inspection.indicators import (
    LightState,
    Limit,
    no_flag_up_to,
)
from tests.inspection.test_evidence import path_of
from tests.inspection.test_evidence_ledger import loud_guide, with_nulls


def with_references(guide: GuideModel, *, count: int = 120, above: float = 0.0) -> GuideModel:
    """Return ``guide`` with ``count`` references a class, evenly spread over 1 around ``above``."""
    values = tuple(above + i / count for i in range(count))
    return replace(guide, references=References(dict.fromkeys(guide.classes, values)))


def judge_of(guide: GuideModel, *, target: int = 1) -> Judge:
    path = path_of(guide, target=target)
    *_, last = gather(path)
    assert isinstance(last.evidence, Evidence)
    return Judge(path, last.evidence)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (None, ""),
        ("B", ""),
        ("a", "Flagged: it goes towards b, but the picture is said to show a"),
        (
            "something else",
            "Flagged: it goes towards b, but the picture is said to show something for which this guide has no class",
        ),
    ],
)
def test_what_the_picture_is_not_said_to_show_is_flagged_from_the_first_step(
    tiny_guide: GuideModel, stated: str | None, said: str
) -> None:
    guide = with_references(tiny_guide, above=-50)  # every picture is easy: prior support flags none
    risks = list(replace(judge_of(guide), stated=stated).along())
    assert risks[0].semantic.state is not LightState.FLAGGED
    for risk in risks[1:]:
        assert (risk.semantic.state is LightState.FLAGGED) == bool(said)
        assert risk.semantic.sentence.startswith(said)


@given(logits=st.lists(st.floats(-5, 5), min_size=1, max_size=200), logit=st.floats(-6, 6))
def test_conformal_p_counts_what_is_not_easier(logits: list[float], logit: float) -> None:
    references = References({"a": tuple(logits)})
    p = references.conformal_p(logit, class_name="a")
    assert p == (1 + sum(x <= logit for x in logits)) / (1 + len(logits))
    assert 0 < p <= 1
    assert references.conformal_p(logit + 1, class_name="a") >= p


def test_pictures_like_the_references_are_flagged_at_most_as_often_as_promised() -> None:
    random = np.random.default_rng(0)
    flagged = []
    for _ in range(400):
        *references, own = random.normal(size=121)
        p = References({"a": tuple(references)}).conformal_p(own, class_name="a")
        flagged.append(p < hallucination.FALSE_ALARMS)
    assert np.mean(flagged) <= 0.07


def test_with_few_references_the_semantic_light_cannot_judge(tiny_guide: GuideModel) -> None:
    few = judge_of(with_references(tiny_guide, count=ENOUGH_FOR_EVIDENCE - 1)).at(3)
    assert few.semantic.state is LightState.CANNOT_JUDGE
    assert f"{ENOUGH_FOR_EVIDENCE - 1} references of b" in few.semantic.sentence
    assert no_flag_up_to((few,)) is None


def test_what_is_harder_than_all_references_is_flagged_everywhere_and_what_is_easier_nowhere(
    tiny_guide: GuideModel,
) -> None:
    hard = tuple(judge_of(with_references(tiny_guide, above=50.0)).along())
    assert {r.semantic.state for r in hard} == {LightState.FLAGGED}
    assert no_flag_up_to(hard) == 0
    easy = tuple(judge_of(with_references(tiny_guide, above=-50.0)).along())
    assert {r.semantic.state for r in easy} == {LightState.NO_FLAG}


def test_at_zero_there_is_no_change_and_no_number_that_is_none(tiny_guide: GuideModel) -> None:
    start = judge_of(with_references(tiny_guide)).at(0)
    assert start.epsilon == 0
    assert start.artefact.state is LightState.CANNOT_JUDGE
    assert start.artefact.sentence == "Cannot judge: nothing was changed."
    assert [i.measure.key for i in start.semantic.indicators if i.value is not None] == ["H1"]


def test_every_value_is_finite_and_in_its_range(tiny_guide: GuideModel) -> None:
    judge = judge_of(with_references(tiny_guide))
    for step in range(len(judge.path.frames)):
        values = judge.values(step)
        assert all(isfinite(v) for v in values.values())
        for key in {"H1", "H2", "H7", "H9", "HF"} & values.keys():
            assert 0 <= values[key] <= 1
    assert {"H1", "H2", "H3", "H4", "H6", "H7", "H8", "H9", "HF", "HS", "HP"} == judge.values(4).keys()


def planted_judge(guide: GuideModel) -> Judge:
    """Return a judge of a path of three steps, made by hand, of which every indicator is known at every step.

    On flat grey: a wash over the left three fifths; a chequered board of one pixel; a fifth of the rows at white.
    """
    grey = torch.full((1, 3, 20, 20), 0.5)
    wash, board, white = grey.clone(), grey.clone(), grey.clone()
    wash[..., :12] += 0.1
    board += 0.1 * (torch.arange(20)[:, None] + torch.arange(20)).remainder(2) - 0.05
    white[..., 8:12, :] = 1.0
    logits = [
        [0.0, 2.0, 1.0, 1.0, 2.0],
        [0.0, 3.0, 0.0, 0.0, 0.0],
        [0.0, 5.0, 0.0, 0.0, 0.0],
        [0.0, 2.0, 9.0, 0.0, 0.0],
    ]
    frames = tuple(
        Frame(i, images, torch.tensor([row]), torch.tensor([-row[1]]))
        for i, (images, row) in enumerate(zip((grey, wash, board, white), logits, strict=True))
    )
    path = EnhancementPath(guide, PathRequest(grey, torch.tensor([1])), 0.5, frames)
    none = float("nan")
    evidence = Evidence(
        support=np.full((20, 20), 1 / 400, dtype=np.float32),
        mass=np.array([none, 0.6, 0.3, 0.1]),
        mass_of_others=np.array([[none, 0.1, 0.3, 0.2], [none, 0.3, 0.9, 0.6]]),
        specificity=np.array([none, 0.9, 0.4, -0.1]),
        stability=np.array([none, 0.8, 0.2, -0.3]),
    )
    ledger = EvidenceLedger(
        support=np.array([[0.01, 0.9], [0.3, 0.3]]),
        picture_p=0.01,
        contrasts=np.array([[3.0, 0.0], [1.0, 1.0]]),
        gains=np.array([[[0.0, 0], [0, 0]], [[0.25, 0.5], [0.25, -1]], [[0.75, 0.25], [0, 0]], [[-1, 0.2], [0.3, 0]]]),
    )
    return Judge(path, evidence, transfer=Transfer("another", (0.0, 0.7, 0.25, -0.2)), ledger=ledger)


def test_every_indicator_shows_at_its_step_what_is_there(tiny_guide: GuideModel) -> None:
    judge = planted_judge(with_references(tiny_guide, count=120, above=1.5))  # 61 references are not above 2
    expected = {
        "H1": (62 / 121,) * 3,
        "HE": (0.5, 0.25, 0.4),
        "H2": (1 / 2, 3 / 4, 0),  # there was 2 above the mean of the others, 1
        "H3": (0.6 / 0.2, 0.3 / 0.6, 0.1 / 0.4),
        "H4": (0.9, 0.4, -0.1),
        "H5": (0.7, 0.25, -0.2),
        "H6": (0.8, 0.2, -0.3),
        "H9": (0, 0, 4 / 20),
    }
    for key, values in expected.items():
        assert [judge.values(step)[key] for step in (1, 2, 3)] == pytest.approx(values), key


def judge_with_ledger(*, limit: float | None, shift: float) -> Judge:
    """Return a judge of a picture easier than all references, whose places say less or more than others' do."""
    guide = with_references(with_nulls(loud_guide(), shift=shift, limit=limit), above=-1e9)
    path = path_of(guide, target=1)
    *_, last = gather(path)
    assert isinstance(last.evidence, Evidence)
    return Judge(path, last.evidence, ledger=ledger_of(path))


def test_a_gain_that_arose_without_evidence_flags_the_light_that_prior_support_does_not() -> None:
    bad, good = (judge_with_ledger(limit=0.6, shift=shift) for shift in (6e4, -6e4))
    assert [bad.at(step).semantic.state for step in (0, 6)] == [LightState.NO_FLAG, LightState.FLAGGED]
    assert bad.at(6).semantic.sentence == (
        "Flagged: most of what the change added for the class lies where the guide saw no sign of it before."
    )
    assert good.at(6).semantic.state is LightState.NO_FLAG
    assert "shows the class to this guide, signs that most of what the change added" in good.at(6).semantic.sentence
    assert bad.at(0).semantic.indicators[1].because == "nothing was changed."


@pytest.mark.parametrize(("limit", "alone"), [(None, 0.05), (0.6, 0.025)])
def test_prior_support_shares_the_false_alarms_only_where_the_ledger_counts(limit: float | None, alone: float) -> None:
    prior, ledger = judge_with_ledger(limit=limit, shift=0).at(6).semantic.indicators[:2]
    assert (prior.measure.key, ledger.measure.key) == ("H1", "HE")
    assert prior.limit is not None
    assert prior.limit.value == alone
    assert (ledger.state is LightState.CANNOT_JUDGE) == (limit is None)


def test_without_nulls_the_ledger_cannot_judge_and_says_why(tiny_guide: GuideModel) -> None:
    ledger = judge_of(with_references(tiny_guide)).at(6).semantic.indicators[1]
    assert (ledger.value, ledger.state) == (None, LightState.CANNOT_JUDGE)
    assert ledger.because.startswith("nobody measured")


def test_grain_is_new_and_fine_and_a_lattice_and_a_wash_is_none_of_these(tiny_guide: GuideModel) -> None:
    wash, board, white = (planted_judge(tiny_guide).values(step) for step in (1, 2, 3))
    assert (wash["H7"], board["H7"]) == (0, pytest.approx(1))
    assert board["HF"] == pytest.approx(1)
    assert 0 <= wash["HF"] < 0.05
    assert 0.05 < white["HF"] < 0.3
    assert board["H8"] > 0.9  # there is nothing but the lattice
    assert max(wash["H8"], white["H8"]) < 0.02  # whatever is there is hardly more than chance


def test_the_evidence_made_grows_with_the_path(tiny_guide: GuideModel) -> None:
    judge = judge_of(tiny_guide)
    made = [judge.values(step)["H2"] for step in range(1, 7)]
    assert made == sorted(made)
    assert made[0] > 0


def test_what_is_not_counted_is_left_out_where_nobody_asked_for_it(tiny_guide: GuideModel) -> None:
    judge = judge_of(with_references(tiny_guide))
    for whole, lean in zip(judge.along(), replace(judge, evidence=None).along(), strict=True):
        assert [i.measure.key for i in lean.semantic.indicators] == ["H1", "HE"]
        assert lean.semantic.state is whole.semantic.state
        assert lean.artefact == whole.artefact
        assert set(lean.values.items()) <= set(whole.values.items())


def test_a_limit_counts_and_what_it_flags_is_named(tiny_guide: GuideModel, monkeypatch: pytest.MonkeyPatch) -> None:
    low: Mapping[str, Limit] = {"HF": Limit(0.0, "a test")}
    monkeypatch.setattr(hallucination, "limits_at", lambda _size: low)
    risk = judge_of(tiny_guide).at(3)
    assert risk.artefact.state is LightState.FLAGGED
    assert risk.artefact.sentence == "Flagged: fine grain."
    assert risk.flagged


def test_the_guide_s_own_gain_transfers_wholly_to_itself_and_nothing_to_one_that_sees_nothing(
    tiny_guide: GuideModel,
) -> None:
    guide = with_references(tiny_guide)
    path = path_of(guide, target=1)
    found = transfer_of(path, guide)
    assert found is not None
    assert found.to == guide.name
    assert found.shares[1:] == pytest.approx([1.0] * 6, abs=1e-4)

    class Blind(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum(dim=(1, 2, 3))[:, None].expand(-1, 5) * 0

    unmoved = transfer_of(path, replace(guide, network=Blind()))
    assert unmoved is not None
    assert unmoved.shares == pytest.approx([0.0] * 7)
    assert transfer_of(path, replace(guide, references=References())) is None
    assert transfer_of(path, replace(guide, classes=tuple("vwxyz"))) is None


def limits_for_tests(*, size: int) -> dict[str, dict[str, object]]:
    """Return limits for guides of ``size`` px, as they ship, that new detail passes at no step and grain at each."""
    values = {"H7": 2.0, "H8": 2.0, "H9": 2.0, "HF": -1.0, "HS": 2.0, "HP": 2.0}
    return {str(size): {"limits": values, "basis": "a test"}}


def test_a_limit_that_ships_holds_at_its_input_size_alone(
    tiny_guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped_limits, "_by_size", lambda: limits_for_tests(size=16))
    at_16 = judge_of(tiny_guide).at(2).artefact
    assert at_16.sentence == "Flagged: fine grain."
    assert {i.limit.basis for i in at_16.indicators if i.limit is not None} == {"a test"}
    monkeypatch.setattr(shipped_limits, "_by_size", lambda: limits_for_tests(size=32))
    nowhere = judge_of(tiny_guide).at(2).artefact
    assert [i.limit for i in nowhere.indicators] == [None] * 6
    assert nowhere.sentence == (
        "Cannot judge: no limits are known for guides that see 16 px; calibrating this one can find them."
    )


def test_limits_of_its_own_come_before_those_of_its_size(
    tiny_guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped_limits, "_by_size", lambda: limits_for_tests(size=16))
    own = OwnLimits("0" * 64, 16, {"H7": 2.0, "HF": 2.0}, 100, "100 of its own")
    light = judge_of(replace(tiny_guide, artefact_limits=own)).at(2).artefact
    assert light.state is LightState.NO_FLAG
    assert [i.measure.key for i in light.counted] == ["H7", "HF"]
    assert {i.limit.basis for i in light.counted if i.limit is not None} == {"100 of its own"}
    others = [i for i in light.indicators if i.limit is None and i.value is not None]
    assert others
    assert {i.because for i in others} == {"the pictures that gave this guide its limits gave none for it."}


def test_of_a_guide_that_is_unfit_nothing_counts_but_an_artefact(
    tiny_guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = with_references(tiny_guide)
    assert judge_of(guide).at(2).semantic.state is not LightState.CANNOT_JUDGE
    unfit = replace(guide, provenance=replace(guide.provenance, fitness=Fitness(Fit.UNFIT, "It is unfit.")))
    unfit = replace(unfit, artefact_limits=OwnLimits("0" * 64, 16, {"HF": 2.0}, 100, "its own pictures are grain too"))
    monkeypatch.setattr(shipped_limits, "_by_size", lambda: limits_for_tests(size=16))
    risk = judge_of(unfit).at(2)
    assert (risk.semantic.state, risk.artefact.state) == (LightState.CANNOT_JUDGE, LightState.FLAGGED)
    assert [i.measure.key for i in risk.artefact.counted] == ["HF"]
    without = {"16": {"limits": {"HF": 2.0}, "basis": "a test"}}
    monkeypatch.setattr(shipped_limits, "_by_size", lambda: without)
    quiet = judge_of(unfit).at(2).artefact
    assert quiet.state is LightState.CANNOT_JUDGE
    assert "unfit" in quiet.sentence


def test_detail_that_was_smoothed_away_shows_at_its_step(tiny_guide: GuideModel) -> None:
    """The grain of the original at full, half, a quarter and no strength: the square of each is left of its energy."""
    grain = torch.from_numpy(np.random.default_rng(0).uniform(-0.2, 0.2, (1, 3, 20, 20))).float()
    frames = tuple(
        Frame(i, 0.5 + left * grain, torch.zeros(1, 5), torch.zeros(1)) for i, left in enumerate((1, 0.5, 0.25, 0))
    )
    request = PathRequest(frames[0].images, torch.tensor([1]))
    judge = Judge(EnhancementPath(tiny_guide, request, 0.5, frames))
    assert "HS" not in judge.values(0)
    assert [judge.values(step)["HS"] for step in (1, 2, 3)] == pytest.approx([0.75, 0.9375, 1], abs=1e-4)
    assert "HS" not in planted_judge(tiny_guide).values(1)  # flat grey has no detail to lose


@pytest.mark.parametrize(
    ("picture_p", "because"),
    [
        (0.05, ""),
        (0.2, "only faint signs of b in the original, which up to 20% of the pictures of another class have too"),
        (0.6, "only faint signs of b in the original, which up to 60% of the pictures of another class have too"),
        (1.0, "no sign of b in the original that pictures without it lack"),
    ],
)
def test_an_original_that_shows_no_more_of_the_class_than_pictures_without_it_cannot_be_judged(
    picture_p: float, because: str
) -> None:
    judge = judge_with_ledger(limit=0.6, shift=-6e4)
    assert judge.ledger is not None
    light = replace(judge, ledger=replace(judge.ledger, picture_p=picture_p)).at(6).semantic
    assert light.state is (LightState.CANNOT_JUDGE if because else LightState.NO_FLAG)
    assert because in light.sentence
    flagged = replace(judge, ledger=replace(judge.ledger, picture_p=picture_p), stated="a")
    assert flagged.at(6).semantic.state is LightState.FLAGGED
    assert flagged.at(0).semantic.undecided == ""  # nothing is changed there


def test_a_change_above_what_the_guide_was_trained_for_says_above_what() -> None:
    judge = judge_with_ledger(limit=None, shift=0)
    guide = judge.path.guide
    trained = replace(guide, provenance=replace(guide.provenance, training_epsilon=3 * judge.path.step / 7))
    found = [risk.beyond for risk in replace(judge, path=replace(judge.path, guide=trained)).along()]
    assert found[:4] == [None] * 4
    assert found[4:] == [trained.caution_epsilon] * (len(found) - 4)
    assert {risk.beyond for risk in judge.along()} == {None}  # nobody knows what it was trained with
