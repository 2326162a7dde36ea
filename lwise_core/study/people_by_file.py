"""People whom only the names of their files tell apart: a file for each, with no column that says whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

# Words of a name that tell parts of one person's answers apart, and so no people.
_PARTS = re.compile(
    r"(?:^|[^a-z])(?:train(?:ing)?|tests?|practi[cs]e|main|pre|post|blocks?|sessions?|ses|parts?|phases?|runs?|trials?|days?"
    r"|weeks?)[\s_.-]*\d*(?![a-z])",
    re.IGNORECASE,
)


def people_of(names: Sequence[str]) -> tuple[str, ...] | None:
    """Return whose the files of these ``names`` are, by the names themselves or the folders that they lie in.

    None where the names cannot tell: two are the same, or they may be of parts of one person's answers, as
    “p1_train.csv” and “p1_test.csv” are.

    Args:
        names: Of the files, with the folders between slashes.
    """
    paths = [PurePosixPath(name.replace("\\", "/")) for name in names]
    stems = [path.stem.strip() for path in paths]
    folders = zip(*(path.parts[:-1] for path in paths), strict=False)
    return next((tuple(said) for said in (stems, *folders) if _tell(said)), None)


def _tell(names: Sequence[str]) -> bool:
    """Tell whether ``names`` are those of so many people."""
    without_parts = {_PARTS.sub("", name) for name in names}
    return all(names) and len(without_parts) == len(names) > 1
