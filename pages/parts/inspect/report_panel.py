"""What a person takes away from an inspection: the report, every number, and how to find the same elsewhere."""

from __future__ import annotations

import shlex
from functools import partial

import streamlit as st

from lwise_core.enhancement.export import Intent, export_stem, name_for_files
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.inspection.report import Report, ReportSubject
from pages.parts.inspect.attribution_panel import MAPS
from pages.parts.inspect.indicators_panel import LIGHTS
from pages.parts.picture.downloads import download
from pages.parts.session.case import Case
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import Later, finished

_INCOMPLETE = "The report can be taken away once the lights and the maps above are complete."


def report_panel(case: Case, path: EnhancementPath, *, stated: str, epsilon: float, guessed: bool) -> Later:
    """Draw how to find the same elsewhere, and later the downloads of what was found at ``epsilon``.

    ``guessed`` says that nobody stated the class.
    """
    downloads = st.empty()
    downloads.caption(_INCOMPLETE)
    with st.expander("The same from the shell and from Python"):
        st.code(shell_words(case, path, stated=stated, epsilon=epsilon), language="shell", wrap_lines=True)
        st.code(python_words(case, path, epsilon=epsilon), language="python")
        if path.request.within is not None:
            st.caption("The region is not in these words: --only-box and --only-evidence restrict the change there.")

    def later() -> None:
        findings, maps = finished(LIGHTS), finished(MAPS)
        if findings is not None and maps is not None:
            intent = Intent(stated=stated, towards=_to(path), epsilon=epsilon, extent=case.extent)
            name = name_for_files(path.guide, case.photograph)
            report = Report(ReportSubject(name, stated, epsilon, guessed=guessed), findings, maps)
            with downloads.container():
                _files(report, stem=f"{export_stem(name, path, intent)}_inspected")

    return later


def _files(report: Report, *, stem: str) -> None:
    for column, (title, content, ending, kind) in zip(
        st.columns(3),
        (
            ("Report (HTML)", lambda: report.as_html().encode(), "html", "text/html"),
            ("Every number (JSON)", lambda: report.as_json().encode(), "json", "application/json"),
            ("Every pixel (NPZ)", report.as_arrays, "npz", "application/octet-stream"),
        ),
        strict=True,
    ):
        download(column, title, partial(slot().do, content), f"{stem}.{ending}", kind)


def shell_words(case: Case, path: EnhancementPath, *, stated: str, epsilon: float) -> str:
    """Return the command that finds the same in the shell."""
    crop = f"{case.crop.left},{case.crop.top},{case.crop.side}"
    words = ["python", "-m", "lwise_core", "inspect", case.photograph.name, "--class", stated, "--towards", _to(path)]
    words += ["--eps", f"{epsilon:.4g}", "--guide", path.guide.name, "--crop", crop, "--report", "report.html"]
    return shlex.join(words)


def python_words(case: Case, path: EnhancementPath, *, epsilon: float) -> str:
    """Return the lines that find the same in Python."""
    crop = case.crop
    return f"""from pathlib import Path

from lwise_core.guides import catalog
from lwise_core.inspection.attribution_methods import SALIENCY
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest, walk
from lwise_core.images.geometry import Crop
from lwise_core.images.codec import open_photograph
from lwise_core.inspection.examine import Question, examine, maps_at
from lwise_core.enhancement.rendering import CroppedPhotograph

guide = catalog.load({path.guide.name!r})
photograph = open_photograph(Path({case.photograph.name!r}).read_bytes(), name={case.photograph.name!r})
crop = Crop(left={crop.left}, top={crop.top}, side={crop.side})
image = CroppedPhotograph(photograph, crop).seen(size=guide.input_size)
target = guide.class_index({_to(path)!r})
*_, path = walk(guide, PathRequest.single(image, target=target, objective=GroundTruthLogit()))
*_, findings = examine(path)
*_, maps = maps_at(path, Question(target, (SALIENCY,)), epsilon={epsilon:.4g})
print(findings.risks[round({epsilon:.4g} / path.step)].semantic.sentence)
"""


def _to(path: EnhancementPath) -> str:
    return path.guide.classes[int(path.request.targets[0])]
