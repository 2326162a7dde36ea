"""A dataclass among a command's parameters stands for its fields, which Typer shows in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from lwise_core.cli.option_groups import grouped


@dataclass(frozen=True)
class Size:
    """A size."""

    width: Annotated[int, typer.Option(min=1, help="From left to right.")]
    height: Annotated[int | None, typer.Option("--tall", help="From top to bottom.")] = None


def app_of(into: list[object]) -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)

    @app.command()
    @grouped
    def measure(
        name: Annotated[str, typer.Argument()], size: Size, last: Annotated[bool, typer.Option("--last")] = False
    ) -> None:
        """Measure something."""
        into.extend((name, size, last))

    return app


def test_a_group_arrives_as_its_dataclass() -> None:
    into: list[object] = []
    assert CliRunner().invoke(app_of(into), ["a", "--width", "3", "--tall", "4", "--last"]).exit_code == 0
    assert into == ["a", Size(3, 4), True]


def test_defaults_are_the_fields_own() -> None:
    into: list[object] = []
    assert CliRunner().invoke(app_of(into), ["a", "--width", "3"]).exit_code == 0
    assert into == ["a", Size(3, None), False]


@pytest.mark.parametrize("words", [["a"], ["a", "--width", "0"], ["a", "--width", "x"]])
def test_what_a_field_demands_is_demanded(words: list[str]) -> None:
    into: list[object] = []
    assert CliRunner().invoke(app_of(into), words).exit_code == 2
    assert into == []


def test_the_help_shows_the_fields_in_the_group_s_place() -> None:
    shown = CliRunner().invoke(app_of([]), ["--help"]).stdout
    assert "Measure something." in shown
    places = [shown.index(word) for word in ("--width", "--tall", "--last")]
    assert places == sorted(places)
    assert "From top to bottom." in shown
