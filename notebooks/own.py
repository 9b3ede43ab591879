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
# # Does it beat random queries, on these images?
#
# The report of a profile on images of one's own, from its logs. Nothing is computed here: what was not run is missing.

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from alkit.paper.own import against_random, answers, curves, ends, shown
from alkit.paper.pictures import style
from alkit.paper.results import differences, together
from alkit.paper.words import markdown, word
from alkit.paths import PROJECT
from alkit.run.grid import read_profile

style(fine=True)
pd.set_option("display.max_rows", 500, "display.max_columns", 50, "display.max_colwidth", 200)
pd.set_option("display.html.use_mathjax", False, "styler.html.mathjax", False)

# %% tags=["parameters"]
profile = "mine"  # a file of params/, without .yaml
params = "params"
outputs = "outputs"
folder = None  # where tables/ and figures/ are written; None: the profile's folder

# %%
profile = read_profile(profile, PROJECT / outputs, PROJECT / params)
results = together(profile)
folder = PROJECT / (folder or profile.folder)
for kind in ("tables", "figures"):
    (folder / kind).mkdir(parents=True, exist_ok=True)
rows = against_random(results.own)
display(Markdown(f"**Profile `{profile.name}`.** {markdown(profile.about)}"))

# %% [markdown]
# ## The answer

# %%
if len(rows):
    display(Markdown("\n".join(f"- {markdown(line)}" for line in answers(rows))))
else:
    display(Markdown("There is nothing to compare: the profile needs `random` and at least one other acquisition."))

# %% [markdown]
# A difference is taken seed by seed: the same seed gives every acquisition the same split, first labels, first weights and
# noise. The interval is Student's, of the mean over seeds. *Better* or *worse* is said where it leaves out zero; with several
# lines some do so by chance, and Holm's p allows for that.

# %%
rows.to_csv(folder / "tables" / "against_random.csv", index=False, float_format="%.4f")
shown(rows).style.format(escape="html").hide()

# %% [markdown]
# ## Test accuracy after the last round
# Mean ± standard error (number of seeds).

# %%
table = ends(results.own)
table.to_csv(folder / "tables" / "test_accuracy.csv")
table.style.format(escape="html").format_index(escape="html")

# %% [markdown]
# ## Round by round

# %%
if results.own.groupby("experiment").num_labelled.nunique().gt(1).any():
    figure = curves(results)
    for suffix in ("png", "pdf"):
        figure.savefig(folder / "figures" / f"curves.{suffix}", bbox_inches="tight")
    plt.show()
else:
    display(Markdown("No finished run has more than one round."))

# %% [markdown]
# ## What was run

# %%
found = results.coverage
display(Markdown(f"{found.finished.sum()} of {found.runs.sum()} runs are finished; what is above holds those alone."))
found.assign(scenario=found.scenario.map(word), model=found.model.map(word)).style.format(escape="html").hide()

# %% [markdown]
# The settings that are not the paper's (its value → the profile's):

# %%
different = differences(profile)
display(different.rename(columns=word) if len(different) else Markdown("None."))

# %%
display(results.provenance.style.format(escape="html").hide())
results.made.style.format(escape="html").hide()  # by what code, on what machine, how many rounds each

# %% [markdown]
# ## Limits
# - The spread is over seeds: splits (if not `given`, nor by a `split_seed`), weights, shuffling and noise. It says nothing of
#   other images than these.
# - The test set is one and the same for all seeds; how far its accuracy is from that on other images is not in the interval.
# - A difference after this many labels need not be there after fewer or more: the mean over the curve
#   takes all numbers of labels at which both were evaluated.
