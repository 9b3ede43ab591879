"""Which published numbers may stand beside a run: those of its condition, if its settings are the paper's; and how they do."""

from dataclasses import replace

import pandas as pd

from alkit.config import CONDITION, Config
from alkit.paper.published import published
from alkit.paper.tables import cell
from alkit.paper.words import markdown
from alkit.plugins.released import PAPERS_NAMES
from alkit.run.grid import Experiment, read_profile


def limits(config: Config) -> str:
    """What the spread over seeds of runs of `config` is of, and what it is not; in Markdown."""
    has_own_split = config.split_seed is None and config.split != "released"
    of = "splits, weights, shuffling and noise" if has_own_split else "weights, shuffling and noise, on one split"
    return (
        f"**Limits.** The spread is over seeds: {of}. It says nothing of other data or settings. The published numbers are "
        "means over three seeds, without a spread."
    )


def beside(config: Config, scenario: str | None = None) -> tuple[pd.DataFrame, str]:
    """The paper's numbers for a run of `config`, or none of them and why, in words.

    The frame is `published`'s with a column `accuracy` (test accuracy, per cent). Without a `scenario`, the one whose settings
    these are. Settings that change no number may differ, and the seed.
    """
    none = published().iloc[:0].assign(accuracy=0.0)
    condition = {key: getattr(config, key) for key in CONDITION}
    theirs = [(e.scenario, replace(e.configs[0], seed=config.seed)) for e in _of_paper(condition, scenario)]
    if not theirs:
        as_published = {key: PAPERS_NAMES.get(value, value) for key, value in condition.items()}
        if as_published != condition and _of_paper(as_published, scenario):
            return none, "this is by what the released code does; the report's tables show it beside the paper's number"
        return none, "the paper has no number for this condition"
    for name, paper in theirs:
        if paper.that_counts == config.that_counts:
            acquisition = "" if name == "supervised" else config.acquisition  # which nothing is queried by
            key = {**condition, "acquisition": acquisition, "scenario": name}
            found = published().loc[lambda p, key=key: (p[list(key)] == pd.Series(key)).all(axis=1)]
            if found.empty:
                return none, "the paper has no number for this condition"
            return found.assign(accuracy=found.percent.where(found.metric == "test_accuracy", 100 - found.percent)), ""
    found = min((_differences(config, paper) for _, paper in theirs), key=len)
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return none, f"not at the paper's settings: {', '.join(found[:3])}{more}"


def _of_paper(condition: dict[str, str], scenario: str | None) -> list[Experiment]:
    """The paper's experiments of a condition, in any scenario or this one."""
    return [
        e for e in read_profile("paper").experiments
        if all(getattr(e.configs[0], key) == value for key, value in condition.items()) and scenario in (None, e.scenario)
    ]  # fmt: skip


def error_beside(config: Config, scenario: str, runs: pd.DataFrame) -> str:
    """The test error that `runs` of `config` ended on, beside the published ones if its settings are the paper's; in Markdown.

    `runs` has a row a round, with `test_accuracy` in per cent, missing in all but the last.
    """
    error = (100 - runs.test_accuracy.dropna()).agg(["mean", "sem", "count"])
    paper, why_none = beside(config, scenario)
    numbers = " and ".join(f"{100 - p.accuracy:.2f} % (Table {p.table})" for p in paper.itertuples())
    published_ones = f"Published: {numbers}." if numbers else f"No published number beside it: {markdown(why_none)}."
    return f"Test error after {config.budget:,} labels: **{cell(*error)} %**, mean ± standard error (seeds). {published_ones}"


def _differences(config: Config, paper: Config) -> list[str]:
    ours, theirs = config.that_counts.as_dict(), paper.that_counts.as_dict()
    return [f"{name} {value} (the paper: {theirs[name]})" for name, value in ours.items()
            if value != theirs[name] and name != "device"]  # fmt: skip
