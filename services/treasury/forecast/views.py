"""What may have to be paid, beside what the lines that would pay for it have left."""

from __future__ import annotations

from chassis.read.reader import Reader
from contracts.forecasts import Forecast, ForecastLine, GetForecast

LINES = """
WITH expected AS (
    SELECT f.year, f.department, f.department_id, f.item_id, min(f.item_title) AS item_title,
        count(DISTINCT f.first_case_id) AS cases, sum(f.amount_fen)::bigint AS amount_fen
    FROM forecast f
    WHERE f.tenant = :tenant AND NOT f.over AND (CAST(:year AS integer) IS NULL OR f.year = :year)
    GROUP BY f.year, f.department, f.department_id, f.item_id)
SELECT e.*, sum(e.amount_fen) OVER ()::bigint AS total_fen, coalesce((
    SELECT sum(l.appropriated_fen - l.reserved_fen - (l.settled_fen - l.returned_fen) - l.swept_fen) FROM budget_line l
    WHERE l.tenant = :tenant AND l.year = e.year AND (l.item_id IS NULL OR l.item_id = e.item_id)
        AND (l.department = e.department OR l.department_id = e.department_id)), 0)::bigint AS available_fen
FROM expected e ORDER BY e.year, e.department, e.item_id LIMIT 500
"""


def get_forecast(query: GetForecast, reader: Reader) -> Forecast:
    """By year, department and item."""
    rows = reader.execute(LINES, {"tenant": reader.tenant, "year": query.year}).mappings().all()
    return Forecast(
        items=tuple(ForecastLine(**{name: row[name] for name in ForecastLine.model_fields}) for row in rows),
        total_fen=rows[0]["total_fen"] if rows else 0,
    )
