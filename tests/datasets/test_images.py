"""Picture files to arrays: formats, modes, sizes, and files that are broken."""

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from minicnn.datasets import images
from minicnn.utils import img_to_array, load_img
from tests.pictures import cut_short, save, smooth


@pytest.fixture
def pixels(rng):
    return smooth(20, 30, rng)


@pytest.fixture
def png(tmp_path, pixels):
    return save(tmp_path / "picture.png", pixels)


class TestLoadImg:
    def test_gives_the_pixels(self, png, pixels):
        x = img_to_array(load_img(png))
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, pixels)
        np.testing.assert_array_equal(img_to_array(load_img(str(png))), pixels)
        np.testing.assert_array_equal(img_to_array(load_img(io.BytesIO(png.read_bytes()))), pixels)

    def test_resizes_to_height_and_width_by_nearest(self, png, pixels):
        x = img_to_array(load_img(png, target_size=(9, 20)))
        assert x.shape == (9, 20, 3)
        np.testing.assert_array_equal(x, images.resize(pixels, (9, 20), "nearest"))
        np.testing.assert_array_equal(img_to_array(load_img(png, target_size=(20, 30))), pixels)

    def test_interpolates_as_asked(self, png):
        assert np.asarray(load_img(png, target_size=(7, 7), interpolation="bilinear")).shape == (7, 7, 3)
        with pytest.raises(ValueError, match=r"interpolation to be one of 'nearest', .*got 'linear'"):
            load_img(png, target_size=(7, 7), interpolation="linear")

    def test_keeps_the_aspect_ratio_by_cutting(self, png, pixels):
        x = img_to_array(load_img(png, target_size=(20, 20), keep_aspect_ratio=True))
        np.testing.assert_array_equal(x, pixels[:, 5:25])

    @pytest.mark.parametrize("color_mode, channels", [("grayscale", 1), ("rgb", 3), ("rgba", 4)])
    def test_colour_modes(self, png, color_mode, channels):
        assert img_to_array(load_img(png, color_mode)).shape == (20, 30, channels)

    def test_wrong_arguments(self, png, tmp_path):
        with pytest.raises(ValueError, match="color_mode to be one of 'grayscale', 'rgb', 'rgba', got 'bgr'"):
            load_img(png, "bgr")
        with pytest.raises(ValueError, match=r"target_size as \(height, width\) in pixels, got \(0, 3\)"):
            load_img(png, target_size=(0, 3))
        with pytest.raises(FileNotFoundError, match="nowhere"):
            load_img(tmp_path / "nowhere.png")


class TestImgToArray:
    def test_grey_gets_a_channel_axis(self):
        assert img_to_array(Image.new("L", (4, 3))).shape == (3, 4, 1)

    def test_the_float_type_in_force(self, float64):
        assert img_to_array(Image.new("L", (4, 3))).dtype == np.float64
        assert img_to_array(Image.new("L", (4, 3)), dtype="uint8").dtype == np.uint8

    def test_refuses_what_is_no_picture(self):
        with pytest.raises(ValueError, match="one picture, got an array of shape"):
            img_to_array(np.zeros((2, 3, 3, 3)))
        with pytest.raises(ValueError, match="'channels_last' alone, got 'channels_first'"):
            img_to_array(np.zeros((3, 3, 3)), "channels_first")


class TestRead:
    @pytest.mark.parametrize("ending", [".png", ".bmp", ".gif", ".jpg", ".jpeg"])
    def test_every_format(self, tmp_path, pixels, ending):
        x = images.read(save(tmp_path / f"picture{ending}", pixels))
        assert x.shape == (20, 30, 3) and x.dtype == np.uint8
        lossy = {".gif": 40, ".jpg": 20, ".jpeg": 20}
        assert np.abs(x.astype(int) - pixels).max() <= lossy.get(ending, 0)

    def test_one_channel_is_repeated_or_kept(self, tmp_path, pixels):
        path = save(tmp_path / "grey.png", pixels[..., :1])
        np.testing.assert_array_equal(images.read(path, "grayscale"), pixels[..., :1])
        np.testing.assert_array_equal(images.read(path), np.repeat(pixels[..., :1], 3, axis=2))

    def test_transparency_is_dropped_not_blended(self, tmp_path, pixels, rng):
        alpha = rng.integers(0, 256, (20, 30, 1), dtype=np.uint8)
        path = save(tmp_path / "alpha.png", np.concatenate([pixels, alpha], axis=2))
        np.testing.assert_array_equal(images.read(path), pixels)
        np.testing.assert_array_equal(images.read(path, "rgba")[..., 3:], alpha)

    def test_sixteen_bits_keep_their_upper_half(self, tmp_path, rng):
        deep = rng.integers(0, 1 << 16, (6, 5), dtype=np.uint16)
        Image.fromarray(deep).save(tmp_path / "deep.png")
        np.testing.assert_array_equal(images.read(tmp_path / "deep.png", "grayscale")[..., 0], deep >> 8)

    def test_the_first_picture_of_an_animation(self, tmp_path):
        frames = [Image.new("L", (8, 8), level) for level in (50, 200)]
        frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
        assert (images.read(tmp_path / "moving.gif") == 50).all()


class TestBroken:
    @pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp", ".gif"])
    def test_a_file_cut_short_is_refused_with_its_name(self, tmp_path, rng, ending):
        path = save(tmp_path / f"short{ending}", rng.integers(0, 256, (40, 40, 3), dtype=np.uint8))
        cut_short(path)
        with pytest.raises(images.UnreadablePicture, match=rf"short\{ending} cannot be read as a picture: ."):
            images.read(path)
        with pytest.raises(ValueError, match=rf"short\{ending} cannot be read as a picture: ."):
            load_img(path)

    @pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"<html>not found</html>", bytes(1000)])
    def test_something_else_is_refused(self, tmp_path, content):
        (tmp_path / "odd.jpg").write_bytes(content)
        with pytest.raises(images.UnreadablePicture, match=r"odd\.jpg cannot be read"):
            images.read(tmp_path / "odd.jpg")

    def test_a_data_set_decodes_no_other_formats(self, tmp_path, pixels):
        Image.fromarray(pixels).save(tmp_path / "a.jpg", format="TIFF")
        with pytest.raises(images.UnreadablePicture, match="cannot identify"):
            images.read(tmp_path / "a.jpg")

    def test_no_other_decoder_is_tried(self, tmp_path):
        """Pillow would run Ghostscript, where it is installed, on what is only called a photograph."""
        (tmp_path / "a.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
        with Image.open(tmp_path / "a.jpg") as image:
            assert image.format == "EPS"
        with pytest.raises(images.UnreadablePicture, match="cannot identify"):
            load_img(tmp_path / "a.jpg")

    @pytest.mark.parametrize("W, H", [(8193, 8192), (60_000, 60_000)])
    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    def test_a_picture_that_would_fill_the_memory(self, tmp_path, W, H):
        def chunk(kind, data):
            body = kind + data
            return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

        head = chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 8, 2, 0, 0, 0))
        rest = chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
        (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + head + rest)
        with pytest.raises(images.UnreadablePicture, match=r"bomb\.png cannot be read.* pixels"):
            images.read(tmp_path / "bomb.png")


TURNS = {  # how an upright picture lies in the file (EXIF 2.32, 4.6.4, Orientation)
    1: lambda x: x, 2: lambda x: x[:, ::-1], 3: lambda x: x[::-1, ::-1], 4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1), 6: np.rot90, 7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
    8: lambda x: np.rot90(x, 3),
}  # fmt: skip


class TestPhotograph:
    """As people see it: what no data set does, since its pictures are what they are."""

    def test_may_be_resized_as_a_data_set_resizes(self, rng, tmp_path):
        pixels = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
        path = save(tmp_path / "a.png", pixels)
        as_trained = images.photograph(path, (9, 7), average=False)
        np.testing.assert_array_equal(as_trained, images.resize(pixels, (9, 7)))
        assert np.abs(as_trained - images.photograph(path, (9, 7))).max() > 20

    @pytest.mark.parametrize("orientation", TURNS)
    def test_is_upright_however_the_camera_was_held(self, orientation, pixels, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = orientation
        lies = Image.fromarray(np.ascontiguousarray(TURNS[orientation](pixels)))
        lies.save(tmp_path / "turned.png", exif=exif)
        np.testing.assert_array_equal(images.photograph(tmp_path / "turned.png", (20, 30)), pixels)

    def test_is_white_where_it_is_transparent(self, pixels, tmp_path):
        alpha = np.zeros((20, 30), np.uint8)
        alpha[5:] = 255
        see_through = np.dstack([pixels, alpha])
        Image.fromarray(see_through).save(tmp_path / "a.png")
        shown = images.photograph(tmp_path / "a.png", (20, 30))
        assert (shown[:5] == 255).all()
        np.testing.assert_array_equal(shown[5:], pixels[5:])
        kept = images.photograph(tmp_path / "a.png", (20, 30), "rgba")  # for a model that has learned from it
        np.testing.assert_array_equal(kept, see_through)

    def test_one_colour_of_a_palette_may_be_transparent(self, tmp_path):
        image = Image.new("P", (2, 1))
        image.putpalette([0, 0, 0, 10, 20, 30])
        image.putpixel((1, 0), 1)
        image.save(tmp_path / "palette.gif", transparency=0)
        shown = images.photograph(tmp_path / "palette.gif", (1, 2))
        assert shown.tolist() == [[[255, 255, 255], [10, 20, 30]]]

    def test_grey_pictures_and_grey_models(self, pixels, tmp_path):
        Image.fromarray(pixels[..., 0]).save(tmp_path / "grey.png")
        colour = images.photograph(tmp_path / "grey.png", (20, 30))
        grey = images.photograph(tmp_path / "grey.png", (20, 30), "grayscale")
        assert colour.shape == (20, 30, 3) and grey.shape == (20, 30, 1)
        np.testing.assert_array_equal(colour, pixels[..., :1].repeat(3, axis=2))
        np.testing.assert_array_equal(grey, pixels[..., :1])

    def test_is_averaged_down(self, tmp_path):
        stripes = np.zeros((40, 40, 3), np.uint8)
        stripes[::2] = 200
        Image.fromarray(stripes).save(tmp_path / "stripes.png")
        small = images.photograph(tmp_path / "stripes.png", (4, 5))[1:-1, 1:-1]
        assert small.shape == (2, 3, 3)
        assert np.abs(small.astype(int) - 100).max() <= 12  # thinned out, they would be 0 or 200

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_waits_for_no_pipe(self, tmp_path):
        os.mkfifo(tmp_path / "a\n.png")
        with pytest.raises(images.UnreadablePicture, match=r"a\\n\.png cannot be read .*it is a pipe"):
            images.photograph(tmp_path / "a\n.png", (4, 4))

    def test_decodes_the_formats_of_a_data_set_alone(self, pixels, tmp_path):
        Image.fromarray(pixels).save(tmp_path / "picture.tiff")
        with pytest.raises(images.UnreadablePicture, match=r"picture\.tiff cannot be read as a picture"):
            images.photograph(tmp_path / "picture.tiff", (4, 4))


@pytest.mark.parametrize("k", range(4))
def test_pixels_are_those_of_keras(k):
    with np.load(Path(__file__).parents[1] / "oracles" / "images.npz") as keras:
        x, bilinear, nearest, cut = (keras[f"{k}/{name}"] for name in ("x", "bilinear", "nearest", "cut"))
    size = bilinear.shape[:2]
    np.testing.assert_allclose(images.resize(x, size), bilinear, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(images.resize(x, size, "nearest"), nearest)
    np.testing.assert_allclose(images.resize(x, size, crop_to_aspect_ratio=True), cut, rtol=0, atol=1e-4)


def test_pillow_is_imported_only_when_a_picture_is_read():
    code = "import sys, minicnn; minicnn.datasets; minicnn.plots; assert 'PIL' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
