"""Models of the Hub as guides, from a server on this machine that speaks its protocol."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import safetensors.torch
import timm
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lwise_core.guides.catalog import Catalog, GuideStatus
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.downloads import DownloadError
from lwise_core.guides.hub import HubAddress, HubError, fetch_hub_guide, read_configuration

COMMIT = "c" * 40
CONFIG = {
    "architecture": "test_resnet",
    "num_classes": 3,
    "label_names": ["n1", "n2", "n3"],
    "label_descriptions": {"n1": "ant, emmet", "n2": "bee", "n3": "wasp"},
    "pretrained_cfg": {"input_size": [3, 160, 160], "mean": [0.4, 0.5, 0.6], "std": [0.2, 0.2, 0.3], "license": "mit"},
}


class Hub(ThreadingHTTPServer):
    """The Hub of one model: small files are sent, large ones are redirected to where they lie."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.lies_at = f"{self.endpoint}/storage/"
        self.sha256: str | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        return

    def _answer(self, *, body: bool) -> None:
        self.close_connection = True
        self.server.asked.append(f"{self.command} {self.path}")
        content = self.server.files.get(self.path.rpartition("/")[2])
        known = self.path.startswith(("/mine/ants/resolve/main/", f"/mine/ants/resolve/{COMMIT}/", "/storage/"))
        if content is None or not known:
            self._head(404, {"Content-Length": "0", "X-Error-Code": "EntryNotFound"})
            return
        facts = {"X-Repo-Commit": COMMIT, "ETag": '"etag"'}
        if self.path.endswith(".safetensors") and not self.path.startswith("/storage/"):
            digest = self.server.sha256 or hashlib.sha256(content).hexdigest()
            linked = {"X-Linked-Size": str(len(content)), "X-Linked-ETag": f'"{digest}"'}
            place = {"Location": self.server.lies_at + "model.safetensors", "Content-Length": "0"}
            self._head(302, facts | linked | place)
            return
        self._head(200, facts | {"Content-Length": str(len(content))})
        if body:
            self.wfile.write(content)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def _running() -> Iterator[Hub]:
    with Hub() as hub:
        thread = Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return dict(timm.create_model("test_resnet", num_classes=3).state_dict())


@pytest.fixture
def hub(state: dict[str, torch.Tensor], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with _running() as hub:
        hub.files = {"config.json": json.dumps(CONFIG).encode(), "model.safetensors": safetensors.torch.save(state)}
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


def fetched(home: Path) -> Catalog:
    catalog = Catalog(home / "bundled", home, published=())
    list(catalog.download("hf-hub:mine/ants"))
    return catalog


@pytest.mark.usefixtures("hub")
def test_a_model_becomes_a_guide_with_what_its_config_says(tmp_path: Path) -> None:
    catalog = fetched(tmp_path)
    (entry,) = catalog.entries()
    assert (entry.name, entry.state) == ("mine-ants", GuideStatus.READY)
    guide = catalog.load("mine-ants")
    assert (guide.classes, guide.input_size) == (("ant", "bee", "wasp"), 160)
    assert guide.normaliser.mean.flatten().tolist() == pytest.approx([0.4, 0.5, 0.6])
    assert entry.card is not None
    assert (entry.card.licence, entry.card.training) == ("mit", {"source": f"hf-hub:mine/ants@{COMMIT}"})
    assert sorted(p.name for p in (tmp_path / "models" / "mine-ants").iterdir() if p.suffix != ".lock") == [
        "card.json",
        "model.safetensors",
    ]


def test_both_files_are_of_one_commit_and_nothing_else_is_asked_for(hub: Hub, tmp_path: Path) -> None:
    fetched(tmp_path)
    assert hub.asked == [
        "HEAD /mine/ants/resolve/main/config.json",
        f"GET /mine/ants/resolve/{COMMIT}/config.json",
        f"HEAD /mine/ants/resolve/{COMMIT}/model.safetensors",
        f"GET /mine/ants/resolve/{COMMIT}/model.safetensors",
        "GET /storage/model.safetensors",
    ]


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    fetched(tmp_path)
    hub.asked.clear()
    with pytest.raises(HubError, match="is there already"):
        fetched(tmp_path)
    assert not hub.asked


def refused(home: Path, match: str, kind: type[Exception] = HubError) -> None:
    with pytest.raises(kind, match=match):
        fetched(home)
    assert Catalog(home / "bundled", home, published=()).entries() == ()


def test_a_model_without_safetensors_is_refused(hub: Hub, tmp_path: Path) -> None:
    del hub.files["model.safetensors"]
    hub.files["pytorch_model.bin"] = b"a program"
    refused(tmp_path, "gives no “model.safetensors” of “mine/ants”")
    assert not any("pytorch_model" in asked for asked in hub.asked)


def test_a_pickle_of_that_name_is_refused(hub: Hub, tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    torch.save(state, tmp_path / "x.pt")
    hub.files["model.safetensors"] = (tmp_path / "x.pt").read_bytes()
    refused(tmp_path, "is called safetensors and is not", CheckpointError)


def test_weights_of_another_network_are_refused(hub: Hub, tmp_path: Path) -> None:
    hub.files["config.json"] = json.dumps(CONFIG | {"architecture": "resnet10t"}).encode()
    refused(tmp_path, "do not fit resnet10t", CheckpointError)


def test_another_checksum_than_the_hub_says_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.sha256 = "0" * 64
    refused(tmp_path, "does not have the checksum published for it", DownloadError)


@pytest.mark.parametrize("place", ["http://example.org/", "file:///etc/", "ftp://127.0.0.1/"])
def test_a_redirect_to_an_open_connection_is_not_followed(hub: Hub, tmp_path: Path, place: str) -> None:
    hub.lies_at = place
    refused(tmp_path, "not encrypted", DownloadError)


@pytest.mark.usefixtures("hub")
def test_a_large_config_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwise_core.guides.hub.MAX_CONFIG_BYTES", 100)
    refused(tmp_path, "larger than", DownloadError)


@pytest.mark.parametrize(
    "text",
    [
        "mine/ants",
        "hf-hub:ants",
        "hf-hub:../ants",
        "hf-hub:a/../b",
        "hf-hub:a/b/c",
        "hf-hub:a/b@../../x",
        "hf-hub:a/b?x",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(HubError, match="hf-hub:OWNER/NAME"):
        HubAddress.parse(text)


@given(st.text(max_size=30))
def test_no_address_leaves_its_place(text: str) -> None:
    try:
        address = HubAddress.parse(f"hf-hub:{text}")
    except HubError:
        return
    assert "/" not in address.guide_name
    assert ".." not in address.file("config.json", endpoint="")
    assert address.file("config.json", endpoint="").count("/") == 5


@pytest.mark.parametrize(
    "changed",
    [
        {"architecture": "../x"},
        {"architecture": 5},
        {"architecture": None},
        {"pretrained_cfg": {"mean": ["a", 0, 0]}},
        {"pretrained_cfg": {"std": [0.0, 1.0, 1.0]}},
        {"pretrained_cfg": {"input_size": [3, 10**9, 10**9]}},
        {"pretrained_cfg": {"input_size": [1, 32, 32]}},
        {"pretrained_cfg": {"input_size": [3, 32, 64]}},
        {"label_names": [["a"]]},
    ],
)
def test_a_config_that_says_what_no_guide_can_have_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(HubError, match="cannot be a guide"):
        read_configuration(json.dumps(CONFIG | changed).encode())


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"null", b"\xff\xfe"])
def test_what_is_no_config_is_refused(data: bytes) -> None:
    with pytest.raises(HubError, match=r"config\.json is not"):
        read_configuration(data)


def test_of_many_names_that_are_none_the_first_is_told_and_no_list_is_made_of_all() -> None:
    """Two megabytes of them took 3.5 s of the processor and 663 MB: pydantic keeps what is wrong with each."""
    with pytest.raises(HubError, match=r"label_names\.0") as refused:
        read_configuration(json.dumps(CONFIG | {"label_names": [1, 2, 3]}).encode())
    assert isinstance(refused.value.__cause__, ValidationError)
    assert refused.value.__cause__.error_count() == 1


def test_names_that_do_not_fit_the_outputs_are_not_taken() -> None:
    configuration = read_configuration(json.dumps(CONFIG).encode())
    assert configuration.classes(3) == ("ant", "bee", "wasp")
    assert configuration.classes(2) == ("class 0", "class 1")
    twice = read_configuration(json.dumps(CONFIG | {"label_descriptions": {"n1": "ant", "n2": "Ant"}}).encode())
    assert twice.classes(3) == ("n1", "n2", "n3")


def test_without_a_connection_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="cannot be reached"):
        list(fetch_hub_guide(HubAddress("mine", "ants"), tmp_path, endpoint="http://127.0.0.1:9"))
