"""The speed benchmark on tiny jobs: its rows do equal work, count it rightly and refuse what is not comparable."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks import official, rows
from benchmarks.attributions import EQUAL as EQUAL_MAPS
from benchmarks.attributions import METHODS, MapRow, map_rows, maps_table
from benchmarks.clock import HOPELESS, Contender, Timed, interleaved
from benchmarks.floor import MatrixRates, step_floor, step_work
from benchmarks.ours import Engine
from benchmarks.report import floors_of, table_of, write_into
from benchmarks.rows import Entry, Row
from benchmarks.tasks import Task, seeded_resnet50, task_for
from lwise_core.enhancement.path import PathRequest, enhance
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution_methods import OCCLUSION, SALIENCY
from tests.conftest import guide_of

STEPS = 4


@pytest.fixture(scope="module")
def engine(bundled_guide: GuideModel) -> Engine:
    return Engine.of(bundled_guide)


@pytest.fixture(scope="module")
def task(bundled_guide: GuideModel) -> Task:
    return task_for(bundled_guide, images=2, epsilon_224=STEPS / 2)


def ended(seconds: float, *, ours: bool = False, name: str = "peer") -> Timed:
    return Timed(name, ours, (seconds,), torch.zeros(1))


def test_the_plain_loop_is_what_the_core_computes(task: Task) -> None:
    exact = enhance(task.guide, PathRequest(task.images, task.targets), epsilon=task.epsilon)
    assert torch.allclose(official.enhance(task)(), exact.images, atol=1e-5)


class Hill(nn.Module):
    """A logit that is highest where the normalised image is zero, so that a long enough walk steps over the top."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return -images.square().sum(dim=(1, 2, 3))[:, None].repeat(1, 5)


def test_the_plain_loop_returns_the_best_iterate_not_the_last() -> None:
    guide = guide_of(Hill())
    images = guide.normaliser.mean + torch.full((1, 3, 16, 16), 0.001)
    over = Task(guide, images, torch.tensor([0]), epsilon=2 * guide.epsilon_scale.step)
    best = official.enhance(over)()
    assert float(over.gains(best)) > 0
    assert torch.allclose(best, official.enhance(over.shortest())(), atol=1e-7)
    exact = enhance(guide, PathRequest(images, over.targets), epsilon=over.epsilon)
    assert torch.allclose(best, exact.images, atol=1e-6)


def test_an_enhancement_takes_the_official_number_of_steps(task: Task) -> None:
    assert task.steps == STEPS
    assert task.shortest().steps == 1
    assert [p.steps for p in task.positions()] == [1, 2, 3, 4]
    assert task.positions()[-1].epsilon == pytest.approx(task.epsilon)


def test_both_sides_reach_the_same_gain(engine: Engine, task: Task) -> None:
    row = rows.one_enhancement(engine, {"plain": official.enhance}, task, rounds=2)
    assert [len(e.timed.seconds) for e in row.entries] == [2, 2]
    assert all(figure > 0 for entry in row.entries for figure in entry.figures)
    assert all(row.comparable(entry) for entry in row.entries)
    assert row.counted == len(row.reference.figures) == 2


def test_every_position_has_its_own_result_on_both_sides(engine: Engine, task: Task) -> None:
    row = rows.every_position(engine, {"plain": official.enhance}, task.first(1), rounds=1)
    assert all(len(entry.figures) == STEPS for entry in row.entries)
    assert all(row.worst_difference(entry) <= rows.EQUAL for entry in row.entries)
    assert row.reference.figures == tuple(sorted(row.reference.figures))


def test_computed_seconds_are_in_proportion_to_the_steps_and_say_so(engine: Engine, task: Task) -> None:
    single = rows.one_enhancement(engine, {"plain": official.enhance}, task.first(1), rounds=1)
    row = rows.every_position_computed(engine, single, task.first(1), rounds=1)
    peer = next(e for e in row.entries if not e.timed.ours)
    run = next(e for e in single.entries if not e.timed.ours)
    assert peer.timed.median == pytest.approx(run.timed.median * (1 + 2 + 3 + 4) / STEPS)
    assert "computed: 2.5 × its single run" in table_of(row)
    assert row.comparable(peer)


def test_scores_and_curves_agree(engine: Engine, task: Task) -> None:
    scored = rows.scoring(engine, task, rounds=1)
    curve = rows.curve(engine, task.first(1), rounds=1)
    assert len(scored.entries) == 3
    assert len(curve.reference.figures) == STEPS + 1
    assert all(row.worst_difference(e) <= rows.EQUAL for row in (scored, curve) for e in row.entries)


def test_only_peers_with_our_gain_are_compared() -> None:
    entries = (
        Entry(ended(1.0, ours=True, name="ours"), (10.0,)),
        Entry(ended(0.5, name="cheap"), (9.8,)),
        Entry(ended(3.0, name="slow"), (10.0,)),
        Entry(ended(2.0, name="fast"), (10.05,)),
    )
    row = Row("a row", "logit gain", entries)
    assert row.fastest_peer is entries[3]
    assert row.ratio(entries[0]) == 2.0
    assert "not comparable: differs by 2.0%" in table_of(row)


def test_without_a_comparable_peer_there_is_no_ratio() -> None:
    row = Row("a row", "logit gain", (Entry(ended(1.0, ours=True), (10.0,)), Entry(ended(2.0), (5.0,))))
    assert row.ratio(row.reference) is None
    assert "no comparable peer" in table_of(row)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that moves only when it is told to."""
    now = [0.0]
    monkeypatch.setattr("benchmarks.clock.perf_counter", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


def test_contenders_take_turns_and_the_order_rotates(clock: Callable[[float], None]) -> None:
    seen: list[str] = []

    def job(name: str) -> Callable[[], torch.Tensor]:
        def run() -> torch.Tensor:
            seen.append(name)
            clock(1.0)
            return torch.zeros(1)

        return run

    timed = interleaved([Contender(n, job(n), ours=n == "b") for n in "abc"], rounds=3)
    assert "".join(seen) == "abcbcacab"
    assert [t.seconds for t in timed] == [(1.0, 1.0, 1.0)] * 3


def test_peers_that_cannot_become_the_fastest_sit_out(clock: Callable[[float], None]) -> None:
    def job(seconds: float) -> Callable[[], torch.Tensor]:
        def run() -> torch.Tensor:
            clock(seconds)
            return torch.zeros(1)

        return run

    near, far = 2 * HOPELESS - 0.1, 2 * HOPELESS + 0.1
    contenders = [Contender("fast", job(2)), Contender("near", job(near)), Contender("far", job(far))]
    timed = interleaved([*contenders, Contender("ours", job(9), ours=True)], rounds=3)
    assert [len(t.seconds) for t in timed] == [3, 3, 1, 3]


def test_no_round_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="At least one round"):
        interleaved([], rounds=0)


def test_the_work_of_a_step_grows_with_the_images(task: Task) -> None:
    assert step_work(task) == pytest.approx(2 * step_work(task.first(1)))


def test_the_floor_is_work_over_rate(engine: Engine, task: Task) -> None:
    rates = MatrixRates.measured(side=64)
    floor = step_floor(engine, task, rates=rates)
    assert floor.floor == pytest.approx(step_work(task) / floor.rate)
    assert floor.share == pytest.approx(floor.floor / floor.seconds)
    assert f"| {floor.share:.0%} |" in floors_of([floor], rates)


def test_maps_answer_the_same_question_on_both_sides(task: Task) -> None:
    measured = list(map_rows(task, rounds=1))
    assert [row.method for row in measured] == [*METHODS, OCCLUSION]
    for row in measured:
        assert row.difference <= EQUAL_MAPS, row.method
        assert row.ratio == pytest.approx(row.plain.median / row.ours.median)
    assert maps_table(iter(measured)).count("of the largest |") == len(measured)


def test_maps_that_differ_have_no_ratio() -> None:
    ours, other = (
        Timed(name, name == "ours", (1.0,), torch.full((2, 2), v)) for name, v in (("ours", 1.0), ("c", 1.1))
    )
    row = MapRow(SALIENCY, ours, other)
    assert row.ratio is None
    assert "not comparable" in maps_table(iter([row]))


@pytest.fixture(scope="module")
def resnet_task() -> Task:
    return task_for(seeded_resnet50(), images=1, epsilon_224=0.5)


def test_a_step_of_resnet50_is_twice_its_forward_pass(resnet_task: Task) -> None:
    assert step_work(resnet_task) == pytest.approx(16.4e9, rel=0.02)  # 4.1 billion products and sums, there and back


def test_the_seeded_network_sees_something_that_can_be_raised(resnet_task: Task) -> None:
    assert bool((resnet_task.gains(official.enhance(resnet_task)()) > 0.01).all())


def test_memory_counts_what_is_held() -> None:
    script = """
from benchmarks.resident import forget_peak, resident_now, resident_peak
earlier = b"x" * 2**29
del earlier
forget_peak()
before = resident_now()
held = b"x" * 2**28
print(resident_peak() - before)
"""
    answer = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603
    assert float(answer.stdout) == pytest.approx(256, abs=16)


def test_the_section_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "results.md"
    form = "# Results\n\n<!-- speed: begin -->\n{}\n<!-- speed: end -->\n\n<!-- b: begin --><!-- b: end -->\nkept\n"
    document.write_text(form.format("old"))
    write_into(document, "new", section="speed")
    write_into(document, "newer", section="speed")
    assert document.read_text() == form.format("newer")


def test_a_document_without_the_section_gets_it(tmp_path: Path) -> None:
    document = tmp_path / "docs" / "results.md"
    write_into(document, "new", section="many images")
    assert document.read_text().endswith(
        "## Many images\n\n<!-- many images: begin -->\nnew\n<!-- many images: end -->\n"
    )


def test_the_peers_live_with_the_releases_that_the_app_has() -> None:
    def pins(file: Path) -> dict[str, str]:
        lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
        return {name: version for name, equal, version in (line.partition("==") for line in lines) if equal}

    root = Path(__file__).parents[2]
    app, peers = pins(root / "requirements.txt"), pins(root / "benchmarks" / "requirements-peers.txt")
    shared = peers.keys() & app.keys()
    assert {"torch", "torchvision", "timm", "numpy", "captum"} <= shared
    assert {name: peers[name] for name in shared} == {name: app[name] for name in shared}
