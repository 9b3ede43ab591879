"""A folder of image files as a data set: what becomes of them, and that it is said."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from alkit.files.images import from_folder
from alkit.files.sources import load


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two classes of five grey images and three unlabelled ones, 20 pixels square, all different."""
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path / "data"))
    rng = np.random.default_rng(0)
    for name, count in (("cat", 5), ("dog", 5), ("unlabelled", 3)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for n in range(count):
            save(tmp_path / "pets" / name / f"{n}.png", rng.integers(0, 256, (20, 20), dtype=np.uint8))
    return tmp_path / "pets"


def save(path, pixels, **options):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def pixels(path):
    return np.asarray(Image.open(path))


def test_every_file_is_an_image_of_its_folders_class_and_keeps_its_name(folder):
    path, said = from_folder(folder)
    assert said == ["11 training images (cat 4, dog 4; unlabelled 3) and 2 for testing, one of 5 of each class, 20x20 grey"]
    data = load("pets", device="cpu")
    assert data.class_names == ("cat", "dog")
    with np.load(path) as arrays:
        for part in ("train", "test"):
            names = arrays["file_names" if part == "train" else "test_file_names"]
            for image, label, name in zip(arrays[f"x_{part}"], arrays[f"y_{part}"], names, strict=True):
                assert name.startswith({0: "cat/", 1: "dog/", -1: "unlabelled/"}[int(label)])
                assert (image == pixels(folder / str(name))).all()
        assert sorted(arrays["y_train"].tolist()) == [-1] * 3 + [0] * 4 + [1] * 4
        assert sorted(arrays["y_test"].tolist()) == [0, 1]


def test_sizes_are_unified_by_scaling_to_the_median_and_cutting_the_middle(folder):
    half = np.zeros((20, 40), np.uint8)
    half[:, 10:30] = 200  # the middle half is bright: it alone is kept
    save(folder / "unlabelled" / "0.png", half)
    path, said = from_folder(folder)
    assert said[1] == "2 sizes from 20x20 to 20x40, scaled to cover 20x20, the middle kept"
    assert said[1] in load("pets", device="cpu").source
    with np.load(path) as arrays:
        (at,) = (arrays["file_names"] == "unlabelled/0.png").nonzero()[0]
        assert (arrays["x_train"][at] == 200).all()


@pytest.mark.parametrize(("size", "shape"), [("12", (1, 12, 12)), ("14x18", (1, 14, 18))])
def test_a_size_that_is_asked_for_is_given(folder, size, shape):
    from_folder(folder, size=size)
    assert load("pets", device="cpu").image_shape == shape


def test_large_photographs_become_at_most_96_pixels_long(folder):
    for n in range(5):
        save(folder / "cat" / f"{n}.png", np.full((300, 400), n, np.uint8))
        save(folder / "dog" / f"{n}.png", np.full((300, 400), 9 + n, np.uint8))
    assert " sizes from 20x20 to 300x400" in from_folder(folder)[1][1]
    assert load("pets", device="cpu").image_shape == (1, 72, 96)
    for n in range(3):
        save(folder / "unlabelled" / f"{n}.png", np.full((300, 400), 20 + n, np.uint8))
    assert from_folder(folder, name="large")[1][1] == "all 300x400, scaled to cover 72x96, the middle kept"


def test_colour_transparency_orientation_and_depth_are_made_plain_and_said(folder):
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 255
    save(folder / "unlabelled" / "red.png", red)
    glass = np.zeros((20, 20, 4), np.uint8)  # black, and wholly transparent
    save(folder / "unlabelled" / "glass.png", glass)
    deep = np.full((20, 20), 0x80FF, np.uint16)
    save(folder / "unlabelled" / "deep.png", deep)
    turned = np.zeros((20, 20), np.uint8)
    turned[:10] = 255  # white above
    exif = Image.Exif()
    exif[0x0112] = 3  # by half a turn
    save(folder / "unlabelled" / "turned.png", turned, exif=exif)
    path, said = from_folder(folder)
    assert said[1:] == [
        "16-bit grey, the upper 8 bits taken: 1", "transparent, put on white: 1", "turned upright, as their EXIF says: 1",
        "grey among RGB, made RGB: 15",
    ]  # fmt: skip
    with np.load(path) as arrays:
        found = dict(zip(arrays["file_names"].tolist(), arrays["x_train"], strict=True))
    assert (found["unlabelled/red.png"] == red).all()
    assert (found["unlabelled/glass.png"] == 255).all()
    assert (found["unlabelled/deep.png"] == 0x80).all()
    assert (found["unlabelled/turned.png"][10:] == 255).all() and (found["unlabelled/turned.png"][:10] == 0).all()


def test_what_is_no_image_is_left_out_and_named_in_one_line(folder):
    (folder / "cat" / "notes.txt").write_text("tabby")
    whole = (folder / "dog" / "0.png").read_bytes()
    (folder / "dog" / "torn.png").write_bytes(whole[: len(whole) // 2])
    (folder / "dog" / ".DS_Store").write_bytes(b"\0")
    _, said = from_folder(folder)
    assert "cat 4, dog 4" in said[0]
    assert said[-1].startswith("left out, as they cannot be read: cat/notes.txt (no image), dog/torn.png (")
    assert "\n" not in said[-1] and "DS_Store" not in said[-1]


def test_a_file_that_is_there_is_never_overwritten(folder):
    path, _ = from_folder(folder)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"pets\.npz is there already; .* --name pets_2"):
        from_folder(folder)
    assert path.read_bytes() == before
    assert from_folder(folder, name="pets_2")[0].name == "pets_2.npz"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "stray.png").write_bytes(b""), "stray.png in .* belong to no class"),
        (lambda folder: [path.unlink() for path in (folder / "cat").glob("[0-2].png")], "cat/ has 2 images"),
        (lambda folder: [(folder / "cat").rename(folder / "dog" / "cat")], "has 1 class folders"),
    ],
)
def test_a_folder_that_is_no_data_set_is_refused_in_one_line(folder, change, words):
    change(folder)
    with pytest.raises(ValueError, match=words) as caught:
        from_folder(folder)
    assert "\n" not in str(caught.value)
    assert not (folder.parent / "data").exists()


def test_a_folder_whose_name_can_be_no_data_sets_asks_for_one(folder):
    with pytest.raises(ValueError, match="--name my_images"):
        from_folder(folder.rename(folder.parent / "my pets"))
    with pytest.raises(ValueError, match="no folder of images"):
        from_folder(folder)
    with pytest.raises(ValueError, match="mnist is the name of a data set .* --name my_mnist"):
        from_folder(folder.parent / "my pets", name="mnist")
    with pytest.raises(ValueError, match="size='big' is no size"):
        from_folder(folder.parent / "my pets", name="pets", size="big")


def test_photographs_are_decoded_one_at_a_time(folder):
    for n in range(12):  # 19 MB each, 225 together
        save(folder / "unlabelled" / f"large_{n}.png", np.full((2500, 2500, 3), n, np.uint8))
    code = f"""
import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from alkit.files.images import from_folder
used = lambda: getrusage(RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
before = used()
from_folder(Path({str(folder)!r}))
print(used() - before)
"""
    grown = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert grown < 120  # MB


@pytest.mark.filterwarnings("ignore")
def test_a_damaged_gif_is_taken_or_left_out_and_named(folder):
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(folder / "cat" / "x.gif")
    whole = (folder / "cat" / "x.gif").read_bytes()
    for n in range(6, len(whole)):  # whichever byte is another
        (folder / "cat" / "x.gif").write_bytes(whole[:n] + bytes([whole[n] ^ 0xFF]) + whole[n + 1 :])
        _, said = from_folder(folder, name=f"pets_{n}")
        assert ("cat 5" in said[0]) != any("cat/x.gif (" in line for line in said[1:]), said


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_file_whose_further_frames_are_torn_is_left_out(folder):
    frames = [Image.fromarray(np.full((20, 20), n, np.uint8)) for n in range(3)]
    frames[0].save(folder / "cat" / "stack.tif", save_all=True, append_images=frames[1:])
    whole = (folder / "cat" / "stack.tif").read_bytes()
    for kept in range(8, len(whole), 7):  # wherever it is cut
        (folder / "cat" / "stack.tif").write_bytes(whole[:kept])
        _, said = from_folder(folder, name=f"pets_{kept}")
        assert "cat 4" in said[0] or "of several frames" in said[1]


@pytest.mark.parametrize("name", [".ipynb_checkpoints", ".thumbnails", ".@__thumb"])
def test_what_programs_keep_in_hidden_folders_is_no_image(folder, name):
    before = from_folder(folder, name="before")[1]
    for path in sorted((folder / "cat").glob("*.png")):
        save(folder / "cat" / name / path.name, pixels(path))
    save(folder / name / "0.png", pixels(folder / "dog" / "0.png"))
    assert from_folder(folder)[1] == before
