"""Licences: what a package says of itself is understood, and what is not on the list is named and ends the command."""

from __future__ import annotations

from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import licences
from benchmarks.licences import (
    LIST,
    LOCK,
    SCRIPT_TOOLS,
    WEIGHTS,
    AllowList,
    Licensed,
    installed_packages,
    is_allowed,
    not_installed,
    script_tools,
    shipped_guides,
    stated_licence,
)
from tests.test_lock import pins

ALLOWED = {"MIT", "BSD-3-Clause", "Apache-2.0 WITH LLVM-exception"}
NAMES = {"MIT License": "MIT", "Apache 2.0": "Apache-2.0"}


def metadata(*lines: tuple[str, str]) -> Message:
    found = Message()
    for name, value in lines:
        found[name] = value
    return found


def classifier(last: str) -> tuple[str, str]:
    return "Classifier", f"License :: OSI Approved :: {last}"


EXPRESSIONS = st.recursive(
    st.sampled_from([(name, name in ALLOWED) for name in (*sorted(ALLOWED), "AGPL-3.0-only", "SSPL-1.0")]),
    lambda part: (
        st.tuples(part, part).map(lambda two: (f"({two[0][0]}) AND ({two[1][0]})", two[0][1] and two[1][1]))
        | st.tuples(part, part).map(lambda two: (f"({two[0][0]}) OR ({two[1][0]})", two[0][1] or two[1][1]))
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_an_expression_is_allowed_as_its_parts_and_operators_say(both: tuple[str, bool]) -> None:
    assert is_allowed(both[0], ALLOWED) is both[1]


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT AND BSD-3-Clause", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT OR GPL-3.0-only AND BSD-3-Clause", True),  # AND binds more closely
        ("GPL-3.0-only AND MIT OR SSPL-1.0", False),
        ("(MIT OR GPL-3.0-only) AND SSPL-1.0", False),
        ("MIT WITH LLVM-exception", False),
        ("GNU General Public License (GPL)", False),
        ("MIT AND", False),
        ("(MIT", False),
        ("MIT)", False),
        ("", False),
    ],
)
def test_operators_bind_as_in_spdx_and_what_is_no_expression_is_not_allowed(expression: str, allowed: bool) -> None:
    assert is_allowed(expression, ALLOWED) is allowed


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        (metadata(("License-Expression", "MIT OR X"), ("License", "Y"), classifier("Z")), "MIT OR X"),
        (metadata(("License", "Apache 2.0"), classifier("MIT License")), "Apache-2.0"),
        (metadata(("License", "MIT License\n\nCopyright"), classifier("MIT License")), "MIT"),
        (metadata(("License", "UNKNOWN"), classifier("MIT License")), "MIT"),
        (metadata(("License", "x" * 81), classifier("MIT License")), "MIT"),
        (metadata(classifier("MIT License"), classifier("Other"), ("Classifier", "Topic :: Games")), "MIT AND Other"),
        (metadata(("Classifier", "License :: OSI Approved"), ("Classifier", "License :: DFSG approved")), ""),
        (metadata(), ""),
    ],
)
def test_a_package_says_its_licence_in_one_of_three_ways(said: Message, licence: str) -> None:
    assert stated_licence(said, NAMES) == licence


def test_what_is_not_allowed_is_named_and_ends_the_command_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = [
        metadata(("Name", "Network_Locked"), ("License-Expression", "AGPL-3.0-only")),
        metadata(("Name", "silent")),
        metadata(("Name", "fine"), ("License", "MIT")),
    ]
    monkeypatch.setattr(licences, "distributions", lambda: [SimpleNamespace(metadata=m) for m in packages])
    assert licences.main() == 1
    out, err = capsys.readouterr()
    assert "package fine: MIT\n" in out
    assert err.splitlines() == [
        "The package “network-locked” has the licence “AGPL-3.0-only”, which is not in licences.toml; read it, and add "
        "it there or take the other out.",
        "The package “silent” states no licence; read what it brings, and say it in licences.toml.",
    ]


def test_a_guide_whose_card_says_something_else_is_not_allowed_nor_one_without_a_card(tmp_path: Path) -> None:
    for name, card in {"asked": '{"licence": "All rights reserved."}', "silent": "{}", "bare": None}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(b"")
        if card is not None:
            (tmp_path / name / "card.json").write_text(card)
    known = AllowList.of(LIST)
    refused = [known.refusal(guide) for guide in shipped_guides(tmp_path)]
    assert [str(why).split("”")[0] for why in refused] == [f"The guide “{name}" for name in ("asked", "bare", "silent")]
    assert "“All rights reserved.”" in str(refused[0])
    assert known.refusal(Licensed("guide", "a package's", "MIT")) is not None


def test_everything_that_is_locked_or_shipped_is_allowed() -> None:
    known = AllowList.of(LIST)
    packages = [package for package in installed_packages(known) if package.name in pins("requirements.lock")]
    tools, guides = list(script_tools(SCRIPT_TOOLS)), list(shipped_guides(WEIGHTS))
    assert len(packages) > 80
    assert {"typescript", "axe-core"} <= {tool.name for tool in tools}
    assert len(guides) == len(list((WEIGHTS / "models").glob("*/card.json")))
    assert [why for thing in (*packages, *tools, *guides) if (why := known.refusal(thing))] == []
    assert {p.name for p in packages}.isdisjoint(not_installed(LOCK, packages))


def test_no_sentence_of_the_list_has_outlived_its_guide() -> None:
    assert set(AllowList.of(LIST).purposes) == {guide.licence for guide in shipped_guides(WEIGHTS)}
