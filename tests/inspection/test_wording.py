"""The words of an inspection hold its numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from lwise_core.inspection.evidence import Evidence
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.examine import Opinion
from lwise_core.inspection.first_choice import FirstChoice
from lwise_core.inspection.folding import FoldedPattern
from lwise_core.inspection.indicators import MEASURES, Indicator, Light, LightKind, LightState, Limit, Risk
from lwise_core.inspection.perturbation import Lattice
from lwise_core.inspection.why import Why
from lwise_core.inspection.wording import (
    clear_range,
    facts_of,
    folded_row,
    lattice_row,
    light_words,
    missing_of,
    opinion_row,
    others_words,
    overlap_of,
    verdict_of,
    verdict_sentences,
    where_it_arose,
)

_BY_KEY = {measure.key: measure for measure in MEASURES}
_BAD, _FINE, _UNKNOWN = LightState.FLAGGED, LightState.NO_FLAG, LightState.CANNOT_JUDGE


NOTHING = (
    "Nothing was found against this change, which does not make it right: no sign that dog was missing before, and no "
    "artefacts."
)
UNKNOWN = (
    "Whether the picture supports this change cannot be judged: how clearly it shows dog, beside other pictures of "
    "dog, is not known."
)


def indicator_in(key: str, state: LightState) -> Indicator:
    """Return the indicator ``key`` in ``state``."""
    measure = _BY_KEY[key]
    if state is _UNKNOWN:
        return Indicator(measure, None, "", None, "there are 3 references of dog, and it takes 100.")
    high = measure.high_is_bad == (state is _BAD)
    return Indicator(measure, 1.0 if high else 0.0, "", Limit(0.5, "a test"))


def risk_of(evidence: LightState, paint: LightState, *, step: int = 1, contradicted: str = "") -> Risk:
    """Return both lights with one indicator each, in these states."""
    return Risk(
        step,
        0.1 * step,
        Light(LightKind.SEMANTIC, (indicator_in("H1", evidence),), contradicted),
        Light(LightKind.ARTEFACT, (indicator_in("H8", paint),)),
    )


@pytest.mark.parametrize(
    ("evidence", "paint", "said"),
    [
        (_BAD, _FINE, "Do not trust this change: the original hardly shows dog to this guide."),
        (_FINE, _FINE, NOTHING),
        (
            _FINE,
            _UNKNOWN,
            "There is no sign that dog was missing before, which does not make this change right; artefacts cannot be "
            "judged.",
        ),
        (
            _FINE,
            _BAD,
            "Be careful: this change holds artefacts: a regular pattern. There is no sign that dog was missing before.",
        ),
        (_UNKNOWN, _FINE, f"{UNKNOWN} Artefacts were looked for and not found."),
        (_UNKNOWN, _BAD, f"{UNKNOWN} It also holds artefacts: a regular pattern."),
        (_UNKNOWN, _UNKNOWN, UNKNOWN),
    ],
)
def test_the_verdict_is_a_sentence_about_both_lights(evidence: LightState, paint: LightState, said: str) -> None:
    assert verdict_of(risk_of(evidence, paint), towards="dog") == said


def test_a_picture_unlike_what_the_guide_learnt_comes_first_unless_the_change_is_not_to_be_trusted_anyway() -> None:
    unlike = Novelty(p=0.01, references=500)
    careful = "Be careful: the picture is unlike what the guide learnt, so what it says here may mean nothing."
    said = verdict_of(risk_of(_FINE, _FINE), towards="dog", novelty=unlike)
    assert said == f"{careful} {NOTHING.replace('Nothing', 'Otherwise nothing')}"
    assert verdict_of(risk_of(_UNKNOWN, _FINE), towards="dog", novelty=unlike).startswith(careful)
    assert verdict_of(risk_of(_BAD, _FINE), towards="dog", novelty=unlike).startswith("Do not trust this change")
    assert careful not in verdict_of(risk_of(_FINE, _FINE), towards="dog", novelty=Novelty(p=0.9, references=500))


@pytest.mark.parametrize("evidence", list(LightState))
def test_where_nobody_can_say_whether_the_guide_knows_such_pictures_only_a_flag_comes_before_that(
    evidence: LightState,
) -> None:
    said = verdict_of(risk_of(evidence, _FINE), towards="dog", novelty=NOT_JUDGED)
    unjudged = (
        "Nobody can say whether this guide knows pictures of this kind: this guide has no pictures to compare it with. "
        "It names a class for anything, so make sure that yours is what it learnt, or calibrate it on such pictures."
    )
    alone = verdict_of(risk_of(evidence, _FINE), towards="dog")
    if evidence is _BAD:
        assert said == f"{alone} {unjudged}"
    else:
        assert said == f"{unjudged} {alone.replace('Nothing', 'Otherwise nothing')}"
    assert "Nobody can say whether" not in alone  # who shows it elsewhere


@pytest.mark.parametrize("evidence", list(LightState))
def test_a_change_towards_what_is_not_there_is_not_to_be_trusted_whatever_the_indicators_say(
    evidence: LightState,
) -> None:
    risk = risk_of(evidence, _FINE, contradicted="it goes towards dog, but the picture is said to show cat")
    assert verdict_of(risk, towards="dog") == (
        "Do not trust this change: it goes towards dog, but the picture is said to show cat."
    )


def test_what_the_guide_takes_it_for_instead_comes_before_whether_the_change_can_be_trusted() -> None:
    choice = FirstChoice(("frog", 0.7), ("frog", 0.94))
    said = verdict_of(replace(risk_of(_FINE, _FINE), choice=choice), towards="dog", novelty=Novelty(0.01, 500))
    assert said == (
        "Be careful: the picture is unlike what the guide learnt, so what it says here may mean nothing. "
        "The guide still takes the picture for frog, not for dog, and this change made it surer of that (94%). "
        f"{NOTHING.replace('Nothing', 'Otherwise nothing')}"
    )
    reached = replace(risk_of(_FINE, _FINE), choice=FirstChoice(("dog", 0.7), ("dog", 0.9)))
    assert verdict_of(reached, towards="dog") == verdict_of(risk_of(_FINE, _FINE), towards="dog")


def test_what_the_guide_took_it_for_before_makes_the_verdict_careful_and_follows_a_flag() -> None:
    choice = FirstChoice(("frog", 0.7), ("dog", 0.9))
    since = "nly since this change does the guide take the picture for dog; before, it took it for frog (70%)."
    said = verdict_of(replace(risk_of(_FINE, _FINE), choice=choice), towards="dog")
    assert said == f"Be careful: o{since} {NOTHING.replace('Nothing', 'Otherwise nothing')}"
    flagged = risk_of(_BAD, _FINE)
    assert (
        verdict_of(replace(flagged, choice=choice), towards="dog") == f"{verdict_of(flagged, towards='dog')} O{since}"
    )


def test_a_change_that_goes_away_from_the_class_is_never_one_against_which_nothing_was_found() -> None:
    away = "This change takes away from what the guide sees of dog, and the lights are about changes that add to it."
    said = verdict_of(replace(risk_of(_FINE, _FINE), gain=-0.1), towards="dog")
    assert said == f"Be careful: t{away[1:]} {NOTHING.replace('Nothing', 'Otherwise nothing')}"
    choice = FirstChoice(("dog", 0.7), ("frog", 0.5))
    both = verdict_sentences(replace(risk_of(_FINE, _FINE), gain=-0.1, choice=choice), towards="dog")
    assert both[:2] == (f"Be careful: t{away[1:]}", choice.turned("dog"))
    assert away in verdict_of(replace(risk_of(_BAD, _FINE), gain=-0.1), towards="dog")
    assert away not in verdict_of(replace(risk_of(_FINE, _FINE), gain=0.1), towards="dog")


_CHOICES = (None, FirstChoice(("frog", 0.7), ("frog", 0.94)), FirstChoice(("frog", 0.7), ("dog", 0.94)))


@pytest.mark.parametrize("novelty", [None, NOT_JUDGED, Novelty(p=0.01, references=500)])
@pytest.mark.parametrize("choice", _CHOICES)
@pytest.mark.parametrize("paint", list(LightState))
@pytest.mark.parametrize("evidence", list(LightState))
def test_the_first_sentence_holds_one_number_at_most_and_nothing_found_is_never_said_alone(
    evidence: LightState, paint: LightState, choice: FirstChoice | None, novelty: Novelty | None
) -> None:
    for seen in (True, False, None):
        risk = replace(risk_of(evidence, paint), choice=choice, why=Why("Why.", seen=seen))
        said = verdict_of(risk, towards="dog", novelty=novelty)
        first, *_ = verdict_sentences(risk, towards="dog", novelty=novelty)
        assert said.startswith(first)
        assert len(re.findall(r"\d+", first)) <= 1
        assert first.count(".") == 1
        assert "safe" not in said.lower()
        if evidence is _FINE and paint is _FINE and seen is not False:
            assert said.endswith(NOTHING[1:])
            assert "found against" not in first or "which does not make it right" in first


def test_beside_a_light_without_a_flag_stands_what_was_looked_for() -> None:
    risk = risk_of(_FINE, _FINE)
    assert light_words(risk.semantic, towards="dog") == (
        "Looked for and not found: signs that the original hardly shows dog to this guide."
    )
    assert light_words(risk.artefact, towards="dog") == "Looked for and not found: a regular pattern."
    unknown = risk_of(_UNKNOWN, _FINE).semantic
    assert light_words(unknown, towards="dog") == missing_of(unknown)


@pytest.mark.parametrize(
    ("key", "value", "limit", "said"),
    [
        (
            "H1",
            0.012,
            0.025,
            "The original hardly shows dog to this guide: 1% of known pictures of dog are at least as hard for it "
            "(flagged below 2%).",
        ),
        ("HF", 0.62, 0.41, "Fine grain: 62% of the change is finer than 4 px (flagged above 41%)."),
        ("H8", 0.0112, 0.0076, "A regular pattern: 1.1% of the change repeats (flagged above 0.8%)."),
    ],
)
def test_beside_a_flagged_light_stand_what_was_found_its_number_of_what_and_its_limit(
    key: str, value: float, limit: float, said: str
) -> None:
    light = Light(_BY_KEY[key].kind, (Indicator(_BY_KEY[key], value, "", Limit(limit, "a test")),))
    assert light_words(light, towards="dog") == said
    against = replace(light, contradicted="it goes towards dog, but the picture is said to show cat")
    assert light_words(against, towards="dog") == f"It{against.contradicted[2:]}; {said[:1].lower()}{said[1:]}"


def test_every_measure_that_can_count_says_of_what_it_is_a_share() -> None:
    counting = [measure for measure in MEASURES if measure.sign]
    assert all(measure.of_what for measure in counting)
    assert {measure.key for measure in MEASURES} - {m.key for m in counting} == {"H2", "H3", "H4", "H5", "H6"}


FAINT = "the guide saw only faint signs of dog in the original"


def undecided(risk: Risk) -> Risk:
    """Return ``risk`` of an original that tells nothing about the class."""
    return replace(risk, semantic=replace(risk.semantic, undecided=FAINT))


def test_an_original_with_faint_signs_alone_cannot_be_judged_and_the_verdict_the_light_and_its_words_say_why() -> None:
    said = f"Whether the picture supports this change cannot be judged: {FAINT}."
    faint = undecided(risk_of(_FINE, _FINE))
    assert faint.semantic.state is _UNKNOWN
    assert verdict_of(faint, towards="dog") == f"{said} Artefacts were looked for and not found."
    assert light_words(faint.semantic, towards="dog") == f"T{FAINT[1:]}."
    assert faint.semantic.sentence == f"Cannot judge: {FAINT}."
    with_paint = verdict_of(undecided(risk_of(_FINE, _BAD)), towards="dog")
    assert with_paint == f"{said} It also holds artefacts: a regular pattern."
    flagged = undecided(risk_of(_BAD, _FINE))
    assert flagged.semantic.state is _BAD
    assert verdict_of(flagged, towards="dog") == verdict_of(risk_of(_BAD, _FINE), towards="dog")


def test_where_every_change_cannot_be_judged_no_range_without_a_flag_is_named() -> None:
    risks = (risk_of(_FINE, _FINE, step=0), *(undecided(risk_of(_FINE, _FINE, step=step)) for step in (1, 2)))
    assert clear_range(risks).startswith("The light about evidence cannot judge this picture")


INVENTED = "At this ε the guide's changes are increasingly its own invention."


@pytest.mark.parametrize("paint", list(LightState))
@pytest.mark.parametrize("evidence", list(LightState))
def test_above_what_the_guide_was_trained_for_the_verdict_never_begins_with_nothing_found(
    evidence: LightState, paint: LightState
) -> None:
    risk = replace(risk_of(evidence, paint), beyond=10.5)
    first, *further = verdict_sentences(risk, towards="dog")
    why = "That begins above ε = 10.50, seven times the budget that it was trained with."
    if evidence is _BAD:
        assert first == verdict_sentences(risk_of(evidence, paint), towards="dog")[0]
        assert further[-2:] == [INVENTED, why]
    else:
        assert first == f"Be careful: a{INVENTED[1:]}"
        assert further[0] == why
        assert "Nothing was found" not in " ".join(further)


def test_above_what_the_guide_was_trained_for_no_range_without_a_flag_is_named() -> None:
    risks = tuple(replace(risk_of(_FINE, _FINE, step=step), beyond=0.15 if step > 1 else None) for step in range(4))
    assert clear_range(risks).startswith("No flag up to ε = 0.15, above which the guide increasingly invents")
    early = (*risks[:1], replace(risk_of(_BAD, _FINE, step=1)), *risks[2:])
    assert clear_range(early) == "Flagged from the smallest change on: “Was the evidence there?”"
    assert clear_range(risks[:2]).startswith("No flag up to ε = 0.10: ")


def test_without_a_change_there_is_no_verdict() -> None:
    assert verdict_of(risk_of(_BAD, _BAD, step=0), towards="dog") == "Nothing is changed at this ε."


def test_every_measure_that_can_count_has_words_that_can_be_read_aloud() -> None:
    for measure in MEASURES:
        if measure.key in {"H2", "H3", "H4", "H5", "H6"}:  # shown, not counted
            continue
        flagged = Light(measure.kind, (indicator_in(measure.key, _BAD),))
        fine = Light(LightKind.SEMANTIC, (indicator_in("H1", _FINE),))
        lights = (flagged, fine) if measure.kind is LightKind.SEMANTIC else (fine, flagged)
        said = verdict_of(Risk(1, 0.1, *lights), towards="dog")
        assert measure.sign_of("dog") in said
        assert measure.sign
        assert not any(character.isdigit() for character in said)


def test_why_a_light_cannot_judge_is_a_sentence() -> None:
    risk = risk_of(_UNKNOWN, _FINE)
    assert missing_of(risk.semantic) == "There are 3 references of dog, and it takes 100."
    assert missing_of(risk.artefact) == ""


def test_how_far_there_is_no_flag_is_said_in_words_where_that_is_nowhere() -> None:
    nothing, flagged = risk_of(_FINE, _FINE, step=0), risk_of(_BAD, _FINE)
    assert clear_range((nothing, flagged)) == "Flagged from the smallest change on: “Was the evidence there?”"
    both = clear_range((nothing, risk_of(_BAD, _BAD)))
    assert both == "Flagged from the smallest change on: “Was the evidence there?” and “Are there artefacts?”"
    assert clear_range((nothing, risk_of(_FINE, _FINE), replace(flagged, step=2))).startswith("No flag up to ε = 0.10")
    assert clear_range((nothing,)).startswith("No flag up to ε = 0.00")


def test_an_indicator_says_its_value_what_chance_makes_and_its_limit() -> None:
    measure = MEASURES[0]
    side = "above" if measure.high_is_bad else "below"
    known = Indicator(measure, -0.12345, "0 by luck.", Limit(0.5, "measured"))
    assert facts_of(known) == f"−0.123 ({measure.unit}); by chance 0 by luck; flagged {side} 0.5."
    assert facts_of(Indicator(measure, None, "", None, "Nobody knows.")) == "– Nobody knows; it has no limit."


def test_where_nothing_has_changed_nothing_is_said_of_the_overlap() -> None:
    steps, nothing = np.array([np.nan, 0.25]), np.zeros(2)
    others = np.array([[np.nan, 0.1], [np.nan, 0.3]])
    evidence = Evidence(np.zeros((2, 2), dtype=np.float32), steps, others, nothing, nothing)
    assert overlap_of(evidence, step=0) == ("", "")
    share, rest = overlap_of(evidence, step=1)
    assert share == "25%"
    assert rest.endswith("; on those of 2 other classes 20% on average.")


def test_where_the_gain_arose_is_said_with_what_was_lost() -> None:
    gains = np.array([[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [1.0, -0.5]]])
    support = np.array([[0.01, 0.9], [0.3, 0.01]])
    ledger = EvidenceLedger(support, 0.01, gains, contrasts=1 - support)
    assert where_it_arose(ledger, step=1) == (
        "Of what the change added for the class, 25% lies where the guide saw signs of it before. Where it saw none "
        "lies 50%. In all it added 4.00 to the logit at some places and took 0.50 at others."
    )
    assert where_it_arose(ledger, step=0) == "The change added too little for the class to say where."


def test_a_guide_that_does_not_know_the_class_says_so() -> None:
    row = opinion_row(Opinion("b", ("dog", 0.5), ("cat", 0.75), None), class_name="house cat")
    assert row == {
        "Guide": "b",
        "Original": "dog (50%)",
        "Enhanced": "cat (75%)",
        "Logit of house cat": "does not know this class",
    }
    knowing = opinion_row(Opinion("b", ("dog", 0.5), ("cat", 0.75), (2.0, 1.5)), class_name="cat")
    assert knowing["Logit of cat"] == "2.00 → 1.50 (−0.50)"


def test_a_lattice_is_a_row_of_a_table() -> None:
    folded = folded_row(FoldedPattern(8, 64, 0.1234, 0.0311, 0.005))
    assert list(folded.values()) == ["8 px", "12.3%", "3.1%", "0.005"]
    row = lattice_row(Lattice(4, 9.26, 9.84, 0.0744))
    assert list(row.values()) == ["4 px", "9.3 dB above its ring", "9.8 dB", "0.074"]


def test_which_other_guides_take_it_for_the_class_is_a_sentence() -> None:
    turned = Opinion("b", ("cat", 0.5), ("House-Cat", 0.75), None)
    kept = Opinion("c", ("dog", 0.5), ("dog", 0.75), None)
    already = Opinion("d", ("house cat", 0.5), ("house cat", 0.75), None)
    said = others_words([turned, kept, already], towards="house cat")
    assert said == (
        "Of 3 other guides 1 (d) took the original for house cat, and 2 (b, d) take the altered picture for it."
    )
    assert "none took the original for house cat, and 1 (b) takes" in others_words([turned], towards="house cat")
    assert others_words([], towards="dog") == ""
