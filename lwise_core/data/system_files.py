"""What no person put among their pictures: what systems hide or leave there, and files that are no pictures.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

from pathlib import PurePosixPath

_FOLDERS = frozenset(
    {
        "__macosx",
        "@eadir",
        "@tmp",
        "@recycle",
        "@recently-snapshot",
        "#recycle",
        "#snapshot",
        "$recycle.bin",
        "system volume information",
        "lost+found",
        "network trash folder",
        "temporary items",
        "__pycache__",
        "_vti_cnf",
    }
)
_FILES = frozenset(
    {"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r", "zbthumbnail.info", "pspbrwse.jbf"}
)
_BESIDE = ":zone.identifier"  # what Windows notes of a download, as WSL shows it
_LOCKED = "~$"  # how Office calls the file beside one that is open

_TEXTS = {
    "cfg",
    "conf",
    "csv",
    "htm",
    "html",
    "info",
    "ini",
    "json",
    "jsonl",
    "log",
    "md",
    "names",
    "rst",
    "rtf",
    "toml",
}
_TEXTS |= {"tex", "tsv", "txt", "url", "xml", "xmp", "yaml", "yml", "css", "js", "py", "r", "sh", "ipynb", "aae", "lnk"}
_OFFICE = {"doc", "docx", "ods", "odt", "pdf", "pptx", "xls", "xlsx", "db", "sqlite", "plist", "bak", "dat", "exe"}
_ARRAYS = {"h5", "hdf5", "mat", "npy", "npz", "onnx", "parquet", "pickle", "pkl", "pt", "pth", "safetensors"}
_FILMS = {"avi", "lrv", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpg", "thm", "wav", "wmv"}
_ARCHIVES = {"7z", "bz2", "gz", "rar", "tar", "tgz", "xz", "zip"}
_OTHER_KINDS = frozenset(_TEXTS | _OFFICE | _ARRAYS | _FILMS | _ARCHIVES)


def is_somebodys(name: str) -> bool:
    """Return whether a file or folder is a person's, by its path, and not what a system has put there or hides."""
    path = slashed(name)
    hidden = any(part.startswith(".") or part.casefold() in _FOLDERS for part in path.parts)
    last = path.name.casefold()
    systems = last in _FILES or last.endswith(_BESIDE) or last.startswith(_LOCKED)
    return bool(path.parts) and not hidden and not systems


def may_be_a_picture(name: str) -> bool:
    """Return whether a file's ending does not say that it is something else, such as a text beside the pictures."""
    return slashed(name).suffix.casefold().removeprefix(".") not in _OTHER_KINDS


def slashed(name: str) -> PurePosixPath:
    """Return a path as a person's system writes it, parted by slashes."""
    return PurePosixPath(name.replace("\\", "/"))
