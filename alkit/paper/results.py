"""What the logs of profiles hold, each log read once, beside the paper's published numbers; all accuracies in per cent."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from alkit.config import Config
from alkit.files import log
from alkit.files.provenance import in_words, made_by
from alkit.loop import Round
from alkit.paths import shown
from alkit.plugins.released import PAPERS_NAMES
from alkit.run.grid import Profile, read_profile

CONDITION = ["scenario", "dataset", "noise", "model", "acquisition"]
RUN = [*CONDITION, "line", "experiment", "seed"]
MAKERS = ["code", "libraries", "machine", "device"]
MEASURED = ["round", "num_labelled", "valid_accuracy", "test_accuracy", "test_correct"]
UNMENTIONED = ("seed", "device", "model", "evaluate_every")  # a table's places, and what changes no number
UNSET = {"num_pool": "all", "split_seed": "the seed"}  # what None stands for


@dataclass(frozen=True)
class Results:
    """What the finished runs of a profile, and of those beside it, measured.

    `rounds` has a row a round: its condition, its `line` (the profile's label: of the profile itself first), its
    `experiment` (profile/folder), seed, round, num_labelled, accuracies in per cent, missing where nothing was evaluated, and
    which test images were right, as the log has it.
    """

    profile: Profile
    rounds: pd.DataFrame
    provenance: pd.DataFrame  # dataset, digest, source, device: a row for each that differs, unfinished runs too
    made: pd.DataFrame  # code, libraries, machine, device, rounds: how many rounds each made, unfinished runs too
    coverage: pd.DataFrame  # scenario, model, runs, finished: of the profile alone

    @property
    def own(self) -> pd.DataFrame:
        """The rounds of the profile alone."""
        return self.rounds[self.rounds.line == self.profile.label]


def frame_of(runs: Iterable[tuple[dict, Iterable[Round]]], columns: Iterable[str]) -> pd.DataFrame:
    """A row for every round of `runs`: what each is called by (a value for each of `columns`), then MEASURED, in per cent."""
    rows = [{**keys, **{name: getattr(r, "number" if name == "round" else name) for name in MEASURED}}
            for keys, rounds in runs for r in rounds]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*columns, *MEASURED])
    for name in ("valid_accuracy", "test_accuracy"):
        frame[name] = 100 * frame[name].astype(float)
    return frame


def read(profile: Profile, digests: dict[str, str] | None = None) -> Results:
    """The results of one profile; runs that are not finished have no rounds.

    Raises ValueError for a log that is not of the profile's configuration, and for runs on different data of one name, also
    those whose `digests` are given; the profile's own are added there.
    """
    runs, origins, makers = [], [], []
    digests = {} if digests is None else digests
    for experiment in profile.experiments:
        for config in experiment.configs:
            path = experiment.log_path(config)
            if log.is_empty(path):
                continue
            header, found = log.read_run(path, config)
            digest = header["data"]["digest"]
            devices = [one.device or header["device"] for one in found]
            origins += [[config.dataset, digest, header["data"]["source"], device] for device in dict.fromkeys(devices)]
            makers += [[*in_words(made_by(header, n)), device] for n, device in enumerate(devices)]
            if len(found) <= config.num_rounds:
                continue
            if digest != digests.setdefault(config.dataset, digest):
                raise ValueError(
                    f"{shown(path)} holds a run on {config.dataset} {digest}, others one on {digests[config.dataset]}: "
                    "runs on different data cannot share a report; move one kind away"
                )
            condition = [experiment.scenario, config.dataset, config.noise, config.model, config.acquisition]
            named = [*condition, profile.label, f"{profile.name}/{experiment.name}", config.seed]
            runs.append((dict(zip(RUN, named, strict=True)), found))
    frame = frame_of(runs, RUN).astype({"line": pd.CategoricalDtype([profile.label], ordered=True)})
    provenance = pd.DataFrame(origins, columns=["dataset", "digest", "source", "device"]).drop_duplicates(ignore_index=True)
    made = pd.DataFrame(makers, columns=MAKERS).value_counts(sort=False).reset_index(name="rounds")
    return Results(profile, frame, provenance, made, _coverage(profile, frame))


def together(profile: Profile) -> Results:
    """The results of a profile and of those that it is shown `beside`, which are lines of their own.

    The released code's variants stand under the paper's names for them. Raises ValueError for two profiles of one label,
    whose rounds nothing would tell apart, and for what `read` refuses, within a profile or between two.
    """
    others = [read_profile(name, profile.folder.parent, profile.params) for name in profile.beside]
    labels: dict[str, str] = {}
    for one in (profile, *others):
        if one.label in labels:
            both = f"{labels[one.label]} and {one.name}"
            raise ValueError(f"{both} both have the label {one.label!r}; change one, so that one report can show both")
        labels[one.label] = one.name
    digests: dict[str, str] = {}
    own, *beside = found = [read(one, digests) for one in (profile, *others)]
    lines = pd.CategoricalDtype(list(labels), ordered=True)
    frames = [own.rounds, *(r.rounds for r in beside if len(r.rounds))]
    frame = pd.concat([as_published(frame.astype({"line": lines})) for frame in frames], ignore_index=True)
    origins = pd.concat([r.provenance for r in found]).drop_duplicates(ignore_index=True)
    made = pd.concat([r.made for r in found]).groupby(MAKERS, sort=False).rounds.sum().reset_index()
    return Results(profile, frame, origins, made, own.coverage)


def as_published(frame: pd.DataFrame) -> pd.DataFrame:
    """The rounds with the released code's variants under the paper's names for them."""
    return frame.replace({key: PAPERS_NAMES for key in ("noise", "model", "acquisition")})


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """Test accuracy after the last round, in per cent: mean, standard error and number of seeds of each experiment."""
    keys = [key for key in RUN if key != "seed"]
    last = frame.dropna(subset="test_accuracy").groupby(keys, observed=True, sort=False)
    return last.test_accuracy.agg(mean="mean", sem="sem", n="count").reset_index()


def _coverage(profile: Profile, frame: pd.DataFrame) -> pd.DataFrame:
    wanted = pd.DataFrame(
        [[e.scenario, c.model] for e in profile.experiments for c in e.configs], columns=["scenario", "model"]
    ).value_counts(sort=False)
    runs = frame.drop_duplicates(["experiment", "seed"]).value_counts(["scenario", "model"], sort=False)
    return pd.DataFrame({"runs": wanted, "finished": runs.reindex(wanted.index, fill_value=0)}).reset_index()


def differing(ours: Iterable[tuple[Config, ...]], theirs: Iterable[tuple[Config, ...]]) -> dict[str, str]:
    """The fields, and the fewest seeds, that take other values in our experiments than in theirs: "theirs → ours".

    An experiment is its configs, one a seed. How often it evaluates changes no number and is left out, as is the model.
    """
    found = []
    for experiments in map(list, (theirs, ours)):
        values: dict[str, dict[str, None]] = {"seeds": {str(min(map(len, experiments))): None}}
        for configs in experiments:
            for field, value in configs[0].as_dict().items():
                values.setdefault(field, {})[UNSET[field] if value is None else str(value)] = None
        found.append(values)
    return {
        field: f"{', '.join(found[0][field])} → {', '.join(values)}"
        for field, values in found[1].items()
        if field not in UNMENTIONED and set(values) != set(found[0][field])
    }


def differences(profile: Profile) -> pd.DataFrame:
    """Where a profile's scenarios differ from the profile `paper`: a row a field, a column a scenario and model.

    Empty cells agree. A scenario that the paper does not have is set beside its constrained one.
    """
    ours, theirs = (_by_place(p) for p in (profile, read_profile("paper")))
    found = {}
    for (scenario, model), experiments in ours.items():
        nearest = ((scenario, model), ("constrained", model), ("constrained", "lenet"))
        found[scenario, model] = differing(experiments, next(theirs[key] for key in nearest if key in theirs))
    return pd.DataFrame({key: changed for key, changed in found.items() if changed}).fillna("")


def absent(profile: Profile) -> list[tuple[str, str]]:
    """The paper's scenarios and models that a profile does not have."""
    ours, theirs = (_by_place(p) for p in (profile, read_profile("paper")))
    return [key for key in theirs if key not in ours]


def _by_place(profile: Profile) -> dict[tuple[str, str], list[tuple[Config, ...]]]:
    """The experiments of each scenario and model, by the paper's name for the model."""
    found: dict[tuple[str, str], list[tuple[Config, ...]]] = {}
    for experiment in profile.experiments:
        model = experiment.configs[0].model
        found.setdefault((experiment.scenario, PAPERS_NAMES.get(model, model)), []).append(experiment.configs)
    return found
