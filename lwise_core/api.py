"""The library's front door: a guide, a photograph, its difficulty, its enhancement, and how far to trust that.

Nothing is computed here: each function puts together what the packages below do, as the shell and the pages do, so
that all three find the same figures. Where a function takes ``on_progress``, that is called with the share that is
done, in [0, 1]; whatever it raises stops the work and is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Literal, TypeVar

from lwise_core import inspection  # its METHODS, and with them Captum, are imported when one is asked for
from lwise_core._utils.class_names import SOMETHING_ELSE, canonical
from lwise_core._utils.errors import LWiseError
from lwise_core.batch.folder_job import FolderResults, LabelledFolder, folder_job, this_machine
from lwise_core.batch.job import Job
from lwise_core.batch.settings import JobSettings
from lwise_core.data.entries import Labels
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE, Harder, objective_named
from lwise_core.enhancement.path import EnhancementPath, PathRequest
from lwise_core.enhancement.photograph_path import EnhancedPhotograph, PhotographPath
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog, difficulty, grouped_guide
from lwise_core.guides.catalog import GuideEntry
from lwise_core.guides.class_groups import class_groups_at
from lwise_core.guides.difficulty import Difficulty
from lwise_core.guides.guide import GuideModel as Guide
from lwise_core.guides.looking import look
from lwise_core.guides.second_guide import second_guide
from lwise_core.guides.wobble import Wobble
from lwise_core.images.alignment import aligned
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop
from lwise_core.images.opening import open_image
from lwise_core.inspection import attribution
from lwise_core.inspection.attribution import Attribution, AttributionMethod
from lwise_core.inspection.examine import Question, examine
from lwise_core.inspection.photograph_inspection import PhotographInspection
from lwise_core.inspection.picture_pair import InspectedPair, PicturePair
from lwise_core.inspection.regions import Region

__all__ = [
    "Difficulty",
    "EnhancedPhotograph",
    "EnhancementPath",
    "FolderResults",
    "Guide",
    "Photograph",
    "PhotographPath",
    "attribute",
    "download_guide",
    "enhance",
    "enhance_folder",
    "group_classes",
    "inspect",
    "inspect_pair",
    "list_guides",
    "load_guide",
    "open_image",
    "score",
    "score_folder",
    "wobble",
]

OnProgress = Callable[[float], object]
_T = TypeVar("_T")


class NotPossible(LWiseError):
    """Something was asked that makes no sense. The message is one sentence."""


def list_guides() -> tuple[GuideEntry, ...]:
    """Return every guide of this installation with its card: bundled, added, and published ones that can be fetched."""
    return catalog.entries()


def load_guide(name: str) -> Guide:
    """Return a guide of :func:`list_guides`; case, space, hyphen and underscore do not count.

    Raises:
        GuideUnavailable: There is no such guide, or it is damaged or not downloaded.
    """
    return catalog.load(name)


def download_guide(name: str, *, on_progress: OnProgress | None = None) -> Guide:
    """Fetch a published guide and return it; a download that was stopped goes on where it stopped.

    Raises:
        GuideUnavailable: No published guide has that name.
        DownloadError: It could not be fetched; the message says what is kept.
        CheckpointError: It was fetched, but its weights cannot be read; they are removed again.
    """
    for progress in catalog.here().download(name):
        if on_progress is not None and progress.total:
            on_progress(progress.done / progress.total)
    return catalog.load(name)


def group_classes(guide: Guide, groups: str | Path) -> Guide:
    """Return ``guide`` with groups of its classes as classes: the logit of a group is the highest of its members'.

    Args:
        guide: Whose classes are grouped; it stays as it is.
        groups: A CSV with the columns ``group`` and ``class``, ``index`` or ``wnid``, or “imagenet-animals”, which are
            the paper's sixteen groups of ImageNet's 1,000 classes.

    Raises:
        LWiseError: The groups do not fit the guide, or the file cannot be used; the message says why.
    """
    return grouped_guide.grouped(guide, class_groups_at(groups, classes=guide.classes))


def score(guide: Guide, photograph: Photograph, class_name: str, *, crop: Crop | None = None) -> Difficulty:
    """Return how hard a photograph is to recognise as ``class_name``; printed, it is a sentence.

    Its ``novelty`` says whether the photograph is unlike everything that the guide learnt, with its p.

    Args:
        guide: Its ground-truth logit is the measure, and its held-out references are what that is compared with.
        photograph: What :func:`open_image` returned.
        class_name: What it shows, a class of the guide.
        crop: The square that the guide looks at; the largest central one where it is None.

    Raises:
        UnknownClass: The guide has no such class.
    """
    subject, target = _subject(photograph, crop), guide.class_index(class_name)
    looks = look(guide, subject.seen(size=guide.input_size)[None])
    return difficulty.difficulty_of(guide, looks.logits[0], target=target, novelty=looks.novelty[0])


def wobble(guide: Guide, photograph: Photograph, class_name: str, *, crop: Crop | None = None) -> Wobble:
    """Return by how much the difficulty changes with small crops, mirroring and JPEG; printed, it is a sentence.

    The arguments and errors are those of :func:`score`.
    """
    return Wobble.of(guide, _subject(photograph, crop).square, target=guide.class_index(class_name))


def enhance(
    guide: Guide,
    photograph: Photograph,
    class_name: str,
    *,
    towards: str = "",
    crop: Crop | None = None,
    objective: str = DEFAULT_OBJECTIVE,
    rivals: Sequence[str] = (),
    harder: bool = False,
    within: Region | None = None,
    exact: bool = False,
    on_progress: OnProgress | None = None,
) -> PhotographPath:
    """Return the ε-path of a photograph: every ε up to the guide's largest, from one computation.

    Args:
        guide: Its gradients are followed.
        photograph: What :func:`open_image` returned.
        class_name: What it shows, a class of the guide, or “something else”.
        towards: The class to enhance towards, where that is another; the result is marked as not in the original.
        crop: The square that the guide looks at; the largest central one where it is None.
        objective: What is raised; the names are those of ``lwise_core.enhancement.OBJECTIVES``.
        rivals: Classes to diverge from, for objectives that take rivals.
        harder: Whether to go the other way.
        within: The pixels of what the guide sees that may change; all where it is None.
        exact: fp32 throughout, also where a faster arithmetic was checked for this guide on this machine.
        on_progress: See the module; the path has ``guide.epsilon_scale.steps`` steps.

    Raises:
        UnknownClass: The guide has no such class.
        NotPossible: The photograph shows something else, and no class to enhance towards was given.
        NonFinite: The guide returned NaN or infinity.
    """
    stated, aimed = _stated_and_aimed(guide, class_name, towards)
    chosen = objective_named(objective, rivals=[guide.class_index(rival) for rival in rivals])
    subject = _subject(photograph, crop)
    request = PathRequest.single(
        subject.seen(size=guide.input_size),
        target=guide.class_index(aimed),
        objective=Harder(chosen) if harder else chosen,
        within=None if within is None else within.mask,
    )
    paths = (Walker(guide) if exact else Walker.trusted(guide)).walk(request)
    steps = guide.epsilon_scale.steps
    path = _last(paths, on_progress, lambda growing: (len(growing.frames) - 1) / steps)
    return PhotographPath(subject, path, stated)


def inspect(
    path: PhotographPath,
    *,
    method: str | Sequence[str] = (),
    of: str = "",
    layer: str | None = None,
    second: Guide | Literal["auto"] | None = "auto",
    on_progress: OnProgress | None = None,
) -> PhotographInspection:
    """Return how far to trust every ε of an enhancement; ``.at(ε)``, printed, says what both lights say.

    Args:
        path: What :func:`enhance` returned.
        method: Which attributions are made at each ε, by name, such as “saliency” or “grad-cam”.
        of: The class that they are of; the one enhanced towards where it is empty.
        layer: For the two Grad-CAMs; the default layer where it is None.
        second: The guide that says whether the gain transfers: “auto” takes the one of the catalogue that knows the
            class and learnt for itself, where there is one; None asks none.
        on_progress: See the module.

    Raises:
        UnknownClass: The guide has no class ``of``.
        NotPossible: There is no such method.
        NonFinite: A guide returned NaN or infinity.
    """
    guide = path.guide
    methods = tuple(map(_method, [method] if isinstance(method, str) else method))
    other = second_guide(guide, class_name=path.towards) if second == "auto" else second
    walker = None if path.path.precision == "float32" else Walker.trusted(guide)
    findings = _last(
        examine(path.path, other=other, walker=walker, stated=path.stated), on_progress, lambda found: found.done
    )
    return PhotographInspection(path, findings, Question(guide.class_index(of or path.towards), methods, layer), other)


def inspect_pair(
    guide: Guide,
    original: Photograph,
    altered: Photograph,
    class_name: str,
    *,
    towards: str = "",
    crop: Crop | None = None,
    method: str | Sequence[str] = (),
    second: Guide | Literal["auto"] | None = "auto",
) -> InspectedPair:
    """Return how far to trust what somebody else made of a photograph; printed, it says what both lights say.

    Args:
        guide: Is asked what was there before, and what is there now.
        original: What :func:`open_image` returned.
        altered: A picture that was made of it, of its shape at any size, or the square alone; a small shift is undone.
        class_name: What the original shows, a class of the guide, or “something else”.
        towards: The class that the change is inspected for, where that is another.
        crop: The square of the original that is looked at; the largest central one where it is None.
        method: Which attributions are made, by name.
        second: The guide that is asked for its opinion too; as for :func:`inspect`.

    Raises:
        NotAPair: They have different shapes, show different pictures, or are the same to the guide.
        UnknownClass: The guide has no such class.
        NotPossible: There is no such method, or no class to inspect the change for.
        NonFinite: A guide returned NaN or infinity.
    """
    stated, aimed = _stated_and_aimed(guide, class_name, towards)
    pair = PicturePair(original, altered, aligned(original, altered, crop=_subject(original, crop).crop), stated)
    target = guide.class_index(aimed)
    methods = tuple(map(_method, [method] if isinstance(method, str) else method))
    other = second_guide(guide, class_name=aimed) if second == "auto" else second
    *_, found = pair.inspected(pair.path(guide, target=target), Question(target, methods), second=other)
    return found


def attribute(
    guide: Guide,
    photograph: Photograph,
    class_name: str,
    *,
    method: str = "saliency",
    crop: Crop | None = None,
    layer: str | None = None,
) -> Attribution:
    """Return the map of what the logit of ``class_name`` rests on in a photograph, as the guide sees it.

    Raises:
        UnknownClass: The guide has no such class.
        NotPossible: There is no such method.
        Unavailable: The method or the layer would not mean on this guide what its name says.
        NonFinite: The guide returned NaN or infinity.
    """
    image, target = _subject(photograph, crop).seen(size=guide.input_size), guide.class_index(class_name)
    return attribution.attribute(guide, image, target=target, method=_method(method), layer=layer)


def score_folder(
    guide: Guide,
    pictures: str | Path,
    out: str | Path,
    *,
    labels: Labels | str | None = None,
    column: str = "",
    on_progress: OnProgress | None = None,
) -> FolderResults:
    """Rank a whole data set into the folder ``out``; called again, it does only the rest.

    Args:
        guide: Says how hard each picture is.
        pictures: A folder laid out as [split/]class/file, a dirmap CSV, or a zip or tar of such a folder.
        out: A folder outside the set, for the results.
        labels: Who says the classes: “folder”, “column” (of the CSV) or “guide”; None for what is usual.
        column: The column of the CSV, “class” where it is empty.
        on_progress: See the module.

    Raises:
        LWiseError: The set, the folder or a class cannot be used; the message says why and what is kept.
    """
    labelled = LabelledFolder(pictures, labels, column)
    return _done(folder_job(guide, labelled, settings=JobSettings(), out=Path(out)), on_progress)


def enhance_folder(
    guide: Guide,
    pictures: str | Path,
    out: str | Path,
    epsilons: Sequence[float],
    *,
    settings: JobSettings | None = None,
    labels: Labels | str | None = None,
    column: str = "",
    on_progress: OnProgress | None = None,
) -> FolderResults:
    """Enhance a whole data set at every one of ``epsilons``, in the guide's units, and rank it too.

    ``settings`` has the objective, the direction and the naming of files; the rest is as for :func:`score_folder`.
    """
    chosen = replace(settings or JobSettings(), epsilons=tuple(sorted(epsilons)))
    labelled = LabelledFolder(pictures, labels, column)
    return _done(folder_job(guide, labelled, settings=chosen, out=Path(out)), on_progress)


def _done(job: Job, on_progress: OnProgress | None) -> FolderResults:
    progress = _last(job.run(this_machine()), on_progress, lambda now: now.done / max(1, now.total))
    return FolderResults.of(job, progress)


def _subject(photograph: Photograph, crop: Crop | None) -> CroppedPhotograph:
    """Return the photograph with its square.

    Raises:
        NotPossible: The square does not lie inside it.
    """
    asked = Crop.central(photograph) if crop is None else crop
    if asked != asked.within(photograph):
        size = f"{photograph.width} × {photograph.height} px"
        raise NotPossible(f"The crop {asked} does not lie inside “{photograph.name}” ({size}); choose another.")
    return CroppedPhotograph(photograph, asked)


def _stated_and_aimed(guide: Guide, class_name: str, towards: str) -> tuple[str, str]:
    other = canonical(class_name) == canonical(SOMETHING_ELSE)
    stated = SOMETHING_ELSE if other else guide.classes[guide.class_index(class_name)]
    if other and not towards:
        raise NotPossible(f"A photograph of {SOMETHING_ELSE} has no class of its own; say which one to go towards.")
    return stated, guide.classes[guide.class_index(towards)] if towards else stated


def _method(name: str) -> AttributionMethod:
    if name not in inspection.METHODS:
        raise NotPossible(f"There is no method “{name}”; choose one of {', '.join(inspection.METHODS)}.")
    return inspection.METHODS[name]


def _last(values: Iterator[_T], on_progress: OnProgress | None, share: Callable[[_T], float]) -> _T:
    """Return the last of ``values``, which there is, and say of each how far it is."""
    last = next(values)
    for value in chain([last], values):
        last = value
        if on_progress is not None:
            on_progress(share(last))
    return last
