"""Files on their way: the addresses that they are sent to outlive the beginning of a run."""

from __future__ import annotations

import inspect

from hypothesis import given, strategies
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

import app
from pages.parts.uploads import AddressKeepingQueue


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
