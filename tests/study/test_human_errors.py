"""People's errors in every layout that is read, and the sentences on those that are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.study.human_errors import read_human_errors
from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import as_csv
from tests.support.studies import study

LAYOUTS = {
    "counts": "picture,right,wrong\na.png,3,1\nb.png,0,2\n",
    "of a total": "Image;n_correct;total\na.png;3;4\nb.png;0;2\n",
    "errors of a total": "file name\terrors\tanswers\na.png\t1\t4\nb.png\t2\t2\n",
    "answers": "picture,correct\na.png,1\na.png,0\na.png,TRUE\na.png,yes\nb.png,0\nb.png,false\n",
    "errors one by one": "im_path,wrong\na.png,0\na.png,1\na.png,0\na.png,0\nb.png,1\nb.png,1\n",
    "votes": "picture,class,n_big cat,n_dog\na.png,big-cat,3,1\nb.png,dog,2,0\n",
    "choices": "picture,class,answer\na.png,cat,Cat\na.png,cat,dog\na.png,cat,cat\na.png,cat,cat\n"
    "b.png,dog,cat\nb.png,dog,bird\n",
    "PsychoPy": "image,key_resp.corr,key_resp.rt\na.png,1,0.3\na.png,0,0.3\na.png,1,0.4\na.png,1,1\n"
    "b.png,0,1\nb.png,0,1\n",
    "lab.js": "sender,sender_type,image,response,correctResponse,correct,duration\n"
    "Trial,html.Screen,a.png,x,x,true,512.4\nTrial,html.Screen,a.png,y,x,false,498\nTrial,html.Screen,a.png,x,x,true,1\nTrial,html.Screen,a.png,x,x,true,1\n"
    "Trial,html.Screen,b.png,x,y,false,1\nTrial,html.Screen,b.png,x,y,false,1\n",
    "Gorilla": "Participant Private ID,Trial Number,Response,Correct,Incorrect,Spreadsheet: image\n7,1,cat,1,0,a.png\n"
    "7,2,dog,0,1,a.png\n8,1,cat,1,0,a.png\n8,2,cat,1,0,a.png\n7,3,cat,0,1,b.png\n8,3,cat,0,1,b.png\n",
    "jsPsych": "trial_type,stimulus,correct\nimage-button-response,a.png,true\nx,a.png,false\nx,a.png,true\n"
    "x,a.png,true\nx,b.png,false\nx,b.png,false\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_the_same(layout: str) -> None:
    found = read_human_errors(LAYOUTS[layout].encode())
    assert found.pictures == ("a.png", "b.png")
    assert (found.right.tolist(), found.wrong.tolist()) == ([3, 0], [1, 2])
    assert found.share.tolist() == [0.25, 1.0]
    assert found.notes == ()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_rows_of_one_picture_add_up_and_their_order_changes_no_sum(rows: list[tuple[str, int, int]]) -> None:
    answered = [row for row in rows if row[1] + row[2]]
    if not answered:
        return
    heading = "picture,right,wrong"
    found = read_human_errors("\n".join([heading, *(f"{p},{r},{w}" for p, r, w in rows)]).encode())
    for picture, right, wrong in zip(found.pictures, found.right, found.wrong, strict=True):
        assert right == sum(r for p, r, _ in rows if p == picture)
        assert wrong == sum(w for p, _, w in rows if p == picture)
    assert found.pictures == tuple(dict.fromkeys(p for p, *_ in answered))


def test_a_column_of_that_very_name_goes_before_one_of_gorilla_s_spreadsheet() -> None:
    found = read_human_errors(b"Spreadsheet: image,image,correct\nx.png,a.png,1\n")
    assert found.pictures == ("a.png",)


def test_rows_without_an_answer_are_left_out_and_said() -> None:
    found = read_human_errors(b"picture,correct\na.png,1\n,1\nb.png,\na.png,0\n")
    assert (found.pictures, found.right.tolist(), found.wrong.tolist()) == (("a.png",), [1], [1])
    assert found.notes == ("2 of 4 rows say of no picture what was answered, and are left out.",)


def test_a_file_of_trials_counts_its_test_on_natural_pictures() -> None:
    responses = study({"control": [[1, 0, 1], [1, 1, 0]]})
    altered = responses.trials.assign(
        epsilon_224=np.where(responses.trials["picture"] == "test_1 02", 4.0, 0.0).tolist()
    )
    found = read_human_errors(as_csv(type(responses)(altered)))
    assert found.pictures == ("test_1 00", "test_1 01")
    assert (found.right.tolist(), found.wrong.tolist()) == ([2, 1], [0, 1])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name,right,wrong\na,1,2\n", "of no row which picture"),
        ("picture,score\na,1\n", "of no answer whether it was right"),
        ("image,file,right\na,a.png,1\n", "Both “image” and “file” may be the column that names the picture"),
        ("picture,hits,correct,total\na,1,2,5\n", "Both “correct” and “hits”"),
        ("picture,right\na,12\n", "neither 1 nor 0, and nothing says of how many"),
        ("picture,right,wrong\na,1_0,2\n", "“1_0” in the column “right” is no number of answers"),
        ("picture,right,wrong\na,1.5,2\n", "“1.5” in the column “right” is no number of answers"),
        ("picture,right,wrong\na,-1,2\n", "“-1” in the column “right”"),
        ("picture,right,wrong\na,nan,2\n", "“nan” in the column “right”"),
        ("picture,error,total\na,0.25,4\n", "“0.25” in the column “error”"),
        ("picture,right,total\na,5,4\n", "A row counts 5 of 4 answers"),
        ("picture,class,n_cat,n_dog\na,bird,1,2\n", "No column counts who chose “bird”"),
        ("picture,right,wrong\na,0,0\n", "holds no answer to a picture"),
        ("picture,right,wrong\na,2000000,1\n", "more than 2,000,000 answers"),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused_in_a_sentence(content: str, sentence: str) -> None:
    with pytest.raises(ResponsesError, match=sentence):
        read_human_errors(content.encode())
