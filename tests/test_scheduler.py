"""The compute slot: turns by session, a bounded line, cancelling, sessions that are gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core import scheduler as compute
from lwise_core.scheduler import Effort, JobStage, QueueFull, ScheduledJob, Scheduler, _smoothed

SOON = 30.0


@pytest.fixture(autouse=True)
def _nothing_to_tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collecting the garbage of the whole run of tests takes a second each time, and one test is about it."""
    monkeypatch.setattr(compute, "give_back_memory", lambda: None)


def counting(name: str, steps: int, log: list[str]) -> Iterator[int]:
    for i in range(steps):
        log.append(name)
        yield i


class Gate:
    """A job that holds the slot until it is opened, so that what is submitted meanwhile is surely waiting."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def steps(self) -> Iterator[int]:
        self.entered.set()
        assert self._open.wait(SOON)
        yield 0

    def open(self) -> None:
        self._open.set()


def test_a_job_gives_its_last_value_and_ends() -> None:
    job = Scheduler().submit(iter([3, 1, 4]), session="a", total=3)
    assert job.wait(seconds=SOON)
    assert (job.stage, job.latest, job.done) == (JobStage.FINISHED, 4, 3)


def test_whoever_waits_for_a_value_gets_it_while_the_job_goes_on() -> None:
    slot, gate = Scheduler(), Gate()
    job = slot.submit(chain([1, 2], gate.steps()), session="a", total=3)
    assert job.wait_until(lambda value: value == 2, seconds=SOON)
    assert not job.stage.over
    assert not job.wait_until(lambda value: value > 2, seconds=0)
    gate.open()
    assert job.wait_until(lambda value: value > 2, seconds=SOON)  # it is over, and nothing more will come
    assert job.stage is JobStage.FINISHED


def test_sessions_take_turns_step_by_step_however_many_jobs_one_has() -> None:
    slot, gate, log = Scheduler(), Gate(), list[str]()
    slot.submit(gate.steps(), session="gate", total=1)
    assert gate.entered.wait(SOON)
    jobs = [slot.submit(counting(n, 20, log), session=n[0], total=20) for n in ("a1", "a2", "a3", "b1")]
    gate.open()
    assert all(j.wait(seconds=SOON) for j in jobs)
    until_b_is_done = [entry[0] for entry in log[: 1 + max(i for i, entry in enumerate(log) if entry == "b1")]]
    assert abs(until_b_is_done.count("a") - until_b_is_done.count("b")) <= 1


def test_the_ninth_waits_is_told_its_place_and_gets_its_turn() -> None:
    slot, gate = Scheduler(turns=8), Gate()
    first = slot.submit(gate.steps(), session="0", total=1)
    assert gate.entered.wait(SOON)
    others = [slot.submit(iter(range(5)), session=str(i), total=5) for i in range(1, 10)]
    assert [slot.outlook(j).place for j in (first, *others)] == [0] * 8 + [1, 2]
    gate.open()
    assert all(j.wait(seconds=SOON) for j in others)
    assert slot.outlook(others[-1]).place == 0


def test_an_estimate_is_given_once_a_step_was_timed() -> None:
    slot, gate = Scheduler(), Gate()
    before = slot.submit(gate.steps(), session="a", total=1)
    assert slot.outlook(before).seconds is None
    gate.open()
    assert before.wait(seconds=SOON)
    assert slot.outlook(before).seconds == 0


def test_whose_turns_have_begun_is_told_the_pace_of_its_own_steps_or_nothing() -> None:
    slot, held = Scheduler(), Gate()
    quick = slot.submit(iter(range(5)), session="a", total=5)
    assert quick.wait(seconds=SOON)
    slow = slot.submit(held.steps(), session="a", total=10)
    assert slot.outlook(slow).seconds is None  # the quick one's pace says nothing of it
    held.open()
    assert slow.wait(seconds=SOON)


def test_where_steps_are_unlike_the_rest_is_told_by_the_work_that_is_left_and_not_by_their_number() -> None:
    efforts = iter([Effort(0, 110), Effort(100, 10), Effort(101, 9)])  # made before; a long one; the first short one
    job = ScheduledJob(efforts, session="a", total=12, alive=lambda: True, effort=lambda told: told)
    told = []
    for seconds in (0.01, 50.0, 0.5):
        job.advance()
        job.timed(seconds)
        told.append(job.seconds_a_step and job.seconds_a_step * (job.total - job.done))
    assert told == [None, pytest.approx(5), pytest.approx(4.5)]


def test_the_pace_is_the_mean_of_the_first_steps_and_then_follows_the_late_ones() -> None:
    paces: list[float] = []
    for n in range(1, 201):
        paces.append(_smoothed(paces[-1] if paces else None, float(n <= 2), steps=n))
    assert paces[:4] == pytest.approx([1, 1, 2 / 3, 1 / 2])
    assert paces[19] == pytest.approx(2 / 20)
    assert paces[199] < 0.1 * 0.95**100


def test_a_full_line_refuses_and_loses_nobody() -> None:
    slot, gate = Scheduler(turns=1, line=2), Gate()
    slot.submit(gate.steps(), session="0", total=1)
    assert gate.entered.wait(SOON)
    waiting = [slot.submit(iter(range(2)), session=str(i), total=2) for i in (1, 2)]
    with pytest.raises(QueueFull, match="2 people are waiting"):
        slot.submit(iter(range(2)), session="3", total=2)
    gate.open()
    assert all(j.wait(seconds=SOON) and j.stage is JobStage.FINISHED for j in waiting)


def test_one_session_with_many_long_jobs_does_not_keep_another_waiting() -> None:
    slot, gate, log = Scheduler(turns=8), Gate(), list[str]()
    first = slot.submit(gate.steps(), session="a", total=1)
    assert gate.entered.wait(SOON)
    long = [slot.submit(counting("a", 50, log), session="a", total=50) for _ in range(12)]
    short = slot.submit(counting("b", 5, log), session="b", total=5)
    assert slot.outlook(short).place == 0
    gate.open()
    assert all(j.wait(seconds=SOON) for j in (first, short, *long))
    assert log[:12].count("b") == 5
    assert [j.done for j in long] == [50] * 12


def test_what_made_room_goes_on_where_it_was() -> None:
    slot, gate, log = Scheduler(turns=2), Gate(), list[str]()
    slot.submit(gate.steps(), session="a", total=1)
    assert gate.entered.wait(SOON)
    sent_back = slot.submit(counting("a", 3, log), session="a", total=3)
    others = [slot.submit(counting("b", 3, log), session=name, total=3) for name in ("b", "c")]
    assert [slot.outlook(j).place for j in (sent_back, *others)] == [1, 0, 2]
    gate.open()
    assert all(j.wait(seconds=SOON) and j.done == 3 for j in (sent_back, *others))


def test_one_session_cannot_fill_the_line() -> None:
    slot, gate = Scheduler(turns=1, line=2), Gate()
    slot.submit(gate.steps(), session="a", total=1)
    assert gate.entered.wait(SOON)
    waiting = [slot.submit(iter(()), session="a", total=1) for _ in range(8)]
    with pytest.raises(QueueFull, match="You have 8 computations waiting"):
        slot.submit(iter(()), session="a", total=1)
    other = slot.submit(iter([7]), session="b", total=1)
    gate.open()
    assert all(j.wait(seconds=SOON) for j in (other, *waiting))
    assert other.latest == 7


def test_a_cancelled_job_stops_at_its_next_step_and_keeps_what_it_has() -> None:
    slot, log = Scheduler(), list[str]()
    gate = Gate()

    def steps() -> Iterator[int]:
        yield 7
        yield from gate.steps()
        log.append("went on")
        yield 8

    job = slot.submit(steps(), session="a", total=3)
    assert gate.entered.wait(SOON)
    job.cancel()
    gate.open()
    after = slot.submit(iter([1]), session="b", total=1)
    assert after.wait(seconds=SOON)
    assert job.stage is JobStage.CANCELLED
    assert not log


def test_a_cancelled_job_lets_go_of_what_it_holds_however_long_it_is_remembered() -> None:
    slot, gate, let_go = Scheduler(), Gate(), threading.Event()

    def steps() -> Iterator[int]:
        try:
            yield from gate.steps()
            yield from iter(int, 1)
        finally:
            let_go.set()

    job = slot.submit(steps(), session="a", total=3)
    assert gate.entered.wait(SOON)
    job.cancel()
    gate.open()
    assert let_go.wait(SOON)
    assert job.latest == 0


def test_a_session_that_is_gone_gives_up_its_turn_and_its_place() -> None:
    slot, gate, log, there = Scheduler(turns=1), Gate(), list[str](), threading.Event()
    there.set()
    slot.submit(gate.steps(), session="a", total=1)
    assert gate.entered.wait(SOON)
    gone = slot.submit(counting("gone", 5, log), session="b", total=5, alive=there.is_set)
    last = slot.submit(iter([1]), session="c", total=1)
    assert slot.outlook(last).place == 2
    there.clear()
    assert slot.outlook(last).place == 1
    gate.open()
    assert last.wait(seconds=SOON)
    assert gone.stage is JobStage.CANCELLED
    assert not log


def test_a_failing_job_hands_over_its_error_and_harms_nobody() -> None:
    slot = Scheduler()

    def steps() -> Iterator[int]:
        yield 1
        raise ArithmeticError("broken")

    bad = slot.submit(steps(), session="a", total=2)
    good = slot.submit(iter([1, 2]), session="b", total=2)
    assert bad.wait(seconds=SOON)
    assert good.wait(seconds=SOON)
    assert bad.stage is JobStage.FAILED
    assert isinstance(bad.error, ArithmeticError)
    assert good.latest == 2


def test_what_can_wait_is_computed_only_while_nobody_waits() -> None:
    slot, gate, log = Scheduler(), Gate(), list[str]()
    slot.submit(gate.steps(), session="a", total=1)
    assert gate.entered.wait(SOON)
    idle = slot.submit_idle(counting("idle", 3, log), total=3)
    people = [slot.submit(counting("person", 5, log), session=n, total=5) for n in "bc"]
    gate.open()
    assert all(j.wait(seconds=SOON) for j in (*people, idle))
    assert log == ["person"] * 10 + ["idle"] * 3


def test_what_can_wait_waits_while_a_person_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(compute.time, "monotonic", lambda: now[0])
    slot, log = Scheduler(), list[str]()
    slot.touch()
    idle = slot.submit_idle(counting("idle", 2, log), total=2)
    person = slot.submit(counting("person", 2, log), session="a", total=2)
    assert person.wait(seconds=SOON)
    assert log == ["person", "person"]
    now[0] += 60
    assert slot.submit(counting("person", 1, log), session="a", total=1).wait(seconds=SOON)
    assert idle.wait(seconds=SOON)
    assert log[-2:] == ["idle", "idle"]


def test_an_errand_is_done_between_two_steps_by_the_thread_that_computes_everything() -> None:
    slot, gate, log = Scheduler(), Gate(), list[str]()
    threads = set[int]()

    def long() -> Iterator[int]:
        yield from gate.steps()
        for i in range(1000):
            threads.add(threading.get_ident())
            yield i

    job = slot.submit(long(), session="a", total=1001)
    assert gate.entered.wait(SOON)

    def errand() -> int:
        threads.add(threading.get_ident())
        return job.done

    waiting = threading.Thread(target=lambda: log.append(f"job done: {slot.do(errand)}"))
    waiting.start()
    while waiting.is_alive() and not slot._errands:
        pass
    assert not log
    gate.open()
    waiting.join(SOON)
    assert log == ["job done: 1"]
    assert job.wait(seconds=SOON)
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_whoever_asked_gets_the_error_of_an_errand_and_the_slot_goes_on() -> None:
    slot = Scheduler()
    with pytest.raises(ZeroDivisionError):
        slot.do(lambda: 1 // 0)
    assert slot.do(lambda: 7) == 7


def test_nobody_waits_for_a_closed_slot() -> None:
    slot, gate, log = Scheduler(), Gate(), list[str]()
    slot.submit(gate.steps(), session="a", total=1)
    assert gate.entered.wait(SOON)

    def person() -> None:
        with pytest.raises(CancelledError):
            slot.do(lambda: log.append("computed"))
        log.append("told")

    waiting, closing = threading.Thread(target=person), threading.Thread(target=slot.close)
    waiting.start()
    closing.start()
    gate.open()
    for thread in (waiting, closing):
        thread.join(SOON)
    assert log == ["told"]


def test_a_closed_slot_has_finished_its_step_and_computes_no_more() -> None:
    slot, gate, log = Scheduler(), Gate(), list[str]()
    slot.submit(gate.steps(), session="a", total=1)
    slot.submit(counting("later", 3, log), session="b", total=3)
    assert gate.entered.wait(SOON)
    closing = threading.Thread(target=slot.close)
    closing.start()
    gate.open()
    closing.join(SOON)
    assert not closing.is_alive()
    assert not log


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6)), min_size=1, max_size=12), st.integers(1, 4))
def test_every_job_gets_all_its_steps_in_order(work: list[tuple[str, int]], turns: int) -> None:
    slot = Scheduler(turns=turns, line=12)
    seen: list[list[int]] = [[] for _ in work]

    def steps(i: int, n: int) -> Iterator[int]:
        for k in range(n):
            seen[i].append(k)
            yield k

    jobs = [slot.submit(steps(i, n), session=s, total=n) for i, (s, n) in enumerate(work)]
    assert all(j.wait(seconds=SOON) for j in jobs)
    assert seen == [list(range(n)) for _, n in work]


def test_memory_is_given_back_when_nobody_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    given = threading.Event()
    monkeypatch.setattr(compute, "give_back_memory", given.set)
    slot, gate = Scheduler(), Gate()
    job = slot.submit(gate.steps(), session="a", total=1)
    assert gate.entered.wait(SOON)
    assert not given.is_set()
    gate.open()
    assert job.wait(seconds=SOON)
    assert given.wait(SOON)
