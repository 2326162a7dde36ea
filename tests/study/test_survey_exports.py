"""Exports of Qualtrics and REDCap: trials as JSON in cells or in rows below a person's, or a true sentence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from lwise_core.study.human_errors import read_human_errors
from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import as_jspsych, read_csv
from lwise_core.study.responses import Responses, responses_of
from lwise_core.study.survey_exports import Survey, survey_of, trials_of_surveys
from lwise_core.teaching.design.schedules import MOTHS
from tests.support.moth_answers import TRIALS, right_answers

Person = tuple[str, str]  # who, and their group
PEOPLE: tuple[Person, ...] = (("R_3fx1", "control"), ("R_9abQ", "L-WISE"))
SAME = ["participant", "group", "block", "trial_type", "class", "choice", "perf", "trial_number", "feedback"]


def answers_of(*people: Person) -> Responses:
    """Return what people answered, who were right throughout."""
    return Responses(
        pd.concat(
            [responses_of(TRIALS, right_answers(TRIALS), participant=who, group=group).trials for who, group in people]
        )
    )


def trials_of(person: Person, *, without: Sequence[str] = ()) -> list[dict[str, object]]:
    """Return the trials of one person as jsPsych hands them over."""
    trials = json.loads(as_jspsych(answers_of(person)))
    return [{name: value for name, value in trial.items() if name not in without} for trial in trials]


def written(heading: Sequence[str], rows: Sequence[Sequence[object]], **dialect: str) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, **dialect)  # type: ignore[arg-type]
    writer.writerows([heading, *rows])
    return stream.getvalue()


def of_qualtrics(fields: Mapping[str, Sequence[object]], **dialect: str) -> bytes:
    """Return what Qualtrics exports of two people: a heading, the questions in words, ids, a row a person."""
    names = ["StartDate", "Status", "Progress", "RecordedDate", "ResponseId", *fields]
    words = [
        "Start Date",
        "Response Type",
        "Progress",
        "Recorded Date",
        "Response ID",
        *("Which,\nof these?" for _ in fields),
    ]
    ids = [json.dumps({"ImportId": name, "timeZone": "America/Denver"}) for name in names]
    rows = [
        [
            "2026-05-03 10:00:00",
            "IP Address",
            "100",
            "2026-05-03 10:20:00",
            who,
            *(values[i] for values in fields.values()),
        ]
        for i, (who, _) in enumerate(PEOPLE)
    ]
    return written(names, [words, ids, *rows], **dialect).encode()


def groups() -> dict[str, list[object]]:
    return {"group": [group for _, group in PEOPLE]}


def test_trials_that_an_experiment_left_in_a_field_of_qualtrics_are_read() -> None:
    """The participant is the row's where the trials do not say it, as is the group."""
    cells = [json.dumps(trials_of(person, without=("subject", "group"))) for person in PEOPLE]
    read = read_csv(of_qualtrics({"experiment": cells, **groups()})).trials
    assert_frame_equal(read[SAME], answers_of(*PEOPLE).trials[SAME])


def test_such_a_field_is_read_from_tabs_and_utf_16_too() -> None:
    cells = [json.dumps({"trials": trials_of(person)}) for person in PEOPLE]
    content = of_qualtrics({"experiment": cells}, delimiter="\t").decode().encode("utf-16")
    assert_frame_equal(read_csv(content).trials[SAME], answers_of(*PEOPLE).trials[SAME])


def test_trials_in_several_fields_follow_one_another() -> None:
    halves = [trials_of(person)[i : i + len(TRIALS) // 2 + 1] for person in PEOPLE for i in (0, len(TRIALS) // 2 + 1)]
    cells = [json.dumps(half) for half in halves]
    read = read_csv(of_qualtrics({"block_1": cells[::2], "block_2": cells[1::2]})).trials
    assert_frame_equal(read[SAME], answers_of(*PEOPLE).trials[SAME])


def test_a_person_without_trials_takes_nobody_else_along() -> None:
    read = read_csv(of_qualtrics({"experiment": ["", json.dumps(trials_of(PEOPLE[1]))]}))
    assert read.participants == (PEOPLE[1][0],)


def test_a_person_who_left_before_the_first_trial_takes_nobody_else_along() -> None:
    for nothing in ('[{"trials": []}]', "[[]]"):
        read = read_csv(of_qualtrics({"experiment": [nothing, json.dumps(trials_of(PEOPLE[1]))]}))
        assert read.participants == (PEOPLE[1][0],)


def test_two_people_whose_trials_bear_one_label_stay_two() -> None:
    cells = [json.dumps([trial | {"rt": 500 + i} for trial in trials_of(("7", "control"))]) for i in range(2)]
    assert read_csv(of_qualtrics({"experiment": cells})).participants == ("7", "7 (2)")


def test_qualtrics_json_is_read() -> None:
    people = [
        {
            "responseId": who,
            "values": {"recordedDate": "x", "group": group, "trials": json.dumps(trials_of((who, group)))},
        }
        for who, group in PEOPLE
    ]
    read = read_csv(json.dumps({"responses": [p | {"labels": {"status": "IP"}} for p in people]}).encode()).trials
    assert_frame_equal(read[SAME], answers_of(*PEOPLE).trials[SAME])


def test_json_that_a_field_was_too_short_for_is_said_with_its_row() -> None:
    cells = [json.dumps(trials_of(person)) for person in PEOPLE]
    with pytest.raises(ResponsesError, match="The JSON in row 2 of the column “experiment” breaks off"):
        read_csv(of_qualtrics({"experiment": [cells[0], cells[1][:2000]]}))


ROW_A_PERSON = of_qualtrics({"Q1": ["Monarch", "Viceroy"], "1_Q2": ["3", "4"]})


def test_a_survey_without_trials_is_called_what_it_is() -> None:
    with pytest.raises(
        ResponsesError, match="is an export of Qualtrics with a row a person, and says nothing of single trials"
    ):
        read_csv(ROW_A_PERSON)


# --- REDCap ---------------------------------------------------------------------------------------------------------

FIELDS = ("block", "trial_type", "class", "choice", "perf", "feedback")
CHOICES = ("a", "b", "circle", "triangle")  # calibration asks for shapes
LABELS = {"block": "Block", "trial_type": "Trial type", "class": "Class", "choice": "Choice", "perf": "Perf"}


def of_redcap(*, labels: bool = False, boxes: bool = False, base_last: bool = False) -> bytes:
    """Return what REDCap exports of two people: a row each, and one for each of their trials."""
    names = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "group"]
    fields: list[str] = list(FIELDS)
    if labels:
        names = ["Record ID", "Event Name", "Repeat Instrument", "Repeat Instance", "Group"]
        fields = [LABELS.get(name, name.capitalize()) for name in FIELDS]
    if boxes:
        ticks = [f"Choice (choice={name})" if labels else f"choice___{name}" for name in CHOICES]
        fields = [*(f for f in fields if canonical_choice(f)), *ticks]
    rows: list[list[object]] = []
    for who, group in PEOPLE:
        own = answers_of((who, group)).trials
        base: list[object] = [who, "Baseline", "", "", group, *[""] * (len(fields) + 1)]
        each = []
        for i, row in enumerate(own.to_dict("records")):
            cells = [row[name] for name in FIELDS if not (boxes and name == "choice")]
            cells = [("Yes" if cell else "No") if labels and isinstance(cell, bool) else cell for cell in cells]
            on, off = ("Checked", "Unchecked") if labels else (1, 0)
            cells += [on if row["choice"] == c else off for c in CHOICES] if boxes else []
            each.append([who, "Visit 1", "Trial" if labels else "trial", i + 1, "", *cells, "Complete"])
        rows += [*each, base] if base_last else [base, *each]
    return written([*names, *fields, "Complete?" if labels else "trial_complete"], rows).encode()


def canonical_choice(field: str) -> bool:
    return field.lower() != "choice"


@pytest.mark.parametrize("base_last", [False, True])
@pytest.mark.parametrize("boxes", [False, True])
@pytest.mark.parametrize("labels", [False, True])
def test_a_repeating_instrument_of_redcap_is_read(labels: bool, boxes: bool, base_last: bool) -> None:
    """Raw and as labels; an answer as text or as boxes to tick."""
    read = read_csv(of_redcap(labels=labels, boxes=boxes, base_last=base_last)).trials
    assert_frame_equal(read[SAME], answers_of(*PEOPLE).trials[SAME])


def test_two_ticks_for_one_answer_are_said() -> None:
    content = of_redcap(boxes=True).replace(b",1,0,0,0,Complete", b",1,1,0,0,Complete", 1)
    with pytest.raises(ResponsesError, match="ticks several boxes of “choice”, and a trial has one answer"):
        read_csv(content)


def test_redcaps_json_is_read() -> None:
    rows = list(csv.DictReader(io.StringIO(of_redcap().decode())))
    read = read_csv(json.dumps(rows).encode()).trials
    assert_frame_equal(read[SAME], answers_of(*PEOPLE).trials[SAME])


def test_trials_as_json_in_a_record_of_redcap_are_read_whatever_its_length() -> None:
    """A field of notes may be longer than the 131,072 characters at which the standard library stops."""
    long = [trial | {"note": "x" * 2000} for trial in trials_of(PEOPLE[0])]
    assert len(json.dumps(long)) > 131_072
    content = written(["record_id", "notes", "survey_complete"], [["1", json.dumps(long), "2"]]).encode()
    assert len(read_csv(content).trials) == len(TRIALS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"record_id,age,q1,survey_complete\n1,30,monarch,2\n",
            "of REDCap with a row a person.*repeating instrument",
        ),
        (b"Record ID,Survey Identifier,Age,Complete?\n1,,30,Complete\n", "is an export of REDCap with a row a person"),
        (
            b"record,field_name,value\n1,class,a\n1,perf,1\n",
            "of REDCap with a row a value; export it flat",
        ),
        (b'<?xml version="1.0"?><ODM/>', "is an XML file; export its table as CSV"),
        (b"<!DOCTYPE html><html>Log in</html>", "is a web page"),
        (b"\xef\xbb\xbf\n<!doctype html>\n<html lang=en>Log in</html>", "is a web page"),
    ],
)
def test_what_redcap_exports_of_no_trials_is_called_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(ResponsesError, match=said) as refused:
        read_csv(content, schedule=MOTHS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("columns", "survey"),
    [
        (["StartDate", "ResponseId", "RecordedDate"], Survey.QUALTRICS),
        (["study_id", "redcap_event_name"], Survey.REDCAP),
        (["participant", "class", "perf"], None),
        (["Record", "class"], None),
    ],
)
def test_surveys_are_known_by_their_columns(columns: list[str], survey: Survey | None) -> None:
    assert survey_of(columns) is survey


def test_peoples_errors_are_read_from_surveys_too() -> None:
    cells = [json.dumps(trials_of(person)) for person in PEOPLE]
    errors = read_human_errors(of_qualtrics({"experiment": cells}))
    assert errors.right.sum() > 0
    assert errors.wrong.sum() == 0


def test_a_column_s_name_of_any_length_is_no_box() -> None:
    """One of 20,000 underscores took 2.6 s of the processor, in each row anew, and of ten times as many a hundred."""
    rows = [{"record_id": "1", "_" * 1_000_000 + "!": "1", "class": "cat"}]
    assert trials_of_surveys(rows, at_most=10**6)
