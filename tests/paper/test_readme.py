"""The README's numbers are those of the committed logs."""

import re
import threading
import time

import pytest

from alkit.paper import readme, tables, verdicts
from alkit.paper.results import read, together
from alkit.paper.tables import sources
from alkit.paths import OUTPUTS, PROJECT
from alkit.run.grid import read_profile


@pytest.fixture(scope="module")
def judged():
    results = together(read_profile("paper"))
    return results, verdicts.table(results)


def test_the_readmes_numbers_are_those_of_the_committed_logs(judged):
    text = readme.README.read_text()
    assert readme.filled(text, *judged) == text
    data = sources(judged[0].provenance, judged[0].own.dataset.unique())
    assert verdicts.text(judged[1], OUTPUTS, data) == (OUTPUTS / "claims.md").read_text()


@pytest.mark.parametrize(("margin", "others"), [(0.5, ["inconclusive"] * 2), (0.7, []), (0.9, [])])
def test_verdicts_hang_on_how_much_counts_as_a_difference_as_claims_md_says(judged, monkeypatch, margin, others):
    monkeypatch.setattr("alkit.paper.evidence.MARGIN", margin)
    before, after = (found.verdict.str.partition(":")[0] for found in (judged[1], verdicts.table(judged[0])))
    assert after[before != after].tolist() == others


def test_a_changed_number_in_the_readme_is_put_right(judged):
    text = readme.filled(readme.README.read_text(), *judged)
    number = re.search(r"\d\d\.\d\d ± \d\.\d\d", text)[0]
    assert readme.filled(text.replace(number, "99.99 ± 0.00"), *judged) == text
    with pytest.raises(ValueError, match="no part 'speed'"):
        readme.filled(text.replace("<!-- speed -->", ""), *judged)


def test_parts_that_two_commands_write_at_once_are_both_there(tmp_path, monkeypatch):
    begun, path = threading.Event(), tmp_path / "README.md"
    path.write_text("<!-- slow -->\nold\n<!-- end -->\n<!-- quick -->\nold\n<!-- end -->\n")

    def slow(outputs):
        begun.set()
        time.sleep(0.3)
        return "new"

    monkeypatch.setattr(readme, "README", path)
    monkeypatch.setattr(readme, "MEASURED", {"slow": ("", slow), "quick": ("", lambda outputs: "new")})
    first = threading.Thread(target=readme.write_part, args=("slow", tmp_path))
    first.start()
    begun.wait()
    readme.write_part("quick", tmp_path)
    first.join()
    assert path.read_text() == "<!-- slow -->\nnew\n<!-- end -->\n<!-- quick -->\nnew\n<!-- end -->\n"
    assert [one.name for one in tmp_path.iterdir()] == ["README.md"]


def test_the_p_values_in_the_readmes_words_are_those_of_the_claim(judged):
    row = judged[1].set_index("claim").loc["Maximum entropy is the best of the three under ideal data, LeNet"]
    said = f"p = {row['p']:.1g}, {row['adjusted p']:.1g} adjusted"
    assert said in readme.README.read_text().replace("\n", " ")


def test_the_other_numbers_in_the_readmes_words_are_those_of_the_claims_and_the_tables(judged):
    results, claims = judged
    said, rows = re.sub(r"\s+", " ", readme.README.read_text()), claims.set_index("claim")

    def found_by(begin, pattern, column="ours: mean [95 % interval]"):
        row = rows[rows.index.str.startswith(begin)].iloc[0]
        return re.search(pattern.replace("#", r"(-?\d+\.\d)"), row[column]).groups()

    (error,) = found_by("LeNet's errors show a limit of its capacity", "test error at learning rate 0.01, momentum 0.9: #")
    assert f"the same network errs on {error} %" in said
    gains = found_by("In later rounds", "Gaussian − none: # .*; .*salt and pepper − none: #")
    assert "by {} points under Gaussian noise, {} under salt and pepper".format(*gains) in said
    later, gone = (rows[rows.index.str.startswith(begin)].iloc[0] for begin in ("In later rounds", "Noise lowers validation"))
    assert f"in 16 seeds, but with p = {later['p']:.2f}, as it was tested" in said
    ends = [float(end) for end in re.findall(r"(-?\d+\.\d)\] points \(n = 16\)", gone["ours: mean [95 % interval]"])]
    assert len(ends) == 2 and f"the 95 % intervals of 16 seeds leave a loss of {max(ends):.1f} points at most" in said
    (dropout,) = found_by("Maximum entropy is the best of the three under ideal data, LeNet", r"dropout -?\d\.\d \[#,", "only")
    assert float(dropout) < 0 and "its lead over BALD is within chance" in said
    (above,) = found_by("ResNet-18 generalises", r"there it has -?\d\.\d \[#, .* more right than ResNet-18", "only")
    resnet = tables.rows(results.rounds, 3).query("scenario == 'supervised' and model == 'resnet18' and line == 'ours'")
    assert float(above) > 0 and f"less than ResNet-18 does with the paper's optimiser ({resnet['mean'].item():.1f} %)" in said
    leads = found_by("With scarce data", "Fashion-MNIST # .*Fashion-MNIST #", "only")
    assert "on Fashion-MNIST they lead by {:.0f} and {:.0f} points".format(*map(float, leads)) in said
    found = tables.rows(results.rounds, 2).query("model == 'lenet' and dataset == 'cifar10'")
    lines = [found[found.line == line] for line in ("ours", "paper", "as released")]
    of_random = lines[1][lines[1].acquisition == "random"]
    ours, theirs, released, of_random = (f"{of['mean'].min():.0f} to {of['mean'].max():.0f} %" for of in (*lines, of_random))
    assert f"trained as the text describes, it gets {ours} right, where chance is 10 %; the paper has {theirs}" in said
    assert (
        f"with random queries it gets {released} right. Three seeds tell that neither from the paper's {of_random} nor" in said
    )


def test_what_the_readme_says_of_the_released_code_is_what_its_pairs_say(judged):
    found = tables.pairs(judged[0].rounds).query("line == 'as released'").dropna(subset="chance")
    assert set(found.model) == {"lenet"} and tables.is_near(found).all()
    assert (found.n >= 3).all()
    ideal = found.scenario == "ideal"
    count, left = len(found.drop_duplicates(tables.CONDITION)), found.chance
    said = re.sub(r"\s+", " ", readme.README.read_text())
    assert f"all {count} published numbers run so far with its LeNet are as near as chance leaves two such means" in said
    assert f"{left[ideal].min():.1f} to {left[ideal].max():.1f} points with ideal data" in said
    assert f"but {left[~ideal].min():.0f} to {left[~ideal].max():.0f} with few labels" in said


def test_the_readmes_count_of_dips_is_that_of_the_committed_logs():
    frame = read(read_profile("mini")).rounds.query("scenario == 'constrained' and model == 'resnet18'")
    curves = frame.pivot_table(index=["dataset", "acquisition", "noise"], columns="num_labelled", values="valid_accuracy")
    dips = ((curves[900] < curves[700]) & (curves[900] < curves[1100])).sum()
    said = (PROJECT / "README.md").read_text().replace("\n", " ")
    assert f"in {dips} of its {len(curves)} constrained conditions" in said
    frame = read(read_profile("coarse")).rounds
    curves = frame.pivot_table(index=["dataset", "acquisition", "noise"], columns="num_labelled", values="valid_accuracy")
    depth = curves[[800, 1000]].min(axis=1) - curves[900]
    assert f"of the {len(curves)} curves of `coarse` {(depth > 0).sum()} are lower at 900 labels than at 800 and 1,000" in said
    assert f"by {depth.max():.0f} points at most" in said
