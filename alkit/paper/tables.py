"""The paper's Tables 2 and 3, laid out as there, with the published number beside each of ours."""

from collections.abc import Iterable

import pandas as pd
from pandas.io.formats.style import Styler

from alkit.paper.published import published
from alkit.paper.results import CONDITION, final

NAMES = {
    "mnist": "MNIST", "cifar10": "CIFAR-10", "fashion_mnist": "Fashion-MNIST", "digits": "digits",
    "lenet": "LeNet", "resnet18": "ResNet-18",
    "random": "Random", "entropy": "Max. Entropy", "bald": "BALD", "": "",
    "none": "None", "gaussian": "Gaussian", "salt_and_pepper": "Salt and Pepper",
    "supervised": "Supervised, limited data", "ideal": "AL, ideal data", "ideal_fine": "AL, ideal data, small queries",
    "constrained": "AL, constrained data",
    "cnn": "CNN (32, 64, 128)", "released_resnet18": "ResNet-18 as released",
    "released_entropy": "Max. Entropy as released", "released_bald": "BALD as released", "released_pepper": "Pepper",
}  # fmt: skip
MISSING = "–"


def name(word: str) -> str:
    """How the paper writes it; a user's own name as it is."""
    return NAMES.get(word, word)


def beside_published(frame: pd.DataFrame, table: int, released: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every condition of the paper's table 2 or 3, and ours on other data sets in the same places, one row each.

    Columns: the condition, metric ("test_accuracy" in Table 2, "test_error" in Table 3), mean, sem and n of ours and
    `published`, in per cent; with `released` (rounds `as_published`) also released_mean, released_sem and released_n.
    Nothing where there is nothing.
    """
    paper = published().query("table == @table").rename(columns={"percent": "published"}).drop(columns="table")
    ours = final(frame)
    ours.loc[ours.scenario == "supervised", "acquisition"] = ""
    if table == 3:
        ours["mean"] = 100 - ours["mean"]
    # Where the paper has a number for some data set, ours on any other data set stand in the same row of the table.
    places = paper[[c for c in CONDITION if c != "dataset"]].drop_duplicates()
    ours = ours.merge(places, how="inner")
    if table == 3:  # MNIST alone, and the user's own data
        ours = ours[~ours.dataset.isin({"cifar10", "fashion_mnist"})]
    both = paper.drop(columns="metric").merge(ours, how="outer", on=CONDITION)
    if released is not None:
        theirs = beside_published(released, table)[[*CONDITION, "mean", "sem", "n"]]
        both = both.merge(theirs, how="left", on=CONDITION, suffixes=("", "_of_released"))
        both = both.rename(columns={f"{key}_of_released": f"released_{key}" for key in ("mean", "sem", "n")})
    both.insert(len(CONDITION), "metric", paper.metric.iloc[0])
    order = {key: both[key].map({v: i for i, v in enumerate(NAMES)}).fillna(-1) for key in CONDITION}
    # Scenarios, noises, models and acquisitions in the paper's order; data that is not the paper's comes first.
    order["dataset"] = both.dataset.map({"mnist": 0, "cifar10": 1, "fashion_mnist": 2}).fillna(-1)
    order["scenario"] = both.scenario.map({"supervised": 0, "ideal": 1, "constrained": 2})
    keys = pd.DataFrame(order)[["scenario", "noise", "model", "dataset", "acquisition"]]
    return both.loc[keys.sort_values(list(keys), kind="stable").index].reset_index(drop=True)


def table2(frame: pd.DataFrame, released: pd.DataFrame | None = None) -> pd.DataFrame:
    """Test accuracy in per cent after the last round: "mean ± standard error (seeds)", the paper's number under it."""
    rows = beside_published(frame, 2, released)
    return _laid_out(rows, ["noise", "model"], ["dataset", "acquisition"], ("Noise", "Model", ""))


def table3(frame: pd.DataFrame, released: pd.DataFrame | None = None) -> pd.DataFrame:
    """Test error in per cent: "mean ± standard error (seeds)", the paper's number under it."""
    rows = beside_published(frame, 3, released)
    return _laid_out(rows, ["scenario", "model", "acquisition"], ["dataset"], ("Technique", "Model", "Acquisition", ""))


def in_short(frame: pd.DataFrame) -> str:
    """The conditions that were run, beside the paper's numbers, as a Markdown table: test accuracy in per cent."""
    rows = pd.concat([beside_published(frame, 3), beside_published(frame, 2)]).dropna(subset="n")
    rows = rows.drop_duplicates(["scenario", "dataset", "noise", "model", "acquisition"], keep="last")  # Table 2's accuracies
    lines = ["| data | scenario | model | noise | queries | paper | here: mean ± standard error (seeds) |", "|" + "---|" * 7]
    for row in rows.itertuples():
        paper, mean = (100 - x if row.metric == "test_error" else x for x in (row.published, row.mean))
        condition = (row.dataset, row.scenario, row.model, row.noise, row.acquisition)
        words = [name(word) or MISSING for word in condition]
        lines.append(f"| {' | '.join(words)} | {paper:.2f} | {cell(mean, row.sem, row.n)} |")
    return "\n".join(lines)


def sources(data: pd.DataFrame, datasets: Iterable[str]) -> str:
    """What a table or figure of `datasets` was made on, a line each: name, digest and source, from `results.provenance`."""
    shown = data[data.dataset.isin(list(datasets))].drop_duplicates(["dataset", "digest"])
    return "\n".join(f"{name(d.dataset)} {d.digest}: {d.source}" for d in shown.itertuples())


def cell(mean: float, sem: float, n: float) -> str:
    """A number of ours for people; without a standard error where there is one seed."""
    if pd.isna(mean):
        return MISSING
    return f"{mean:.2f} ({n:.0f})" if pd.isna(sem) else f"{mean:.2f} ± {sem:.2f} ({n:.0f})"


def page(table: pd.DataFrame, data_note: str) -> Styler:
    """A laid-out table for a notebook's page: small, unbroken cells, ours in bold, the data's sources under it."""
    cells = [
        {"selector": "th, td", "props": "font-size: 0.85em; white-space: nowrap; padding: 0.3em 0.5em; text-align: right"},
        {"selector": "caption", "props": "caption-side: bottom; text-align: left; font-size: 0.8em; white-space: pre-line"},
    ]
    bold = table.index.get_level_values(-1) == "ours"
    return (
        table.style.set_table_styles(cells)
        .set_caption(data_note)
        .apply(lambda column: ["font-weight: bold" if b else "" for b in bold])
    )


def _laid_out(rows: pd.DataFrame, index: list[str], columns: list[str], titles: tuple[str, ...]) -> pd.DataFrame:
    found = {}
    for _, row in rows.iterrows():
        at, column = tuple(name(row[k]) for k in index), tuple(name(row[k]) for k in columns)
        column = column if len(column) > 1 else column[0]
        found.setdefault(column, {})[(*at, "ours")] = cell(row["mean"], row["sem"], row["n"])
        if "released_n" in rows:
            found[column][(*at, "as released")] = cell(row["released_mean"], row["released_sem"], row["released_n"])
        found[column][(*at, "paper")] = MISSING if pd.isna(row.published) else f"{row.published:.2f}"
    places = dict.fromkeys(place for cells in found.values() for place in cells)
    table = pd.DataFrame({c: [cells.get(p, MISSING) for p in places] for c, cells in found.items()})
    table.index = pd.MultiIndex.from_tuples(places, names=titles)
    if len(columns) > 1:
        wanted = sorted(table.columns, key=lambda c: [_rank(rows, columns, c)])
        table = table[wanted]
        table.columns = pd.MultiIndex.from_tuples(wanted)
    return table


def _rank(rows: pd.DataFrame, columns: list[str], wanted: tuple[str, ...]) -> tuple[int, ...]:
    return tuple([name(v) for v in rows[key].drop_duplicates()].index(one) for key, one in zip(columns, wanted, strict=True))
