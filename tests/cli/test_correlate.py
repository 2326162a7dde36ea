"""People's errors beside a guide, from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.cli import Shell
from tests.support.jobs import phantom_pictures

__all__ = ["phantom_pictures"]


def written(place: Path, text: str) -> Path:
    place.write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def ranking(tmp_path: Path) -> Path:
    rows = "\n".join(f"a/{i:03}.png,{i}" for i in range(120))
    return written(tmp_path / "results.csv", f"picture,robust_gt_logit\n{rows}\n")


@pytest.fixture
def errors(tmp_path: Path) -> Path:
    rows = "\n".join(f"{i},{10 + i},{130 - i}" for i in range(120))
    return written(tmp_path / "people.csv", f"index,right,wrong\n{rows}\n")


def test_a_ranking_and_peoples_errors_give_rho_and_auc(shell: Shell, ranking: Path, errors: Path) -> None:
    for source in (ranking, ranking.parent):  # the table, or the folder that score-set wrote
        code, said, notes = shell("correlate", str(source), str(errors))
        assert (code, notes) == (0, "")
        assert said.startswith("People err more where the guide's logit is lower: Spearman's ρ −1.000 (95% −1.000 to")
        assert said.splitlines()[-1] == "120 pictures, 16,800 answers, mean error 50.4%."


def test_the_same_as_json_with_its_cautions(shell: Shell, ranking: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(0).integers(0, 2, (30, 40))
    rows = "\n".join(f"a/{i:03}.png,{right}" for i, answers in enumerate(random) for right in answers)
    errors = written(tmp_path / "answers.csv", f"picture,right\n{rows}\n")
    code, said, notes = shell("correlate", str(ranking), str(errors), "--json")
    assert code == 0
    found = json.loads(said)
    assert (found["pictures"], found["answers"]) == (30, 1200)
    assert found["measures"][0]["interval_95"][0] < 0 < found["measures"][0]["interval_95"][1]
    assert len(found["cautions"]) == 2
    assert notes.splitlines() == [f"Note: {s}" for s in (*found["notes"], *found["cautions"])]


def test_pictures_that_nobody_has_ranked_are_scored_first(shell: Shell, phantom_pictures: Path, tmp_path: Path) -> None:
    places = sorted(p.relative_to(phantom_pictures).as_posix() for p in phantom_pictures.rglob("*.png"))
    rows = "\n".join(f"{place},{i % 7 + 1},{i % 5}" for i, place in enumerate(places))
    errors = written(tmp_path / "people.csv", f"picture,right,wrong\n{rows}\n")
    code, said, notes = shell("correlate", str(phantom_pictures), str(errors), "--guide", "phantom4-64")
    assert code == 0, notes
    assert "log-probability: Spearman's rho" in said
    assert "20 pictures" in said
    assert "pictures are scored." in notes


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("picture,right\na,7\n", "nothing says of how many answers"),
        ("picture,right,wrong\nelsewhere.png,1,1\n", "No picture with answers is ranked, of 1 such as “elsewhere.png”"),
        ("picture,right,wrong\na/000.png,5,5\na/001.png,6,9\n", "2 pictures are ranked and have answers, and 10"),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    shell: Shell, ranking: Path, tmp_path: Path, table: str, sentence: str
) -> None:
    code, said, error = shell("correlate", str(ranking), str(written(tmp_path / "people.csv", table)))
    assert (code, said) == (2, "")
    assert sentence in error
    assert len(error.splitlines()) == 1
