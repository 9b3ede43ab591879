"""A user's file: what is taken, and why the rest is not."""

import re
import zipfile

import numpy as np
import pytest

from alkit.files.sources import load


def test_source_and_class_names_come_from_the_file(write_npz):
    loaded = load("mine", write_npz(source="my microscope", class_names=["a", "b", "c"]).parent, "cpu")
    assert loaded.source == "my microscope"
    assert loaded.class_names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y_test": None}, ["lacks y_test"]),
        ({"x_train": np.zeros((60, 12, 12), np.float32)}, ["x_train", "float32", "uint8"]),
        ({"x_train": np.zeros((60, 12, 12, 4), np.uint8)}, ["x_train", "[60, 12, 12, 4]", "[N, H, W, 3]"]),
        ({"x_test": np.zeros((20, 9, 9), np.uint8)}, ["differ in shape"]),
        ({"y_train": np.zeros(59, int)}, ["60 train images", "59"]),
        ({"y_train": np.linspace(0, 2, 60)}, ["y_train", "float64", "integers"]),
        ({"y_train": np.arange(60) % 3 + 1}, ["[1, 2, 3]", "0 .. C-1"]),
        ({"y_test": np.full(20, 7)}, ["y_test", "[7]"]),
        ({"x_train": np.full((60, 12, 12), 0.5)}, ["float64", "np.rint(x_train * 255).astype('uint8')"]),
        ({"x_train": np.full((60, 12, 12), 200.0)}, ["np.rint(x_train).astype('uint8')"]),
        ({"x_train": np.full((60, 12, 12), -1.0)}, ["(x_train - low) / (high - low)"]),
        ({"x_train": np.full((60, 12, 12), np.nan)}, ["(x_train - low) / (high - low)"]),
        ({"x_train": np.ones((60, 12, 12), bool)}, ["x_train.astype('uint8') * 255"]),
        ({"x_train": np.zeros((60, 3, 12, 12), np.uint8)}, ["x_train.transpose(0, 2, 3, 1)"]),
        ({"x_train": np.zeros((60, 12, 12, 4), np.uint8)}, ["x_train[..., :3]"]),
        ({"x_train": np.zeros((60, 12), np.uint8)}, ["[60, 12]", "[N, H, W]"]),
        ({"x_train": np.zeros((60, 0, 12), np.uint8)}, ["without pixels"]),
        ({"y_train": np.arange(60)[:, None] % 3}, ["y_train = y_train[:, 0]"]),
        ({"y_train": np.eye(3)[np.arange(60) % 3]}, ["y_train.argmax(axis=1)"]),
        ({"y_train": (np.arange(60) % 3).astype(float)}, ["y_train.astype('int64')"]),
        ({"y_train": np.array(["cat", "dog", "eel"] * 20)}, ["np.searchsorted(class_names, y_train)"]),
        ({"y_train": np.arange(60) % 3 + 1}, ["y_train - 1"]),
        ({"y_train": np.arange(60) % 3 * 5}, ["np.searchsorted(classes, y)"]),
        ({"y_train": np.zeros(60, int)}, ["[0]", "0 .. C-1"]),
        ({"y_train": np.array([0, "1", None] * 20, dtype=object)}, ["y_train holds Python objects", "y_train.tolist()"]),
        ({"x_train": np.array([np.zeros((n, 2), np.uint8) for n in range(60)], dtype=object)}, ["x_train holds", "np.stack"]),
        ({"class_names": np.array(["a", "b", "c"], dtype=object)}, ["class_names holds Python objects", "dtype=str"]),
        ({"class_names": "abc"}, ["class_names", "not a list"]),
        ({"class_names": ["a", "b"]}, ["class_names has 2 names for the 3 classes"]),
        ({"class_names": ["a", "b", "c", "d"]}, ["class_names has 4 names for the 3 classes"]),
        ({"class_names": ["a", "b", "a "]}, ["class_names has 'a' twice"]),
        ({"y_train": np.arange(60) % 2 * 2 - 1}, ["[1]", "-1 (unlabelled)"]),
        ({"y_test": np.full(20, -1)}, ["y_test", "[-1]"]),
        ({"source": ["a", "b"]}, ["source", "not one text"]),
        ({"x_train": np.zeros((60, 12, 12), np.uint8)}, ["one grey level"]),
        ({"x_train": np.zeros((0, 12, 12), np.uint8), "y_train": np.zeros(0, int)}, ["0 train images"]),
    ],
)
def test_a_wrongly_shaped_npz_is_refused_with_its_reason(write_npz, changes, words):
    root = write_npz(**changes).parent
    with pytest.raises(ValueError) as caught:
        load("mine", root, "cpu")
    assert all(word in str(caught.value) for word in [*words, "mine"]), str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["truncated", "text", "empty", "flipped", "an .npy", "marked encrypted"])
def test_a_corrupt_npz_is_refused_with_its_path(write_npz, damage):
    path = write_npz()
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {
            "truncated": content[:middle],
            "text": b"not an archive",
            "empty": b"",
            "an .npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }".ljust(127)
            + b"\n\x00",
            "marked encrypted": re.sub(rb"(PK\x01\x02....).", b"\\1\x01", content, flags=re.DOTALL),
            "flipped": content[:middle] + bytes(255 - b for b in content[middle : middle + 64]) + content[middle + 64 :],
        }[damage]
    )
    with pytest.raises(ValueError, match="truncated or no .npz") as caught:
        load("mine", path.parent, "cpu")
    assert str(path) in str(caught.value)


def test_the_lines_that_convert_images_and_labels_convert_them(write_npz):
    rng = np.random.default_rng(1)
    x_train, y_train = rng.integers(0, 256, (60, 12, 12, 3), dtype=np.uint8), np.arange(60) % 3
    images = [x_train / 255, x_train.astype(int), x_train.transpose(0, 3, 1, 2), np.insert(x_train, 3, 255, axis=3)]
    labels = [y_train[:, None], np.eye(3)[y_train], y_train.astype(float), np.array(["a", "b", "c"])[y_train]]
    for key, values in (("x_train", images), ("y_train", labels)):
        for value in values:
            arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_train[:20], key: value}
            with pytest.raises(ValueError) as caught:
                load("mine", write_npz(**arrays).parent, "cpu")
            exec(str(caught.value).split("Convert it: ")[1], {"np": np}, arrays)
            loaded = load("mine", write_npz(**{k: arrays[k] for k in ("x_train", "y_train", "x_test")}).parent, "cpu")
            assert (loaded.x_train.numpy() == x_train.transpose(0, 3, 1, 2)).all()
            assert (loaded.y_train.numpy() == y_train).all()


def test_other_members_of_an_archive_are_not_read(write_npz):
    path = write_npz(notes=np.array([{"a": 1}], dtype=object))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "by hand")
    content = path.read_bytes()
    name = content.index(b"notes.npy")
    path.write_bytes(content[: name + 200] + b"\0\0" + content[name + 202 :])  # which makes its checksum wrong
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() == "notes.npy"
    assert load("mine", path.parent, "cpu").num_classes == 3


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (b"just text", "x_train is no array"),
        (b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (1099511627776, 131072), }".ljust(117)
         + b"\n\0", "says it is uint8 [1099511627776, 131072], 144,115,188,075,855,872 bytes, but holds 1"),
    ],
)  # fmt: skip
def test_a_member_that_is_not_what_it_says_is_named(write_npz, member, words):
    path = write_npz(x_train=None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x_train.npy", member)
    with pytest.raises(ValueError) as caught:
        load("mine", path.parent, "cpu")
    assert words in str(caught.value) and "delete" not in str(caught.value)


def test_grey_images_with_a_channel_of_their_own_are_the_same_data(write_npz):
    grey = load("mine", write_npz().parent, "cpu")
    with np.load(write_npz()) as arrays:
        channel = load(
            "mine", write_npz(x_train=arrays["x_train"][..., None], x_test=arrays["x_test"][..., None]).parent, "cpu"
        )
    assert channel.image_shape == (1, 12, 12)
    assert channel.digest == grey.digest


def test_classes_are_counted_from_the_labels(write_npz):
    loaded = load("fashion_mnist", write_npz("fashion_mnist", num_classes=5).parent, "cpu")
    assert loaded.class_names == ("T-shirt", "trouser", "pullover", "dress", "coat")
    assert load("mnist", write_npz("mnist", num_classes=12).parent, "cpu").class_names == tuple(map(str, range(12)))


def test_what_may_not_be_read_is_not_called_damaged(tmp_path):
    (tmp_path / "mine.npz").mkdir()
    with pytest.raises(ValueError, match=r"mine\.npz cannot be read \(Is a directory\)"):
        load("mine", tmp_path)
