"""Which functions and classes a pickle names, read without running any of it."""

from __future__ import annotations

import io
import pickletools
from collections.abc import Iterator

from lwise_core.guides.pickle_steps import pickles_in

# What reaches a shell, the file system or the interpreter itself: no training loop leaves that beside its weights.
_MALICIOUS = frozenset(
    {"posix", "nt", "os", "subprocess", "builtins", "__builtin__", "sys", "shutil", "socket", "importlib", "runpy"}
    | {"io", "_io"}
    | {"code", "pty", "ctypes", "webbrowser", "commands", "multiprocessing", "pickle"}
)
_CONTAINERS = frozenset({"builtins.set", "__builtin__.set"})  # every whole network has one; making it runs nothing
_MOST_STEPS = 1_000_000  # of a pickle; those of a large network are about ten thousand
_ENDLESS = "builtins.eval"


def malicious_name(data: bytes) -> str | None:
    """Return the first name in a file of ``torch.save`` that no weights need and attacks do, None without one.

    All names are looked at, not only the one at which reading stopped: who is told how to convert a file runs it. One
    that is too long to be looked through counts as if it named ``eval``.
    """
    names = (name for name in _names_in(data) if name not in _CONTAINERS)
    return next((name for name in names if name.partition(".")[0] in _MALICIOUS), None)


def _names_in(data: bytes) -> Iterator[str]:
    for pickled in pickles_in(data):
        yield from _names(pickled)


def _names(pickled: io.BytesIO) -> Iterator[str]:
    """Yield what one pickle names.

    Newer protocols take module and name from a stack, onto which they may have come from anywhere. Of a pickle that
    does so every text counts: rather one name too many than one too few.
    """
    texts: list[str] = []
    stacked = False
    try:
        for step, (code, argument, _) in enumerate(pickletools.genops(pickled)):
            if step > _MOST_STEPS:
                yield _ENDLESS
                return
            if code.name in ("GLOBAL", "INST"):
                yield str(argument).replace(" ", ".")
            elif "UNICODE" in code.name or "STRING" in code.name:
                texts.append(str(argument))
            stacked = stacked or code.name == "STACK_GLOBAL"
    except ValueError:  # it ends here for whoever loads it, too
        pass
    if stacked:
        yield from texts
