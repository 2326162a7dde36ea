"""The fast mode of a whole data set: a guide's twin is checked on this machine before it is used, once."""

from __future__ import annotations

import torch
import typer

from lwise_core.cli.options import Refused
from lwise_core.data.samples import seen_samples
from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks, check, fast_dtype, fast_twin
from lwise_core.guides.guide import GuideModel


def check_fast_mode(guide: GuideModel) -> None:
    """Make sure that the fast twin of ``guide`` may be trusted on this machine; what was not checked yet is checked.

    Raises:
        Refused: This machine has no faster arithmetic, or what it paints differs too much.
    """
    dtype = fast_dtype(guide.device)
    if dtype is None:
        raise Refused("This processor does not compute in bf16, so no copy of a guide is faster; leave --fast out.")
    verdicts = TwinChecks.of_this_machine()
    verdict = verdicts.read(guide) or _found(guide, dtype, verdicts)
    if not verdict.passes:
        raise Refused(
            f"On this machine the fast copy of “{guide.name}” does not paint the same (cosine {verdict.cosine:.4f}, "
            f"gain {verdict.gain_error:.1%} apart); leave --fast out."
        )


def _found(guide: GuideModel, dtype: torch.dtype, verdicts: TwinChecks) -> TwinCheck:
    """Check the twin, and keep what was found."""
    typer.echo("The fast copy of this guide is checked on this machine first, once.", err=True)
    *_, verdict = check(guide, fast_twin(guide, dtype=dtype), seen_samples(size=guide.input_size))
    verdicts.keep(guide, verdict)
    return verdict
