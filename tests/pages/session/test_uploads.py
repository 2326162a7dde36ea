"""Files on their way: addresses outlive the beginning of a run, and nothing of an upload touches the disk."""

from __future__ import annotations

import asyncio
import inspect
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser
from starlette.types import Message, Scope
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.web.server.starlette import starlette_routes

import app
from pages.parts.session.uploads import AddressKeepingQueue, uploaded_bytes

FIVE_MEGABYTES = bytes(range(250)) * 20_000


def address(number: int = 0) -> ForwardMsg:
    message = ForwardMsg()
    message.file_urls_response.response_id = str(number)
    return message


def drawing() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.text.body = "drawn by the previous run"
    return message


def beginning() -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.name = "run"
    return message


def after_clearing(
    messages: list[ForwardMsg], *, queue: ForwardMsgQueue, fragments: list[str] | None = None
) -> list[ForwardMsg]:
    for message in messages:
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    return queue.flush()


MESSAGES = strategies.lists(strategies.sampled_from([address, drawing, beginning]).map(lambda make: make()))
FRAGMENTS = strategies.none() | strategies.just(["fragment"])


@given(MESSAGES, FRAGMENTS)
def test_a_beginning_run_keeps_every_address_once_and_else_what_streamlit_keeps(
    messages: list[ForwardMsg], fragments: list[str] | None
) -> None:
    kept = after_clearing(messages, queue=AddressKeepingQueue(), fragments=fragments)
    usual = after_clearing(messages, queue=ForwardMsgQueue(), fragments=fragments)
    of_addresses = [m for m in kept if m.HasField("file_urls_response")]
    assert of_addresses == [m for m in messages if m.HasField("file_urls_response")]
    assert [m for m in kept if m not in of_addresses] == [m for m in usual if not m.HasField("file_urls_response")]


@given(MESSAGES)
def test_what_was_sent_is_gone(messages: list[ForwardMsg]) -> None:
    queue = AddressKeepingQueue()
    for message in messages:
        queue.enqueue(message)
    assert [m for m in queue.flush() if m.HasField("file_urls_response")] == [
        m for m in messages if m.HasField("file_urls_response")
    ]
    assert queue.is_empty()


def test_drawings_after_a_clearing_still_replace_one_another() -> None:
    queue = AddressKeepingQueue()
    queue.enqueue(drawing())
    queue.enqueue(address())
    queue.clear(retain_lifecycle_msgs=True)
    queue.enqueue(drawing())
    queue.enqueue(drawing())
    assert [m.WhichOneof("type") for m in queue.flush()] == ["file_urls_response", "delta"]


def test_streamlit_still_drops_addresses_so_that_the_mend_is_needed() -> None:
    """When this fails, Streamlit keeps them itself, and ``AddressKeepingQueue`` can go."""
    assert after_clearing([address()], queue=ForwardMsgQueue()) == []


def test_streamlits_sessions_use_the_queue_that_keeps_addresses() -> None:
    assert app.app is not None  # it is made with the mend
    assert app_session.ForwardMsgQueue is AddressKeepingQueue
    assert "self._browser_queue = ForwardMsgQueue()" in inspect.getsource(app_session.AppSession.__init__)
    assert list(inspect.signature(ForwardMsgQueue.clear).parameters) == [
        "self",
        "retain_lifecycle_msgs",
        "fragment_ids_this_run",
    ]


def temporary_files() -> set[str]:
    """Return what this process has open in the folder of temporary files, also what has no name any more."""
    opened = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            opened.add(str(descriptor.readlink()))
        except FileNotFoundError:  # the folder itself, which was opened for this list
            continue
    return {path for path in opened if path.startswith(tempfile.gettempdir())}


def upload_request(data: bytes) -> tuple[Scope, list[Message]]:
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="p.jpg"\r\n\r\n' + data + b"\r\n--x--\r\n"
    scope: Scope = {
        "type": "http",
        "method": "PUT",
        "path": "/_stcore/upload_file/session/file",
        "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=x"), (b"host", b"localhost")],
    }
    pieces = [body[i : i + 65536] for i in range(0, len(body), 65536)]
    return scope, [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces] + [
        {"type": "http.request", "body": b"", "more_body": False}
    ]


@pytest.fixture
def uploaded(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Streamlit's own route made of five megabytes: the bytes it kept, and the temporary files meanwhile."""
    monkeypatch.setattr(starlette_routes, "is_xsrf_enabled", lambda: False)
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    runtime: Any = SimpleNamespace(is_active_session=lambda _: True)
    routes = starlette_routes.create_upload_routes(runtime, manager, None)
    seen: dict[str, Any] = {}
    before = temporary_files()
    read = UploadFile.read

    async def read_watched(self: UploadFile, size: int = -1) -> bytes:
        seen["files"] = temporary_files() - before
        return await read(self, size)

    monkeypatch.setattr(UploadFile, "read", read_watched)
    scope, messages = upload_request(FIVE_MEGABYTES)
    coming = iter(messages)

    async def receive() -> Message:
        return next(coming)

    async def send(message: Message) -> None:
        seen.setdefault("status", message.get("status"))

    async def answer() -> None:
        await Starlette(routes=routes)(scope, receive, send)

    with ThreadPoolExecutor(1) as apart:  # where a browser test came before, this thread has a loop that runs
        apart.submit(lambda: asyncio.run(answer())).result()
    (kept,) = manager.get_files("session", ["file"])
    return seen | {"data": kept.data}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's list of open files")
def test_five_megabytes_arrive_whole_and_open_no_temporary_file(uploaded: dict[str, Any]) -> None:
    assert uploaded["status"] == 204
    assert uploaded["data"] == FIVE_MEGABYTES
    assert uploaded["files"] == set()


def test_the_limit_that_is_raised_is_the_one_that_starlette_reads() -> None:
    assert "max_size=self.spool_max_size" in inspect.getsource(MultiPartParser)
    assert MultiPartParser.spool_max_size > 200 * 2**20


def test_a_file_counts_with_its_name_and_what_it_takes_without_a_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    for number in range(3):
        manager.add_file("a", UploadedFileRec(str(number), "n" * 4000, "image/png", b"x" * number))
    monkeypatch.setattr("pages.parts.session.uploads.exists", lambda: True)
    monkeypatch.setattr(
        "pages.parts.session.uploads.Runtime.instance", lambda: SimpleNamespace(uploaded_file_mgr=manager)
    )
    assert 3 * 5000 < uploaded_bytes()["a"] < 3 * 6000
