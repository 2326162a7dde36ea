"""Answers as files: what is written is read back, and a file of something else is refused in one sentence."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import as_csv, as_jspsych, read_csv
from lwise_core.study.responses import Responses, responses_of, together
from lwise_core.teaching.design.schedules import MOTHS, SEVEN_SLOTS, Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import TrialKind
from tests.support.moth_answers import ALIASES, TRIALS, one_person, right_answers, table
from tests.support.pair_answers import FINDS, answered


def published(responses: Responses, *, blocks: list[object] | None = None) -> bytes:
    """Return the answers as the paper releases them: nothing but its own columns, blocks by number, URLs."""
    frame = responses.trials
    bucket = frame["epsilon_224"].map(
        lambda e: f"moths-{f'{e:g}'.replace('.', 'dot')}-0dot5-16-logit" if e else "moths-natural"
    )
    names = [b.name for b in MOTHS.blocks]
    return (
        pd.DataFrame(
            {
                "participant": frame["participant"],
                "obs": frame["trial_number"],
                "block": frame["block"].map(names.index) if blocks is None else blocks,
                "condition_idx": frame["condition_idx"],
                "trial_type": frame["trial_type"],
                "class": frame["class"],
                "stimulus_name": frame["stimulus_name"],
                "choice_name": frame["choice_name"],
                "perf": frame["perf"],
                "reaction_time_msec": frame["reaction_time_msec"],
                "rel_timestamp_response": frame["rel_timestamp_response"],
                "stimulus_image_url": "https://" + bucket + ".s3.amazonaws.com/" + frame["picture"],
            }
        )
        .to_csv(index=False)
        .encode()
    )


MEASURED = ["onset_ms", "choices_ms", "frames_asked", "frames_shown", "frames_dropped", "left"]


def test_frames_and_onsets_are_exported_as_they_were_recorded() -> None:
    answers = [
        Answer(0, TRIALS[0].answer, 300.0, 100.5, 317.25, frames_asked=1, frames_shown=2, frames_dropped=1, left=True),
        Answer(1, TRIALS[1].answer, 300.0, 900.0, 900.0),
    ]
    written = responses_of(TRIALS, answers, participant="p", group="control")
    heading, *rows = as_csv(written).decode().split("\r\n")
    cells = [dict(zip(heading.split(","), row.split(","), strict=True)) for row in rows if row]
    assert [[c[name] for name in MEASURED] for c in cells] == [
        ["100.5", "317.25", "1", "2", "1", "1"],
        ["900.0", "900.0", "", "", "0", "0"],
    ]
    assert_frame_equal(read_csv(as_csv(written)).trials, written.trials)
    first, second = json.loads(as_jspsych(written))
    assert [first[name] for name in MEASURED] == [100.5, 317.25, 1, 2, 1, 1]
    assert [second[name] for name in MEASURED] == [900.0, 900.0, None, None, 0, 0]


def test_a_file_from_before_frames_were_exported_is_read() -> None:
    written = one_person()
    older = pd.read_csv(io.BytesIO(as_csv(written)), dtype=str, keep_default_na=False).drop(columns=MEASURED)
    read = read_csv(older.to_csv(index=False).encode()).trials
    assert read[MEASURED].isna().all(axis=None)
    others = [name for name in read.columns if name not in MEASURED]
    assert_frame_equal(read[others], written.trials[others])


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


times = st.none() | st.floats(0, 1e7)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(texts.filter(bool), texts, texts, times, st.booleans(), st.sampled_from(list(TrialKind))),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_written_as_csv_is_read_back(rows: list[tuple[str, str, str, float | None, bool, TrialKind]]) -> None:
    """Texts that begin like formulas, quotes, line breaks and apostrophes included."""
    frame = pd.DataFrame(
        {
            "participant": [r[0] for r in rows],
            "group": "=control",
            "block": "test_1",
            "trial_number": range(len(rows)),
            "class": "-a",
            "picture": [r[1] for r in rows],
            "choice": [r[2] for r in rows],
            "reaction_time_msec": [r[3] for r in rows],
            "feedback": [r[4] for r in rows],
            "trial_type": [r[5].value for r in rows],
            "perf": 1,
        }
    )
    written = Responses(frame)
    assert_frame_equal(read_csv(as_csv(written)).trials, written.trials)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "'=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    content = as_csv(Responses(table(participant=text, picture=text))).decode()
    cells = [cell.strip('"') for line in content.split("\r\n")[1:-1] for cell in line.split(",")]
    assert f"'{text}" in cells
    assert not any(cell[:1] in ("=", "+", "@", "-") for cell in cells)


def test_the_columns_of_the_paper_come_first_and_nothing_is_nan() -> None:
    heading, first, *_ = as_csv(Responses(table(choice=["", "a"]))).decode().split("\r\n")
    assert heading.startswith(
        "participant,obs,block,condition_idx,trial_type,class,stimulus_name,choice_name,i_choice,i_correct_choice,"
        "perf,reaction_time_msec,rel_timestamp_response,stimulus_image_url,trial_number,"
    )
    assert "nan" not in first.lower()


def test_the_papers_own_layout_is_understood() -> None:
    written = one_person(group=Group.ENHANCEMENT_SHUFFLED)
    read = read_csv(published(written), schedule=MOTHS, slots=SEVEN_SLOTS)
    same = ["participant", "group", "block", "class", "picture", "choice", "perf", "epsilon_224", "feedback"]
    assert_frame_equal(read.trials[same], written.trials[same])


def test_jumbled_blocks_are_derived_from_the_position() -> None:
    """As the original stores them for shuffled groups: each trial keeps the block from before shuffling."""
    written = one_person()
    names = [b.name for b in MOTHS.blocks]
    here = [names.index(b) for b in written.trials["block"]]
    curriculum = [b for b in here if b < 6]
    jumbled = [*(curriculum[i * 7 % len(curriculum)] for i in range(len(curriculum))), *here[len(curriculum) :]]
    assert jumbled != here
    read = read_csv(published(written, blocks=jumbled), schedule=MOTHS)
    assert list(read.trials["block"]) == list(written.trials["block"])


def test_names_that_a_participant_knew_become_classes_for_each_anew() -> None:
    swapped = {"a": "Tyro", "b": "Leda"}
    answers = [replace(a, choice="a") for a in right_answers(TRIALS)]
    parts = [
        responses_of(TRIALS, answers, participant=p, group="control", aliases=names)
        for p, names in (("p1", ALIASES), ("p2", swapped))
    ]
    read = read_csv(published(together(parts)), schedule=MOTHS)
    main = read.trials[read.trials["trial_type"] == TrialKind.MAIN]
    assert set(main["choice"]) == {"a"}
    assert set(main["choice_name"]) == {"Leda", "Tyro"}


GORILLA = (
    b"Event Index,Participant Private ID,Trial Number,Reaction Time,Response,Correct,Incorrect\n"
    b"1,8123,1,512.3,cat,1,0\nEND OF FILE,,,,,,\n"
)
PSYCHOPY = b"key_resp.keys,key_resp.corr,key_resp.rt,participant,date,frameRate,\nleft,1,0.51,7,2026-05-03,60.0,\n"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text[:0], "no trials"),
        (lambda text: text.split(b"\n")[0], "no trials"),
        (lambda text: text.replace(b"perf", b"score", 1), "lacks the column “perf”"),
        (lambda text: text.replace(b"obs", b"place", 1), "lacks the column “trial_number”"),
        (
            lambda _: GORILLA,
            "lacks the columns “participant”, “block”, “trial_type”, “class”, “perf”, “trial_number”; it has",
        ),
        (
            lambda _: GORILLA,
            "“Reaction Time”, “Response”, “correct” and 1 more: name its columns as the paper's files do",
        ),
        (
            lambda _: PSYCHOPY,
            "lacks the columns “block”, “trial_type”, “class”, “perf”, “trial_number”; it has “key_resp.keys”",
        ),
        (lambda text: text.replace(b"condition_idx", b"slot", 1), "which group"),
        (lambda text: b"\xff\xfe" + text, "UTF-8"),
        (lambda text: text + b"1,2\n", "more or fewer cells"),
        (lambda text: text[:-1] + b",1\n", "more or fewer cells"),
        (lambda text: text + b'"open', "UTF-8"),
    ],
)
def test_a_file_of_something_else_is_refused(change: Callable[[bytes], bytes], sentence: str) -> None:
    content = change(published(one_person()))
    with pytest.raises(ResponsesError) as refused:
        read_csv(content, schedule=MOTHS)
    assert sentence in str(refused.value)


def test_numbered_blocks_need_a_schedule_that_has_them() -> None:
    content = published(one_person())
    with pytest.raises(ResponsesError, match="numbers its blocks"):
        read_csv(content)
    with pytest.raises(ResponsesError, match="no block “9”"):
        read_csv(content, schedule=replace(MOTHS, blocks=MOTHS.blocks[:9]))
    with pytest.raises(ResponsesError, match="has condition 5"):
        read_csv(content, schedule=MOTHS, slots=(Group.CONTROL, Group.L_WISE))


def test_what_jspsych_would_have_saved() -> None:
    answers = [Answer(0, "", None, 0.0, 0.0), *right_answers(TRIALS)[1:]]
    written = responses_of(TRIALS, answers, participant="p1", group="control")
    trials = json.loads(as_jspsych(written))
    assert [t["trial_index"] for t in trials] == list(range(len(TRIALS)))
    assert (trials[0]["rt"], trials[0]["response"], trials[0]["correct"]) == (None, None, False)
    for t in trials[1:]:
        assert t["choices"][t["response"]] == t["class"]
        assert t["time_elapsed"] == 1000.0 * t["trial_index"] + t["rt"]


NAMES = ("None", "NA", "Null", "none of these")


def in_the_papers_layout(name: str, **columns: object) -> bytes:
    """Return eight answers of one person about “moth” and a class of that name, of which half are right."""
    shown = [name, "moth"] * 4
    chosen = [*shown[:4], *reversed(shown[:4])]
    frame = {"participant": "1", "block": "test", "trial_type": "main", "class": shown, "condition_idx": 0}
    frame |= {"stimulus_name": shown, "choice_name": chosen, "trial_number": range(8)}
    frame |= {"perf": [int(a == b) for a, b in zip(shown, chosen, strict=True)]}
    return pd.DataFrame(frame | columns).to_csv(index=False).encode()


@pytest.mark.parametrize(("name", "other"), [*((name, "moth") for name in NAMES), ("None", "NA"), ("NA", "null")])
def test_a_class_that_is_called_like_nothing_stays_a_class(name: str, other: str) -> None:
    trials = read_csv(in_the_papers_layout(name).replace(b"moth", other.encode())).trials
    assert trials["perf"].sum() == 4
    assert (trials["choice"] != "").all()


@pytest.mark.parametrize("word", ["None", "NA", "nan", ""])
def test_such_a_word_is_no_answer_where_no_class_bears_it(word: str) -> None:
    content = in_the_papers_layout("butterfly", choice_name=[word] * 8, perf=0)
    assert (read_csv(content).trials["choice"] == "").all()


def test_a_place_of_minus_one_is_no_answer_whatever_the_name_says() -> None:
    content = in_the_papers_layout("None", i_choice=[-1, *[0] * 7])
    assert read_csv(content).trials["choice"].tolist()[0] == ""


def test_spaces_around_a_participants_label_make_nobody_else() -> None:
    one = in_the_papers_layout("butterfly", participant=["p1", "p1 ", " p1", "p1", "p1", "p1", "p1", "p1"])
    assert read_csv(one).participants == ("p1",)


def as_json_lines(*answers: Responses) -> bytes:
    """Return each person's answers as our own page hands them over under JATOS, a list a line."""
    lines = []
    for one in answers:
        rows = [dict(zip(row, row.values(), strict=True)) for row in one.trials.to_dict("records")]
        lines.append(json.dumps([{k: None if pd.isna(v) else v for k, v in row.items()} for row in rows], default=int))
    return "\n".join(lines).encode()


def test_what_jatos_exports_is_read_and_two_people_with_one_sequence_stay_two() -> None:
    first = responses_of(TRIALS, right_answers(TRIALS), participant="7", group="control")
    second = first.trials.assign(reaction_time_msec=first.trials["reaction_time_msec"] + 5)
    read = read_csv(as_json_lines(first, Responses(second)))
    assert read.participants == ("7", "7 (2)")
    assert_frame_equal(read.trials[read.trials["participant"] == "7"], first.trials)
    assert len(read.trials) == 2 * len(first.trials)


def test_jspsychs_json_is_read_back() -> None:
    written = responses_of(TRIALS, right_answers(TRIALS), participant="p", group="control")
    read = read_csv(as_jspsych(written)).trials
    same = ["participant", "group", "block", "trial_type", "class", "choice", "perf", "trial_number", "feedback"]
    assert_frame_equal(read[same], written.trials[same])


def of_two_people() -> tuple[Responses, Responses]:
    first = responses_of(TRIALS, right_answers(TRIALS), participant="7", group="control")
    return first, Responses(first.trials.assign(participant="8"))


EXPORTS: dict[str, Callable[[], bytes]] = {
    "JATOS, a zip": lambda: in_a_zip(*[as_json_lines(one) for one in of_two_people()]),
    "JATOS, UTF-16": lambda: as_json_lines(*of_two_people()).decode().encode("utf-16"),
    "our CSVs, a zip": lambda: in_a_zip(*[as_csv(one) for one in of_two_people()]),
    "jsPsych's CSV": lambda: of_jspsych_as_csv(together(of_two_people())),
    "CSVs with columns in another order, a zip": lambda: in_a_zip(
        *[
            pd.read_csv(io.BytesIO(as_csv(one)), dtype=str)[::order].iloc[:, ::order].to_csv(index=False).encode(code)
            for one, order, code in zip(of_two_people(), (1, -1), ("utf-8", "utf-16"), strict=True)
        ]
    ),
    "Gorilla's zip with a questionnaire": lambda: in_a_zip(
        b"Event Index,Participant Private ID,Response\n1,8,yes\n", as_csv(together(of_two_people())), b"", b"a,b\n"
    ),
    "a title above": lambda: b"My study" + b"," * 9 + b"\r\n,,,,\r\n" + as_csv(together(of_two_people())),
    "two files with marks, one behind the other": lambda: b"".join(
        b"\xef\xbb\xbf" + as_csv(one) for one in of_two_people()
    ),
    "a disk that lost power": lambda: as_csv(together(of_two_people())) + bytes(300),
    "JSON rows with commas": lambda: as_json_lines(*of_two_people()).replace(b"]\n", b"],\n"),
    "R's numbers of rows": lambda: b"".join(
        (f'"{i}",'.encode() if i else b"") + line
        for i, line in enumerate(as_csv(together(of_two_people())).splitlines(keepends=True))
    ),
    "pandas' JSON by column": lambda: as_frame(together(of_two_people())).to_json().encode(),
    "pandas' JSON in lists": lambda: json.dumps(as_frame(together(of_two_people())).to_dict(orient="list")).encode(),
    "pandas' JSON, split": lambda: as_frame(together(of_two_people())).to_json(orient="split").encode(),
    "headings in capitals": lambda: capitals(as_csv(together(of_two_people()))),
    "a database": lambda: json.dumps(
        {f"-N{i}": json.loads(as_json_lines(one)) for i, one in enumerate(of_two_people())}
    ).encode(),
}


def as_frame(responses: Responses) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(as_csv(responses)), dtype=str, keep_default_na=False)


def in_a_zip(*files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, data in enumerate(files):
            archive.writestr(f"study_result_{number}/comp-result_{number}/data.txt", data)
    return stream.getvalue()


def of_jspsych_as_csv(responses: Responses) -> bytes:
    """Return what jsPsych's own CSV has: what is no text as JSON writes it."""
    rows = [
        {name: value if isinstance(value, str) else json.dumps(value) for name, value in trial.items()}
        for trial in json.loads(as_jspsych(responses))
    ]
    return pd.DataFrame(rows).to_csv(index=False).encode()


def capitals(content: bytes) -> bytes:
    heading, _, rows = content.partition(b"\r\n")
    return heading.upper() + b"\r\n" + rows


@pytest.mark.parametrize("export", list(EXPORTS))
def test_an_export_is_read_with_everybody_in_it(export: str) -> None:
    read = read_csv(EXPORTS[export]()).trials
    for one in of_two_people():
        mine = read[read["participant"] == one.participants[0]]
        same = ["group", "block", "trial_type", "class", "choice", "perf", "trial_number", "feedback"]
        assert_frame_equal(mine[same].reset_index(drop=True), one.trials[same])


def test_one_file_of_a_zip_without_a_column_is_not_filled_with_wrong_answers() -> None:
    first, second = (as_csv(one) for one in of_two_people())
    with pytest.raises(ResponsesError, match="lacks the column “perf”"):
        read_csv(in_a_zip(first, second.replace(b",perf,", b",score,", 1)))


def test_of_instructions_alone_there_are_no_trials() -> None:
    with pytest.raises(ResponsesError, match="holds no trials that ask for a class"):
        read_csv(b'[{"trial_type": "html-button-response", "trial_index": 0, "rt": 5}]')


def test_numbers_as_a_spreadsheet_of_another_country_saves_them() -> None:
    content = in_the_papers_layout("x", reaction_time_msec="512,5", perf=["TRUE", "FALSE"] * 4)
    trials = read_csv(content).trials
    assert set(trials["reaction_time_msec"]) == {512.5}
    assert trials["perf"].tolist() == [1, 0] * 4
    with pytest.raises(ResponsesError, match="“1,234” in the column “reaction_time_msec” is no number"):
        read_csv(in_the_papers_layout("x", reaction_time_msec="1,234"))


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "https://]["])
def test_an_address_that_is_none_is_said(url: str) -> None:
    written = "participant,block,trial_type,class,perf,trial_number,group,stimulus_image_url\n"
    written += f"p,test_1,main,a,1,0,control,{url}"
    with pytest.raises(ResponsesError, match="is no address; correct it"):
        read_csv(written.encode(), slots=())


def test_two_pictures_come_back_with_their_sides_and_how_sure_people_were() -> None:
    answers = answered(FINDS, wrong={"p": 2})
    content = as_csv(answers)
    assert_frame_equal(read_csv(content).trials, answers.trials)
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    for row in rows:
        assert row["i_correct_choice"] == ("1" if row["side"] == "right" else "0")
        assert (row["i_choice"] == row["i_correct_choice"]) == (row["perf"] == "1")
    for trial in json.loads(as_jspsych(answers)):
        assert trial["choices"][trial["response"]] == trial["choice"]
        assert (trial["choices"][0] == trial["class"]) == (trial["side"] == "left")
