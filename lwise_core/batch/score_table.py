"""The table of scores: what is said of every ranked picture, whether a job over a whole set or a page ranked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lwise_core._utils.arrays import Values
from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core._utils.csv_lines import Cell
from lwise_core.batch.official_difficulty import Definition, OfficialRanking, difficulties, percentiles
from lwise_core.batch.tables import Columns, Row
from lwise_core.guides.references import References

ADDED_COLUMNS = ("robust_gt_logit", "difficulty", "difficulty_per_class", "percentile_in_class")
"""What a dirmap gets: the ground-truth logit, both official difficulties (over the file, by class), the percentile."""

SCORE_COLUMNS: Columns = {
    "picture": str,
    "split": str,
    "stated_class": str,
    "stated_by": str,
    "robust_gt_logit": float,
    "difficulty": float,
    "difficulty_per_class": float,
    "percentile_in_class": float,
    "log_probability": float,
    "rank": int,
    "first_choice": str,
    "harder_than_references": float,
    "references": int,
    "unlike": str,
    "unlike_p": float,
    "source_sha256": str,
}
"""The columns, in their order."""

WOBBLE_COLUMNS: Columns = {"wobble_lowest": float, "wobble_highest": float, "wobble_seen": int}
"""Beside them where a person asked by how much ranks wobble."""

ODDITY_COLUMNS: Columns = {"label_issue": str, "label_issue_probability": float, "near_duplicate_of": str}
"""Beside them where doubtful labels and near-duplicates were looked for: what it shows instead, and another file."""

GUESSED = "guess of the guide"
"""What ``stated_by`` says where nobody named the class."""

RELABELLED = "person"
"""What ``stated_by`` says where a person gave a ranked photograph another class."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """Difficulties of all pictures ``(N,)``, in the order of the set, NaN where there is no result."""

    over_all: OfficialRanking
    by_class: OfficialRanking
    shares: Values

    @classmethod
    def of(cls, logits: Values, classes: Sequence[str]) -> Ranks:
        """Return the ranks of pictures with these ground-truth logits ``(N,)``, NaN where there is none, and classes.

        Raises:
            ValueError: There are not as many classes as logits, or a logit is infinite.
        """
        return cls(
            difficulties(logits, classes, definition=Definition.GLOBAL),
            difficulties(logits, classes, definition=Definition.PER_CLASS),
            percentiles(logits, classes),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on classes, or the whole file, in which nothing can be ranked."""
        return (*self.over_all.notes, *self.by_class.notes)

    def added(self, number: int, *, logit: float) -> tuple[float, float, float, float]:
        """Return the values of ``ADDED_COLUMNS`` for one picture."""
        return (
            logit,
            float(self.over_all.values[number]),
            float(self.by_class.values[number]),
            float(self.shares[number]),
        )


def reference_columns(references: References, logit: float, *, class_name: str) -> Mapping[str, Cell]:
    """Return where a ground-truth logit stands among the references of its class, and how many these are."""
    place = references.standing(logit, class_name=class_name)
    return {
        "harder_than_references": None if place is None else place.share,
        "references": references.count(class_name),
    }


def row_set_aside(picture: str, *, first_choice: str, sha256: str, unlike: Mapping[str, Cell]) -> Row:
    """Return the row of a picture that a person says shows none of the classes: it has no difficulty and no doubt.

    ``unlike`` has the columns on whether it is unlike what the guide learnt.
    """
    return {
        **dict.fromkeys((*SCORE_COLUMNS, *ODDITY_COLUMNS)),
        "picture": picture,
        "split": "",
        "stated_class": SOMETHING_ELSE,
        "stated_by": RELABELLED,
        "first_choice": first_choice,
        **unlike,
        "source_sha256": sha256,
    }


def wobble_columns(*, lowest: float, highest: float, seen: int) -> Mapping[str, Cell]:
    """Return the smallest and the largest logit over all looks at a picture, and in how many its class is seen."""
    return dict(zip(WOBBLE_COLUMNS, (lowest, highest, seen), strict=True))
