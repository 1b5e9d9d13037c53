"""A company moves in with a file: what it costs to compare each line with the base and with the lines before it."""

from __future__ import annotations

from svyazka.config.bench.ground import ground
from svyazka.config.bench.report import Row


def rows(quick: bool) -> list[Row]:
    lines, many, batches = (2000, 20_000, 4) if quick else (20_000, 200_000, 20)
    with ground() as place:
        figures = place.inside("matching_import_inside", lines, 0)
    with ground() as place:
        begun = place.inside("matching_import_inside", many, batches)
    cost = figures["all"] * 20_000 / lines
    return [
        Row(f"a file of {lines:,} rows moves in, per 20,000: read, dry run, stored", cost, "CPU s", must=25, aim=10),
        Row("of it stored", figures["stored"] * 20_000 / lines, "CPU s"),
        Row("the worker's memory at most", figures["peak"], "MB", must=500),
        Row(
            f"a file of {many:,} rows, read, and {batches} batches of its dry run: memory",
            begun["peak"],
            "MB",
            must=500,
        ),
    ]
