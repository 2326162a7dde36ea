"""Files of answers that do not say whose they are: their names do, or a sentence says that they cannot."""

from __future__ import annotations

import io
import zipfile

import pytest

from lwise_core.study.people_by_file import people_of
from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import as_csv, read_csv
from lwise_core.study.responses import Responses
from tests.support.moth_answers import one_person


def nameless(responses: Responses) -> bytes:
    heading, *rows = as_csv(responses).split(b"\r\n")
    return b"\r\n".join(line.partition(b",")[2] for line in (heading, *rows))


def zipped(*names: str, said: tuple[str, ...] = ()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            person = one_person("someone")
            archive.writestr(name, as_csv(person) if name in said else nameless(person))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("names", "people"),
    [
        (("anna.csv", "ben.csv"), ("anna", "ben")),
        (("out/p01_2026-11-01.csv", "out/p02_2026-11-01.csv"), ("p01_2026-11-01", "p02_2026-11-01")),
        (("control/7.json", "treated/8.json"), ("7", "8")),
        (("all/anna/data.csv", "all/ben/data.csv"), ("anna", "ben")),
        (("anna\\data.csv", "ben\\data.csv"), ("anna", "ben")),
        (("study_result_1/comp-result_3/data.txt", "study_result_2/comp-result_4/data.txt"),
         ("study_result_1", "study_result_2")),
        (("test_anna.csv", "test_ben.csv"), ("test_anna", "test_ben")),
        (("anna/test.csv", "ben/train.csv"), ("anna", "ben")),
        (("protest.csv", "contest.csv"), ("protest", "contest")),
    ],
)  # fmt: skip
def test_names_tell_whose_files_are(names: tuple[str, ...], people: tuple[str, ...]) -> None:
    assert people_of(names) == people


@pytest.mark.parametrize(
    "names",
    [
        ("data.csv", "data.csv"),
        ("anna_train.csv", "anna_test.csv"),
        ("block1.csv", "block2.csv"),
        ("anna/session 1.csv", "anna/session 2.csv"),
        ("anna/1.csv", "anna/test.csv", "ben/1.csv"),
        ("part-1.csv", "part-2.csv"),
        ("anna.csv",),
    ],
)
def test_names_of_parts_and_names_twice_cannot_tell(names: tuple[str, ...]) -> None:
    assert people_of(names) is None


def test_a_file_for_each_person_is_read_and_said() -> None:
    read = read_csv(zipped("anna.csv", "ben.csv"))
    assert read.participants == ("anna", "ben")
    assert len(read.trials) == 2 * len(one_person().trials)
    assert read.notes == (
        "2 files of the zip have no column “participant”: people are called as their files or folders, such as “anna”.",
    )


def test_who_is_named_in_a_column_keeps_that_name() -> None:
    read = read_csv(zipped("anna.csv", "ben.csv", said=("ben.csv",)))
    assert read.participants == ("anna", "someone")
    assert read.notes[0].startswith("1 file of the zip has no column")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("anna_train.csv", "anna_test.csv"), ("data.csv", "data.csv")])
def test_where_names_cannot_tell_it_is_said_and_nobody_is_made_up(names: tuple[str, ...]) -> None:
    with pytest.raises(
        ResponsesError, match=r"have no column “participant”, such as “.+”, and their names do not tell"
    ):
        read_csv(zipped(*names))


def test_one_file_alone_is_not_called_a_person() -> None:
    with pytest.raises(ResponsesError, match="lacks the column “participant”"):
        read_csv(zipped("anna.csv"))
