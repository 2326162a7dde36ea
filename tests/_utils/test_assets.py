"""Assets are found in a checkout and in an installed library."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core._utils.assets import asset


def test_a_checkout_keeps_its_assets_beside_the_package() -> None:
    root = Path(__file__).parents[2]
    assert asset("models") == root / "assets" / "models"
    assert asset("runner/runner.js") == root / "assets" / "runner" / "runner.js"


def test_an_installed_library_keeps_them_inside(tmp_path: Path) -> None:
    inside = tmp_path / "site-packages" / "lwise_core" / "_assets" / "models"
    inside.mkdir(parents=True)
    assert asset("models", package=tmp_path / "site-packages" / "lwise_core") == inside


def test_assets_inside_win_over_a_folder_of_somebody_else_beside_the_package(tmp_path: Path) -> None:
    inside, beside = tmp_path / "lwise_core" / "_assets" / "models", tmp_path / "assets" / "models"
    inside.mkdir(parents=True)
    beside.mkdir(parents=True)
    assert asset("models", package=tmp_path / "lwise_core") == inside


def test_what_is_missing_is_named_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"lacks “models”.*_assets.*assets"):
        asset("models", package=tmp_path / "lwise_core")
