"""What is wrong with a file of JSON, for people: pydantic's first fault, in plain words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from pydantic import ValidationError

_WHERE = re.compile(r"at line (\d+) column (\d+)")
_MUST_BE = {
    "string_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object with named fields",
    "mapping_type": "an object with named fields",
    "dataclass_type": "an object with named fields",
    "model_type": "an object with named fields",
    "model_attributes_type": "an object with named fields",
}


def fault_of(error: ValidationError, *, unspoken: Collection[str] = ()) -> str:
    """Return the first fault as the end of a sentence, without its stop, such as “name” is missing.

    Args:
        error: What pydantic says of a file.
        unspoken: Parts of a fault's place that the file does not have, such as the tag of a kind.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part not in unspoken)
    if first["type"] == "value_error":
        said = first["msg"].removeprefix("Value error, ")
        return f"{f'“{place}”: ' if place else ''}{said[:1].lower()}{said[1:]}"
    return f"{f'“{place}”' if place else 'it'} {_what(first['type'], first['msg'], first.get('ctx', {}))}"


def _what(kind: str, message: str, context: Mapping[str, object]) -> str:
    if kind == "json_invalid":
        at = _WHERE.search(message)
        return f"is no JSON that can be read to its end{f': line {at[1]}, column {at[2]}' if at else ''}"
    if kind == "missing":
        return "is missing"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return "is a field that is not known"
    if kind in ("enum", "literal_error"):
        return f"must be {str(context.get('expected', '')).replace(chr(39), '')}"
    if kind in _MUST_BE:
        return f"must be {_MUST_BE[kind]}"
    said = message.replace("Input should", "must")
    return said if said.startswith("must") else f"is wrong: {said[:1].lower()}{said[1:]}"
