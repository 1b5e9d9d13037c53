"""From the words that people see to codes: of what is named, and of the choices that it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from svyazka.engines.formulas.formula import Call, Formula, Kind, Name, Named, Node, Pair, Sign, Text, Wrong


def settle(formula: Formula, names: Mapping[str, Named]) -> Formula:
    """`names` by code. Raises Wrong, with the nearest name."""
    by_words = {folded(one.words): one for one in names.values()}

    def name(node: Node) -> Node:
        if not isinstance(node, Name):
            return node
        found = by_words.get(folded(node.said)) or names.get(node.said)
        if found is None:
            raise Wrong("no_such_name", node.place, name=node.said, near=_nearest(node.said, names))
        return replace(node, said=found.code)

    settled = changed(formula.root, name)
    return Formula(_choices(settled, names, _code_of))


def in_words(formula: Formula, names: Mapping[str, Named]) -> Formula:
    """The way back. What is not there any more stays by its code."""
    root = _choices(formula.root, names, lambda node, one: replace(node, value=one.choices.get(node.value, node.value)))

    def name(node: Node) -> Node:
        return replace(node, said=names[node.said].words) if isinstance(node, Name) and node.said in names else node

    return Formula(changed(root, name))


def changed(node: Node, how: Callable[[Node], Node]) -> Node:
    """Each piece as `how` has it, from below."""
    if isinstance(node, Pair):
        node = replace(node, left=changed(node.left, how), right=changed(node.right, how))
    elif isinstance(node, Sign):
        node = replace(node, of=changed(node.of, how))
    elif isinstance(node, Call):
        node = replace(node, given=tuple(changed(one, how) for one in node.given))
    return how(node)


def folded(said: str) -> str:
    return " ".join(said.split()).lower().replace("\u0451", "\u0435")


def _choices(root: Node, names: Mapping[str, Named], how: Callable[[Text, Named], Text]) -> Node:
    """A text beside a name that is chosen from a list."""

    def pair(node: Node) -> Node:
        if isinstance(node, Pair) and node.sign in ("=", "<>"):
            if (one := _listed(node.left, names)) and isinstance(node.right, Text):
                return replace(node, right=how(node.right, one))
            if (one := _listed(node.right, names)) and isinstance(node.left, Text):
                return replace(node, left=how(node.left, one))
        if isinstance(node, Call) and node.function == "contains" and (one := _listed(node.given[0], names)):
            said = node.given[1]
            return replace(node, given=(node.given[0], how(said, one))) if isinstance(said, Text) else node
        return node

    return changed(root, pair)


def _listed(node: Node, names: Mapping[str, Named]) -> Named | None:
    found = names.get(node.said) if isinstance(node, Name) else None
    return found if found and found.kind == Kind.LIST else None


def _code_of(node: Text, one: Named) -> Text:
    said = folded(node.value)
    for code, words in one.choices.items():
        if said in (folded(words), code.lower()):
            return replace(node, value=code)
    near = get_close_matches(node.value, one.choices.values(), n=1, cutoff=0.3)
    raise Wrong("no_such_choice", node.place, name=one.words, said=node.value, near=near[0] if near else "")


def _nearest(said: str, names: Mapping[str, Named]) -> str:
    by_folded = {folded(one.words): one.words for one in names.values()}
    near = get_close_matches(folded(said), by_folded, n=1, cutoff=0.4)
    return by_folded[near[0]] if near else ""
