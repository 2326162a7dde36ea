"""The script for devices, as far as a processor can try it: it refuses, keeps its time, and compares what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import typer
from typer.testing import CliRunner

from benchmarks import gpu
from benchmarks.gpu import Deadline, check_parts, enhancement_row, measured
from benchmarks.gpu_checks import Check, TwoGuides, map_check, page_check, path_check, training_check, twin_check
from benchmarks.report import table_of
from benchmarks.tasks import Task
from lwise_core.guides.guide import GuideModel

CPU = torch.device("cpu")


def command(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(gpu.main)
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


def test_without_a_device_it_says_so_in_one_sentence_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(gpu, "measured", lambda *_: pytest.fail("it measured"))
    code, said = command("--write", str(tmp_path / "results.md"))
    assert code == 2
    assert said.strip() == gpu.NO_DEVICE
    assert not list(tmp_path.iterdir())


def test_what_would_begin_too_late_is_named_and_what_fails_does_not_end_the_rest() -> None:
    clock = iter(range(100))

    def fails() -> str:
        raise RuntimeError("out of memory\nand more")

    parts = [("first", fails), ("second", lambda: "found"), ("third", lambda: pytest.fail("it began too late"))]
    deadline = Deadline(5.5, now=lambda: float(next(clock)))
    first, second, third = measured(parts, deadline)
    assert first.startswith("**first**: failed (RuntimeError: out of memory).")
    assert second.startswith("found")
    assert third == "**third**: not measured, the time was over."


@pytest.mark.parametrize(("difference", "holds"), [(0.0, True), (0.01, True), (0.011, False), (float("nan"), False)])
def test_a_check_holds_up_to_its_limit_and_not_where_there_is_no_number(difference: float, holds: bool) -> None:
    check = Check("x", difference, 0.01)
    assert check.holds is holds
    assert ("does not hold" in check.line) is not holds


def shifted(guides: TwoGuides) -> TwoGuides:
    """Return the guides with another network on the device."""
    for parameter in guides.there.network.parameters():
        parameter.data += 0.05
    return guides


def test_a_copy_of_a_guide_agrees_with_it_and_another_network_does_not(tiny_guide: GuideModel) -> None:
    guides = TwoGuides.of(tiny_guide, CPU)
    assert guides.there.network is not guides.here.network
    for check in (path_check, twin_check, map_check):
        assert check(guides).holds, check.__name__
    for check in (path_check, map_check):
        assert not check(shifted(TwoGuides.of(tiny_guide, CPU))).holds, check.__name__


def test_a_check_that_cannot_be_made_does_not_hold(tiny_guide: GuideModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "path_check", lambda _: pytest.fail("no kernel for this device"))
    checks: list[Check] = []
    name, measure = check_parts(TwoGuides.of(tiny_guide, CPU), checks)[0]
    with pytest.raises(pytest.fail.Exception):
        measure()
    assert name == "Path"
    assert [check.holds for check in checks] == [False]


def test_training_twice_the_same_way_gives_the_same_loss() -> None:
    assert training_check(CPU).difference == 0.0


def test_pages_with_errors_are_counted() -> None:
    assert page_check({"a": lambda: 0, "b": lambda: 0}).holds
    assert page_check({"a": lambda: 0, "b": lambda: 3}).difference == 1.0


def test_a_row_holds_ours_beside_the_peers_that_run_and_names_the_others(tiny_guide: GuideModel) -> None:
    task = TwoGuides.of(tiny_guide, CPU).tasks(images=1)[1]

    def absent(_: Task) -> Callable[[], torch.Tensor]:
        raise ModuleNotFoundError("foolbox")

    row = enhancement_row(task, {"still": lambda t: lambda: t.images, "absent": absent}, rounds=1)
    assert [entry.timed.name for entry in row.entries] == ["ours", "still"]
    assert "not here: absent" in row.title
    assert "not comparable" in table_of(row)
