"""Rankings as tables, and which names in two files mean the same picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.batch.score_table import GUESSED, SCORE_COLUMNS
from lwise_core.batch.tables import csv_lines
from lwise_core.study.ranked_pictures import read_ranked_pictures, same_pictures
from lwise_core.study.response_columns import ResponsesError


def test_the_table_of_score_set_is_read() -> None:
    rows = [
        dict.fromkeys(SCORE_COLUMNS)
        | {"picture": name, "robust_gt_logit": logit, "log_probability": logit / 10, "stated_by": by}
        for name, logit, by in (
            ("a/1.png", 0.1 + 0.2, "folder"),
            ("a/2.png", -3.0, GUESSED),
            ("a/1.png", 0.1 + 0.2, ""),
        )
    ]
    found = read_ranked_pictures(b"".join(csv_lines(SCORE_COLUMNS, rows)))
    assert found.pictures == ("a/1.png", "a/2.png")
    assert found.logits.tolist() == [0.1 + 0.2, -3.0]
    assert found.log_probabilities is not None
    assert found.log_probabilities.tolist() == [(0.1 + 0.2) / 10, -0.3]
    assert found.guessed == 1


def test_a_dirmap_of_the_paper_is_a_ranking_and_pictures_without_a_logit_are_not_ranked() -> None:
    found = read_ranked_pictures(b"split,class,im_path,robust_gt_logit\ntest,a,a/1.png,2.5\ntest,a,a/2.png,\n")
    assert (found.pictures, found.logits.tolist(), found.log_probabilities) == (("a/1.png",), [2.5], None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("picture,logit\na,1\n", "lacks the column “robust_gt_logit”"),
        ("name,robust_gt_logit\na,1\n", "lacks the column “picture”"),
        ("picture,robust_gt_logit\na,1\na,2\n", "gives “a” two logits"),
        ("picture,robust_gt_logit\na,low\n", "“low” in the column “robust_gt_logit” is no number"),
        ("picture,robust_gt_logit\na,inf\n", "“inf”"),
        ("picture,robust_gt_logit\na,\n", "no picture with a logit"),
    ],
)
def test_what_is_no_ranking_is_refused_in_a_sentence(content: str, sentence: str) -> None:
    with pytest.raises(ResponsesError, match=sentence):
        read_ranked_pictures(content.encode())


@pytest.mark.parametrize(
    "others",
    [
        ["b/2.png", "a/1.png"],
        ["b\\2.png", ".\\a\\1.png"],
        ["https://bucket.example/b/2.png?x=1", "https://bucket.example/a/1.png"],
        ["2.png", "1.png"],
        ["2.jpg", "elsewhere/1.jpg"],
        ["2", "1"],
        ["0002.bmp", "0001.bmp"],
    ],
)
def test_names_are_the_same_picture_by_path_name_stem_or_number(others: list[str]) -> None:
    assert same_pictures(["a/1.png", "b/2.png", "c/3.png"], others) == ((1, 0), (0, 1))


def test_a_whole_path_tells_apart_what_a_name_does_not() -> None:
    assert same_pictures(["a/1.png", "b/1.png"], ["b/1.png", "a/1.png"]) == ((1, 0), (0, 1))
    with pytest.raises(ResponsesError, match=r"“a/1\.png” may stand for 2 pictures"):
        same_pictures(["a/1.png", "b/1.png", "c/2.png"], ["1.png", "2.png"])
    with pytest.raises(ResponsesError, match="may stand for 2 pictures"):
        same_pictures(["1.png"], ["a/1.png", "b/1.png"])


def test_files_about_other_pictures_are_refused() -> None:
    with pytest.raises(
        ResponsesError, match=r"No picture with answers is ranked, of 1 such as “x\.png”: .* as “a\.png”"
    ):
        same_pictures(["a.png"], ["x.png"])


@given(st.permutations(range(8)), st.sets(st.integers(0, 7), min_size=1))
def test_every_picture_finds_itself_whatever_the_order(order: list[int], answered: set[int]) -> None:
    ranked = [f"{'ab'[i % 2]}/{i // 2}.png" for i in order]
    others = [f"{'ab'[i % 2]}/{i // 2}.png" for i in sorted(answered)]
    pairs = same_pictures(ranked, others)
    assert [ranked[i] for i, _ in pairs] == others
    assert np.array_equal([j for _, j in pairs], np.arange(len(others)))
