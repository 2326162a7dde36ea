"""What is said of a photograph before its difficulty: three states, by p and by how many are held out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.novelty import LARGEST_FLAGGED_P, NOT_JUDGED, Novelty, NoveltyState
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE

shares = st.floats(1e-6, 1)


@given(shares, st.integers(ENOUGH_FOR_EVIDENCE, 5000))
def test_a_small_p_is_flagged_and_no_other(p: float, references: int) -> None:
    found = Novelty(p, references)
    assert found.flagged == (p <= LARGEST_FLAGGED_P)
    assert not found.unjudged
    assert not found.because
    assert found.state is (NoveltyState.FLAGGED if p <= LARGEST_FLAGGED_P else NoveltyState.NO_FLAG)


@given(shares, st.integers(0, ENOUGH_FOR_EVIDENCE - 1))
def test_too_few_held_out_pictures_judge_nothing(p: float, references: int) -> None:
    assert Novelty(p, references).state is NoveltyState.CANNOT_JUDGE
    assert not Novelty(p, references).flagged
    assert Novelty(p, references).unjudged
    assert Novelty(p, references).because


@pytest.mark.parametrize(
    ("novelty", "begins", "holds"),
    [
        (
            Novelty(0.004, 1200),
            "Flagged: it is unlike what the guide learnt",
            "(p = 0.004 among 1,200 held-out pictures)",
        ),
        (Novelty(0.4, 1200), "No flag: nothing says", "(p = 0.4 among 1,200 held-out pictures)"),
        (Novelty(None, 1200), "Cannot judge", "unlike what the guide learnt: this guide finds no number for it."),
        (Novelty(0.4, 1), "Cannot judge", "learnt: this guide compares it with 1 picture, and it takes 100."),
        (NOT_JUDGED, "Cannot judge", "unlike what the guide learnt: this guide has no pictures to compare it with."),
    ],
)
def test_it_says_its_state_first_and_never_that_a_picture_is_safe(novelty: Novelty, begins: str, holds: str) -> None:
    assert str(novelty).startswith(begins)
    assert holds in str(novelty)
    assert "safe" not in str(novelty)


def test_a_flag_is_read_before_anything_else() -> None:
    flagged, clear = Novelty(0.01, 500), Novelty(0.5, 500)
    assert flagged.around("Hard.") == f"{flagged} Hard."
    assert clear.around("Hard.") == f"Hard. {clear}"
    assert NOT_JUDGED.around("Hard.") == f"Hard. {NOT_JUDGED}"


def test_manifests_and_tables_have_one_of_three_states_and_its_p() -> None:
    assert Novelty(0.01, 200).fields() == {"unlike": "flagged", "unlike_p": 0.01}
    assert Novelty(0.5, 200).fields() == {"unlike": "no flag", "unlike_p": 0.5}
    assert NOT_JUDGED.fields() == {"unlike": "cannot judge", "unlike_p": None}
