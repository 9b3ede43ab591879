"""One run's settings. The defaults are the paper's (section 4); every choice it leaves open is a field."""

import contextlib
import hashlib
import re
import typing
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields, replace

from alkit.acquisitions import ACQUISITIONS
from alkit.models import MODELS
from alkit.noise import NOISES
from alkit.split import SPLITS

PARTS = ("train", "pool", "valid", "test")
CHOICES: dict[str, Collection[str]] = {  # the tables' keys, whatever is added to them
    "model": MODELS,
    "acquisition": ACQUISITIONS,
    "noise": NOISES,
    "split": SPLITS,
    "noise_splits": PARTS,
    "noise_draw": ("access", "once"),
    "last_batch": ("keep", "merge", "drop"),
    "initial_weights": ("pytorch", "torchvision"),
}
CONDITION = ("dataset", "model", "acquisition", "noise")
AT_LEAST_ZERO = {"seed", "split_seed", "num_rounds", "momentum", "weight_decay", "noise_sd"}
AT_MOST = {  # more than any run can mean; a typing slip then says so at once, not after hours or gigabytes
    "seed": 2**32 - 1, "split_seed": 2**32 - 1, "num_rounds": 1e6, "evaluate_every": 1e6, "epochs": 1e6, "batch_size": 1e5,
    "num_initial": 1e8, "num_valid": 1e8, "query_size": 1e8, "num_pool": 1e8, "num_samples": 1e5, "learning_rate": 1e9,
    "momentum": 1, "weight_decay": 1e9, "noise_sd": 1e9,
}  # fmt: skip
FRACTIONS = {"dropout", "train_dropout", "noise_probability", "noise_pixels"}


@dataclass(frozen=True, kw_only=True)
class Config:
    """One active-learning run: a condition (data set, model, acquisition, noise), a seed and the hyper-parameters.

    Raises ValueError, naming the value and the choices, for anything that could not be run.
    """

    dataset: str = "mnist"  # digits, mnist, cifar10, fashion_mnist, or the name of an .npz file
    model: str = "lenet"
    acquisition: str = "random"
    noise: str = "none"
    seed: int = 0
    split: str = "balanced"
    split_seed: int | None = None  # draws the split; None: the seed does, so that every seed has its own

    num_initial: int = 100  # labels at the start, the same number of every class
    num_valid: int = 300  # labels of the validation set, stratified
    num_rounds: int = 100
    query_size: int = 10  # labels bought in a round
    num_pool: int | None = None  # images that can be queried, drawn per seed; None: all that are left
    evaluate_every: int = 1  # validate in every n-th round and in the last; the test set only in the last

    epochs: int = 100
    learning_rate: float = 1e-3
    momentum: float = 0.0
    weight_decay: float = 1e-4
    batch_size: int = 64
    last_batch: str = "keep"  # an epoch's last, smaller batch: keep it, merge it into the one before, or drop it
    train_dropout: float = 0.0  # rate in the classifier while training; the paper's networks have none
    initial_weights: str = "pytorch"  # ResNet-18's: its layers' defaults, or torchvision's (Kaiming normal, fan-out)

    num_samples: int = 10  # T, Monte-Carlo dropout samples of BALD
    dropout: float = 0.5  # rate in the classifier while BALD scores the pool

    noise_probability: float = 0.1  # that an image is hit
    noise_sd: float = 1.0  # Gaussian noise, in standardised units
    noise_pixels: float = 0.1  # salt-and-pepper noise: the share of an affected image's pixels
    noise_splits: tuple[str, ...] = PARTS
    noise_draw: str = "access"  # new noise at every pass over the images, or drawn once for the whole run

    device: str = field(default="auto", compare=False)  # where it runs is logged but is not part of what is run

    def __post_init__(self):
        object.__setattr__(self, "noise_splits", _as_tuple(self.noise_splits))
        for f in fields(self):
            _check_type(f.name, f.type, value := getattr(self, f.name))
            if isinstance(value, (int, float)):
                _check_range(f.name, value)
            if f.type is float:
                object.__setattr__(self, f.name, float(value))
        check_name("dataset", self.dataset)
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            for one in value if isinstance(value, tuple) else (value,):
                if one not in choices:
                    raise ValueError(f"unknown {name} {one!r}; choose {', '.join(choices)}")
        if self.noise != "none" and not self.noise_splits:
            raise ValueError(f"noise_splits=[] leaves no split for noise={self.noise!r}; choose some of {', '.join(PARTS)}")
        for name in {name for model in MODELS.values() for name in model.settings} - set(MODELS[self.model].settings):
            if (value := getattr(self, name)) != _DEFAULTS[name]:
                raise ValueError(f"{name}={value!r} is not for model={self.model!r}; leave it at {_DEFAULTS[name]!r}")

    @property
    def budget(self) -> int:
        """Labels in total, initial and queried (without the validation set)."""
        return self.num_initial + self.num_rounds * self.query_size

    def evaluated(self, number: int) -> bool:
        """Whether round `number` measures validation accuracy."""
        return number % self.evaluate_every == 0 or number == self.num_rounds

    def num_labelled(self, number: int) -> int:
        """Labels that round `number` trains on."""
        return self.num_initial + number * self.query_size

    def trains(self, number: int) -> bool:
        """Whether round `number` needs a network: to be evaluated, or to score the pool."""
        return self.evaluated(number) or (number < self.num_rounds and ACQUISITIONS[self.acquisition].score is not None)

    @property
    def that_counts(self) -> "Config":
        """The same run with the fields that change none of its queries and accuracies at their defaults.

        How often it is evaluated changes which accuracies there are, not what they are. Which fields a sampler of several
        samples or a noise uses is not known here, so of those all count.
        """
        acquisition = ACQUISITIONS[self.acquisition]
        unused = ["evaluate_every"]
        if acquisition.score is None or acquisition.sampler == "once":
            unused += ["num_samples", "dropout"]
        if NOISES[self.noise] is None:
            unused += [name for name in _DEFAULTS if name.startswith("noise_")]
        split_seed = None if self.split_seed == self.seed else self.split_seed
        return replace(self, split_seed=split_seed, **{name: _DEFAULTS[name] for name in unused})

    @property
    def label(self) -> str:
        """A file's name for everything but the seed and the device: the condition, and what is not at its default.

        So fields can be added without renaming what was run before. Of more than 200 characters the end is a digest.
        """
        words = [f"{k}={'+'.join(v) if isinstance(v, list) else v}" for k, v in self.settings.items() if k != "device"]
        label = "-".join((*(getattr(self, name) for name in CONDITION), *words))
        return label if len(label) <= 200 else f"{label[:191]}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"

    @property
    def settings(self) -> dict:
        """Beyond condition and seed, the fields that are not the paper's, as JSON can hold them."""
        return {k: v for k, v in self.as_dict().items() if k not in (*CONDITION, "seed") and v != _DEFAULTS[k]}

    def as_dict(self) -> dict:
        """The fields as JSON can hold them."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


_DEFAULTS: dict[str, typing.Any] = {
    f.name: list(f.default) if isinstance(f.default, tuple) else f.default for f in fields(Config)
}


def from_dict(settings: dict) -> Config:
    """A Config from a mapping such as a params file's; raises ValueError for a name that is no field."""
    names = [f.name for f in fields(Config)]
    for name in settings:
        if name not in names:
            raise ValueError(f"unknown parameter {name!r}; choose {', '.join(names)}")
    return Config(**settings)


def check_name(what: str, name: object) -> None:
    """Raise ValueError unless `name` can name a file on every machine, and nothing outside of its folder."""
    if not isinstance(name, str) or not re.fullmatch(r"(?!\.)[A-Za-z0-9_.-]{1,100}", name):
        shown = repr(name) if len(repr(name)) <= 60 else f"{repr(name)[:57]}..."
        raise ValueError(f"{what}={shown} is no name: letters, digits, _, - and . (not the first), 100 characters at most")


def _as_tuple(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _check_type(name: str, kind, value) -> None:
    kinds = (tuple,) if typing.get_origin(kind) is tuple else typing.get_args(kind) or (kind,)
    if float in kinds:
        kinds += (int,)
    if isinstance(value, bool) or not isinstance(value, kinds):
        hint = ""
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                number = float(value) if float in kinds else int(value)
                hint = f"; write it as a number: {number!r} (YAML reads 1e-3 as text, 1.0e-3 as a number)"
        wanted = " or ".join("nothing" if k is type(None) else k.__name__ for k in kinds)
        raise ValueError(f"{name}={value!r} is {type(value).__name__}, not {wanted}{hint}")


def _check_range(name: str, value: int | float) -> None:
    if name in FRACTIONS:
        top = 1 if name.startswith("noise") else 0.99
        if not 0 <= value <= top:
            raise ValueError(f"{name}={value} is outside 0 .. {top}")
    elif name in AT_LEAST_ZERO:
        if not 0 <= value < float("inf"):
            raise ValueError(f"{name}={value} is not zero or more")
    elif not 0 < value < float("inf"):
        raise ValueError(f"{name}={value} is not above zero")
    if value > AT_MOST.get(name, float("inf")):
        raise ValueError(f"{name}={value} is more than any run can mean; {AT_MOST[name]:,.0f} at most")
