"""``lwise tune``: a guide for classes of one's own, from a labelled folder, in one line."""

from __future__ import annotations

from typing import Annotated

import typer

from lwise_core._utils.durations import in_words
from lwise_core.cli.options import GOES_ON, PICTURES, Refused, StoppedByHand, pictures_at
from lwise_core.guides import catalog
from lwise_core.guides.guide import Domain
from lwise_core.training.nearest_guide import PictureSample, ranked_guides, search_guides
from lwise_core.training.own_pictures import OwnPictures
from lwise_core.training.tuning import TuningProgress, tune
from lwise_core.training.tuning_recipe import EXPERIENCE, TuningRecipe
from lwise_core.training.tuning_request import TuningRequest, seconds_a_pass
from lwise_core.training.tuning_store import TuningStore


def tune_command(
    source: Annotated[str, typer.Argument(metavar="FOLDER", help=PICTURES, show_default=False)],
    name: Annotated[str, typer.Option(help="What the guide is called from now on.")],
    domain: Annotated[Domain, typer.Option(help="What the pictures show; unknown is treated as medical.")],
    begin_from: Annotated[
        str | None, typer.Option("--from", help="The guide to begin with; without it, the nearest of the catalogue.")
    ] = None,
    *,
    any_way_up: Annotated[
        bool, typer.Option("--any-way-up", help="The pictures have no up, as of skin and tissue: turn them too.")
    ] = False,
) -> None:
    """Tune a guide to classes of your own: a folder for each class, called after it, at least 20 pictures in each.

    It goes into the catalogue with its card. The same command goes on where it was stopped.
    """
    store = TuningStore(catalog.here())
    store.check_name(name)
    pictures = OwnPictures.of(pictures_at(source))
    counts = ", ".join(f"{c} {n}" for c, n in pictures.counts.items())
    typer.echo(" ".join((f"{len(pictures):,} pictures: {counts}.", *pictures.notes)), err=True)
    pictures.check_enough()
    sample, nearest = _nearest(pictures, domain, begin_from)
    request = TuningRequest(name, pictures, nearest, domain, TuningRecipe(any_way_up=any_way_up))
    pace = seconds_a_pass(request, sample)
    typer.echo(f"{request.recipe.described(len(pictures))} {EXPERIENCE}", err=True)
    typer.echo(f"Takes about {in_words(request.seconds(pace))}, by the pace of a few batches.", err=True)
    _follow(request, store)
    (entry,) = (e for e in catalog.entries() if e.name == name)
    typer.echo(f"The guide “{name}” is in the catalogue, tuned on {len(pictures):,} pictures from “{nearest}”.")
    typer.echo(catalog.fitness_of_entry(entry).sentence)


def _nearest(pictures: OwnPictures, domain: Domain, wanted: str | None) -> tuple[PictureSample, str]:
    """Return a sample of the pictures, and the name of the guide that is ``wanted`` or else the nearest."""
    *_, found = search_guides(pictures, catalog.entries() if wanted is None else ())
    assert found.sample is not None  # noqa: S101  the end has it
    if wanted is not None:
        return found.sample, wanted
    ranked = ranked_guides(found.guides, domain=domain)
    if not ranked:
        raise Refused("There is no guide to begin with; name one with --from.")
    for guide in ranked[:3]:
        typer.echo(f"{guide.name}: {guide.sentence()}", err=True)
    return found.sample, ranked[0].name


def _follow(request: TuningRequest, store: TuningStore) -> None:
    """Tune, and say on standard error how far it is, once a percent."""
    told = -1
    try:
        for progress in tune(request, store):
            if (percent := int(100 * progress.share)) > told:
                told = percent
                typer.echo(_line(progress), err=True)
    except KeyboardInterrupt as error:
        raise StoppedByHand(GOES_ON) from error


def _line(progress: TuningProgress) -> str:
    left = "" if not progress.seconds_left else f", about {in_words(progress.seconds_left)} left"
    return f"{progress.share:.0%}. {progress.what}{left}."
