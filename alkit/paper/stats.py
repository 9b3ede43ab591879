"""Intervals of what is paired by seed, in numbers and in words."""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ttest_1samp


def interval(values: pd.Series) -> dict:
    """Mean, 95 % interval (Student's t) and n of values measured once a seed; no interval of a single one."""
    low, high = np.nan, np.nan
    if len(values) > 1:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Precision loss")  # the same in every seed: an interval of no width
            low, high = ttest_1samp(values, 0).confidence_interval()
    return {"mean": float(values.mean()), "low": float(low), "high": float(high), "n": len(values)}


def in_words(rows: pd.DataFrame, form: str = "+.2f") -> list[str]:
    """Mean and interval of every row, as text."""
    return [f"{row['mean']:{form}} ({row.low:{form}} to {row.high:{form}})" for _, row in rows.iterrows()]


def write_numbers(folder: Path, numbers: dict) -> None:
    """A finding's numbers, as numbers.json in its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1, default=float) + "\n")
