"""``python -m lwise_core correlate``: people's errors beside what a guide says of the same pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lwise_core._utils.file_errors import read_file
from lwise_core._utils.temporary_folders import temporary_folder
from lwise_core.batch.folder_job import FolderResults, LabelledFolder, folder_job, this_machine
from lwise_core.batch.settings import JobSettings
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import GuideChoice, Refused

# Pandas, SciPy and scikit-learn, behind the figures, take seconds to import: only who asks waits for them.
if TYPE_CHECKING:
    from lwise_core.study.error_agreement import ErrorAgreement, MeasuredAgreement
    from lwise_core.study.ranked_pictures import RankedPictures

RESULTS = "results.csv"


@grouped
def correlate_command(
    ranked: Annotated[
        Path,
        typer.Argument(
            help="A ranking: the folder that score-set wrote, its results.csv, the CSV of Rank, or a dirmap with "
            "logits. Or labelled pictures, which are then scored first, with --guide.",
            show_default=False,
        ),
    ],
    errors: Annotated[
        Path,
        typer.Argument(
            help="A CSV of people's answers: “picture,right,wrong” with one row a picture, or “picture,right” (1 or 0) "
            "with one row an answer; docs/teaching.md names further layouts.",
            show_default=False,
        ),
    ],
    chosen: GuideChoice,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap: the same seed gives the same interval.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say how well a guide's logits go with people's errors: Spearman's rho with its interval, and the paper's AUC."""
    from lwise_core.study.error_agreement import error_agreement  # noqa: PLC0415
    from lwise_core.study.estimates import CannotJudge  # noqa: PLC0415
    from lwise_core.study.human_errors import MAX_HUMAN_ERRORS_BYTES, read_human_errors  # noqa: PLC0415

    people = read_human_errors(read_file(errors, at_most=MAX_HUMAN_ERRORS_BYTES + 1))
    found = error_agreement(_ranked(ranked, chosen), people, seed=seed)
    if isinstance(found, CannotJudge):
        raise Refused(found.sentence)
    for sentence in (*found.notes, *found.cautions):
        typer.echo(f"Note: {sentence}", err=True)
    typer.echo(_as_json(found) if as_json else _in_words(found))


def _ranked(source: Path, chosen: GuideChoice) -> RankedPictures:
    """Return the pictures of a ranking, or of a set that is scored now."""
    from lwise_core.study.ranked_pictures import MAX_RANKING_BYTES, read_ranked_pictures  # noqa: PLC0415

    table = source / RESULTS if (source / RESULTS).is_file() else source
    if table.is_file() and _is_ranking(table):
        return read_ranked_pictures(read_file(table, at_most=MAX_RANKING_BYTES + 1))
    with temporary_folder() as scratch:
        results = _scored(source, chosen, Path(scratch) / "scored")
        return read_ranked_pictures(read_file(results.table))


def _is_ranking(table: Path) -> bool:
    """Return whether the heading of a CSV has logits: else it is a dirmap of pictures that nobody has ranked."""
    from lwise_core.study.ranked_pictures import LOGIT_COLUMN  # noqa: PLC0415

    heading = read_file(table, at_most=1 << 16).partition(b"\n")[0]
    return table.suffix.lower() == ".csv" and LOGIT_COLUMN.encode() in heading


def _scored(source: Path, chosen: GuideChoice, out: Path) -> FolderResults:
    """Score labelled pictures into ``out``, and say how far it is."""
    guide = chosen.load()
    for sentence in guide.cautions:
        typer.echo(f"Note: {sentence}", err=True)
    job = folder_job(guide, LabelledFolder(source), settings=JobSettings(), out=out)
    for progress in job.run(this_machine()):
        for sentence in progress.sentences:
            typer.echo(f"Note: {sentence}", err=True)
        typer.echo(f"{progress.done:,} of {progress.total:,} pictures are scored.", err=True)
    return FolderResults.of(job, progress)


def _in_words(found: ErrorAgreement) -> str:
    """Return what people read: the sentence, and a line for each measure."""
    from lwise_core.study.error_agreement import written  # noqa: PLC0415

    lines = [
        f"{m.measure}: Spearman's rho with the share of people who erred {written(m.rho)}; AUC by answer {m.auc:.3f}"
        for m in found.measured
    ]
    counts = (
        f"{len(found.pictures):,} pictures, {int(found.answers.sum()):,} answers, mean error {found.mean_error:.1%}."
    )
    return "\n".join([found.sentence, *lines, counts])


def _as_json(found: ErrorAgreement) -> str:
    said = {
        "pictures": len(found.pictures),
        "answers": int(found.answers.sum()),
        "mean_error": found.mean_error,
        "measures": [_measure(m) for m in found.measured],
        "cautions": found.cautions,
        "notes": found.notes,
    }
    return json.dumps(said, ensure_ascii=False, allow_nan=False)


def _measure(measured: MeasuredAgreement) -> dict[str, object]:
    rho = measured.rho
    return {"measure": measured.measure, "rho": rho.value, "interval_95": [rho.low, rho.high], "auc": measured.auc}
