from __future__ import annotations

from svyazka.engines.sheets.codes import settled


def make(name, taken):
    start = name.get("ru", "own")
    return next(code for code in (start, *(f"{start}{n}" for n in range(2, 9))) if code not in taken)


def test_what_is_new_gets_its_code_wherever_it_is_named():
    given = {
        "sections": [
            {
                "code": "new_aaaa",
                "name": {"ru": "walls"},
                "rows": {"name": {"ru": "wall"}, "kinds": [{"code": "new_kkkk", "name": {"ru": "outer"}}]},
                "fields": [
                    {
                        "code": "new_bbbb",
                        "name": {"ru": "of"},
                        "kind": "choice",
                        "choices": [{"code": "new_cccc", "name": {"ru": "brick"}}, {"code": "brick", "name": {}}],
                        "default": "new_cccc",
                    },
                    {
                        "code": "new_dddd",
                        "name": {"ru": "of"},
                        "kind": "text",
                        "hint": {"ru": "new_bbbb"},
                        "shown_when": [
                            {"field": "new_bbbb", "is": ["new_cccc"]},
                            {"field": "kind", "is": ["new_kkkk"]},
                        ],
                    },
                ],
                "checks": [{"rule": "compare", "fields": ["new_bbbb"], "sign": "=", "value": "new_cccc"}],
            }
        ]
    }
    (section,) = settled(given, make)["sections"]
    assert (section["code"], section["rows"]["kinds"][0]["code"]) == ("walls", "outer")
    first, second = section["fields"]
    assert (first["code"], first["choices"][0]["code"], first["default"]) == ("of", "brick2", "brick2")
    assert (second["code"], second["hint"]) == ("of2", {"ru": "new_bbbb"})
    assert second["shown_when"] == [{"field": "of", "is": ["brick2"]}, {"field": "kind", "is": ["outer"]}]
    assert section["checks"] == [{"rule": "compare", "fields": ["of"], "sign": "=", "value": "brick2"}]


def test_what_has_its_code_keeps_it():
    given = {"sections": [{"code": "site", "name": {}, "fields": [{"code": "newish", "name": {}}]}]}
    assert settled(given, make) is given


def test_nonsense_passes_through():
    for nonsense in (None, 5, [], {"sections": 5}, {"sections": [{"code": []}, 7, {"fields": {}, "rows": 3}]}):
        assert settled(nonsense, make) == nonsense
