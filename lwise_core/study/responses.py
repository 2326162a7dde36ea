"""What was answered, one row a trial: the table that every analysis takes, and the files it comes from and goes to.

The columns are those of the paper's released data where it has them (L-WISE, README, “Obtaining and analyzing public
data”; method notes 5.5 and 7), so that what others have published can be analysed, and the other way round. There,
``stimulus_name`` and ``choice_name`` are the names that a participant knew the classes by; here, ``choice`` is the
class behind the name, and ``picture`` the picture, whichever way it was altered.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from lwise_core._utils.errors import LWiseError
from lwise_core.teaching.design.schedules import Group, Schedule
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial, TrialKind

TEXTS = ("participant", "group", "block", "trial_type", "class", "picture", "choice", "stimulus_name", "choice_name")
NUMBERS = ("reaction_time_msec", "rel_timestamp_response", "epsilon_224", "difficulty", "onset_ms", "choices_ms")
COUNTS = ("frames_asked", "frames_shown", "frames_dropped", "left")
COLUMNS = (*TEXTS, *NUMBERS, *COUNTS, "condition_idx", "trial_number", "perf", "feedback", "simulated")
"""The columns of :attr:`Responses.trials`. ``condition_idx``, ``trial_number`` and ``perf`` (1 right, 0 wrong) are
whole numbers, ``feedback`` and ``simulated`` truth values; ``difficulty``, the times and ``COUNTS`` may be missing.
Times are milliseconds, ``reaction_time_msec`` from when the choices were drawn, ``rel_timestamp_response`` from the
start, as are ``onset_ms`` and ``choices_ms``, when picture and choices were drawn. The frames are those of the screen;
``left`` is 1 where the page was hidden or lost the focus, else 0.
(:class:`~lwise_core.teaching.design.timing.Answer` has them.)"""

MAX_RESPONSES_BYTES = 500_000_000
"""Largest file that is read."""

_NEEDED = ("participant", "block", "trial_type", "class", "perf")
_KEPT = "Nothing was changed."
_MISSING = ("", "na", "nan", "none", "null", "undefined")
_TRUTHS = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}
_FORMULA = re.compile(r"[=+\-@\t\r'＝＋－＠]")
# What the original calls the buckets of altered pictures: …-<ε>-0dot5-<steps>-<objective>, 0dot25 for 0.25 (notes 5.1).
_BUCKET = re.compile(r"-(\d+(?:dot\d+)?)-0dot5-\d+-")


class ResponsesError(LWiseError):
    """A table of answers that cannot be used. The message is one sentence: what is wrong, and what to do."""


@dataclass(frozen=True, eq=False)
class Responses:
    """What people answered, ``trials`` with one row a trial and the columns ``COLUMNS``, by participant and number.

    It is checked and completed as it is made: ``participant``, ``group``, ``block``, ``class``, ``trial_number``,
    ``perf`` and ``feedback`` must be there; the rest defaults to missing, natural pictures and main trials. A trial
    without an answer counts as wrong.

    Raises:
        ResponsesError: The table is empty, lacks a column, holds something that is no number, names one trial twice or
            puts one participant into two groups.
    """

    trials: pd.DataFrame

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
    def calibration(self) -> pd.DataFrame:
        """The trials that show who was attending."""
        return self.trials[self.trials["trial_type"] == TrialKind.CALIBRATION]

    def group_of(self, participant: str) -> str:
        """Return the group that a participant was put into."""
        return str(self.trials.loc[self.trials["participant"] == participant, "group"].iloc[0])

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
        raise ResponsesError(f"There is an answer to trial {unknown[0]}, which the course does not have. {_KEPT}")
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
    }


def read_csv(content: bytes, *, schedule: Schedule | None = None, slots: Sequence[Group] = ()) -> Responses:
    """Return the answers in a CSV, one row a trial: one that :func:`as_csv` wrote, or the paper's.

    What the paper's files do not say is derived. The group is ``slots[condition_idx]``, or “control” for 0 and
    “condition 1” and so on. Whether there was feedback follows from the block: by ``schedule``, which knows it by name
    or number, or else because its name begins with “test”. The picture is the path in ``stimulus_image_url``, and ε
    stands in the name of its bucket. Shuffled groups keep, in the paper's files, the block from before shuffling:
    where a participant's blocks do not come one after the other, they are derived anew from ``schedule`` and the
    position; without a schedule they stay.

    Args:
        content: The file, UTF-8.
        schedule: What the blocks belong to.
        slots: The groups by ``condition_idx``.

    Raises:
        ResponsesError: It is not such a file.
    """
    rows = _rows(content)
    table = pd.DataFrame({name: [_unguarded(r[name]) for r in rows] for name in rows[0]})
    lacking = [name for name in _NEEDED if name not in table]
    if lacking or not {"trial_number", "obs"} & set(table):
        name = (lacking or ["trial_number"])[0]
        raise ResponsesError(f"The file lacks the column “{name}”; give it one row a trial, as the paper's do. {_KEPT}")
    if "trial_number" not in table:
        table["trial_number"] = table["obs"]
    table["trial_type"] = table["trial_type"].map(_kind)
    _add_group(table, slots)
    _add_pictures(table)
    _add_choices(table)
    _add_blocks(table, schedule)
    return Responses(table)


def as_csv(responses: Responses) -> bytes:
    """Return the answers as CSV, UTF-8, one row a trial: the paper's columns first, then those that it lacks.

    Texts that a spreadsheet would take for a formula get an apostrophe in front, which :func:`read_csv` takes away.
    """
    table = responses.trials.copy()
    table["obs"] = table["trial_number"]
    # The buttons stand in the order of their names; those of a calibration trial are not among them.
    asked = table.loc[table["trial_type"] != TrialKind.CALIBRATION, "stimulus_name"]
    buttons = {name: i for i, name in enumerate(sorted(set(asked)))}
    table["i_choice"] = table["choice_name"].map(lambda name: buttons.get(name, ""))
    table["i_correct_choice"] = table["stimulus_name"].map(lambda name: buttons.get(name, ""))
    table["stimulus_image_url"] = table["picture"]
    for column in ("feedback", "simulated"):
        table[column] = table[column].astype(int)
    written = [*_PUBLISHED, *(c for c in COLUMNS if c not in _PUBLISHED)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")  # as RFC 4180, so that lone carriage returns are quoted too
    writer.writerow(written)
    for row in table[written].itertuples(index=False, name=None):
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue().encode()


_PUBLISHED = (
    "participant",
    "obs",
    "block",
    "condition_idx",
    "trial_type",
    "class",
    "stimulus_name",
    "choice_name",
    "i_choice",
    "i_correct_choice",
    "perf",
    "reaction_time_msec",
    "rel_timestamp_response",
    "stimulus_image_url",
    "trial_number",
)


def as_jspsych(responses: Responses) -> bytes:
    """Return the answers as jsPsych 8 saves them: a JSON list with one object a trial, nothing missing but null.

    ``trial_type`` is, as there, what jsPsych calls the form of a trial, and ``response`` the number of the button among
    ``choices``; what the trial was for is in ``task``. ``trial_index`` starts anew with every ``subject``, and
    ``time_elapsed`` is when the answer came. (jsPsych 8, “Plugins: data collected by all plugins” and
    “image-button-response”.)
    """
    names = responses.classes
    trials = []
    for row in responses.trials.to_dict("records"):
        choices = (
            list(names) if row["trial_type"] != TrialKind.CALIBRATION else sorted({row["class"], row["choice"]} - {""})
        )
        trials.append(
            {
                "trial_type": "image-button-response",
                "trial_index": int(row["trial_number"]),
                "time_elapsed": _or_none(row["rel_timestamp_response"]),
                "rt": _or_none(row["reaction_time_msec"]),
                "stimulus": row["picture"],
                "response": choices.index(row["choice"]) if row["choice"] in choices else None,
                "choices": choices,
                "correct": bool(row["perf"]),
                "subject": row["participant"],
                "group": row["group"],
                "block": row["block"],
                "task": row["trial_type"],
                "class": row["class"],
                "choice": row["choice"] or None,
                "epsilon_224": _or_none(row["epsilon_224"]),
                "difficulty": _or_none(row["difficulty"]),
                "feedback": bool(row["feedback"]),
                "simulated": bool(row["simulated"]),
                **{name: _or_none(row[name]) for name in ("onset_ms", "choices_ms", *COUNTS)},
            }
        )
    return json.dumps(trials, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy with exactly ``COLUMNS``, each of its type, sorted by participant and number."""
    if len(table) == 0:
        raise ResponsesError("There are no answers in it; choose a file or a study with at least one trial.")
    lacking = [n for n in (*_NEEDED, "group", "trial_number", "feedback") if n not in table and n != "trial_type"]
    if lacking:
        raise ResponsesError(f"The answers lack “{lacking[0]}”; add that column. {_KEPT}")
    columns: dict[str, Any] = {name: _texts(table, name) for name in TEXTS}
    columns |= {name: _numbers(table, name) for name in NUMBERS}
    columns |= {name: _counts(table, name) for name in COUNTS}
    columns["epsilon_224"] = columns["epsilon_224"].fillna(0.0)
    columns["condition_idx"] = _whole(_numbers(table, "condition_idx").fillna(0.0), "condition_idx")
    columns["trial_number"] = _whole(_numbers(table, "trial_number"), "trial_number")
    for name in ("feedback", "simulated"):
        columns[name] = _truths(table, name)
    columns["perf"] = _perf(table)
    columns["trial_type"] = columns["trial_type"].where(columns["trial_type"] != "", TrialKind.MAIN.value)
    checked = pd.DataFrame(columns)[list(COLUMNS)]
    _one_place_each(checked)
    return checked.sort_values(["participant", "trial_number"], kind="stable", ignore_index=True)


def _one_place_each(table: pd.DataFrame) -> None:
    """Refuse nameless and doubled trials, and participants of two groups."""
    for name in ("participant", "group", "block", "class"):
        if (table[name] == "").any():
            raise ResponsesError(f"A trial has nothing in the column “{name}”; fill it in. {_KEPT}")
    twice = table[table.duplicated(["participant", "trial_number"])]
    if len(twice):
        first = twice.iloc[0]
        raise ResponsesError(
            f"Participant “{first['participant']}” has trial {first['trial_number']} twice; leave one out. {_KEPT}"
        )
    groups = table.groupby("participant")["group"].nunique()
    if (groups > 1).any():
        raise ResponsesError(
            f"Participant “{groups.idxmax()}” is in {groups.max()} groups; everybody belongs to one. {_KEPT}"
        )


def _texts(table: pd.DataFrame, name: str) -> pd.Series:
    if name not in table:
        return pd.Series([""] * len(table), index=table.index, dtype=object)
    return table[name].map(lambda value: "" if pd.isna(value) else str(value)).astype(object)


def _numbers(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as finite float64, NaN where there is nothing."""
    if name not in table:
        return pd.Series(np.full(len(table), np.nan), index=table.index)
    return table[name].map(lambda value: _number(value, name)).astype(float)


def _number(value: object, name: str) -> float:
    if value is None or value is pd.NA or str(value).strip().lower() in _MISSING:
        return math.nan
    try:
        number = float(str(value))
    except ValueError:
        number = math.inf
    if math.isinf(number):
        raise ResponsesError(f"“{str(value)[:40]}” in the column “{name}” is no number; correct it. {_KEPT}")
    return number


def _whole(numbers: pd.Series, name: str) -> pd.Series:
    if numbers.isna().any() or (numbers % 1 != 0).any() or (numbers.abs() > 2**53).any():
        raise ResponsesError(f"The column “{name}” must hold a whole number in every trial; correct it. {_KEPT}")
    return numbers.astype("int64")


def _counts(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as whole numbers from 0, missing where there is nothing."""
    numbers = _numbers(table, name)
    if (_whole(numbers.dropna(), name) < 0).any():
        raise ResponsesError(f"The column “{name}” counts, so nothing in it is below 0; correct it. {_KEPT}")
    return numbers.astype("Int64")


def _truths(table: pd.DataFrame, name: str) -> pd.Series:
    if name not in table:
        return pd.Series(np.zeros(len(table), dtype=bool), index=table.index)
    truths = table[name].map(lambda value: _TRUTHS.get(str(value).strip().lower()))
    if truths.isna().any():
        raise ResponsesError(f"The column “{name}” must say 1 or 0 in every trial; correct it. {_KEPT}")
    return truths.astype(bool)


def _perf(table: pd.DataFrame) -> pd.Series:
    """Return 1 for right answers; 0 for wrong ones and where there was none, whatever the file says."""
    right = _numbers(table, "perf").fillna(0.0)
    if not right.isin([0.0, 1.0]).all():
        raise ResponsesError(f"The column “perf” must say 1 (right) or 0 (wrong); correct it. {_KEPT}")
    if "choice" in table and (_texts(table, "choice") != "").any():
        right = right.where(_texts(table, "choice") != "", 0.0)
    return right.astype("int64")


def _rows(content: bytes) -> list[dict[str, str]]:
    if len(content) > MAX_RESPONSES_BYTES:
        raise ResponsesError(
            f"The file is larger than {MAX_RESPONSES_BYTES // 1_000_000} MB; split it by experiment. {_KEPT}"
        )
    try:
        text = content.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ResponsesError(f"The file is not a CSV in UTF-8; save it as one. {_KEPT}") from error
    if not rows:
        raise ResponsesError(f"The file holds no trials; choose one with a row for each. {_KEPT}")
    if any(None in r or None in r.values() for r in rows):
        raise ResponsesError(f"Some rows have more or fewer cells than the heading; save the file anew. {_KEPT}")
    return rows


def _kind(written: str) -> str:
    """Return what a trial was for: the original's own types of trial all count as main ones."""
    word = written.strip().lower()
    return next(
        (k.value for k in (TrialKind.CALIBRATION, TrialKind.REPEAT) if word.startswith(k.value)), TrialKind.MAIN.value
    )


def _add_group(table: pd.DataFrame, slots: Sequence[Group]) -> None:
    if "group" in table:
        return
    if "condition_idx" not in table:
        raise ResponsesError(f"The file says of nobody which group they are in; add “condition_idx”. {_KEPT}")
    condition = _whole(_numbers(table, "condition_idx"), "condition_idx")
    if slots and not condition.between(0, len(slots) - 1).all():
        raise ResponsesError(
            f"The file has condition {condition.max()}, and the study has {len(slots)}, from 0; choose another study."
        )
    names = dict(enumerate(map(str, slots))) or {0: Group.CONTROL.value}
    table["group"] = condition.map(lambda c: names.get(c, f"condition {c}"))


def _add_pictures(table: pd.DataFrame) -> None:
    urls = _texts(table, "stimulus_image_url")
    if "picture" not in table:
        table["picture"] = urls.map(lambda url: urlsplit(url).path.lstrip("/") if "://" in url else url)
    if "epsilon_224" not in table:
        table["epsilon_224"] = urls.map(_epsilon_in)


def _epsilon_in(url: str) -> float:
    found = _BUCKET.search((urlsplit(url).hostname or "") + "-") if "://" in url else None
    return float(found[1].replace("dot", ".")) if found else 0.0


def _add_choices(table: pd.DataFrame) -> None:
    """Add the class behind the name that was chosen: each participant has met the names of the classes as answers."""
    if "choice" in table or "choice_name" not in table:
        return
    if "stimulus_name" not in table:
        table["stimulus_name"] = table["class"]
    main = table[table["trial_type"] != TrialKind.CALIBRATION]
    known = {(p, s): c for p, s, c in zip(main["participant"], main["stimulus_name"], main["class"], strict=True)}
    table["choice"] = [
        "" if name.strip().lower() in _MISSING else known.get((person, name), name)
        for person, name in zip(table["participant"], table["choice_name"], strict=True)
    ]


def _add_blocks(table: pd.DataFrame, schedule: Schedule | None) -> None:
    """Add whether there was feedback, and give blocks their names and, where they are jumbled, their places."""
    if "feedback" in table:
        return
    if schedule is None:
        numbered = table["block"].map(lambda b: b.strip().isdecimal())
        if numbered.any():
            raise ResponsesError(
                "The file numbers its blocks and does not say which had feedback; choose the schedule that they "
                f"belong to. {_KEPT}"
            )
        table["feedback"] = ~table["block"].str.lower().str.startswith("test")
        return
    names = [b.name for b in schedule.blocks]
    known = dict(zip(names, names, strict=True)) | {str(i): name for i, name in enumerate(names)}
    blocks = table["block"].map(lambda b: known.get(b.strip().removesuffix(".0")))
    if blocks.isna().any():
        stranger = table["block"][blocks.isna()].iloc[0]
        raise ResponsesError(f"The schedule “{schedule.name}” has no block “{stranger}”; choose another. {_KEPT}")
    table["block"] = _in_place(table.assign(block=blocks), schedule)
    table["feedback"] = table["block"].map({b.name: b.feedback for b in schedule.blocks})


def _in_place(table: pd.DataFrame, schedule: Schedule) -> pd.Series:
    """Return each trial's block, by position for participants whose blocks do not come one after the other."""
    classes = table.loc[table["trial_type"] == TrialKind.MAIN, "class"].nunique()
    places = [b.name for b in schedule.blocks for _ in range(b.trials(classes))]
    blocks = table["block"].copy()
    numbers = _whole(_numbers(table, "trial_number"), "trial_number")
    for rows in table.groupby("participant").groups.values():
        mine = numbers.loc[rows].sort_values()
        seen = blocks.loc[mine.index]
        runs = int((seen != seen.shift()).sum())
        if runs > seen.nunique() and mine.between(0, len(places) - 1).all():
            blocks.loc[mine.index] = [places[i] for i in mine]
    return blocks


def _cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return "" if pd.isna(value) else value


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _or_none(value: float | int) -> float | int | None:
    return None if pd.isna(value) else value
