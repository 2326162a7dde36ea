"""What a file is that holds no weights which can be read here, by how it begins, and what to do."""

from __future__ import annotations

_PAGE = "a web page; what was downloaded may be a warning: open it to read that."
_FOR_PYTORCH = "weights of PyTorch are read here."
_UNPACK = "unpack it and choose the file in it."
_PICTURE = "a picture; choose a file of weights."

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (
        b"version https://git-lfs",
        "a pointer that Git LFS leaves in place of a file; run “git lfs pull”, or download the file itself.",
    ),
    (b"<!doctype html", _PAGE),
    (b"<html", _PAGE),
    (b"\x89hdf", f"an HDF5 file, as Keras writes them; {_FOR_PYTORCH}"),
    (b"gguf", f"a GGUF file of a language model; {_FOR_PYTORCH}"),
    (b"\x93numpy", f"a NumPy array; {_FOR_PYTORCH}"),
    (b"matlab 5.0", f"a file of MATLAB; {_FOR_PYTORCH}"),
    (b"\x1f\x8b", f"packed with gzip; {_UNPACK}"),
    (b"bzh", f"packed with bzip2; {_UNPACK}"),
    (b"\xfd7zxz", f"packed with xz; {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"packed with Zstandard; {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7-Zip archive; {_UNPACK}"),
    (b"rar!\x1a\x07", f"a RAR archive; {_UNPACK}"),
    (b"\x89png", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"\x80", "a pickle that torch.save did not write, such as fastai's; save the network's own state dict."),
)
_PLACES: tuple[tuple[slice, bytes, str], ...] = (
    (slice(257, 262), b"ustar", f"a tar archive; {_UNPACK}"),
    (slice(4, 8), b"TFL3", f"a TensorFlow Lite program; {_FOR_PYTORCH}"),
)
_ONNX = b"pytorch"  # the producer, in the first fields of a model
_INDEX = b'"weight_map"'
_INDEX_LIES_WITHIN = 4096  # bytes: it stands before the names of the weights, behind their whole size


def what_else(data: bytes) -> str:
    """Return one sentence on a file of ``data`` that is neither safetensors nor written by torch.save."""
    if not data:
        return "The file is empty; fetch or copy it again."
    begin = data[:64].lstrip().lower()
    kind = next((words for sign, words in _BEGINNINGS if begin.startswith(sign)), None)
    kind = kind or next((words for place, sign, words in _PLACES if data[place] == sign), None)
    if kind is not None:
        return f"This is no weight file but {kind}"
    if data[:1] == b"\x08" and _ONNX in data[:64]:
        return "This is no weight file but an ONNX program; ask for the state dict that it was made of."
    if begin.startswith(b"{"):
        return f"This is no weight file but {_json(data)}"
    return "This is not a weight file that can be read here: it is neither safetensors nor written by torch.save."


def _json(data: bytes) -> str:
    if _INDEX in data[:_INDEX_LIES_WITHIN]:
        return "the list of several files that hold the weights together; save them in one file, and choose that."
    return "a text in JSON, such as a configuration; choose the file of weights beside it."
