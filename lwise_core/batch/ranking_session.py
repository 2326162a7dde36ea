"""A ranking to go on with another day: which photographs, what a person said of their labels, and which are chosen.

The file holds no picture and no figure: both are made anew of the same photographs, so a file that was tampered with
can change a choice and a label, which the page shows, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.first_fault import reader_of
from lwise_core.batch.named_files import MOST_FILES
from lwise_core.batch.ranking import Ranking
from lwise_core.data.folder_labels import Instead

MAX_SESSION_BYTES = 20_000_000
"""Largest session file that is read: 20,000 photographs with paths of 500 bytes take half of it."""

_MOST_COLONS = 400_000  # one a key, of which a photograph in a folder of its own has seven

_CHECKED = ConfigDict(strict=True, extra="forbid")
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Path = Annotated[str, StringConstraints(max_length=5_000)]
_Class = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Guide = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RankingSessionError(LWiseError):
    """A session file that cannot be used. The message is one sentence: what is wrong, and that nothing is lost."""


@dataclass(frozen=True, config=_CHECKED)
class KeptPhotograph:
    """One photograph of a ranking: its path for display, whether it is chosen, the class that a person gave it.

    What a person set aside, since it shows none of the classes, has the class ``SOMETHING_ELSE``.
    """

    name: _Path
    sha256: _Sha256
    chosen: bool
    relabelled: _Class | None = None


@dataclass(frozen=True, config=_CHECKED)
class FolderMeaning:
    """What a person said of a folder: the class that it stands for, or what happens to its pictures instead."""

    folder: _Path
    class_name: _Class | None = None
    instead: Literal["left out", "guessed"] | None = None


@dataclass(frozen=True, config=_CHECKED)
class RankingSession:
    """What a person did with a ranking by the guide of that name and these weights.

    ``others`` is what was decided on all folders that ``folders`` does not name, None where nothing was. ``marked`` are
    the SHA-256 of what was marked on the map.
    """

    format: Literal["L-WISE ranking session 1"]
    guide: _Guide
    weights_sha256: _Sha256
    photographs: Annotated[tuple[KeptPhotograph, ...], Field(max_length=MOST_FILES)]
    folders: Annotated[tuple[FolderMeaning, ...], Field(max_length=MOST_FILES)] = ()
    others: Literal["left out", "guessed"] | None = None
    marked: Annotated[tuple[_Sha256, ...], Field(max_length=MOST_FILES)] = ()

    @classmethod
    def of(
        cls,
        ranking: Ranking,
        *,
        guide: str,
        weights_sha256: str,
        chosen: Collection[str],
        marked: Collection[str] = (),
    ) -> RankingSession:
        """Return what can be kept of a ranking, with the SHA-256 of photographs that are ``chosen`` and ``marked``."""
        return cls(
            "L-WISE ranking session 1",
            guide,
            weights_sha256,
            tuple(
                KeptPhotograph(p.name, p.sha256, p.sha256 in chosen, p.class_name if p.filed_as else None)
                for p in ranking.photographs
            )
            + tuple(KeptPhotograph(p.name, p.sha256, False, SOMETHING_ELSE) for p in ranking.set_aside),
            tuple(_meaning(folder, meaning) for folder, meaning in ranking.folders.stated.items()),
            _written(ranking.folders.others),
            tuple(sorted(marked)),
        )

    def as_file(self) -> bytes:
        """Return it as a file: JSON, UTF-8."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode("utf-8", "replace")

    @property
    def labels(self) -> Mapping[str, str]:
        """SHA-256 → the class that a person gave a photograph, for those that got one."""
        return {p.sha256: p.relabelled for p in self.photographs if p.relabelled is not None}

    def meanings(self, classes: Collection[str]) -> Mapping[str, str | Instead]:
        """Return folder → what it stands for, without classes that are not among ``classes``."""
        found: dict[str, str | Instead] = {}
        for said in self.folders:
            if said.instead is not None:
                found[said.folder] = Instead(said.instead)
            elif said.class_name in classes and said.class_name is not None:
                found[said.folder] = said.class_name
        return found

    @property
    def other_folders(self) -> Instead | None:
        """What was decided on all other folders."""
        return None if self.others is None else Instead(self.others)

    def laid_over(self, ranking: Ranking, presumed: Collection[str]) -> tuple[Ranking, frozenset[str]]:
        """Return a new ranking with the labels of this session, and which of its photographs are chosen.

        Photographs that the session does not know are chosen where they are among ``presumed``.
        """
        known = {p.sha256: p.chosen for p in self.photographs}
        chosen = (p.sha256 for p in ranking.photographs if known.get(p.sha256, p.sha256 in presumed))
        return ranking.relabelled(self.labels), frozenset(chosen)

    def missing(self, ranking: Ranking) -> tuple[str, ...]:
        """Return the names of photographs that the session knows and the ranking lacks."""
        there = {p.sha256 for p in (*ranking.photographs, *ranking.set_aside)}
        return tuple(p.name for p in self.photographs if p.sha256 not in there)


_READ = reader_of(TypeAdapter(RankingSession))


def read_session(data: bytes) -> RankingSession:
    """Return the session in a file.

    Raises:
        RankingSessionError: It is too large, or no such file.
    """
    if len(data) > MAX_SESSION_BYTES:
        raise RankingSessionError(
            f"The session file is larger than {MAX_SESSION_BYTES // 10**6} MB, so it is not one of this page; nothing "
            "was changed."
        )
    if data.count(b":") > _MOST_COLONS:
        raise RankingSessionError(
            "The file is no session of this page: it holds more than this page writes; choose the one that was saved "
            "here. Nothing was changed."
        )
    try:
        return _READ(data)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        what = f"its “{where[:80]}” is not as this page writes it" if where else "it cannot be read as one"
        raise RankingSessionError(
            f"The file is no session of this page: {what}; choose the one that was saved here. Nothing was changed."
        ) from error


def _meaning(folder: str, meaning: str | Instead) -> FolderMeaning:
    if isinstance(meaning, Instead):
        return FolderMeaning(folder, instead=_written(meaning))
    return FolderMeaning(folder, meaning)


def _written(meaning: Instead | None) -> Literal["left out", "guessed"] | None:
    if meaning is None:
        return None
    return "left out" if meaning is Instead.LEFT_OUT else "guessed"
