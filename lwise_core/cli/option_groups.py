"""Options that several verbs share, or that belong together, as one dataclass each.

A parameter of a command whose type is a dataclass stands for the dataclass's fields: each becomes an option or an
argument of its own, with the field's default, and the command gets the dataclass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return ``command`` as Typer is to see it: with the fields of its option groups in the groups' places."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - the values of all options
        bound = seen.bind(**given)
        bound.apply_defaults()
        said = bound.arguments
        values = {name: group(**{f.name: said.pop(f.name) for f in fields(group)}) for name, group in groups.items()}
        command(**said, **values)

    shown = list(_shown(signature(command).parameters, hints, groups))
    seen = Signature(shown)
    del run.__wrapped__  # Typer would look through it
    run.__signature__ = seen  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in shown}
    return run


def _shown(
    parameters: Mapping[str, Parameter], hints: Mapping[str, Any], groups: Mapping[str, type[Any]]
) -> Iterator[Parameter]:
    for name, parameter in parameters.items():
        if name not in groups:
            yield Parameter(name, Parameter.KEYWORD_ONLY, default=parameter.default, annotation=hints[name])
            continue
        of_fields = get_type_hints(groups[name], include_extras=True)
        for field in fields(groups[name]):
            yield Parameter(
                field.name, Parameter.KEYWORD_ONLY, default=_default(field), annotation=of_fields[field.name]
            )


def _default(field: Field[Any]) -> object:
    return Parameter.empty if field.default is MISSING else field.default
