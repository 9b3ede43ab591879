"""A report holds what the logs hold; the findings' notebooks are made when something changed, or when they are named."""

import json
import re
import shutil
import statistics
import threading

import jupytext
import pandas as pd
import pytest

from alkit.files.lock import held
from alkit.paper import report as report_module
from alkit.paper.report import data_notebook, findings
from alkit.paths import NOTEBOOKS


def test_the_tables_hold_what_the_logs_hold_and_nothing_where_nothing_ran(made):
    folder, _ = made
    table = pd.read_csv(folder / "outputs/tiny/tables/table2.csv", keep_default_na=False)
    logs = sorted((folder / "outputs/tiny/constrained-digits-lenet-bald-gaussian").glob("seed-*.jsonl"))
    accuracies = [100 * json.loads(log.read_text().splitlines()[-1])["test_accuracy"] for log in logs]
    (row,) = table.query("line == 'ours'").to_dict("records")
    assert [row[key] for key in ("dataset", "noise", "model", "acquisition")] == ["digits", "gaussian", "lenet", "bald"]
    assert float(row["n"]) == 2
    assert float(row["mean"]) == pytest.approx(statistics.mean(accuracies), abs=1e-4)
    assert float(row["sem"]) == pytest.approx(statistics.stdev(accuracies) / 2**0.5, abs=1e-4)
    assert row["digest"] == json.loads(logs[0].read_text().splitlines()[0])["data"]["digest"]
    paper = table.query("line == 'paper'")
    assert len(paper) == 54
    first = paper.query("dataset == 'mnist' and noise == 'none' and model == 'lenet' and acquisition == 'random'")
    assert float(first["mean"].iloc[0]) == 28.79
    errors = pd.read_csv(folder / "outputs/tiny/tables/table3.csv", keep_default_na=False)
    (supervised,) = errors.query("line == 'ours'").to_dict("records")
    assert (supervised["scenario"], supervised["metric"]) == ("supervised", "test_error")
    assert "28.79" in (folder / "outputs/tiny/tables/table2.tex").read_text()
    name = "constrained-digits-lenet-bald-gaussian"
    assert f'<a href="{name}/notebook.ipynb" title="tiny/{name}">' in (folder / "outputs/tiny/report.html").read_text()


@pytest.mark.slow
def test_a_condition_that_was_not_run_shows_as_missing(made, tmp_path, pipeline):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    pipeline.write(tmp_path, grid=[*pipeline.TINY["grid"], {"scenario": "constrained", "acquisition": "random"}])
    process = pipeline.alkit(tmp_path, "report")
    assert process.returncode == 0, process.stderr
    page = (tmp_path / "outputs/tiny/report.html").read_text()
    assert "6 of 8 runs are finished" in page
    table = pd.read_csv(tmp_path / "outputs/tiny/tables/table2.csv", keep_default_na=False)
    assert table.query("line == 'ours'").acquisition.tolist() == ["bald"]
    layout = (tmp_path / "outputs/tiny/tables/table2.tex").read_text()
    (ours,) = [line.split("& ours &")[1] for line in layout.splitlines() if "& ours &" in line]
    numbers = [one.strip(" \\") for one in ours.split("&")]
    assert [bool(one) for one in numbers] == [True] + [False] * 9  # of digits; the paper's data was not run


def test_the_report_refuses_logs_of_another_configuration(made, tmp_path, pipeline):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    pipeline.write(tmp_path, defaults={**pipeline.TINY["defaults"], "epochs": 3})
    for command in ("report", "reproduce"):
        process = pipeline.alkit(tmp_path, command)
        assert process.returncode == 2
        assert "another configuration (epochs: 2 -> 3)" in process.stderr


def test_findings_run_with_their_parameters_once_or_when_named_and_say_how_far_they_are(tmp_path, monkeypatch, capsys):
    for folder in ("notebooks/findings", "params/findings"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "notebooks/findings/one.py").write_text('# %% tags=["parameters"]\nsize = 1\n# %%\nprint("size", size)\n')
    (tmp_path / "params/findings/one.yaml").write_text("size: 3\n")
    monkeypatch.setattr(report_module, "NOTEBOOKS", tmp_path / "notebooks")
    made = findings(outputs=tmp_path / "outputs", params=tmp_path / "params")
    assert made == [tmp_path / "outputs/findings/one.ipynb"]
    assert "size 3" in made[0].with_suffix(".html").read_text()
    before, told = made[0].stat().st_mtime_ns, capsys.readouterr().out.splitlines()
    assert told[0] == "[1/1] one ..." and re.fullmatch(r"\[1/1\] one: \d+ s, made", told[1])
    assert findings(None, tmp_path / "outputs", tmp_path / "params") == made
    assert capsys.readouterr().out == "[1/1] one: up to date, made by the present code\n"
    assert findings("one", tmp_path / "outputs", tmp_path / "params") == made
    assert capsys.readouterr().out.splitlines()[1].endswith("shows the same as before")
    assert made[0].stat().st_mtime_ns == before
    made[0].with_suffix(".html").unlink()  # killed between the notebook and its page
    findings(None, tmp_path / "outputs", tmp_path / "params")
    assert "size 3" in made[0].with_suffix(".html").read_text()
    with pytest.raises(ValueError, match="unknown finding 'two'; choose one"):
        findings("two", tmp_path / "outputs", tmp_path / "params")


def test_a_finding_that_another_process_makes_is_waited_for(tmp_path, monkeypatch, capsys, wait):
    for folder in ("notebooks/findings", "params/findings"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "notebooks/findings/one.py").write_text("1\n")
    (tmp_path / "params/findings/one.yaml").write_text("{}\n")
    begun, said = [], []
    monkeypatch.setattr(report_module, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(report_module, "execute", lambda *arguments, bar: begun.append(arguments))
    monkeypatch.setattr(report_module, "html", lambda target: None)
    second = threading.Thread(target=findings, args=("one", tmp_path / "outputs", tmp_path / "params"))
    with held(tmp_path / "outputs/findings/one.lock"):
        second.start()
        wait(lambda: said.append(capsys.readouterr().out) or "one: another process is making it" in "".join(said))
        assert begun == []
    second.join()
    assert len(begun) == 1


@pytest.mark.parametrize(("text", "words"), [("size: [1", "expected ','"), ("size: 1\nsize: 2", "'size' stands 2 times")])
def test_a_findings_parameters_that_are_no_plain_yaml_are_one_line(tmp_path, text, words):
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings/dips.yaml").write_text(text)
    with pytest.raises(ValueError, match=rf"^\S+dips\.yaml is no YAML: .*{words}.*$"):
        findings("dips", tmp_path / "outputs", tmp_path)


def test_the_data_notebook_shows_the_profiles_own_split_and_its_noise_as_strong_as_it_is(logged, monkeypatch):
    block = {"dataset": "digits", "num_initial": 20, "num_valid": 50, "num_rounds": 1}
    grid = [
        {**block, "scenario": "ideal", "num_pool": 900, "noise": "gaussian", "noise_sd": 7.0},
        {**block, "scenario": "constrained", "num_pool": 300, "noise": "gaussian", "noise_sd": 3.0, "noise_splits": ["test"]},
        {**block, "scenario": "ideal", "noise": "salt_and_pepper", "noise_pixels": 0.5, "noise_probability": 0.25},
    ]
    handed, space, seen = {}, {}, []
    monkeypatch.setattr(report_module, "_digests", lambda profile: {})
    monkeypatch.setattr(report_module, "execute", lambda source, target, parameters: handed.update(parameters))
    data_notebook(logged(grid, seeds=[0]))
    for cell in jupytext.read(NOTEBOOKS / "data.py").cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
            space.update(handed if "parameters" in cell.metadata.get("tags", []) else {})
            seen.append(space.get("rows"))
    assert [(c.noise_sd, c.noise_probability) for c in space["configs"].values()] == [(3.0, 0.1), (1.0, 0.25)]
    *_, rates, splits = seen
    assert [float(row["Images hit (%)"]) for row in rates] == pytest.approx([10, 25], abs=3)
    assert float(rates[0]["Sd of the change"]) == pytest.approx(3, rel=0.02)
    assert 20 < float(rates[1]["Replaced (%)"].removesuffix(" of pixels")) < 50  # half, but for those that were so
    assert all(row["Pool (a class)"].startswith("300 (") for row in splits)


def test_data_that_changed_while_its_runs_were_made_is_named_and_not_shown_beside_them(logged):
    profile = logged([{"scenario": "constrained", "dataset": "digits", "num_rounds": 1}])
    with pytest.raises(
        ValueError, match=r"digits has changed: .*seed-0\.jsonl holds a run on digits-1, now it is [0-9a-f]{12}"
    ):
        data_notebook(profile)
    assert not (profile.folder / "data.ipynb").exists()
