"""Two people under one label, such as two who drew the same sequence of an experiment: told apart, nobody left out."""

from __future__ import annotations

import pandas as pd

from lwise_core.study.json_rows import PART

_BEGINNINGS = (PART, "query_string")  # what differs between two people and is the same in all trials of one


def told_apart(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` with a label of its own for each person: “7” and “7 (2)”.

    ``participant`` and ``trial_number`` are columns of text. Two people are told apart by the list in which their
    trials stood or by the address at which they took part, else where the file has one after the other. Where it does
    neither, or the same answers stand there twice, the table stays as it is, and is refused later.
    """
    labels = table["participant"].copy()
    taken = set(labels)
    for label, rows in table.groupby("participant", sort=False):
        if not rows.duplicated("trial_number").any():
            continue
        people = _people(rows)
        for number, person in enumerate(people[1:], start=2):
            own = next(f"{label} ({n})" for n in range(number, len(table) + 3) if f"{label} ({n})" not in taken)
            taken.add(own)
            labels.loc[person.index] = own
    return table.assign(participant=labels)


def _people(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the trials of each person in ``rows``, all in one where they cannot be told apart."""
    for column in _BEGINNINGS:
        if column in rows and rows[column].nunique() > 1:
            people = [person for _, person in rows.groupby(column, sort=False)]
            if _are_people(people):
                return people
    numbers = pd.to_numeric(rows["trial_number"], errors="coerce")
    people = [person for _, person in rows.groupby((numbers.diff() <= 0).cumsum())]
    first = numbers.min()
    begun = all(numbers.loc[p.index].iloc[0] == first for p in people)
    return people if begun and _are_people(people) else [rows]


def _are_people(people: list[pd.DataFrame]) -> bool:
    """Tell whether nobody has a trial twice, and nobody's answers are another's over again."""
    if any(p.duplicated("trial_number").any() for p in people):
        return False
    answers = [tuple(p.drop(columns=PART, errors="ignore").itertuples(index=False, name=None)) for p in people]
    return len(set(answers)) == len(answers)
