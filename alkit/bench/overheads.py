"""Single parts against the least they could cost: passes, epochs, steps, memory, the import, and the machine's peak."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from alkit.bench import plain
from alkit.config import Config
from alkit.data import Dataset
from alkit.files.sources import load
from alkit.loop import scores
from alkit.models import build
from alkit.passes import passes
from alkit.prediction import predict
from alkit.split import split
from alkit.training import fit, stepper

MNIST = (1, 28, 28)
os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # torch's profiler would write its own comings and goings between ours


def alternate(parts: dict[str, Callable[[], object]], repeats: int = 7) -> pd.Series:
    """Median seconds of each part; the parts take turns, so that a busy machine is busy for all of them."""
    seconds = {name: [] for name in parts}
    for turn in range(repeats + 1):
        for name, work in parts.items():
            start = time.perf_counter()
            work()
            if turn:  # the first turn pays for what is done once
                seconds[name].append(time.perf_counter() - start)
    return pd.Series({name: statistics.median(s) for name, s in seconds.items()})


def scoring(model: str, data: Dataset, num_pool: int, repeats: int = 7) -> pd.Series:
    """Seconds to score `num_pool` images: a bare forward pass, a deterministic pass, maximum entropy, BALD with T = 10."""
    config = Config(dataset=data.name, model=model, acquisition="entropy")
    labelled, _, pool = split(config, data)
    net, pool = fit(replace(config, epochs=1), data, labelled, 0), pool[:num_pool]
    ready = data.standardised(data.x_train[pool])

    @torch.inference_mode()
    def bare():
        for images in ready.split(128):
            net(images)

    def one_pass():
        for _ in predict(net, next(passes(config, data, "pool", pool, 0))):
            pass

    return alternate(
        {
            "bare forward pass": bare,
            "one deterministic pass": one_pass,
            "maximum entropy": lambda: scores(config, data, net, pool, 0),
            "BALD, T = 10": lambda: scores(replace(config, acquisition="bald"), data, net, pool, 0),
        },
        repeats,
    )


def epochs(data: Dataset, num_labelled: int = 1100, count: int = 20, repeats: int = 7) -> pd.Series:
    """Seconds of `count` LeNet epochs: a bare eager loop over tensors that are ready on the device, and alkit's by noise."""
    config = Config(dataset=data.name, num_initial=num_labelled, num_rounds=0, epochs=count)
    labelled = split(config, data)[0]
    images, labels = data.standardised(data.x_train[labelled]), data.y_train[labelled]

    def bare():
        net = build(Config(model="lenet"), data.image_shape, data.num_classes)
        optimiser = torch.optim.SGD(net.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
        for _ in range(count):
            for batch in torch.randperm(num_labelled).split(config.batch_size):
                optimiser.zero_grad()
                cross_entropy(net(images[batch]), labels[batch]).backward()
                optimiser.step()

    ours = {
        f"alkit, {noise}": lambda noise=noise: fit(replace(config, noise=noise), data, labelled, 0)
        for noise in ("none", "gaussian", "salt_and_pepper")
    }
    return alternate({"bare loop": bare, **ours}, repeats)


def resnet_steps(repeats: int = 7) -> pd.DataFrame:
    """A ResNet-18 training step on 64 images of 28x28, torchvision's network as it is, and alkit's: seconds, GFLOP, weights."""
    from torchvision.models import resnet18

    images, labels = torch.randn(64, *MNIST), torch.randint(10, (64,))
    whole = resnet18(num_classes=10)
    whole.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    nets = {"torchvision": whole, "alkit": build(Config(model="resnet18"), MNIST, 10)}
    steps = {name: stepper(Config(), net) for name, net in nets.items()}
    seconds = alternate({name: lambda step=step: step(images, labels) for name, step in steps.items()}, repeats)
    flops = {name: _flops(net, images, labels) / 1e9 for name, net in nets.items()}
    weights = {name: sum(p.numel() for p in net.parameters()) for name, net in nets.items()}
    return pd.DataFrame({"seconds": seconds, "GFLOP": flops, "weights": weights})


def _flops(net: nn.Module, images: Tensor, labels: Tensor) -> int:
    """Of a forward pass, and of the backward pass too unless gradients are off."""
    with FlopCounterMode(display=False) as counter:
        loss = cross_entropy(net(images), labels)
        if loss.requires_grad:
            loss.backward()
    return counter.get_total_flops()


def utilisation(model: str, batch: int = 64, repeats: int = 7) -> pd.DataFrame:
    """FLOPs of a training step and of a pass on MNIST-sized images, and the share reached of the measured matmul rate.

    The rate is of 1,024 x 1,024 float32 matrices with the same number of threads; LeNet's FLOPs are those of the same layers in
    torch, which counts them.
    """
    net, images = build(Config(model=model), MNIST, 10), torch.randn(batch, *MNIST)
    labels, matrix = torch.randint(10, (batch,)), torch.randn(1024, 1024)
    step = stepper(Config(), net)
    frozen = build(Config(model=model), MNIST, 10).eval()

    @torch.inference_mode()
    def one_pass():
        frozen(images)

    work = {"training step": lambda: step(images, labels), "pass": one_pass}
    counted, flops = plain.lenet() if model == "lenet" else net, {}
    for name in work:
        with torch.set_grad_enabled(name == "training step"):
            flops[name] = _flops(counted, images, labels)
    seconds = alternate({**work, "matmul": lambda: matrix @ matrix}, repeats)
    peak = 2 * 1024**3 / seconds["matmul"]
    rows = []
    for name, flop in flops.items():
        rate = flop / seconds[name]
        rows.append([model, name, flop / 1e6, 1e3 * seconds[name], rate / 1e9, rate / peak])
    return pd.DataFrame(rows, columns=["model", "work", "MFLOP", "ms", "GFLOP/s", "share of matmul rate"])


def step_profile(model: str, batch: int = 64, steps: int = 100) -> pd.Series:
    """Milliseconds of a training step by what it does, from torch's profiler; the rest is Python, autograd and the profiler."""
    images, labels = torch.randn(batch, *MNIST), torch.randint(10, (batch,))
    step = stepper(Config(), build(Config(model=model), MNIST, 10))
    for _ in range(steps):
        step(images, labels)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiler:
        start = time.perf_counter()
        for _ in range(steps):
            step(images, labels)
        total = time.perf_counter() - start
    parts = {
        "convolutions, backward*": ("_PooledConvolutionBackward", "convolution_backward"),
        "convolutions, forward*": ("_PooledConvolution", "mkldnn_convolution", "_slow_conv", "thnn_conv"),
        "matrix products": ("mm", "addmm", "bmm"),
        "pooling": ("max_pool",),
        "batch normalisation": ("native_batch_norm",),
        "the optimiser": ("_foreach",),
        "copies and padding": ("copy_", "pad", "cat", "index", "resize_"),
        "activations, loss, sums": ("threshold", "clamp", "relu", "softmax", "nll", "sum", "add", "fill_"),
    }
    found = dict.fromkeys(parts, 0.0)
    for event in profiler.key_averages():
        name = event.key.removeprefix("aten::")
        work = event.key.startswith(("aten::", "_PooledConvolution"))
        part = next((p for p, starts in parts.items() if work and name.startswith(starts)), None)
        if part:
            found[part] += event.self_cpu_time_total / 1e3 / steps
    found["the rest"] = 1e3 * total / steps - sum(found.values())
    return pd.Series(found, name=model)


def scoring_memory(num_pool: int, num_samples: int = 100) -> dict[str, float]:
    """Seconds and MB over the data itself that BALD takes for `num_pool` synthetic 28x28 images, in a fresh process."""
    command = [sys.executable, "-m", "alkit.bench.overheads", str(num_pool), str(num_samples)]
    seconds, memory = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout.split()
    return {"pool": num_pool, "T": num_samples, "seconds": float(seconds), "MB": float(memory)}


def _score_synthetic(num_pool: int, num_samples: int) -> None:
    torch.set_num_threads(1)
    digits = load("digits", device="cpu")
    images = torch.randint(0, 256, (num_pool, *MNIST), dtype=torch.uint8)
    labels = torch.arange(num_pool) % 10
    values = {**vars(digits), "x_train": images, "y_train": labels, "x_test": images[:10], "y_test": labels[:10]}
    data = Dataset(**{k: v for k, v in values.items() if not k.startswith("_")})
    config = Config(dataset="digits", acquisition="bald", num_samples=num_samples)
    net, pool = build(Config(model="lenet"), MNIST, 10).eval(), torch.arange(num_pool)
    scores(config, data, net, pool[:1000], 0)
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the peak starts anew
    before = _resident("VmRSS")
    start = time.perf_counter()
    scores(config, data, net, pool, 0)
    print(time.perf_counter() - start, _resident("VmHWM") - before)


def _resident(key: str) -> float:
    """MB in memory now (VmRSS) or at the most so far (VmHWM); NaN but on Linux, which alone counts them (proc(5))."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if sys.platform == "linux" else [f"{key}: nan"]
    return float(next(line.split()[1] for line in lines if line.startswith(f"{key}:"))) / 1024


def import_seconds(repeats: int = 5) -> pd.Series:
    """Seconds of a new Python process that imports torch, alkit, or all that an experiment's notebook needs."""
    run = lambda code: subprocess.run([sys.executable, "-c", code], check=True)  # noqa: E731
    all_of_it = "import alkit.files.log, alkit.paper.figures, IPython.display, sklearn.model_selection"
    codes = ("import torch", "import alkit", all_of_it)
    return alternate({code: lambda code=code: run(code) for code in codes}, repeats)


if __name__ == "__main__":
    _score_synthetic(*map(int, sys.argv[1:]))
