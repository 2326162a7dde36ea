"""Fetching large files: with progress, a way to stop, resume, and a checksum. The server is not trusted.

A download is a generator of progress: to close it is to stop fetching. What has arrived is kept beside the target
and the next call goes on from there, but only when the server proves that the content is still the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from filelock import FileLock, Timeout
from urllib3.exceptions import HTTPError

from lwise_core._utils.errors import LWiseError

_CHUNK = 2**18
_REDIRECTS, _MOST_DIGITS = 5, 18  # the digits are of a size that a server states
_HERE = ("localhost", "127.0.0.1", "::1")
_MOVED = (301, 302, 303, 307, 308)
_FAILURES = (requests.RequestException, HTTPError, OSError)


class DownloadError(LWiseError):
    """A file that could not be fetched. The message is one sentence: what happened, and what is kept or to do."""


@dataclass(frozen=True)
class DownloadProgress:
    """Bytes that have arrived, and how many there will be; None while the server has not said."""

    done: int
    total: int | None


@dataclass(frozen=True)
class Limits:
    """Largest file in bytes, and how many seconds the server may stay silent."""

    bytes: int = 4 * 2**30
    silence: float = 30.0


@dataclass(frozen=True)
class _Partial:
    """What is known of a file that has arrived in part: enough to tell whether the server still has the same one."""

    address: str
    validator: str
    total: int | None


@dataclass(frozen=True)
class _Job:
    """One file to fetch, and where its parts lie."""

    address: str
    target: Path
    limits: Limits

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def notes(self) -> Path:
        return self.target.with_name(self.target.name + ".part.json")

    @property
    def lock(self) -> Path:
        return self.target.with_name(self.target.name + ".lock")

    def forget(self) -> None:
        """Remove what has arrived so far."""
        self.part.unlink(missing_ok=True)
        self.notes.unlink(missing_ok=True)


def download(
    address: str,
    target: Path,
    *,
    sha256: str | None = None,
    limits: Limits | None = None,
    accept: Callable[[Path], object] = Path.stat,
) -> Generator[DownloadProgress]:
    """Fetch ``address`` into the file ``target``, which appears only when it is complete and checked.

    The checksum is ``sha256`` where one is published. Where none is, that of the first download is recorded beside the
    file (``checksum_file``) and later downloads must agree with it.

    Args:
        address: Where the file is, https.
        target: Where it shall be.
        sha256: Its published checksum.
        limits: What the server may do.
        accept: Called with the complete file before it counts as the first download; what it raises refuses the file,
            so that a login page sent instead is not taken for it for ever.

    Raises:
        DownloadError: The server cannot be reached, falls silent, sends something else than it announced, than it sent
            before or than the checksum says; or the file is too large, or is being fetched already. What has arrived is
            kept for the next try where it can be trusted.
    """
    job = _Job(address, target, limits or Limits())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # A page's iterator may go on in another thread than the one that began it.
        with FileLock(job.lock, timeout=0, thread_local=False):
            yield from _fetch(job)
            _check(job, published=sha256, accept=accept)
            job.part.replace(target)
            job.notes.unlink(missing_ok=True)
    except Timeout as error:
        raise DownloadError(f"“{target.name}” is being fetched already; wait until that is done.") from error
    except _FAILURES as error:
        raise DownloadError(
            f"“{target.name}” could not be fetched ({why_it_broke(error)}); what has arrived is kept, so try again."
        ) from error


def checksum_file(target: Path) -> Path:
    """Return the file beside ``target`` that records its checksum, in the format of sha256sum."""
    return target.with_name(target.name + ".sha256")


def recorded_checksum(target: Path) -> str | None:
    """Return the SHA-256 recorded beside ``target``, None where there is none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        words = checksum_file(target).read_text(encoding="utf-8").split()
        return words[0] if words else None
    return None


def record_checksum(target: Path, sha256: str) -> None:
    """Record ``sha256`` beside ``target``."""
    checksum_file(target).write_text(f"{sha256}  {target.name}\n", encoding="utf-8")


def file_checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(job: _Job) -> Iterator[DownloadProgress]:
    """Yield progress until the part is complete, going on from an earlier one where that is possible."""
    done = _usable(job)
    notes = _notes(job)
    if notes is not None and notes.total == done:
        yield DownloadProgress(done, done)  # it was complete, and only its check was missing
        return
    if done:
        with _open(job, start=done) as response:
            if _continues(job, response, start=done):
                yield from _receive(job, response, start=done)
                return
        job.forget()  # another file than the one begun, or a server that cannot resume: from the beginning
    with _open(job, start=0) as response:
        if response.status_code != 200:
            raise DownloadError(f"The server does not send the whole of “{job.target.name}”, so it is not fetched.")
        yield from _receive(job, response, start=0)


def _usable(job: _Job) -> int:
    """Return how many bytes of an earlier try can be gone on from; remove what cannot."""
    notes = _notes(job)
    size = job.part.stat().st_size if job.part.is_file() else 0
    if notes is None or notes.address != job.address or not notes.validator or size == 0:
        job.forget()
        return 0
    return size


def _notes(job: _Job) -> _Partial | None:
    try:
        return _Partial(**json.loads(job.notes.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


class _Session(requests.Session):
    """A session that leaves redirects to us: requests would read their bodies, however long, before looking on."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  the signature is requests'
        return None


def _open(job: _Job, *, start: int) -> requests.Response:
    """Return the answer to a request for the bytes from ``start``, redirects followed by our own rules."""
    headers = {"Accept-Encoding": "identity"}
    notes = _notes(job)
    if start and notes:
        headers |= {"Range": f"bytes={start}-", "If-Range": notes.validator}
    address = job.address
    for _ in range(_REDIRECTS + 1):
        check_address(address, first=job.address)
        response = _Session().get(address, headers=headers, stream=True, timeout=job.limits.silence)
        if response.status_code in _MOVED and "Location" in response.headers:
            response.close()
            with contextlib.suppress(ValueError):  # no address at all: asked for again, and refused as a circle
                address = urljoin(address, response.headers["Location"])
            continue
        if response.status_code in (200, 206, 416):
            return response
        response.close()
        raise DownloadError(f"The server answered “{response.status_code} {response.reason}” for “{job.target.name}”.")
    raise DownloadError(f"The server sends “{job.target.name}” round in circles.")


def check_address(address: str, *, first: str) -> None:
    """Accept https, and plain http on this machine when that is where the download began.

    Raises:
        DownloadError: The address is another one.
    """
    scheme, host = _scheme_and_host(address)
    local = scheme == "http" and host in _HERE and _scheme_and_host(first)[1] in _HERE
    if scheme != "https" and not local:
        raise DownloadError("The address leads to a connection that is not encrypted (https), so it is not followed.")


def _scheme_and_host(address: str) -> tuple[str, str | None]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", None
    return parts.scheme, parts.hostname


def _continues(job: _Job, response: requests.Response, *, start: int) -> bool:
    """Tell whether ``response`` goes on where the part ends, with the same content as before."""
    notes = _notes(job)
    if response.status_code != 206 or notes is None:
        return False
    span, _, total = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    same_size = notes.total is None or total == str(notes.total)
    return span.startswith(f"{start}-") and same_size and _validator(response) == notes.validator


def _validator(response: requests.Response) -> str:
    """Return what identifies the content: a strong ETag, else the time of the last change, else nothing."""
    tag = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")


def _total(response: requests.Response) -> int | None:
    """Return the size of the whole file as the server states it, also in the answer to a range."""
    ranged = response.headers.get("Content-Range", "").rpartition("/")[2]
    stated = ranged if response.status_code == 206 else response.headers.get("Content-Length", "")
    return int(stated) if stated.isdecimal() and len(stated) <= _MOST_DIGITS else None


def _check_room(job: _Job, *, total: int | None, there: int) -> None:
    """Refuse what would fill the disk, on which answers are kept: it must hold all that is to come, and that once more.

    The second time is for what is unpacked of an archive, and for everybody else.
    """
    needed = 2 * (job.limits.bytes if total is None else total) - there
    if shutil.disk_usage(job.target.parent).free < needed:
        raise DownloadError(
            f"“{job.target.name}” needs {needed / 1e9:,.1f} GB of free disk, unpacking included, and there is less: "
            "make room and try again."
        )


def _receive(job: _Job, response: requests.Response, *, start: int) -> Iterator[DownloadProgress]:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise DownloadError(f"The server sends “{job.target.name}” in another form than asked for.")
    total = _total(response)
    if total is None and response.headers.get("Transfer-Encoding", "") != "chunked":
        raise DownloadError(f"The server does not say how large “{job.target.name}” is, so it is not fetched.")
    if (total or 0) > job.limits.bytes:
        raise _too_large(job)
    _check_room(job, total=total, there=start)
    job.notes.write_text(json.dumps(asdict(_Partial(job.address, _validator(response), total))), encoding="utf-8")
    done = start
    yield DownloadProgress(done, total)
    with job.part.open("ab" if start else "wb") as sink:
        while block := response.raw.read1(_CHUNK, decode_content=False):
            done += len(block)
            if done > job.limits.bytes:
                break
            sink.write(block)
            yield DownloadProgress(done, total)
    if done > job.limits.bytes:
        job.forget()
        raise _too_large(job)
    if total is not None and done != total:
        raise DownloadError(
            f"The connection ended after {done:,} of {total:,} bytes of “{job.target.name}”; "
            "what has arrived is kept, so try again."
        )


def _too_large(job: _Job) -> DownloadError:
    return DownloadError(
        f"“{job.target.name}” is larger than {job.limits.bytes / 2**20:,.0f} MB, so it is not fetched."
    )


def _check(job: _Job, *, published: str | None, accept: Callable[[Path], object]) -> None:
    """Compare the complete part with the published or recorded checksum; record it at first use."""
    found = file_checksum(job.part)
    expected = published or recorded_checksum(job.target)
    if expected is not None and found != expected.lower():
        job.forget()
        source = "published for it" if published else "of its first download"
        raise DownloadError(f"“{job.target.name}” does not have the checksum {source}, so it was removed.")
    try:
        accept(job.part)
    except Exception:
        job.forget()
        raise
    if expected is None:
        record_checksum(job.target, found)


def why_it_broke(error: Exception) -> str:
    """Return why fetching or unpacking failed, in a few words and without addresses."""
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return "the server fell silent"
    if isinstance(error, requests.ConnectionError | HTTPError):
        return "the connection broke"
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or "what arrived is damaged"
