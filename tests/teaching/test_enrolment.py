"""Who may begin a course: the key of its link, and its places."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.teaching.enrolment import MOST_LEARNERS, Enrolment, EnrolmentRefused, enrolment_of, set_enrolment


def test_without_a_word_everybody_may_and_not_without_end(tmp_path: Path) -> None:
    assert enrolment_of(tmp_path) == Enrolment("", MOST_LEARNERS)
    enrolment_of(tmp_path).check(key="", enrolled=MOST_LEARNERS - 1)
    enrolment_of(tmp_path).check(key="of another course", enrolled=0)
    with pytest.raises(EnrolmentRefused, match=r"All 1,000 places of this course are taken"):
        enrolment_of(tmp_path).check(key="", enrolled=MOST_LEARNERS)


def test_a_key_opens_its_course_and_stays_when_something_else_is_set(tmp_path: Path) -> None:
    keyed = Enrolment(most=2).with_key()
    set_enrolment(tmp_path, keyed)
    found = enrolment_of(tmp_path)
    assert found == keyed == found.with_key()
    assert len(found.key) >= 20
    found.check(key=found.key, enrolled=1)
    for wrong in ("", "é", found.key[:-1], Enrolment().with_key().key):
        with pytest.raises(EnrolmentRefused, match="opens with the link"):
            found.check(key=wrong, enrolled=0)


@pytest.mark.parametrize("content", [b"", b"{", b'{"key": 3}', b'{"most": "many"}', b"x" * 10_000])
def test_what_cannot_be_read_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "enrolment.json").write_bytes(content)
    with pytest.raises(EnrolmentRefused, match="sets it again on the Curriculum page"):
        enrolment_of(tmp_path)
