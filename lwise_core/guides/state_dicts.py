"""Where the network's weights lie in what a training loop saved: in which entry, under which prefixes, beside what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from lwise_core.guides.architectures import recognise
from lwise_core.guides.blueprints import Triple
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.network_parts import put_together, without_inner_wrappers

Tensors = dict[str, torch.Tensor]

_DEEPEST = 4  # entries, or wrappers, around one another
_MOST_NAMED = 20  # things beside the weights; a training loop leaves some ten
_GROUPS = 16  # parts of a state dict that are looked at, the largest first
_ENTRIES = ("model", "state_dict", "model_state_dict", "model_state", "net", "network", "net_state_dict", "params")
_WRAPPERS = frozenset(
    {"module", "model", "_orig_mod", "net", "network", "backbone", "student", "encoder", "classifier_model"}
)
# An average over the training beside the network itself, which is preferred, as it is where “model” stands beside it.
_AVERAGES = re.compile(r"(^|_)(ema|swa|averaged?|teacher|momentum|target)(_|$)|^encoder_k$|^key_encoder$")
_NO_NETWORK = re.compile(r"optim|sched|scaler")
_LOSSES = re.compile(
    r"criterion|loss|loss_\w+|\w+_loss|criterion_\w+|\w*metrics?|\w*accuracy|(train|val|valid|test)_\w+"
)
# What people call the last layer that they put beside a network of others.
_A_HEAD = re.compile(r"(?:fc|heads?|classifier|classification\w*|cls|linear|out|output|last|final)(?:_\w+|\d+)?\.")
_COUNTERS = frozenset({"n_averaged"})  # of torch's AveragedModel

_ROBUSTNESS = ("new_mean", "new_std")
# How the layer that normalises pixels calls its mean and standard deviation, in the code that trains robust networks.
_STATISTICS: tuple[tuple[str, str], ...] = (
    _ROBUSTNESS,
    ("mean", "std"),
    ("means", "sds"),
    ("mean", "sd"),
    ("mu", "sigma"),
    ("mu", "std"),
)
_STATISTICS += tuple((f"{p}{m}", f"{p}{s}") for p in ("_", "pixel_", "image_", "img_") for m, s in (("mean", "std"),))


@dataclass(frozen=True)
class Entry:
    """A state dict in a file, not checked yet.

    ``name`` is the entry that it lies in, empty where the file is the state dict. ``beside`` lists, in words, what else
    the file holds, ``epoch`` is its number of the epoch.
    """

    state: Mapping[Any, object]
    name: str = ""
    epoch: int | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetworkWeights:
    """The weights of a network by its own names, and what lay around and beside them.

    ``normaliser`` is (mean, std) where the file has them, ``attacker`` whether AttackerModel of the robustness library
    lay around, ``beside`` what was left alone, in words.
    """

    state: Tensors
    normaliser: tuple[Triple, Triple] | None
    robustness: bool
    beside: tuple[str, ...]


# --- the entry ----------------------------------------------------------------------------------------------------


def entry_in(loaded: Mapping[object, object]) -> Entry:
    """Return the state dict in what a file of ``torch.save`` holds: the file itself, or one of its entries.

    Raises:
        CheckpointError: Several entries are state dicts, and none is called as the network's is.
    """
    levels = _levels(loaded)
    name, state = levels[-1]
    weights: Mapping[object, object] = state
    if _is_state(state):
        weights = {k: v for k, v in state.items() if isinstance(v, torch.Tensor)}
    entered = [{inner} for inner, _ in levels[1:]]
    beside = [
        key
        for (_, level), taken in zip(levels, [*entered, weights.keys()], strict=True)
        for key in level
        if key not in taken and key != "epoch"
    ]
    epochs = [said for _, level in levels if isinstance(said := level.get("epoch"), int)]
    more = len(beside) - _MOST_NAMED
    named = [*(f"“{str(key)[:80]}”" for key in beside[:_MOST_NAMED]), *([f"{more:,} more"] if more > 0 else [])]
    return Entry(weights, name, epochs[0] if epochs else None, tuple(named))


def _levels(loaded: Mapping[object, object]) -> list[tuple[str, Mapping[object, object]]]:
    """Return what a file holds, and entry by entry, each with its name, the way to the network."""
    levels = [("", loaded)]
    for _ in range(_DEEPEST):
        level = levels[-1][1]
        inner = _inner(level)
        further = None if inner is None else level[inner]
        if inner is None or not isinstance(further, Mapping):
            break
        levels.append((inner, further))
    return levels


def by_name(loaded: object) -> Mapping[object, object] | None:
    """Return what a file holds as names with values: a list of pairs, or a list of state dicts by their places.

    None where it is nothing of the kind.
    """
    if isinstance(loaded, Mapping):
        return loaded
    if not isinstance(loaded, (list, tuple)):
        return None
    pairs = [p for p in loaded if isinstance(p, tuple) and len(p) == 2 and isinstance(p[1], torch.Tensor)]
    if pairs and len(pairs) == len(loaded):
        return dict(pairs)
    return {f"{place}": value for place, value in enumerate(loaded)} if any(map(_is_state, loaded)) else None


def _is_state(value: object) -> bool:
    """Tell whether ``value`` is names with weights, besides which a loop may have noted numbers or texts."""
    if not isinstance(value, Mapping):
        return False
    plain = all(isinstance(v, (torch.Tensor, int, float, str, type(None))) for v in value.values())
    return plain and all(isinstance(k, str) for k in value) and any(map(torch.is_tensor, value.values()))


def _inner(level: Mapping[object, object]) -> str | None:
    """Return the name of the entry of ``level`` in which the network lies, None where there is no such entry."""
    if _is_state(level):
        return None
    entries = {k: v for k, v in level.items() if isinstance(k, str) and isinstance(v, Mapping)}
    entries = {k: v for k, v in entries.items() if not _NO_NETWORK.search(k.lower())}
    states = {k: v for k, v in entries.items() if _is_state(v)}
    if states:
        return _preferred(states)
    around = {k: v for k, v in entries.items() if any(map(_is_state, v.values()))}
    return min(around or {k: v for k, v in entries.items() if k in _ENTRIES}, key=_rank, default=None)


def _preferred(states: Mapping[str, Mapping[object, object]]) -> str:
    best = min(states, key=_rank)
    alike = [k for k in states if _rank(k) == _rank(best)]
    if len(alike) == 1:
        return best
    networks = [k for k in alike if any(isinstance(v, torch.Tensor) and v.ndim > 1 for v in states[k].values())]
    if len(networks) == 1:
        return networks[0]
    names = ", ".join(f"“{k[:80]}”" for k in alike[:_DEEPEST])
    raise CheckpointError(f"The file holds several state dicts ({names}); save the network's own in a file by itself.")


def _rank(name: str) -> int:
    """Return how readily the entry ``name`` is taken, 0 first."""
    if _AVERAGES.search(name.lower()):
        return len(_ENTRIES) + 1
    return _ENTRIES.index(name.lower()) if name.lower() in _ENTRIES else len(_ENTRIES)


# --- the prefixes -------------------------------------------------------------------------------------------------


def network_in(state: Tensors) -> NetworkWeights:
    """Return the network's own weights: what lies around them taken off, the normaliser taken over.

    Raises:
        CheckpointError: The normaliser is damaged.
    """
    attacker, normaliser, beside, robustness = 0, None, list[str](), False
    state = without_inner_wrappers({k: v for k, v in state.items() if k not in _COUNTERS} or state)
    for depth in range(_DEEPEST + 1):
        kept = {k: v for k, v in state.items() if not k.startswith("attacker.")}
        attacker += len(state) - len(kept)
        pair = _statistics_in(kept)
        if pair is not None:
            robustness = robustness or pair[0].rpartition(".")[2] in _ROBUSTNESS
            normaliser = normaliser or _taken(kept, pair)
        state = _without_losses(kept, beside)
        prefix = _shared(state) or _own(state, beside)
        if not prefix or depth == _DEEPEST:
            break
        state = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    copies = (f"the attacker’s copies of {attacker} weights",) if attacker else ()
    return NetworkWeights(put_together(state), normaliser, robustness or attacker > 0, (*beside, *copies))


def _without_losses(state: Tensors, beside: list[str]) -> Tensors:
    """Leave out what a loss or a measure of the training holds, such as the weights of its classes."""
    kept = {k: v for k, v in state.items() if "." not in k or not _LOSSES.fullmatch(k.partition(".")[0])}
    if not kept or len(kept) == len(state):
        return state
    beside.extend(_several([k for k in state if k not in kept]))
    return kept


def _several(names: list[str]) -> list[str]:
    more = len(names) - 2
    return [*(f"“{n[:80]}”" for n in names[:2]), *([f"{more} more beside the network"] if more > 0 else [])]


def _shared(state: Tensors) -> str:
    """Return the prefix that all names share where it is a wrapper's, else nothing."""
    first = next(iter(state), "").partition(".")[0]
    prefix = f"{first}."
    if not first or not all(k.startswith(prefix) for k in state):
        return ""
    if first in _WRAPPERS or _AVERAGES.search(first):
        return prefix
    inner = [k[len(prefix) :] for k in state]
    several = len({k.partition(".")[0] for k in inner}) > 1 and any("." in k for k in inner)
    return prefix if several else ""


def _own(state: Tensors, beside: list[str]) -> str:
    """Return the prefix of the network where others lie beside it, such as an average of it; else nothing."""
    if recognise(state) is not None:
        return ""
    sizes = Counter(k.partition(".")[0] for k in state if "." in k)
    groups = [name for name, _ in sizes.most_common(_GROUPS)]
    if len(groups) > 1 and all(g in _WRAPPERS or _AVERAGES.search(g) for g in sizes) and len(groups) == len(sizes):
        networks = [g for g in groups if not _AVERAGES.search(g)]
    else:
        networks = [g for g in groups if _is_network(state, f"{g}.")]
        networks = [g for g in networks if not _AVERAGES.search(g)] or networks
    if len(networks) != 1:
        return ""
    prefix = f"{networks[0]}."
    _check_one_head(state, prefix)
    beside.extend(_several([k for k in state if not k.startswith(prefix)]))
    return prefix


def _check_one_head(state: Tensors, prefix: str) -> None:
    """Refuse a head beside a network that has one: which of them counts, and what lies between, is not in the file.

    Raises:
        CheckpointError: There is one, which takes what the network returns or what its own head takes.
    """
    own = next((n for n in reversed(state) if n.startswith(prefix) and state[n].ndim == 2), "")
    for name in (n for n, value in state.items() if own and _A_HEAD.match(n) and value.ndim == 2):
        if not name.startswith(prefix) and state[name].shape[1] in state[own].shape:
            raise CheckpointError(
                f"The file holds two heads, “{name[:80]}” of the shape {tuple(state[name].shape)} and “{own[:80]}” of "
                f"{tuple(state[own].shape)}, and does not say which of them says the classes; save the network with "
                "that one alone."
            )


def _is_network(state: Tensors, prefix: str) -> bool:
    part = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    for _ in range(_DEEPEST):
        shared = _shared(part)
        if not shared:
            break
        part = {k.removeprefix(shared): v for k, v in part.items()}
    return recognise(part) is not None


# --- the normaliser -----------------------------------------------------------------------------------------------


def _statistics_in(state: Tensors) -> tuple[str, str] | None:
    """Return the names under which ``state`` holds mean and standard deviation of pixels, None where it does not."""
    for mean, std in _STATISTICS:
        for key in (k for k in state if "attacker." not in k):
            above, _, last = key.rpartition(".")
            prefix = f"{above}." if above else ""
            if (mean, std) == _ROBUSTNESS and prefix == "normalizer." and last in _ROBUSTNESS:
                return f"{prefix}{mean}", f"{prefix}{std}"  # half of it too, which is damaged
            other = state.get(f"{prefix}{std}")
            if last == mean and other is not None and {state[key].numel(), other.numel()} <= {1, 3}:
                return key, f"{prefix}{std}"
    return None


def _taken(state: Tensors, names: tuple[str, str]) -> tuple[Triple, Triple]:
    """Remove and return mean and standard deviation in [0, 1] (lwise-method 4.1: they are authoritative)."""
    mean, std = (state.pop(k, torch.empty(0)).double().flatten().tolist() for k in names)
    mean, std = (v * 3 if len(v) == 1 else v for v in (mean, std))
    if len(mean) != 3 or len(std) != 3 or min(std) <= 0:
        raise CheckpointError("The normaliser in the file is damaged: it needs three means and three positive widths.")
    white = 255.0 if max(mean) > 1 else 1.0
    return (mean[0] / white, mean[1] / white, mean[2] / white), (std[0] / white, std[1] / white, std[2] / white)
