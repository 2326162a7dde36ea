"""What a pickle names, in every protocol, wherever it stands in the file."""

from __future__ import annotations

import io
import os
import pickle
from collections import OrderedDict
from collections.abc import Callable

import pytest
import torch

from lwise_core.guides.pickled_names import malicious_name


class Runs:
    """Pickled, it is a call of ``function``."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = function

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return self.function, ("true",)


def saved(content: object, *, protocol: int, legacy: bool = False) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    return stream.getvalue()


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
@pytest.mark.parametrize("function", [os.system, eval, getattr, __import__])
def test_what_runs_is_found_behind_names_that_do_not(
    function: Callable[..., object], protocol: int, legacy: bool
) -> None:
    content = {"first": OrderedDict(), "weights": torch.zeros(3), "last": Runs(function)}
    found = malicious_name(saved(content, protocol=protocol, legacy=legacy))
    assert found is not None
    assert found.partition(".")[0] in {"posix", "nt", "builtins", "__builtin__"}


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_weights_name_nothing_of_the_kind(protocol: int, legacy: bool) -> None:
    content = {"model": {"os.weight": torch.zeros(3), "code.bias": torch.ones(1)}, "epoch": 3}
    assert malicious_name(saved(content, protocol=protocol, legacy=legacy)) in {None, "os.weight", "code.bias"}
    if protocol == 2:
        assert malicious_name(saved(content, protocol=protocol, legacy=legacy)) is None


@pytest.mark.parametrize("legacy", [False, True])
def test_a_whole_network_names_a_set_and_nothing_of_the_kind(legacy: bool) -> None:
    assert malicious_name(saved(torch.nn.Linear(2, 2), protocol=2, legacy=legacy)) is None


def test_a_pickle_without_end_counts_as_one_that_runs_something(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved({str(i): i for i in range(100)}, protocol=2)
    assert malicious_name(data) is None
    monkeypatch.setattr("lwise_core.guides.pickled_names._MOST_STEPS", 50)
    assert malicious_name(data) == "builtins.eval"


def test_garbage_is_read_as_far_as_it_goes() -> None:
    assert malicious_name(b"\x80\x02garbage") is None
