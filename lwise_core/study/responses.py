"""What was answered, one row a trial: the table that every analysis takes, and the files it comes from and goes to.

The columns are those of the paper's released data where it has them (L-WISE, README, “Obtaining and analyzing public
data”; method notes 5.5 and 7), so that what others have published can be analysed, and the other way round. There,
``stimulus_name`` and ``choice_name`` are the names that a participant knew the classes by; here, ``choice`` is the
class behind the name, and ``picture`` the picture, whichever way it was altered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lwise_core.study.response_columns import (
    NEEDED_COLUMNS,
    UNCHANGED,
    ResponsesError,
    counts_in,
    numbers_in,
    right_or_wrong,
    texts_in,
    truths_in,
    whole_numbers,
)
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial, TrialKind

TEXTS = ("participant", "group", "block", "trial_type", "class", "picture", "choice", "stimulus_name", "choice_name")

PAIR_TEXTS = ("foil", "foil_class", "foil_towards", "side")

NUMBERS = (
    "reaction_time_msec",
    "rel_timestamp_response",
    "epsilon_224",
    "difficulty",
    "onset_ms",
    "choices_ms",
    "foil_epsilon_224",
)

COUNTS = ("frames_asked", "frames_shown", "frames_dropped", "left", "likeness", "sureness")

COLUMNS = (
    *TEXTS,
    *PAIR_TEXTS,
    *NUMBERS,
    *COUNTS,
    "towards",
    "treatment",
    "condition_idx",
    "trial_number",
    "perf",
    "feedback",
    "simulated",
)
"""The columns of :attr:`Responses.trials`. ``condition_idx``, ``trial_number`` and ``perf`` (1 right, 0 wrong) are
whole numbers, ``feedback`` and ``simulated`` truth values; ``difficulty``, the times and ``COUNTS`` may be missing.
Times are milliseconds, ``reaction_time_msec`` from when the choices were drawn, ``rel_timestamp_response`` from the
start, as are ``onset_ms`` and ``choices_ms``, when picture and choices were drawn. The frames are those of the screen;
``left`` is 1 where the page was hidden or lost the focus, else 0. Where two pictures stood side by side, ``side`` says
where the right one stood, ``left`` or ``right``, and ``foil`` to ``likeness`` what stood beside it, as
:class:`~lwise_core.teaching.design.trials.Foil` does; ``choice`` is the class of the one that was chosen. ``sureness``
is 1 to 4 where it was asked.
(:class:`~lwise_core.teaching.design.timing.Answer` has them.)"""


@dataclass(frozen=True, eq=False)
class Responses:
    """What people answered, ``trials`` with one row a trial and the columns ``COLUMNS``, by participant and number.

    It is checked and completed as it is made: ``participant``, ``group``, ``block``, ``class``, ``trial_number``,
    ``perf`` and ``feedback`` must be there; the rest defaults to missing, natural pictures and main trials. A trial
    without an answer counts as wrong. ``notes`` are sentences on how a file was read that people should know of.

    Raises:
        ResponsesError: The table is empty, lacks a column, holds something that is no number, names one trial twice or
            puts one participant into two groups.
    """

    trials: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "trials", _checked(self.trials))

    @property
    def participants(self) -> tuple[str, ...]:
        """Everybody, sorted."""
        return tuple(sorted(self.trials["participant"].unique()))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, control first and the others in the order of their condition."""
        order = self.trials.groupby("group")["condition_idx"].min()
        return tuple(sorted(order.index, key=lambda g: (g != Group.CONTROL, int(order[g]), g)))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of scored trials, sorted."""
        return tuple(sorted(self.scored["class"].unique()))

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks in the order in which they came."""
        return tuple(self.trials.groupby("block")["trial_number"].median().sort_values(kind="stable").index)

    @property
    def simulated(self) -> bool:
        """Whether any answer is a model's and not a person's."""
        return bool(self.trials["simulated"].any())

    @property
    def scored(self) -> pd.DataFrame:
        """The trials that count: neither calibration nor the repeated picture."""
        return self.trials[self.trials["trial_type"] == TrialKind.MAIN]

    @property
    def training(self) -> pd.DataFrame:
        """All trials with feedback."""
        return self.trials[self.trials["feedback"]]

    @property
    def tests(self) -> pd.DataFrame:
        """The scored trials without feedback."""
        return self.scored[~self.scored["feedback"]]

    @property
    def in_pairs(self) -> pd.DataFrame:
        """The scored trials of two pictures side by side."""
        return self.scored[self.scored["foil_class"] != ""]

    @property
    def calibration(self) -> pd.DataFrame:
        """The trials that show who was attending."""
        return self.trials[self.trials["trial_type"] == TrialKind.CALIBRATION]

    def without(self, participants: Collection[str]) -> Responses:
        """Return the answers of everybody else.

        Raises:
            ResponsesError: No participant remains.
        """
        return Responses(self.trials[~self.trials["participant"].isin(list(participants))])


def together(parts: Sequence[Responses]) -> Responses:
    """Return several people's answers as one table.

    Raises:
        ResponsesError: There are none, or one person's come twice.
    """
    if not parts:
        raise ResponsesError("There are no answers yet; let somebody take the course first.")
    return Responses(pd.concat([p.trials for p in parts], ignore_index=True))


def responses_of(
    trials: Sequence[Trial],
    answers: Sequence[Answer],
    *,
    participant: str,
    group: str,
    condition_idx: int = 0,
    aliases: Mapping[str, str] | None = None,
    simulated: bool = False,
) -> Responses:
    """Return what one participant answered.

    Args:
        trials: What was shown, by number.
        answers: One for each trial that was reached; trials without one are left out.
        participant: Who.
        group: What they got.
        condition_idx: The group's number, 0 for control.
        aliases: Class → the name that the participant knew it by; the class itself where it is not given.
        simulated: Whether a model answered and not a person.

    Raises:
        ResponsesError: There is no answer, or one to no trial.
    """
    by_number = {t.number: t for t in trials}
    unknown = [a.trial for a in answers if a.trial not in by_number]
    if unknown:
        raise ResponsesError(f"There is an answer to trial {unknown[0]}, which the course does not have. {UNCHANGED}")
    names = dict(aliases or {})
    rows = [
        _row(by_number[a.trial], choice=a.choice, names=names)
        | {
            "participant": participant,
            "group": str(group),
            "condition_idx": condition_idx,
            "simulated": simulated,
            "reaction_time_msec": a.reaction_ms,
            "rel_timestamp_response": None if a.reaction_ms is None else a.choices_ms + a.reaction_ms,
            "onset_ms": a.onset_ms,
            "choices_ms": a.choices_ms,
            "frames_asked": a.frames_asked,
            "frames_shown": a.frames_shown,
            "frames_dropped": a.frames_dropped,
            "left": int(a.left),
            "sureness": a.sureness,
        }
        for a in answers
    ]
    return Responses(pd.DataFrame(rows))


def _row(trial: Trial, *, choice: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns that follow from a trial and what was chosen in it."""
    return {
        "block": trial.block,
        "trial_number": trial.number,
        "trial_type": trial.kind.value,
        "class": trial.answer,
        "picture": trial.picture,
        "choice": choice,
        "stimulus_name": names.get(trial.answer, trial.answer),
        "choice_name": names.get(choice, choice),
        "perf": int(choice == trial.answer),
        "epsilon_224": trial.epsilon_224,
        "difficulty": trial.difficulty,
        "feedback": trial.feedback,
        "towards": trial.towards,
        "treatment": trial.treatment,
    } | _pair_of(trial)


def _pair_of(trial: Trial) -> dict[str, Any]:
    """Return the columns of the second picture of two."""
    if trial.foil is None:
        return {}
    foil = trial.foil
    return {
        "foil": foil.picture,
        "foil_class": foil.answer,
        "foil_towards": foil.towards,
        "foil_epsilon_224": foil.epsilon_224,
        "likeness": foil.likeness,
        "side": trial.side,
    }


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy with exactly ``COLUMNS``, each of its type, sorted by participant and number."""
    if len(table) == 0:
        raise ResponsesError("There are no answers in it; choose a file or a study with at least one trial.")
    lacking = [
        n for n in (*NEEDED_COLUMNS, "group", "trial_number", "feedback") if n not in table and n != "trial_type"
    ]
    if lacking:
        raise ResponsesError(f"The answers lack “{lacking[0]}”; add that column. {UNCHANGED}")
    columns: dict[str, Any] = {name: texts_in(table, name) for name in (*TEXTS, *PAIR_TEXTS, "towards", "treatment")}
    columns |= {name: numbers_in(table, name) for name in NUMBERS}
    columns |= {name: counts_in(table, name) for name in COUNTS}
    columns["epsilon_224"] = columns["epsilon_224"].fillna(0.0)
    columns["condition_idx"] = whole_numbers(numbers_in(table, "condition_idx").fillna(0.0), "condition_idx")
    columns["trial_number"] = whole_numbers(numbers_in(table, "trial_number"), "trial_number")
    for name in ("feedback", "simulated"):
        columns[name] = truths_in(table, name)
    columns["perf"] = right_or_wrong(table)
    columns["trial_type"] = columns["trial_type"].where(columns["trial_type"] != "", TrialKind.MAIN.value)
    checked = pd.DataFrame(columns)[list(COLUMNS)]
    _one_place_each(checked)
    return checked.sort_values(["participant", "trial_number"], kind="stable", ignore_index=True)


_MAY_BE_TWO = "the answers differ, so two people may share this label: give each of them one of their own"


def _one_place_each(table: pd.DataFrame) -> None:
    """Refuse nameless and doubled trials, and participants of two groups."""
    for name in ("participant", "group", "block", "class"):
        if (table[name] == "").any():
            raise ResponsesError(f"A trial has nothing in the column “{name}”; fill it in. {UNCHANGED}")
    twice = table[table.duplicated(["participant", "trial_number"])]
    if len(twice):
        first = twice.iloc[0]
        same = table[(table[["participant", "trial_number"]] == first[["participant", "trial_number"]]).all(axis=1)]
        what = "leave one out" if len(same.drop_duplicates()) == 1 else _MAY_BE_TWO
        raise ResponsesError(
            f"Participant “{first['participant']}” has trial {first['trial_number']} twice; {what}. {UNCHANGED}"
        )
    groups = table.groupby("participant")["group"].nunique()
    if (groups > 1).any():
        raise ResponsesError(
            f"Participant “{groups.idxmax()}” is in {groups.max()} groups; everybody belongs to one. {UNCHANGED}"
        )
