"""Made-up studies whose answers are known: who was right in which trial of the test."""

from __future__ import annotations

import pandas as pd

from lwise_core.study.responses import Responses


def study(right: dict[str, list[list[int]]], *, calibration: dict[str, list[int]] | None = None) -> Responses:
    """Return a study: group → for each person, whether each of the test pictures was named rightly.

    Before the test there is one block of training with the same answers, and calibration trials as given by person.
    """
    rows = []
    for condition, (group, people) in enumerate(right.items()):
        for i, person in enumerate(people):
            name = f"{group} {i}"
            for block, feedback in (("train_1", True), ("test_1", False)):
                rows += [
                    {
                        "participant": name,
                        "group": group,
                        "condition_idx": condition,
                        "block": block,
                        "trial_type": "main",
                        "class": "ab"[j % 2],
                        "picture": f"{block} {j:02}",
                        "choice": "ab"[(j + 1 - ok) % 2],
                        "perf": ok,
                        "feedback": feedback,
                        "difficulty": j / len(person),
                        "reaction_time_msec": 500.0 + j,
                    }
                    for j, ok in enumerate(person)
                ]
                shapes = (calibration or {}).get(name, [1] * 10) if feedback else []
                rows += [
                    {**rows[-1], "trial_type": "calibration", "picture": "circle", "class": "circle", "perf": ok}
                    | {"choice": "circle" if ok else "triangle"}
                    for ok in shapes
                ]
    table = pd.DataFrame(rows)
    table["trial_number"] = table.groupby("participant").cumcount()
    return Responses(table)


def of_shares(shares: dict[str, list[float]], *, trials: int = 10) -> Responses:
    """Return a study: group → for each person, the share of test pictures named rightly."""
    return study(
        {
            g: [[1] * round(s * trials) + [0] * (trials - round(s * trials)) for s in people]
            for g, people in shares.items()
        }
    )
