"""The table of scores: the same columns and figures wherever pictures were ranked."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lwise_core.batch.named_files import NamedFiles
from lwise_core.batch.official_difficulty import UNDECIDED
from lwise_core.batch.ranking import rank
from lwise_core.batch.score_table import ADDED_COLUMNS, ODDITY_COLUMNS, SCORE_COLUMNS, Ranks, reference_columns
from lwise_core.batch.settings import JobSettings
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import References
from tests.support.jobs import finished, job, phantom_pictures

__all__ = ["phantom_pictures"]


def test_a_picture_gets_its_logit_both_difficulties_and_its_percentile() -> None:
    ranks = Ranks.of(np.array([0.0, 4.0, 8.0, 2.0]), ["cat", "cat", "dog", "dog"])
    added = dict(zip(ADDED_COLUMNS, ranks.added(1, logit=4.0), strict=True))
    assert added == {
        "robust_gt_logit": 4.0,
        "difficulty": 0.5,  # halfway from 0 to 8 over the file
        "difficulty_per_class": 0.0,  # the easiest of its class
        "percentile_in_class": 0.25,
    }
    assert ranks.notes == ()
    assert set(ADDED_COLUMNS) <= set(SCORE_COLUMNS)


def test_a_picture_without_a_result_has_no_figure_and_changes_none() -> None:
    logits, classes = [1.0, 3.0, 2.0], ["cat", "cat", "dog"]
    known = Ranks.of(np.array(logits), classes)
    with_it = Ranks.of(np.array([*logits, np.nan]), [*classes, "cat"])
    for i, logit in enumerate(logits):
        assert with_it.added(i, logit=logit) == known.added(i, logit=logit)
    assert np.isnan(with_it.added(3, logit=np.nan)).all()


def test_a_class_in_which_nothing_can_be_ranked_is_noted() -> None:
    ranks = Ranks.of(np.array([1.0, 2.0, 3.0]), ["cat", "dog", "dog"])
    assert ranks.by_class.values[0] == UNDECIDED
    (note,) = ranks.notes
    assert note.startswith("All pictures of “cat” have the same logit")


def test_a_place_among_references_is_given_where_they_are_enough() -> None:
    references = References({"cat": tuple(float(i) for i in range(40)), "dog": (1.0, 2.0)})
    assert reference_columns(references, 9.5, class_name="cat") == {"harder_than_references": 0.75, "references": 40}
    assert reference_columns(references, 9.5, class_name="dog") == {"harder_than_references": None, "references": 2}


def test_a_ranking_and_a_job_over_the_same_set_have_the_same_table(
    phantom_guide: GuideModel, phantom_pictures: Path, tmp_path: Path
) -> None:
    finished(job(phantom_pictures, tmp_path, order=JobSettings()))
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["picture"]: row for row in csv.DictReader(file)}
    *_, ranking = rank(
        NamedFiles.of(picture_set(str(phantom_pictures))),
        phantom_guide,
        folders=FolderLabels(phantom_guide.classes),
        total=21,
    )
    rows = list(ranking.as_table(phantom_guide))
    assert len(rows) == len(expected) == 20
    for row in rows:
        assert list(row) == [*SCORE_COLUMNS, *ODDITY_COLUMNS]
        assert list(expected[str(row["picture"])]) == list(SCORE_COLUMNS)
        for name, kind in SCORE_COLUMNS.items():
            value, there = row[name], expected[str(row["picture"])][name]
            if value is None:
                assert there == "", name
            elif kind is float:
                assert value == pytest.approx(float(there), abs=1e-4), name
            else:
                assert str(value) == there, name
