"""Which conditions are compared with each other: those that differ in one thing alone."""

import pandas as pd

from alkit.paper.results import CONDITION

PAIRS = [
    ("acquisition", "entropy", "random"), ("acquisition", "bald", "random"), ("acquisition", "bald", "entropy"),
    ("noise", "gaussian", "none"), ("noise", "salt_and_pepper", "none"), ("scenario", "constrained", "supervised"),
    ("scenario", "ideal", "constrained"), ("model", "resnet18", "lenet"),
]  # fmt: skip


def contrasts(values: pd.Series) -> pd.DataFrame:
    """One minus the other, seed by seed, wherever all the rest is the same; a row a seed, with its `difference` and `kind`.

    `values` is indexed by CONDITION and seed; the thing that differs, the `kind`, is written "one − other" in its own column.
    """
    columns = [*CONDITION, "seed", "kind", "difference"]
    found = [pd.DataFrame(columns=columns)]
    for axis, one, other in PAIRS:
        both = values.unstack(axis)
        if {one, other} <= set(both):
            gap = (both[one] - both[other]).dropna().rename("difference").reset_index()
            found.append(gap.assign(**{axis: f"{one} − {other}"}, kind=axis)[columns])
    return pd.concat([f for f in found if len(f)] or found[:1], ignore_index=True)
