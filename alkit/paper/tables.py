"""The paper's Tables 2 and 3, laid out as there, with ours beside every published number; all in per cent."""

import html
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from pandas.io.formats.style import Styler
from scipy import stats

from alkit.paper.published import published
from alkit.paper.results import CONDITION, Results, final
from alkit.paper.words import latex, markdown, ordered, word

LAYOUTS = {  # the keys of a table's rows and columns, and what stands over those of its rows
    2: (["noise", "model", "line"], ["dataset", "acquisition"], ("Noise", "Model", "")),
    3: (["scenario", "model", "acquisition"], ["dataset", "line"], ("Technique", "Model", "Acquisition")),
}


def rows(frame: pd.DataFrame, number: int) -> pd.DataFrame:
    """Table 2 or 3, a row a number: its condition, line ("paper" or of ours), metric, mean, sem, n and experiment.

    Ours are all constrained conditions in Table 2, and all without noise, of data that is MNIST or the user's own, in the
    scenarios of Table 3; whatever the paper does not have comes after what it has, but for data, which comes before.
    """
    paper = published().query("table == @number").rename(columns={"percent": "mean"}).assign(line="paper", experiment="")
    ours = final(frame).astype({"line": str}).assign(metric=paper.metric.iloc[0])
    ours = ours[ours.scenario.isin(paper.scenario)]
    ours.loc[ours.scenario == "supervised", "acquisition"] = ""
    if number == 3:
        ours = ours[(ours.noise == "none") & ~ours.dataset.isin({"cifar10", "fashion_mnist"})]
        ours["mean"] = 100 - ours["mean"]
    both = pd.concat([paper, ours])[[*CONDITION, "line", "metric", "mean", "sem", "n", "experiment"]]
    order = {key: ordered(both[key]) for key in CONDITION}
    theirs = set(published().dataset)
    order["dataset"].sort(key=lambda dataset: dataset in theirs)
    order["line"] = ["paper", *frame.line.cat.categories]
    both = both.astype({key: pd.CategoricalDtype(values, ordered=True) for key, values in order.items()})
    return both.sort_values(["scenario", "noise", "model", "dataset", "acquisition", "line"], ignore_index=True)


def pairs(frame: pd.DataFrame) -> pd.DataFrame:
    """All 68 published numbers as accuracies, each with ours: published, mean, low, high, chance, n, line; a row for each line
    of ours.

    `low` and `high` are the 95 % t-interval of our mean, `chance` is how far apart its error and that of a published mean of
    three such seeds leave the two; missing where there is one seed, as ours are where nothing ran.
    """
    found = []
    for number in LAYOUTS:
        both = rows(frame, number).astype({"line": str}).drop(columns="metric")
        if number == 3:
            both["mean"] = 100 - both["mean"]
        paper = both[both.line == "paper"].rename(columns={"mean": "published"})[[*CONDITION, "published"]]
        merged = paper.merge(both[both.line != "paper"], how="left", on=CONDITION)
        found.append(merged.assign(table=number, line=merged.line.fillna(frame.line.cat.categories[0])))
    merged = pd.concat(found, ignore_index=True).astype({key: str for key in CONDITION})
    half = merged["sem"] * stats.t.ppf(0.975, merged.n - 1)
    return merged.assign(low=merged["mean"] - half, high=merged["mean"] + half, chance=half * (1 + merged.n / 3) ** 0.5)


def is_near(found: pd.DataFrame) -> pd.Series:
    """Of which of `pairs` our mean is as near to the published one as chance leaves two such means, in 95 % of cases."""
    return (found["mean"] - found.published).abs() <= found.chance


def nearness(frame: pd.DataFrame) -> str:
    """How many of `pairs`, with one line of ours, were run, are near, how much that says, and which are not; in words."""
    own = pairs(frame).dropna(subset="mean")
    run, said = own.dropna(subset="chance"), f"Of the paper's {len(published())} numbers {len(own)} have been run here"
    if not len(run):
        return f"{said}, with one seed." if len(own) else f"{said}."
    seeds = "with two seeds or more" if len(run) == len(own) else f"{len(run)} of them with two seeds or more"
    twice = f" ({twice} stand in both tables and count twice)" if (twice := run.duplicated(CONDITION).sum()) else ""
    near, apart = is_near(run), (run["mean"] - run.published).abs()
    wide = (near & (run.chance > 10)).sum()
    much = f" For {wide} of these chance alone reaches over 10 points, as seeds differ so much." if wide else ""
    counts = run.assign(near=near).groupby(["model", "dataset"], sort=False).near.agg(["size", "sum"])
    far = [f"{word(m)} on {word(d)} ({n - k} of {n})" for (m, d), n, k in counts.itertuples() if k < n]
    return (
        f"{said}, {seeds}{twice}. {(apart <= 2).sum()} are within 2 points of ours, {near.sum()} as near as two such "
        f"means are by chance in 95 % of cases.{much}{' Farther off: ' if far else ''}{', '.join(far)}{'.' if far else ''}"
    )


def laid_out(found: pd.DataFrame, number: int, value: str = "text") -> pd.DataFrame:
    """`rows` as the paper lays them out: `cell`s, or another column, as text; nothing where there is nothing."""
    index, columns, titles = LAYOUTS[number]
    table = found.assign(text=cells(found)).pivot(index=index, columns=columns, values=value)
    table = table.sort_index().sort_index(axis=1).fillna("")  # pivot itself leaves columns as they came
    table.index = pd.MultiIndex.from_tuples([tuple(map(word, place)) for place in table.index], names=titles)
    table.columns = pd.MultiIndex.from_tuples([tuple(map(word, place)) for place in table.columns])
    return table


def cell(mean: float, sem: float, n: float, width: int = 0) -> str:
    """Mean ± standard error (seeds); without the spread where there is one seed, the mean alone where it is the paper's.

    Padded in front to `width`, so that numbers under each other align at the decimal point.
    """
    if pd.isna(mean):
        return ""
    spread, seeds = "" if pd.isna(sem) else f" ± {sem:.2f}", "" if pd.isna(n) else f" ({n:.0f})"
    return f"{mean:{width}.2f}".replace(" ", "\N{FIGURE SPACE}") + spread + seeds


def cells(found: pd.DataFrame) -> list[str]:
    """The cell of each of `rows`."""
    width = len(f"{found['mean'].max():.2f}")
    return [cell(row.mean, row.sem, row.n, width) for row in found[["mean", "sem", "n"]].itertuples(name="Row")]


def sources(data: pd.DataFrame, datasets: Iterable[str]) -> str:
    """What a table or figure of `datasets` was made on, a line each: name, digest and source, from `Results.provenance`."""
    shown = data[data.dataset.isin(list(datasets))].drop_duplicates(["dataset", "digest"])
    return "\n".join(f"{word(d.dataset)} {d.digest}: {d.source}" for d in shown.itertuples())


def page(results: Results, number: int, folder: Path) -> Styler:
    """A table for a notebook in `folder`: ours in bold and linked to the experiment, the data's source under it."""
    found, outputs = rows(results.rounds, number), results.profile.folder.parent
    text, experiment = laid_out(found, number), laid_out(found, number, "experiment")
    linked = pd.DataFrame(
        {at: [_linked(*both, folder, outputs) for both in zip(text[at], experiment[at], strict=True)] for at in text},
        index=text.index.map(lambda place: tuple(map(html.escape, place))),
    )
    linked.columns = pd.MultiIndex.from_tuples([tuple(map(html.escape, place)) for place in text.columns])
    linked.index.names = text.index.names
    look = "font-size: 0.85em; white-space: nowrap; padding: 0.3em 0.8em 0.3em 0; text-align: left; vertical-align: top"
    under = "caption-side: bottom; text-align: left; font-size: 0.8em; white-space: pre-line"
    styles = [
        {"selector": "th, td", "props": f"{look}; font-variant-numeric: tabular-nums"},
        {"selector": "caption", "props": under},
        {"selector": "td a", "props": "color: inherit; text-decoration: none"},
        {"selector": "td small", "props": "font-weight: normal"},
    ]
    note = html.escape(sources(results.provenance, _ours(found).dataset.unique()))
    return linked.style.set_table_styles(styles).set_caption(note).apply(_bold, number=number)


def _bold(column: pd.Series, number: int) -> list[str]:
    """Ours in bold; Table 2 has a line a row, Table 3 a line a column."""
    lines = column.index.get_level_values(-1) if number == 2 else [column.name[-1]] * len(column)
    return ["" if line == "paper" else "font-weight: bold" for line in lines]


def _linked(text: str, experiment: str, folder: Path, outputs: Path) -> str:
    """A cell, its spread under its mean, with a link to the notebook of its experiment, where that was made, and its name."""
    if not text or not experiment:
        return text
    text = re.sub(" (±.*)", r"<br><small>\1</small>", text)
    title, target = html.escape(experiment), outputs / experiment / "notebook.ipynb"
    if not target.exists():
        return f'<span title="{title}">{text}</span>'
    return f'<a href="{html.escape(os.path.relpath(target, folder))}" title="{title}">{text}</a>'


def tex(results: Results, number: int) -> str:
    """A table for LaTeX (booktabs, multirow), everybody's names as they are."""
    found = rows(results.rounds, number)
    table = laid_out(found, number).map(latex)
    table.index = table.index.map(lambda place: tuple(map(latex, place)))
    table.columns = table.columns.map(lambda place: tuple(map(latex, place)))
    table.index.names = LAYOUTS[number][2]
    note = sources(results.provenance, _ours(found).dataset.unique())
    caption = latex(f"{_METRICS[number]}. Ours on {'; '.join(note.splitlines())}." if note else f"{_METRICS[number]}.")
    return table.to_latex(multirow=True, multicolumn=True, multicolumn_format="l", caption=caption)


def text(frame: pd.DataFrame, number: int) -> str:
    """A table in Markdown; a row's name is left out where it is that of the row above, ours are in bold."""
    table = laid_out(rows(frame, number), number)
    heads = [*LAYOUTS[number][2], *("<br>".join(map(markdown, place)) for place in table.columns)]
    lines, above = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)], ()
    for place, row in zip(table.index, table.itertuples(index=False), strict=True):
        repeated = [one if place[: i + 1] != above[: i + 1] else "" for i, one in enumerate(place)]
        by = [place[-1] if number == 2 else column[-1] for column in table.columns]
        numbers = [one if line == "paper" else _strong(one) for one, line in zip(row, by, strict=True)]
        lines.append("| " + " | ".join([*map(markdown, repeated), *numbers]) + " |")
        above = place
    return "\n".join(lines)


def _strong(text: str) -> str:
    """A cell in bold; the spaces before it stay outside of the asterisks, which would not count before a space."""
    number = text.lstrip()
    return f"{text[: len(text) - len(number)]}**{number}**" if number else ""


_METRICS = {2: "Test accuracy (per cent)", 3: "Test error (per cent)"}


def _ours(found: pd.DataFrame) -> pd.DataFrame:
    return found[found.line != "paper"].astype({"dataset": str})
