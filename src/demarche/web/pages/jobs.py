"""What was started from a page and takes a while: how far it is, and what came of it."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from demarche.web._jobs import Job, Line
from demarche.web._security import READER
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter()


@router.get("/jobs", dependencies=[Depends(READER)])
def list_jobs(request: Request) -> Response:
    """Show what was started since the desk is up, the latest first."""
    return render(request, "jobs.html", jobs=request.app.state.jobs.latest())


@router.get("/jobs/{job}.json", dependencies=[Depends(READER)])
def tell_job(request: Request, job: str) -> Response:
    """Tell a page how far a job is."""
    found = _job(request, job)
    names = ("id", "state", "done", "total", "doing", "over")
    return JSONResponse({name: getattr(found, name) for name in names})


@router.get("/jobs/{job}", dependencies=[Depends(READER)])
def show_job(request: Request, job: str) -> Response:
    """Show how far a job is, and what came of it when it is done."""
    found = _job(request, job)
    lines = [
        line if isinstance(line, Line) else Line(text=line, failed=found.state == "failed") for line in found.lines
    ]
    return render(request, "job.html", job=found, lines=lines)


def _job(request: Request, job: str) -> Job:
    found: Job | None = request.app.state.jobs.get(job)
    if found is None:
        raise HTTPException(404, "this job is not known, or not any more; what it took in is in the log")
    return found
