"""The README and the titles of the findings say what the committed logs hold."""

import json
import re

import pytest

from alkit.paper import readme, verdicts
from alkit.paper.results import read, together
from alkit.paths import OUTPUTS, PROJECT
from alkit.run.grid import read_profile


@pytest.fixture(scope="module")
def judged():
    results = together(read_profile("paper"))
    return results, verdicts.table(results)


def test_the_readmes_numbers_are_those_of_the_committed_logs(judged):
    text = readme.README.read_text()
    assert readme.filled(text, *judged) == text
    assert verdicts.text(judged[1], OUTPUTS) == (OUTPUTS / "claims.md").read_text()


def test_a_changed_number_in_the_readme_is_put_right(judged):
    text = readme.filled(readme.README.read_text(), *judged)
    number = re.search(r"\d\d\.\d\d ± \d\.\d\d", text)[0]
    assert readme.filled(text.replace(number, "99.99 ± 0.00"), *judged) == text
    with pytest.raises(ValueError, match="no part 'speed'"):
        readme.filled(text.replace("<!-- speed -->", ""), *judged)


def test_every_finding_has_its_parameters_and_the_readme_names_those_that_were_made():
    for source in (PROJECT / "notebooks/findings").glob("*.py"):
        assert (PROJECT / "params/findings" / f"{source.stem}.yaml").exists()
        notebook = PROJECT / "outputs/findings" / f"{source.stem}.ipynb"
        if not notebook.exists():
            continue
        title = next(line[4:] for line in source.read_text().splitlines() if line.startswith("# # "))
        assert title in notebook.read_text()
        assert f"(outputs/findings/{source.stem}.ipynb): {title}" in readme.README.read_text()


def test_titles_that_state_a_result_state_what_was_measured():
    numbers = {f.parent.name: json.loads(f.read_text()) for f in (PROJECT / "outputs/findings").glob("*/numbers.json")}
    assert numbers["statistics"]["beyond_chance_adjusted"] == 0  # "no difference ... stands out"
    tuned = [d for d in numbers["when_it_works"]["differences"] if d["profile"] == "tuned"]
    assert len(tuned) == 4
    assert all((d["verdict"] == "beats random") == (d["data"] == "mnist") for d in tuned)


def test_the_readmes_count_of_dips_is_that_of_the_committed_logs():
    frame = read(read_profile("mini")).rounds.query("scenario == 'constrained' and model == 'resnet18'")
    curves = frame.pivot_table(index=["dataset", "acquisition", "noise"], columns="num_labelled", values="valid_accuracy")
    dips = ((curves[900] < curves[700]) & (curves[900] < curves[1100])).sum()
    assert f"in {dips} of its {len(curves)} constrained conditions" in (PROJECT / "README.md").read_text().replace("\n", " ")
