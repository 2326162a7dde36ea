"""A photograph with its ε-path: every ε of it as a picture that can be looked at and saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.export import Export, Intent, export, statement
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, Rendering, render
from lwise_core.enhancement.sweep import sweep
from lwise_core.guides.difficulty import Difficulty, difficulty_of
from lwise_core.guides.guide import GuideModel
from lwise_core.images.animation import AnimationFormat


class NotSaved(LWiseError):
    """A picture that was not saved. The message is one sentence that says why."""


@dataclass(frozen=True, eq=False)
class EnhancedPhotograph:
    """One photograph at one ε, as people get it: 8-bit pixels, what the guide says of them, and a manifest.

    ``strip`` says whether the saved picture carries the strip “AI-altered … not for diagnosis” below it; guides
    treated as medical always draw it. Everything is computed when it is asked for first.
    """

    subject: CroppedPhotograph
    path: EnhancementPath
    intent: Intent
    strip: bool = True

    @property
    def epsilon(self) -> float:
        """The budget, in the guide's units: the L2 norm of the change over all values of its input."""
        return self.intent.epsilon

    @cached_property
    def rendering(self) -> Rendering:
        """The 8-bit picture and what the guide says of it."""
        guide, enhancement = self.path.guide, self.path.at(self.epsilon)
        target = guide.class_index(self.intent.towards)
        return render(guide, self.subject, enhancement, target=target, extent=self.intent.extent)

    @property
    def pixels(self) -> Pixels:
        """The picture ``(H, W, 3)`` uint8, without the strip."""
        return self.rendering.pixels

    @property
    def logits(self) -> Mapping[str, float]:
        """The guide's logits of the 8-bit picture, class name → logit."""
        return dict(zip(self.path.guide.classes, self.rendering.logits.tolist(), strict=True))

    @property
    def difficulty(self) -> Difficulty:
        """How hard the 8-bit picture is, as one of the class that it was enhanced towards."""
        guide = self.path.guide
        return difficulty_of(guide, self.rendering.logits, target=guide.class_index(self.intent.towards))

    @cached_property
    def export(self) -> Export:
        """The three files that shell and page hand out: picture, perturbation and manifest, as bytes."""
        return export(self.subject, self.path, self.intent, strip=self.strip)

    @property
    def png(self) -> bytes:
        """The picture as a PNG, with the strip where there is one."""
        return self.export.png

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was done, with the figures of this very picture."""
        manifest: dict[str, Any] = json.loads(self.export.manifest)
        return manifest

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the person, such as that 8 bits have eaten the change."""
        return self.export.warnings

    def save(self, file: str | Path) -> tuple[Path, Path]:
        """Write the picture, and its manifest beside it under the same name with the ending json.

        Each is written whole or not at all; files of these names are written over.

        Args:
            file: The name of the PNG; its folder is made.

        Returns:
            The paths of picture and manifest.

        Raises:
            NotSaved: The name has another ending than png.
            OSError: The files cannot be written.
        """
        picture = Path(file)
        if picture.suffix.lower() != ".png":
            raise NotSaved(f"“{picture}” was not written: an enhanced picture is a PNG, so end its name in .png.")
        manifest = picture.with_suffix(".json")
        picture.parent.mkdir(parents=True, exist_ok=True)
        write_whole(picture, self.png)
        write_whole(manifest, self.export.manifest)
        return picture, manifest

    def __str__(self) -> str:
        """The sentence that the picture carries."""
        return statement(self.path.guide, self.intent, self.path.request.objective)


@dataclass(frozen=True, eq=False)
class PhotographPath:
    """Every ε of one photograph: the ε-path and the photograph that it began from.

    ``stated`` is what the photograph is said to show, a class of the guide or “something else”.
    """

    subject: CroppedPhotograph
    path: EnhancementPath
    stated: str

    @property
    def guide(self) -> GuideModel:
        """The guide whose gradients were followed."""
        return self.path.guide

    @property
    def towards(self) -> str:
        """The class that the path goes towards, or away from."""
        return self.guide.classes[int(self.path.request.targets[0])]

    @property
    def epsilons(self) -> tuple[float, ...]:
        """Every ε that was walked to, 0 first, in the guide's units; those between are read from the path too."""
        return tuple(i * self.path.step for i in range(len(self.path.frames)))

    def at(self, epsilon: float, *, extent: Extent | str = Extent.PHOTOGRAPH, strip: bool = True) -> EnhancedPhotograph:
        """Return the photograph at ``epsilon``.

        Args:
            epsilon: The budget in the guide's units, from 0 to the last of :attr:`epsilons`;
                ``guide.epsilon_scale.from_224`` converts one of 224 px.
            extent: “photograph”, the whole one at its own resolution, or “guide”, the crop at the guide's size.
            strip: Whether the strip is drawn below the saved picture where the guide's domain leaves the choice.

        Raises:
            EpsilonOutOfRange: ``epsilon`` is outside the guide's range.
        """
        self.guide.epsilon_scale.check(epsilon)
        intent = Intent(stated=self.stated, towards=self.towards, epsilon=epsilon, extent=Extent(extent))
        return EnhancedPhotograph(self.subject, self.path, intent, strip)

    def animation(
        self,
        epsilon: float,
        *,
        kind: AnimationFormat | str = AnimationFormat.WEBP,
        extent: Extent | str = Extent.PHOTOGRAPH,
    ) -> bytes:
        """Return the square that the guide sees from ε = 0 to ``epsilon`` as a moving picture, with the strip.

        Args:
            epsilon: The last budget, as for :meth:`at`.
            kind: “webp”, or “gif”, which every program opens and which has 256 colours a frame.
            extent: “photograph”, the square at its own resolution up to 640 px, or “guide”, at the guide's size.

        Raises:
            EpsilonOutOfRange: ``epsilon`` is outside the guide's range.
        """
        self.guide.epsilon_scale.check(epsilon)
        intent = Intent(stated=self.stated, towards=self.towards, epsilon=epsilon, extent=Extent(extent))
        return sweep(self.subject, self.path, intent, kind=AnimationFormat(kind))

    def curves(self) -> dict[str, list[float]]:
        """Return the logits along the path, class name → one value for each of :attr:`epsilons`.

        Holds the class itself, its strongest rivals and every first choice of the guide.
        """
        return self.path.curves()
