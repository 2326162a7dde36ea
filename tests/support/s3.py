"""An S3 on this machine, with buckets, ETags and refusals: moto's server."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest
from moto.server import ThreadedMotoServer

SECRET = "wJalrXUtnFEMI-not-for-any-file"  # noqa: S105 - of a server that lives as long as the tests


@pytest.fixture(scope="session")
def s3_server() -> Iterator[None]:
    """An S3 that the environment names, so other processes find it too."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for every request
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    surroundings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "AKIATESTS",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in surroundings.items():
            patch.setenv(name, value)
        yield
    server.stop()


@pytest.fixture
def s3(s3_server: None) -> Any:  # noqa: ANN401, ARG001 - fsspec has no types; the server is there
    """fsspec's S3 at that server."""
    return fsspec.filesystem("s3", use_listings_cache=False)


@pytest.fixture
def bucket(s3: Any) -> str:  # noqa: ANN401 - fsspec has no types
    """The address of a new bucket."""
    name = f"b{uuid4().hex}"
    s3.mkdir(name)
    return f"s3://{name}"


def uploaded(s3: Any, folder: Path, url: str) -> str:  # noqa: ANN401
    """Copy the files below ``folder`` to ``url`` and return it."""
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        s3.pipe_file(f"{url}/{file.relative_to(folder).as_posix()}", file.read_bytes())
    return url


def objects(s3: Any, url: str) -> dict[str, bytes]:  # noqa: ANN401
    """Return path → content of everything below ``url``."""
    top = url.removeprefix("s3://")
    return {name.removeprefix(f"{top}/"): s3.cat_file(name) for name in s3.find(top)}
