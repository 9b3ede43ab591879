"""What tests share. Shapes and types of the method's tensor code are checked by jaxtyping's plugin (pyproject.toml)."""

import numpy as np
import pytest
import torch

from alkit.config import Config
from alkit.data import Dataset
from alkit.sources import load

torch.set_num_threads(1)  # as a run has


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load("digits", device="cpu")


@pytest.fixture
def tiny() -> Config:
    """A run of seconds on the digits."""
    return Config(
        dataset="digits", num_initial=20, num_valid=50, num_rounds=3, query_size=10, epochs=4, learning_rate=0.05,
        batch_size=16, device="cpu",
    )  # fmt: skip


@pytest.fixture
def write_npz(tmp_path):
    """Write <tmp_path>/<name>.npz with noise images; keyword arguments replace or (None) remove arrays."""

    def write(name="mine", num_train=60, num_test=20, num_classes=3, shape=(12, 12), **changes):
        rng = np.random.default_rng(0)
        arrays = {
            "x_train": rng.integers(0, 256, (num_train, *shape), dtype=np.uint8),
            "y_train": np.arange(num_train) % num_classes,
            "x_test": rng.integers(0, 256, (num_test, *shape), dtype=np.uint8),
            "y_test": np.arange(num_test) % num_classes,
        } | changes
        path = tmp_path / f"{name}.npz"
        np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
        return path

    return write
