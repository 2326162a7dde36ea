from __future__ import annotations

import numpy as np
import pytest

from benchmarks.planted import PLANTED, TEXTURES, _folded_p, _stands_out, _with_lattice
from lwise_core.inspection.perturbation import Perturbation


@pytest.fixture
def clean() -> Perturbation:
    random = np.random.default_rng(0)
    original = random.uniform(0.3, 0.7, (3, 64, 64)).astype(np.float32)
    return Perturbation(original, original + random.normal(0, 0.02, original.shape).astype(np.float32))


@pytest.mark.parametrize("period", PLANTED)
def test_a_planted_lattice_has_the_energy_asked_for_and_stands_out_the_more_the_stronger(
    clean: Perturbation, period: int
) -> None:
    weak, strong = (_with_lattice(clean, period, db) for db in (-20, 0))
    added = np.square(strong.changed - clean.changed).mean() / np.square(clean.changed - clean.original).mean()
    assert added == pytest.approx(1, rel=1e-3)
    assert _stands_out(clean) < _stands_out(weak) < _stands_out(strong)
    assert _folded_p(clean, period) > 0.05
    assert _folded_p(strong, period) == pytest.approx(0.01)


@pytest.mark.parametrize("kind", TEXTURES)
def test_textures_are_pictures_and_differ_by_seed(kind: str) -> None:
    one, again, other = (TEXTURES[kind](32, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == (3, 32, 32)
    assert one.dtype == np.float32
    assert one.min() >= 0
    assert one.max() <= 1
    assert (one == again).all()
    assert not (one == other).all()
