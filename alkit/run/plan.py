"""How long a profile will take, by what logs of like runs recorded, else by training steps and passes measured here; and how
much of it goes at a time."""

import math
import statistics
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import torch

from alkit.acquisitions import ACQUISITIONS
from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import device_name, resolve_device, seeded
from alkit.files import log
from alkit.models import build
from alkit.prediction import SAMPLERS
from alkit.run.cores import cores
from alkit.run.grid import Experiment, Profile
from alkit.training import stepper

NOTEBOOK_SECONDS = 6.0  # a kernel's start, its figures
# Of GPU memory for one experiment, generously: CUDA's own context, the network's activations, a chunk of the pool. Alone it
# would leave most of a GPU idle.
GPU_BYTES = 4 * 2**30
KNOWN = {  # the paper's data sets need not be here to be planned for: image shape, classes, training and test images
    "mnist": ((1, 28, 28), 10, 60_000, 10_000),
    "cifar10": ((3, 32, 32), 10, 50_000, 10_000),
    "fashion_mnist": ((1, 28, 28), 10, 60_000, 10_000),
}


def default_workers(profile: Profile) -> int:
    """As many experiments at a time as the machine has room for, and as the free memory of every GPU that they name holds."""
    devices = {_device(c.device) for e in profile.experiments for c in e.configs}
    free = [torch.cuda.mem_get_info(device)[0] for device in devices if device.type == "cuda"]
    return max(1, min([cores(), *(bytes_ // GPU_BYTES for bytes_ in free)]))


class Estimate:
    """Seconds that experiments will take on one core (or the GPU); data maps names to data sets, the KNOWN may be missing.

    What is counted, steps and passes, is timed here; where logs of `experiments` hold runs of the same kind, rounds
    take as long as theirs took beside that count.
    """

    def __init__(self, data: dict[str, Dataset], experiments: Iterable[Experiment] = ()):
        found = {name: (d.image_shape, d.num_classes, len(d.y_train), len(d.y_test)) for name, d in data.items()}
        self.shapes = {**KNOWN, **found}
        self.known: dict[tuple[Config, int], float] = {}
        self.logs: dict[tuple, list[tuple[Config, Path]]] = {}
        for experiment in experiments:
            for config in experiment.configs:
                if experiment.rounds_of(config):
                    self.logs.setdefault(_kind(config), []).append((config, experiment.log_path(config)))
        self.paces: dict[tuple, float | None] = {}

    def seconds_left(self, experiment: Experiment) -> float:
        """What is not in the logs yet, with the notebook's own time."""
        return NOTEBOOK_SECONDS + sum(self._seconds_from(c, experiment.rounds_of(c)) for c in experiment.configs)

    def basis(self, experiments: Iterable[Experiment]) -> str:
        """In words, what the estimate of these experiments' rounds rests on."""
        left = {_kind(c) for e in experiments for c in e.configs if e.rounds_of(c) <= c.num_rounds}
        logged = [kind for kind in left if self._pace(kind)]
        num_runs = sum(len(self.logs[kind]) for kind in logged)
        parts = [f"by the logs of {num_runs} like runs"] if logged else []
        if len(logged) < len(left):
            parts.append("measured now on this machine")
        return ", others ".join(parts) or "all rounds are in the logs"

    def _seconds_from(self, config: Config, done: int) -> float:
        if (config, done) not in self.known:
            rounds = range(done, config.num_rounds + 1)
            seconds = sum(self.round_seconds(config, number) for number in rounds)
            self.known[config, done] = seconds * (self._pace(_kind(config)) or 1.0) if seconds else 0.0
        return self.known[config, done]

    def _pace(self, kind: tuple) -> float | None:
        """How long logged rounds of a kind took on a device like this, by their estimate; None without such rounds."""
        if kind not in self.paces:
            logged = counted = 0.0
            for config, path in self.logs.get(kind, ()):
                here = device_name(_device(config.device))
                try:
                    header, rounds = log.read(path)
                except ValueError:  # a damaged log of another experiment: of this one's, `rounds_of` says it
                    continue
                for found in rounds:
                    trained = config.trains(found.number) and found.train_seconds  # the log's may be evaluated less often
                    if trained and (found.device or header["device"]) == here:
                        logged += log.seconds(found)
                        counted += self.round_seconds(config, found.number)
            self.paces[kind] = logged / counted if counted else None
        return self.paces[kind]

    def round_seconds(self, config: Config, number: int) -> float:
        """Training, evaluating and querying of one round."""
        shape, num_classes, num_train, num_test = self.shapes[config.dataset]
        if not config.trains(number):
            return 0.0
        step, image = timed(config.model, shape, num_classes, min(config.batch_size, config.budget), config.device)
        acquisition = ACQUISITIONS[config.acquisition]
        last = number == config.num_rounds
        num_labelled = config.num_labelled(number)
        seconds = config.epochs * math.ceil(num_labelled / config.batch_size) * step
        seconds += image * (config.num_valid * config.evaluated(number) + num_test * last)
        if acquisition.score and not last:
            left = num_train - config.num_valid - config.num_initial
            pool = min(left, config.num_pool or left) - number * config.query_size
            seconds += image * pool * SAMPLERS[acquisition.sampler].num_passes(config)
        return seconds


def _device(name: str) -> torch.device:
    """The device of that name; the CPU for one that is not here but on a cluster, whose pace nothing here can tell."""
    try:
        return resolve_device(name)
    except ValueError:
        return torch.device("cpu")


def _kind(config: Config) -> tuple:
    """Runs whose rounds take as long: same data, model, acquisition and settings; not seed, noise and number of rounds."""
    kept = {name: value for name, value in config.settings.items() if name != "num_rounds"}
    return config.dataset, config.model, config.acquisition, str(kept)


@cache
def timed(model: str, image_shape: tuple[int, int, int], num_classes: int, batch_size: int, device: str):
    """Seconds of a training step and of one image's forward pass, on one thread of the CPU or on the GPU; medians."""
    where, threads = _device(device), torch.get_num_threads()
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


def side_by_side(seconds: Iterable[float], workers: int) -> float:
    """Seconds until the last of several is done, with `workers` at a time: no fewer than the longest takes."""
    each = list(seconds)
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


def _median_seconds(work, device: torch.device, repeats: int = 7, budget: float = 2.0) -> float:
    """Of `repeats` after two to warm up; fewer where they take over `budget` seconds; never of the first, which compiles."""

    def once() -> float:
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return time.perf_counter() - start

    once()
    end, found = time.perf_counter() + budget, [once()]
    while time.perf_counter() < end and len(found) < 1 + repeats:
        found.append(once())
    return statistics.median(found[1:] or found)
