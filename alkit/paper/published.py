"""The paper's published numbers."""

from importlib.resources import files

import pandas as pd


def published() -> pd.DataFrame:
    """Tables 2 and 3 of the paper: one number a row, in per cent (Table 2 accuracies, Table 3 errors, both on the test set)."""
    return pd.read_csv(files("alkit.paper") / "published.csv", keep_default_na=False)
