"""Codes as ``demarche scale code`` does, in processes that a text kills: what the tests of deaths run, on workers or on Ray."""

import json
import os
import signal
import sys
from pathlib import Path

from demarche import pipeline
from demarche.scale import Attempt, Layout, run_on_ray, run_workers
from demarche.scaling import CodeShard, plan_archive

code_all = pipeline.code_all


class Deadly(CodeShard):
    """A text with KILLS ends the process that codes it."""

    def __call__(self, shard):
        pipeline.code_all = self._kill_or_code
        return super().__call__(shard)

    def _kill_or_code(self, documents, **tools):
        documents = tuple(documents)
        if "KILLS" in documents[0].text:
            os.kill(os.getpid(), signal.SIGKILL)
        return code_all(documents, **tools)


def run_deadly(source, output, engine):
    run = plan_archive([str(source)], output, shard_size=400)
    code = Deadly(**vars(run.code))
    if engine == "ray":
        # An actor takes long to start again: of the two deaths one is only what a death leaves behind.
        attempt = Attempt(Layout(Path(output)).running(run.todo[0].name), run.code.run)
        attempt.turn_to("coding", 2)
        list(run_on_ray(run.todo, code, address="local", workers=1))
    else:
        list(run_workers(run.todo, code, workers=1))
    return run.finish(engine=engine)


if __name__ == "__main__":
    print(json.dumps(run_deadly(*sys.argv[1:])))
