from __future__ import annotations

import argparse
import io
import json
import os
import pickle
import runpy
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import safetensors.torch
import timm
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import (
    CONVERSION,
    Description,
    Layout,
    Weights,
    blueprint_for,
    build_guide,
    read_weights,
)
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import (
    IDENTITY_MEAN,
    IDENTITY_STD,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Domain,
    GuideModel,
    best_device,
)
from lwise_core.guides.model_card import MAX_CLASSES
from tests.conftest import tiny_network

FIXTURES = Path(__file__).parents[1] / "oracle" / "fixtures"
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
State = dict[str, torch.Tensor]


def saved(content: object, *, legacy: bool = False) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    return file.getvalue()


def tiny_state() -> State:
    return tiny_network().state_dict()


def prefixed(state: State, prefix: str) -> State:
    return {prefix + k: v for k, v in state.items()}


def wrapped(state: State, *, inner: str = "model.") -> State:
    """Return ``state`` as AttackerModel in DataParallel names it: the network twice, and the normaliser twice."""
    mean, std = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(STD).view(3, 1, 1)
    whole = prefixed(state, inner) | {"normalizer.new_mean": mean, "normalizer.new_std": std}
    whole |= prefixed(prefixed(state, inner), "attacker.")
    whole |= {"attacker.normalize.new_mean": mean, "attacker.normalize.new_std": std}
    return prefixed(whole, "module.")


def guide_from(weights: Weights, **said: object) -> GuideModel:
    return build_guide(weights, blueprint_for(weights), Description("mine", **said))  # type: ignore[arg-type]


def logits(weights: Weights, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    guide = guide_from(weights)
    with torch.no_grad():
        found: npt.NDArray[np.float32] = guide.logits(torch.from_numpy(images).to(guide.device)).cpu().numpy()
    return found


@pytest.mark.parametrize(
    ("file", "expected", "architecture"),
    [
        ("robustness.pt", "logits", "CompactResNet (width 4, stem stride 1)"),
        ("robustness_legacy.pt", "legacy_logits", "CompactResNet (width 2, stem stride 2)"),
    ],
)
def test_files_of_the_robustness_package_give_its_own_logits(file: str, expected: str, architecture: str) -> None:
    weights = read_weights(FIXTURES / file)
    with np.load(FIXTURES / "expected.npz") as arrays:
        np.testing.assert_allclose(logits(weights, arrays["images"]), arrays[expected], atol=1e-5, rtol=0)
    assert weights.layout is Layout.ROBUSTNESS
    assert weights.epoch == 2
    assert weights.ignored == (
        "“optimizer”",
        "“schedule”",
        "“amp”",
        "“adv_prec1”",
        "the attacker’s copies of 64 weights",
    )
    assert weights.normaliser is not None
    np.testing.assert_allclose(weights.normaliser, (MEAN, STD), atol=1e-7)
    assert guide_from(weights).provenance.architecture == architecture


def test_a_robustness_file_that_pickles_a_function_is_refused_with_a_way_to_convert_it() -> None:
    with pytest.raises(CheckpointError, match=r"wants to run “dill\.\S+”") as refused:
        read_weights(FIXTURES / "robustness_with_schedule_object.pt")
    assert refused.value.conversion == CONVERSION
    assert "\n" not in str(refused.value)
    compile(CONVERSION, "conversion", "exec")


WHOLE: dict[str, Callable[[torch.nn.Module], object]] = {
    "a network": lambda n: n,
    "a network in `model`": lambda n: {"epoch": 3, "model": n},
    "a state dict in `net`, beside what is refused": lambda n: {"epoch": 3, "net": n.state_dict(), "path": Path("x")},
    "a state dict in `model_state_dict`": lambda n: {"path": Path("x"), "model_state_dict": n.state_dict()},
}


@pytest.mark.parametrize("what", list(WHOLE))
def test_what_is_refused_is_read_after_the_program_that_is_offered(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = tiny_network()
    monkeypatch.chdir(tmp_path)
    torch.save(WHOLE[what](network), "weights.pt")
    with pytest.raises(CheckpointError) as refused:
        read_weights(Path("weights.pt"))
    Path("convert.py").write_text(refused.value.conversion)
    runpy.run_path("convert.py")
    converted = read_weights(Path("weights.safetensors"))
    torch.testing.assert_close(converted.state["head.weight"], network.state_dict()["head.weight"])
    assert guide_from(converted).classes == tuple(f"class {i}" for i in range(5))


def test_one_output_is_no_choice() -> None:
    state = tiny_state() | {
        "head.weight": torch.zeros(1, tiny_state()["head.weight"].shape[1]),
        "head.bias": torch.zeros(1),
    }
    with pytest.raises(CheckpointError, match="one output, which is no choice"):
        guide_from(read_weights(saved(state)))


@pytest.mark.parametrize("outputs", [MAX_CLASSES + 1, 10**9], ids=["too many", "outputs without a number"])
def test_a_small_file_cannot_ask_for_names_without_end(outputs: int) -> None:
    """1,108 bytes asked for a billion names of classes."""
    width = 1 if outputs < 10**6 else 0
    head = {"head.weight": torch.zeros(outputs, width), "head.bias": torch.zeros(5)}
    weights = read_weights(safetensors.torch.save(tiny_state() | head))
    with pytest.raises(CheckpointError, match=r"at most 50,000 classes|do not tell which network"):
        blueprint_for(weights)


def test_whole_numbers_are_no_weights() -> None:
    """As a quantised network has them: read as they are, they would be another network, and nothing would tell."""
    whole = {k: (100 * v).to(torch.int8) if v.ndim > 1 else v for k, v in tiny_state().items()}
    for data in (saved(whole), safetensors.torch.save(whole)):
        with pytest.raises(CheckpointError, match="are whole numbers, as a quantised network's are"):
            read_weights(data)


def test_tables_of_places_beside_the_weights_are_no_quantised_network() -> None:
    """As Swin has them, in 64 bits, and masks of truth values."""
    beside = {"index": torch.zeros(4, 4, dtype=torch.int64), "mask": torch.ones(4, 4, dtype=torch.bool)}
    assert set(beside) <= set(read_weights(saved(tiny_state() | beside)).state)


LAYOUTS: dict[str, Callable[[State], bytes]] = {
    "flat": saved,
    "flat, before the zip format": lambda s: saved(s, legacy=True),
    "DataParallel in `state_dict`, as CutMix": lambda s: saved({"state_dict": prefixed(s, "module."), "epoch": 7}),
    "`model`": lambda s: saved({"model": s}),
    "timm's training file": lambda s: saved({"state_dict": s, "args": argparse.Namespace(lr=0.1), "arch": "x"}),
    "AttackerModel in `model`": lambda s: saved({"model": wrapped(s), "epoch": 7}),
    "AttackerModel in `state_dict`, before the zip format": lambda s: saved({"state_dict": wrapped(s)}, legacy=True),
    "AttackerModel around a wrapper": lambda s: saved({"model": wrapped(s, inner="model.model.")}),
    "AttackerModel, flat": lambda s: saved(wrapped(s)),
    "parameters instead of plain weights": lambda s: saved({k: torch.nn.Parameter(v, False) for k, v in s.items()}),
    "float64": lambda s: saved({k: v.double() for k, v in s.items()}),
    "safetensors": safetensors.torch.save,
    "safetensors of a wrapped state dict": lambda s: safetensors.torch.save(
        {k: v.clone() for k, v in wrapped(s).items()}
    ),
}


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_every_layout_gives_the_same_network(layout: str) -> None:
    state = tiny_state()
    weights = read_weights(LAYOUTS[layout](state))
    floating = {k: v for k, v in state.items() if v.is_floating_point()}
    assert {k for k in weights.state if not k.endswith("num_batches_tracked")} == set(floating)
    for key, value in floating.items():
        assert weights.state[key].dtype is torch.float32
        assert weights.state[key].device.type == "cpu"
        torch.testing.assert_close(weights.state[key], value, atol=0, rtol=0)
    attacked = "AttackerModel" in layout or "wrapped" in layout
    assert (weights.normaliser is not None) == attacked
    guide = guide_from(weights)
    mean, std = (MEAN, STD) if attacked else (IMAGENET_MEAN, IMAGENET_STD)
    np.testing.assert_allclose(guide.normaliser.mean.flatten().cpu(), mean, atol=1e-7)
    np.testing.assert_allclose(guide.normaliser.std.flatten().cpu(), std, atol=1e-7)


def test_layouts_are_told_apart_in_words() -> None:
    state = tiny_state()
    assert read_weights(saved(state)).layout is Layout.FLAT
    assert read_weights(saved({"state_dict": state})).layout is Layout.TRAINING
    assert read_weights(saved(wrapped(state))).layout is Layout.ROBUSTNESS
    assert read_weights(safetensors.torch.save(state)).layout is Layout.SAFETENSORS


def test_what_was_ignored_is_said() -> None:
    weights = read_weights(saved({"state_dict": tiny_state(), "epoch": 3, "arch": "x", "best": np.float64(1)}))
    assert weights.epoch == 3
    assert weights.ignored == ("“arch”", "“best”")


def test_a_flat_xcit_keeps_its_pixels_as_they_are() -> None:
    with torch.device("meta"):
        shapes = timm.models.Xcit(patch_size=16, embed_dim=768, depth=12, num_heads=16, tokens_norm=True, num_classes=3)
    # The shapes of most weights do not matter for being recognised, so the file stays small.
    few = ("head.weight", "blocks.0.attn.temperature", "patch_embed.proj.6.0.weight")
    state = {k: torch.zeros(v.shape if k in few else ()) for k, v in shapes.state_dict().items()}
    for file in (saved(state), saved({"model": state}), saved({"state_dict": state})):
        blueprint = blueprint_for(read_weights(file))
        assert (blueprint.name, blueprint.mean, blueprint.std) == ("xcit_large_12_p16_224", IDENTITY_MEAN, IDENTITY_STD)


def test_a_path_and_its_bytes_are_read_alike(tmp_path: Path) -> None:
    data = saved(tiny_state())
    (tmp_path / "weights").write_bytes(data)
    assert read_weights(tmp_path / "weights").sha256 == read_weights(data).sha256


def test_half_precision_is_read_as_float32() -> None:
    state = {k: v.half() for k, v in tiny_state().items()}
    weights = read_weights(safetensors.torch.save(state))
    assert {v.dtype for k, v in weights.state.items() if not k.endswith("tracked")} == {torch.float32}
    torch.testing.assert_close(weights.state["head.weight"], state["head.weight"].float(), atol=0, rtol=0)


class Runs:
    """What an attacker puts into a pickle: unpickled without care, it runs a command."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("hidden", ["beside the weights", "as a weight", "as the whole"])
def test_a_malicious_pickle_is_refused_and_nothing_in_it_runs(tmp_path: Path, hidden: str, legacy: bool) -> None:
    marker = tmp_path / "owned"
    payload = Runs(os.system, f"touch {marker}")
    content = {
        "beside the weights": {"model": tiny_state(), "schedule": payload},
        "as a weight": tiny_state() | {"head.weight": payload},
        "as the whole": payload,
    }[hidden]
    data = saved(content, legacy=legacy)
    with pytest.raises(CheckpointError, match=r"wants to run “(os|posix)\.system”") as refused:
        read_weights(data)
    assert not refused.value.conversion  # no program that would run it is handed out
    assert not marker.exists()
    torch.load(io.BytesIO(data), weights_only=False)
    assert marker.exists(), "read without care, it would have run"


@pytest.mark.parametrize("function", [eval, exec, __import__, getattr, open, print])
def test_no_function_of_python_is_called(function: Callable[..., object]) -> None:
    with pytest.raises(CheckpointError, match=r"wants to run “\w+\.\w+”, as malicious files do") as refused:
        read_weights(saved({"model": tiny_state(), "x": Runs(function, "1")}))
    assert not refused.value.conversion


def test_a_bare_pickle_is_not_even_opened(tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(CheckpointError, match=r"not a weight file|no weight file but a pickle"):
            read_weights(pickle.dumps(Runs(os.system, f"touch {marker}"), protocol))
    assert not marker.exists()


def test_a_pickled_network_is_refused() -> None:
    with pytest.raises(CheckpointError, match="wants to run “lwise_core"):
        read_weights(saved({"model": tiny_network()}))


def test_allowed_names_stand_for_nothing() -> None:
    bogus = {
        "model": tiny_state(),
        "args": Runs(argparse.Namespace),
        "best": np.float64(3),
        "type": np.dtype("float32"),
    }
    assert read_weights(saved(bogus)).ignored == ("“args”", "“best”", "“type”")


def test_of_what_lies_beside_the_weights_without_end_twenty_are_named() -> None:
    """300,000 names were 3 MB of text, sent to the page each time that it was drawn; a file may hold ten times that."""
    beside = read_weights(saved({"model": tiny_state(), **dict.fromkeys(map(str, range(5000)))})).ignored
    assert (len(beside), beside[:2], beside[-1]) == (21, ("“0”", "“1”"), "4,980 more")


def test_what_is_allowed_here_is_allowed_nowhere_else() -> None:
    before = torch.serialization.get_safe_globals()
    read_weights(FIXTURES / "robustness.pt")
    with pytest.raises(CheckpointError):
        read_weights(FIXTURES / "robustness_with_schedule_object.pt")
    assert torch.serialization.get_safe_globals() == before


def test_many_readers_at_once_do_not_disturb_each_other() -> None:
    data = (FIXTURES / "robustness.pt").read_bytes()
    with ThreadPoolExecutor(8) as pool:
        epochs = list(pool.map(lambda _: read_weights(data).epoch, range(24)))
    assert epochs == [2] * 24


def rezipped(data: bytes, *, compression: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", compression) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
    return file.getvalue()


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name in names:
            new.writestr(name, b"x")
    return file.getvalue()


def header(content: object, body: bytes = b"", *, length: int | None = None) -> bytes:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The file is empty"),
    "text": (b"hello, these are my weights", "not a weight file"),
    "random": (np.random.default_rng(0).bytes(5000), "not a weight file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "no weight file but a picture"),
    "a zip bomb": (rezipped(saved({"w": torch.zeros(1_000_000)}), compression=zipfile.ZIP_DEFLATED), "unpacks to more"),
    "an archive of files": (archive("ImageNet_eps3.pt", "readme.txt"), "unpack it and choose"),
    "two pickles": (archive("a/data.pkl", "b/data.pkl"), "unpack it and choose"),
    "a TorchScript program": (archive("a/data.pkl", "a/constants.pkl"), "TorchScript"),
    "a list": (saved([1, 2]), "no state dict"),
    "one tensor": (saved(torch.zeros(3)), "no state dict"),
    "no weights": (saved({}), "holds no weights"),
    "no weights in `model`": (saved({"model": {}}), "holds no weights"),
    "only attacker copies": (saved({"model": {"module.attacker.model.w": torch.zeros(1)}}), "holds no weights"),
    "numbers for keys": (saved({1: torch.zeros(1)}), "not one of weights"),
    "a number for a weight": (saved({"w": 1.5}), "“w” is a number"),
    "a deeper dict": (saved({"a": {"b": {"c": {"d": {"e": {"w": torch.zeros(1)}}}}}}), "is a group of entries"),
    "NaN": (saved({"w": torch.tensor([1.0, float("nan")])}), "“w” hold a value that is not a finite number"),
    "infinity": (safetensors.torch.save({"w": torch.tensor([float("inf")])}), "not a finite number"),
    "a view of any size": (saved({"w": torch.zeros(1).expand(10**12)}), "in a way that no network writes"),
    "one storage a thousand times": (
        saved(dict.fromkeys(map(str, range(1000)), torch.zeros(10_000))),
        "no network writes",
    ),
    "no storage": (saved({"w": torch.zeros(10**6, device="meta")}), "in a way that no network writes"),
    "sparse": (saved({"w": torch.eye(3).to_sparse()}), "in a way that no network writes"),
    "complex": (saved({"w": torch.zeros(3, dtype=torch.complex64)}), "in a way that no network writes"),
    "a mean alone": (saved({"w": torch.zeros(1), "normalizer.new_mean": torch.zeros(3, 1, 1)}), "normaliser"),
    "a width of zero": (
        saved(wrapped(tiny_state()) | {"module.normalizer.new_std": torch.zeros(3, 1, 1)}),
        "normaliser",
    ),
    "a longer mean": (saved(wrapped(tiny_state()) | {"module.normalizer.new_mean": torch.zeros(4)}), "normaliser"),
    "a name without end": (safetensors.torch.save({"module." * 100 + "w": torch.zeros(1)}), "not one of weights"),
    "names without end": (
        header({str(i): ONE | {"shape": [0], "data_offsets": [0, 0]} for i in range(100_001)}),
        "more than 100,000 weights",
    ),
    "8 bits, shared": (saved(dict.fromkeys("abc", torch.ones(100_000).to(torch.float8_e4m3fn))), "many times the size"),
    "safetensors: header beyond the end": (header({"w": ONE}, bytes(4), length=10**12), "damaged"),
    "safetensors: weights beyond the end": (header({"w": ONE | {"data_offsets": [0, 400]}}, bytes(4)), "damaged"),
    "safetensors: a shape that does not fit": (header({"w": ONE | {"shape": [10**9]}}, bytes(4)), "damaged"),
    "safetensors: overlapping weights": (header({"a": ONE, "b": ONE}, bytes(4)), "damaged"),
    "safetensors: a negative offset": (header({"w": ONE | {"data_offsets": [-4, 0]}}, bytes(4)), "damaged"),
    "safetensors: an unknown type": (header({"w": ONE | {"dtype": "F33"}}, bytes(4)), "damaged"),
    "safetensors: sides without end": (header({"w": ONE | {"shape": [1] * 1000}}, bytes(4)), "no network writes"),
    "sides without end": (saved({"w": torch.zeros(1).reshape([1] * 1000)}), "no network writes"),
    "safetensors: no JSON": (header(b"{" * 500), "damaged"),
    "safetensors: nothing in it": (header({}), "holds no weights"),
}


def test_entries_are_counted_however_their_words_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON may write each letter as a number, as here in “data_offsets”."""

    def opened(_: bytes) -> None:
        raise AssertionError("the entries were read")

    entry = '{"dtype":"F32","shape":[0],"d\\u0061ta_offsets":[0,0]}'
    entries = ",".join(f'"{i}":{entry}' for i in range(125_001))
    monkeypatch.setattr(safetensors.torch, "load", opened)
    with pytest.raises(CheckpointError, match="more than 100,000 weights"):
        read_weights(header(f"{{{entries}}}".encode()))


def test_what_is_stored_in_8_bits_is_read() -> None:
    numbers = torch.tensor([0.5, -2.0, 1.75])
    assert torch.equal(read_weights(saved({"w": numbers.to(torch.float8_e4m3fn)})).state["w"], numbers)


def test_a_view_keeps_nothing_but_itself() -> None:
    state = read_weights(saved({"w": torch.arange(1000.0)[:2]})).state
    assert state["w"].tolist() == [0, 1]
    assert state["w"].untyped_storage().nbytes() == 8


def test_wrappers_are_taken_off_four_deep_and_no_deeper() -> None:
    state = {"module." * 4 + "w": torch.zeros(1), "module." * 4 + "v": torch.zeros(1)}
    assert set(read_weights(saved(state)).state) == {"w", "v"}
    deeper = {"module." + name: value for name, value in state.items()}
    assert set(read_weights(saved(deeper)).state) == {"module.w", "module.v"}


@pytest.mark.filterwarnings("ignore:Validating sparse", "ignore:Sparse invariant checks")
@pytest.mark.parametrize("what", list(REFUSED))
def test_bad_files_are_refused_in_one_sentence(what: str) -> None:
    data, said = REFUSED[what]
    with pytest.raises(CheckpointError, match=said) as refused:
        read_weights(data)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("layout", ["flat", "flat, before the zip format", "AttackerModel in `model`", "safetensors"])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_files_that_are_cut_off_are_refused(layout: str, share: float) -> None:
    data = LAYOUTS[layout](tiny_state())
    with pytest.raises(CheckpointError):
        read_weights(data[: int(share * len(data))])


SMALL = [
    LAYOUTS[layout]({"head.weight": torch.ones(2, 3)})
    for layout in ("flat", "flat, before the zip format", "safetensors")
]


@given(data=st.sampled_from(SMALL), place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255))
@settings(max_examples=300)
def test_a_changed_byte_gives_weights_or_the_one_error(data: bytes, place: float, value: int) -> None:
    changed = bytearray(data)
    changed[int(place * len(data))] = value
    try:
        weights = read_weights(bytes(changed))
    except CheckpointError:
        return
    assert all(bool(torch.isfinite(v).all()) for v in weights.state.values())


@given(start=st.sampled_from([b"PK\x03\x04", SMALL[1][:14], bytes(8) + b"{"]), rest=st.binary(max_size=400))
def test_any_bytes_after_a_known_beginning_are_refused(start: bytes, rest: bytes) -> None:
    with pytest.raises(CheckpointError):
        read_weights(start + rest)


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    data = saved(tiny_state())
    (tmp_path / "weights.pt").write_bytes(data)
    for source in (data, tmp_path / "weights.pt"):
        with pytest.raises(CheckpointError, match="at most"):
            read_weights(source, limit=len(data) - 1)
        assert read_weights(source, limit=len(data)).state


@pytest.mark.parametrize("path", ["/dev/zero", "/nowhere/at/all", "/", "\0"])
def test_what_is_no_file_is_not_opened(path: str) -> None:
    with pytest.raises(CheckpointError, match="no file"):
        read_weights(Path(path))


def test_what_a_foreign_guide_does_not_say_is_not_made_up() -> None:
    guide = guide_from(read_weights(saved(tiny_state())))
    assert guide.classes == tuple(f"class {i}" for i in range(5))
    assert guide.domain is Domain.UNKNOWN
    assert guide.domain.treated_as_medical
    assert guide.provenance.training_epsilon is None
    assert guide.caution_epsilon is None
    assert not guide.provenance.bundled
    assert guide.input_size == 32
    assert guide.device == best_device()
    assert not guide.network.training
    assert not any(p.requires_grad for p in guide.network.parameters())


def test_what_a_person_says_is_taken_over() -> None:
    weights = read_weights(saved(tiny_state()))
    guide = guide_from(weights, classes=tuple("vwxyz"), domain=Domain.NATURAL, training_epsilon=0.5)
    assert (guide.name, guide.classes, guide.domain) == ("mine", tuple("vwxyz"), Domain.NATURAL)
    assert guide.provenance.sha256 == weights.sha256
    assert guide.caution_epsilon == 3.5


def test_class_names_must_be_as_many_as_outputs() -> None:
    with pytest.raises(CheckpointError, match="5 outputs, but 2 class names"):
        guide_from(read_weights(saved(tiny_state())), classes=("a", "b"))


def test_weights_of_an_unknown_network_ask_for_its_name() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state = timm.create_model("vit_tiny_patch16_224", num_classes=3, depth=1).state_dict()
    weights = read_weights(saved(state))
    with pytest.raises(CheckpointError, match=r"“head.weight”, has the shape \(3, 192\); name its architecture"):
        blueprint_for(weights)
    with pytest.raises(CheckpointError, match="did you mean"):
        blueprint_for(weights, "vit_tiny_patch16_2240")
    blueprint = blueprint_for(weights, "vit_tiny_patch16_224")
    with pytest.raises(CheckpointError, match=r"do not fit vit_tiny_patch16_224: “\S+” is missing"):
        build_guide(weights, blueprint, Description("vit"))
    whole = replace(blueprint, build=lambda: timm.create_model("vit_tiny_patch16_224", num_classes=3, depth=1))
    assert build_guide(weights, whole, Description("vit")).input_size == 224
    with pytest.raises(CheckpointError, match="does not take images of 100 × 100 px"):
        build_guide(weights, replace(whole, input_size=100), Description("vit"))


def test_a_network_that_returns_no_numbers_is_refused() -> None:
    state = {k: v * 1e30 if k.endswith("norm.weight") else v for k, v in tiny_state().items()}
    with pytest.raises(CheckpointError, match="finite number for each class"):
        guide_from(read_weights(saved(state)))


def test_weights_of_another_shape_are_refused() -> None:
    state = tiny_state() | {"head.bias": torch.zeros(4)}
    with pytest.raises(CheckpointError, match=r"“head\.bias” has the shape \(4,\) instead of \(5,\)"):
        guide_from(read_weights(saved(state)))


def test_reading_leaves_the_guide_nothing_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(safetensors.torch.save(tiny_state()))
    guide = guide_from(read_weights(path))
    path.write_bytes(b"gone")
    assert isinstance(guide.network, CompactResNet)
    assert bool(torch.isfinite(guide.logits(torch.rand(1, 3, 32, 32, device=guide.device))).all())
