"""Kill and damage as often as is asked for, and write what came of it to outputs/faults.json and the README.

make faults KILLS=20 INPUTS=3000    (so many damaged files of each kind; about half an hour on two cores)
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from fuzz import READERS, fuzz
from kills import differences, drawn, run

from alkit.paper import readme
from alkit.paths import OUTPUTS


def main(num_kills: int, num_inputs: int) -> None:
    found = {"day": time.strftime("%Y-%m-%d"), "kills": 0, "differences": [], "failures": [], "inputs": {}, "crashes": []}
    with tempfile.TemporaryDirectory() as folder:
        for name in READERS:
            Path(folder, name).mkdir()
            try:
                counts = fuzz(name, Path(folder, name), num_inputs, derandomize=False)
                found["inputs"][name] = {"inputs": counts.total(), "refused": counts["refused"]}
            except Exception as error:  # whatever a reader raises that it does not document is what is looked for
                found["crashes"].append(f"{name}: {type(error).__name__} {error}")
            print(name, found["inputs"].get(name, "crashed"), flush=True)
        run(Path(folder, "alone"))
        seed = time.time_ns()
        for n, kills in enumerate(drawn(num_kills, seed)):
            try:
                found["kills"] += run(Path(folder, str(n)), kills)
                found["differences"] += differences(Path(folder, str(n)), Path(folder, "alone"))
            except AssertionError as error:
                found["failures"].append(str(error))
            print(found["kills"], "kills,", len(found["differences"]), "differences", flush=True)
    (OUTPUTS / "faults.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    readme.write_part("faults", OUTPUTS)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
