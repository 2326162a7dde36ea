"""What a course shows of a picture where no guide altered it: filtered, or as somebody edited it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import Photograph, open_photograph
from lwise_core.images.control_filters import clahe, levels, msrcr
from lwise_core.teaching.courses.course_design import CourseError, Design
from lwise_core.teaching.courses.edited_pictures import EditedPictures, edit_upon
from lwise_core.teaching.design.treatments import Treatment

FILTERS: Mapping[Treatment, Callable[[Pixels], Pixels]] = {
    Treatment.CLAHE: clahe,
    Treatment.MSRCR: msrcr,
    Treatment.LEVELS: levels,
}


@dataclass(frozen=True)
class TreatedPictures:
    """What makes the treated pictures of one course; ``edits`` are needed where a group is shown an expert's.

    ``open_file`` decodes the bytes of an edit, as :func:`open_photograph` does.
    """

    design: Design
    edits: EditedPictures | None = None
    open_file: Callable[..., Photograph] = open_photograph

    def of(self, split: str) -> tuple[Treatment, ...]:
        """Return what the pictures of a split are shown after, each once."""
        if split not in self.design.schedule.altered_splits or not self.design.schedule.epsilons_224:
            return ()
        return tuple(dict.fromkeys(g.treatment for g in self.design.slots if g.treatment is not None))

    def check(self, names: Iterable[tuple[str, str]]) -> None:
        """Make sure that whatever is shown as an expert edited it was edited; ``names`` are of pictures with splits.

        Raises:
            CourseError: Some were not, or nobody said where the edits are.
        """
        originals: Sequence[str] = [name for name, split in names if Treatment.EXPERT in self.of(split)]
        if not originals:
            return
        if self.edits is None:
            raise CourseError(
                "A group is shown what an expert edited; name the folder or zip of the edited pictures, or leave that "
                "group out."
            )
        self.edits.check(originals)

    def made(
        self, photograph: Photograph, square: Photograph, *, name: str, split: str
    ) -> Iterator[tuple[Treatment, Photograph]]:
        """Yield each treatment with the picture after it.

        Args:
            photograph: The original as it was decoded.
            square: What the course shows of it.
            name: The picture's in the course.
            split: Its split.

        Raises:
            NotAPair: The edit shows something else than the original.
            ImageRejected: The edit is no picture that can be read.
            CourseError: There is no edit.
        """
        for treatment in self.of(split):
            if treatment is Treatment.EXPERT:
                yield treatment, replace(photograph, pixels=edit_upon(photograph, self._edit(name)))
            else:
                yield treatment, replace(square, pixels=FILTERS[treatment](square.pixels))

    def key(self, *, name: str, split: str) -> tuple[str, ...]:
        """Return words that change when the treated pictures of an original do."""
        return tuple(
            f"{t} {hashlib.sha256(self._data(name)).hexdigest()}" if t is Treatment.EXPERT else str(t)
            for t in self.of(split)
        )

    def _edit(self, name: str) -> Photograph:
        return self.open_file(self._data(name), name=f"edit of {Path(name).name}")

    def _data(self, name: str) -> bytes:
        if self.edits is None:
            raise CourseError(f"“{name}” has no edit; name the folder or zip of the edited pictures.")
        return self.edits.read(name)
