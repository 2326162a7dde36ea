"""Pictures and results in object storage, at any address that fsspec knows: ``s3://bucket/folder``, ``gs://…``.

Every reader, a worker on another machine too, opens the address itself, with the credentials of its own environment;
an address with a password in it is refused, so none can land in a plan, a log or a message. Only the shell takes
addresses: a page that did would let its visitors send the server anywhere.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import fsspec
from fsspec.implementations.local import LocalFileSystem

from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import LISTS, DirmapSet
from lwise_core.data.entries import Labels, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import GONE, Found, StoreUnavailable
from lwise_core.data.picture_sets import FolderSet, folder_labels, label_column

_VERSIONS = ("ETag", "etag", "md5Hash", "generation", "LastModified", "last_modified", "mtime", "created")
"""What storages call that which changes with a file's content, the surest first."""

_LOST = {
    "timeout": "no answer came in time",
    "credential": "no credentials were found",
    "connect": "no connection came about",
    "ssl": "its certificate is not trusted",
}


def is_url(source: str) -> bool:
    """Whether ``source`` is an address and not a path."""
    return "://" in source


def remote_set(url: str, *, labels: Labels | None = None, column: str = "") -> PictureSet:
    """Return the pictures at ``url``: a folder of [split/]class/file, or a dirmap CSV.

    Args:
        url: Its address.
        labels: Who says the classes, as for :func:`lwise_core.data.picture_sets.picture_set`.
        column: The column of a CSV that says them, ``class`` where it is empty.

    Raises:
        DatasetError: The address is none, there is nothing there, or it is an archive.
        StoreUnavailable: It cannot be reached.
    """
    store = Storage.at(url)
    if store.key.lower().endswith(LISTS):
        if store.kind("") != "file":
            raise DatasetError(f"There is no dirmap CSV “{url}”.")
        return DirmapSet(DirmapFile(store.above, store.name), label_column(labels, column))
    if store.kind("") != "directory":
        raise DatasetError(
            f"There is no folder “{url}”; archives and patterns with wildcards are read from this machine's disk only."
        )
    return FolderSet(store, folder_labels(labels, column))


@dataclass(frozen=True)
class Storage:
    """A folder in object storage, a writable :class:`~lwise_core.data.file_stores.FileStore`; see :meth:`at`."""

    url: str

    @classmethod
    def at(cls, url: str) -> Storage:
        """Return the folder at ``url``.

        Raises:
            DatasetError: It is no address, carries a password or a token, is a path of this machine, or needs a package
                that is not installed.
        """
        if not is_url(url):
            raise DatasetError(f"“{url}” is no address; write it as s3://bucket/folder.")
        if not url.partition("://")[2].strip("/"):
            raise DatasetError(f"“{url}” names no place in the storage; write it as s3://bucket/folder.")
        host, _, path = url.partition("://")[2].partition("/")
        port = host.partition(":")[2]
        if "?" in path:
            raise DatasetError(
                "An address holds no password and no token, and so no “?”; credentials come from where the storage's "
                "own tools find them, and a folder with a “?” in its name has to be renamed."
            )
        if "@" in host or (port and not port.isdecimal()) or "::" in url:
            raise DatasetError(
                "An address holds no password, no token and no “::”; credentials come from where the storage's own "
                "tools find them, such as AWS_PROFILE."
            )
        store = cls(url.rstrip("/"))
        if isinstance(store._opened()[0], LocalFileSystem):
            raise DatasetError(f"“{url}” is a path of this machine; give it without “://”.")
        return store

    @property
    def key(self) -> str:
        """What follows the bucket or the host."""
        return self.url.partition("://")[2].partition("/")[2]

    @property
    def name(self) -> str:
        return PurePosixPath(self.url).name

    @property
    def place(self) -> Path | None:
        return None

    @property
    def above(self) -> Storage:
        """The folder that holds this one, or the file that the address means."""
        return Storage(self.url.rpartition("/")[0])

    def below(self, path: str) -> Storage:
        return Storage(_joined(self.url, path))

    def kind(self, path: str) -> str:
        """Return ``file`` or ``directory``, or nothing where there is neither."""
        filesystem, root = self._opened()
        try:
            with _reached(_joined(self.url, path)):
                return str(filesystem.info(_joined(root, path))["type"])
        except FileNotFoundError:
            return ""

    def listed(self, path: str) -> Sequence[Found]:
        found = (f for f in self._all(path) if f.name and not f.name.startswith("."))
        return sorted(found, key=lambda f: (f.name, f.is_folder))

    def states(self) -> Callable[[str], str]:
        @cache
        def within(folder: str) -> Mapping[str, str]:
            try:
                return {f.name: f.state for f in self._all(folder) if not f.is_folder}
            except FileNotFoundError:
                return {}

        def state(path: str) -> str:
            folder, _, name = path.rpartition("/")
            return within(folder).get(name, GONE)

        return state

    def size(self, path: str) -> int:
        filesystem, root = self._opened()
        with _reached(_joined(self.url, path)):
            return int(filesystem.info(_joined(root, path))["size"])

    def opened(self, path: str) -> BinaryIO:
        return io.BytesIO(self.read(path, at_most=self.size(path)))

    def read(self, path: str, *, at_most: int) -> bytes:
        filesystem, root = self._opened()
        with _reached(_joined(self.url, path)):
            try:
                data: bytes = filesystem.cat_file(_joined(root, path), start=0, end=at_most)
            except OSError:
                if self.size(path):
                    raise
                return b""  # S3 has no first byte of an empty file to give out
        return data

    def holds(self, path: str) -> bool:  # noqa: ARG002 - there are no links
        return True

    def put(self, file: Path, path: str) -> str:
        """Copy a file here and return its state.

        Raises:
            FileNotFoundError: The bucket is not there.
            StoreUnavailable: It cannot be reached, or may not be written to.
        """
        filesystem, root = self._opened()
        target = _joined(root, path)
        with _reached(_joined(self.url, path)):
            filesystem.put_file(str(file), target)
            return _state(filesystem.info(target))

    def is_empty(self) -> bool:
        """Whether nothing lies here, not even in folders below.

        Raises:
            DatasetError: The bucket is not there.
            StoreUnavailable: It cannot be reached.
        """
        try:
            return not any(self._all(""))
        except FileNotFoundError:
            filesystem, root = self._opened()
            bucket = root.strip("/").partition("/")[0]
        try:
            with _reached(self.url):
                filesystem.info(bucket)
        except FileNotFoundError:
            raise DatasetError(
                f"There is no bucket “{bucket}”, so nothing can be copied there; make it first."
            ) from None
        return True

    def lies_in(self, other: Storage) -> bool:
        """Whether this is the folder ``other`` or one below it, however either is spelt."""
        (mine, here), (theirs, there) = self._opened(), other._opened()
        return type(mine) is type(theirs) and f"{here}/".startswith(f"{there}/")

    def _all(self, path: str) -> Iterator[Found]:
        filesystem, root = self._opened()
        folder = _joined(root, path)
        with _reached(_joined(self.url, path)):
            found = filesystem.ls(folder, detail=True)
        for info in found:
            whole = str(info["name"]).rstrip("/")
            is_folder = info["type"] == "directory"
            if whole != folder:  # some storages keep an empty file for a folder and list it with the others
                yield Found(whole.rpartition("/")[2], is_folder, "" if is_folder else _state(info))

    def _opened(self) -> tuple[Any, str]:
        """Return fsspec's file system, which it keeps one a process of, and what it calls the folder."""
        protocol = self.url.partition("://")[0]
        try:
            fsspec.get_filesystem_class(protocol)
        except ImportError as error:
            how = "pip install -r requirements-s3.txt" if protocol in ("s3", "s3a") else str(error)
            raise DatasetError(f"“{protocol}://” needs a package that is not installed: {how}") from error
        except ValueError as error:
            raise DatasetError(
                f"There is no storage “{protocol}://”; use s3:// or another that fsspec knows."
            ) from error
        with _reached(self.url):
            filesystem, root = fsspec.core.url_to_fs(self.url, use_listings_cache=False)
        return filesystem, str(root).rstrip("/")


@contextmanager
def _reached(address: str) -> Iterator[None]:
    """Say in one sentence that a storage cannot be reached; what the storage says may quote a request, so it stays."""
    try:
        yield
    except (FileNotFoundError, StoreUnavailable):
        raise
    except PermissionError:
        raise StoreUnavailable(
            f"“{address}” may not be used with the credentials of this machine; put them right and repeat the command, "
            "which does what is left."
        ) from None
    except Exception as error:  # noqa: BLE001 - every storage has errors of its own
        raise StoreUnavailable(
            f"“{address}” cannot be reached{_why_lost(error)}; check address, network and credentials, and "
            "repeat the command, which does what is left."
        ) from None


def _why_lost(error: Exception) -> str:
    """Return in words why a storage cannot be reached, as far as what its errors are called says it."""
    called = type(error).__name__.casefold()
    return next((f", as {words}" for part, words in _LOST.items() if part in called), "")


def _joined(root: str, path: str) -> str:
    return f"{root}/{path}" if path else root


def _state(info: Mapping[str, Any]) -> str:
    """Return what changes when a file does, by its entry in a listing."""
    version = next((info[v] for v in _VERSIONS if info.get(v)), "")
    return f"{info['size']}:{version.timestamp() if isinstance(version, datetime) else version}"
