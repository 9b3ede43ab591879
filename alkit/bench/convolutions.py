"""python -m alkit.bench.convolutions [turns]: ResNet-18 with torch's 3x3 convolutions and with alkit's, in turns, one thread.

A training step on 64 images and a pass over 128; seconds are of this process's CPU time, for other processes may be busy.
"""

import copy
import sys
import time
from collections.abc import Callable

import pandas as pd
import torch
from torch import Tensor, nn

from alkit.config import Config
from alkit.models import build
from alkit.speed.winograd import MinimalConv2d
from alkit.training import stepper

SHAPES = {"28x28x1": (1, 28, 28), "32x32x3": (3, 32, 32)}


def with_torchs(net: nn.Module) -> nn.Module:
    """A copy of `net` whose 3x3 convolutions are all torch's."""
    net = copy.deepcopy(net)
    for parent in list(net.modules()):
        for name, layer in parent.named_children():
            if isinstance(layer, MinimalConv2d):
                plain = nn.utils.skip_init(nn.Conv2d, layer.in_channels, layer.out_channels, 3, padding=1, bias=False)
                plain.weight = layer.weight
                setattr(parent, name, plain)
    return net


def gains(turns: int = 31) -> pd.DataFrame:
    """Milliseconds, medians over turns, and how many times as fast: the median of each turn's ratio and its quartiles."""
    rows = []
    for size, shape in SHAPES.items():
        table = _turns(shape, turns)
        for part in ("step", "pass"):
            ratio = (table[part, "torch"] / table[part, "alkit"]).quantile([0.5, 0.25, 0.75]).tolist()
            rows.append([size, part, *(1e3 * table[part].median()).tolist(), *ratio])
    return pd.DataFrame(rows, columns=["images", "part", "torch ms", "alkit ms", "times as fast", "25 %", "75 %"])


def _turns(shape: tuple[int, int, int], turns: int) -> pd.DataFrame:
    """Seconds of each turn, of a step and of a pass, with torch's and with alkit's convolutions."""
    torch.manual_seed(0)
    ours = build(Config(model="resnet18"), shape, 10)
    nets = {"torch": with_torchs(ours), "alkit": ours}
    steps = {name: stepper(Config(), net) for name, net in nets.items()}
    images, labels, pool = torch.randn(64, *shape), torch.randint(10, (64,)), torch.randn(128, *shape)
    seconds = {(part, name): [] for part in ("step", "pass") for name in nets}
    for _ in range(turns + 1):
        for name, net in nets.items():
            net.train()
            seconds["step", name].append(_seconds(steps[name], images, labels))
            with torch.inference_mode():
                net.eval()(pool)  # as in scoring, most passes are not the first with these weights
                seconds["pass", name].append(_seconds(net, pool))
    return pd.DataFrame(seconds).iloc[1:]  # the first turn pays for what is done once


def _seconds(work: Callable, *arguments: Tensor) -> float:
    start = time.process_time()
    work(*arguments)
    return time.process_time() - start


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(gains(*map(int, sys.argv[1:])).round(3).to_string(index=False))
