"""With which code every command ends, row by row as docs/exit-codes.md has it, and in which words."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from lwise_core.cli import app as cli
from lwise_core.cli import data as cli_data
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.images.codec import encode_png
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.records.store import VARIABLE
from tests.cli.conftest import shell
from tests.support.cli import Shell

__all__ = ["shell"]

PAGE = Path(__file__).parents[2] / "docs" / "exit-codes.md"
ROWS = {
    command: (good, wrong)
    for command, good, wrong in re.findall(r"^\| `([a-z -]+)` \| (.+?) \| (.*?) ?\|$", PAGE.read_text(), re.MULTILINE)
}
GUIDE = ("--guide", "phantom4-64")
CLASS = ("--class", FAMILIES[0])
OUT, EPS = ("--out", "{out}"), ("--eps", "0.5")
PYTHON = re.compile(
    r"Traceback|\b(?:NoneType|dict|list\[|tuple|str\b|int\b|float\b|KeyError|ValueError|TypeError|OSError|\w+Error\()|0x[0-9a-f]"
)


def commands(group: TyperGroup, *above: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            if command.invoke_without_command and name == "data":
                yield name
            yield from commands(command, *above, name)
        else:
            yield " ".join((*above, name))


def all_commands() -> list[str]:
    root = typer.main.get_command(cli.app)
    assert isinstance(root, TyperGroup)
    return sorted(commands(root))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Places that the commands of the table name: good, broken and empty pictures, and a home of their own."""
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(cli_data, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    good, broken = tmp_path / "mixed" / FAMILIES[0] / "good.png", tmp_path / "broken.png"
    good.parent.mkdir(parents=True)
    good.write_bytes(encode_png(draw(Creature(0, dial=0.5, seed=1), size=32)))
    broken.write_bytes(b"no picture")
    shutil.copy(broken, good.parent / "bad.png")
    shutil.copytree(good.parent, tmp_path / "bad" / FAMILIES[0], ignore=lambda *_: ["good.png"])
    (tmp_path / "empty").mkdir()
    (tmp_path / "about.json").write_text(
        '{"name": "x", "domain": "natural", "data": "x", "licence": "x", "limits": "x", "intended_use": "x"}'
    )
    (tmp_path / "answers.csv").write_text("picture,right,wrong\nelsewhere.png,1,2\n")
    (tmp_path / "ranking.csv").write_text("picture,robust_gt_logit\ngood.png,1\n")
    places = ("mixed", "bad", "empty", "broken.png", "out", "about.json", "answers.csv", "ranking.csv")
    return {"good": str(good)} | {name.partition(".")[0]: str(tmp_path / name) for name in places}


ABOUT = ("--about", "{about}", "--split", "")

# Command → what is asked, the code, and what is said of it.
CASES: list[tuple[str, tuple[str, ...], int, str]] = [
    ("score", ("{good}", *CLASS, *GUIDE), 0, ""),
    ("score", ("{good}", "{broken}", *CLASS, *GUIDE), 2, "1 of 2 files could not be used; the others were."),
    ("score", ("{broken}", "{broken}", *CLASS, *GUIDE), 2, "“broken.png” is not a picture that can be read here"),
    ("score", ("{good}", "--class", "nothing", *GUIDE), 2, "has no class “nothing”"),
    ("score", ("{good}", *CLASS, "--classes", "{broken}"), 2, "--classes says something of the file that --weights"),
    ("enhance", ("{good}", *CLASS, *EPS, *OUT, *GUIDE), 0, ""),
    ("enhance", ("{good}", "{broken}", *CLASS, *EPS, *OUT, *GUIDE), 2, "1 of 2 files could not be used; the others"),
    ("enhance", ("{broken}", "{broken}", *CLASS, *EPS, *OUT, *GUIDE), 2, "None of the 2 files could be used."),
    ("inspect", ("{good}", *CLASS, *EPS, *GUIDE), 0, ""),
    ("inspect", ("{good}", "{broken}", *CLASS, *EPS, *GUIDE), 2, "Got unexpected extra argument"),
    ("inspect", ("{broken}", *CLASS, *EPS, *GUIDE), 2, "“broken.png” is not a picture that can be read here"),
    ("inspect-pair", ("{good}", "{broken}", *CLASS, *OUT, *GUIDE), 2, "“broken.png” is not a picture that can be read"),
    ("inspect-pair", ("{good}", "{good}", *CLASS, *OUT, *GUIDE), 2, "are the same to the guide"),
    *(
        case
        for verb, budget in (("score-set", ()), ("enhance-set", EPS), ("inspect-set", EPS))
        for case in (
            (verb, ("{mixed}", *budget, *OUT, *GUIDE), 0, "“bad.png” is not a picture that can be read here"),
            (verb, ("{bad}", *budget, *OUT, *GUIDE), 2, "“bad.png” is not a picture that can be read here"),
            (verb, ("{empty}", *budget, *OUT, *GUIDE), 2, "There is no picture to work on"),
        )
    ),
    ("correlate", ("{ranking}", "{answers}"), 2, "No picture with answers is ranked, of 1 such as “elsewhere.png”"),
    ("correlate", ("{bad}", "{answers}", *GUIDE), 2, "“bad.png” is not a picture that can be read here"),
    ("models", (), 0, ""),
    ("models", ("nobody",), 2, "There is no guide “nobody”"),
    ("download", ("nobody",), 2, "No published guide is called “nobody”."),
    ("train", ("{empty}", *OUT, *ABOUT), 2, "holds no files laid out as <class>/<file>"),
    ("train", ("{mixed}", *OUT, *ABOUT), 2, "There is only one class"),
    (
        "train",
        ("{mixed}", *OUT, "--about", "{broken}"),
        2,
        "is no JSON that can be read to its end: line 1, col",
    ),
    ("train", ("{mixed}", *OUT, *ABOUT, "--width", "0"), 2, "'--width': it must be greater than or equal to 1."),
    ("tune", ("{empty}", "--name", "x", "--domain", "natural"), 2, "has no class; it needs a folder for each"),
    ("tune", ("{mixed}", "--name", "x", "--domain", "natural"), 2, "has only one class"),
    ("calibrate", ("phantom4-64", "{mixed}", "--attacked", "0"), 0, ""),
    ("calibrate", ("phantom4-64", "{bad}"), 2, "“bad.png” is not a picture that can be read here"),
    ("calibrate", ("phantom4-64", "{empty}"), 2, "holds no picture whose folder is called after a class"),
    ("calibrations", (), 0, "Nothing was calibrated on your own pictures yet"),
    ("uncalibrate", ("nobody",), 2, "No calibration is of “nobody”"),
    ("phantom", ("{out}", "--per-family", "2", "--size", "16"), 0, ""),
    ("phantom", ("{broken}/in it", "--per-family", "2", "--size", "16"), 2, "is no folder, where one is needed"),
    ("rehearse", ("{empty}", "--network", "phantom4-64"), 2, "holds no course.json"),
    ("course make", ("{empty}", *OUT, *GUIDE), 2, "holds no files laid out as train/<class>/<file>"),
    ("course make", ("{bad}", *OUT, *GUIDE), 2, "holds no files laid out as train/<class>/<file>"),
    ("course trials", ("{empty}",), 2, "holds no course.json"),
    ("course preregistration", ("{empty}",), 2, "holds no course.json"),
    ("course export", ("{empty}", *OUT), 2, "holds no course.json"),
    ("course later", ("{empty}", *OUT), 2, "holds no course.json"),
    ("course answers", ("--course", "{empty}", "--csv", "{out}"), 2, "holds no course.json"),
    ("data", (), 0, ""),
    ("data remove", ("paths", "--yes"), 0, ""),
    ("data remove", ("nothing",), 2, "Nothing is kept under the name “nothing”"),
]


def test_every_command_has_its_row_and_every_row_its_cases() -> None:
    assert sorted(ROWS) == all_commands()
    ends = {(command, code) for command, _, code, _ in CASES}
    for command, (_, wrong) in ROWS.items():
        assert (command, 2 if wrong else 0) in ends, command


@pytest.mark.parametrize(("command", "words", "code", "said"), CASES, ids=lambda value: str(value)[:40])
def test_a_command_ends_as_its_row_says(
    shell: Shell, desk: dict[str, str], command: str, words: tuple[str, ...], code: int, said: str
) -> None:
    ended, out, errors = shell(*command.split(), *(word.format(**desk) for word in words))
    assert ended == code
    assert said in out + errors
    assert (ended == 0) or errors.startswith("Error: ") or "\nError: " in errors
    assert not PYTHON.search(errors)


@pytest.mark.parametrize("command", all_commands())
def test_a_wrong_option_is_one_line_and_code_2(shell: Shell, command: str) -> None:
    assert shell(*command.split(), "--qqqq") == (2, "", "Error: No such option: --qqqq\n")


@pytest.mark.parametrize("command", all_commands())
def test_what_is_stopped_by_hand_ends_with_130(
    shell: Shell, desk: dict[str, str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(TyperGroup if command == "data" else TyperCommand, "invoke", interrupted)
    words = next((words for name, words, _, _ in CASES if name == command), ())
    code, out, errors = shell(*command.split(), *(word.format(**desk) for word in words))
    assert (code, out) == (130, "")
    assert errors.strip() == "Error: Stopped before the end; repeat the command."


@pytest.mark.usefixtures("desk")
def test_answers_of_nobody_are_no_result(
    shell: Shell, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    code, _, errors = shell("course", "answers", "--course", str(course.folder), "--csv", str(tmp_path / "a.csv"))
    assert code == 2
    assert "The records know no such course: nobody has begun it with these records" in errors
    assert not (tmp_path / "a.csv").exists()
