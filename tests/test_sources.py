"""Files and downloads, and those that cannot be used."""

import numpy as np
import pytest

from alkit import sources
from alkit.sources import load


def test_the_digest_tells_pixels_and_labels_apart(write_npz):
    root = write_npz("a").parent
    write_npz("b")
    write_npz("c", y_train=(np.arange(60) + 1) % 3)
    write_npz("d", y_train=(np.arange(60) % 3).astype(np.uint8))
    digest = {name: load(name, root, "cpu").digest for name in "abcd"}
    assert digest["a"] == digest["b"] == digest["d"] != digest["c"]


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
        ({"y_test": np.full(20, 7)}, ["y_test"]),
        ({"x_train": np.zeros((60, 12, 12), np.uint8)}, ["one grey level"]),
        ({"x_train": np.zeros((0, 12, 12), np.uint8), "y_train": np.zeros(0, int)}, ["0 train images"]),
    ],
)
def test_a_wrongly_shaped_npz_is_refused_with_its_reason(write_npz, changes, words):
    root = write_npz(**changes).parent
    with pytest.raises(ValueError) as caught:
        load("mine", root, "cpu")
    assert all(word in str(caught.value) for word in [*words, "mine"]), str(caught.value)


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
            "marked encrypted": content.replace(b"PK\x01\x02\x2d\x03\x2d\x00\x00", b"PK\x01\x02\x2d\x03\x2d\x00\x01"),
            "flipped": content[:middle] + bytes(255 - b for b in content[middle : middle + 64]) + content[middle + 64 :],
        }[damage]
    )
    with pytest.raises(ValueError, match="truncated or no .npz") as caught:
        load("mine", path.parent, "cpu")
    assert str(path) in str(caught.value)


def test_an_unknown_data_set_is_answered_with_the_choices_and_the_users_files(write_npz):
    root = write_npz("mine").parent
    with pytest.raises(ValueError) as caught:
        load("imagenet", root, "cpu")
    for word in ("'imagenet'", "digits", "mnist", "cifar10", "fashion_mnist", "mine", str(root / "imagenet.npz")):
        assert word in str(caught.value)


def test_a_download_that_fails_says_where_to_put_the_file(tmp_path, monkeypatch):
    import torchvision

    def offline(root, train, download):
        raise OSError("no route to host")

    monkeypatch.setattr(torchvision.datasets, "MNIST", offline)
    with pytest.raises(ValueError) as caught:
        load("mnist", tmp_path, "cpu")
    for word in ("mnist", "no route to host", "mnist.npz", "x_train", str(tmp_path), "ALKIT_DATA"):
        assert word in str(caught.value)


def test_what_torchvision_downloads_is_loaded(tmp_path, monkeypatch):
    import torchvision

    class Downloaded:  # CIFAR10 holds an array and a list, MNIST two tensors
        def __init__(self, root, train, download):
            rng = np.random.default_rng(train)
            self.data = rng.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
            self.targets = [i % 10 for i in range(40)]

    monkeypatch.setattr(torchvision.datasets, "CIFAR10", Downloaded)
    loaded = load("cifar10", tmp_path, "cpu")
    assert loaded.image_shape == (3, 32, 32)
    assert loaded.class_names[3] == "cat"
    assert "torchvision" in loaded.source
    assert sources.TORCHVISION["cifar10"] == "CIFAR10"
