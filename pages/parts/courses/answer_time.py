"""How long a learner has for an answer, said before the first picture."""

from __future__ import annotations

from lwise_core.teaching.design.timing import Timing
from lwise_core.teaching.languages.catalogue import Catalogue


def answer_time(timing: Timing, words: Catalogue) -> str:
    """Return the sentence; after that time an answer counts as wrong."""
    seconds = max(1, int(timing.choice_ms / 1000))
    return words.translate_count(
        "You have {count} second for each answer; then it is too late.",
        "You have {count} seconds for each answer; then it is too late.",
        count=seconds,
    )
