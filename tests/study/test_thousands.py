"""A point before three digits is one of thousands or a decimal one: the file says which, or a sentence asks."""

from __future__ import annotations

import pytest

from lwise_core.study.human_errors import read_human_errors
from lwise_core.study.ranked_pictures import read_ranked_pictures
from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import read_csv
from lwise_core.study.thousands import settled

HEADING = "participant;group;block;trial_number;trial_type;class;choice;perf;reaction_time_msec;epsilon_224"


def answers(*numbers: tuple[str, str], separator: str = ";") -> bytes:
    rows = [f"p;control;test_1;{i};main;a;a;1;{time};{eps}" for i, (time, eps) in enumerate(numbers)]
    return "\r\n".join([HEADING, *rows]).replace(";", separator).encode()


def times(content: bytes) -> list[float]:
    return [float(time) for time in read_csv(content).trials["reaction_time_msec"]]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_where_nothing_else_is_decimal_it_is_asked(separator: str) -> None:
    with pytest.raises(ResponsesError, match=r"“1\.234” in the column “reaction_time_msec” may be 1,234 or a number"):
        read_csv(answers(("987", "0"), ("1.234", "0"), separator=separator))


def test_a_column_that_says_both_is_asked_too() -> None:
    with pytest.raises(ResponsesError, match="nothing in the file says which"):
        read_csv(answers(("1.234", "0,5"), ("987.5", "0")))


def test_decimal_commas_elsewhere_say_that_it_parts_thousands() -> None:
    assert times(answers(("987", "0,5"), ("1.234", "1"))) == [987.0, 1234.0]


@pytest.mark.parametrize("number", ["987.5", "987.1234", "0.125", "1987.123", "1.5e2"])
def test_decimal_points_elsewhere_say_that_it_is_one(number: str) -> None:
    assert times(answers((number, "0"), ("1.234", "1"))) == [float(number), 1.234]


def test_between_commas_it_is_a_decimal_point() -> None:
    assert times(answers(("987", "0"), ("1.234", "1"), separator=",")) == [987.0, 1.234]


def test_columns_that_hold_no_numbers_have_no_say() -> None:
    row = {"participant": "0.5", "it": "1.234"}
    with pytest.raises(ResponsesError):
        settled([row], columns=("it",), of=b"participant;it\n0.5;1.234")
    assert settled([row], columns=("other",), of=b"participant;it\n0.5;1.234") == [row]


def test_counts_of_people_are_asked_about_too() -> None:
    with pytest.raises(ResponsesError, match=r"“1\.000” in the column “right” may be 1,000"):
        read_human_errors(b"picture;right;wrong\na.png;1.000;12\n")
    assert read_human_errors(b"picture,right,wrong\na.png,1.000,12\n").right.tolist() == [1]


def test_a_ranking_as_a_spreadsheet_of_another_country_saves_it() -> None:
    read = read_ranked_pictures(b"picture;robust_gt_logit\na.png;-1,25\nb.png;2,5\n")
    assert read.logits.tolist() == [-1.25, 2.5]
    with pytest.raises(ResponsesError, match="may be 1,234"):
        read_ranked_pictures(b"picture;robust_gt_logit\na.png;1.234\nb.png;2\n")


def test_counts_and_truth_as_a_spreadsheet_of_another_country_saves_them() -> None:
    read = read_human_errors(b"picture;right;wrong\na.png;12,0;3,0\n")
    assert (read.right.tolist(), read.wrong.tolist()) == ([12], [3])
    assert read_human_errors(b"picture;right\na.png;WAHR\na.png;FALSCH\n").share.tolist() == [0.5]
