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
# Regenerated from the logs of one profile. Nothing is computed here: a condition that was not run shows as missing (–).

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from alkit.paper import claims
from alkit.paper.figures import figure4, figure5, figure6, style
from alkit.paper.results import absent, as_published, coverage, differences, provenance, rounds
from alkit.paper.tables import beside_published, name, page, sources, table2, table3
from alkit.paths import PROJECT
from alkit.run.grid import read_profile

style()
pd.set_option("display.max_rows", 500, "display.max_columns", 50, "display.max_colwidth", 200)

# %% tags=["parameters"]
profile = "digits"  # a file of params/, without .yaml
params = "params"
outputs = "outputs"

# %%
profile = read_profile(profile, PROJECT / outputs, PROJECT / params)
frame, data = rounds(profile), provenance(profile)
found = coverage(profile, frame)
released = None  # the same conditions as the paper's released code runs them, where they were run
if profile.name == "released":
    frame = as_published(frame)
elif (profile.params / "released.yaml").exists():
    other = as_published(rounds(read_profile("released", PROJECT / outputs, profile.params)))
    released = other if len(other) and profile.name == "paper" else None
for folder in ("tables", "figures"):
    (profile.folder / folder).mkdir(parents=True, exist_ok=True)


def save(figure, stem):
    for suffix in ("png", "pdf"):
        figure.savefig(profile.folder / "figures" / f"{stem}.{suffix}", bbox_inches="tight")
    plt.show()


def save_table(number, layout):
    stem = profile.folder / "tables" / f"table{number}"
    origin = data.drop_duplicates("dataset").set_index("dataset")[["digest", "source"]]
    rows = beside_published(frame, number, released).join(origin, on="dataset")
    rows.loc[rows.n.isna(), ["digest", "source"]] = None  # of our numbers, where there are any
    rows.to_csv(stem.with_suffix(".csv"), index=False, float_format="%.4f")
    plain = layout.map(lambda text: text.replace("±", r"$\pm$").replace("–", "--"))
    note = sources(data, rows[rows.n.notna()].dataset)
    caption = f"Ours on {'; '.join(note.splitlines())}.".replace("_", r"\_").replace("%", r"\%")
    text = plain.to_latex(multirow=True, multicolumn=True, multicolumn_format="c", caption=caption)
    stem.with_suffix(".tex").write_text(text)
    return page(layout, note)


# %% [markdown]
# ## What was run

# %%
display(Markdown(f"**Profile `{profile.name}`.** {profile.about}"))
display(Markdown(f"{found.finished.sum()} of {found.runs.sum()} runs are finished; tables and figures hold those alone."))
found.assign(scenario=found.scenario.map(name), model=found.model.map(name)).style.hide()

# %% [markdown]
# ### Where it differs from the paper
# The paper's value → the profile's, for the fields in which they differ; everything else is as the paper's text describes it.

# %%
different = differences(profile)
display(different.rename(columns=name) if len(different) else Markdown("Nowhere, in what it runs."))
if missing := absent(profile):
    words = ", ".join(f"{name(scenario)} ({name(model)})" for scenario, model in missing)
    display(Markdown(f"The paper also has, and this profile does not: {words}."))

# %% [markdown]
# ### On what data

# %%
data.style.hide()

# %% [markdown]
# ## Table 2: test accuracy under noise, constrained scenario (%)
# Mean ± standard error (number of seeds) of the accuracy on the test set after the last round; under it the paper's number,
# which has no spread. "As released" is the profile `released`: what the paper's released code does where it differs from
# the text.

# %%
save_table(2, table2(frame, released))

# %% [markdown]
# ## Table 3: test error by scenario, without noise (%)
# The paper's own runs are on MNIST. "Table 3" is the table printed beside its Figure 4.

# %%
save_table(3, table3(frame, released))

# %% [markdown]
# ## Figure 4: LeNet under ideal data, queried in small steps

# %%
save(figure4(frame, data), "figure4")

# %% [markdown]
# ## Figure 5: the acquisition functions under constrained data
# The lines are validation accuracies, as in the paper, but not smoothed, and over the number of labelled images instead of
# the round. A diamond at the right edge is the paper's accuracy on the **test** set after its last round, at 1,100 labels
# (Table 2).

# %%
save(figure5(frame, data), "figure5")

# %% [markdown]
# ## Figure 6: LeNet with BALD under noise

# %%
save(figure6(frame, data), "figure6")

# %% [markdown]
# ## The paper's claims

# %%
if profile.name == "paper":
    display(Markdown(claims.RULE))
    left = [{"selector": "th, td", "props": "text-align: left !important; vertical-align: top"}]
    display(claims.table(PROJECT / outputs).style.hide().set_table_styles(left))
else:
    display(Markdown("They are judged by the profile `paper`: see its report."))

# %% [markdown]
# ## Limits
# - The validation sets are as small as the scenario says: an accuracy measured on 300 images has itself a standard error of up
#   to 2.9 points, and every point of a curve shares that set.
# - A standard error from three seeds is itself uncertain by about half. The tables and figures test nothing; the claims do.
# - The published numbers come from code that differs from the paper's text; ours follow the text.
