"""The lock: every package that is used directly, at its pinned version, and nothing without a hash."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pins(file: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in _PIN.findall((ROOT / file).read_text(encoding="utf-8")):
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(version)
    return found


def test_what_is_used_directly_is_locked_at_its_version() -> None:
    direct, locked = pins("requirements.txt"), pins("requirements.lock")
    assert len(direct) > 20
    assert {name: locked.get(name) for name in direct} == direct


def test_nothing_is_locked_without_the_hashes_of_its_files() -> None:
    entries = re.split(r"\n(?=[A-Za-z])", (ROOT / "requirements.lock").read_text(encoding="utf-8"))[1:]
    assert len(entries) > 100
    assert [e.splitlines()[0] for e in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", e)] == []
    assert not any("://" in e or " @ " in e for e in entries)
