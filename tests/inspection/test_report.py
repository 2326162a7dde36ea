from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from html.parser import HTMLParser
from math import isfinite

import numpy as np
import pytest

from lwise_core.enhancement.export import StatedBy
from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.guide import CalibratedOn, GuideModel
from lwise_core.guides.stage_features import StageFeatures, stages_of
from lwise_core.images.codec import open_photograph
from lwise_core.inspection.attribution_methods import OCCLUSION, SALIENCY
from lwise_core.inspection.examine import Question, examine, examine_counted, maps_at, opinion_at, paint_others
from lwise_core.inspection.report import Report, ReportSubject
from lwise_core.inspection.report_beside import Beside
from lwise_core.inspection.wording import opinion_row
from tests.inspection.test_evidence import path_of
from tests.inspection.test_hallucination import with_references

EPSILON_STEPS = 3


def report_on(guide: GuideModel, *, epsilon: float | None = None, photograph: str = "moth.png") -> Report:
    path = path_of(guide, target=1)
    budget = EPSILON_STEPS * path.step if epsilon is None else epsilon
    *_, findings = examine(path)
    *_, maps = maps_at(path, Question(1, (SALIENCY, OCCLUSION)), epsilon=budget)
    *_, judges = paint_others(path, towards=(2, 3), steps=EPSILON_STEPS, stated="b")
    other = replace(guide, name="another")
    opinions = tuple(opinion_at(path, one, epsilon=budget, class_name="b") for one in (guide, other))
    return Report(ReportSubject(photograph, "b", budget), findings, maps, Beside(judges, opinions))


@pytest.fixture
def report(tiny_guide: GuideModel) -> Report:
    return report_on(with_references(tiny_guide))


def test_every_pixel_is_there_for_who_computes_on(report: Report) -> None:
    with np.load(io.BytesIO(report.as_arrays())) as arrays:
        assert set(arrays) == {
            "original",
            "enhanced",
            "similarity",
            "support",
            "saliency/original",
            "saliency/enhanced",
            "occlusion/original",
            "occlusion/enhanced",
        }
        assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}
        path = report.findings.path
        assert np.array_equal(arrays["original"], path.frames[0].images[0].numpy())
        assert np.array_equal(arrays["enhanced"], path.at(report.subject.epsilon).images[0].numpy())
        assert np.array_equal(arrays["occlusion/enhanced"], report.maps[1].after.values)


class Links(HTMLParser):
    """Collects everything that a browser would fetch or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [v or "" for k, v in attrs if k in ("src", "href", "srcset", "action", "data")]


def numbers_in(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        for child in value.values():
            yield from numbers_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from numbers_in(child)
    elif isinstance(value, float):
        yield value


def test_the_file_needs_no_network_and_runs_nothing(report: Report) -> None:
    links = Links(report.as_html())
    assert links.fetched
    assert all(f.startswith("data:image/png;base64,") for f in links.fetched)
    assert not {"script", "link", "iframe", "object", "form"} & set(links.tags)


def test_every_picture_is_a_png_with_a_strip_and_says_what_it_is(report: Report) -> None:
    text = report.as_html()
    pictures = re.findall(r'alt="([^"]+)" src="data:image/png;base64,([^"]+)"', text)
    assert len(pictures) == 3 + 2 * 3 + 2
    for title, data in pictures:
        pixels = open_photograph(base64.b64decode(data), name="x.png").pixels
        assert pixels.shape[0] > pixels.shape[1] - 1  # the strip stands below a square
        assert "ot for diagnosis" in title
    assert sum("AI-altered" in title for title, _ in pictures) == 4


def test_names_are_text_and_nothing_else(tiny_guide: GuideModel) -> None:
    hostile = report_on(
        replace(tiny_guide, name='<img src="http://evil">', classes=("a", "<script>x</script>", "c", "d", "e")),
        photograph='"><script>alert(1)</script>.png',
    )
    links = Links(hostile.as_html())
    assert "script" not in links.tags
    assert all(f.startswith("data:") for f in links.fetched)


def test_json_has_every_number_and_none_that_is_none(report: Report) -> None:
    numbers = json.loads(report.as_json())
    assert all(isfinite(n) for n in numbers_in(numbers))
    assert len(numbers["along"]) == len(report.findings.risks)
    assert numbers["along"][EPSILON_STEPS]["values"] == {
        key: i["value"] for light in ("semantic", "artefact") for key, i in numbers[light]["indicators"].items()
    }
    assert [m["method"] for m in numbers["maps"]] == ["saliency", "occlusion"]
    assert numbers["semantic"]["state"] == report.risk.semantic.state.value


def test_the_page_shows_the_numbers_of_the_json(report: Report) -> None:
    numbers, text = json.loads(report.as_json()), report.as_html()
    for light in ("semantic", "artefact"):
        assert numbers[light]["sentence"] in text
        for indicator in numbers[light]["indicators"].values():
            if indicator["value"] is not None:
                assert f"{indicator['value']:.3g}" in text


def test_a_guess_is_not_called_stated(report: Report) -> None:
    guessed = replace(report, subject=replace(report.subject, stated_by=StatedBy.GUESS))
    assert "Stated to show <strong>b</strong>." in report.as_html()
    assert "The guide's own guess: <strong>b</strong>; nobody stated it." in guessed.as_html()
    assert "Stated to show" not in guessed.as_html()
    assert [json.loads(r.as_json())["stated_by"] for r in (report, guessed)] == ["person", "guess of the guide"]
    sample = replace(report, subject=replace(report.subject, stated_by=StatedBy.SAMPLE))
    assert "Stated to show <strong>b</strong> by the sample's own record." in sample.as_html()


@pytest.mark.parametrize(("bias", "state"), [(-1000.0, "no flag"), (1000.0, "flagged"), (None, "cannot judge")])
def test_a_report_says_whether_the_original_is_unlike_what_the_guide_learnt(
    report: Report, bias: float | None, state: str
) -> None:
    path, known = report.findings.path, None
    if bias is not None:
        stages = stages_of(path.guide)
        size = StageFeatures.of(path.guide, stages).read(path.frames[0].images[:1])[1].shape[1]
        known = Familiarity(stages, np.zeros(size, np.float32), bias, np.zeros(100, np.float32), sha256="0" * 64)
    over = replace(path, guide=replace(path.guide, familiarity=known))
    judged = replace(report, findings=replace(report.findings, path=over))
    numbers = json.loads(judged.as_json())
    p = {"no flag": 1.0, "flagged": 1 / 101}.get(state)
    assert (numbers["unlike"], numbers["unlike_p"]) == (state, p)
    assert f"{judged.novelty}</p>" in judged.as_html()
    assert ('<p class="warn">Flagged: it is unlike' in judged.as_html()) == (state == "flagged")


def test_an_indicator_with_a_value_and_no_limit_is_called_not_counted_as_on_the_page(report: Report) -> None:
    rows = re.findall(
        r"<tr><td>[^<]+ \((H\w+)\)</td><td>(.*?)</td><td>.*?</td>\s*<td>(.*?)</td><td>(.*?)</td>", report.as_html()
    )
    states = {key: (value != "–", limit, state.partition(":")[0]) for key, value, limit, state in rows}
    indicators = [i for light in (report.risk.semantic, report.risk.artefact) for i in light.indicators]
    assert len(states) == len(indicators)
    uncounted = {i.measure.key for i in indicators if i.value is not None and i.limit is None}
    assert uncounted
    for i in indicators:
        known, limit, state = states[i.measure.key]
        assert state == ("not counted" if i.measure.key in uncounted else i.state.value)
        assert known == (i.value is not None)
        assert (limit == "no limit") == (i.limit is None)


def test_the_page_begins_with_the_pictures_and_the_verdict(report: Report) -> None:
    page = report.as_html()
    order = ["<img", "Can you trust this change?", report.verdict, "<table"]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert json.loads(report.as_json())["verdict"] == report.verdict


def test_a_report_of_what_is_known_so_far_says_what_is_missing(tiny_guide: GuideModel, report: Report) -> None:
    path = path_of(with_references(tiny_guide), target=1)
    *_, begun, last = (f for f in examine_counted(path) if len(f.risks) > EPSILON_STEPS)
    subject = ReportSubject("moth.png", "b", EPSILON_STEPS * path.step)
    early, late = Report(subject, begun), Report(subject, last)
    assert early.missing == ("The lights at other ε were still being computed.", *late.missing)
    assert len(late.missing) == 4
    assert report.missing == ()
    assert early.verdict == late.verdict
    for one in (early, late):
        assert json.loads(one.as_json())["missing"] == list(one.missing)
        assert all(sentence in one.as_html() for sentence in one.missing)
    assert json.loads(early.as_json())["no_flag_up_to"] is None
    assert "No flag up to" not in early.as_html()
    assert "Not in this report" not in report.as_html()


def test_it_holds_what_else_was_painted_and_what_guides_say(report: Report) -> None:
    page, numbers = report.as_html(), json.loads(report.as_json())
    opinions = report.beside.opinions
    assert [one["towards"] for one in numbers["painted"]] == ["c", "d"]
    for told in numbers["painted"]:
        assert told["verdict"] in page
        assert f"it goes towards {told['towards']}, but the picture is said to show b." in told["verdict"]
        altered = f"AI-altered towards {told['towards']}, ε = {told['epsilon']:.3g}."
        assert f"{altered} Features not in the original. Not for diagnosis." in page
        assert told["after"][0] in report.findings.path.guide.classes
    assert numbers["opinions"] == json.loads(json.dumps([asdict(opinion) for opinion in opinions]))
    assert all(words in page for opinion in opinions for words in opinion_row(opinion, class_name="b").values())
    alone = replace(report, beside=Beside()).as_html()
    assert "Can it paint anything?" not in alone
    assert "Second opinion" not in alone


def test_at_zero_there_is_a_report_too(tiny_guide: GuideModel) -> None:
    nothing = report_on(tiny_guide, epsilon=0.0)
    numbers = json.loads(nothing.as_json())
    assert numbers["look"] is None
    assert numbers["artefact"]["state"] == "cannot judge"
    assert "nothing was changed" in nothing.as_html()


def test_a_caution_of_the_guide_is_repeated(tiny_guide: GuideModel) -> None:
    provenance = replace(tiny_guide.provenance, caution="It reads the frame.", training_epsilon=0.0)
    text = report_on(replace(tiny_guide, provenance=provenance)).as_html()
    assert "It reads the frame." in text
    assert "not known to be robust" in text


def test_a_report_says_on_whose_pictures_the_guide_was_calibrated(tiny_guide: GuideModel) -> None:
    on = CalibratedOn(40, "pond <b>", "2026-01-31", "a" * 64)
    guide = replace(tiny_guide, provenance=replace(tiny_guide.provenance, calibrated=on))
    made = report_on(guide)
    assert "calibrated on 40 pictures of “pond &lt;b&gt;” on 2026-01-31" in made.as_html()
    assert json.loads(made.as_json())["calibrated"]["folder"] == "pond <b>"
    assert "calibrated" not in report_on(tiny_guide).as_html()


def test_it_says_how_far_there_is_no_flag_and_shows_no_object_of_the_language(report: Report) -> None:
    page = report.as_html()
    assert "not a safety limit" in page or "cannot judge this picture" in page
    assert "built-in" not in page
    assert " object at 0x" not in page


def test_a_picture_changed_towards_what_it_is_not_said_to_show_says_that_its_features_were_not_there(
    report: Report,
) -> None:
    assert "Features not in the original" not in report.statement
    other = replace(report, subject=replace(report.subject, stated="c"))
    assert "Features not in the original. Not for diagnosis." in other.statement
    assert other.statement in other.as_html()
