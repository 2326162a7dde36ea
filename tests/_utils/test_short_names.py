"""Short names stand in the form in which names are compared, and none stands for another short name."""

from __future__ import annotations

from lwise_core._utils.class_names import canonical
from lwise_core._utils.short_names import SHORT_NAMES


def test_every_short_name_is_one_that_a_comparison_can_find() -> None:
    assert {canonical(short) for short in SHORT_NAMES} == set(SHORT_NAMES)
    assert not {canonical(words) for words in SHORT_NAMES.values()} & set(SHORT_NAMES)
