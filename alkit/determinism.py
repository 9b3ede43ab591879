"""What makes a run repeatable: the device, its arithmetic, and one generator for every draw.

No random state is carried from round to round. A draw is named by (seed, stream, round), so round r can be computed
from the labelled set alone, resuming needs no pickled state, and one seed gives every acquisition the same split,
initial weights and noise (paired comparisons). Draws are made on the CPU, so that a seed means the same on every device;
dropout's in training, which the paper has none of, on the device.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

# Only append: a stream's position is part of its seed.
STREAMS = (
    "split", "init", "shuffle", "dropout", "query", "samples",
    "noise-train", "noise-pool", "noise-valid", "noise-test", "noise-once-train", "noise-once-test",
)  # fmt: skip


def derived_seed(seed: int, stream: str, number: int = 0) -> int:
    """A 32-bit seed for the draws of `stream` in round `number`; streams and rounds are independent."""
    return int(np.random.SeedSequence([seed, STREAMS.index(stream), number]).generate_state(1)[0])


def generator(seed: int, stream: str, number: int = 0) -> torch.Generator:
    """A fresh CPU generator for the draws of `stream` in round `number`."""
    return torch.Generator().manual_seed(derived_seed(seed, stream, number))


@contextmanager
def seeded(device: torch.device, seed: int, stream: str, number: int = 0) -> Iterator[None]:
    """Seed torch's global generators inside the block (weights, training dropout) and restore them after it."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(derived_seed(seed, stream, number))
        yield


def resolve_device(name: str) -> torch.device:
    """The device called `name`; "auto" is the first GPU if there is one, else the CPU. Arithmetic is made exact.

    float32 stays float32 (no TF32) and cuDNN picks the same kernels every time. A run repeats bit by bit on a CPU; on a
    GPU it is meant to, but some CUDA kernels add in varying order. Raises ValueError for a device that is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if not re.fullmatch(r"cpu|cuda(:(0|[1-9][0-9]?))?", name):
        raise ValueError(f"unknown device {name!r}; choose auto, cpu, cuda or cuda:<number>")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"device {name!r} is not there: {torch.cuda.device_count()} CUDA devices seen; choose auto or cpu")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    return device


@contextmanager
def one_thread(device: torch.device) -> Iterator[None]:
    """On a CPU, one thread inside the block: how many there are changes the order of sums, and so the numbers.

    For these small networks one is also about as fast as two, and leaves the other cores to other runs.
    """
    threads = torch.get_num_threads()
    try:
        if device.type == "cpu":
            torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(threads)


def device_name(device: torch.device) -> str:
    """The device in words, for logs: a GPU's model name, or "cpu"."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
