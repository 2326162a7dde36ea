from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from lwise_core.guides.downloads import (
    DownloadError,
    DownloadProgress,
    Limits,
    checksum_file,
    download,
    file_checksum,
    recorded_checksum,
)
from tests.support.local_server import Server, Visit, send, serving

CONTENT = np.random.default_rng(0).bytes(1_500_000)
OTHER = np.random.default_rng(1).bytes(1_500_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATIENT = Limits(bytes=10_000_000)
QUICK = replace(PATIENT, silence=1.0)
"""For a server that says nothing: on a busy machine an honest one may be silent for longer."""


def honest(visit: Visit) -> None:
    send(visit, CONTENT)


@dataclass
class Then:
    """Behave one way at the first request and another way afterwards."""

    first: Callable[[Visit], None]
    afterwards: Callable[[Visit], None] = honest
    visited: list[None] = field(default_factory=list)

    def __call__(self, visit: Visit) -> None:
        behave = self.afterwards if self.visited else self.first
        self.visited.append(None)
        behave(visit)


def cuts_off(visit: Visit) -> None:
    visit.head(200, Content_Length=len(CONTENT), ETag='"one"')
    visit.wfile.write(CONTENT[:400_000])


def stalls(visit: Visit) -> None:
    visit.head(200, Content_Length=len(CONTENT), ETag='"one"')
    visit.wfile.write(CONTENT[:400_000])
    visit.wfile.flush()
    visit.server.closing.wait(20)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        running.behaviour = honest
        yield running


def fetch(
    server: Server, target: Path, *, sha256: str | None = None, limits: Limits = PATIENT
) -> list[DownloadProgress]:
    return list(download(server.address, target, sha256=sha256, limits=limits))


def test_what_would_fill_the_disk_is_not_begun(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = shutil.disk_usage(tmp_path)._replace(free=2 * len(CONTENT) - 1)
    monkeypatch.setattr("lwise_core.guides.downloads.shutil.disk_usage", lambda _: room)
    with pytest.raises(DownloadError, match=r"free disk, unpacking included, and there is less"):
        fetch(server, tmp_path / "weights.pt")
    assert not (tmp_path / "weights.pt.part").exists()
    room = room._replace(free=2 * len(CONTENT))
    assert fetch(server, tmp_path / "weights.pt")[-1].done == len(CONTENT)


def test_a_file_arrives_whole_with_progress_and_its_checksum_is_recorded(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "folder" / "weights.pt"
    progress = fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert progress[0] == DownloadProgress(0, len(CONTENT))
    assert progress[-1] == DownloadProgress(len(CONTENT), len(CONTENT))
    assert [p.done for p in progress] == sorted({p.done for p in progress})
    assert recorded_checksum(target) == SHA256 == file_checksum(target)
    assert checksum_file(target).read_text() == f"{SHA256}  weights.pt\n"
    assert not list(tmp_path.rglob("*.part*"))


def test_stopping_keeps_what_arrived_and_the_next_call_goes_on_from_there(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "weights.pt"
    running = download(server.address, target, limits=PATIENT)
    arrived = next(p.done for p in running if p.done > 0)
    running.close()
    assert not target.exists()
    progress = fetch(server, target)
    assert progress[0].done >= arrived
    assert server.asked == [None, f"bytes={progress[0].done}-"]
    assert server.conditions == [None, '"one"']
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("fault", [cuts_off, stalls])
def test_a_broken_connection_is_said_and_the_next_try_resumes(
    server: Server, tmp_path: Path, fault: Callable[[Visit], None]
) -> None:
    server.behaviour = Then(fault)
    target = tmp_path / "weights.pt"
    with pytest.raises(DownloadError, match="what has arrived is kept"):
        fetch(server, target, limits=QUICK)
    assert not target.exists()
    fetch(server, target)
    assert server.asked == [None, "bytes=400000-"]
    assert target.read_bytes() == CONTENT


def test_a_silent_server_is_called_silent(server: Server, tmp_path: Path) -> None:
    server.behaviour = stalls
    with pytest.raises(DownloadError, match="the server fell silent"):
        fetch(server, tmp_path / "weights.pt", limits=QUICK)


def test_a_server_that_ignores_ranges_is_read_from_the_beginning(server: Server, tmp_path: Path) -> None:
    def whole(visit: Visit) -> None:
        visit.head(200, Content_Length=len(CONTENT), ETag='"one"')
        visit.wfile.write(CONTENT)

    server.behaviour = Then(cuts_off, whole)
    with pytest.raises(DownloadError):
        fetch(server, tmp_path / "weights.pt")
    fetch(server, tmp_path / "weights.pt")
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT


def grafts(visit: Visit) -> None:
    """Send the rest of another file, and say so only in its ETag."""
    visit.head(
        206,
        Content_Length=len(OTHER) - visit.start,
        Content_Range=f"bytes {visit.start}-{len(OTHER) - 1}/{len(OTHER)}",
        ETag='"two"',
    )
    visit.wfile.write(OTHER[visit.start :])


def elsewhere(visit: Visit) -> None:
    """Send another range than the one asked for."""
    visit.head(206, Content_Length=10, Content_Range=f"bytes 0-9/{len(CONTENT)}", ETag='"one"')
    visit.wfile.write(CONTENT[:10])


def grows(visit: Visit) -> None:
    """Send the rest of a longer file under the same ETag."""
    visit.head(206, Content_Length=10, Content_Range=f"bytes {visit.start}-9/{len(CONTENT) + 10}", ETag='"one"')
    visit.wfile.write(OTHER[:10])


@pytest.mark.parametrize(
    "second",
    [
        lambda visit: send(visit, OTHER, tag='"two"'),
        lambda visit: grafts(visit) if visit.start else send(visit, OTHER, tag='"two"'),
        lambda visit: grows(visit) if visit.start else send(visit, OTHER, tag='"two"'),
        lambda visit: elsewhere(visit) if visit.start else send(visit, OTHER, tag='"two"'),
        lambda visit: visit.head(416, Content_Length=0) if visit.start else send(visit, OTHER, tag='"two"'),
    ],
)
def test_content_that_changed_meanwhile_is_never_mixed(
    server: Server, tmp_path: Path, second: Callable[[Visit], None]
) -> None:
    server.behaviour = Then(cuts_off, second)
    target = tmp_path / "weights.pt"
    with pytest.raises(DownloadError):
        fetch(server, target)
    fetch(server, target)
    assert target.read_bytes() == OTHER


def test_what_cannot_be_told_apart_is_not_resumed(server: Server, tmp_path: Path) -> None:
    def nameless(visit: Visit) -> None:
        visit.head(200, Content_Length=len(CONTENT))
        visit.wfile.write(CONTENT[:400_000])

    server.behaviour = Then(nameless)
    with pytest.raises(DownloadError):
        fetch(server, tmp_path / "weights.pt")
    fetch(server, tmp_path / "weights.pt")
    assert server.asked == [None, None]
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT


def test_a_range_shorter_than_the_rest_is_not_taken_for_the_end(server: Server, tmp_path: Path) -> None:
    def short(visit: Visit) -> None:
        start = visit.start
        visit.head(206, Content_Length=50, Content_Range=f"bytes {start}-{start + 49}/{len(CONTENT)}", ETag='"one"')
        visit.wfile.write(CONTENT[start : start + 50])

    server.behaviour = Then(cuts_off, Then(short))
    target = tmp_path / "weights.pt"
    for _ in range(2):
        with pytest.raises(DownloadError, match="what has arrived is kept"):
            fetch(server, target)
    fetch(server, target)
    assert server.asked == [None, "bytes=400000-", "bytes=400050-"]
    assert target.read_bytes() == CONTENT


def test_a_part_that_was_complete_is_only_checked(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "weights.pt"
    running = download(server.address, target, limits=PATIENT)
    assert any(p.done == p.total for p in running)
    running.close()
    fetch(server, target)
    assert server.asked == [None]
    assert target.read_bytes() == CONTENT


def endless(visit: Visit) -> None:
    visit.head(200, Transfer_Encoding="chunked", ETag='"one"')
    for _ in range(100):
        visit.wfile.write(b"%x\r\n%s\r\n" % (len(CONTENT), CONTENT))


def announces_too_much(visit: Visit) -> None:
    visit.head(200, Content_Length=PATIENT.bytes + 1, ETag='"one"')


@pytest.mark.parametrize("behaviour", [endless, announces_too_much])
def test_a_file_beyond_the_limit_is_refused(server: Server, tmp_path: Path, behaviour: Callable[[Visit], None]) -> None:
    server.behaviour = behaviour
    with pytest.raises(DownloadError, match="larger than"):
        fetch(server, tmp_path / "weights.pt")
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) < PATIENT.bytes / 2


def test_a_chunked_answer_is_read_to_its_end(server: Server, tmp_path: Path) -> None:
    def chunked(visit: Visit) -> None:
        visit.head(200, Transfer_Encoding="chunked")
        visit.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(CONTENT), CONTENT))

    server.behaviour = chunked
    progress = fetch(server, tmp_path / "weights.pt")
    assert progress[-1] == DownloadProgress(len(CONTENT), None)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT


def nameless_length(visit: Visit) -> None:
    visit.head(200, ETag='"one"')
    visit.wfile.write(CONTENT)


def packed(visit: Visit) -> None:
    visit.head(200, Content_Length=len(CONTENT), Content_Encoding="gzip")
    visit.wfile.write(CONTENT)


def broken_chunks(visit: Visit) -> None:
    visit.head(200, Transfer_Encoding="chunked")
    visit.wfile.write(b"ffff\r\nonly this")


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (nameless_length, "does not say how large"),
        (packed, "another form"),
        (broken_chunks, "the connection broke"),
        (lambda visit: visit.head(200, Content_Length="9" * 5000), "does not say how large"),
        (lambda visit: visit.head(404, Content_Length=0), "404"),
        (lambda visit: visit.head(416, Content_Length=0), "does not send the whole"),
        (lambda visit: visit.head(302, Location="http://192.0.2.1/weights.pt", Content_Length=0), "not encrypted"),
        (lambda visit: visit.head(302, Location="file:///etc/passwd", Content_Length=0), "not encrypted"),
        (lambda visit: visit.head(302, Location="http://[", Content_Length=0), "circles"),
        (lambda visit: visit.head(302, Location="/again", Content_Length=0), "circles"),
    ],
)
def test_a_server_that_misbehaves_is_refused_in_one_sentence(
    server: Server, tmp_path: Path, behaviour: Callable[[Visit], None], said: str
) -> None:
    server.behaviour = behaviour
    with pytest.raises(DownloadError, match=said) as refused:
        fetch(server, tmp_path / "weights.pt")
    assert "\n" not in str(refused.value)
    assert "http" not in str(refused.value).replace("https", "")
    assert not (tmp_path / "weights.pt").exists()


def test_an_address_that_is_not_encrypted_is_never_asked(tmp_path: Path) -> None:
    for address in ("http://192.0.2.1/x", "ftp://localhost/x", "file:///etc/passwd", "weights.pt"):
        with pytest.raises(DownloadError, match="not encrypted"):
            list(download(address, tmp_path / "x", limits=PATIENT))


def test_a_redirect_on_this_machine_is_followed(server: Server, tmp_path: Path) -> None:
    server.behaviour = Then(lambda visit: visit.head(302, Location="/elsewhere", Content_Length=0))
    fetch(server, tmp_path / "weights.pt", sha256=SHA256)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT


def test_the_body_of_a_redirect_is_not_read(server: Server, tmp_path: Path) -> None:
    def endless_redirect(visit: Visit) -> None:
        visit.head(302, Location="/elsewhere", Transfer_Encoding="chunked")
        while True:  # ends when the client hangs up
            visit.wfile.write(b"%x\r\n%s\r\n" % (len(CONTENT), CONTENT))

    server.behaviour = Then(endless_redirect)
    fetch(server, tmp_path / "weights.pt", sha256=SHA256)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT


def test_an_unreachable_server_is_said(tmp_path: Path) -> None:
    with Server() as closed:
        address = closed.address
    with pytest.raises(DownloadError, match="the connection broke"):
        list(download(address, tmp_path / "x", limits=PATIENT))


def test_a_published_checksum_decides(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="checksum published"):
        fetch(server, tmp_path / "weights.pt", sha256="0" * 64)
    assert [f.name for f in tmp_path.iterdir()] == ["weights.pt.lock"]
    fetch(server, tmp_path / "weights.pt", sha256=SHA256.upper())
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT


def test_the_checksum_of_the_first_download_binds_the_later_ones(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "weights.pt"
    fetch(server, target)
    server.behaviour = lambda visit: send(visit, OTHER, tag='"two"')
    with pytest.raises(DownloadError, match="of its first download"):
        fetch(server, target)
    assert target.read_bytes() == CONTENT, "the earlier file stays"


def test_a_file_is_fetched_by_one_at_a_time(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "weights.pt"
    running = download(server.address, target, limits=PATIENT)
    next(running)
    with pytest.raises(DownloadError, match="already"):
        fetch(server, target)
    running.close()
    fetch(server, target)
    with FileLock(tmp_path / "weights.pt.lock", timeout=0):
        assert target.read_bytes() == CONTENT


def test_a_target_that_cannot_be_written_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "weights.pt.part").mkdir()
    with pytest.raises(DownloadError, match="could not be fetched"):
        fetch(server, tmp_path / "weights.pt")
