"""A profile: a params file read as experiments.

    about: one line on what the profile is for
    seeds: [0, 1, 2]
    defaults: {epochs: 20}            # fields of alkit.Config; what is not named is the paper's
    grid:                             # blocks; a list stands for each of its values
      - scenario: constrained
        dataset: [mnist, cifar10]
        acquisition: [random, bald]
        num_rounds: 20
      - {scenario: constrained, dataset: mnist, num_rounds: 20, seeds: [3, 4]}  # more seeds of one of them
    label: ours, 20 rounds            # how its line in a table is called; "ours" if it does not say
    beside: [released, coarse]        # profiles whose results its report shows too, each as a line of its own
    claims: true                      # its report judges the paper's claims and writes the README

An experiment is a condition (scenario, dataset, model, acquisition, noise); its seeds run in one notebook.
"""

import difflib
import fnmatch
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from alkit.config import CONDITION, Config, check_name, from_dict
from alkit.data import Dataset
from alkit.determinism import resolve_device
from alkit.files import log
from alkit.files.sources import is_here, load
from alkit.paths import OUTPUTS, PARAMS, shown
from alkit.plugins.released import PAPERS_NAMES
from alkit.run.params import read_params
from alkit.split import check


@dataclass(frozen=True)
class Experiment:
    """One condition: a config for each seed, and the folder of its notebook and logs."""

    scenario: str
    configs: tuple[Config, ...]
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def total_rounds(self) -> int:
        """Rounds over all seeds, round 0 included."""
        return sum(c.num_rounds + 1 for c in self.configs)

    def log_path(self, config: Config) -> Path:
        return self.folder / f"seed-{config.seed}.jsonl"

    def rounds_of(self, config: Config) -> int:
        """Rounds in one seed's log that are complete for `config`, which may evaluate some that the log has no accuracy of.

        Counted without parsing them.
        """
        path = self.log_path(config)
        rounds = path.read_bytes().split(b"\n")[1:-1] if path.exists() else []
        return sum(not (b'"valid_accuracy": null' in line and config.evaluated(n)) for n, line in enumerate(rounds))

    def rounds_done(self) -> int:
        """Complete rounds in the logs of all seeds."""
        return sum(map(self.rounds_of, self.configs))


@dataclass(frozen=True)
class Profile:
    name: str
    about: str
    experiments: tuple[Experiment, ...]
    folder: Path  # of its notebooks, logs and report
    params: Path  # the folder of its params file
    label: str = "ours"  # its line in tables and figures
    beside: tuple[str, ...] = ()  # profiles that its report shows too
    claims: bool = False  # whether its report judges the paper's claims and writes the README


def read_profile(name: str, outputs: Path = OUTPUTS, params: Path = PARAMS) -> Profile:
    """The profile called `name` (<params>/<name>.yaml). Raises ValueError for whatever in it could not be run."""
    check_name("profile", name)
    path = params / f"{name}.yaml"
    if not path.exists():
        raise ValueError(f"unknown profile {name!r}; choose {', '.join(sorted(p.stem for p in params.glob('*.yaml')))}")
    content = read_params(path)
    try:
        return _profile(name, content, outputs, params)
    except ValueError as error:
        raise ValueError(f"{shown(path)}: {error}") from None


def _profile(name: str, content: object, outputs: Path, params: Path) -> Profile:
    keys = ("about", "seeds", "defaults", "grid", "label", "beside", "claims")
    if not isinstance(content, dict) or not isinstance(content.get("grid"), list) or not content["grid"]:
        raise ValueError(f"a profile is a mapping with {', '.join(keys)}, and its grid a list of blocks")
    for key in content:
        if key not in keys:
            raise ValueError(f"unknown key {key!r}; choose {', '.join(keys)}")
    defaults, seeds = content.get("defaults") or {}, content.get("seeds", [0, 1, 2])
    if not isinstance(defaults, dict):
        raise ValueError(f"defaults={defaults!r} is {type(defaults).__name__}, not a mapping")
    experiments: dict[str, Experiment] = {}
    for one in (e for block in content["grid"] for e in _expand(block, defaults, seeds, outputs / name)):
        experiments[one.name] = _joined(experiments[one.name], one) if one.name in experiments else one
    _check_places(experiments.values())
    about = " ".join(str(content.get("about", "")).split())
    return Profile(name, about, tuple(experiments.values()), outputs / name, params, *_shown(name, content, params))


def _joined(one: Experiment, again: Experiment) -> Experiment:
    """An experiment that stands in two blocks has the seeds of both; a seed named twice, or other settings, are a mistake."""
    twice = sorted({c.seed for c in one.configs} & {c.seed for c in again.configs})
    if twice:
        raise ValueError(f"the experiment {one.name} stands in the grid twice with seed {twice[0]}")
    first, second = one.configs[0].settings, again.configs[0].settings
    if first != second:
        raise ValueError(f"the experiment {one.name} stands in the grid twice, with {first} and {second}")
    return replace(one, configs=one.configs + again.configs)


def _check_places(experiments: Iterable[Experiment]) -> None:
    """Raise ValueError for two experiments that would stand in one place of the tables, before either is run.

    The released code's variants stand there under the paper's names, and supervised learning has no acquisition.
    """
    places: dict[tuple, str] = {}
    for one in experiments:
        config = one.configs[0]
        names = (config.model, config.noise, config.acquisition if one.scenario != "supervised" else "")
        place = (one.scenario, config.dataset, *(PAPERS_NAMES.get(name, name) for name in names))
        if (other := places.setdefault(place, one.name)) != one.name:
            raise ValueError(f"{other} and {one.name} would stand in one place of the tables; give one a profile of its own")


def _shown(name: str, content: dict, params: Path) -> tuple[str, tuple[str, ...], bool]:
    """How a profile is shown: its label, the profiles beside it, and whether it judges the claims."""
    label, beside, claims = content.get("label", "ours"), content.get("beside", []), content.get("claims", False)
    if not isinstance(label, str) or label in ("", "paper"):
        raise ValueError(f"label={label!r} cannot name our line in tables; give some text other than 'paper'")
    if not isinstance(claims, bool):
        raise ValueError(f"claims={claims!r} is {type(claims).__name__}, not true or false")
    for one in _as_list(beside):
        if one == name or not (params / f"{one}.yaml").exists():
            others = sorted(p.stem for p in params.glob("*.yaml") if p.stem != name)
            raise ValueError(f"beside names {one!r}; choose {', '.join(others)}")
    return label, tuple(_as_list(beside)), claims


def _expand(block: object, defaults: dict, seeds: object, folder: Path) -> list[Experiment]:
    if not isinstance(block, dict) or not isinstance(block.get("scenario"), str):
        raise ValueError(f"a block of the grid is a mapping that names its scenario, not {block!r}")
    settings = {**defaults, **block}
    scenario, seeds = settings.pop("scenario"), settings.pop("seeds", seeds)
    check_name("scenario", scenario)
    if not isinstance(seeds, list) or not seeds or len(set(map(str, seeds))) < len(seeds):
        raise ValueError(f"seeds={seeds!r} is not a list of different whole numbers")
    if "seed" in settings:
        raise ValueError("seed is not a parameter of a profile; name its seeds")
    for name, value in settings.items():
        if isinstance(value, list) and name not in (*CONDITION, "noise_splits"):
            raise ValueError(f"{name}={value!r} is a list; only {', '.join(CONDITION)} can be")
        if value == [] and name in CONDITION:
            raise ValueError(f"{name}=[] makes no experiment; name one or more")
    axes = [_as_list(settings.pop(axis, getattr(Config, axis))) for axis in CONDITION]
    experiments = []
    for values in itertools.product(*axes):
        first = from_dict({**settings, **dict(zip(CONDITION, values, strict=True))})
        configs = tuple(replace(first, seed=seed) for seed in seeds)
        experiments.append(Experiment(scenario, configs, folder / "-".join((scenario, *values))))
    return experiments


def only(profile: Profile, globs: str) -> Profile:
    """The profile with those experiments alone whose names match one of `globs`, separated by spaces.

    Raises ValueError for a glob that matches none, naming the experiments nearest to it.
    """
    names = [e.name for e in profile.experiments]
    for glob in globs.split() or [""]:
        if not fnmatch.filter(names, glob):
            near = difflib.get_close_matches(glob.replace("*", ""), names, n=3, cutoff=0.0)
            raise ValueError(f"no experiment of {profile.name} matches {glob!r}; the nearest are {', '.join(near)}")
    chosen = tuple(e for e in profile.experiments if any(fnmatch.fnmatchcase(e.name, glob) for glob in globs.split()))
    return replace(profile, experiments=chosen)


def _as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def load_all(profile: Profile, download: bool = True) -> dict[str, Dataset]:
    """Every data set of the profile, on the CPU; what is missing is downloaded, or else left out."""
    names = dict.fromkeys(c.dataset for e in profile.experiments for c in e.configs)
    return {name: load(name, device="cpu") for name in names if download or is_here(name)}


def check_all(profile: Profile, data: dict[str, Dataset], here: bool = True) -> None:
    """Raise ValueError for the first experiment that cannot run, or whose folder holds something else. No work is done.

    Not checked is what images that are not in `data` would show, nor whether devices are there if it is not to run `here`.
    """
    for experiment in profile.experiments:
        for config in experiment.configs:
            try:
                if here:
                    resolve_device(config.device)
                if config.dataset in data:
                    check(config, data[config.dataset])
            except ValueError as error:
                raise ValueError(f"{experiment.name}: {error}") from None
            path = experiment.log_path(config)
            if config.dataset in data:
                log.check_log(path, config, data[config.dataset])
            elif not log.is_empty(path):
                log.read_run(path, config)
