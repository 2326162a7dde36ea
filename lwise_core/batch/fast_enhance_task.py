"""To paint a whole data set from paths that a guide's fast twin walks, where a check on this machine trusts it.

What is painted is nearly what the guide itself would paint, and other bytes: so it is another plan, which says so, and
nobody gets it without asking. Whatever is said of a picture is said by the guide, in fp32.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

from lwise_core.batch.enhance_task import EnhancedResult, EnhanceTask
from lwise_core.batch.settings import JobError
from lwise_core.batch.tasks import Summary
from lwise_core.enhancement.path import EnhancementPath, PathRequest
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel

_WALKED: Mapping[str, object] = {"paths_walked_in": "bfloat16"}


@dataclass(frozen=True)
class FastEnhanceTask(EnhanceTask):
    """To write every picture at every ε, beside the original, from paths that are found in bf16."""

    plan: ClassVar[Mapping[str, object]] = {**EnhanceTask.plan, **_WALKED}

    def walked(self, guide: GuideModel, request: PathRequest) -> EnhancementPath:
        """Return the path as far as the largest ε; what is read of it, the guide scores.

        Raises:
            NonFinite: The guide returned NaN or infinity.
            JobError: No check on this machine says that the twin may be trusted.
        """
        return _fast_walker(guide).found(request, epsilon=self.settings.budgets[-1].epsilon)

    def summary(self, guide: GuideModel, told: Iterable[EnhancedResult]) -> Summary:
        """Return what is said of all pictures together, and how their paths were found."""
        summary = super().summary(guide, told)
        return replace(summary, said={**summary.said, **_WALKED})


@lru_cache(maxsize=1)  # to make a twin takes as long as some pictures, and a process works for one guide
def _fast_walker(guide: GuideModel) -> Walker:
    walker = Walker.trusted(guide)
    if walker.twin is None:
        raise JobError(
            f"No check on this machine says that the fast copy of “{guide.name}” may be trusted, so nothing was "
            "painted with it; run enhance-set --fast here, which checks it first, or leave --fast out."
        )
    return walker
