"""A ranking of another day: what comes back, and files that are none."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import Ranking, rank
from lwise_core.batch.ranking_session import MAX_SESSION_BYTES, RankingSession, RankingSessionError, read_session
from lwise_core.data.folder_labels import FolderLabels, Instead
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png


def ranking(guide: GuideModel, *folders: str) -> Ranking:
    stated = {"mine": FAMILIES[2], "rest": Instead.LEFT_OUT}
    labels = FolderLabels(guide.classes, stated, Instead.GUESSED)
    files = [
        NamedFile(f"{f}/{i}.png", encode_png(draw(Creature(i % 4, 0.1, i), size=64))) for i, f in enumerate(folders)
    ]
    *_, last = rank(files, guide, folders=labels, total=len(files))
    return last


@pytest.fixture(scope="module")
def today(phantom_guide: GuideModel) -> Ranking:
    return ranking(phantom_guide, FAMILIES[0], FAMILIES[1], "mine", "what")


def test_labels_choices_and_decisions_come_back(phantom_guide: GuideModel, today: Ranking) -> None:
    first, second, *_ = (p.sha256 for p in today.photographs)
    worked_on = today.relabelled({second: FAMILIES[3]})
    kept = RankingSession.of(worked_on, guide="phantom4-64", weights_sha256="0" * 64, chosen={first}, marked={second})
    assert kept.marked == (second,)
    back = read_session(kept.as_file())
    assert back == kept
    assert (dict(back.meanings(phantom_guide.classes)), back.other_folders) == (
        dict(today.folders.stated),
        today.folders.others,
    )
    tomorrow, chosen = back.laid_over(today, presumed=today.presumed())
    assert chosen == {first}
    assert [(p.class_name, p.filed_as, p.logit) for p in tomorrow.photographs] == [
        (p.class_name, p.filed_as, p.logit) for p in worked_on.photographs
    ]
    assert tomorrow.photographs[1].class_name == FAMILIES[3]


def test_what_was_set_aside_is_so_another_day(today: Ranking) -> None:
    first, *others = (p.sha256 for p in today.photographs)
    worked_on = today.relabelled({first: SOMETHING_ELSE})
    kept = read_session(
        RankingSession.of(worked_on, guide="phantom4-64", weights_sha256="0" * 64, chosen=others).as_file()
    )
    tomorrow, chosen = kept.laid_over(today, presumed=today.presumed())
    assert [p.sha256 for p in tomorrow.set_aside] == [first]
    assert chosen == set(others)
    assert kept.missing(tomorrow) == ()


def test_what_is_missing_is_named_and_what_is_new_is_chosen_as_it_would_be(
    phantom_guide: GuideModel, today: Ranking
) -> None:
    kept = RankingSession.of(today, guide="phantom4-64", weights_sha256="0" * 64, chosen=())
    later = ranking(phantom_guide, FAMILIES[0], FAMILIES[1], "mine", "what", FAMILIES[0])
    new = later.photographs[-1].sha256
    assert kept.laid_over(later, presumed={new})[1] == {new}
    assert kept.missing(later) == ()
    assert kept.missing(ranking(phantom_guide, FAMILIES[0])) == tuple(p.name for p in today.photographs[1:])


def test_a_class_that_the_guide_lacks_is_passed_over(today: Ranking) -> None:
    sha256 = today.photographs[0].sha256
    kept = RankingSession.of(today, guide="g", weights_sha256="0" * 64, chosen=())
    said = json.loads(kept.as_file())
    said["photographs"][0]["relabelled"] = "unicorn"
    back = read_session(json.dumps(said).encode())
    assert back.labels == {sha256: "unicorn"}
    assert back.laid_over(today, ())[0].photographs[0].class_name == today.photographs[0].class_name


SOUND = {
    "format": "L-WISE ranking session 1",
    "guide": "g",
    "weights_sha256": "0" * 64,
    "photographs": [{"name": "a.png", "sha256": "1" * 64, "chosen": True, "relabelled": None}],
    "folders": [],
    "others": None,
}


def test_the_smallest_session_is_read() -> None:
    assert read_session(json.dumps(SOUND).encode()).photographs[0].chosen


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"format": "another"}, "format"),
        ({"weights_sha256": "../../etc"}, "weights_sha256"),
        ({"photographs": [{"name": "a", "sha256": "1" * 64, "chosen": "yes", "relabelled": None}]}, "chosen"),
        ({"photographs": [{"name": "a" * 6000, "sha256": "1" * 64, "chosen": True}]}, "name"),
        ({"photographs": [SOUND["photographs"][0]] * 20_001}, "photographs"),
        ({"others": "deleted"}, "others"),
        ({"more": 1}, "more"),
    ],
)
def test_what_this_page_does_not_write_is_refused_by_its_place(changed: dict[str, object], where: str) -> None:
    with pytest.raises(RankingSessionError, match=where):
        read_session(json.dumps({**SOUND, **changed}).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b'"a"', b"1e999"])
def test_what_is_no_json_of_this_page_is_refused(data: bytes) -> None:
    with pytest.raises(RankingSessionError, match="Nothing was changed"):
        read_session(data)


@pytest.mark.parametrize("key", ["photographs", "folders"])
def test_of_many_that_are_none_the_first_is_told_and_no_list_is_made_of_all(key: str) -> None:
    """Two million of them, 6 MB, took 37 s of the processor and 5.7 GB: pydantic keeps what is wrong with each."""
    with pytest.raises(RankingSessionError, match=rf"“{key}\.0\.") as refused:
        read_session(json.dumps({**SOUND, key: [{}, {}, {}]}).encode())
    assert isinstance(refused.value.__cause__, ValidationError)
    assert {error["loc"][:2] for error in refused.value.__cause__.errors()} == {(key, 0)}


def test_more_names_than_a_session_has_are_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwise_core.batch.ranking_session._MOST_COLONS", 10)
    with pytest.raises(RankingSessionError, match="more than this page writes"):
        read_session(json.dumps({**SOUND, **dict.fromkeys("abcdefgh", 1)}).encode())
    assert read_session(json.dumps(SOUND).encode())


def test_a_large_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(RankingSessionError, match="larger than 20 MB"):
        read_session(b" " * (MAX_SESSION_BYTES + 1))
