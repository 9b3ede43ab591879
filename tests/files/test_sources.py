"""Files and downloads, and those that cannot be used."""

import struct
from types import SimpleNamespace

import numpy as np
import pytest

from alkit.files.sources import is_here, load


def test_the_digest_tells_pixels_and_labels_apart(write_npz):
    root = write_npz("a").parent
    write_npz("b")
    write_npz("c", y_train=(np.arange(60) + 1) % 3)
    write_npz("d", y_train=(np.arange(60) % 3).astype(np.uint8))
    digest = {name: load(name, root, "cpu").digest for name in "abcd"}
    assert digest["a"] == digest["b"] == digest["d"] != digest["c"]


def test_a_constant_channel_becomes_zero(write_npz):
    rng = np.random.default_rng(0)
    x_train = rng.integers(0, 256, (60, 12, 12, 3), dtype=np.uint8)
    x_train[..., 1] = 77
    loaded = load("mine", write_npz(x_train=x_train, x_test=x_train[:20]).parent, "cpu")
    images = loaded.standardised(loaded.x_train)
    assert loaded.sd[1].item() == 1
    assert images[:, 1].abs().max() < 1e-4
    assert images[:, 0].std().item() == pytest.approx(1, abs=1e-3)


def test_a_truncated_download_is_named_with_the_file_to_delete(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part, count in (("train", 30), ("t10k", 20)):
        (raw / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 0x803, count, 28, 28) + bytes(count * 784))
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 0x801, count) + bytes(i % 10 for i in range(count)))
    broken = raw / "train-images-idx3-ubyte"
    broken.write_bytes(broken.read_bytes()[:1000])
    with pytest.raises(ValueError) as caught:
        load("mnist", tmp_path, "cpu")
    assert f"could not be read from {raw}/" in str(caught.value)
    assert "delete train-images-idx3-ubyte and run again" in str(caught.value)


def test_an_unknown_data_set_is_answered_with_the_choices_and_the_users_files(write_npz):
    root = write_npz("mine").parent
    with pytest.raises(ValueError) as caught:
        load("imagenet", root, "cpu")
    for word in ("'imagenet'", "digits", "mnist", "cifar10", "fashion_mnist", "mine", str(root / "imagenet.npz")):
        assert word in str(caught.value)


def test_a_download_that_fails_says_where_to_put_the_file(tmp_path, monkeypatch):
    import torchvision

    def offline(root, train, download):
        (root / "MNIST/raw").mkdir(parents=True, exist_ok=True)  # as torchvision does before it asks the network
        raise OSError("no route to host")

    monkeypatch.setenv("ALKIT_DATA", str(tmp_path))
    monkeypatch.setattr(torchvision.datasets, "MNIST", offline)
    for _ in range(2):
        assert not is_here("mnist")
        with pytest.raises(ValueError) as caught:
            load("mnist", tmp_path, "cpu")
        for word in ("could not be downloaded", "no route to host", "mnist.npz", "x_train", str(tmp_path), "ALKIT_DATA"):
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


def test_images_in_a_folder_that_may_only_be_read_are_loaded(tmp_path, monkeypatch):
    def forbidden(lock, **_):
        raise PermissionError(13, "Permission denied", lock.lock_file)

    monkeypatch.setattr("filelock.FileLock.acquire", forbidden)
    part = SimpleNamespace(data=np.arange(2 * 36, dtype=np.uint8).reshape(2, 6, 6), targets=[0, 1])
    monkeypatch.setattr("torchvision.datasets.MNIST", lambda root, train, download: part)
    assert len(load("mnist", tmp_path, device="cpu").y_train) == 2
