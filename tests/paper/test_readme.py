"""The README's numbers are those of the committed logs."""

import re

import pytest

from alkit.paper import readme, verdicts
from alkit.paper.results import read, together
from alkit.paths import PROJECT
from alkit.run.grid import read_profile


@pytest.fixture(scope="module")
def made():
    results = together(read_profile("paper"))
    return results, verdicts.table(results)


def test_the_readmes_numbers_are_those_of_the_committed_logs(made):
    text = readme.README.read_text()
    assert len(re.findall(r"\d ± \d", text)) > 5
    assert readme.filled(text, *made) == text
    assert verdicts.text(made[1], PROJECT / "outputs") == (PROJECT / "outputs/claims.md").read_text()


def test_a_changed_number_in_the_readme_is_put_right(made):
    text = readme.README.read_text()
    number = re.search(r"\d\d\.\d\d ± \d\.\d\d", text)[0]
    assert readme.filled(text.replace(number, "99.99 ± 0.00"), *made) == text
    with pytest.raises(ValueError, match="no part 'speed'"):
        readme.filled(text.replace("<!-- speed -->", ""), *made)


def test_the_readmes_count_of_dips_is_that_of_the_committed_logs():
    frame = read(read_profile("mini")).rounds.query("scenario == 'constrained' and model == 'resnet18'")
    curves = frame.pivot_table(index=["dataset", "acquisition", "noise"], columns="num_labelled", values="valid_accuracy")
    dips = ((curves[900] < curves[700]) & (curves[900] < curves[1100])).sum()
    assert f"in {dips} of its {len(curves)} constrained conditions" in (PROJECT / "README.md").read_text().replace("\n", " ")
