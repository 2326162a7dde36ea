"""The phantom: what it says about its pixels is so, and two features are all that tells its families apart."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lwise_core.cli.app import app
from lwise_core.data.phantom import (
    DIAGNOSTIC_FROM,
    FAMILIES,
    Creature,
    creature_mask,
    diagnostic_mask,
    draw,
    population,
    without_creature,
)
from lwise_core.images.codec import open_photograph

SIZE = 48
GRAIN = 2  # rounding of two pictures that have the same grain

creatures = st.builds(Creature, family=st.integers(0, 3), dial=st.floats(0, 1), seed=st.integers(0, 2**64 - 1))


def changed(a: Creature, b: Creature) -> np.ndarray[tuple[int, int], np.dtype[np.int_]]:
    """Return by how many grey levels the two pictures differ at each pixel, in the channel that differs most."""
    difference = draw(a, size=SIZE).astype(int) - draw(b, size=SIZE).astype(int)
    largest: np.ndarray[tuple[int, int], np.dtype[np.int_]] = np.abs(difference).max(axis=-1)
    return largest


@settings(max_examples=25, deadline=None)
@given(creature=creatures, family=st.integers(0, 3))
def test_another_family_changes_the_diagnostic_pixels_only(creature: Creature, family: int) -> None:
    outside = ~diagnostic_mask(creature, size=SIZE)
    difference = changed(creature, replace(creature, family=family))
    assert difference[outside].max(initial=0) <= DIAGNOSTIC_FROM + GRAIN


@settings(max_examples=25, deadline=None)
@given(creature=creatures)
def test_the_diagnostic_pixels_are_few_and_on_the_creature(creature: Creature) -> None:
    told, there = diagnostic_mask(creature, size=SIZE), creature_mask(creature, size=SIZE)
    assert 0.01 < told.mean() < 0.2
    assert (told & there).sum() > 0.7 * told.sum()
    assert told.sum() < there.sum()


@settings(max_examples=25, deadline=None)
@given(creature=creatures)
def test_outside_the_creature_there_is_the_background_alone(creature: Creature) -> None:
    edge = ~np.pad(creature_mask(creature, size=SIZE), 1)
    outside = edge[1:-1, 1:-1] & edge[:-2, 1:-1] & edge[2:, 1:-1] & edge[1:-1, :-2] & edge[1:-1, 2:]
    alone = without_creature(creature, size=SIZE).astype(int)
    difference = np.abs(draw(creature, size=SIZE).astype(int) - alone).max(axis=-1)
    assert np.median(difference[outside]) == 0


@pytest.mark.parametrize("family", range(len(FAMILIES)))
def test_at_the_boundary_opposite_families_are_one_picture(family: int) -> None:
    creature = Creature(family, 1.0, 7)
    assert changed(creature, replace(creature, family=3 - family)).max() <= GRAIN


def test_the_dial_moves_a_creature_towards_the_opposite_family_alone() -> None:
    opposite = Creature(3, 0.0, 11)
    distances = [changed(Creature(0, dial, 11), opposite).sum() for dial in (0, 0.25, 0.5, 0.75, 1.0)]
    assert distances == sorted(distances, reverse=True)


def test_a_creature_is_drawn_the_same_every_time_and_others_differ() -> None:
    creature = Creature(1, 0.3, 5)
    assert np.array_equal(draw(creature, size=SIZE), draw(creature, size=SIZE))
    assert not np.array_equal(draw(creature, size=SIZE), draw(replace(creature, seed=6), size=SIZE))


def test_a_population_is_balanced_spread_and_shares_nothing_with_another() -> None:
    one, other = population(per_family=50, seed=0), population(per_family=50, seed=1)
    assert len({c.seed for c in (*one, *other)}) == 400
    for family in range(4):
        dials = [c.dial for c in one if c.family == family]
        assert (min(dials), max(dials), len(dials)) == (0, 0.9, 50)


@pytest.mark.parametrize(("family", "dial"), [(4, 0.0), (-1, 0.0), (0, 1.1), (0, -0.1), (0, float("nan"))])
def test_what_is_no_creature_is_refused(family: int, dial: float) -> None:
    with pytest.raises(ValueError, match=r"families|dial"):
        Creature(family, dial, 0)


def test_the_shell_draws_an_image_folder_and_its_dials(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["phantom", str(tmp_path), "--per-family", "3", "--size", "32", "--split", "test"])
    assert result.exit_code == 0, result.output
    with (tmp_path / "test.csv").open() as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 12
    for row in rows:
        creature = Creature(int(row["class_num"]), float(row["dial"]), int(row["creature"]))
        data = (tmp_path / row["im_path"]).read_bytes()
        assert np.array_equal(open_photograph(data, name="x.png").pixels, draw(creature, size=32))
        assert row["class"] == FAMILIES[creature.family]
