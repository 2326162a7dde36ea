"""The commands of docs/clinician-study.md run as they stand there, but for the names that a reader puts in."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.images.codec import encode_png
from lwise_core.teaching.courses.builder import CourseBuilder, build_course
from lwise_core.teaching.courses.pictures import Pictures
from tests.cli.conftest import shell
from tests.support.cli import Shell

__all__ = ["shell"]

PAGE = Path(__file__).parents[2] / "docs" / "clinician-study.md"
CALL = "    python -m lwise_core "
PUT_IN = {"PHOTO": "photo.png", "GUIDE": "phantom4-64", "melanoma": FAMILIES[0], "nevus": FAMILIES[1]}


def commands(verb: str) -> list[list[str]]:
    """Return the words of every command of the page that begins with ``verb``."""
    joined = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.removeprefix(CALL) for line in joined.splitlines() if line.startswith(CALL + verb)]
    return [[PUT_IN.get(word, word) for word in shlex.split(line)] for line in lines]


def test_the_light_of_a_pair_comes_from_one_command_each(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photo.png").write_bytes(encode_png(draw(Creature(0, 0.1, 1), size=64)))
    towards = []
    for words in commands("inspect"):
        code, _, errors = shell(*words)
        assert code == 0, errors
        found = json.loads(Path(words[words.index("--json") + 1]).read_text())
        assert found["guide"] == "phantom4-64"
        assert len(found["guide_sha256"]) == 64
        assert found["version"]
        assert found["semantic"]["indicators"]
        towards.append(found["towards"])
    assert towards == [FAMILIES[0], FAMILIES[1]]


def test_the_course_of_artificial_creatures_is_begun_by_the_command_as_it_stands(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun = []

    def begin(out: Path, maker: CourseBuilder, pictures: Pictures) -> None:
        """Make the first picture: before it, what a schedule needs and does not find is refused."""
        begun.append(next(iter(build_course(out, maker, pictures))))

    monkeypatch.setattr("lwise_core.cli.course._make", begin)
    (words,) = (w for w in commands("course make") if "phantom" in w)
    code, _, errors = shell(*words)
    assert code == 0, errors
    assert [progress.total for progress in begun] == [len(FAMILIES) * (24 + 2 + 1)]  # and one to learn from
    assert Path("study").is_dir()
