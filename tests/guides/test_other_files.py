"""What is no weight file is called what it is, with what to do."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import read_weights


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("best.pth"))
    return stream.getvalue()


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(10_000))
    return stream.getvalue()


OTHERS = {
    "a pointer of Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\n", "run “git lfs pull”"),
    "a web page": (b"\n<!DOCTYPE html><html>Virus scan warning</html>", "no weight file but a web page"),
    "Keras": (b"\x89HDF\r\n\x1a\n" + bytes(99), "an HDF5 file, as Keras writes them"),
    "gzip": (gzip.compress(bytes(99), mtime=0), "packed with gzip; unpack it"),
    "tar": (tarred(), "a tar archive; unpack it"),
    "a weight file in a zip": (zipped("best.pth"), "This archive is not a weight file; unpack it and choose one"),
    "TorchScript": (zipped("m/constants.pkl"), "This is a TorchScript program"),
    "torch.export": (zipped("m/models/model.json"), "This is a torch.export program"),
    "torch.export of before": (zipped("serialized_exported_program.json"), "This is a torch.export program"),
    "ONNX": (b"\x08\x07\x12\x07pytorch\x1a\x052.7.0" + bytes(99), "an ONNX program"),
    "the index of Hugging Face": (
        b'{\n  "metadata": {"total_size": 9},\n  "weight_map": {"fc.weight": "model-00001-of-00002.safetensors"}}',
        "the list of several files that hold the weights together; save them in one file",
    ),
    "a configuration": (b'{"architectures": ["ResNetForImageClassification"]}', "a text in JSON, such as a configur"),
    "a pickle of fastai": (b"\x80\x04\x95" + bytes(99), "a pickle that torch.save did not write"),
    "a NumPy array": (b"\x93NUMPY\x01\x00" + bytes(99), "a NumPy array; weights of PyTorch"),
    "NumPy arrays": (zipped("kernel.npy"), "an archive of NumPy arrays"),
    "Keras 3": (zipped("model.weights.h5"), "an archive of Keras"),
    "TensorFlow Lite": (b"\x1c\x00\x00\x00TFL3" + bytes(99), "a TensorFlow Lite program"),
    "MATLAB": (b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + bytes(99), "a file of MATLAB"),
    "xz": (lzma.compress(bytes(99)), "packed with xz; unpack it"),
    "bzip2": (bz2.compress(bytes(99)), "packed with bzip2; unpack it"),
    "Zstandard": (b"\x28\xb5\x2f\xfd" + bytes(99), "packed with Zstandard; unpack it"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(99), "a picture; choose a file of weights"),
    "nothing": (b"", "The file is empty"),
    "anything else": (b"whatever it may be", "neither safetensors nor written by torch.save"),
}


@pytest.mark.parametrize("what", list(OTHERS))
def test_what_is_no_weight_file_is_called_what_it_is(what: str) -> None:
    data, said = OTHERS[what]
    with pytest.raises(CheckpointError, match=said) as refused:
        read_weights(data)
    assert str(refused.value).count(".") == str(refused.value).rstrip(".").count(".") + 1
