# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Tables 2 and 3, Figures 4 to 6, beside the paper's
#
# Regenerated from the logs of one profile, and of those that it is shown beside. Nothing is computed here: what was not run
# is missing.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from alkit.paper.figures import figure4, figure5, figure6, figure_of_pairs
from alkit.paper.pictures import style
from alkit.paper.results import absent, differences, together
from alkit.paper.tables import page, pairs, rows, tex
from alkit.paper.words import markdown, word
from alkit.paths import PROJECT
from alkit.run.grid import read_profile

style()
pd.set_option("display.max_rows", 500, "display.max_columns", 50, "display.max_colwidth", 200)
pd.set_option("display.html.use_mathjax", False, "styler.html.mathjax", False)

# %% tags=["parameters"]
profile = "paper"  # a file of params/, without .yaml
params = "params"
outputs = "outputs"
folder = "lab"  # this notebook's own, from which its links lead; tables/ and figures/ are written there

# %%
profile = read_profile(profile, PROJECT / outputs, PROJECT / params)
results, folder = together(profile), PROJECT / folder
for kind in ("tables", "figures"):
    (folder / kind).mkdir(parents=True, exist_ok=True)


def save(figure, stem):
    if not any(ax.lines for ax in figure.axes):
        plt.close(figure)
        return display(Markdown("Nothing of it has been run in this profile."))
    # No date in a PDF: the same results make the same file.
    for suffix, metadata in {"png": None, "pdf": {"CreationDate": None}}.items():
        figure.savefig(folder / "figures" / f"{stem}.{suffix}", bbox_inches="tight", metadata=metadata)
    plt.show()


def save_table(number):
    stem = folder / "tables" / f"table{number}"
    found, origin = rows(results.rounds, number), results.provenance.drop_duplicates("dataset").set_index("dataset")
    found = found.astype({"dataset": str}).join(origin[["digest", "source"]], on="dataset")
    found.loc[found.line == "paper", ["digest", "source"]] = None  # they are of our numbers
    found.to_csv(stem.with_suffix(".csv"), index=False, float_format="%.4f")
    stem.with_suffix(".tex").write_text(tex(results, number), encoding="utf-8")
    return page(results, number, folder)


# %% [markdown]
# ## All of the paper's numbers, against ours
# Every number of Tables 2 and 3 as an accuracy on the test set: on the line ours equals the paper's, above it ours is higher.
# The paper's are means of three seeds, without a spread.

# %%
if pairs(results.rounds)["mean"].notna().any():
    save(figure_of_pairs(results), "pairs")
else:
    display(Markdown("None of them has been run in this profile."))

# %% [markdown]
# ## What was run

# %%
found = results.coverage
display(Markdown(f"**Profile `{profile.name}`.** {markdown(profile.about)}"))
display(Markdown(f"{found.finished.sum()} of {found.runs.sum()} runs are finished; tables and figures hold those alone."))
found.assign(scenario=found.scenario.map(word), model=found.model.map(word)).style.format(escape="html").hide()

# %% [markdown]
# ### Where it differs from the paper
# The paper's value → the profile's, for the fields in which they differ. The paper's are those of the profile `paper`: they
# follow the paper's text; where that is silent, the released code; and for BALD, whose posterior neither names, Monte-Carlo
# dropout (rate 0.5, T = 10).

# %%
different = differences(profile)
same = "In none of these fields. Where numbers of seeds differ, the tables show it; the data are described below."
display(different.rename(columns=word).T if len(different) else Markdown(same))
if missing := absent(profile):
    words = ", ".join(f"{word(scenario)} ({word(model)})" for scenario, model in missing)
    display(Markdown(f"The paper also has, and this profile does not: {words}."))
for other in (read_profile(name, profile.folder.parent, profile.params) for name in profile.beside):
    if (results.rounds.line == other.label).any():
        display(Markdown(f"**{markdown(other.label.capitalize())}** is the profile `{other.name}`. {markdown(other.about)}"))

# %% [markdown]
# ### On what data

# %%
results.provenance.style.format(escape="html").hide()

# %% [markdown]
# ### By what code, on what machine
# Codes are git commits ("changed": alkit's files differed from the commit), each with the number of rounds that it computed;
# logs older than this record name neither code nor machine.

# %%
made = results.made.assign(code=results.made.code + results.made.rounds.map(" ({:,})".format))
made = made.groupby(["libraries", "machine", "device"], sort=False).agg({"code": ", ".join, "rounds": "sum"})
made.reset_index()[results.made.columns].style.format(escape="html", thousands=",").hide()

# %% [markdown]
# ## Table 2: test accuracy under noise, constrained scenario (%)
# Mean ± standard error (number of seeds) of the accuracy on the test set after the last round, under the paper's number,
# which has no spread. Each of ours leads to the notebook of its experiment.

# %%
save_table(2)

# %% [markdown]
# ## Table 3: test error by scenario, without noise (%)
# The paper's own runs are on MNIST. "Table 3" is the table printed beside its Figure 4.

# %%
save_table(3)

# %% [markdown]
# ## Figure 4: LeNet under ideal data, queried in small steps

# %%
save(figure4(results), "figure4")

# %% [markdown]
# ## Figure 5: the acquisition functions under constrained data
# The lines are validation accuracies, as in the paper, but not smoothed, and over the number of labelled images instead of
# the round; a dot is a measurement, where there are few. A diamond, right of the last of them, is the paper's accuracy on the
# **test** set after its last round, at 1,100 labels (Table 2).

# %%
save(figure5(results), "figure5")

# %% [markdown]
# ## Figure 6: LeNet with BALD under noise

# %%
save(figure6(results), "figure6")

# %% [markdown]
# ## The paper's claims

# %%
if profile.claims:  # judged where the report is made, and shown as they stand there
    title, _, text = (profile.folder.parent / "claims.md").read_text(encoding="utf-8").partition("\n")
    display(Markdown(text.replace("](", f"]({os.path.relpath(profile.folder.parent, folder)}/")))
else:
    display(Markdown("They are judged from runs at the paper's settings: `outputs/claims.md`."))

# %% [markdown]
# ## Limits
# - The validation sets are as small as the scenario says: an accuracy measured on 300 images has itself a standard error of up
#   to 2.9 points, and every point of a curve shares that set.
# - A standard error from three seeds is itself uncertain by about half. The tables and figures test nothing; the claims do.
# - The published numbers come from code that differs from the paper's text; which of the two a run follows stands above.
