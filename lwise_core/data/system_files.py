"""What no person put among their pictures: what systems hide or leave there, and files that are no pictures.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

import re
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
        "@__thumb",
        "lost.dir",
        "~snapshot",
        "_gsdata_",
        "captureone",
        "temporary items",
        "__pycache__",
        "_vti_cnf",
        "@synoeastream",
        "@synoresource",
        "recycler",
    }
)
# What Windows puts together after a crash, Lightroom's previews, and headers of a tar that no program understood.
_FOUND = re.compile(r"found\.\d{3}|.*\.lrdata|paxheaders(\.\d+)?")
_FILES = frozenset(
    {"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r", "zbthumbnail.info", "pspbrwse.jbf"}
    | {"thumbs.db:encryptable", "cachedir.tag", "sync.ffs_db"}
)
_BACKUPS = re.compile(r".*~|#.*#")  # what an editor keeps of a file beside it
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
_FILMS |= {"3gp", "webm"}
_ARCHIVES = {"7z", "bz2", "gz", "rar", "tar", "tgz", "xz", "zip"}
_BESIDES = {"part", "partial", "crdownload", "download", "tmp", "swp", "lock", "dvc", "md5", "sha1", "sha256", "sfv"}
_BESIDES |= {"icloud", "filepart", "!ut", "bridgesort", "meta", "import"}
_BESIDES |= {"nfo", "torrent", "webloc", "geojson", "odp", "key", "pages", "numbers", "on1", "pp3", "vsix", "glb"}
_OTHER_KINDS = frozenset(_TEXTS | _OFFICE | _ARRAYS | _FILMS | _ARCHIVES | _BESIDES)


def is_somebodys(name: str) -> bool:
    """Return whether a file or folder is a person's, by its path, and not what a system has put there or hides."""
    path = slashed(name)
    hidden = any(part.startswith(".") or _is_systems(part.casefold()) for part in path.parts)
    last = path.name.casefold()
    systems = last in _FILES or last.endswith(_BESIDE) or last.startswith(_LOCKED) or _BACKUPS.fullmatch(last)
    return bool(path.parts) and not hidden and not systems


def _is_systems(folder: str) -> bool:
    return folder in _FOLDERS or _FOUND.fullmatch(folder) is not None


def may_be_a_picture(name: str) -> bool:
    """Return whether a file's ending does not say that it is something else, such as a text beside the pictures."""
    return slashed(name).suffix.casefold().removeprefix(".") not in _OTHER_KINDS


def is_an_archive(name: str) -> bool:
    """Return whether a file's ending says that it is an archive, which may hold pictures."""
    return slashed(name).suffix.casefold().removeprefix(".") in _ARCHIVES


def slashed(name: str) -> PurePosixPath:
    """Return a path as a person's system writes it, parted by slashes."""
    return PurePosixPath(name.replace("\\", "/"))
