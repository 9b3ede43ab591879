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
# # You are the oracle: label the images that the network asks for
#
# In the paper the oracle is simulated: whatever is queried, the data set's own label is looked up. Here it is you. The
# network is trained on the labels that there are, looks through the pool for the images it would learn most from, and shows
# them to you.
#
# - **A click, or a key.** Each class has a button and, in brackets, a key (a digit is its own); `s` skips an image, `u` takes
#   the last answer back, as often as you like.
# - **Nothing is lost.** Each answer is on disk before the next image shows. Close the browser, shut the computer down, run
#   all cells again: it goes on where you were.
# - **No waiting.** When half of a query is answered the network is trained anew in the background, and you go on with the
#   other half. The last query waits for all its answers, so that the last network has every label.
#
# With images of your own: `python -m alkit images FOLDER` makes a data set of a folder (a sub-folder a class with some images
# each, `unlabelled` for the rest), and `dataset` below is then the folder's name. On a set that has all its labels, like
# `digits`, it is an exercise: you see how often you agree with them.

# %%
from IPython.display import Markdown, display

from alkit.config import from_dict
from alkit.files.sources import load
from alkit.human.export import to_csv, to_npz
from alkit.human.panel import Panel
from alkit.lab.live import said
from alkit.paper.words import markdown, word
from alkit.paths import OUTPUTS, PROJECT

# %% tags=["parameters"]
dataset = "digits"  # digits | mnist | cifar10 | fashion_mnist | the name of an .npz file in data/
model = "lenet"  # lenet | resnet18
acquisition = "entropy"  # entropy | bald | random
settings = {  # any other field of alkit.Config
    "num_initial": 20, "num_valid": 100, "query_size": 10,
    "epochs": 40, "learning_rate": 0.1, "batch_size": 16, "last_batch": "merge",
}  # fmt: skip
folder = None  # where the labels go; None: a folder of outputs/labels named after the data set

# %% [markdown]
# ## What you label
# If some images have no label (-1), those are the pool, and every label that there is serves to train and to validate. Else
# the pool is what is left after `num_initial` and `num_valid`. The images and how they are split (`num_initial`, `num_valid`,
# `num_pool`, `query_size`, the seeds) are bound to the file of labels; model, acquisition and training may change from one
# sitting to the next.

# %%
with said():
    config = from_dict({**settings, "dataset": dataset, "model": model, "acquisition": acquisition})
    data = load(dataset, device=config.device)
labels = (PROJECT / folder if folder else OUTPUTS / "labels" / dataset) / "labels.jsonl"
display(Markdown(f"**{markdown(word(data.name))}**: {markdown(data.source)} ({data.digest}), {data.size_in_words}"))

# %% [markdown]
# ## Label
# The line under the buttons says how far you are, how the network does, and, after three queries, whether their scores are
# still above those of random images: a hint when to stop, not a test.

# %%
with said():
    panel = Panel(config, data, labels)
panel.box

# %% [markdown]
# ## What to do with the labels
# *save as CSV* writes `labels.csv` beside the file of labels: file, label (none if you skipped it), seconds, round. The cell
# below does the same, and, if images had no labels, makes a second data set of all that have one now, which `make reproduce`
# can run with the simulated oracle. It is written once, when you set `finished` to true.

# %%
finished = False
if finished:
    print("Saved:", to_csv(panel.session.answers, data))
    with said():
        if (data.y_train < 0).any():
            print("Data set:", to_npz(panel.session.answers, data, f"{dataset}_labelled"))

# %% [markdown]
# **Limits.** The seconds are those between an image's showing and your answer, so they hold your pauses too; the median is
# shown. You see the images as the network does: small. A skipped image is not asked for again.
