"""Many photographs in front of one guide."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lwise_core._utils.class_names import UnknownClass
from lwise_core.batch.file_reading import OPENED_AT_ONCE
from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import (
    RANKED_AT_ONCE,
    Ranking,
    Standing,
    rank,
    seconds_a_photograph,
)
from lwise_core.batch.score_table import GUESSED
from lwise_core.data.folder_labels import FolderLabels, Instead
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.difficulty import score
from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import novelty_of
from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from lwise_core.guides.references import References
from lwise_core.guides.stage_features import StageFeatures, stages_of
from lwise_core.images.codec import ImageRejected, Photograph, encode_png, open_photograph
from lwise_core.images.geometry import Crop
from tests.support.images import encoded, scene

PNG = encode_png(scene())


def creature(family: int, *, dial: float = 0.0, seed: int = 0) -> bytes:
    return encode_png(draw(Creature(family, dial, seed), size=64))


def ranked(files: list[NamedFile], guide: GuideModel, folders: FolderLabels | None = None) -> Ranking:
    *_, last = rank(files, guide, folders=folders or FolderLabels(guide.classes), total=len(files))
    return last


def test_photographs_are_ranked_by_the_guides_own_logit_within_their_class(phantom_guide: GuideModel) -> None:
    files = [
        NamedFile(f"mine/{FAMILIES[f]}/{i}.png", creature(f, dial=0.25 * i, seed=10 * f + i))
        for f in range(2)
        for i in range(4)
    ]
    ranking = ranked(files, phantom_guide)
    for name, found in ranking.by_class().items():
        assert [p.logit for p in found] == sorted((p.logit for p in found), reverse=True)
        assert not any(p.guessed for p in found)
        assert {p.class_name for p in found} == {name}
        for p in found:
            photograph = open_photograph(next(f.data for f in files if f.name == p.name), name="x")
            seen = CroppedPhotograph(photograph, Crop.central(photograph)).seen(size=64)
            expected = score(phantom_guide, seen)[phantom_guide.class_index(name)]
            assert p.logit == pytest.approx(float(expected), abs=1e-4)
    standing = ranking.standing()
    assert sorted(s.share for s in standing.values()) == [0, 0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75]
    assert {s.others for s in standing.values()} == {3}


def test_every_photograph_is_judged_as_to_what_the_guide_learnt(phantom_guide: GuideModel) -> None:
    stages = stages_of(phantom_guide)
    features = StageFeatures.of(phantom_guide, stages).read(torch.zeros((1, 3, 64, 64)))[1]
    weights = np.linspace(-1, 1, features.shape[1], dtype=np.float32)
    known = Familiarity(stages, weights, 0.0, np.linspace(-9, 9, 150, dtype=np.float32), sha256="0" * 64)
    guide = replace(phantom_guide, familiarity=known)
    files = [NamedFile(f"{FAMILIES[0]}/{i}.png", creature(0, seed=i)) for i in range(3)]
    for ranking, judges in ((ranked(files, guide), True), (ranked(files, replace(guide, familiarity=None)), False)):
        for found, row in zip(ranking.photographs, ranking.as_table(guide), strict=True):
            photograph = open_photograph(next(f.data for f in files if f.name == found.name), name="x")
            seen = CroppedPhotograph(photograph, Crop.central(photograph)).seen(size=64)
            expected = novelty_of(guide, seen) if judges else NOT_JUDGED
            assert found.novelty.state is expected.state
            assert found.difficulty(guide).novelty == found.novelty
            assert (row["unlike"], row["unlike_p"]) == (expected.state.value, expected.p)


def test_a_place_says_something_among_ten() -> None:
    assert Standing(easier=9, others=9).says_something
    assert not Standing(easier=8, others=8).says_something


def test_without_a_folder_that_names_a_class_the_guide_guesses_and_it_is_said(phantom_guide: GuideModel) -> None:
    (photograph,) = ranked([NamedFile("holiday.png", creature(2))], phantom_guide).photographs
    assert photograph.guessed
    assert photograph.class_name == photograph.choice


def test_folders_count_whatever_their_case_and_hyphens(phantom_guide: GuideModel) -> None:
    spelt = FAMILIES[0].upper().replace(" ", "_")
    (photograph,) = ranked([NamedFile(f"x\\{spelt}\\a.png", creature(0))], phantom_guide).photographs
    assert (photograph.class_name, photograph.guessed) == (FAMILIES[0], False)


def test_labels_follow_from_what_was_decided_on_folders(phantom_guide: GuideModel) -> None:
    files = [NamedFile(f"{folder}/{i}.png", creature(i % 4, seed=i)) for i, folder in enumerate("abbcd")]
    stated = {"a": FAMILIES[3], "b": Instead.LEFT_OUT}
    ranking = ranked(files, phantom_guide, FolderLabels(phantom_guide.classes, stated, Instead.GUESSED))
    labels = {p.folder: (p.class_name, p.guessed) for p in ranking.photographs}
    choices = {p.folder: p.choice for p in ranking.photographs}
    assert labels == {"a": (FAMILIES[3], False), "c": (choices["c"], True), "d": (choices["d"], True)}
    assert (ranking.left_out, ranking.done, ranking.total) == (2, 5, 5)


def test_folders_that_nobody_decided_on_are_not_guessed(phantom_guide: GuideModel) -> None:
    with pytest.raises(UnknownClass, match="No class is called “holiday”"):
        ranked([NamedFile("holiday/a.png", creature(0))], phantom_guide)


def test_a_wrong_label_is_doubted_and_a_right_one_is_not(phantom_guide: GuideModel) -> None:
    files = [NamedFile(f"{FAMILIES[0]}/right.png", creature(0)), NamedFile(f"{FAMILIES[0]}/wrong.png", creature(1))]
    ranking = ranked(files, phantom_guide)
    _, wrong = ranking.photographs
    assert {sha: issue.class_name for sha, issue in ranking.issues.items()} == {wrong.sha256: FAMILIES[1]}


def test_a_label_is_doubted_by_the_references_of_its_class_too(phantom_guide: GuideModel) -> None:
    """Where thresholds say nothing, as of a guide that confuses these two kinds."""
    files = [NamedFile(f"{FAMILIES[0]}/0.png", creature(1)), NamedFile(f"{FAMILIES[1]}/1.png", creature(1, seed=5))]
    ranking = ranked(files, phantom_guide)
    wrong, right = ranking.photographs
    shares = {FAMILIES[0]: 0.3, FAMILIES[1]: 0.4}
    unsure = np.log(np.array([shares.get(name, 0.15) for name in phantom_guide.classes], dtype=np.float32))
    known = References({FAMILIES[0]: tuple(wrong.logit + i for i in range(1, 101))})
    doubtful = replace(
        ranking, photographs=(replace(wrong, logits=unsure, choice=FAMILIES[1]), right), references=known
    )
    assert {sha: issue.class_name for sha, issue in doubtful.issues.items()} == {wrong.sha256: FAMILIES[1]}
    assert replace(doubtful, references=References({})).issues == {}
    assert doubtful.presumed() == {right.sha256}


def test_the_same_picture_in_another_file_is_a_duplicate(phantom_guide: GuideModel) -> None:
    picture = photograph_of(SAMPLES[0]).pixels
    files = [
        NamedFile("a.png", encode_png(picture)),
        NamedFile("b.jpg", encoded(picture, "JPEG", quality=70)),
        NamedFile("c.png", encode_png(np.ascontiguousarray(picture[::2, ::2]))),
        NamedFile("d.png", creature(0)),
    ]
    ranking = ranked(files, phantom_guide)
    duplicates = ranking.duplicates
    by_name = {p.name: set(duplicates.get(p.sha256, ())) for p in ranking.photographs}
    same = {"a.png", "b.jpg", "c.png"}
    assert by_name == {name: same - {name} for name in same} | {"d.png": set()}


def test_of_near_duplicates_the_largest_is_presumed_unless_its_label_is_doubted(phantom_guide: GuideModel) -> None:
    picture = draw(Creature(0, 0.0, 3), size=128)
    small = NamedFile(f"{FAMILIES[0]}/small.png", encode_png(np.ascontiguousarray(picture[::2, ::2])))
    large, misfiled = (NamedFile(f"{FAMILIES[f]}/large.png", encode_png(picture)) for f in (0, 1))
    other = NamedFile(f"{FAMILIES[0]}/other.png", creature(0, seed=9))
    for files, names in (([small, large, other], {large.name, other.name}), ([small, misfiled], {small.name})):
        ranking = ranked(files, phantom_guide)
        presumed = ranking.presumed()
        assert {p.name for p in ranking.photographs if p.sha256 in presumed} == names


def test_what_is_unlike_all_that_the_guide_learnt_is_not_presumed(phantom_guide: GuideModel) -> None:
    files = [NamedFile(f"{FAMILIES[0]}/{seed}.png", creature(0, seed=seed)) for seed in (3, 9)]
    ranking = ranked(files, phantom_guide)
    known, strange = ranking.photographs
    flagged = replace(strange, novelty=Novelty(p=0.01, references=500))
    assert replace(ranking, photographs=(known, flagged)).presumed() == {known.sha256}


def test_a_file_that_is_there_twice_is_ranked_once(phantom_guide: GuideModel) -> None:
    ranking = ranked([NamedFile("a.png", PNG), NamedFile("b.png", PNG)], phantom_guide)
    assert [p.name for p in ranking.photographs] == ["a.png"]
    assert ranking.refused == ("“b.png” is there twice, byte for byte.",)


def test_a_file_under_two_labels_is_said_to_have_a_wrong_one(phantom_guide: GuideModel) -> None:
    one, other, guessed = (NamedFile(f"{folder}c.png", PNG) for folder in (f"{FAMILIES[0]}/", f"{FAMILIES[1]}/", ""))
    ranking = ranked([one, other, guessed], phantom_guide)
    assert [p.class_name for p in ranking.photographs] == [FAMILIES[0]]
    assert ranking.refused == (
        f"“{other.name}” is there twice, byte for byte, in “{FAMILIES[0]}” and in “{FAMILIES[1]}”: it is ranked as of "
        "the first, and one of them is wrong.",
        "“c.png” is there twice, byte for byte.",
    )


def test_what_is_no_picture_is_said_and_the_others_go_on(phantom_guide: GuideModel) -> None:
    ranking = ranked([NamedFile("notes.txt", b"no picture"), NamedFile("a.png", PNG)], phantom_guide)
    assert len(ranking.photographs) == 1
    assert "“notes.txt”" in ranking.refused[0]
    assert ranking.done == ranking.total == 2


def test_the_ranking_grows_batch_by_batch(phantom_guide: GuideModel) -> None:
    files = [NamedFile(f"{i}.png", creature(0, seed=i)) for i in range(RANKED_AT_ONCE + 3)]
    steps = list(rank(files, phantom_guide, folders=FolderLabels(phantom_guide.classes), total=len(files)))
    assert len(steps) == len(files) + 1  # others have a turn after every file
    assert sorted({r.done for r in steps}) == [0, RANKED_AT_ONCE, RANKED_AT_ONCE + 3]
    assert steps[RANKED_AT_ONCE].photographs == steps[-1].photographs[:RANKED_AT_ONCE]


def test_a_file_that_its_decoder_refuses_is_left_out_with_its_sentence(phantom_guide: GuideModel) -> None:
    def refuses_one(data: bytes, *, name: str) -> Photograph:
        if name == "1.png":
            raise ImageRejected("“1.png” took too long.")
        return open_photograph(data, name=name)

    files = [NamedFile(f"{i}.png", creature(0, seed=i)) for i in range(3)]
    *_, last = rank(
        files, phantom_guide, folders=FolderLabels(phantom_guide.classes), total=len(files), open_file=refuses_one
    )
    assert [p.name for p in last.photographs] == ["0.png", "2.png"]
    assert last.refused == ("“1.png” took too long.",)


def test_the_pace_is_that_of_several_photographs_at_once_and_unknown_without_a_second(
    phantom_guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter((100.0, 103.0))
    monkeypatch.setattr("lwise_core.batch.ranking.perf_counter", lambda: next(clock))
    files = [NamedFile(f"{i}.png", creature(0, seed=i)) for i in range(9)]
    assert seconds_a_photograph(files, phantom_guide) == 3 / (2 * OPENED_AT_ONCE)
    monkeypatch.undo()
    assert seconds_a_photograph(files[:1], phantom_guide) is None
    assert seconds_a_photograph([files[0], NamedFile("notes.txt", b"")], phantom_guide) is None


def test_what_is_refused_makes_no_photograph_quicker(
    phantom_guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter((100.0, 103.0))
    monkeypatch.setattr("lwise_core.batch.ranking.perf_counter", lambda: next(clock))
    files = [NamedFile(f"{i}.png", creature(0, seed=i)) for i in range(3)]
    refused = [NamedFile(f"{i}.txt", b"no picture %d" % i) for i in range(9)]
    assert seconds_a_photograph([*files, *refused], phantom_guide) == 3 / 2


def test_nothing_is_an_empty_ranking(phantom_guide: GuideModel) -> None:
    assert ranked([], phantom_guide).by_class() == {}


@pytest.mark.parametrize(("width", "height"), [(4000, 40), (40, 4000), (64, 64), (900, 900)])
def test_no_more_is_kept_of_a_photograph_than_its_square(tiny_guide: GuideModel, width: int, height: int) -> None:
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    (found,) = ranked([NamedFile("ribbon.png", encode_png(pixels))], tiny_guide).photographs
    assert found.square.base is None
    assert found.square.nbytes <= 320 * 320 * 3


def test_a_file_that_cannot_be_read_is_refused_for_its_reason_and_never_as_a_copy(phantom_guide: GuideModel) -> None:
    files = [NamedFile(f"{name}.png", b"", f"“{name}.png” cannot be read (locked).") for name in "ab"]
    ranking = ranked([*files, NamedFile("c.png", PNG)], phantom_guide)
    assert ranking.refused == ("“a.png” cannot be read (locked).", "“b.png” cannot be read (locked).")
    assert len(ranking.photographs) == 1


def test_an_empty_ranking_is_an_empty_table(phantom_guide: GuideModel) -> None:
    assert list(Ranking(0, FolderLabels(phantom_guide.classes)).as_table(phantom_guide)) == []


def test_a_guessed_label_is_said_to_be_one_in_the_table(phantom_guide: GuideModel) -> None:
    (row,) = ranked([NamedFile("holiday.png", creature(2))], phantom_guide).as_table(phantom_guide)
    assert row["stated_by"] == GUESSED
