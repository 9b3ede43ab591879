"""papermill, the whole pipeline small: from a params file to tables, figures and a page; failures; being killed."""

import json
import shutil
import statistics

import pandas as pd
import pytest

from alkit.paper import report as report_module
from alkit.paper.figures import figure5
from alkit.paper.report import findings
from alkit.paper.results import CONDITION, absent, as_published, differences, rounds
from alkit.paper.tables import table2
from alkit.run.grid import read_profile


def test_the_tables_hold_what_the_logs_hold_and_nothing_where_nothing_ran(made):
    folder, _ = made
    table = pd.read_csv(folder / "outputs/tiny/tables/table2.csv", keep_default_na=False)
    logs = sorted((folder / "outputs/tiny/constrained-digits-lenet-bald-gaussian").glob("seed-*.jsonl"))
    accuracies = [100 * json.loads(log.read_text().splitlines()[-1])["test_accuracy"] for log in logs]
    (row,) = table.query("dataset == 'digits'").to_dict("records")
    assert (row["noise"], row["model"], row["acquisition"], float(row["n"])) == ("gaussian", "lenet", "bald", 2)
    assert float(row["mean"]) == pytest.approx(statistics.mean(accuracies), abs=1e-4)
    assert float(row["sem"]) == pytest.approx(statistics.stdev(accuracies) / 2**0.5, abs=1e-4)
    assert row["digest"] == json.loads(logs[0].read_text().splitlines()[0])["data"]["digest"]
    paper = table.query("dataset != 'digits'")
    assert len(paper) == 54
    assert (paper["mean"] == "").all()
    assert float(paper.query("dataset == 'mnist' and noise == 'none' and model == 'lenet'").published.iloc[0]) == 28.79
    errors = pd.read_csv(folder / "outputs/tiny/tables/table3.csv", keep_default_na=False)
    (supervised,) = errors.query("dataset == 'digits'").to_dict("records")
    assert (supervised["scenario"], supervised["metric"]) == ("supervised", "test_error")
    assert "28.79" in (folder / "outputs/tiny/tables/table2.tex").read_text()


def test_a_condition_that_was_not_run_shows_as_missing(made, tmp_path, pipeline):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    pipeline.write(tmp_path, grid=[*pipeline.TINY["grid"], {"scenario": "constrained", "acquisition": "random"}])
    process = pipeline.alkit(tmp_path, "report")
    assert process.returncode == 0, process.stderr
    page = (tmp_path / "outputs/tiny/report.html").read_text()
    assert "6 of 8 runs are finished" in page
    table = pd.read_csv(tmp_path / "outputs/tiny/tables/table2.csv", keep_default_na=False)
    assert table.query("dataset == 'digits' and acquisition == 'random'").empty
    assert table.query("dataset == 'mnist' and acquisition == 'random'")["mean"].eq("").all()
    layout = (tmp_path / "outputs/tiny/tables/table2.tex").read_text()
    (none_lenet,) = [line for line in layout.splitlines() if "None" in line and "LeNet" in line]
    assert none_lenet.count("--") == 10  # nothing ran without noise: one column of digits, nine of the paper's


def test_the_report_refuses_logs_of_another_configuration(made, tmp_path, pipeline):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    pipeline.write(tmp_path, defaults={**pipeline.TINY["defaults"], "epochs": 3})
    for command in ("report", "reproduce"):
        process = pipeline.alkit(tmp_path, command)
        assert process.returncode == 2
        assert "another configuration (epochs: 2 -> 3)" in process.stderr


def test_runs_on_different_data_cannot_share_a_report(made, tmp_path, pipeline):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    pipeline.write(tmp_path)
    path = tmp_path / "outputs/tiny/supervised-digits-resnet18-random-none/seed-1.jsonl"
    header, *rest = path.read_text().splitlines(keepends=True)
    header = json.loads(header)
    header["data"]["digest"] = "0123456789ab"
    path.write_text("".join([json.dumps(header) + "\n", *rest]))
    with pytest.raises(ValueError, match="0123456789ab"):
        rounds(read_profile("tiny", tmp_path / "outputs", tmp_path))


def test_differences_from_the_paper_are_read_off_the_params(made):
    folder, _ = made
    found = differences(read_profile("tiny", folder / "outputs", folder))
    assert found.loc["epochs", ("constrained", "lenet")] == "100 → 2"
    assert found.loc["num_rounds", ("ideal_fine", "lenet")] == "100 → 2"
    assert differences(read_profile("paper")).empty
    assert ("ideal", "resnet18") in absent(read_profile("tiny", folder / "outputs", folder))
    assert absent(read_profile("mini")) == []


def test_findings_run_with_their_parameters_once_or_when_named(tmp_path, monkeypatch):
    for folder in ("notebooks/findings", "params/findings"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "notebooks/findings/one.py").write_text('# %% tags=["parameters"]\nsize = 1\n# %%\nprint("size", size)\n')
    (tmp_path / "params/findings/one.yaml").write_text("size: 3\n")
    monkeypatch.setattr(report_module, "NOTEBOOKS", tmp_path / "notebooks")
    made = findings(outputs=tmp_path / "outputs", params=tmp_path / "params")
    assert made == [tmp_path / "outputs/findings/one.ipynb"]
    assert "size 3" in made[0].with_suffix(".html").read_text()
    before = made[0].stat().st_mtime_ns
    assert findings(None, tmp_path / "outputs", tmp_path / "params") == made
    assert made[0].stat().st_mtime_ns == before
    assert findings("one", tmp_path / "outputs", tmp_path / "params") == made
    assert made[0].stat().st_mtime_ns > before
    with pytest.raises(ValueError, match="unknown finding 'two'; choose one"):
        findings("two", tmp_path / "outputs", tmp_path / "params")


def test_figure_5_shows_a_network_that_the_paper_does_not_have_and_no_published_marks():
    rows = [["constrained", "mnist", "none", "cnn", "bald", 0, r, 20 + 10 * r, 50.0 + r, None] for r in range(4)]
    frame = pd.DataFrame(rows, columns=[*CONDITION, "seed", "round", "num_labelled", "valid_accuracy", "test_accuracy"])
    figure = figure5(frame, pd.DataFrame(columns=["dataset", "digest", "source"]))
    lines = [line.get_ydata().tolist() for line in figure.axes[0].lines]
    assert lines == [[50.0, 51.0, 52.0, 53.0]]
    assert "paper" not in " ".join(text.get_text() for text in figure.legends[0].texts)


def test_what_the_released_code_does_stands_under_the_papers_names_beside_ours(tmp_path):
    rows = [("constrained", "mnist", noise, "lenet", acquisition, seed, 100, 1100, 20.0, value + seed)
            for seed in (0, 1) for noise, acquisition, value in
            [("none", "bald", 30.0), ("none", "released_bald", 20.0), ("released_pepper", "released_bald", 40.0)]]  # fmt: skip
    columns = [*CONDITION, "seed", "round", "num_labelled", "valid_accuracy", "test_accuracy"]
    frame = pd.DataFrame(rows, columns=columns)
    is_released = frame.acquisition == "released_bald"
    layout = table2(frame[~is_released], as_published(frame[is_released]))
    cells = layout["MNIST", "BALD"].to_dict()
    kinds = ("ours", "as released", "paper")
    assert [cells["None", "LeNet", kind] for kind in kinds] == ["30.50 ± 0.50 (2)", "20.50 ± 0.50 (2)", "20.77"]
    assert [cells["Salt and Pepper", "LeNet", kind] for kind in kinds] == ["–", "40.50 ± 0.50 (2)", "35.74"]
    assert "as released" not in table2(frame[~is_released]).index.get_level_values(-1)
