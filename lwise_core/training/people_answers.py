"""What people called the images that are trained on: shares of their answers, learnt beside the one true class.

People hesitate where an image is hard, so their answers say more of it than its class does (Peterson et al. 2019,
"Human uncertainty makes classification more robust").
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_errors import read_file
from lwise_core.data.training_images import LabelledImages, Shares
from lwise_core.training.recipes import RecipeError

_FILE, _INDEX = "file", "index"
_PREFIX = "n_"  # CIFAR-10H and CIFAR-10N in the tables that are about: n_<class>


@dataclass(frozen=True, eq=False)
class PeopleAnswers:
    """Counts of answers, ``(C,)`` float64 for each image that people were asked about, in the order of ``classes``.

    The key is the image's ``class/name``, or the number that its file is called. ``sha256`` is the hash of the file.
    """

    counts: Mapping[str, npt.NDArray[np.float64]]
    classes: tuple[str, ...]
    sha256: str

    def beside(self, images: LabelledImages, *, weight: float) -> LabelledImages:
        """Return ``images`` with what is learnt of each: ``weight`` of people's answers, the rest of its class.

        An image that nobody was asked about keeps its class.

        Args:
            images: What is trained on, its classes in their final order.
            weight: Share of the answers, above 0 and at most 1.

        Raises:
            RecipeError: The weight lies elsewhere, the classes are others, or no image has an answer.
        """
        if not 0 < weight <= 1:
            raise RecipeError("The weight of people's answers lies above 0 and is at most 1.")
        order = _places(self.classes, images.classes)
        learnt: Shares = np.eye(len(images.classes), dtype=np.float32)[images.targets]
        asked = 0
        for row, name in enumerate(images.names):
            found = self._of(name)
            if found is not None:
                asked += 1
                learnt[row] = (1 - weight) * learnt[row] + weight * (found / found.sum())[order]
        if not asked:
            raise RecipeError("People's answers name none of the images; see that their files are called the same.")
        said = f"{images.sha256} with {weight:g} of the answers {self.sha256}"
        return replace(images, learnt=learnt, sha256=hashlib.sha256(said.encode()).hexdigest())

    def _of(self, name: str) -> npt.NDArray[np.float64] | None:
        if name in self.counts:
            return self.counts[name]
        stem = PurePosixPath(name).stem
        return self.counts.get(str(int(stem))) if stem.isdecimal() else None


def read_answers(file: Path) -> PeopleAnswers:
    """Return the answers of a CSV: ``file`` (``class/name``) or ``index``, and a column of counts for each class.

    The columns may be called ``n_<class>`` or as the class. Rows without an answer are passed over.

    Raises:
        RecipeError: A column is missing, or a count is none.
        FileError: It cannot be read.
    """
    data = read_file(file)
    rows = csv.DictReader(data.decode("utf-8-sig").splitlines())
    columns = rows.fieldnames or ()
    key = next((name for name in (_FILE, _INDEX) if name in columns), None)
    counted = [c for c in columns if c.startswith(_PREFIX)] or [c for c in columns if c not in (_FILE, _INDEX, "class")]
    if key is None or len(counted) < 2:
        raise RecipeError(f"“{file.name}” needs a column file or index, and a column of counts for each class.")
    counts = {row[key]: _counts([row[c] for c in counted], file=file.name, row=row[key]) for row in rows}
    return PeopleAnswers(
        {name: found for name, found in counts.items() if found.sum() > 0},
        tuple(c.removeprefix(_PREFIX) for c in counted),
        hashlib.sha256(data).hexdigest(),
    )


def _counts(cells: Sequence[str | None], *, file: str, row: str) -> npt.NDArray[np.float64]:
    try:
        found = np.array([float(cell or 0) for cell in cells], dtype=np.float64)
    except ValueError:
        found = np.array([-1.0])
    if not (np.isfinite(found).all() and (found >= 0).all()):
        raise RecipeError(f"“{file}” has a count that is no number of answers, in the row of {row}.")
    return found


def _places(names: Sequence[str], wanted: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return where each of ``wanted`` stands in ``names``, the same names in another order."""
    places = {canonical(name): i for i, name in enumerate(names)}
    strangers = sorted(places.keys() ^ {canonical(name) for name in wanted})
    if strangers:
        raise RecipeError(f"People's answers are about other classes: “{strangers[0]}” is on one side only.")
    return np.array([places[canonical(name)] for name in wanted], dtype=np.int64)
