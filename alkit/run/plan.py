"""How long a profile will take: its training steps and passes, times what one of each takes on this very device."""

import math
import statistics
import time
from collections.abc import Iterable
from functools import cache

import torch

from alkit.acquisitions import ACQUISITIONS
from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import resolve_device, seeded
from alkit.models import build
from alkit.prediction import SAMPLERS
from alkit.run.grid import Experiment
from alkit.training import stepper

NOTEBOOK_SECONDS = 6.0  # a kernel's start, its figures


class Estimate:
    """Seconds that experiments will take on one core (or the GPU), from measured steps; data maps names to data sets."""

    def __init__(self, data: dict[str, Dataset]):
        self.shapes = {name: (d.image_shape, d.num_classes, len(d.y_train), len(d.y_test)) for name, d in data.items()}
        self.known: dict[tuple[Config, int], float] = {}

    def seconds_left(self, experiment: Experiment) -> float:
        """What is not in the logs yet, with the notebook's own time."""
        return NOTEBOOK_SECONDS + sum(self._seconds_from(c, experiment.rounds_of(c)) for c in experiment.configs)

    def _seconds_from(self, config: Config, done: int) -> float:
        if (config, done) not in self.known:
            rounds = range(done, config.num_rounds + 1)
            self.known[config, done] = sum(self.round_seconds(config, number) for number in rounds)
        return self.known[config, done]

    def round_seconds(self, config: Config, number: int) -> float:
        """Training, evaluating and querying of one round."""
        shape, num_classes, num_train, num_test = self.shapes[config.dataset]
        if not config.trains(number):
            return 0.0
        step, image = measured(config.model, shape, num_classes, config.batch_size, config.device)
        score, sampler, _ = ACQUISITIONS[config.acquisition]
        last = number == config.num_rounds
        num_labelled = config.num_labelled(number)
        seconds = config.epochs * math.ceil(num_labelled / config.batch_size) * step
        seconds += image * (config.num_valid * config.evaluated(number) + num_test * last)
        if score and not last:
            left = num_train - config.num_valid - config.num_initial
            pool = min(left, config.num_pool or left) - number * config.query_size
            seconds += image * pool * SAMPLERS[sampler].num_passes(config)
        return seconds


@cache
def measured(model: str, image_shape: tuple[int, int, int], num_classes: int, batch_size: int, device: str):
    """Seconds of a training step and of one image's forward pass, on one thread of the CPU or on the GPU; medians."""
    where, threads = resolve_device(device), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with seeded(where, 0, "init"):
            net = build(Config(model=model), image_shape, num_classes).to(where)
            images = torch.randn(batch_size, *image_shape, device=where)
            labels = torch.randint(num_classes, (batch_size,), device=where)
            many = torch.randn(128, *image_shape, device=where)
        step = stepper(Config(), net)
        step_seconds = _median_seconds(lambda: step(images, labels), where)
        net.eval()
        with torch.inference_mode():
            return step_seconds, _median_seconds(lambda: net(many), where) / len(many)
    finally:
        torch.set_num_threads(threads)


def seconds_left(experiments: Iterable[Experiment], estimate: Estimate, workers: int) -> float:
    """Until the last of them is done, with `workers` at a time: no shorter than the longest of them."""
    each = [estimate.seconds_left(e) for e in experiments]
    return max(sum(each) / workers, max(each, default=0.0))


def in_words(seconds: float) -> str:
    """A duration for people: 40 s, 12 min, 3.5 h, 2.1 days."""
    for size, unit in ((86400, "days"), (3600, "h")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def table(experiments: tuple[Experiment, ...], estimate: Estimate) -> str:
    """The experiments, how many rounds of each are in the logs, and the time that is left on one core or the GPU."""
    width = max(len(e.name) for e in experiments)
    lines = [f"{'experiment':{width}}  rounds done  time left"]
    for e in experiments:
        done = e.rounds_done()
        left = "-" if done >= e.total_rounds else in_words(estimate.seconds_left(e))
        lines.append(f"{e.name:{width}}  {f'{done}/{e.total_rounds}':>11}  {left:>9}")
    return "\n".join(lines)


def _median_seconds(work, device: torch.device, repeats: int = 7) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return time.perf_counter() - start

    once(), once()
    return statistics.median(once() for _ in range(repeats))
