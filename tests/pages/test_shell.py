"""The frame around the pages: settings, headers, what every page says, and what an error looks like."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from hypothesis import given, strategies
from markdown_it import MarkdownIt
from streamlit import config, net_util
from streamlit.testing.v1 import AppTest
from streamlit.web import bootstrap

from app import content_security_policy
from pages.parts.ui.notices import NOT_FOR_DIAGNOSIS, plain, report

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
PAGES = ("studio.py", "models.py")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server.address", "localhost"),
        ("server.allowedHosts", ["localhost", "127.0.0.1", "::1"]),
        ("server.enableXsrfProtection", True),
        ("server.enableCORS", True),
        ("server.enableAgentApi", False),
        ("server.enableStaticServing", False),
        ("server.maxUploadSize", 200),
        ("server.maxWidgetStateSize", 8),
        ("browser.gatherUsageStats", False),
        ("logger.hideWelcomeMessage", True),
        ("logger.enableRich", False),
        ("client.showErrorDetails", "none"),
        ("client.showErrorLinks", False),
        ("client.toolbarMode", "minimal"),
    ],
)
def test_the_settings_keep_the_app_on_this_machine(setting: str, value: object) -> None:
    section, name = setting.split(".")
    assert SETTINGS[section][name] == value


def test_browsers_keep_what_they_were_sent_for_more_runs_than_begin_while_one_is_asked_for() -> None:
    assert SETTINGS["global"]["maxCachedMessageAge"] >= 60  # ours lists them up to 30; at 2, one of eight tabs was lost


_WAITS_AS = "import os; print('loaded with', os.environ.get('OMP_WAIT_POLICY'), flush=True); os._exit(0)"


@pytest.mark.parametrize(("set_by_hand", "loaded_with"), [(None, "passive"), ("active", "active")])
def test_pytorch_is_loaded_with_threads_that_sleep_while_they_wait_unless_somebody_said_how(
    tmp_path: Path, set_by_hand: str | None, loaded_with: str
) -> None:
    (tmp_path / "torch.py").write_text(_WAITS_AS)  # in the place of PyTorch: it reads this when it is loaded
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"PYTHONPATH": f"{tmp_path}:{ROOT}", **({"OMP_WAIT_POLICY": set_by_hand} if set_by_hand else {})}
    script = "import threading, app; threading.Event().wait(60)"
    done = subprocess.run(  # noqa: S603 - our own interpreter on our own script
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert f"loaded with {loaded_with}" in done.stdout


def option_names(options: Mapping[str, object], *, within: str = "") -> Iterator[str]:
    for name, value in options.items():
        if isinstance(value, dict):
            yield from option_names(value, within=f"{within}{name}.")
        else:
            yield f"{within}{name}"


@pytest.mark.parametrize("name", list(option_names(SETTINGS)))
def test_streamlit_knows_every_setting(name: str) -> None:
    st.get_option(name)  # raises when it does not


def test_a_server_of_every_address_asks_nobody_for_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = st.get_option
    settings: dict[str, object] = {"server.address": "0.0.0.0", "server.headless": True}  # noqa: S104
    settings["logger.hideWelcomeMessage"] = SETTINGS["logger"]["hideWelcomeMessage"]
    monkeypatch.setattr(config, "get_option", lambda name: settings.get(name, original(name)))
    monkeypatch.setattr(config, "is_manually_set", lambda _: False)
    monkeypatch.setattr(net_util, "get_external_ip", lambda: asked.append("Amazon"))
    bootstrap._print_url(is_running_hello=False)
    assert not asked


def test_there_is_a_light_and_a_dark_theme_of_equal_completeness_and_no_foreign_font() -> None:
    theme = SETTINGS["theme"]
    common = {"primaryColor", "backgroundColor", "secondaryBackgroundColor", "textColor", "borderColor"}
    assert common <= theme["light"].keys()
    assert common <= theme["dark"].keys()
    assert "://" not in (ROOT / ".streamlit" / "config.toml").read_text()


def test_the_policy_names_no_host_but_the_own_one() -> None:
    policy = content_security_policy("localhost:8501")
    assert "default-src 'self'" in policy
    assert "'unsafe-eval'" not in policy
    assert policy.split("script-src ")[1].split(";")[0].count("'unsafe-inline'") == 0
    assert [word for word in policy.replace(";", " ").split() if "://" in word] == [
        "ws://localhost:8501",
        "wss://localhost:8501",
    ]


@pytest.mark.parametrize("host", ["", "a b", "x; script-src *", "evil.example *", "a/b", "a@b", "ä"])
def test_a_host_that_is_none_does_not_get_into_the_policy(host: str) -> None:
    assert "://" not in content_security_policy(host)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_this_is_not_for_and_what_computes(page: str) -> None:
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60).run()
    at.switch_page(page).run()
    assert not at.exception
    lines = [caption.value for caption in at.caption if plain(NOT_FOR_DIAGNOSIS) in caption.value]
    assert len(lines) == 1
    assert "processor" in lines[0]


def _broken_page() -> None:
    from pages.parts.ui.notices import report

    try:
        raise KeyError("a secret")
    except KeyError as error:
        report(error)


def test_an_unexpected_error_becomes_one_sentence_with_the_number_that_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="lwise_studio"):
        at = AppTest.from_function(_broken_page).run()
    (shown,) = [error.value for error in at.error]
    (logged,) = [record.getMessage() for record in caplog.records if record.name == "lwise_studio"]
    number = logged.split()[1].rstrip(":")
    assert number in shown
    assert "secret" not in shown
    assert "secret" not in logged
    assert re.search(r"KeyError in \S+, line \d+$", logged)


def test_a_page_that_provokes_errors_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="lwise_studio"):
        at = AppTest.from_function(_broken_page)
        for _ in range(60):
            at.run()
    said = [record.getMessage() for record in caplog.records if record.name == "lwise_studio"]
    assert len(said) == 51
    assert said[-1] == "No further errors of this page are logged."
    assert len(at.error) == 1  # the page still says each


def test_nothing_else_of_an_error_is_shown() -> None:
    assert report(ValueError("x")) is True


NAMES = strategies.text(strategies.characters(codec="utf-8", exclude_categories=("C", "Z")) | strategies.just(" "))


@given(NAMES)
def test_other_peoples_text_is_shown_as_it_is(name: str) -> None:
    shown = MarkdownIt("commonmark").renderInline(plain(name))
    assert unescape(shown).replace("\u2060", "") == name.strip()
    assert "<" not in shown


def test_a_name_of_many_lines_stands_on_one_and_a_gap_within_a_line_stays() -> None:
    assert plain(" a  b \t\r\n \n c\n") == "a  b c"
    assert plain(" \n ") == ""


def test_a_gap_of_any_length_is_gone_through_once() -> None:
    """20,000 spaces between two letters, as in the name of a folder in a zip, took 1.3 s; these would take an hour."""
    name = f"a{' ' * 1_000_000}b"
    assert plain(name) == name


@pytest.mark.parametrize(
    "name", ["![x](https://example.com/x.png)", "<img src=x>", "[a](b)", "**a**", "# a", ":red[a]"]
)
def test_markup_in_a_name_has_no_effect(name: str) -> None:
    assert unescape(MarkdownIt("commonmark").render(plain(name))).replace("\u2060", "") == f"<p>{name}</p>\n"


MADE_INTO_ELSE = re.compile(
    r"(https?://|www(?=\.))[-.\w]+|(?:^|(?<=[\s\W]))[-.\w+]+@[-\w]+(\.[-\w]+)+"
    r"|(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)|:[-+\w/]+:",
    re.IGNORECASE,
)
"""What the browser's Markdown (remark-gfm, and what Streamlit adds) looks for in text that is unescaped already."""


@given(
    strategies.lists(
        strategies.sampled_from(
            [" ", "www.", "WWW.", "evil.example", "https://", "a", "@", "->", "<-", "<->", "--", ">=", "<=", "~="]
        )
        | strategies.sampled_from([":material/home:", ":streamlit:", ":", "-", "mail", ".org", "http://"]),
        max_size=8,
    ).map("".join)
)
def test_no_name_becomes_a_link_an_icon_or_an_arrow(name: str) -> None:
    text = unescape(MarkdownIt("commonmark").renderInline(plain(name)))
    assert not MADE_INTO_ELSE.search(text)
    assert text.replace("\u2060", "") == name.strip()


def test_a_name_of_several_lines_cannot_begin_a_block() -> None:
    assert plain("a\n\n# b\r\n    c") == "a \\# b c"


def test_the_options_of_a_command_can_be_copied() -> None:
    assert "\u2060" not in plain("python -m lwise_core train --from animals16-128 --size 128")
