"""JSON that others wrote, checked against a type up to the first thing that is wrong in a list or by a name.

Pydantic keeps an error of a kilobyte for each thing that is wrong: a file of a few megabytes in which everything is
takes gigabytes, and ends the process where there are none. Types can say of their lists, one by one, that the first
error ends them; here all lists and all names of a type do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator

Checked = TypeVar("Checked")

_AS_IT_IS = frozenset({"default", "metadata"})
_OF_MANY = frozenset({"list", "tuple", "dict", "set", "frozenset"})


def reader_of(adapter: TypeAdapter[Checked]) -> Callable[[bytes], Checked]:
    """Return what reads JSON as ``adapter`` does, and ends at the first fault.

    What is returned raises pydantic's ValidationError.
    """
    # What pydantic has made of the types within before would be taken as it is.
    schema = SchemaValidator(_ending_at_the_first(adapter.core_schema), _use_prebuilt=False)
    reader: Callable[[bytes], Checked] = schema.validate_json
    return reader


def _ending_at_the_first(part: Any) -> Any:  # noqa: ANN401 - pydantic's schemas are dictionaries of anything
    if isinstance(part, (list, tuple)):
        return type(part)(map(_ending_at_the_first, part))
    if not isinstance(part, dict):
        return part
    inner = {name: value if name in _AS_IT_IS else _ending_at_the_first(value) for name, value in part.items()}
    of_many = isinstance(inner.get("type"), str) and inner["type"] in _OF_MANY
    return {"fail_fast": True, **inner} if of_many else inner
