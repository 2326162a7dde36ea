"""``python -m lwise_core score``: how hard photographs are for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated

import torch
import typer

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core._utils.file_names import shown
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import ClassName, CropAt, GuideChoice, Photos, stated_class, subjects_in
from lwise_core.guides.difficulty import Difficulty, difficulty_of, standing
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import look
from lwise_core.guides.novelty import Novelty
from lwise_core.guides.wobble import Wobble

_HIGHEST = 3  # logits that a line for people names


@dataclass(frozen=True)
class Scored:
    """One photograph's difficulty, as it is printed."""

    photograph: str
    class_name: str
    first_choice: str
    difficulty: Difficulty
    wobble: Wobble | None = None

    def line(self) -> str:
        """Return one line for people."""
        seen = "" if self.difficulty.seen else f" The guide itself takes it for {self.first_choice}."
        wobble = "" if self.wobble is None else f" {self.wobble}"
        said = (
            f"logit {self.difficulty.logit:.2f}, log-probability {self.difficulty.log_probability:.2f}. "
            f"{standing(self.difficulty, class_name=self.class_name)}"
        )
        return f"{shown(self.photograph)}: {self.difficulty.novelty.around(said)}{seen}{wobble}"

    def row(self) -> dict[str, object]:
        """Return one row for programs."""
        place = self.difficulty.percentile
        return {
            "photograph": self.photograph,
            "class": self.class_name,
            "logit": self.difficulty.logit,
            "log_probability": self.difficulty.log_probability,
            "rank": self.difficulty.rank,
            "first_choice": self.first_choice,
            "harder_than": None if place is None else place.share,
            "interval_95": None if place is None else [place.low, place.high],
            "references": self.difficulty.references,
            **self.difficulty.novelty.fields(),
            **({} if self.wobble is None else {"wobble": _as_row(self.wobble)}),
        }


@dataclass(frozen=True)
class Unclassed:
    """What the guide says of a photograph that shows none of its classes: ``logits``, name → logit, falling."""

    photograph: str
    logits: Mapping[str, float]
    novelty: Novelty

    @classmethod
    def of(cls, photograph: str, guide: GuideModel, logits: torch.Tensor, *, novelty: Novelty) -> Unclassed:
        """Return it for ``logits`` ``(C,)``."""
        falling, order = logits.sort(descending=True)
        named = {guide.classes[i]: x for i, x in zip(order.tolist(), falling.tolist(), strict=True)}
        return cls(photograph, named, novelty)

    def line(self) -> str:
        """Return one line for people."""
        highest = ", ".join(f"{name} {logit:.2f}" for name, logit in islice(self.logits.items(), _HIGHEST))
        said = f"highest logits {highest}. Difficulty needs a class that the guide knows."
        return f"{shown(self.photograph)}: {self.novelty.around(said)}"

    def row(self) -> dict[str, object]:
        """Return one row for programs."""
        first = next(iter(self.logits))
        said = {"photograph": self.photograph, "class": SOMETHING_ELSE, "first_choice": first, "logits": self.logits}
        return {**said, **self.novelty.fields()}


@grouped
def score_command(
    photos: Photos,
    class_name: ClassName,
    chosen: GuideChoice,
    crop: CropAt = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    with_wobble: Annotated[
        bool, typer.Option("--wobble", help="Say too by how much it changes with small crops, mirroring and JPEG.")
    ] = False,
) -> None:
    """Say how hard each photograph is: ground-truth logit, log-probability, and its place among references.

    Before that it says whether the photograph is unlike everything that the guide learnt, where the guide can tell. Of
    something else it says the highest logits only.
    """
    guide = chosen.load()
    stated = stated_class(guide, class_name)
    for name, subject in subjects_in(photos, crop):
        looks = look(guide, subject.seen(size=guide.input_size)[None])
        scored = _scored(guide, name, looks.logits[0], stated=stated, novelty=looks.novelty[0])
        if with_wobble and isinstance(scored, Scored):
            wobble = Wobble.of(guide, subject.square, target=guide.class_index(stated))
            scored = replace(scored, wobble=wobble)
        typer.echo(json.dumps(scored.row(), ensure_ascii=False, allow_nan=False) if as_json else scored.line())


def _scored(
    guide: GuideModel, photograph: str, logits: torch.Tensor, *, stated: str, novelty: Novelty
) -> Scored | Unclassed:
    """Return what to print of one photograph, by its ``logits`` ``(C,)``."""
    if stated == SOMETHING_ELSE:
        return Unclassed.of(photograph, guide, logits, novelty=novelty)
    return Scored(
        photograph=photograph,
        class_name=stated,
        first_choice=guide.classes[int(logits.argmax())],
        difficulty=difficulty_of(guide, logits, target=guide.class_index(stated), novelty=novelty),
    )


def _as_row(wobble: Wobble) -> dict[str, object]:
    """Return a wobble for programs."""
    return {
        "logits": wobble.logits,
        "deviation": wobble.deviation,
        "harder_than": None if wobble.shares is None else list(wobble.shares),
        "seen": wobble.seen,
        "looks": len(wobble.logits),
    }
