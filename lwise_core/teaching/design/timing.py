"""What happens in a trial: how long things are shown, and what is recorded of the answer.

Times are milliseconds by the page's own clock (``performance.now`` and the frames it counted), not by photons on the
screen. The settings are the paper's (method notes 3.5).
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

UNTIL_RESPONSE = 0.0
"""``Timing.stimulus_ms`` of a picture that stays until the answer."""

_ROUNDING_MS = 1.0

SECONDS_A_TRIAL = 4.2
"""How long a trial takes a learner: 201 trials in about 14 minutes (L-WISE, method notes 8.1)."""


SECONDS_A_PAIR = 15.0
"""How long two pictures of one original take a clinician, and how sure they are: 104 take about 25 minutes."""


@dataclass(frozen=True)
class Timing:
    """How a trial runs. All times in milliseconds.

    The picture is shown for ``stimulus_ms`` (0: until the answer), then nothing for ``blank_ms`` before the choices are
    drawn; where it stays, picture and choices come together. Answers within ``lockout_ms`` after the choices are drawn
    do not count, and after ``choice_ms`` time is out, which is wrong. Feedback stays at least ``feedback_correct_ms``
    or ``feedback_wrong_ms``, then until the learner goes on; ``between_ms`` of nothing follows.

    Raises:
        ValueError: A time is negative or no finite number, or there is no time to answer after the lockout.
    """

    stimulus_ms: float = UNTIL_RESPONSE
    blank_ms: float = 0.0
    choice_ms: float = 10_000.0
    lockout_ms: float = 200.0
    feedback_correct_ms: float = 500.0
    feedback_wrong_ms: float = 1_500.0
    between_ms: float = 200.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(time) and time >= 0 for time in astuple(self)):
            raise ValueError("A time is a finite number that is not negative.")
        if self.choice_ms <= self.lockout_ms:
            raise ValueError("The time to answer must be longer than the lockout.")

    def can_bring(self, answer: Answer) -> bool:
        """Return whether a trial of these settings can end with ``answer``, as far as its choice and its time tell.

        A choice that counts has a time between the lockout and the end of the time to answer; time out has neither.
        """
        if not answer.choice or answer.reaction_ms is None:
            return not answer.choice and answer.reaction_ms is None
        return self.lockout_ms - _ROUNDING_MS <= answer.reaction_ms <= self.choice_ms + _ROUNDING_MS


LEARNING = Timing()
"""The paper's learning tasks: picture and choices together, until the answer, 10 s."""

UNHURRIED = Timing(choice_ms=120_000.0)
"""A study with clinicians: until the answer, for which there are two minutes."""

MOST_SURE = 4
"""The highest sureness that can be said; the lowest, a guess, is 1."""

BRIEF = Timing(stimulus_ms=17.0, blank_ms=200.0, choice_ms=15_000.0, feedback_correct_ms=0.0, feedback_wrong_ms=1_000.0)
"""The paper's ImageNet Animals: one frame of 60 a second, then nothing, then the choices."""


@dataclass(frozen=True)
class Answer:
    """What a learner did in trial ``trial``, as the page recorded it.

    ``choice`` is the class, or the shape, that was chosen; empty when time ran out. ``reaction_ms`` counts from when
    the choices were drawn, None when time ran out. ``onset_ms`` and ``choices_ms`` are when the picture and the choices
    were drawn, since the page was opened. ``frames_asked`` and ``frames_shown`` count the screen's frames with the
    picture, None where it stays until the answer; ``frames_dropped`` the frames that the browser skipped meanwhile.
    ``left`` is whether the page was hidden or lost the focus. ``sureness`` is how sure the learner was, 1 (guessed) to
    4, None where nobody asked. Of two pictures, ``choice`` says in the records what the chosen one stands for, and on
    its way from the page on which side it stands.
    """

    trial: int
    choice: str
    reaction_ms: float | None
    onset_ms: float
    choices_ms: float
    frames_asked: int | None = None
    frames_shown: int | None = None
    frames_dropped: int = 0
    left: bool = False
    sureness: int | None = None
