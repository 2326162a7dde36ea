"""What other programs call the columns of answers, in our names: in other case, and as jsPsych calls them."""

from __future__ import annotations

from collections.abc import Sequence

Row = dict[str, str]

_PAPERS = ("obs", "stimulus_name", "choice_name", "i_choice", "stimulus_image_url", "query_string")
_OURS = (
    *("participant", "group", "block", "trial_type", "class", "choice", "picture", "perf", "trial_number"),
    *("condition_idx", "reaction_time_msec", "rel_timestamp_response", "epsilon_224", "difficulty", "feedback"),
)
# jsPsych's names of what every trial has, and ours (jsPsych 8, “Plugins: data collected by all plugins”).
_JSPSYCH = {
    "subject": "participant",
    "task": "trial_type",
    "trial_index": "trial_number",
    "rt": "reaction_time_msec",
    "time_elapsed": "rel_timestamp_response",
    "stimulus": "picture",
    "correct": "perf",
}

READ_COLUMNS = (*_OURS, *_PAPERS, *_JSPSYCH)
"""The columns that this program reads, in its own names and those of the paper's files and of jsPsych."""


def in_our_names(rows: Sequence[Row]) -> list[Row]:
    """Return rows of one table with columns that this program reads called as it calls them.

    A name in other case counts where the column is not there in its own. What jsPsych shows without asking, such as
    instructions, has the form of a trial and no class, and is left out.
    """
    if not rows:
        return []
    known = {name.casefold(): name for name in READ_COLUMNS if name not in rows[0]}
    called = {name: known.get(name.casefold(), name) for name in rows[0]}
    if len(set(called.values())) < len(called):  # two columns differ in case only: neither is guessed
        called = {name: name for name in called}
    return [_of_jspsych({called[name]: cell for name, cell in row.items()}) for row in rows if _asks(row, called)]


def _asks(row: Row, called: dict[str, str]) -> bool:
    of_jspsych = "trial_index" in called.values()
    return not of_jspsych or any(cell and called[name] == "class" for name, cell in row.items())


def _of_jspsych(row: Row) -> Row:
    if "trial_index" in row:
        for theirs, ours in _JSPSYCH.items():
            if theirs in row and (ours not in row or theirs == "task"):
                row[ours] = row[theirs]
    return row
