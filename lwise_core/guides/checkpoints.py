"""Reading weight files, ours and foreign, safely, and building guides from them.

A weight file from elsewhere may be a program: a pickle may run anything. It is read here with torch's
restricted unpickler and a short list of allowed names, or not at all; there is no second, laxer try. Sizes are checked
before anything is allocated.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from lwise_core.guides.architectures import fill, named, recognise
from lwise_core.guides.blueprints import ArchitectureError, Blueprint, State, Triple, found_words
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.class_lists import default_classes
from lwise_core.guides.fitness import UNKNOWN, Fitness
from lwise_core.guides.guide import Domain, GuideModel, Normaliser, Provenance, best_device
from lwise_core.guides.model_card import MAX_CLASSES
from lwise_core.guides.network_parts import why_no_head
from lwise_core.guides.other_files import what_else
from lwise_core.guides.other_weights import why_no_network
from lwise_core.guides.pickle_steps import check_pickle
from lwise_core.guides.pickled_names import malicious_name
from lwise_core.guides.references import References
from lwise_core.guides.reliability import Reliability
from lwise_core.guides.state_dicts import Entry, by_name, entry_in, network_in
from lwise_core.guides.weight_archive import repacked

MAX_UPLOAD_BYTES = 200 * 2**20
MAX_FILE_BYTES = 2 * 2**30

_CONVERSION = """import torch
from safetensors.torch import save_file

loaded = torch.load("weights.pt", map_location="cpu", weights_only=False)
found = [loaded, *(loaded.values() if isinstance(loaded, dict) else ())]
states = [f.state_dict() if isinstance(f, torch.nn.Module) else f for f in found]
state = next(s for s in states if isinstance(s, dict) and s and all(map(torch.is_tensor, s.values())))
state = {k: v.clone().contiguous() for k, v in state.items() if "attacker." not in k}
save_file(state, "weights.safetensors")"""
"""What the owner of a refused pickle runs, in an environment where running its contents is no danger."""

CONVERSION = _CONVERSION.replace("import torch", "import dill\nimport torch", 1).replace(
    "weights_only", "pickle_module=dill, weights_only"
)
"""The same where dill wrote the file, as the robustness library does."""

_LEGACY_START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # the number with which torch.save began before 1.6
_BLOCKED = re.compile(r"GLOBAL ([\w.]+)")
_SHARED = 3  # how often the weights of a file may use its bytes: AttackerModel names each of them twice
_QUANTISED = (torch.int8, torch.uint8, torch.int16)
_LARGER = 4  # how many times its bytes the weights may take in float32: what is stored in 8 bits grows so much
_MOST_ENTRIES = 100_000
_LONGEST_NAME = 512  # characters
_LONGEST_HEADER = 64 * 2**20  # bytes: names and shapes of as many entries as are read
_MOST_COLONS = 5 * _MOST_ENTRIES  # of a header: an entry has four, what the file says of itself one for each thing
_MOST_SIDES = 16  # of one weight; convolutions over space and time have five


class Layout(StrEnum):
    """How a weight file is laid out, in words for people."""

    ROBUSTNESS = "robustness library"
    TRAINING = "state dict in a training file"
    FLAT = "flat state dict"
    SAFETENSORS = "safetensors"


@dataclass(frozen=True, eq=False)
class Weights:
    """What a weight file holds.

    ``state`` has the network's own keys, without wrappers, float32 on the CPU. ``normaliser`` is (mean, std) when the
    file carries them, ``epoch`` the number of the epoch when it says so. ``ignored`` lists, in words, what else was in
    it and was left alone.
    """

    state: State
    layout: Layout
    sha256: str
    normaliser: tuple[Triple, Triple] | None = None
    epoch: int | None = None
    ignored: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many numbers the network's weights are."""
        return sum(v.numel() for v in self.state.values())


@dataclass(frozen=True)
class Description:
    """What a weight file does not say about itself and a person or a card does.

    ``classes`` None means ImageNet's names for 1,000 outputs, else numbers.
    """

    name: str
    classes: tuple[str, ...] | None = None
    domain: Domain = Domain.UNKNOWN
    training_epsilon: float | None = None
    bundled: bool = False
    caution: str = ""
    fitness: Fitness = UNKNOWN
    references: References = field(default_factory=References)
    reliability: tuple[Reliability, ...] = ()


class _Unread:
    """Stands in for objects that training loops store beside the weights, so that none is ever built or called."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __setstate__(self, _: object) -> None: ...


# numpy's numbers are the learning rates and accuracies of robustness files with a cyclic or interpolated schedule;
# timm's training files keep their command line.
_ALLOWED: list[Callable[..., object] | tuple[Callable[..., object], str]] = [
    (_Unread, "numpy._core.multiarray.scalar"),
    (_Unread, "numpy.core.multiarray.scalar"),
    (_Unread, "numpy.dtype"),
    (_Unread, "argparse.Namespace"),
]
_allowing = threading.Lock()  # torch keeps the allowed names for the whole process, so one reader at a time


def read_weights(source: Path | bytes, *, limit: int = MAX_FILE_BYTES) -> Weights:
    """Return what the weight file ``source``, a path or its bytes, holds.

    Read are safetensors, and files of ``torch.save`` (zip and legacy) in the layouts of the robustness library
    (``model`` or ``state_dict``, DataParallel and AttackerModel wrappers), of training loops, and flat state dicts
    (:mod:`~lwise_core.guides.state_dicts`).

    Args:
        source: The file.
        limit: Largest size in bytes.

    Raises:
        CheckpointError: The file is too large, damaged, of another kind, or a pickle that wants more than weights.
    """
    try:
        data = _bytes_of(source, limit=limit)
    except OSError as error:
        raise CheckpointError(f"The file cannot be read ({error.strerror}).") from error
    if data.startswith(b"PK\x03\x04"):
        found, layout = _pickled(_unpickle(repacked(data)))
    elif data.startswith(_LEGACY_START):
        found, layout = _pickled(_unpickle(data))
    elif data[8:9] == b"{":
        found, layout = Entry(dict(read_safetensors(data))), Layout.SAFETENSORS
    else:
        raise CheckpointError(what_else(data))
    network = network_in(_checked(found.state, budget=len(data)))
    _check_size(network.state, budget=len(data))
    robustness = network.robustness and layout is not Layout.SAFETENSORS
    return Weights(
        state={k: v.float() if v.is_floating_point() else v for k, v in network.state.items()},
        layout=Layout.ROBUSTNESS if robustness else layout,
        sha256=hashlib.sha256(data).hexdigest(),
        normaliser=network.normaliser,
        epoch=found.epoch,
        ignored=(*found.beside, *network.beside),
    )


def blueprint_for(weights: Weights, architecture: str | None = None) -> Blueprint:
    """Return the blueprint of the network that ``weights`` belong to: the named one, or the one that they give away.

    ``architecture`` is a name of timm's, or None.

    Raises:
        CheckpointError: The name is unknown, or there is none and the weights do not give it away; they are no network
            by themselves; or they have more outputs than a guide has classes.
    """
    if (why := why_no_network(weights.state)) is not None:
        raise CheckpointError(why)
    try:
        if recognise(weights.state) is None and (why := why_no_head(dict(weights.state))) is not None:
            raise CheckpointError(why)
        blueprint = named(architecture, weights.state) if architecture else recognise(weights.state)
    except ArchitectureError as error:
        raise CheckpointError(str(error)) from error
    if blueprint is None:
        raise CheckpointError(
            f"The weights do not tell which network they belong to: {found_words(weights.state)}; name its "
            "architecture as timm or torchvision calls it."
        )
    if blueprint.num_classes > MAX_CLASSES:
        raise CheckpointError(
            f"The weights have {blueprint.num_classes:,} outputs, and a guide has at most {MAX_CLASSES:,} classes."
        )
    return blueprint


def build_guide(weights: Weights, blueprint: Blueprint, description: Description) -> GuideModel:
    """Return the guide that ``weights`` make in the network of ``blueprint``, on the best device.

    The normaliser of the file is authoritative; the blueprint's is used where it has none.

    Raises:
        CheckpointError: The weights do not fit the network, there are too many or too few class names, or the network
            does not return one finite number for each class.
    """
    classes = description.classes or default_classes(blueprint.num_classes)
    if blueprint.num_classes == 1:
        raise CheckpointError(
            "The network has one output, which is no choice between classes; a guide needs an output for each of two "
            "classes or more."
        )
    if len(classes) != blueprint.num_classes:
        raise CheckpointError(
            f"The weights have {blueprint.num_classes} outputs, but {len(classes)} class names were given; "
            "give one name for each output."
        )
    try:
        network = fill(blueprint, weights.state)
    except ArchitectureError as error:
        raise CheckpointError(str(error)) from error
    mean, std = weights.normaliser or (blueprint.mean, blueprint.std)
    guide = GuideModel(
        name=description.name,
        network=network,
        normaliser=Normaliser(mean=mean, std=std),
        classes=classes,
        input_size=blueprint.input_size,
        domain=description.domain,
        provenance=Provenance(
            sha256=weights.sha256,
            training_epsilon=description.training_epsilon,
            bundled=description.bundled,
            architecture=blueprint.name,
            caution=description.caution,
            fitness=description.fitness,
        ),
        references=description.references,
        reliability=description.reliability,
        device=best_device(),
    )
    _try(guide)
    return guide


def _try(guide: GuideModel) -> None:
    """Show a grey image to ``guide``: what fails here would fail later, far from its cause."""
    grey = torch.full((1, 3, guide.input_size, guide.input_size), 0.5, device=guide.device)
    try:
        with torch.no_grad():
            logits = guide.logits(grey)
    except (RuntimeError, AssertionError) as error:
        raise CheckpointError(
            f"The network does not take images of {guide.input_size} × {guide.input_size} px; state its input size."
        ) from error
    if logits.shape != (1, len(guide.classes)) or not bool(torch.isfinite(logits).all()):
        raise CheckpointError("The network does not return one finite number for each class, so it cannot be a guide.")


def _bytes_of(source: Path | bytes, *, limit: int) -> bytes:
    if isinstance(source, Path) and not source.is_file():  # nor a device or a pipe, which never end
        raise CheckpointError(f"There is no file “{source}”; check the path.")
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > limit:
        raise CheckpointError(f"The file has {size / 2**20:,.0f} MB; at most {limit / 2**20:,.0f} MB are read.")
    return source.read_bytes() if isinstance(source, Path) else source


def _unpickle(data: bytes) -> object:
    """Return what torch's restricted unpickler makes of ``data``. Nothing in it is ever executed."""
    check_pickle(data)
    with _allowing, torch.serialization.safe_globals(_ALLOWED):
        try:
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            malicious, blocked = malicious_name(data), _BLOCKED.search(str(error))
            if malicious is not None:
                raise CheckpointError(
                    f"The file is refused: it wants to run “{malicious}”, as malicious files do and no weights need; "
                    "do not open it with anything else, and ask whoever gave it to you."
                ) from error
            what = f"it wants to run “{blocked[1]}”" if blocked else "it holds more than weights"
            raise CheckpointError(
                f"The file is refused: {what}, which a file of weights need not; its owner can convert it to "
                "safetensors with the program below, somewhere where running the file is no danger.",
                conversion=CONVERSION if blocked is None or "dill" in blocked[1] else _CONVERSION,
            ) from error
        except Exception as error:  # a damaged pickle may fail in any way at all
            raise CheckpointError("The weight file is damaged or cut off; fetch or copy it again.") from error


def read_safetensors(data: bytes) -> Mapping[str, torch.Tensor]:
    """Return the tensors of a safetensors file, of any shape; it can hold nothing that runs.

    Raises:
        CheckpointError: It is damaged.
    """
    header = int.from_bytes(data[:8], "little")
    # Words of JSON can be written in ways of their own, such as “d\u0061ta_offsets”, but not its colons.
    if _LONGEST_HEADER < header <= len(data) or data.count(b":", 8, 8 + header) > _MOST_COLONS:
        raise _too_many()
    try:
        return safetensors.torch.load(data)
    except (SafetensorError, ValueError, RuntimeError, KeyError) as error:
        raise CheckpointError("The safetensors file is damaged or cut off; fetch or copy it again.") from error


def _pickled(loaded: object) -> tuple[Entry, Layout]:
    """Find the weights in what a file of ``torch.save`` holds."""
    named_values = by_name(loaded)
    if named_values is None:
        raise CheckpointError("The file holds no state dict, so there are no weights to read.")
    found = entry_in(named_values)
    return found, Layout.TRAINING if found.name else Layout.FLAT


def _check_size(state: State, *, budget: int) -> None:
    if not state:
        raise CheckpointError("The file holds no weights.")
    if 4 * sum(v.numel() for v in state.values()) > _LARGER * budget + 4096:
        raise CheckpointError("The weights would take many times the size of their file, as no network's do.")


def _checked(state: Mapping[Any, object], *, budget: int) -> dict[str, torch.Tensor]:
    """Accept a state dict whose values are plain, finite and no larger than the file that holds them."""
    if len(state) > _MOST_ENTRIES:
        raise _too_many()
    checked: dict[str, torch.Tensor] = {}
    storages: set[int] = set()
    claimed = held = 0
    for key, value in state.items():
        if (
            not isinstance(key, str)
            or len(key) > _LONGEST_NAME
            or type(value) not in (torch.Tensor, torch.nn.Parameter)
        ):
            raise CheckpointError(
                f"The state dict is not one of weights: “{str(key)[:80]}” is {_words(key, value)}; save the network's "
                "own state dict."
            )
        assert isinstance(value, torch.Tensor)  # noqa: S101  said above, in the way mypy understands
        plain = value.layout == torch.strided and value.device.type == "cpu" and not value.is_quantized
        plain = plain and value.ndim <= _MOST_SIDES  # torch fails beyond 64, and takes ever longer to find that out
        # Views that repeat their storage, or share one, could claim any size; the attacker's copies honestly share.
        size = value.numel() * value.element_size()
        storage = value.untyped_storage() if plain else None
        claimed += size
        if storage is not None and storage.data_ptr() not in storages:
            storages.add(storage.data_ptr())
            held += storage.nbytes()
        if storage is None or value.is_complex() or claimed > _SHARED * budget or held > budget:
            raise CheckpointError(f"The weights “{key[:80]}” are stored in a way that no network writes.")
        if value.ndim > 1 and value.dtype in _QUANTISED:  # tables of places are wider
            raise CheckpointError(
                f"The weights “{key[:80]}” are whole numbers, as a quantised network's are, and the file does not say "
                "by what they are multiplied; save them before they are quantised."
            )
        if not _is_finite(value):
            raise CheckpointError(f"The weights “{key[:80]}” hold a value that is not a finite number.")
        checked[key] = value.detach().clone() if storage.nbytes() > size else value.detach()
    return checked


def _is_finite(value: torch.Tensor) -> bool:
    if not value.is_floating_point():
        return True
    return bool(torch.isfinite(value.float() if value.element_size() == 1 else value).all())  # not known of 8 bits


def _too_many() -> CheckpointError:
    return CheckpointError(f"The file names more than {_MOST_ENTRIES:,} weights, which no network has.")


def _words(key: object, value: object) -> str:
    """Return what stands where weights are expected, for people."""
    if not isinstance(key, str) or len(key) > _LONGEST_NAME:
        return "no name of weights"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (Mapping, "a group of entries"),
        ((int, float), "a number"),
        (str, "a text"),
        ((list, tuple), "a list"),
        (type(None), "empty"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")
