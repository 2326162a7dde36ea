"""Records in SQLite and in a real PostgreSQL: what was confirmed is never lost, stored twice or changed."""

from __future__ import annotations

import hashlib
import random
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text

from lwise_core.teaching.design.schedules import SEVEN_SLOTS, TWO_SLOTS, Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial
from lwise_core.teaching.records.store import Records, RecordsRefused, RecordsUnavailable, address, new_token
from lwise_core.teaching.records.tables import Table
from lwise_core.teaching.records.values import AnswerRefused, CodeRefused, CodeTaken, UnknownCourse, UnknownSitting
from tests.support.postgres import Cluster, postgres
from tests.support.recorded_rounds import ANSWER, TRIAL, rounds

T = TypeVar("T")

MANIFEST = '{"name": "Moths", "note": "ε ≤ 8"}'.encode()
LEARNERS = 30


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    running: Cluster = request.getfixturevalue("cluster")
    return running.emptied()


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    with Records.open(url=url) as opened:
        yield opened


@pytest.fixture
def course(records: Records) -> str:
    return records.add_course(name="Moths", manifest=MANIFEST).digest


def seed_for(slot: int) -> int:
    return 2**32 - 1 - slot


def enrolled(records: Records, course: str, participant: str, groups: Sequence[Group] = SEVEN_SLOTS) -> str:
    return records.enrol(course=course, participant=participant, groups=groups, seed_for=seed_for).token


def stored(records: Records, token: str, number: int) -> None:
    trial, answer = (
        replace(TRIAL, number=number),
        replace(ANSWER, trial=number, onset_ms=float(number), choices_ms=float(number)),
    )
    assert not records.store(token=token, trial=trial, answer=answer, correct=False).repeat


def at_once(people: int, does: Callable[[int], T]) -> list[T]:
    """Return what each of so many threads returned; all begin at the same moment."""
    barrier = threading.Barrier(people)

    def run(i: int) -> T:
        barrier.wait()
        return does(i)

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(run, range(people)))


def engine(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


# Courses


def test_a_course_is_known_by_the_hash_of_its_manifest_and_stays_as_it_was(records: Records) -> None:
    before = datetime.now(UTC)
    first = records.add_course(name="Moths", manifest=MANIFEST)
    again = records.add_course(name="Renamed", manifest=MANIFEST)
    other = records.add_course(name="Moths", manifest=MANIFEST + b"\r\n")
    assert first == again
    assert first.digest == hashlib.sha256(MANIFEST).hexdigest()
    assert before <= first.added_at <= datetime.now(UTC)
    assert records.courses() == (first, other)
    assert records.manifest(course=first.digest) == MANIFEST
    assert records.manifest(course=other.digest) == MANIFEST + b"\r\n"
    with pytest.raises(UnknownCourse, match="let somebody take it first"):
        records.manifest(course="0" * 64)


# Enrolment


def test_learners_rotate_through_the_groups(records: Records, course: str) -> None:
    sittings = [
        records.enrol(course=course, participant=f"P{i}", groups=SEVEN_SLOTS, seed_for=seed_for) for i in range(16)
    ]
    assert [s.slot for s in sittings] == list(range(16))
    assert [s.group for s in sittings] == [*SEVEN_SLOTS, *SEVEN_SLOTS, *SEVEN_SLOTS[:2]]
    assert [s.condition for s in sittings] == [i % 7 for i in range(16)]
    assert [s.seed for s in sittings] == [seed_for(i) for i in range(16)]
    assert records.sittings(course=course) == tuple(sittings)
    assert records.courses()[0].enrolled == 16
    other = records.add_course(name="Other", manifest=b"{}").digest
    assert records.sitting(token=enrolled(records, other, "P0", TWO_SLOTS)).slot == 0


def test_thirty_who_enrol_at_once_get_thirty_slots(records: Records, course: str) -> None:
    tokens = at_once(LEARNERS, lambda i: enrolled(records, course, f"P{i}"))
    sittings = [records.sitting(token=t) for t in tokens]
    assert sorted(s.slot for s in sittings) == list(range(LEARNERS))
    assert {s.participant for s in sittings} == {f"P{i}" for i in range(LEARNERS)}
    assert all(s.group is SEVEN_SLOTS[s.slot % 7] for s in sittings)
    assert len(set(tokens)) == LEARNERS


def test_of_thirty_with_one_code_one_enrols_and_no_slot_is_lost(records: Records, course: str) -> None:
    def enrol(_: int) -> str | None:
        try:
            return enrolled(records, course, "P1")
        except CodeTaken:
            return None

    assert len([token for token in at_once(LEARNERS, enrol) if token]) == 1
    with pytest.raises(CodeTaken, match="has the code “P1” in this course; choose another code"):
        enrolled(records, course, "P1")
    assert records.sitting(token=enrolled(records, course, "P2")).slot == 1


def test_one_code_may_sit_two_courses(records: Records, course: str) -> None:
    other = records.add_course(name="Other", manifest=b"{}").digest
    assert enrolled(records, course, "P1") != enrolled(records, other, "P1")


def test_who_enrols_again_with_the_same_token_is_the_same(records: Records, course: str) -> None:
    token = new_token()

    def enrol(participant: str, token: str) -> int:
        return records.enrol(
            course=course, participant=participant, groups=TWO_SLOTS, seed_for=seed_for, token=token
        ).slot

    assert at_once(4, lambda _: enrol("P1", token)) == [0, 0, 0, 0]
    assert enrol("P2", new_token()) == 1
    with pytest.raises(CodeTaken):
        enrol("P1", new_token())


def test_what_is_no_code_is_refused(records: Records, course: str) -> None:
    for code in ("", "Ada Lovelace", "ada@example.org", "P1\n", "P\0", "x" * 65, "\ud800", "=1"):
        with pytest.raises(CodeRefused, match="no name and no address; choose another code"):
            enrolled(records, course, code)
    assert records.sittings(course=course) == ()


def test_a_course_that_was_not_added_enrols_nobody(records: Records) -> None:
    with pytest.raises(UnknownCourse):
        enrolled(records, "0" * 64, "P1")


def test_a_token_of_nobody_opens_nothing(records: Records, course: str) -> None:
    enrolled(records, course, "P1")
    for token in ("", "guess", "\0", "\ud800", "é" * 43, new_token()):
        for call in (records.sitting, records.answers, records.consent, records.start, records.finish):
            with pytest.raises(UnknownSitting, match="ask for a new one"):
                call(token=token)
        with pytest.raises(UnknownSitting):
            records.store(token=token, trial=TRIAL, answer=ANSWER, correct=True)
        with pytest.raises(UnknownSitting):
            records.yoke(token=token, to=Group.ADAPTIVE)


def test_tokens_are_long_and_stay_out_of_logs(records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")
    assert len({new_token() for _ in range(1000)}) == 1000
    assert len(token) == 43
    assert token not in repr(records.sitting(token=token))


def test_moments_count_once_and_are_utc(records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")
    new = records.sitting(token=token)
    assert (new.consented_at, new.started, new.finished) == (None, None, None)
    before = datetime.now(UTC)
    first = [records.consent(token=token), records.start(token=token), records.finish(token=token)][-1]
    moments = [m for m in (first.enrolled_at, first.consented_at, first.started, first.finished) if m is not None]
    assert len(moments) == 4
    assert all(m.tzinfo is UTC for m in moments)
    assert moments == sorted(moments)
    assert before <= moments[1] <= moments[3] <= datetime.now(UTC)
    assert records.consent(token=token) == records.start(token=token) == records.finish(token=token) == first


# Yoked learners


def test_every_yoked_learner_gets_an_adaptive_one_who_is_done(records: Records, course: str) -> None:
    groups = (Group.ADAPTIVE, Group.YOKED)
    tokens = [enrolled(records, course, f"P{i}", groups) for i in range(12)]
    adaptive, yoked = tokens[::2], tokens[1::2]
    assert records.yoke(token=yoked[0], to=Group.ADAPTIVE).yoked_to is None
    for token in adaptive[:4]:
        records.finish(token=token)
    pairs = at_once(6, lambda i: records.yoke(token=yoked[i], to=Group.ADAPTIVE).yoked_to)
    assert sorted(p for p in pairs if p) == sorted(adaptive[:4])
    assert [records.yoke(token=t, to=Group.ADAPTIVE).yoked_to for t in yoked] == pairs
    assert [records.sitting(token=t).yoked_to for t in yoked] == pairs
    assert all(p not in repr(records.sittings(course=course)) for p in pairs if p)


# Answers


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(both=rounds(), correct=st.booleans())
def test_what_is_stored_comes_back_as_it_was(
    records: Records, course: str, both: tuple[Trial, Answer], correct: bool
) -> None:
    trial, answer = both
    sitting = records.enrol(course=course, participant=new_token(), groups=TWO_SLOTS, seed_for=seed_for)
    before = datetime.now(UTC)
    result = records.store(token=sitting.token, trial=trial, answer=answer, correct=correct)
    record = result.record
    assert not result.repeat
    assert (record.trial, record.answer, record.correct) == (trial, answer, correct)
    assert before <= record.stored_at <= datetime.now(UTC)
    assert records.answers(token=sitting.token) == (record,)


def test_the_first_answer_stays_whatever_is_sent_again(records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")
    first = records.store(token=token, trial=TRIAL, answer=ANSWER, correct=False)
    other = replace(ANSWER, choice="Leda", reaction_ms=1.0)
    again = records.store(token=token, trial=replace(TRIAL, picture="another.png"), answer=other, correct=True)
    assert (first.repeat, again.repeat) == (False, True)
    assert again.record == first.record
    assert records.answers(token=token) == (first.record,)
    someone = enrolled(records, course, "P2")
    assert not records.store(token=someone, trial=TRIAL, answer=ANSWER, correct=False).repeat


def test_one_answer_sent_from_many_places_at_once_is_stored_once(records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")

    def store(i: int) -> tuple[bool, str]:
        result = records.store(token=token, trial=TRIAL, answer=replace(ANSWER, choice=str(i)), correct=False)
        return result.repeat, result.record.answer.choice

    results = at_once(8, store)
    assert sorted(repeat for repeat, _ in results) == [False] + [True] * 7
    assert {choice for _, choice in results} == {records.answers(token=token)[0].answer.choice}


def test_thirty_learners_at_once_lose_nothing(records: Records, course: str) -> None:
    trials = 12

    def sit(i: int) -> str:
        token = enrolled(records, course, f"P{i}")
        for number in range(trials):
            stored(records, token, number)
        return token

    for token in at_once(LEARNERS, sit):
        assert [r.trial.number for r in records.answers(token=token)] == list(range(trials))
    assert len(list(records.responses(course=course))) == LEARNERS * trials


def test_what_is_no_measurement_is_not_stored(records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")
    for answer in (replace(ANSWER, trial=1), replace(ANSWER, onset_ms=float("inf"))):
        with pytest.raises(AnswerRefused, match="what was stored is kept"):
            records.store(token=token, trial=TRIAL, answer=answer, correct=True)
    assert records.answers(token=token) == ()


def test_two_servers_on_one_database_do_not_disturb_each_other(url: str, records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")
    with Records.open(url=url) as second:

        def store(i: int) -> None:
            for number in range(20):
                stored((records, second)[i % 2], token, 20 * i + number)

        at_once(4, store)
        assert [r.trial.number for r in second.answers(token=token)] == list(range(80))


def test_rows_of_an_analysis_come_by_slot_and_trial(records: Records, course: str) -> None:
    tokens = [enrolled(records, course, f"P{i}", TWO_SLOTS) for i in range(3)]
    for number in (2, 0, 1):
        for token in reversed(tokens[:2]):
            stored(records, token, number)
    other = records.add_course(name="Other", manifest=b"{}").digest
    stored(records, enrolled(records, other, "P0"), 0)
    rows = list(records.responses(course=course))
    assert [(r.slot, r.participant, r.group, r.condition, r.record.trial.number) for r in rows] == [
        *((0, "P0", Group.CONTROL, 0, n) for n in range(3)),
        *((1, "P1", Group.L_WISE, 1, n) for n in range(3)),
    ]
    assert [r.record for r in rows[3:]] == list(records.answers(token=tokens[1]))
    with pytest.raises(UnknownCourse):
        next(records.responses(course="0" * 64))


def test_rows_are_as_they_were_when_the_first_was_asked_for(records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")
    for number in range(3):
        stored(records, token, number)
    rows = records.responses(course=course)
    next(rows)
    stored(records, token, 3)
    assert len(list(rows)) == 2
    abandoned = records.responses(course=course)
    next(abandoned)
    abandoned.close()
    assert len(list(records.responses(course=course))) == 4


# Deletion


def test_a_participant_is_deleted_whole_and_nobody_else(records: Records, course: str) -> None:
    gone, stays = enrolled(records, course, "P1"), enrolled(records, course, "P2")
    for number in range(3):
        stored(records, gone, number)
        stored(records, stays, number)
    before = records.answers(token=stays)
    assert records.delete_participant(course=course, participant="P1") == 3
    assert records.answers(token=stays) == before
    assert {r.participant for r in records.responses(course=course)} == {"P2"}
    with pytest.raises(UnknownSitting):
        records.sitting(token=gone)
    with pytest.raises(UnknownSitting):
        records.store(token=gone, trial=TRIAL, answer=ANSWER, correct=True)
    with pytest.raises(UnknownSitting, match="nothing was deleted"):
        records.delete_participant(course=course, participant="P1")
    again = records.sitting(token=enrolled(records, course, "P1"))
    assert again.slot == 2, "a slot is never given twice"
    assert records.answers(token=again.token) == ()


def test_deleting_a_partner_leaves_who_is_yoked(records: Records, course: str) -> None:
    adaptive, yoked = (enrolled(records, course, p, (Group.ADAPTIVE, Group.YOKED)) for p in ("P1", "P2"))
    records.finish(token=adaptive)
    assert records.yoke(token=yoked, to=Group.ADAPTIVE).yoked_to == adaptive
    records.delete_participant(course=course, participant="P1")
    assert records.sitting(token=yoked).yoked_to is None


def test_a_deleted_learner_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    with Records.open(url=f"sqlite:///{tmp_path / 'records.db'}") as records:
        course = records.add_course(name="Moths", manifest=MANIFEST).digest
        token = enrolled(records, course, "somebody-17")
        records.store(token=token, trial=TRIAL, answer=replace(ANSWER, choice="a-rare-choice"), correct=True)

        def found() -> set[bytes]:
            content = b"".join(f.read_bytes() for f in tmp_path.iterdir())
            return {w for w in (b"somebody-17", token.encode(), b"a-rare-choice") if w in content}

        assert len(found()) == 3
        records.delete_participant(course=course, participant="somebody-17")
        assert found() == set()


# What happens to machines


def test_records_are_there_when_opened_again(url: str) -> None:
    with Records.open(url=url) as records:
        course = records.add_course(name="Moths", manifest=MANIFEST).digest
        token = enrolled(records, course, "P1")
        stored(records, token, 0)
        kept = records.answers(token=token)
    with Records.open(url=url) as records:
        assert records.answers(token=token) == kept


def test_a_server_that_stops_loses_nothing_and_is_found_again(cluster: Cluster) -> None:
    """In between, everything asked is answered with a sentence, and what was sent then is stored when sent again."""
    with Records.open(url=cluster.emptied()) as records:
        course = records.add_course(name="Moths", manifest=MANIFEST).digest
        token = enrolled(records, course, "P1")
        at_once(8, lambda number: stored(records, token, number))
        before = records.answers(token=token)
        cluster.stop()
        try:
            for _ in range(2):
                with pytest.raises(RecordsUnavailable, match="nothing is lost"):
                    stored(records, token, 8)
                with pytest.raises(RecordsUnavailable, match="nothing is lost"):
                    records.answers(token=token)
                with pytest.raises(RecordsUnavailable, match="nothing is lost"):
                    enrolled(records, course, "P2")
                with pytest.raises(RecordsUnavailable, match="nothing is lost"):
                    list(records.responses(course=course))
            with pytest.raises(RecordsUnavailable, match="nothing is lost"):
                Records.open(url=cluster.url)
        finally:
            cluster.start()
        assert records.answers(token=token) == before
        stored(records, token, 8)
        assert records.sitting(token=enrolled(records, course, "P2")).slot == 1
        assert len(records.answers(token=token)) == 9


def test_a_server_that_came_back_unnoticed_costs_nobody_an_error(cluster: Cluster) -> None:
    with Records.open(url=cluster.emptied()) as records:
        course = records.add_course(name="Moths", manifest=MANIFEST).digest
        token = enrolled(records, course, "P1")
        at_once(8, lambda number: stored(records, token, number))
        cluster.stop()
        cluster.start()
        at_once(8, lambda number: stored(records, token, 8 + number))
        assert len(records.answers(token=token)) == 16


def test_a_server_that_stops_under_thirty_learners_keeps_all_that_was_confirmed(cluster: Cluster) -> None:
    with Records.open(url=cluster.emptied()) as records:
        course = records.add_course(name="Moths", manifest=MANIFEST).digest
        tokens = [enrolled(records, course, f"P{i}") for i in range(LEARNERS)]
        confirmed, enough = count(), threading.Event()

        def sit(i: int) -> int:
            for number in count():
                try:
                    stored(records, tokens[i], number)
                except RecordsUnavailable:
                    return number
                if next(confirmed) > 2 * LEARNERS:
                    enough.set()
            raise AssertionError

        with ThreadPoolExecutor(LEARNERS) as pool:
            running = [pool.submit(sit, i) for i in range(LEARNERS)]
            assert enough.wait(60)
            cluster.stop()
            try:
                reached = [r.result() for r in running]
            finally:
                cluster.start()
        for token, number in zip(tokens, reached, strict=True):
            numbers = [r.trial.number for r in records.answers(token=token)]
            # Whether the last one arrived nobody can know; to send it again settles it.
            assert numbers in (list(range(number)), list(range(number + 1)))
            trial, answer = replace(TRIAL, number=number), replace(ANSWER, trial=number)
            assert records.store(token=token, trial=trial, answer=answer, correct=True).repeat == (number in numbers)


def test_a_full_disk_is_said_and_loses_nothing(url: str, records: Records, course: str) -> None:
    token = enrolled(records, course, "P1")
    stored(records, token, 0)
    before = records.answers(token=token)

    def fill() -> None:
        for number in range(1, 1000):
            stored(records, token, number)

    with closing(Full(url, records)) as disk:
        with pytest.raises(RecordsUnavailable, match=r"disk .* is full; .* nothing is lost"):
            fill()
        kept = records.answers(token=token)
        assert kept[:1] == before
        disk.close()
        stored(records, token, len(kept))
        assert records.answers(token=token)[:-1] == kept


class Full:
    """A database that may not grow: SQLite by its own limit, PostgreSQL by a trigger that raises the same error."""

    def __init__(self, url: str, records: Records) -> None:
        self._engine, self._records = engine(url), records
        if self._engine.dialect.name == "sqlite":
            self._pages(1)  # SQLite takes the size that it has
        else:
            self._do(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$",
                "CREATE TRIGGER full_disk BEFORE INSERT ON answers FOR EACH ROW EXECUTE FUNCTION full_disk()",
            )

    def close(self) -> None:
        if self._engine.dialect.name == "sqlite":
            self._pages(2**31)
        else:
            self._do("DROP FUNCTION IF EXISTS full_disk CASCADE")
        self._engine.dispose()

    def _pages(self, most: int) -> None:
        with closing(self._records._database.writer.raw_connection()) as connection:
            connection.cursor().execute(f"PRAGMA max_page_count = {most}")

    def _do(self, *statements: str) -> None:
        with self._engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))


WRITER = """
import sys
from itertools import count
from tests.teaching.records.test_store import Records, stored

with Records.open(url=sys.argv[1]) as records:
    for number in count():
        stored(records, sys.argv[2], number)
        print(number, flush=True)
"""


@pytest.mark.parametrize("seed", [0, 1])
def test_a_killed_process_loses_no_answer_that_it_confirmed(url: str, seed: int) -> None:
    with Records.open(url=url) as records:
        course = records.add_course(name="Moths", manifest=MANIFEST).digest
        token = enrolled(records, course, "P1")
        moment = random.Random(seed).randrange(5, 60)  # noqa: S311  no secret
        with subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-c", WRITER, url, token],
            cwd=Path(__file__).resolve().parents[3],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            confirmed = [int(process.stdout.readline()) for _ in range(moment)]
            process.kill()
            # It wrote on until the signal came. A line that was cut short was not said.
            confirmed += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        assert process.returncode == -9
        numbers = [r.trial.number for r in records.answers(token=token)]
        assert numbers[: len(confirmed)] == confirmed
        assert len(numbers) <= len(confirmed) + 1
        stored(records, token, len(numbers))


# Opening


def test_the_migrations_make_the_tables_that_the_code_expects(url: str, records: Records) -> None:
    assert records.courses() == ()
    with closing(Disposed(engine(url))) as at, at.engine.connect() as connection:
        migrations = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(migrations, Table.metadata) == []


class Disposed:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def close(self) -> None:
        self.engine.dispose()


OPENER = """
import sys
from lwise_core.teaching.records.store import Records

print("ready", flush=True)
sys.stdin.readline()
with Records.open(url=sys.argv[1]) as records:
    print(len(records.courses()), flush=True)
"""


def test_many_processes_may_open_new_records_at_once(url: str) -> None:
    with ExitStack() as stack:
        openers = [
            stack.enter_context(
                subprocess.Popen(  # noqa: S603  our own program
                    [sys.executable, "-c", OPENER, url],
                    cwd=Path(__file__).resolve().parents[3],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(3)
        ]
        assert [said(o) for o in openers] == ["ready\n"] * 3
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("go\n")
            opener.stdin.flush()
        assert [said(o) for o in openers] == ["0\n"] * 3


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_many_threads_may_open_new_records_at_once(tmp_path: Path) -> None:
    def opened(i: int) -> int:
        with Records.open(url=address(home=tmp_path / str(i))) as records:
            return len(records.courses())

    assert at_once(8, opened) == [0] * 8


def test_records_of_a_newer_version_are_refused_unchanged(url: str) -> None:
    with Records.open(url=url) as records:
        course = records.add_course(name="Moths", manifest=MANIFEST)

    def version(number: str) -> None:
        with closing(Disposed(engine(url))) as at, at.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})

    version("9999")
    with pytest.raises(RecordsRefused, match=r"A newer version .* nothing was changed"):
        Records.open(url=url)
    version("0003")
    with Records.open(url=url) as records:
        assert records.courses() == (course,)


def test_answers_from_before_two_pictures_are_read_as_they_were(url: str) -> None:
    with Records.open(url=url) as records:
        course = records.add_course(name="Moths", manifest=MANIFEST).digest
        token = enrolled(records, course, "P0")
        stored(records, token, 0)
        before = records.answers(token=token)
    with closing(Disposed(engine(url))) as at, at.engine.begin() as connection:
        for column in ("foil", "sureness", "treatment"):
            connection.execute(text(f"ALTER TABLE answers DROP COLUMN {column}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with Records.open(url=url) as records:
        assert records.answers(token=token) == before
        stored(records, token, 1)


def test_records_are_kept_where_it_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWISE_RECORDS", "postgresql://somewhere/else")
    assert address(home=tmp_path) == "postgresql://somewhere/else"
    monkeypatch.delenv("LWISE_RECORDS")
    home = tmp_path / "50 % of ε" / "deep"
    with Records.open(url=address(home=home)) as records:
        records.add_course(name="Moths", manifest=MANIFEST)
        assert {f.name for f in home.iterdir()} == {"records.db", "records.db-wal", "records.db-shm"}
        assert {stat.S_IMODE(f.stat().st_mode) for f in home.iterdir()} == {0o600}
