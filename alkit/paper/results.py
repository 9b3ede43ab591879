"""What the logs of a profile hold, and the paper's published numbers, as tables of numbers."""

from pathlib import Path

import pandas as pd

from alkit import log
from alkit.paths import OUTPUTS, shown
from alkit.plugins.released import PAPERS_NAMES
from alkit.run.grid import Profile, read_profile

CONDITION = ["scenario", "dataset", "noise", "model", "acquisition"]


def rounds(profile: Profile) -> pd.DataFrame:
    """Every round of every finished run; accuracies in per cent. Runs that are not finished are left out.

    Raises ValueError for a log that is not of the profile's configuration, and for runs on different data of one name.
    """
    columns = [*CONDITION, "seed", "round", "num_labelled", "valid_accuracy", "test_accuracy"]
    rows, digests = [], {}
    for experiment in profile.experiments:
        for config in experiment.configs:
            path = experiment.log_path(config)
            if log.is_empty(path):
                continue
            header, found = log.read_run(path, config)
            if len(found) <= config.num_rounds:
                continue
            digest = digests.setdefault(config.dataset, header["data"]["digest"])
            if header["data"]["digest"] != digest:
                raise ValueError(
                    f"{shown(path)} holds a run on {config.dataset} {header['data']['digest']}, others one on {digest}: "
                    "runs on different data cannot share a report; move one kind away"
                )
            condition = [experiment.scenario, config.dataset, config.noise, config.model, config.acquisition]
            rows += [[*condition, config.seed, r.number, r.num_labelled, r.valid_accuracy, r.test_accuracy] for r in found]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("valid_accuracy", "test_accuracy"):
        frame[column] = 100 * frame[column].astype(float)
    return frame


def full_scale(outputs: Path = OUTPUTS) -> pd.DataFrame:
    """The rounds of every finished run at the paper's settings."""
    return rounds(read_profile("paper", outputs))


def as_published(frame: pd.DataFrame) -> pd.DataFrame:
    """The rounds with the released code's variants under the paper's names for them."""
    return frame.replace({key: PAPERS_NAMES for key in ("noise", "model", "acquisition")})


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """Test accuracy after the last round, in per cent: mean, standard error and number of seeds of each condition."""
    last = frame.dropna(subset="test_accuracy")
    return last.groupby(CONDITION).test_accuracy.agg(mean="mean", sem="sem", n="count").reset_index()


def provenance(profile: Profile) -> pd.DataFrame:
    """The data sets that the logs were made on: source and digest, device and versions; one row for each that differs."""
    rows = []
    for experiment in profile.experiments:
        for path in map(experiment.log_path, experiment.configs):
            if not log.is_empty(path):
                header, found = log.read(path)
                versions = " ".join(f"{k} {v}" for k, v in header["versions"].items())
                source = [experiment.configs[0].dataset, header["data"]["digest"], header["data"]["source"]]
                rows += [[*source, device or header["device"], versions] for device in {r.device for r in found}]
    return pd.DataFrame(rows, columns=["dataset", "digest", "source", "device", "versions"]).drop_duplicates(ignore_index=True)


def coverage(profile: Profile, frame: pd.DataFrame) -> pd.DataFrame:
    """Runs finished and runs in the profile, by scenario and model."""
    wanted = pd.DataFrame(
        [[e.scenario, c.model] for e in profile.experiments for c in e.configs], columns=["scenario", "model"]
    ).value_counts(sort=False)
    runs = frame.drop_duplicates([*CONDITION, "seed"]).value_counts(["scenario", "model"], sort=False)
    return pd.DataFrame({"runs": wanted, "finished": runs.reindex(wanted.index, fill_value=0)}).reset_index()


def differences(profile: Profile) -> pd.DataFrame:
    """Where a profile's scenarios differ from the profile `paper`: a row a field, a column a scenario and model.

    Cells read "the paper's → ours", and are empty where the two agree; how often it evaluates changes no number. A scenario
    that the paper does not have is set beside its constrained one.
    """
    ours, theirs = (_values(p) for p in (profile, read_profile("paper")))
    found = {}
    for (scenario, model), values in ours.items():
        nearest = ((scenario, model), ("constrained", model), ("constrained", "lenet"))
        reference = next(theirs[key] for key in nearest if key in theirs)
        found[scenario, model] = {
            field: f"{_words(reference[field])} → {_words(value)}"
            for field, value in values.items()
            if set(map(str, value)) != set(map(str, reference[field]))
        }
    frame = pd.DataFrame({key: changed for key, changed in found.items() if changed}).fillna("")
    return frame if len(frame) else pd.DataFrame()


def absent(profile: Profile) -> list[tuple[str, str]]:
    """The paper's scenarios and models that a profile does not have."""
    ours, theirs = (_values(p) for p in (profile, read_profile("paper")))
    return [key for key in theirs if key not in ours]


def _values(profile: Profile) -> dict[tuple[str, str], dict[str, list]]:
    """Of each scenario and model, the values that every field takes."""
    found: dict[tuple[str, str], dict[str, list]] = {}
    for experiment in profile.experiments:
        first = experiment.configs[0]
        values = found.setdefault((experiment.scenario, PAPERS_NAMES.get(first.model, first.model)), {})
        seeds = [c.seed for c in experiment.configs]
        for field, value in {**first.as_dict(), "seeds": len(seeds)}.items():
            if field not in ("seed", "device", "model", "evaluate_every") and value not in values.setdefault(field, []):
                values[field].append(value)
    return found


def _words(values: list) -> str:
    return ", ".join("all" if v is None else str(v) for v in values)
