"""The Models page, run without a browser."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import safetensors.torch
import torch
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.guides import catalog
from lwise_core.guides.card_words import accuracy_words
from lwise_core.guides.catalog import Catalog
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.guides.published_weights import Published
from pages.parts.models.cards import epsilon_words, share_words
from pages.parts.session.case import Case, Desk, KeptDesk
from tests.conftest import guide_of, tiny_network
from tests.guides.test_catalog import flip_a_bit, put_guide, robustness_file
from tests.guides.test_checkpoints import Runs, saved
from tests.support.local_server import Server, send, serving

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "pages" / "models.py"
ORACLE = ROOT / "tests" / "oracle" / "fixtures" / "robustness.pt"


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    """Do what Streamlit does when a page is closed: every test has the same session, which keeps what was read."""
    yield
    clear_session_resource_cache("test session id")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.delenv("LWISE_ALLOW_PATHS", raising=False)
    return tmp_path


@pytest.fixture
def at(home: Path) -> AppTest:  # noqa: ARG001  the page looks into it
    return fresh()


def fresh(*opened: str, guide: str = "") -> AppTest:
    """Return the page with these of its lines ``opened``; ``guide`` is the one that the address names."""
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for key in opened:
        app.session_state[key] = True
    if guide:
        app.query_params["guide"] = guide
    app.run()
    assert not app.exception, app.exception
    return app


def lines(at: AppTest) -> list[str]:
    """Return the lines of the guides that can be used, in their order."""
    said = [e.label.replace("\\", "") for e in at.expander]
    return [line for line in said if "at home" in line or "accuracy not" in line]


def named(line: str) -> str:
    return line.split("**")[1]


def said(at: AppTest) -> str:
    """Return everything the page says, without the backslashes and joiners that keep Markdown quiet."""
    parts = [*at.title, *at.header, *at.subheader, *at.markdown, *at.caption, *at.error, *at.success, *at.info]
    return "\n".join(str(p.value) for p in parts).replace("\\", "").replace("\u2060", "")


def upload(at: AppTest, data: bytes, *, name: str = "my weights.pt") -> AppTest:
    at.file_uploader(key="weight-file").set_value((name, data, "application/octet-stream"))
    return at.run()


def press(at: AppTest, label: str) -> AppTest:
    (button,) = (b for b in at.button if b.label == label)
    return button.click().run()


def test_the_bundled_card_says_what_was_measured_and_what_it_is_not_for(home: Path) -> None:  # noqa: ARG001
    at = fresh(guide="animals16-64")
    text = said(at)
    card = next(e.card for e in catalog.entries() if e.name == "animals16-64")
    assert card is not None
    (away,) = card.elsewhere
    for part in (
        card.intended_use,
        card.limits,
        card.not_for,
        card.licence,
        card.data,
        card.weights.sha256,
        "Not for diagnosis",
        f"Elsewhere, {away.name}",
        f"{away.accuracy.value:.1%} (",
        f"of {away.images:,} images",
        away.data,
        away.method,
    ):
        assert part in text
    assert {"Class", "References", f"Elsewhere: {away.name}"} <= set(at.dataframe[0].value.columns)
    clean = card.measured["clean_accuracy"]
    assert isinstance(clean, dict)
    assert f"{clean['value']:.1%}" in text
    assert "under an attack of 20 steps with ε 0.75" in text
    assert "guessing would give 6.2%" in text
    assert "ε₂₂₄ 0–20" in text
    assert "tensor" not in text.lower().replace("safetensors", "")  # the name of a file format


def test_a_closed_page_has_a_line_for_each_guide_and_computes_nothing_else(at: AppTest) -> None:
    bundled = [e.card for e in catalog.entries() if e.card is not None]
    assert len(lines(at)) == len(bundled)
    for card in bundled:
        (line,) = (line for line in lines(at) if named(line) == card.name)
        for part in (card.classes[0], f"{card.input_size} px", accuracy_words(card), f"not for {card.not_for}"):
            assert part in line
        assert any(words in line for words in (" fit to guide ·", " unfit to guide ·"))
        assert card.limits not in said(at)
    assert not at.dataframe


def test_published_guides_are_named_with_licence_address_and_size(at: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = "\n".join(e.label for e in at.expander).replace("\\", "")
    for published in catalog.PUBLISHED:
        assert f"{published.title}** · {published.input_size} px · {published.licence}" in labels
    lines_open = [f"published-{published.name}" for published in catalog.PUBLISHED]
    assert not any(b.label == "Download" for b in fresh(*lines_open).button)  # it would be for everybody
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: True)
    opened = fresh(*lines_open)
    for published in catalog.PUBLISHED:
        for part in (published.licence, published.address, published.source, published.remark):
            assert part in said(opened)
    assert sum(b.label == "Download" for b in opened.button) == len(catalog.PUBLISHED)


def test_the_guide_in_use_comes_first_and_before_it_the_one_that_a_link_names(home: Path) -> None:  # noqa: ARG001
    at = fresh()
    assert [named(line) for line in lines(at) if "in use" in line] == ["animals16-128"] == [named(lines(at)[0])]
    at = fresh(guide="dermoscopy7-128")
    assert [named(line) for line in lines(at)[:2]] == ["dermoscopy7-128", "animals16-128"]
    assert "two of three benign keratoses" in said(at)
    photograph = photograph_of(SAMPLES[0])
    at = AppTest.from_file(str(PAGE), default_timeout=60)
    at.session_state["desk"] = KeptDesk(Desk((Case.new(photograph, guide="phantom4-64", sample=SAMPLES[0]),)))
    assert [named(line) for line in lines(at.run()) if "in use" in line] == ["phantom4-64"] == [named(lines(at)[0])]


def test_a_link_to_a_guide_that_is_not_there_opens_nothing(home: Path) -> None:  # noqa: ARG001
    at = fresh(guide="../../etc/passwd")
    assert named(lines(at)[0]) == "animals16-128"
    assert not at.dataframe


def test_guides_of_one_domain_can_be_shown_alone(home: Path) -> None:
    put_guide(home / "models", "unanswered", domain="unknown")
    at = fresh()
    at.get("button_group")[0].set_value("Medical").run()
    assert [named(line) for line in lines(at)] == ["dermoscopy7-128", "lung3-128", "unanswered"]
    others = [named(e.label) for e in at.expander if "not downloaded" in e.label]
    assert len(others) == sum(p.domain.treated_as_medical for p in catalog.PUBLISHED)
    assert not at.exception


def test_a_damaged_guide_is_shown_with_its_reason_and_the_rest_lives_on(home: Path) -> None:
    flip_a_bit(put_guide(home / "models", "hurt"))
    put_guide(home / "models", "well")
    at = fresh()
    assert "This guide cannot be used. The weight file is damaged" in said(at)
    assert {str(s.value).replace("\\", "") for s in at.subheader} == {"hurt"}
    assert {"animals16-64", "well"} <= set(map(named, lines(at)))


def test_names_of_others_draw_nothing(home: Path) -> None:
    picture = "![x](http://192.0.2.1/x.png) <b>bold</b>"
    put_guide(home / "models", "mine", limits=picture, not_for=picture)
    at = fresh("card-mine")
    raw = "\n".join([*(str(m.value) for m in at.markdown), *(e.label for e in at.expander)])
    assert "![x](http" not in raw
    assert raw.count(r"\!\[x\]\(http") == 3  # the limits, and for whom it is not on the card and on its line


def test_an_upload_becomes_a_guide_of_this_session_only(at: AppTest) -> None:
    upload(at, ORACLE.read_bytes(), name="robustness.pt")
    text = said(at)
    for part in (
        "robustness library",
        "from the file: mean 0.491 0.482 0.447, standard deviation 0.202 0.199 0.201",
        "Epoch: 2".replace("Epoch: ", "Epoch:** "),
        "“optimizer”",
        "the attacker’s copies of 64 weights",
        "CompactResNet (width 4, stem stride 1), 4 classes, input 32 × 32 px",
        "Until this is answered, the guide is treated as medical.",
    ):
        assert part in text
    press(at, "Add for this session")
    assert "“robustness” is added" in said(at)
    guides: dict[str, GuideModel] = at.session_state["session_guides"]
    assert guides["robustness"].domain is Domain.UNKNOWN
    assert guides["robustness"].classes == ("class 0", "class 1", "class 2", "class 3")
    other = fresh()
    assert not other.session_state["session_guides"]
    press(at, "Remove")
    assert not at.session_state["session_guides"]


def test_what_the_person_answers_reaches_the_guide(at: AppTest) -> None:
    upload(at, saved(tiny_network(classes=2).state_dict()))
    at.text_input(key="guide-name").set_value("pets")
    at.radio(key="guide-domain").set_value(Domain.NATURAL)
    at.number_input(key="guide-trained").set_value(0.5)
    at.file_uploader(key="guide-classes").set_value(("names.txt", b"cat\ndog\n", "text/plain"))
    at.run()
    press(at, "Add for this session")
    guide: GuideModel = at.session_state["session_guides"]["pets"]
    assert (guide.classes, guide.domain, guide.caution_epsilon) == (("cat", "dog"), Domain.NATURAL, 3.5)
    at.selectbox[0].set_value(Domain.MEDICAL).run()
    assert at.session_state["session_guides"]["pets"].domain is Domain.MEDICAL
    assert not at.exception


def test_a_network_without_a_normaliser_in_its_file_can_take_pixels_as_they_are(at: AppTest) -> None:
    upload(at, safetensors.torch.save(tiny_network().state_dict()), name="plain.safetensors")
    (normaliser,) = (r for r in at.radio if "normaliser" in r.label)
    normaliser.set_value("None: pixels as they are").run()
    press(at, "Add for this session")
    guide: GuideModel = at.session_state["session_guides"]["plain"]
    assert float(guide.normaliser.mean.abs().max()) == 0
    assert float(guide.normaliser.std.max()) == 1


def test_a_malicious_upload_is_refused_and_no_program_is_handed_out_that_runs_it(at: AppTest, tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    upload(at, saved({"model": {}, "x": Runs(os.system, f"touch {marker}")}))
    assert "it wants to run" in said(at)
    assert not at.code
    assert not marker.exists()
    assert not at.exception


def test_an_upload_that_its_owner_can_convert_says_how(at: AppTest) -> None:
    upload(at, ORACLE.with_name("robustness_with_schedule_object.pt").read_bytes())
    assert "save_file" in at.code[0].value
    assert not at.exception


@pytest.mark.parametrize("data", [b"", b"hello", ORACLE.read_bytes()[:1000]])
def test_a_bad_upload_is_one_sentence_and_the_page_lives_on(at: AppTest, data: bytes) -> None:
    upload(at, data)
    assert len(at.error) == 1
    assert not at.exception
    upload(at, ORACLE.read_bytes())
    assert "What was read" in said(at)


def test_wrong_answers_are_said_and_the_file_is_kept(at: AppTest) -> None:
    upload(at, saved(tiny_network().state_dict()))
    at.text_input(key="guide-name").set_value("animals16-64").run()
    press(at, "Add for this session")
    assert "already a guide" in said(at)
    at.text_input(key="guide-name").set_value("mine").run()
    at.file_uploader(key="guide-classes").set_value(("names.txt", b"cat\ncat\n", "text/plain")).run()
    press(at, "Add for this session")
    assert "“cat” stands twice" in said(at)
    assert "What was read" in said(at)
    press(at, "Put this file away")
    assert "What was read" not in said(at)


def test_an_unknown_network_is_asked_for_by_name(at: AppTest) -> None:
    upload(at, saved({"fc.weight": torch.zeros(2, 4)}))
    assert "name its architecture" in said(at)
    at.text_input(key="guide-arch").set_value("resnet5000").run()
    assert "did you mean" in said(at)
    assert not any(b.label == "Add for this session" for b in at.button)


def test_a_name_of_any_length_is_not_compared_with_every_architecture(at: AppTest) -> None:
    """A million letters took 1.9 s, with Python's lock held, and 235 MB."""
    upload(at, saved({"fc.weight": torch.zeros(2, 4)}))
    at.text_input(key="guide-arch").set_value("a" * 100_000).run()
    assert at.session_state["guide-arch"] == "a" * 100


def test_a_path_is_not_asked_of_somebody_elsewhere(at: AppTest) -> None:
    assert not any("path" in t.label or "Hub" in t.label for t in at.text_input)


def test_a_path_on_this_machine_is_read_where_that_is_allowed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setenv("LWISE_ALLOW_PATHS", "1")
    at = fresh()
    (path,) = (t for t in at.text_input if "path" in t.label)
    path.set_value("/nowhere.pt")
    press(at, "Read it")
    assert "There is no file" in said(at)
    (path,) = (t for t in at.text_input if "path" in t.label)
    path.set_value(str(ORACLE))
    press(at, "Read it")
    assert "What was read from robustness.pt" in said(at)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: True)
    with serving() as running:
        theirs = Published(
            name="theirs",
            title="Theirs",
            address=running.address,
            file="theirs.pt",
            licence="MIT",
            source="a paper",
            domain=Domain.NATURAL,
            training_epsilon=1.0,
            architecture=None,
        )
        monkeypatch.setattr(catalog, "here", lambda: Catalog(catalog.BUNDLED, home, (theirs,)))
        yield running


def test_a_download_ends_as_a_guide_that_is_ready(server: Server) -> None:
    data = robustness_file(0)
    server.behaviour = lambda visit: send(visit, data)
    at = press(fresh("published-theirs", "card-theirs"), "Download")
    assert not at.exception
    assert "theirs" in set(map(named, lines(at)))
    assert "Published by others, downloaded" in "\n".join(str(m.value) for m in at.markdown)
    assert not any(b.label == "Download" for b in at.button)


def test_a_download_that_fails_is_said_beside_its_button(server: Server) -> None:
    server.behaviour = lambda visit: visit.head(404, Content_Length=0)
    at = press(fresh("published-theirs"), "Download")
    assert "404" in said(at)
    assert not at.exception
    assert any(b.label == "Download" for b in at.button)


def test_the_hub_is_asked_once_a_person_names_an_address_and_what_it_says_is_shown(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.address.rpartition("/")[0])
    at = fresh()
    at.text_input(key="hub-address").set_value("../ants")
    assert "hf-hub:OWNER/NAME" in said(press(at, "Fetch it"))
    at.text_input(key="hub-address").set_value("mine/ants")
    at = press(at, "Fetch it")
    assert "The Hub answered “501 Unsupported method" in said(at)
    assert not at.exception


def test_a_download_that_cannot_be_read_says_how_to_convert(server: Server) -> None:
    file = io.BytesIO()
    torch.save({"model": tiny_network()}, file)
    server.behaviour = lambda visit: send(visit, file.getvalue())
    at = press(fresh("published-theirs"), "Download")
    assert "it wants to run" in said(at)
    assert at.code
    assert any(b.label == "Download" for b in at.button)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.5, "50.0%"),
        ({"value": 0.663, "interval_95": [0.635, 0.689]}, "66.3% (63.5–68.9%)"),
        ({"value": 0.663}, "66.3%"),
        ({"value": 0.663, "interval_95": ["a", 2]}, "66.3%"),
        (None, "–"),
        ("0.5", "–"),
        (True, "–"),
        (7, "–"),
        ({"value": {"value": None}}, "–"),
    ],
)
def test_shares_of_any_card_are_worded_or_left_out(value: object, words: str) -> None:
    assert share_words(value) == words


def test_the_range_of_epsilon_carries_its_units() -> None:
    words = epsilon_words(input_size=64, domain=Domain.NATURAL, trained=0.75)
    assert words == "0–5.71 (ε₂₂₄ 0–20, up to 13.1 of 255 grey levels RMS); trained against changes up to 0.75"
    assert epsilon_words(input_size=224, domain=Domain.UNKNOWN, trained=None).endswith("training ε not known")


def test_a_session_keeps_only_so_many_guides(at: AppTest) -> None:
    data = saved(tiny_network().state_dict())
    for name in ("one", "two", "three", "four"):
        upload(at, data)
        at.text_input(key="guide-name").set_value(name).run()
        press(at, "Add for this session")
    assert list(at.session_state["session_guides"]) == ["one", "two", "three"]
    assert "remove one first" in said(at)


def grouped_by(at: AppTest, text: str) -> AppTest:
    """Bring a CSV of groups of the phantom's classes."""
    at.file_uploader(key="groups-phantom4-64").set_value(("mine.csv", text.encode(), "text/csv")).run()
    assert not at.exception, at.exception
    return at


def test_a_csv_of_groups_makes_a_further_guide_of_this_session(home: Path) -> None:  # noqa: ARG001
    first, second, third, _ = catalog.load("phantom4-64").classes
    at = fresh("card-phantom4-64")
    grouped_by(at, f"class,group\n{first},left\n{second},left\n")
    assert "There are 1 groups" in said(at)
    assert not at.session_state["session_guides"]
    at.session_state["grouping-phantom4-64"] = True  # as in a browser, where the popover is open
    grouped_by(at, f"class,group\n{first},left\n{second},left\n{third},right\n")
    assert "“phantom4-64 (mine)” is added for this session" in said(at)
    assert at.session_state["grouping-phantom4-64"] is False  # closed, or it would lie over that sentence
    made = at.session_state["session_guides"]["phantom4-64 (mine)"]
    assert made.classes == ("left", "right")
    assert "phantom4-64 (mine)" in [named(line) for line in lines(at)]
    assert f"Groups: by “mine”, SHA-256 of the mapping {made.provenance.grouping.sha256}" in said(at).replace("*", "")
    assert [u.key for u in at.file_uploader].count("groups-phantom4-64 (mine)") == 0


def test_an_added_guide_is_chosen_with_one_click(home: Path) -> None:  # noqa: ARG001
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60)
    at.session_state["session_guides"] = {"test": guide_of(tiny_network())}
    at.switch_page("models.py").run()
    at.button(key="use-test").click().run()
    assert not at.exception, at.exception
    assert chosen(at) == "test"
    assert chosen(at.switch_page("studio.py").run()) == "test"
    (choice,) = (s for s in at.selectbox if s.label == "Guide model")
    assert chosen(choice.set_value("phantom4-64").run()) == "phantom4-64"  # and what is chosen afterwards stays
    assert chosen(at.run()) == "phantom4-64"


def chosen(at: AppTest) -> object:
    """Return which guide the page has chosen."""
    (choice,) = (s for s in at.selectbox if s.label == "Guide model")
    return choice.value
