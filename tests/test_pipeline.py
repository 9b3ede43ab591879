"""papermill, the whole pipeline small: from a params file to tables, figures and a page; failures; being killed."""

import base64
import contextlib
import io
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
import yaml

from alkit.__main__ import main
from alkit.paper import report as report_module
from alkit.paper.figures import figure5
from alkit.paper.report import findings
from alkit.paper.results import CONDITION, absent, as_published, differences, rounds
from alkit.paper.tables import table2
from alkit.paths import PROJECT
from alkit.run.execute import NotebookFailed, execute
from alkit.run.grid import read_profile

TINY = {
    "about": "A pipeline test.",
    "seeds": [0, 1],
    "defaults": {"dataset": "digits", "num_initial": 20, "num_valid": 50, "num_rounds": 2, "query_size": 10,
                 "epochs": 2, "learning_rate": 0.05, "batch_size": 16, "last_batch": "merge", "device": "cpu"},
    "grid": [
        {"scenario": "constrained", "acquisition": "bald", "noise": "gaussian"},
        {"scenario": "ideal_fine", "acquisition": "entropy"},
        {"scenario": "supervised", "model": "resnet18", "num_rounds": 0},
    ],
}  # fmt: skip


def write(folder, **changes):
    (folder / "tiny.yaml").write_text(yaml.safe_dump({**TINY, **changes}))


def command(folder, name):
    return [name, "tiny", "--params", str(folder), "--outputs", str(folder / "outputs")]


def alkit(folder, name):
    """What `python -m alkit` returns and prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(command(folder, name))
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder in which the tiny profile was reproduced, and what that printed."""
    folder = tmp_path_factory.mktemp("made")
    write(folder)
    return folder, alkit(folder, "reproduce")


def test_reproduce_runs_every_experiment_and_ends_by_naming_the_report(made):
    folder, process = made
    assert process.returncode == 0, process.stdout + process.stderr
    lines = process.stdout.splitlines()
    assert "3 experiments, 0 done" in lines[0]
    assert [line.split("]")[0] for line in lines if line.startswith("[")] == ["[1/3", "[2/3", "[3/3"]
    assert lines[-1] == f"Report: {folder / 'outputs/tiny/report.html'}"
    assert "Table 2" in (folder / "outputs/tiny/report.html").read_text()
    for name in ("figure4.png", "figure5.pdf", "figure6.png"):
        assert (folder / "outputs/tiny/figures" / name).stat().st_size > 5_000


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


def test_executed_notebooks_are_whole_and_name_no_path_of_this_machine(made):
    folder, _ = made
    notebooks = list((folder / "outputs/tiny").rglob("*.ipynb"))
    assert len(notebooks) == 5  # three experiments, data, report
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        assert all(c.execution_count for c in notebook.cells if c.cell_type == "code" and c.source)
        assert not [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error"]
        assert path.stat().st_size < 300_000
        assert str(PROJECT) not in path.read_text()
        assert "input_path" not in notebook.metadata.get("papermill", {})


def test_an_experiments_notebook_shows_its_curve_and_what_was_queried(made):
    folder, _ = made
    cells = nbformat.read(folder / "outputs/tiny/ideal_fine-digits-lenet-entropy-none/notebook.ipynb", as_version=4).cells
    outputs = [output for c in cells if c.cell_type == "code" for output in c.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")
def test_kernels_are_forks_that_start_with_the_imports_done(tmp_path):
    (tmp_path / "imports.py").write_text(
        "# %%\nimport sys, os\nprint('torch' in sys.modules, os.environ['ALKIT_PROBE'], os.getcwd())\n"
    )
    os.environ["ALKIT_PROBE"] = "as it is now"
    try:
        execute(tmp_path / "imports.py", tmp_path / "imports.ipynb", {})
    finally:
        del os.environ["ALKIT_PROBE"]
    (output,) = nbformat.read(tmp_path / "imports.ipynb", as_version=4).cells[0].outputs
    assert output.text.split("\n")[0] == f"True as it is now {os.getcwd()}"


def test_running_again_computes_nothing_and_a_lost_notebook_is_made_from_its_logs(made):
    folder, _ = made
    notebooks = sorted((folder / "outputs/tiny").glob("*-*/notebook.ipynb"))
    logs = {p: p.read_bytes() for p in (folder / "outputs/tiny").rglob("*.jsonl")}
    before = {p: p.stat().st_mtime_ns for p in notebooks}
    notebooks[0].unlink()
    process = alkit(folder, "reproduce")
    assert process.returncode == 0, process.stdout + process.stderr
    assert "3 experiments, 2 done" in process.stdout
    assert notebooks[0].exists()
    assert all(p.stat().st_mtime_ns == before[p] for p in notebooks[1:])
    assert {p: p.read_bytes() for p in logs} == logs


def test_a_condition_that_was_not_run_shows_as_missing(made, tmp_path):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    write(tmp_path, grid=[*TINY["grid"], {"scenario": "constrained", "acquisition": "random"}])
    process = alkit(tmp_path, "report")
    assert process.returncode == 0, process.stderr
    page = (tmp_path / "outputs/tiny/report.html").read_text()
    assert "6 of 8 runs are finished" in page
    table = pd.read_csv(tmp_path / "outputs/tiny/tables/table2.csv", keep_default_na=False)
    assert table.query("dataset == 'digits' and acquisition == 'random'").empty
    assert table.query("dataset == 'mnist' and acquisition == 'random'")["mean"].eq("").all()
    layout = (tmp_path / "outputs/tiny/tables/table2.tex").read_text()
    (none_lenet,) = [line for line in layout.splitlines() if "None" in line and "LeNet" in line]
    assert none_lenet.count("--") == 10  # nothing ran without noise: one column of digits, nine of the paper's


def test_the_report_refuses_logs_of_another_configuration(made, tmp_path):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    write(tmp_path, defaults={**TINY["defaults"], "epochs": 3})
    for command in ("report", "reproduce"):
        process = alkit(tmp_path, command)
        assert process.returncode == 2
        assert "another configuration (epochs: 2 -> 3)" in process.stderr


def test_runs_on_different_data_cannot_share_a_report(made, tmp_path):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    write(tmp_path)
    path = tmp_path / "outputs/tiny/supervised-digits-resnet18-random-none/seed-1.jsonl"
    header, *rest = path.read_text().splitlines(keepends=True)
    header = json.loads(header)
    header["data"]["digest"] = "0123456789ab"
    path.write_text("".join([json.dumps(header) + "\n", *rest]))
    with pytest.raises(ValueError, match="0123456789ab"):
        rounds(read_profile("tiny", tmp_path / "outputs", tmp_path))


def test_plan_says_what_is_done_and_what_is_left(made, tmp_path):
    folder, _ = made
    lines = alkit(folder, "plan").stdout.splitlines()
    assert lines[1].split() == ["constrained-digits-lenet-bald-gaussian", "6/6", "-"]
    write(tmp_path)
    lines = alkit(tmp_path, "plan").stdout.splitlines()
    assert lines[1].split()[1] == "0/6"
    assert "3 experiments, about" in lines[-1]


def test_differences_from_the_paper_are_read_off_the_params(made):
    folder, _ = made
    found = differences(read_profile("tiny", folder / "outputs", folder))
    assert found.loc["epochs", ("constrained", "lenet")] == "100 → 2"
    assert found.loc["num_rounds", ("ideal_fine", "lenet")] == "100 → 2"
    assert differences(read_profile("paper")).empty
    assert ("ideal", "resnet18") in absent(read_profile("tiny", folder / "outputs", folder))
    assert absent(read_profile("mini")) == []


def test_a_failing_experiment_is_named_with_its_traceback_and_the_others_go_on(tmp_path):
    broken = {"scenario": "constrained", "learning_rate": 1.0e9, "acquisition": "entropy"}
    write(tmp_path, seeds=[0], grid=[broken, TINY["grid"][0]])
    process = alkit(tmp_path, "reproduce")
    assert process.returncode == 1
    folder = tmp_path / "outputs/tiny"
    failed = folder / "constrained-digits-lenet-entropy-none/failed.ipynb"
    for words in ("FAILED constrained-digits-lenet-entropy-none", "FloatingPointError", "diverged", str(failed)):
        assert words in process.stdout
    assert "1 failed: constrained-digits-lenet-entropy-none" in process.stderr
    assert failed.exists()
    assert not failed.with_name("notebook.ipynb").exists()
    assert (folder / "constrained-digits-lenet-bald-gaussian/notebook.ipynb").exists()
    assert (folder / "report.html").exists()


def test_bad_input_is_one_line_and_no_work(tmp_path):
    for change, words in (({"learning_rate": "1e-3"}, "learning_rate='1e-3'"), ({"dataset": "digitz"}, "'digitz'")):
        write(tmp_path, defaults={**TINY["defaults"], **change})
        process = alkit(tmp_path, "reproduce")
        assert process.returncode == 2
        assert words in process.stderr
        assert len(process.stderr.strip().splitlines()) == 1
        assert not (tmp_path / "outputs").exists()


def notebook_source(folder, body):
    path = folder / "source.py"
    path.write_text(f'# %% tags=["parameters"]\ncount = 1\n\n# %%\n{body}\n\n# %%\nprint("the end")\n')
    return path


def test_a_killed_kernel_leaves_no_notebook_that_looks_complete(tmp_path):
    source = notebook_source(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(NotebookFailed, match=r"(?s)died.*failed\.ipynb|killed.*failed\.ipynb"):
        execute(source, tmp_path / "out" / "notebook.ipynb", {})
    assert not (tmp_path / "out" / "notebook.ipynb").exists()


def test_pictures_in_a_notebook_keep_their_look(tmp_path):
    source = tmp_path / "source.py"
    source.write_text(
        "# %%\nimport matplotlib.pyplot as plt, numpy as np\nfrom IPython.display import Image, display\n"
        "image = np.indices((60, 80)).transpose(1, 2, 0) * [4, 3]\n"
        "image = np.dstack([image, image.sum(2) / 2]).astype(np.uint8)\n"
        f"plt.imsave({str(tmp_path / 'image.png')!r}, image)\ndisplay(Image({str(tmp_path / 'image.png')!r}))\n"
    )
    execute(source, tmp_path / "notebook.ipynb", {})
    output = nbformat.read(tmp_path / "notebook.ipynb", as_version=4).cells[0].outputs[0].data["image/png"]
    shown = plt.imread(io.BytesIO(base64.b64decode(output)))[..., :3]
    original = plt.imread(tmp_path / "image.png")[..., :3]
    assert shown.shape == original.shape
    assert abs(shown - original).mean() < 0.02


def test_a_parameter_that_the_notebook_does_not_have_is_an_error(tmp_path):
    source = notebook_source(tmp_path, "print(count)")
    with pytest.raises(ValueError, match="no parameter cuont; choose count"):
        execute(source, tmp_path / "notebook.ipynb", {"cuont": 2})
    execute(source, tmp_path / "notebook.ipynb", {"count": 41})
    assert "41" in (tmp_path / "notebook.ipynb").read_text()


@pytest.mark.skipif(os.name != "posix", reason="kills a process group")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_reproduce_leaves_no_process_and_goes_on_to_the_same_numbers(made, tmp_path, how):
    folder, _ = made
    write(tmp_path, grid=TINY["grid"][:1])
    mark = f"ALKIT_TEST={tmp_path}"
    arguments = [sys.executable, "-m", "alkit", *command(tmp_path, "reproduce")]
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "ALKIT_TEST": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores Ctrl-C
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("outputs/tiny/*/seed-*.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.glob("outputs/tiny/*/seed-*.jsonl"))
    process.send_signal(how)
    assert process.wait(timeout=30) in (-how, 130)
    while (left := processes_with(mark)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not left
    if how == signal.SIGINT:
        assert "goes on from them" in process.stdout.read()
        return
    assert alkit(tmp_path, "reproduce").returncode == 0
    logs = sorted(folder.glob("outputs/tiny/constrained-*/seed-*.jsonl"))
    assert len(logs) == 2
    for log in logs:
        assert without_times(tmp_path / log.relative_to(folder)) == without_times(log)


def processes_with(variable):
    found = []
    for path in os.listdir("/proc") if os.path.isdir("/proc") else []:
        try:
            with open(f"/proc/{path}/environ", "rb") as file:
                if variable.encode() in file.read().split(b"\0"):
                    found.append(path)
        except OSError:
            continue
    return found


def without_times(log):
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [{k: v for k, v in line.items() if k != "started" and not k.endswith("seconds")} for line in lines]


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
