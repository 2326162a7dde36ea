"""A guide whose classes are groups of another's: the logit of a group is the highest of its members' logits.

So does the official implementation (L-WISE, ``mapped_models.py``). The gradient is that of the winning member.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from lwise_core.guides.class_groups import ClassGroups, ClassGroupsError
from lwise_core.guides.fitness import UNKNOWN, Fit
from lwise_core.guides.guide import Grouping, GuideModel
from lwise_core.guides.references import References

_INNER = "network."  # where the network of fine classes is found in the one of groups


class GroupedNetwork(nn.Module):
    """A network of groups: takes what ``network`` takes, ``(N, 3, H, W)``, and returns a logit a group, ``(N, G)``.

    Every operation is one that tracing follows and that attributions have rules for: groups are laid in rows of equal
    length, in which a short one repeats its first member, and each row is pooled.

    Args:
        network: Returns ``outputs`` logits of fine classes, ``(N, C)``.
        members: The class indices of each group.
        outputs: C.
    """

    members: torch.Tensor

    def __init__(self, network: nn.Module, members: Sequence[Sequence[int]], *, outputs: int) -> None:
        super().__init__()
        longest = max(map(len, members))
        rows = [[*group, *[group[0]] * (longest - len(group))] for group in members]
        self.network = network
        self.outputs = outputs
        self.register_buffer("members", torch.tensor(rows).flatten())
        self.rows = nn.Unflatten(1, (1, len(rows), longest))
        self.highest = nn.MaxPool2d((1, longest))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        rows = self.rows(torch.index_select(self.network(images), 1, self.members))
        logits: torch.Tensor = torch.flatten(self.highest(rows), 1)
        return logits


def grouped(guide: GuideModel, groups: ClassGroups) -> GuideModel:
    """Return the guide of ``groups``: everything that takes a guide takes it, with groups as its classes.

    It has no references, for those of a fine class say only how low the logit of its group may be, and no fitness
    unless the fine classes made it unfit. Its name and its provenance name the mapping.

    Raises:
        ClassGroupsError: The guide's classes are groups already.
    """
    known = guide.provenance
    if known.grouping is not None:
        raise ClassGroupsError(f"The classes of “{guide.name}” are groups already; group those of its own guide.")
    identity = hashlib.sha256(f"{known.sha256}|{groups.sha256}".encode()).hexdigest()
    provenance = replace(
        known,
        sha256=identity,
        bundled=False,
        calibrated=None,
        fitness=known.fitness if known.fitness.state is Fit.UNFIT else UNKNOWN,
        grouping=Grouping(name=groups.name, sha256=groups.sha256, weights_sha256=known.weights_sha256),
    )
    return replace(
        guide,
        name=f"{guide.name} ({groups.name})",
        network=GroupedNetwork(guide.network, tuple(groups.members.values()), outputs=len(guide.classes)),
        classes=tuple(groups.members),
        references=References(),
        reliability=(),
        nulls=None,
        artefact_limits=None,
        provenance=provenance,
    )


def ungrouped(network: nn.Module) -> nn.Module:
    """Return the network of fine classes, which is ``network`` itself where it has no groups."""
    return network.network if isinstance(network, GroupedNetwork) else network


def outputs_of(guide: GuideModel) -> int:
    """Return how many classes the network tells apart before they are grouped, if they are."""
    return guide.network.outputs if isinstance(guide.network, GroupedNetwork) else len(guide.classes)


def inner_prefix(network: nn.Module) -> str:
    """Return what the names of modules begin with in ``network``, and do not in the one of fine classes."""
    return _INNER if isinstance(network, GroupedNetwork) else ""
