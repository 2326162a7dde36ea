"""JSON of others is read as its type says, and one fault is told however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from lwise_core._utils.first_fault import reader_of


@dataclass(frozen=True)
class Inner:
    type: int
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...] = ()
    named: Mapping[str, Inner] = field(default_factory=lambda: MappingProxyType({}))
    lists: Mapping[str, list[int]] = field(default_factory=dict)


ADAPTER = TypeAdapter(Outer)
READ = reader_of(ADAPTER)


@pytest.mark.parametrize(
    "text",
    ["{}", '{"inner": [{"type": 1, "numbers": [1, 2.5]}], "named": {"a": {"type": 2}}, "lists": {"b": [1]}}'],
)
def test_what_is_right_is_read_as_ever(text: str) -> None:
    assert READ(text.encode()) == ADAPTER.validate_json(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"inner": [1, 1, 1]}', ("inner", 0)),
        ('{"inner": [{"type": 1, "numbers": ["a", "a"]}, {}]}', ("inner", 0, "numbers", 0)),
        ('{"named": {"a": 1, "b": 1, "c": {"type": 1}}}', ("named", "a")),
        ('{"lists": {"a": [0, "x", "x"], "b": ["x"]}}', ("lists", "a", 1)),
    ],
)
def test_the_first_fault_ends_it(text: str, where: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as every:
        ADAPTER.validate_json(text)
    assert every.value.error_count() > 1
    with pytest.raises(ValidationError) as one:
        READ(text.encode())
    assert [e["loc"] for e in one.value.errors()] == [where]
