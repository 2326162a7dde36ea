"""Where a change is too small to be seen, a position is found where it is plain."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.guide import Domain, EpsilonScale
from pages.parts.studio.visibility import SEEN_FROM, visible_step


@given(size=st.sampled_from([32, 64, 128, 224]), domain=st.sampled_from(Domain), reached=st.integers(0, 80))
def test_the_position_is_reached_and_can_be_seen_or_there_is_none(size: int, domain: Domain, reached: int) -> None:
    scale = EpsilonScale.of(input_size=size, domain=domain)
    found = visible_step(scale, reached=reached)
    seen = [i for i in range(reached + 1) if scale.grey_levels(i * scale.step) >= SEEN_FROM]
    if found is None:
        assert not seen
    else:
        assert found in seen


def test_a_medical_guide_s_default_cannot_be_seen_and_its_slider_goes_to_where_it_can() -> None:
    scale = EpsilonScale.of(input_size=128, domain=Domain.MEDICAL)
    assert scale.grey_levels(scale.default) < SEEN_FROM
    assert visible_step(scale, reached=scale.steps) is not None
