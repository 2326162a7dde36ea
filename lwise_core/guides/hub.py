"""Image models of timm on the Hugging Face Hub as guides, by addresses such as “hf-hub:timm/resnet18.a1_in1k”.

Nobody is asked for anything before a person names an address. Two files are fetched: config.json, of which a few fields
are read within bounds, and model.safetensors, which can hold nothing but numbers. No program of the repository is
fetched or run.

Source of the protocol: Hugging Face's documentation of the Hub, “Download files from the Hub”, and of huggingface_hub,
“file_download”: OWNER/NAME/resolve/REVISION/FILE redirects to where the file lies; the headers X-Repo-Commit,
X-Linked-Size and X-Linked-ETag (the SHA-256 of large files) say beforehand what it is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import requests
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_errors import read_file
from lwise_core._utils.first_fault import reader_of
from lwise_core.guides.architectures import fill
from lwise_core.guides.blueprints import ArchitectureError
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import MAX_FILE_BYTES, Layout, Weights, blueprint_for, read_weights
from lwise_core.guides.class_lists import default_classes
from lwise_core.guides.downloads import (
    DownloadError,
    DownloadProgress,
    Limits,
    check_address,
    checksum_file,
    download,
    file_checksum,
)
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD
from lwise_core.guides.model_card import (
    MAX_CLASSES,
    MAX_INPUT_SIZE,
    NOT_STATED,
    CardError,
    Positive,
    parse_card,
)

CARD_FILE, WEIGHT_FILE = "card.json", "model.safetensors"
MAX_CONFIG_BYTES = 2_000_000
"""Largest config.json that is read; one with the names of 21,843 classes and what they mean has about 1.5 MB."""

_PREFIXES = ("hf-hub:", "hf_hub:")
_ADDRESS = re.compile(r"([A-Za-z0-9][\w.\-]{0,95})/([A-Za-z0-9][\w.\-]{0,95})(?:@([\w.\-]{1,100}))?", re.ASCII)
_SHA256, _COMMIT = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")
_GONE = (401, 403, 404)


class HubError(DownloadError):
    """A model of the Hub that cannot be a guide. The message is one sentence."""


@dataclass(frozen=True)
class HubAddress:
    """A model of the Hub: its ``owner``, its ``name``, and which ``revision`` of it."""

    owner: str
    name: str
    revision: str = "main"

    @classmethod
    def parse(cls, text: str) -> HubAddress:
        """Return the address in ``text``, such as “hf-hub:timm/resnet18.a1_in1k” or with “@REVISION” behind it.

        Raises:
            HubError: It is not one.
        """
        prefix = next((p for p in _PREFIXES if text.startswith(p)), "")
        found = _ADDRESS.fullmatch(text.removeprefix(prefix)) if prefix else None
        if found is None or ".." in text:
            raise HubError("Write the address of a model as hf-hub:OWNER/NAME, such as hf-hub:timm/resnet18.a1_in1k.")
        return cls(found[1], found[2], found[3] or "main")

    @property
    def guide_name(self) -> str:
        """What the guide is called here."""
        return f"{self.owner}-{self.name}"[:100]

    def file(self, name: str, *, endpoint: str) -> str:
        """Return where a file of the repository is asked for."""
        return f"{endpoint}/{self.owner}/{self.name}/resolve/{self.revision}/{name}"


def is_hub_address(text: str) -> bool:
    """Tell whether ``text`` is meant as the address of a model on the Hub."""
    return text.startswith(_PREFIXES)


def hub_endpoint() -> str:
    """Return where the Hub is: ``HF_ENDPOINT``, as its own tools call it, else huggingface.co."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


_READ = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)
_Text = Annotated[str, StringConstraints(max_length=2_000)]
_Side = Annotated[int, Field(ge=1, le=MAX_INPUT_SIZE)]


@checked_dataclass(frozen=True, config=_READ)
class PretrainedConfiguration:
    """What timm says of how its weights were trained: the input (channels, height, width) and the normaliser."""

    input_size: tuple[_Side, _Side, _Side] = (3, 224, 224)
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[Positive, Positive, Positive] = IMAGENET_STD
    license: _Text | None = None


@checked_dataclass(frozen=True, config=_READ)
class HubConfiguration:
    """What is read of a config.json: timm's name of the network, and what its outputs are called where it says so."""

    architecture: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.]{1,100}$")]
    pretrained_cfg: PretrainedConfiguration = field(default_factory=PretrainedConfiguration)
    label_names: Annotated[tuple[_Text, ...], Field(max_length=MAX_CLASSES)] | None = None
    label_descriptions: Annotated[Mapping[_Text, _Text], Field(max_length=MAX_CLASSES)] | None = None

    def classes(self, count: int) -> tuple[str, ...]:
        """Return the names of ``count`` outputs: those of the file where they are names of so many, else the usual."""
        names = self.label_names or ()
        described = tuple((self.label_descriptions or {}).get(n, n).split(",")[0] for n in names)
        for found in (described, names):
            plain = tuple(" ".join(n.split())[:200] for n in found)
            if len(plain) == count and all(plain) and len(set(map(canonical, plain))) == count:
                return plain
        return default_classes(count)


_READ_CONFIGURATION = reader_of(TypeAdapter(HubConfiguration))


def read_configuration(data: bytes) -> HubConfiguration:
    """Return what a config.json says.

    Raises:
        HubError: It is no such file of an image model of timm, or its input is not square and in colour.
    """
    try:
        found = _READ_CONFIGURATION(data)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        raise HubError(
            f"The model's config.json is not that of an image model of timm (“{where[:80] or 'as a whole'}”), so it "
            "cannot be a guide."
        ) from error
    channels, height, width = found.pretrained_cfg.input_size
    if channels != 3 or height != width:
        raise HubError("The model looks at pictures that are not square or not in colour, so it cannot be a guide.")
    return found


def fetch_hub_guide(address: HubAddress, models: Path, *, endpoint: str | None = None) -> Generator[DownloadProgress]:
    """Fetch a model of the Hub into a folder of ``models``, where it is a guide once its card is written.

    Stop iterating to stop; what has arrived of the weights is kept, and the next call goes on from there.

    Args:
        address: The model.
        models: The folder of added guides.
        endpoint: Where the Hub is, :func:`hub_endpoint` by default.

    Raises:
        DownloadError: It could not be fetched, is no image model of timm with safetensors, or is there already.
        CheckpointError: The weights are not those of the network that the config names.
    """
    folder, endpoint = models / address.guide_name, endpoint or hub_endpoint()
    if (folder / CARD_FILE).is_file():
        raise HubError(f"The guide “{address.guide_name}” is there already; remove its folder to fetch it anew.")
    facts = _asked(address.file("config.json", endpoint=endpoint), what=f"{address.owner}/{address.name}")
    commit = facts.get("X-Repo-Commit", "")
    pinned = replace(address, revision=commit) if _COMMIT.fullmatch(commit) else address
    configuration = yield from _configuration(pinned, folder, endpoint=endpoint)
    weights = folder / WEIGHT_FILE
    place = pinned.file(WEIGHT_FILE, endpoint=endpoint)
    yield from download(
        place,
        weights,
        sha256=_linked_sha256(_asked(place, what=f"{address.owner}/{address.name}")),
        limits=Limits(bytes=MAX_FILE_BYTES),
        accept=lambda part: _accepted(part, configuration),
    )
    write_whole(folder / CARD_FILE, _card(pinned, configuration, weights))


def _configuration(
    address: HubAddress, folder: Path, *, endpoint: str
) -> Generator[DownloadProgress, None, HubConfiguration]:
    """Fetch config.json, and return what it says; nothing of it stays."""
    file = folder / "config.json"
    for _ in download(address.file(file.name, endpoint=endpoint), file, limits=Limits(bytes=MAX_CONFIG_BYTES)):
        yield DownloadProgress(0, None)
    data = read_file(file, at_most=MAX_CONFIG_BYTES)
    for done_with in (file, checksum_file(file)):
        done_with.unlink(missing_ok=True)
    return read_configuration(data)


def _asked(address: str, *, what: str) -> Mapping[str, str]:
    """Return what the Hub says of a file beforehand; where the file lies is not asked yet.

    Raises:
        DownloadError: The Hub cannot be reached, or does not give the file.
    """
    check_address(address, first=address)
    name = address.rpartition("/")[2]
    try:
        answer = requests.head(
            address, headers={"Accept-Encoding": "identity"}, allow_redirects=False, timeout=Limits().silence
        )
    except requests.RequestException as error:
        raise HubError(f"The Hub cannot be reached for “{what}”; try again when there is a connection.") from error
    if answer.status_code in _GONE:
        raise HubError(f"The Hub gives no “{name}” of “{what}”: it has none, or the model is private or misspelt.")
    if answer.status_code >= 400:
        raise HubError(f"The Hub answered “{answer.status_code} {answer.reason}” for “{what}”; try again later.")
    return answer.headers


def _linked_sha256(facts: Mapping[str, str]) -> str | None:
    found = _SHA256.fullmatch(facts.get("X-Linked-ETag", "").strip('"'))
    return found[0] if found else None


def _accepted(part: Path, configuration: HubConfiguration) -> Weights:
    """Return the weights of a file that has arrived, which fill the network that the config names.

    Raises:
        CheckpointError: They do not, or the file is not safetensors.
    """
    weights = read_weights(part)
    if weights.layout is not Layout.SAFETENSORS:
        raise CheckpointError("The file is called safetensors and is not, so it is not taken.")
    try:
        fill(blueprint_for(weights, configuration.architecture), weights.state)
    except ArchitectureError as error:
        raise CheckpointError(str(error)) from error
    return weights


def _card(address: HubAddress, configuration: HubConfiguration, file: Path) -> bytes:
    """Return the card of the guide whose weights lie in ``file``.

    Raises:
        HubError: The config says what no card can hold.
    """
    known = configuration.pretrained_cfg
    count = blueprint_for(read_weights(file), configuration.architecture).num_classes
    card = {
        "name": address.guide_name,
        "architecture": {"class": configuration.architecture},
        "input_size": known.input_size[1],
        "mean": known.mean,
        "std": known.std,
        "classes": configuration.classes(count),
        "weights": {"file": file.name, "sha256": file_checksum(file), "bytes": file.stat().st_size},
        "training": {"source": f"hf-hub:{address.owner}/{address.name}@{address.revision}"},
        "licence": known.license or NOT_STATED,
        "limits": "Nothing is known of its robustness; only a robust network's changes look like what people see.",
    }
    data = json.dumps(card, indent=1, ensure_ascii=False).encode() + b"\n"
    try:
        parse_card(data)
    except CardError as error:
        raise HubError(f"The model cannot be a guide: {error}") from error
    return data
