"""The size of a file is said once, in one form, and the server keeps to it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import streamlit as st

from pages.parts.ui.upload_limit import megabytes

PAGES = sorted((Path(__file__).resolve().parents[3] / "pages").rglob("*.py"))


@pytest.mark.parametrize(("most_bytes", "said"), [(20_000_000, 20), (5_000_001, 6), (1, 1)])
def test_a_limit_is_whole_megabytes_and_never_below_what_is_read(most_bytes: int, said: int) -> None:
    assert megabytes(most_bytes) == said
    assert megabytes(most_bytes) * 2**20 >= most_bytes


def test_no_more_is_promised_than_the_server_takes() -> None:
    assert megabytes(500_000_000) == st.get_option("server.maxUploadSize")


def uploaders() -> list[tuple[str, ast.Call]]:
    return [
        (path.name, call)
        for path in PAGES
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "file_uploader"
    ]


def test_no_uploader_says_a_size_of_its_own() -> None:
    assert len(uploaders()) > 5
    labels = {f"{name}: {ast.unparse(call.args[0])}" for name, call in uploaders()}
    assert {label for label in labels if "MB" in label or "2 **" in label} == set()


def test_every_limit_of_an_uploader_is_made_in_one_place() -> None:
    limits = {
        f"{name}: {ast.unparse(word.value)}"
        for name, call in uploaders()
        for word in call.keywords
        if word.arg == "max_upload_size"
    }
    assert {limit for limit in limits if "megabytes(" not in limit} == set()
