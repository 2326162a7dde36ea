"""Options of ``course make`` for a study: everything that the Curriculum page asks for can be said in a shell."""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path

import pytest

from lwise_core.cli.course_options import ShownOptions, StudyOptions
from lwise_core.cli.options import Refused
from lwise_core.data.phantom import FAMILIES
from lwise_core.teaching.courses.course import Design, read_course
from lwise_core.teaching.courses.course_design import CourseError, FactorCell, factor_cells
from lwise_core.teaching.courses.pictures import FromPhantom
from lwise_core.teaching.design.schedules import MOTHS, Group
from lwise_core.teaching.design.study_terms import StudyTerms, StudyTermsError, paragraphs
from lwise_core.teaching.design.timing import BRIEF, LEARNING
from tests.cli.test_course import PHANTOM
from tests.support.cli import Shell

FEW = ("--groups", "control", "--shares", "50, 100", "--epsilons", "0,1")


def test_every_part_of_a_design_can_be_said_in_the_shell(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "consent.txt").write_bytes("\ufeffIch stimme zu.\r\n\r\nJa.\r\n".encode())
    (tmp_path / "instructions.txt").write_text("Sit still.", encoding="utf-8")
    code, _, err = shell(
        *PHANTOM,
        *FEW,
        *("--out", str(tmp_path / "course"), "--exact", "--seed", "3", "--language", "de"),
        *("--consent", str(tmp_path / "consent.txt"), "--instructions", str(tmp_path / "instructions.txt")),
        *("--completion-code", "C1", "--completion-link", "https://app.prolific.com/submissions/complete?cc=C1"),
        *("--target", "40", "--shown-ms", "200", "--objective", "cross_entropy", "--sureness", "--examples", "1"),
        *("--class-names", "Eins,Zwei,Drei,Vier", "--aliases", "Leda,Tyro,Eris,Ajax", "--as-published"),
        *("--research-on-harm", "--name", "Ours"),
    )
    assert code == 0, err
    design = read_course(tmp_path / "course").design
    link = "https://app.prolific.com/submissions/complete?cc=C1"
    assert design.terms == StudyTerms("Ich stimme zu.\n\nJa.", "Sit still.", "C1", link, 40)
    assert paragraphs(design.terms.consent) == (("Ich stimme zu.",), ("Ja.",))
    assert design.cells == factor_cells("50, 100", "0, 1")  # what the page reads from its two fields
    assert design.slots == (Group.CONTROL, *[Group.L_WISE] * 4)
    assert design.group_names[1] == "easiest 50%, ε₂₂₄ 0"
    assert design.timing.stimulus_ms == 200
    assert design.class_names == {"de": dict(zip(sorted(FAMILIES), ("Eins", "Zwei", "Drei", "Vier"), strict=True))}
    usual = Design("Ours", MOTHS, (Group.CONTROL,))
    alike = [f.name for f in fields(Design) if getattr(design, f.name) == getattr(usual, f.name)]
    assert alike == ["name"], "a part of a design has no option"


def test_an_experts_edits_are_given_as_a_folder(shell: Shell, tmp_path: Path) -> None:
    words = (*PHANTOM, "--groups", "control,expert", "--out", str(tmp_path / "course"), "--exact")
    code, _, err = shell(*words)
    assert code == 2
    assert "name the folder or zip of the edited pictures" in err
    for file in FromPhantom(10, 2, 0, 32):
        (tmp_path / "edits" / file.name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "edits" / file.name).write_bytes(file.data)
    code, _, err = shell(*words, "--edits", str(tmp_path / "edits"))
    assert code == 0, err
    shown = {s.treatment for p in read_course(tmp_path / "course").manifest.pictures for s in p.stimuli}
    assert shown == {"", "expert"}


def test_texts_that_no_course_can_have_are_refused(tmp_path: Path) -> None:
    latin, long = tmp_path / "latin.txt", tmp_path / "long.txt"
    latin.write_bytes("Zustimmung für Ärzte".encode("latin-1"))
    long.write_bytes(b"a" * 40_000)
    with pytest.raises(Refused, match=r"“latin\.txt” is not a text in UTF-8"):
        StudyOptions(consent=latin).terms()
    with pytest.raises(Refused, match=r"“long\.txt” is longer than the 8,000 characters"):
        StudyOptions(instructions=long).terms()
    long.write_bytes(b"a" * 9_000)
    with pytest.raises(StudyTermsError, match="9,000 characters"):
        StudyOptions(instructions=long).terms()
    with pytest.raises(StudyTermsError, match="completion link"):
        StudyOptions(completion_link="http://a.example").terms()
    assert StudyOptions().terms() == StudyTerms()


def test_a_factorial_needs_both_of_its_factors() -> None:
    assert StudyOptions(shares="10,100", epsilons="4").cells() == (FactorCell(0.1, 4.0), FactorCell(1.0, 4.0))
    assert StudyOptions().cells() == ()
    with pytest.raises(CourseError, match="give both, or neither"):
        StudyOptions(shares="10").cells()
    with pytest.raises(CourseError, match="give both, or neither"):
        StudyOptions(shares="10", epsilons=" , ").cells()
    with pytest.raises(CourseError, match="is not a list of numbers"):
        StudyOptions(shares="10", epsilons="high").cells()


def test_how_long_and_under_which_names_pictures_are_shown() -> None:
    assert ShownOptions().timing(BRIEF) == BRIEF
    assert ShownOptions(shown_ms=0).timing(BRIEF) == LEARNING
    assert ShownOptions(shown_ms=17).timing(LEARNING).stimulus_ms == 17
    for no_time in (math.nan, math.inf):  # which no range of an option holds off
        with pytest.raises(Refused, match="a number of milliseconds"):
            ShownOptions(shown_ms=no_time).timing(BRIEF)
    named = ShownOptions(class_names="Ah,Be")
    assert named.names(("b", "a"), "de") == {"de": {"a": "Ah", "b": "Be"}}
    for classes, language in ((("a", "b"), ""), (("a",), "de")):
        with pytest.raises(Refused, match="need --language and one for each"):
            named.names(classes, language)
