"""What reaches Streamlit: nothing under a foreign name or from a foreign page, no message that pages do not send."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.parts.session.request_guard import RequestGuard, is_known, is_own

OWN = "localhost:8501"


@pytest.fixture
def client() -> TestClient:
    """A server behind the guard that says yes, and on a web socket repeats what it hears."""

    async def yes(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("yes")

    async def repeat(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_bytes(await socket.receive_bytes())
        except WebSocketDisconnect:
            return

    inner = Starlette(routes=[Route("/", yes), WebSocketRoute("/stream", repeat)])
    return TestClient(RequestGuard(inner), base_url=f"http://{OWN}")


def headers(**given: str) -> Headers:
    return Headers({"host": OWN} | given)


@pytest.mark.parametrize("host", ["localhost", OWN, "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:8501"])
def test_this_server_goes_by_its_own_names(host: str) -> None:
    assert is_own(headers(host=host))


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "a b"])
def test_another_name_is_refused(client: TestClient, host: str) -> None:
    assert not is_own(headers(host=host))
    assert client.get("/", headers={"host": host}).status_code == 403


def test_a_request_without_a_host_is_refused() -> None:
    assert not is_own(Headers({}))


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:9999", "null", "", "https://localhost", "http://[", "http://]["]
)
def test_another_page_is_refused_and_nobody_is_asked(
    client: TestClient, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("streamlit.net_util.get_external_ip", asked)
    assert client.get("/", headers={"origin": origin}).status_code == 403
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/stream", headers={"host": OWN, "origin": origin}),
    ):
        pass


@pytest.mark.parametrize("origin", [None, f"http://{OWN}", f"https://{OWN}"])
def test_its_own_pages_and_programs_are_answered(client: TestClient, origin: str | None) -> None:
    assert client.get("/", headers={} if origin is None else {"origin": origin}).text == "yes"


def test_an_origin_that_was_listed_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"server.corsAllowedOrigins": ["https://studio.example"]}
    monkeypatch.setattr("pages.parts.session.request_guard.st.get_option", listed.get)
    assert is_own(headers(origin="https://studio.example"))
    assert not is_own(headers(origin="https://other.example"))


KNOWN = [
    BackMsg(stop_script=True),
    BackMsg(app_heartbeat=True),
    BackMsg(rerun_script={"query_string": "a=b"}),
    BackMsg(file_urls_request={"request_id": "1"}),
    BackMsg(backend_operation_request={"deferred_file": {"file_id": "1"}}),
    BackMsg(backend_operation_request={"dataframe_chunk": {}}),
]
UNKNOWN = [
    BackMsg(clear_cache=True),
    BackMsg(set_run_on_save=True),
    BackMsg(load_git_info=True),
    BackMsg(debug_shutdown_runtime=True),
    BackMsg(debug_disconnect_websocket=True),
    BackMsg(backend_operation_request={"install_skills": {}}),
    BackMsg(backend_operation_request={"dismiss_skills_nudge": {}}),
    BackMsg(),
]


@pytest.mark.parametrize("message", KNOWN, ids=str)
def test_what_pages_send_is_passed_on(message: BackMsg) -> None:
    assert is_known(message.SerializeToString())


@pytest.mark.parametrize("message", UNKNOWN, ids=str)
def test_what_no_page_sends_is_dropped_and_the_page_goes_on(client: TestClient, message: BackMsg) -> None:
    good = KNOWN[0].SerializeToString()
    with client.websocket_connect("/stream", headers={"host": OWN}) as socket:
        socket.send_bytes(message.SerializeToString())
        socket.send_text("no message")
        socket.send_bytes(good)
        assert socket.receive_bytes() == good


def test_the_last_of_two_kinds_in_one_message_counts_as_it_does_for_streamlit() -> None:
    known, unknown = (m.SerializeToString() for m in (KNOWN[0], UNKNOWN[0]))
    assert is_known(unknown + known)
    assert not is_known(known + unknown)


@given(st.binary(max_size=60))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert is_known(data) in (True, False)


def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    running = RequestGuard(app)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):  # driven by hand: other tests of this process may hold a running loop
        running.send(None)
    assert seen == ["lifespan"]


def test_a_page_sends_no_more_files_than_it_may_have_here(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.session.request_guard.MOST_UPLOADED", 100)
    monkeypatch.setattr("pages.parts.session.request_guard.process_bytes", lambda: 150)
    held = {"a": 60}
    monkeypatch.setattr("pages.parts.session.request_guard.uploaded_bytes", lambda: held)
    assert client.put("/_stcore/upload_file/a/1", content=b"x" * 40).status_code == 404  # the guard let it pass
    refused = client.put("/_stcore/upload_file/a/1", content=b"x" * 41)
    assert refused.status_code == 413
    assert "remove some" in refused.text
    assert client.put("/_stcore/upload_file/b/1", content=b"x" * 90).status_code == 404
    assert client.put("/_stcore/upload_file/b/1", content=b"x" * 91).status_code == 413  # of all together
    assert client.put("/_stcore/upload_file/b/1", content=iter([b"x"])).status_code == 411
    held["a"] = 0
    assert client.put("/_stcore/upload_file/a/1", content=b"x" * 100).status_code == 404


def test_what_is_still_arriving_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.session.request_guard.MOST_UPLOADED", 100)
    seen = []

    async def inner(_scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(dict(guard._arriving))
        await receive()
        seen.append(dict(guard._arriving))
        await PlainTextResponse("yes")({"type": "http"}, receive, send)

    guard = RequestGuard(inner)
    client = TestClient(guard, base_url=f"http://{OWN}")
    assert client.put("/_stcore/upload_file/a/1", content=b"x" * 70).status_code == 200
    assert seen == [{}, {"a": 70}]  # what is only announced keeps nobody else out
    assert not guard._arriving


def test_files_that_were_let_in_at_once_end_where_there_is_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.session.request_guard.MOST_UPLOADED", 100)
    monkeypatch.setattr("pages.parts.session.request_guard._BETWEEN_LOOKS", 10)

    async def inner(request: Request) -> PlainTextResponse:
        guard._arriving["a"] += 60  # another file of the page, which came meanwhile
        try:
            return PlainTextResponse(str(len(await request.body())))
        finally:
            guard._arriving["a"] -= 60

    guard = RequestGuard(Starlette(routes=[Route("/_stcore/upload_file/a/1", inner, methods=["PUT"])]))
    client = TestClient(guard, base_url=f"http://{OWN}")
    refused = client.put("/_stcore/upload_file/a/1", content=b"x" * 50)
    assert (refused.status_code, "remove some" in refused.text) == (413, True)
    assert client.put("/_stcore/upload_file/a/1", content=b"x" * 40).text == "40"
    assert not +guard._arriving


def statuses_of(path: str, receive: Receive) -> list[int | None]:
    """Return how a request is answered that comes like this, from its route outwards."""
    answered = []

    async def inner(request: Request) -> PlainTextResponse:
        try:
            await request.body()
        except ClientDisconnect:
            if path.startswith("/_stcore"):
                raise  # as Streamlit's own route does
            return PlainTextResponse("It did not arrive whole.", 400)
        return PlainTextResponse("yes")

    async def send(message: Message) -> None:
        answered.append(message.get("status"))

    scope: Scope = {
        "type": "http",
        "method": "PUT",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", OWN.encode()), (b"content-length", b"9")],
    }
    guard = RequestGuard(Starlette(routes=[Route(path, inner, methods=["PUT"])]))
    with ThreadPoolExecutor(1) as apart:  # where a browser test came before, this thread has a loop that runs
        apart.submit(asyncio.run, guard(scope, receive, send)).result()
    assert not +guard._arriving
    return answered


@pytest.mark.parametrize(("path", "said"), [("/_stcore/upload_file/a/1", 408), ("/sittings", 400)])
def test_a_request_that_comes_by_drops_is_given_up(path: str, said: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.session.request_guard.PATIENCE_SECONDS", 0.0)

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    assert statuses_of(path, never)[0] == said


def test_a_file_whose_sender_goes_leaves_no_trace_of_an_error() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert statuses_of("/_stcore/upload_file/a/1", gone)[0] == 400


def test_only_so_many_pages_are_open_at_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.session.request_guard.MOST_PAGES", 1)
    with (
        client.websocket_connect("/stream", headers={"host": OWN}),
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/stream", headers={"host": OWN}),
    ):
        pass
    with client.websocket_connect("/stream", headers={"host": OWN}):
        pass


def test_whoever_sends_thousands_of_foreign_messages_does_not_fill_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    good = KNOWN[0].SerializeToString()
    with client.websocket_connect("/stream", headers={"host": OWN}) as socket:
        for _ in range(20):
            socket.send_bytes(UNKNOWN[0].SerializeToString())
        socket.send_bytes(good)
        assert socket.receive_bytes() == good
    assert len(caplog.records) == 1


def test_what_the_server_caches_is_told_to_nobody(client: TestClient) -> None:
    assert client.get("/_stcore/metrics").status_code == 403
