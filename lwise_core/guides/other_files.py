"""What a file is that holds no weights which can be read here, by how it begins, and what to do."""

from __future__ import annotations

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (
        b"version https://git-lfs",
        "a pointer that Git LFS leaves in place of a file; run “git lfs pull”, or download the file itself.",
    ),
    (b"<!doctype html", "a web page; what was downloaded may be a warning: open it to read that."),
    (b"<html", "a web page; what was downloaded may be a warning: open it to read that."),
    (b"\x89hdf", "an HDF5 file, as Keras writes them; weights of PyTorch are read here."),
    (b"\x1f\x8b", "packed with gzip; unpack it and choose the file in it."),
    (b"gguf", "a GGUF file of a language model; weights of PyTorch are read here."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it and choose the file in it."),
    (b"rar!\x1a\x07", "a RAR archive; unpack it and choose the file in it."),
)
_ONNX = b"pytorch"  # the producer, in the first fields of a model
_TAR = b"ustar"


def what_else(data: bytes) -> str:
    """Return one sentence on a file of ``data`` that is neither safetensors nor written by torch.save."""
    if not data:
        return "The file is empty; fetch or copy it again."
    begin = data[:64].lstrip().lower()
    for sign, words in _BEGINNINGS:
        if begin.startswith(sign):
            return f"This is no weight file but {words}"
    if data[257:262] == _TAR:
        return "This is no weight file but a tar archive; unpack it and choose the file in it."
    if data[:1] == b"\x08" and _ONNX in data[:64]:
        return "This is no weight file but an ONNX program; ask for the state dict that it was made of."
    return "This is not a weight file that can be read here: it is neither safetensors nor written by torch.save."
