"""DICOM: the pixels of the first frame in the window of the file, and nothing else of it."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.images.codec import ImageRejected, open_photograph
from tests.support.images import scene

pydicom = pytest.importorskip("pydicom", reason="DICOM is optional: pip install -r requirements-formats.txt")

from pydicom.dataset import Dataset, FileMetaDataset  # noqa: E402
from pydicom.encaps import encapsulate  # noqa: E402
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, JPEGLSLossless  # noqa: E402

RAMP = np.arange(16 * 16, dtype=np.uint16).reshape(16, 16) * 16
"""Values of 12 bits, 0 to 4080."""
NAME = "Doe^Jane"


def dicom(
    values: npt.NDArray[np.generic], *, syntax: UID = ExplicitVRLittleEndian, start: bytes = bytes(128), **tags: object
) -> bytes:
    """Return ``values`` as a DICOM file, ``(H, W)`` grey of 12 bits or ``(H, W, 3)`` RGB."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = UID("1.2.3")
    dataset.PatientName = NAME
    colour = values.shape[-1] == 3
    dataset.Rows, dataset.Columns = values.shape[-3:-1] if colour else values.shape[-2:]
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = values.dtype.itemsize * 8
    dataset.BitsStored = 8 if values.dtype.itemsize == 1 else 12
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = values.tobytes()
    for name, value in tags.items():
        setattr(dataset, name, value)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return start + stream.getvalue()[128:]


def grey(data: bytes) -> npt.NDArray[np.uint8]:
    pixels = open_photograph(data, name="a").pixels
    assert np.array_equal(pixels[..., 0], pixels[..., 1])
    return pixels[..., 0]


def test_without_a_window_the_whole_range_is_shown_and_said() -> None:
    assert np.array_equal(grey(dicom(RAMP)), np.rint(RAMP / 4095 * 255))
    notes = open_photograph(dicom(RAMP), name="a").notes
    assert any("whole range of its 12 bits" in note for note in notes)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_the_window_of_the_file_counts(function: str) -> None:
    """PS3.3, C.11.2.1.2: the ends of the window are black and white, its middle is between them."""
    shown = grey(dicom(RAMP, WindowCenter=[1600, 9], WindowWidth=[801, 9], VOILUTFunction=function)).ravel()
    assert abs(int(shown[100]) - 127.5) < 2
    assert (np.diff(shown.astype(int)) >= 0).all()
    if function != "SIGMOID":
        assert (shown[:74] == 0).all()
        assert (shown[126:] == 255).all()


@pytest.mark.parametrize(("number", "none"), [(b"1600.0", b"   nan"), (b"1600.0", b"   inf"), (b"1400.0", b"   inf")])
def test_a_window_that_is_no_number_is_none(number: bytes, none: bytes) -> None:
    """With it the picture was all black, or all of one grey, and said to be in the window that the file names."""
    data = dicom(RAMP, WindowCenter=1600, WindowWidth=1400).replace(number, none)
    assert np.array_equal(grey(data), grey(dicom(RAMP)))


def test_the_rescaled_values_are_what_the_window_means() -> None:
    rescaled = dicom(RAMP, WindowCenter=600, WindowWidth=801, RescaleSlope=1, RescaleIntercept=-1000)
    assert np.array_equal(grey(rescaled), grey(dicom(RAMP, WindowCenter=1600, WindowWidth=801)))


def test_monochrome1_is_inverted() -> None:
    inverted = grey(dicom(RAMP, PhotometricInterpretation="MONOCHROME1", WindowCenter=2048, WindowWidth=4095))
    assert np.array_equal(inverted, 255 - grey(dicom(RAMP, WindowCenter=2048, WindowWidth=4095)))


def test_of_many_frames_the_first_is_shown_with_the_window_of_its_group() -> None:
    item, group = Dataset(), Dataset()
    item.WindowCenter, item.WindowWidth = 1600, 801
    group.FrameVOILUTSequence = [item]
    data = dicom(np.stack([RAMP, 4095 - RAMP]), NumberOfFrames=2, SharedFunctionalGroupsSequence=[group])
    assert np.array_equal(grey(data), grey(dicom(RAMP, WindowCenter=1600, WindowWidth=801)))
    assert "Only the first of its frames is used." in open_photograph(data, name="a").notes


@pytest.mark.parametrize("start", [bytes(128), b"II*\0" + bytes(124), b"MM\0*" + bytes(124)])
def test_colours_are_as_they_are_stored_whatever_stands_before(start: bytes) -> None:
    assert np.array_equal(open_photograph(dicom(scene(), start=start), name="a").pixels, scene())


def test_nothing_of_a_person_is_kept() -> None:
    photograph = open_photograph(dicom(RAMP, BurnedInAnnotation="YES"), name="a")
    assert not any(word in str(photograph.notes) for word in NAME.split("^"))


def test_pictures_of_pydicom_itself_are_read() -> None:
    """Among them JPEG, RLE and palettes; each is either a picture or one sentence."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    opened = {}
    for file in sorted(folder.glob("*.dcm")):
        with suppress(ImageRejected):
            opened[file.name] = open_photograph(file.read_bytes(), name=file.name)
    assert {"CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm"} <= set(opened)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (dicom(RAMP, Rows=8000, Columns=5000), "has 40.0 megapixels"),
        (dicom(RAMP, syntax=DeflatedExplicitVRLittleEndian), "compressed in a way that is not read here"),
        (dicom(RAMP, syntax=JPEGLSLossless, PixelData=encapsulate([bytes(8)])), "compressed in a way that is not read"),
        (bytes(128) + b"DICM" + bytes(60), "cannot be decoded|without a picture"),
    ],
)
def test_what_is_no_acceptable_picture_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ImageRejected, match=reason):
        open_photograph(data, name="a")


def test_a_file_of_too_many_elements_is_refused() -> None:
    head, pixels = dicom(RAMP).split(b"\xe0\x7f\x10\0OW", 1)
    elements = b"\x29\0\x10\0LO\0\0" * 70_000
    with pytest.raises(ImageRejected, match="cannot be decoded"):
        open_photograph(head + elements + b"\xe0\x7f\x10\0OW" + pixels, name="a")


DATA = dicom(RAMP, WindowCenter=1600, WindowWidth=801)


@settings(max_examples=60)
@given(place=st.integers(132, len(DATA) - 1), value=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_dicom_gives_pixels_or_a_sentence(place: int, value: int, cut: bool) -> None:
    data = DATA[:place] if cut else DATA[:place] + bytes([value]) + DATA[place + 1 :]
    with suppress(ImageRejected):
        assert open_photograph(data, name="a").pixels.shape[2] == 3
