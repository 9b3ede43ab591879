# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Explore: change a setting, press Run, watch the curve grow
#
# The loop of the paper's Eq. 1, live: a network is trained on a few labels and tested, the images that it asks for get their
# labels, and it is trained again. After each round come its validation accuracy, the images that it asked for with their labels
# and scores, how these scores lie among those of the whole pool, and how often each class has been bought.
#
# Run the cell below (Shift and Enter). What to look for: does the query by uncertainty leave the random one behind? Press Run
# with one, then choose the other and press Run again: the curves are laid over each other. What happens to the class balance
# under each, what to the scores as the labels grow, and what does noise change?

# %%
from alkit.lab.explore import Explorer
from alkit.paper.pictures import style

style()
explorer = Explorer()
explorer.box

# %% [markdown]
# **How it is meant.** One run is one seed: two curves that differ by a few points may differ by the seed alone (try another).
# *Begin with* sets all fields, to small runs on digits or to one of the paper's scenarios; the published number
# is marked (a diamond) only at the paper's settings, where a run takes minutes to hours. A score is in nats: the entropy of the
# prediction, or for BALD the mutual information with the weights; random queries look at no image. Dropout is the rate at which
# BALD's samples are taken and changes nothing else.
#
# *Save as params file* writes the fields as `params/<name>.yaml`; the command that it then names runs them with three seeds and
# makes the report. The numbers are those of the command line: same settings and seed, same curve.
