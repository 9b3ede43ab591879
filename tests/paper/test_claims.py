"""The paper's claims stand as it made them, with what it published."""

import re

from alkit.paper.claims import CLAIMS
from alkit.paper.published import published


def test_the_papers_evidence_is_what_it_published():
    numbers = set(published().percent.map("{:.2f}".format))
    accuracy = published().query("table == 2 and dataset == 'mnist' and acquisition == 'random'")
    accuracy = accuracy.set_index(["model", "noise"]).percent
    derived = set()
    for model in ("lenet", "resnet18"):
        derived.add(f"{accuracy[model].max() - accuracy[model].min():.2f}")
        derived |= {f"{abs(accuracy[model, noise] - accuracy[model, 'none']):.2f}" for noise in ("gaussian", "salt_and_pepper")}
    for claim in CLAIMS:
        for number in re.findall(r"\d+\.\d+", claim.paper):
            assert f"{float(number):.2f}" in numbers | derived, (claim.text, number)


def test_where_the_papers_own_tables_contradict_it_they_are_the_published_ones():
    found = {claim.text: claim.theirs() for claim in CLAIMS if claim.theirs()}
    random = next(values for text, values in found.items() if text.startswith("Random is the best"))
    assert [round(value, 2) for value in random.values()] == [-0.01, -1.69]  # 6.83 − 6.84 and 91.47 − 93.16
    assert all(value < -80 for text, values in found.items() if "over 91 %" in text for value in values.values())
    assert len(found) == 2
