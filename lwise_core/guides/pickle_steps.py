"""What the pickle in a weight file would build, gone through before torch builds it, with limits.

Torch's restricted unpickler runs nothing, but does what it is told: a few bytes can ask for an array of many GB, for a
text that is doubled thirty times, or for a key whose hash takes hours, for which Python keeps its lock. No timeout ends
that. Here the same steps are taken on sizes instead of objects (pickle's own documentation of its steps: pickletools).
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lwise_core.guides.checkpoint_error import CheckpointError

_MOST_STEPS = 5_000_000  # of one pickle; a network of 100,000 weights takes half of it
_MOST_REPEATED = 10_000_000  # things in all that a pickle names again: training loops repeat a few settings
_MOST_LONG = 20_000  # numbers of more than 32 bits: those of one hash would fill a dictionary ever more slowly
_STREAMS = 5  # pickles at the start of a legacy file: number, protocol, system, the object, keys of storages
_PLAIN = frozenset({"latin1", "latin-1", "iso-8859-1", "ascii", "utf8", "utf-8"})
_LONGEST_WORD = 32  # characters of a text that may name an encoding
_REFUSAL = (
    "The file is refused: it asks for more memory or time than the weights in it need; ask whoever gave it to you for "
    "another one."
)


@dataclass
class _Thing:
    """What a step leaves: how many things it holds, those of its parts included, and what it is where that matters."""

    size: int = 1
    text: str = ""
    name: str = ""
    parts: Sequence[_Thing] = ()


@dataclass
class _Machine:
    """The unpickler's stack, what lies below its marks, and what it remembers."""

    stack: list[_Thing] = field(default_factory=list)
    marked: list[list[_Thing]] = field(default_factory=list)
    memo: dict[int, _Thing] = field(default_factory=dict)
    repeated: int = 0
    long: int = 0

    def since_the_mark(self) -> list[_Thing]:
        items, self.stack = self.stack, self.marked.pop()
        return items

    def tuple_of(self, items: Sequence[_Thing]) -> None:
        self.stack.append(_Thing(1 + sum(item.size for item in items), parts=tuple(items)))

    def last(self, count: int) -> list[_Thing]:
        if len(self.stack) < count:
            raise IndexError
        items = self.stack[-count:]
        del self.stack[-count:]
        return items

    def put_into(self, items: Sequence[_Thing]) -> None:
        self.stack[-1].size += sum(item.size for item in items)

    def remembered(self, place: int) -> None:
        found = self.memo[place]
        self.repeated += found.size
        if self.repeated > _MOST_REPEATED:
            raise CheckpointError(_REFUSAL)
        self.stack.append(found)

    def call(self) -> None:
        (arguments,) = self.last(1)
        called = self.stack[-1]
        name = called.name.rpartition(".")[2]
        if name == "bytearray" or (name == "encode" and not _is_plain(arguments.parts)):
            raise CheckpointError(_REFUSAL)
        self.stack[-1] = _Thing(1 + arguments.size)


def check_pickle(data: bytes) -> None:
    """Accept a file of ``torch.save``, a zip or the format before it, if its pickle builds no more than weights.

    Raises:
        CheckpointError: It asks for memory or time that its bytes do not account for.
    """
    for pickled in pickles_in(data):
        _go_through(pickled)


def pickles_in(data: bytes) -> Iterator[io.BytesIO]:
    """Yield the pickles of a weight file, each where it begins: those of its zip, or the first of a legacy file."""
    if not data.startswith(b"PK"):
        stream = io.BytesIO(data)
        yield from (stream for _ in range(_STREAMS))
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield from (io.BytesIO(archive.read(m)) for m in archive.infolist() if m.filename.endswith(".pkl"))


def _go_through(pickled: io.BytesIO) -> None:
    """Take the steps of one pickle; where one fails, it fails for torch too, and what is behind it is never built."""
    machine = _Machine()
    try:
        for step, (code, argument, _) in enumerate(pickletools.genops(pickled)):
            if step > _MOST_STEPS:
                raise CheckpointError(_REFUSAL)
            _take(machine, code.name, argument)
    except (ValueError, IndexError, KeyError):
        return


def _take(machine: _Machine, code: str, argument: object) -> None:
    if (step := _STEPS.get(code)) is not None:
        step(machine)
    elif code in _PUTS:
        machine.memo[_place(argument)] = machine.stack[-1]
    elif code in _GETS:
        machine.remembered(_place(argument))
    elif code in _CONSTANTS:
        machine.stack.append(_constant(code, argument))
        machine.long += code == "LONG1"
    elif code not in ("PROTO", "STOP"):
        raise ValueError(code)  # torch takes no other step
    if machine.long > _MOST_LONG:
        raise CheckpointError(_REFUSAL)


def _constant(code: str, argument: object) -> _Thing:
    if code == "GLOBAL":
        return _Thing(name=str(argument).replace(" ", "."))
    return _Thing(text=argument if isinstance(argument, str) and len(argument) < _LONGEST_WORD else "")


def _place(argument: object) -> int:
    return int(str(argument))


def _is_plain(arguments: Sequence[_Thing]) -> bool:
    """Return whether a text is encoded as pickles of bytes are, and not by what makes it longer, or takes long."""
    return len(arguments) == 2 and arguments[1].text in _PLAIN


def _mark(machine: _Machine) -> None:
    machine.marked.append(machine.stack)
    machine.stack = []


def _new(machine: _Machine) -> None:
    machine.last(2)
    machine.stack.append(_Thing())


def _persistent(machine: _Machine) -> None:
    machine.last(1)
    machine.stack.append(_Thing())


_STEPS: Mapping[str, Callable[[_Machine], object]] = {
    "MARK": _mark,
    "TUPLE": lambda machine: machine.tuple_of(machine.since_the_mark()),
    "TUPLE1": lambda machine: machine.tuple_of(machine.last(1)),
    "TUPLE2": lambda machine: machine.tuple_of(machine.last(2)),
    "TUPLE3": lambda machine: machine.tuple_of(machine.last(3)),
    "APPEND": lambda machine: machine.put_into(machine.last(1)),
    "APPENDS": lambda machine: machine.put_into(machine.since_the_mark()),
    "SETITEM": lambda machine: machine.put_into(machine.last(2)),
    "SETITEMS": lambda machine: machine.put_into(machine.since_the_mark()),
    "BUILD": lambda machine: machine.put_into(machine.last(1)),
    "REDUCE": _Machine.call,
    "NEWOBJ": _new,
    "BINPERSID": _persistent,
}
_PUTS, _GETS = frozenset({"BINPUT", "LONG_BINPUT"}), frozenset({"BINGET", "LONG_BINGET"})
_CONSTANTS = frozenset(
    {"NONE", "NEWFALSE", "NEWTRUE", "EMPTY_TUPLE", "EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET", "BININT", "BININT1"}
    | {"BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING", "GLOBAL"}
)
