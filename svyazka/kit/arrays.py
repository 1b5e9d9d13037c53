"""A list as one text, as PostgreSQL reads an array: handing over each of its items costs more than the database needs
to read them all. In the question stands `%s::text[]` or `%s::bigint[]`."""

from __future__ import annotations

from collections.abc import Collection


def texts(said: Collection[str]) -> str:
    if not said:
        return "{}"
    whole = '","'.join(said)
    if "\\" in whole or whole.count('"') > 2 * (len(said) - 1):
        whole = '","'.join(one.replace("\\", "\\\\").replace('"', '\\"') for one in said)
    return f'{{"{whole}"}}'


def numbers(said: Collection[int]) -> str:
    return f"{{{','.join(map(str, said))}}}"
