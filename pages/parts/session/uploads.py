"""How the server treats files on their way from the browser: none is lost, and none touches the disk.

Streamlit offers no setting for either, so its classes are adapted here, once, before the app is made. What is relied on
is written down in tests/pages/test_uploads.py, which fails when another release of Streamlit or Starlette differs.
"""

from __future__ import annotations

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, app_session, exists
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

_ANSWER = "file_urls_response"
_MEGABYTE = 2**20
_BESIDE = 1024  # bytes that Python takes for a file without a byte in it


class AddressKeepingQueue(ForwardMsgQueue):
    """A session's outgoing messages, among which the answer to an uploader outlives the beginning of a run.

    Before it sends a file, the browser asks for an address to send it to. When a run of the script begins before the
    answer has left, Streamlit drops the answer together with the previous run's drawing. The browser then waits for
    ever, and the file is lost without a word. The answer belongs to no run, so it is kept.
    """

    def clear(self, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None) -> None:
        """Clear the queue; where ``retain_lifecycle_msgs``, which is when a run begins, keep addresses too."""
        answers = [message for message in self._queue if retain_lifecycle_msgs and _is_answer(message)]
        super().clear(retain_lifecycle_msgs, fragment_ids_this_run)
        self._queue = answers + [message for message in self._queue if not _is_answer(message)]


def _is_answer(message: ForwardMsg) -> bool:
    return message.WhichOneof("type") == _ANSWER


def keep_addresses() -> None:
    """Let no session of this process forget an address that a file is to be sent to."""
    app_session.ForwardMsgQueue = AddressKeepingQueue  # type: ignore[attr-defined]  # the name that its sessions use


def keep_in_memory() -> None:
    """Let no part of an upload be written to a temporary file, which Starlette does with all above one megabyte."""
    MultiPartParser.spool_max_size = (st.get_option("server.maxUploadSize") + 1) * _MEGABYTE


def uploaded_bytes() -> dict[str, int]:
    """Return the bytes of the files that this server holds, by session."""
    manager = Runtime.instance().uploaded_file_mgr if exists() else None
    if not isinstance(manager, MemoryUploadedFileManager):
        return {}
    return {
        session: sum(_BESIDE + len(file.data) + len(file.name) + len(file.type) for file in tuple(files.values()))
        for session, files in tuple(manager.file_storage.items())
    }


def forget_uploads() -> None:
    """Free the bytes of every file that this session has sent."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_session_files(context.session_id)


def let_go(upload: UploadedFile) -> None:
    """Free the bytes of a file that the page has taken over; its uploader stays, and what is dropped on it meanwhile.

    A new uploader in its place would free them too, and lose what the browser is still sending to the old one.
    """
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)
