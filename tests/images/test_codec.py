"""The door: what is accepted arrives upright and whole, and everything else is one typed error with a sentence."""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageFile

from lwise_core.images import codec as images
from lwise_core.images.codec import (
    MAX_BYTES,
    ImageRejected,
    Photograph,
    encode_png,
    open_photograph,
    preview,
    read_png_text,
)
from tests.support.images import encoded, one_of_each, png_chunk, raw_png, scene

EACH = one_of_each()
WHOLE = {kind: open_photograph(data, name="whole").pixels for kind, data in EACH.items()}
SENTENCE = re.compile(r"“[^“”]+” [^.]*[^.; ]; [^;]+[^.]\.")
"""What happened; what to do."""


def refusal(data: bytes, name: str = "my photo.png") -> str:
    with pytest.raises(ImageRejected) as error:
        open_photograph(data, name=name)
    return str(error.value)


def outcome(data: bytes) -> Photograph | str:
    """Return the photograph, or the sentence of its refusal; anything else that is raised fails the test."""
    try:
        return open_photograph(data, name="a")
    except ImageRejected as error:
        return str(error)


def is_pixels(pixels: npt.NDArray[np.generic]) -> bool:
    return pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8 and not pixels.flags.writeable


# What is accepted


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_lossless_formats_give_the_pixels_back(kind: str) -> None:
    picture = Image.fromarray(scene()).quantize(64).convert("RGB")
    options = {"lossless": True} if kind == "WEBP" else {}
    photograph = open_photograph(encoded(picture, kind, **options), name="a")
    assert np.array_equal(photograph.pixels, picture)
    assert photograph.notes == ()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_lossy_formats_come_near(kind: str) -> None:
    photograph = open_photograph(encoded(scene(), kind, quality=95), name="a")
    assert np.abs(photograph.pixels.astype(int) - scene()).mean() < 3
    assert photograph.notes == ()


@pytest.mark.parametrize("kind", EACH)
def test_every_accepted_file_gives_read_only_pixels_and_whole_sentences(kind: str) -> None:
    photograph = open_photograph(EACH[kind], name="a")
    assert is_pixels(photograph.pixels)
    assert (photograph.height, photograph.width) == photograph.pixels.shape[:2]
    assert photograph.sha256 == hashlib.sha256(EACH[kind]).hexdigest()
    assert all(re.fullmatch(r"It[s ].*[^.]\.|Only .*[^.]\.", note) for note in photograph.notes)


@pytest.mark.parametrize("name", ["photo.png", "photo.exe", "photo", "scan.dcm"])
def test_the_content_decides_and_not_the_extension(name: str) -> None:
    assert open_photograph(EACH["jpeg"], name=name).name == name


def stored(upright: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Return the rows that a camera stores: the tag says where row 0 and column 0 belong (CIPA DC-008, tag 274)."""
    turned = upright.transpose(1, 0, 2)
    return np.ascontiguousarray(
        {
            1: upright,
            2: upright[:, ::-1],
            3: upright[::-1, ::-1],
            4: upright[::-1],
            5: turned,
            6: turned[::-1],
            7: turned[::-1, ::-1],
            8: turned[:, ::-1],
        }[orientation]
    )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_photographs_stand_upright(kind: str, orientation: int) -> None:
    upright = np.zeros((32, 64, 3), np.uint8)
    upright[:16, :32, 0] = upright[:16, 32:, 1] = upright[16:, :32, 2] = 250  # red, green, blue and black corners
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    photograph = open_photograph(encoded(stored(upright, orientation), kind, exif=exif), name="a")
    assert photograph.pixels.shape == upright.shape
    assert np.abs(photograph.pixels.astype(int) - upright)[4:-4:8, 4:-4:8].max() < 30
    assert photograph.notes == (("It was turned upright, as its EXIF orientation says.",) if orientation > 1 else ())


@pytest.mark.parametrize("orientation", [0, 9, 65535])
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_an_orientation_that_does_not_exist_is_ignored_and_said(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    photograph = open_photograph(encoded(scene(), kind, exif=exif), name="a")
    assert photograph.pixels.shape == scene().shape
    assert [note for note in photograph.notes if "EXIF orientation cannot be read and was ignored" in note]


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0nonsense",
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x09\x01\x12",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xff\xff\xff\x7f\x06\0\0\0",
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_that_cannot_be_read_is_ignored_and_said(kind: str, exif: bytes) -> None:
    photograph = open_photograph(encoded(scene(), kind, exif=exif), name="a")
    assert photograph.pixels.shape == scene().shape
    assert [note for note in photograph.notes if "EXIF orientation cannot be read and was ignored" in note]


@pytest.mark.parametrize(
    ("kind", "several"),
    [
        ("GIF", "its frames"),
        ("TIFF", "its pages"),
        ("PNG", "its 3 frames"),
        ("WEBP", "its 3 frames"),
        ("MPO", "its 3 frames"),
    ],
)
def test_of_an_animation_the_first_frame_is_used(kind: str, several: str) -> None:
    first, *others = (Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue"))
    photograph = open_photograph(encoded(first, kind, save_all=True, append_images=others), name="a")
    assert np.abs(photograph.pixels.astype(int) - (255, 0, 0)).max() < 3
    assert photograph.notes == (f"Only the first of {several} is used.",)


def test_a_gif_whose_second_frame_is_damaged_still_has_its_first() -> None:
    data = EACH["gif"][:-1] + b",\0"
    assert np.array_equal(open_photograph(data, name="a").pixels, WHOLE["gif"])


def test_a_jpeg_that_ends_in_the_grey_of_missing_data_is_doubted() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    whole = encoded(noise, "JPEG")
    assert open_photograph(whole, name="a").notes == ()
    (note,) = open_photograph(whole[: len(whole) // 2] + b"\xff\xd9", name="a").notes
    assert "please check that it is whole" in note


@pytest.mark.parametrize("deep", [False, True])
def test_a_picture_that_is_nearly_black_is_said_to_be(deep: bool) -> None:
    dark = (scene()[..., 0] // 17).astype(np.uint16 if deep else np.uint8) * (257 if deep else 1)
    (note,) = [n for n in open_photograph(encoded(dark, "PNG"), name="a").notes if "black" in n]
    assert "brighten it in another program" in note


@pytest.mark.parametrize(("share", "said"), [(0.009, True), (0.02, False)])
def test_a_hundredth_in_the_light_is_enough(share: float, said: bool) -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels.reshape(-1, 3)[: round(share * 10_000), 2] = 16
    notes = open_photograph(encode_png(pixels), name="a").notes
    assert any("nearly black" in note for note in notes) is said


# What is refused

ENORMOUS = raw_png(8000, 5000)
PREVIEW_FIRST = encoded(scene(), "TIFF", tiffinfo={ExifTags.Base.NewSubfileType: 1})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty (0 bytes); choose it again"),
        (b"\0" * MAX_BYTES, "has 20 MB or more, and only smaller files are accepted; save a smaller copy"),
        (ENORMOUS, "has 40.0 megapixels (8000 × 5000), and only pictures under 40 megapixels are accepted; save"),
        (raw_png(20_000, 5_000), "has 100.0 megapixels"),  # here Pillow warns
        (raw_png(200_000, 50_000), "has far more than 40 megapixels"),  # and here it refuses by itself
        (raw_png(7, 8), "is 7 × 8 pixels, too small to show anything; choose a picture of at least 8 pixels a side."),
        (raw_png(65_536, 8), "is 65536 × 8 pixels, and no side may have more than 65,535; crop it"),
        (b"\x89PNG\r\n\x1a\n", "cannot be decoded, because it is incomplete, damaged or of a rare kind; open it"),
        (b"BM" + b"\xff" * 100, "cannot be decoded, because it is incomplete, damaged or of a rare kind; open it"),
        (b"Not a picture, only words.", "is not a picture that can be read here; choose a PNG, JPEG, WebP, AVIF"),
        (b"\0" * 1000, "is not a picture that can be read here; choose a PNG"),
        (b"P6 8 8 255 " + bytes(192), "is a PNM file, which cannot be read here; export it as PNG or JPEG"),
        (b"\0\0\1\0\1\0" + bytes(99), "is an icon file, which cannot be read here; export it as PNG or JPEG"),
        (b"gimp xcf v011" + bytes(99), "is a GIMP file, which cannot be read here; export it"),
        (b"<!---->" * 146, "is not a picture that can be read here; choose a PNG"),  # of n took 2ⁿ steps
        (b"<!-- Generator: Inkscape -->\n<svg/>", "is an SVG file, which cannot be read here; export it"),
        (
            b"\n<!DOCTYPE html>\n<html>404</html>",
            "is an HTML file, which cannot be read here; download the picture itself",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid",
            "is a Git LFS pointer file, which cannot be read here; run",
        ),
        (b"SIMPLE  =                    T", "is a FITS file, which cannot be read here; stretch its values"),
        (b"\x93NUMPY\1\0" + bytes(99), "is a NumPy file, which cannot be read here; write its pixels as PNG"),
        (b"PK\x03\x04" + bytes(99), "is a zip file, which cannot be read here; unpack it and choose that"),
        *[
            (b"\0\0\0\x18ftyp" + brand + bytes(12), f"is a HEIF file of the kind “{brand.decode()}”, which cannot be")
            for brand in (b"mif3", b"avci", b"j2ki", b"mif1")
        ],
        (
            b"\xff\x0a" + bytes(20),
            "is a JPEG XL file, which cannot be read here; export it as PNG or JPEG, for instance",
        ),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "is a JPEG XL file, which cannot be read here; export it as PNG or JPEG"),
        (encoded(scene(), "JPEG2000"), "is a JPEG 2000 file, which cannot be read here; export it as PNG or JPEG"),
        (b"\xff\x4f\xff\x51", "is a JPEG 2000 file, which cannot be read here; export it as PNG or JPEG"),
        (b"II*\0\x10\0\0\0CR\x02\0" + bytes(99), "is a camera's raw file, which cannot be read here; develop it in"),
        (b"\0\0\0\x18ftypcrx ", "is a camera's raw file, which cannot be read here; develop it in the camera"),
        (b"\0\0\0\x14ftypqt  ", "is a video file, which cannot be read here; save one of its frames as PNG"),
        (encoded(scene(), "TIFF", tiffinfo={50706: b"\1\4\0\0"}), "is a DNG, a camera's raw file, which cannot be"),
        (b"%PDF-1.7", "is a PDF file, which cannot be read here; export it as PNG or JPEG"),
        (b'<?xml version="1.0"?>\n<svg/>', "is an SVG file, which cannot be read here; export it as PNG or JPEG"),
        (PREVIEW_FIRST, "begins with a small preview, as camera raw files do"),
        (encoded(scene().astype(np.int32)[..., 0], "TIFF"), "holds signed or 32-bit integers"),
    ],
)
def test_what_is_no_acceptable_image_is_refused_in_one_sentence(data: bytes, reason: str) -> None:
    sentence = refusal(data)
    assert sentence.startswith(f"“my photo.png” {reason}")
    assert SENTENCE.fullmatch(sentence.replace("1.0", "").replace("0.0 ", ""))


def test_the_limits_are_the_last_that_is_accepted() -> None:
    data = EACH["png"].ljust(MAX_BYTES - 1, b"\0")
    assert np.array_equal(open_photograph(data, name="a").pixels, scene())
    assert "20 MB or more" in refusal(data + b"\0")
    assert "cannot be decoded" in refusal(raw_png(7999, 5000))  # of the right size, and only its rows are missing
    assert open_photograph(encoded(Image.new("L", (8, 65_535)), "PNG"), name="a").height == 65_535


def test_pixels_are_counted_before_pillow_makes_room_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert "has 10000.0 megapixels" in refusal(raw_png(200_000, 50_000))


def test_what_would_keep_a_decoder_busy_never_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("The decoder was asked."))
    assert "cannot be decoded" in refusal(raw_png(8, 8, rows=bytes(72), between=png_chunk(b"abCd", b"") * 70_000))


def test_text_that_unpacks_to_megabytes_is_refused() -> None:
    bomb = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**25)))
    assert "cannot be decoded" in refusal(raw_png(8, 8, rows=bytes(72), between=bomb))


@given(kind=st.sampled_from(sorted(EACH)), share=st.floats(0, 1, exclude_max=True), forgiving=st.booleans())
def test_a_truncated_file_is_refused_or_lacks_nothing(kind: str, share: float, forgiving: bool) -> None:
    data = EACH[kind][: int(len(EACH[kind]) * share)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", forgiving)
        result = outcome(data)
    if isinstance(result, str):
        assert SENTENCE.fullmatch(result)
    else:
        assert np.array_equal(result.pixels, WHOLE[kind])


@pytest.mark.parametrize("forgiving", [False, True])
@pytest.mark.parametrize(
    "kind", sorted(EACH.keys() - {"mpo", "gif animated", "tiff pages"})
)  # whose first half is whole
def test_half_a_file_is_refused_whatever_pillow_is_told(
    kind: str, forgiving: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", forgiving)
    assert "cannot be decoded" in refusal(EACH[kind][: len(EACH[kind]) // 2])


@given(kind=st.sampled_from(sorted(EACH)), data=st.data())
def test_a_damaged_file_gives_pixels_or_a_refusal_and_nothing_else(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(EACH[kind])
    positions = st.integers(0, len(damaged) - 1) | st.integers(0, min(200, len(damaged) - 1))
    for position in data.draw(st.lists(positions, min_size=1, max_size=8)):
        damaged[position] = data.draw(st.integers(0, 255))
    result = outcome(bytes(damaged))
    if isinstance(result, str):
        assert result.startswith("“a” ")
    else:
        assert is_pixels(result.pixels)
        assert min(result.pixels.shape[:2]) >= 8


@given(
    start=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0\x08\0\0\0", b"BM", b"GIF89a"]),
    rest=st.binary(),
)
def test_random_bytes_are_refused(start: bytes, rest: bytes) -> None:
    assert refusal(start + rest).startswith("“my photo.png” ")


# Side by side with others

NOISY = encoded(scene(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x09\x01\x12")
"""Pillow warns of this one."""


def test_the_noisy_file_is_noisy() -> None:
    with pytest.warns(UserWarning, match="EXIF"):
        Image.open(images._Stream(NOISY)).getexif()


def test_warnings_of_the_decoder_are_silenced_and_the_filters_left_as_they_were() -> None:
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        open_photograph(NOISY, name="a")
        refusal(raw_png(20_000, 5_000))
    assert heard == []
    assert warnings.filters == before


def test_warnings_of_other_threads_are_heard_meanwhile() -> None:
    def warn() -> None:
        warnings.warn("heard", UserWarning, stacklevel=1)

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with images._silence_in_this_thread():
            warn()
            other = threading.Thread(target=warn)
            other.start()
            other.join()
        warn()
    assert [str(warning.message) for warning in heard] == ["heard", "heard"]


def test_a_filter_that_another_thread_brings_back_silences_nothing() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with images._silence_in_this_thread():
            stale = warnings.filters[0]
        warnings.filters.insert(0, stale)  # type: ignore[attr-defined]
        warnings.warn("heard", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in heard] == ["heard"]


def test_threads_do_not_disturb_each_other() -> None:
    before = list(warnings.filters)
    together = threading.Barrier(2)

    def open_all(kinds: list[str]) -> dict[str, npt.NDArray[np.uint8]]:
        together.wait()
        open_photograph(NOISY, name="a")
        return {kind: open_photograph(EACH[kind], name="a").pixels for kind in kinds * 5}

    with ThreadPoolExecutor(2) as pool:
        for opened in pool.map(open_all, [sorted(EACH), sorted(EACH, reverse=True)]):
            assert all(np.array_equal(pixels, WHOLE[kind]) for kind, pixels in opened.items())
    assert warnings.filters == before


# Names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.png", "cat.png"),
        ("/etc/passwd", "passwd"),
        ("../../cat.png", "cat.png"),
        ("C:\\pictures\\cat.png", "cat.png"),
        ("folder/", "folder"),
        ("", "photograph"),
        ("..", "photograph"),
        ("\x00\n\t", "photograph"),
        ("a\x1b[31mb\nc.png", "a [31mb c.png"),
        ("invoice\u202egnp.exe", "invoice gnp.exe"),
        ("e\u0301t\u00e9 \u732b.jpg", "\u00e9t\u00e9 \u732b.jpg"),
    ],
)
def test_names_are_fit_for_a_sentence(name: str, shown: str) -> None:
    assert open_photograph(EACH["png"], name=name).name == shown
    assert refusal(b"", name).startswith(f"“{shown}” is empty")


@given(st.text(max_size=300))
def test_no_name_holds_a_folder_or_an_invisible_character_or_is_long(name: str) -> None:
    shown = open_photograph(EACH["png"], name=name).name
    assert 1 <= len(shown) <= 80
    assert shown not in (".", "..")
    assert not {"/", "\\"} & set(shown)
    assert all(c == " " or unicodedata.category(c)[0] in "LMNPS" for c in shown)


def test_a_long_name_keeps_its_end() -> None:
    shown = open_photograph(EACH["png"], name="x" * 200 + " 17.jpeg").name
    assert len(shown) == 80
    assert shown.endswith(" 17.jpeg")


# What goes out

PICTURES = st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(3, 4), st.integers(0, 2**32 - 1)).map(
    lambda t: np.random.default_rng(t[3]).integers(0, 256, t[:3], dtype=np.uint8)
)
KEYWORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=79)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(pixels=PICTURES, text=st.dictionaries(KEYWORDS, TEXTS, max_size=3))
def test_a_png_gives_back_its_pixels_and_its_text(pixels: npt.NDArray[np.uint8], text: dict[str, str]) -> None:
    data = encode_png(pixels, text=text)
    assert data == encode_png(pixels.copy(), text=dict(reversed(text.items())))
    assert read_png_text(data) == text
    with Image.open(images._Stream(data)) as image:
        assert np.array_equal(image, pixels)
        assert set(image.info) == set(text)


def test_a_png_holds_nothing_but_its_pixels() -> None:
    kinds = re.findall(rb"IHDR|IDAT|IEND|tEXt|iTXt|zTXt|eXIf|tIME|pHYs|iCCP", encode_png(scene()))
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]


def test_place_and_camera_do_not_leave_again() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Secret Camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    data = encoded(scene(), "JPEG", exif=exif, comment=b"Secret Comment", xmp=b"<x>Secret Place</x>")
    with Image.open(images._Stream(data)) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.GPSInfo)  # it is there to begin with
    photograph = open_photograph(data, name="a")
    out = encode_png(photograph.pixels, text={"Software": "L-WISE Studio"})
    assert b"Secret" not in out
    with Image.open(images._Stream(out)) as image:
        assert not image.getexif()
        assert set(image.info) == {"Software"}


@pytest.mark.parametrize("text", [{"": "x"}, {"k" * 80: "x"}, {"k": "a\0b"}, {"k\0": "a"}, {"ε": "x"}, {"k": "\ud800"}])
def test_text_that_a_png_cannot_hold_is_an_error(text: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"PNG cannot hold|codec can't encode"):
        encode_png(scene(), text=text)


@pytest.mark.parametrize("pixels", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 5), np.uint8), np.zeros((8, 8, 3))])
def test_only_pixels_are_encoded(pixels: npt.NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match=r"Pixels are \(H, W, 3\) uint8"):
        encode_png(pixels)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"Pixels are \(H, W, 3\) uint8"):
        Photograph(name="a", pixels=pixels, sha256="")  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"", b"no", EACH["jpeg"], EACH["png"][:-20]])
def test_text_is_read_from_whole_pngs_only(data: bytes) -> None:
    with pytest.raises(ImageRejected, match=r"The file .*; .*\."):
        read_png_text(data)


def test_text_of_other_programs_is_left_alone() -> None:
    assert read_png_text(raw_png(8, 8, rows=bytes(72), between=png_chunk(b"tEXt", b"Author\0Somebody"))) == {}


@pytest.mark.parametrize(("shape", "seen"), [((300, 600), (100, 200)), ((30, 60), (30, 60)), ((1, 900), (1, 200))])
def test_a_preview_is_scaled_down_and_never_up(shape: tuple[int, int], seen: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), (200, 100, 50), np.uint8)
    with Image.open(images._Stream(preview(pixels, longest=200))) as image:
        shown = np.asarray(image)
    assert shown.shape[:2] == seen
    assert (shown == (200, 100, 50)).all()


def test_a_photograph_keeps_its_pixels_to_itself() -> None:
    given_pixels = scene()
    photograph = Photograph(name="a", pixels=given_pixels, sha256="")
    given_pixels[:] = 0
    assert np.array_equal(photograph.pixels, scene())
    with pytest.raises(ValueError, match="read-only"):
        photograph.pixels[0, 0] = 0


def test_a_jpeg_of_many_scans_for_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    once, often = encoded(pixels, "JPEG"), encoded(pixels, "JPEG", progressive=True)
    assert often.count(b"\xff\xda") > 4
    monkeypatch.setattr("lwise_core.images.codec._MOST_SCANNED", 4 * 64 * 64)
    assert open_photograph(once, name="x").width == 64
    with pytest.raises(ImageRejected, match="cannot be decoded"):
        open_photograph(often, name="x")
