"""To rank pictures and say by how much each rank wobbles: the same picture moved a little, mirrored, saved as JPEG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import torch
from pydantic import TypeAdapter

from lwise_core.batch.batch_records import BatchRecord, PictureResult
from lwise_core.batch.enhance_task import RankingTask
from lwise_core.batch.score_table import WOBBLE_COLUMNS, wobble_columns
from lwise_core.batch.tables import Columns, Row
from lwise_core.batch.tasks import NothingToWrite, ScoredBatch, logits_of
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.wobble import Wobble


@dataclass(frozen=True)
class WobbledResult(PictureResult):
    """The record of a ranked picture: the smallest and the largest logit over all looks, and in how many it is seen."""

    lowest: float
    highest: float
    seen: int


@dataclass(frozen=True)
class WobbleTask(RankingTask):
    """To say how hard each picture is, and by how much that wobbles."""

    plan: ClassVar[Mapping[str, object]] = {"layout": 1, "wobble": True}
    most_at_once: ClassVar[int] = 8  # each is looked at nine times
    form: ClassVar[TypeAdapter[BatchRecord[WobbledResult]]] = TypeAdapter(BatchRecord[WobbledResult])
    columns: ClassVar[Columns] = WOBBLE_COLUMNS
    varied: ClassVar[bool] = True

    def made(self, guide: GuideModel, looked: ScoredBatch) -> Sequence[NothingToWrite[WobbledResult]]:
        """Return the ranks of a batch whose pictures were decoded with their small changes."""
        assert looked.variations is not None  # noqa: S101  they are asked for above
        count, changes = looked.variations.shape[:2]
        changed = logits_of(guide, looked.variations.flatten(0, 1)).reshape(count, changes, -1)
        wobbles = (
            Wobble.of_logits(guide, torch.cat([own[None], others]), target=told.target)
            for own, others, told in zip(looked.logits, changed, looked.told, strict=True)
        )
        return [
            NothingToWrite(WobbledResult(**asdict(told), lowest=w.lowest, highest=w.highest, seen=w.seen))
            for told, w in zip(looked.told, wobbles, strict=True)
        ]

    def rows(self, told: WobbledResult) -> Iterator[Row]:
        """Yield the one row of a picture."""
        yield wobble_columns(lowest=told.lowest, highest=told.highest, seen=told.seen)
