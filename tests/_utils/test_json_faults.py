"""What is wrong with a file of JSON is said without the words of programs, and with the place in the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from lwise_core._utils.json_faults import fault_of


class Kind(StrEnum):
    CAT = "cat"
    DOG = "dog"


@dataclass(frozen=True)
class Inner:
    share: float = Field(ge=0, le=1, allow_inf_nan=False)


@dataclass(frozen=True)
class Outer:
    __pydantic_config__ = ConfigDict(extra="forbid")
    name: str
    kind: Kind = Kind.CAT
    inner: Inner | None = None
    counts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.name == "nobody":
            raise ValueError("Somebody needs a name.")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "it is no JSON that can be read to its end: line 1, column 0"),
        ('{"name": ', "it is no JSON that can be read to its end: line 1, column 9"),
        ("[]", "it must be an object with named fields"),
        ("{}", "“name” is missing"),
        ('{"name": 5}', "“name” must be a text"),
        ('{"name": "x", "colour": 1}', "“colour” is a field that is not known"),
        ('{"name": "x", "kind": "cow"}', "“kind” must be cat or dog"),
        ('{"name": "x", "inner": {"share": 2}}', "“inner.share” must be less than or equal to 1"),
        ('{"name": "x", "inner": {"share": "a"}}', "“inner.share” must be a number"),
        ('{"name": "x", "counts": ["a"]}', "“counts.0” must be a whole number"),
        ('{"name": "x", "counts": 1}', "“counts” must be a list"),
        ('{"name": "nobody"}', "somebody needs a name."),
    ],
)
def test_the_first_fault_is_said_in_plain_words(written: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Outer).validate_json(written)
    assert fault_of(refused.value) == said


def test_parts_of_the_place_that_the_file_lacks_are_not_said() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(dict[str, Inner]).validate_json('{"tag": {}}')
    assert fault_of(refused.value, unspoken=("tag",)) == "“share” is missing"
