"""Forecasts and verdicts on links as rows of the ledger."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import LedgerError
from demarche.model import Forecast

__all__ = ["forecast", "forecast_row", "forecasts", "verdicts"]

_DAYS = ("made", "resolves_by", "resolved")
_LISTS = ("parties", "evidence")


def forecast_row(given: Forecast, seq: int) -> dict[str, Any]:
    """Return the row of a forecast as it stands."""
    record = dataclasses.asdict(given)
    record |= {name: record[name] and record[name].isoformat() for name in _DAYS}
    return {"seq": seq, "id": given.id, "record": json.dumps(record, ensure_ascii=False, sort_keys=True)}


def forecasts(connection: Connection) -> list[Forecast]:
    """Return all forecasts as they stand now, in the order in which they were recorded."""
    query = (
        "SELECT f.record FROM forecasts f JOIN (SELECT id, min(seq) AS first, max(seq) AS last FROM forecasts GROUP BY id) k "
        "ON k.id = f.id AND k.last = f.seq ORDER BY k.first"
    )
    return [_forecast(row[0]) for row in connection.execute(sa.text(query))]


def forecast(connection: Connection, name: str) -> Forecast:
    """Return a forecast as it stands now; raises LedgerError if there is none."""
    query = sa.text("SELECT record FROM forecasts WHERE id = :id ORDER BY seq DESC LIMIT 1")
    found = connection.execute(query, {"id": name}).scalar()
    if found is None:
        raise LedgerError(f"there is no forecast {name} in the ledger; list them with: demarche outlook scores")
    return _forecast(str(found))


def _forecast(record: str) -> Forecast:
    values = json.loads(record)
    values |= {name: values[name] and date.fromisoformat(values[name]) for name in _DAYS}
    values |= {name: tuple(values[name]) for name in _LISTS}
    return Forecast(**values)


def verdicts(connection: Connection) -> dict[tuple[str, str], str]:
    """Return what people said of links between a case and a later move, the latest word of each."""
    query = sa.text("SELECT threat, move, verdict FROM verdicts ORDER BY seq")
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}
