"""Where the files that are no code lie: bundled guides, scripts, styles and fonts."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def asset(name: str, *, package: Path = _PACKAGE) -> Path:
    """Return the path of an asset, such as ``asset("models")``.

    In an installed library the assets lie inside the package, as ``_assets``; in a checkout beside it, as ``assets``.

    Args:
        name: The path of the asset within the folder of assets.
        package: The folder of the package; another one only in tests.

    Raises:
        FileNotFoundError: There is no such asset.
    """
    places = (package / "_assets" / name, package.parent / "assets" / name)
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(f"The installation lacks “{name}”, looked for at {places[0]} and {places[1]}.")
