"""What a person takes away from an inspection: the report, every number, and how to find the same elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core.enhancement.export import Intent, export_stem, name_for_files
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.examine import Question
from lwise_core.inspection.figure_files import figures_zip
from lwise_core.inspection.report import Report, ReportSubject
from lwise_core.inspection.report_beside import Beside
from pages.parts.inspect.attribution_panel import known_maps
from pages.parts.inspect.counter_panel import known_judges
from pages.parts.inspect.indicators_panel import further_findings
from pages.parts.inspect.inspected import Asked, InspectedPath, asked_so_far
from pages.parts.inspect.second_opinions_panel import known_opinions
from pages.parts.picture.downloads import download
from pages.parts.session.case import Case
from pages.parts.session.guide_engines import slot
from pages.parts.session.guides import another_guide
from pages.parts.ui.heatmap_picture import chosen_colours
from pages.parts.ui.notices import plain


def report_panel(place: DeltaGenerator, case: Case, one: InspectedPath, *, when: Literal["early", "late"]) -> None:
    """Draw in ``place`` the downloads of what is known of ``one``, and say what is not among it.

    ``when`` says whether the open tab is still waiting for something.
    """
    if one.found is None:
        return
    path, findings = one.path, further_findings(one.key, one.path, one.said_to_show) or one.found
    maps = known_maps(one.key, path, epsilon=one.epsilon)
    intent = Intent(stated=one.stated, towards=one.towards, epsilon=one.epsilon, extent=case.extent)
    name = name_for_files(path.guide, case.photograph)
    subject = ReportSubject(name, one.stated, one.epsilon, one.stated_by)
    beside = Beside(known_judges(one.key), known_opinions(one.key, path, epsilon=one.epsilon))
    report = Report(subject, findings, maps, beside)
    with place.container():
        files_row(report, stem=f"{export_stem(name, path, intent)}_inspected", when=when)
        st.caption(
            " ".join(
                (
                    "Report, numbers, pixels and figures of what is computed so far.",
                    *report.missing,
                    "Figures: every map and plot as PNG (300 dpi) and SVG, 85 mm wide, with what it shows.",
                )
            )
        )


def words_panel(case: Case, one: InspectedPath) -> None:
    """Draw how to find the same in the shell and in Python."""
    with st.expander("The same from the shell and from Python"):
        st.code(shell_words(case, one.path, stated=one.stated, epsilon=one.epsilon), language="shell", wrap_lines=True)
        words = python_words(case, one.path, stated=one.stated, epsilon=one.epsilon, asked=asked_so_far(one.key))
        st.code(words, language="python")
        if one.said_to_show is None:
            st.caption(
                f"Nobody has said what the picture shows: {plain(one.stated)} is what the guide takes it for. "
                "Write there what it does show."
            )
        if one.path.request.within is not None:
            st.caption("The region is not in these words: download it, and add --only-mask region.png in the shell.")


def files_row(report: Report, *, stem: str, when: str) -> None:
    """Draw the files of ``report``; ``when`` tells its buttons from others on the page."""
    files: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
        ("Report (HTML)", lambda: report.as_html().encode(), "html", "text/html"),
        ("Every number (JSON)", lambda: report.as_json().encode(), "json", "application/json"),
        ("Every pixel (NPZ)", report.as_arrays, "npz", "application/octet-stream"),
        ("Figures (ZIP)", partial(figures_zip, report, colours=chosen_colours()), "zip", "application/zip"),
    )
    for column, (title, content, ending, kind) in zip(st.columns(4), files, strict=True):
        download(column, title, partial(slot().do, content), f"{stem}.{ending}", kind, key=f"{ending}-{when}")


def shell_words(case: Case, path: EnhancementPath, *, stated: str, epsilon: float) -> str:
    """Return the command that finds the same in the shell."""
    crop = f"{case.crop.left},{case.crop.top},{case.crop.side}"
    words = ["python", "-m", "lwise_core", "inspect", case.photograph.name, "--class", stated, "--towards", _to(path)]
    words += ["--eps", f"{epsilon:.4g}", "--guide", path.guide.name, "--crop", crop, "--report", "report.html"]
    return shlex.join(words)


def python_words(case: Case, path: EnhancementPath, *, stated: str, epsilon: float, asked: Asked) -> str:
    """Return the lines that find in Python every number that the page shows."""
    second = another_guide(path.guide, class_name=_to(path))
    return f"""import lwise_core as lw
from lwise_core.images import Crop

guide = lw.load_guide({path.guide.name!r})
photo = lw.open_image({case.photograph.name!r})
path = lw.enhance(guide, photo, {stated!r}, {", ".join(_path_words(case, path))})
found = lw.inspect(path, {", ".join(_question_words(path, asked.question))}second={_loaded(second)}).at(
    path.epsilons[{round(epsilon / path.step)}]  # ε = {epsilon:.2f}
)
print(found.every_number())
for name in {list(asked.others)!r}:
    print(found.said_by(lw.load_guide(name)))
"""


def _path_words(case: Case, path: EnhancementPath) -> list[str]:
    """Return the options that the path was walked with."""
    crop, aim = case.crop, case.aim
    words = [f"towards={_to(path)!r}", f"crop=Crop(left={crop.left}, top={crop.top}, side={crop.side})"]
    if aim.objective != DEFAULT_OBJECTIVE:
        words += [f"objective={aim.objective!r}", f"rivals={list(aim.rivals)!r}"]
    return words + ["exact=True"] * (path.precision == "float32")


def _question_words(path: EnhancementPath, question: Question | None) -> list[str]:
    """Return the options that say which maps are asked for, with an empty one at the end."""
    if question is None:
        return []
    words = [f"method={[m.name for m in question.methods]!r}", f"of={path.guide.classes[question.target]!r}"]
    return [*words, *([f"layer={question.layer!r}"] if question.layer else []), ""]


def _loaded(guide: GuideModel | None) -> str:
    return "None" if guide is None else f"lw.load_guide({guide.name!r})"


def _to(path: EnhancementPath) -> str:
    return path.guide.classes[int(path.request.targets[0])]
