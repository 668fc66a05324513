"""A JPEG that was cut is told from a whole one, whatever its decoder says."""

import io

import numpy as np
import pytest
from PIL import Image

from minicnn.datasets import images, jpeg
from tests.pictures import cut_and_closed, smooth

KINDS = {
    "as it is": {}, "optimized": {"optimize": True}, "progressive": {"progressive": True},
    "all colours": {"subsampling": 0}, "with restarts": {"restart_marker_blocks": 3},
    "with markers in a comment": {"comment": b"\xff\xda\xff\xd9"},
}  # fmt: skip


def encoded(pixels, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **options)
    return file.getvalue()


def decoded(content):
    """As Pillow has it, which notices nothing."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.fixture
def pixels(rng):
    """A photograph's mixture of slow and fast changes."""
    noise = rng.integers(-20, 20, (120, 150, 3))
    return np.clip(smooth(120, 150, rng) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("share", [0.5, 0.8, 0.97])
def test_a_part_and_the_end_marker_are_no_picture(tmp_path, pixels, options, share):
    content = cut_and_closed(encoded(pixels, **options), share)
    assert decoded(content).size == (150, 120)
    (tmp_path / "cut.jpg").write_bytes(content)
    said = r"cut\.jpg cannot be read as a picture: its pixels end before the picture does"
    with pytest.raises(images.UnreadablePicture, match=said):
        images.read(tmp_path / "cut.jpg")
    with pytest.raises(images.UnreadablePicture, match=said):
        images.load_img(tmp_path / "cut.jpg")
    with pytest.raises(images.UnreadablePicture, match="its pixels end before"):
        images.load_img(io.BytesIO(content))


def test_nor_is_a_file_whose_second_half_are_zeros(tmp_path, pixels):
    (tmp_path / "cut.jpg").write_bytes(cut_and_closed(encoded(pixels, quality=60), filled=True))
    with pytest.raises(images.UnreadablePicture, match="its pixels end before"):
        images.read(tmp_path / "cut.jpg")


@pytest.mark.parametrize("convert", [lambda x: x, lambda x: x[..., 0]], ids=["colour", "grey"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_whole_pictures_need_nothing_added(pixels, convert, options):
    content = encoded(convert(pixels), **options)
    longer = jpeg.with_longer_scans(content)
    assert len(longer) > len(content)
    np.testing.assert_array_equal(decoded(longer), decoded(content))


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("height", [0, 60], ids=["all grey", "half of it"])
def test_a_grey_corner_is_no_reason_to_refuse(tmp_path, pixels, options, height):
    pixels[height:] = 128
    (tmp_path / "grey.jpg").write_bytes(encoded(pixels, **options))
    assert images.read(tmp_path / "grey.jpg").shape == (120, 150, 3)


def test_a_grey_corner_is_a_reason_to_look(pixels):
    assert not jpeg.may_be_cut(decoded(encoded(pixels)))
    pixels[60:] = 128
    assert jpeg.may_be_cut(decoded(encoded(pixels)))
    assert jpeg.may_be_cut(decoded(encoded(pixels[..., 0])))


def test_a_million_scans_do_not_fill_the_memory(pixels):
    content = encoded(pixels)
    hostile = content[:2] + 250_000 * b"\xff\xda\x00\x02" + content[2:]
    assert len(jpeg.with_longer_scans(hostile)) < 1.1 * len(hostile)


def test_what_stands_behind_the_pixels_does_not_matter(tmp_path, pixels):
    pixels[60:] = 128
    content = encoded(pixels)
    (tmp_path / "more.jpg").write_bytes(content[:-2] + bytes(43) + b"\xff" + content[-2:] + content[:99])
    np.testing.assert_array_equal(images.read(tmp_path / "more.jpg"), decoded(content))
