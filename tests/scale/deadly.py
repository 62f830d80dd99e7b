"""Codes as ``demarche scale code`` does, in processes that some texts kill: what the tests of deaths run, on workers or on Ray."""

import json
import os
import signal
import sys
from pathlib import Path

from demarche import pipeline
from demarche.scale import run_on_ray, run_workers
from demarche.scaling import CodeShard, plan_archive

code_all = pipeline.code_all


class Deadly(CodeShard):
    """A text with KILLS ends the process that codes it; one with KILLS ONCE does so the first time."""

    def __call__(self, shard):
        pipeline.code_all = self._kill_or_code
        return super().__call__(shard)

    def _kill_or_code(self, documents, **tools):
        documents = tuple(documents)
        text = documents[0].text
        mark = Path(f"{self.output}.killed")
        if "KILLS" in text and not ("ONCE" in text and mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return code_all(documents, **tools)


def main(source, output, engine):
    run = plan_archive([source], output, shard_size=400)
    code = Deadly(**vars(run.code))
    outcomes = (
        run_on_ray(run.todo, code, address="local", workers=2)
        if engine == "ray"
        else run_workers(run.todo, code, workers=2)
    )
    made = list(outcomes)
    print(json.dumps({"outcomes": made, "manifest": run.finish(engine=engine)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
