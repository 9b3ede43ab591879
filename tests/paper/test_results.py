"""Logs become numbers: in per cent, each read once, with what differs from the paper beside them."""

import json
from collections import Counter

import jupytext
import pytest

from alkit.config import Config
from alkit.files import log
from alkit.paper import report as report_module
from alkit.paper.figures import figure5, figure_of_pairs
from alkit.paper.results import absent, differences, differing, read, together
from alkit.paper.tables import page, tex
from alkit.paths import NOTEBOOKS
from alkit.run.grid import read_profile

SMALL = {"scenario": "constrained", "num_rounds": 3, "query_size": 10}


def test_finished_runs_are_read_in_per_cent_and_others_are_counted(logged):
    profile = logged([SMALL, {**SMALL, "acquisition": "bald"}], accuracy=lambda config, n: 0.25 + n / 100 + config.seed / 10)
    path = profile.experiments[1].log_path(profile.experiments[1].configs[1])
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    found = read(profile)
    assert found.coverage.to_dict("records") == [{"scenario": "constrained", "model": "lenet", "runs": 4, "finished": 3}]
    one = found.rounds.query("acquisition == 'random' and seed == 1")
    assert one["round"].tolist() == [0, 1, 2, 3]
    assert one.valid_accuracy.tolist() == pytest.approx([35, 36, 37, 38])
    assert one.test_accuracy.dropna().tolist() == pytest.approx([38])
    assert set(one.experiment) == {"mine/constrained-mnist-lenet-random-none"}
    assert found.provenance[["dataset", "digest", "source", "device"]].values.tolist() == [["mnist", "mnist-1", "s", "cpu"]]


def test_runs_on_different_data_cannot_share_a_report(logged):
    profile = logged([SMALL])
    path = profile.experiments[0].log_path(profile.experiments[0].configs[1])
    header, *rest = path.read_text().splitlines(keepends=True)
    header = json.loads(header)
    header["data"]["digest"] = "0123456789ab"
    path.write_text("".join([json.dumps(header) + "\n", *rest]))
    with pytest.raises(ValueError, match="0123456789ab"):
        read(profile)


def test_differences_from_the_paper_are_read_off_the_params(logged):
    profile = logged([{**SMALL, "epochs": 2}, {"scenario": "ideal_fine", "acquisition": "entropy", "num_rounds": 2}])
    found = differences(profile)
    assert found.loc["epochs", ("constrained", "lenet")] == "100 → 2"
    assert found.loc["num_rounds", ("ideal_fine", "lenet")] == "100 → 2"
    assert found.loc["seeds", ("constrained", "lenet")] == "3 → 2"
    assert differences(read_profile("paper")).empty
    assert ("ideal", "resnet18") in absent(profile)
    assert absent(read_profile("mini")) == []


def test_how_often_a_run_is_evaluated_is_no_difference():
    assert differing([(Config(evaluate_every=5, seed=3),)], [(Config(),)]) == {}
    assert differing([(Config(num_pool=9),)], [(Config(),)]) == {"num_pool": "all → 9"}
    assert differing([(Config(split_seed=0),)], [(Config(),)]) == {"split_seed": "the seed → 0"}


@pytest.fixture
def reads(monkeypatch):
    """How often each log was read."""
    counted, original = Counter(), log.read

    def counting(path):
        counted[path] += 1
        return original(path)

    monkeypatch.setattr(log, "read", counting)
    return counted


def test_a_report_with_claims_reads_every_log_once(logged, reads, monkeypatch):
    logged([{**SMALL, "model": "resnet18"}], name="other", label="other")
    profile = logged([SMALL], beside=["other"], claims=True)
    finding = profile.folder.parent / "findings/dips/one.jsonl"
    finding.parent.mkdir(parents=True)
    finding.write_bytes(profile.experiments[0].log_path(profile.experiments[0].configs[0]).read_bytes())
    monkeypatch.setattr(report_module, "execute", lambda *arguments: None)  # the notebook is another process: below
    monkeypatch.setattr(report_module, "html", lambda notebook: notebook)
    report_module.report(profile)
    assert len(reads) == 5
    assert set(reads.values()) == {1}
    assert "not run" in (profile.folder.parent / "claims.md").read_text()


def test_the_reports_notebook_reads_every_log_once(logged, reads):
    logged([{**SMALL, "model": "resnet18"}], name="other", label="other")
    profile = logged([SMALL, {**SMALL, "acquisition": "bald", "noise": "gaussian"}], beside=["other"])
    names = {"profile": "mine", "params": str(profile.params), "outputs": str(profile.folder.parent)}
    names["folder"] = str(profile.folder)
    space = {}
    for one in jupytext.read(NOTEBOOKS / "report.py").cells:
        if one.cell_type == "code":
            exec(one.source, space)
            if "parameters" in one.metadata.get("tags", []):
                space.update(names)
    assert len(reads) == 6
    assert set(reads.values()) == {1}
    assert {p.name for p in (profile.folder / "figures").iterdir()} >= {"pairs.png", "pairs.pdf", "figure5.png"}


def test_a_profile_shown_beside_is_a_line_of_its_own_by_its_label(logged):
    logged([{**SMALL, "acquisition": ["random", "bald"]}], name="coarser", label="ours, 3 x 10")
    profile = logged([{**SMALL, "num_rounds": 4, "acquisition": "random"}], beside=["coarser"])
    found = together(profile)
    assert set(found.own.line) == {"ours"}
    assert found.rounds.line.unique().tolist() == ["ours", "ours, 3 x 10"]
    legend = [text.get_text() for text in figure5(found).legends[0].texts]
    assert "LeNet, ours, 3 x 10" in legend
    assert "ours, 3 x 10" in [text.get_text() for text in figure_of_pairs(found).legends[0].texts]


def test_two_profiles_of_one_label_are_not_shown_beside_each_other(logged):
    logged([SMALL], name="coarser")
    profile = logged([SMALL], beside=["coarser"])
    with pytest.raises(ValueError, match="^mine and coarser both have the label 'ours'; .*$"):
        together(profile)


def test_profiles_on_different_data_are_not_shown_beside_each_other(logged):
    other = logged([SMALL], name="coarser", label="coarser")
    profile = logged([SMALL], beside=["coarser"])
    for config in other.experiments[0].configs:
        path = other.experiments[0].log_path(config)
        path.write_text(path.read_text().replace('"mnist-1"', '"mnist-2"'))
    assert len(read(other).rounds) == 8
    with pytest.raises(ValueError, match=r"^\S+coarser/\S+ holds a run on mnist mnist-2, others one on mnist-1: .*$"):
        together(profile)


def test_text_of_others_reaches_page_and_latex_as_it_is(logged):
    found = together(logged([{**SMALL, "dataset": "my_images"}], source=r"50 % <i>\x</i> & $5_old$"))
    shown, plain = page(found, 2, found.profile.folder).to_html(), tex(found, 2)
    assert "50 % &lt;i&gt;" in shown
    assert "<i>" not in shown
    assert "my_images" in shown
    assert r"my\_images" in plain
    assert r"50 \% <i>\textbackslash{}x" in plain
    assert r"\& \$5\_old\$" in plain
