"""The container files: what they copy is there, nothing runs as root, and nothing is open that need not be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
yaml = pytest.importorskip("yaml", reason="PyYAML comes with moto: pip install -r requirements-dev.txt")


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, continued lines joined."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the compose file."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return found


def test_everything_that_the_app_needs_is_copied_and_there(steps: list[tuple[str, str]]) -> None:
    copied = {name for kind, words in steps if kind == "COPY" for name in words.split()[:-1]}
    assert {"app.py", "pages", "lwise_core", "assets", ".streamlit", "requirements.lock"} <= copied
    assert all((ROOT / name).exists() for name in copied)
    allowed = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    assert allowed[0] == "*"
    assert copied == {line[1:] for line in allowed if line.startswith("!")}


def test_packages_are_checked_by_their_hashes_and_the_program_is_not_root(steps: list[tuple[str, str]]) -> None:
    assert [w for kind, w in steps if kind == "RUN" and "pip install" in w and "--require-hashes" not in w] == []
    kinds = [kind for kind, _ in steps]
    (user,) = (words for kind, words in steps if kind == "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert kinds.index("USER") < kinds.index("CMD")
    assert "HEALTHCHECK" in kinds
    assert not [words for kind, words in steps if kind == "ENV" and re.search("PASSWORD|TEACHER|SECRET", words)]


@pytest.mark.parametrize("name", ["app", "records"])
def test_no_service_may_more_than_it_must(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] > 0
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    secrets = {
        key: value for key, value in service["environment"].items() if "PASSWORD" in key or key == "LWISE_RECORDS"
    }
    assert secrets
    assert all("${LWISE_DB_PASSWORD:?" in value for value in secrets.values())


def test_every_image_of_somebody_else_s_is_named_in_full_and_with_a_version(
    steps: list[tuple[str, str]], services: dict[str, Any]
) -> None:
    images = [words for kind, words in steps if kind == "FROM"]
    images += [service["image"] for service in services.values() if "build" not in service]
    assert len(images) == 2
    assert [name for name in images if not re.fullmatch(r"docker\.io/[\w/]+:\d[\w.-]*", name)] == []


def test_the_database_is_reached_by_the_app_alone(services: dict[str, Any]) -> None:
    networks = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["networks"]
    assert services["records"]["networks"] == ["records"]
    assert networks["records"]["internal"]
    assert services["app"]["depends_on"]["records"]["condition"] == "service_healthy"
    assert services["records"]["healthcheck"]
