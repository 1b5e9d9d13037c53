from __future__ import annotations

from importlib.resources import files

import yaml

from svyazka.business.deals.models import DistributionRule, Pipeline, Stage
from svyazka.business.deals.paths.content import content_of, full, write_rules, write_stages


def test_what_was_loaded_from_a_blueprint_is_written_out_as_it_stands_there(projects):
    given = yaml.safe_load((files("svyazka.blueprints") / "projects.yaml").read_text(encoding="utf-8"))["pipelines"]
    assert [content_of(pipeline) for pipeline in Pipeline.objects.all()] == [full(one) for one in given]


def test_rules_are_written_in_place_so_that_the_turn_goes_on(windows, mikhail):
    pipeline = Pipeline.objects.get(code="windows")
    other = Pipeline.objects.create(code="glass", words={"ru": "Стекло"}, position=1)
    content = content_of(pipeline)
    content["stages"][-2]["hand_off"] = [{"to": "glass", "how": "round_robin", "people": ["mikhail"]}]
    content["distribution"] = [{"how": "nobody", "source": "whatsapp"}, {"department": "sales", "take_minutes": 15}]
    wished = full(content)
    write_rules(pipeline, wished)
    assert content_of(pipeline) == wished
    rule = Stage.objects.get(code="closed").hand_offs.get()
    assert (rule.to, rule.people, rule.accept_hours) == (other, [mikhail.pk], 24)
    kept = list(DistributionRule.objects.values_list("pk", flat=True))
    wished["distribution"] = wished["distribution"][:1]
    write_rules(pipeline, wished)
    assert list(DistributionRule.objects.values_list("pk", flat=True)) == kept[:1]
    assert Stage.objects.get(code="closed").hand_offs.get() == rule


def test_stages_keep_their_rows_whatever_their_order(windows):
    pipeline = Pipeline.objects.get(code="windows")
    before = dict(pipeline.stages.values_list("code", "pk"))
    content = content_of(pipeline)
    content["stages"] = content["stages"][::-1][1:]
    write_stages(pipeline, content)
    assert dict(pipeline.stages.values_list("code", "pk")) == before
    assert [stage.code for stage in pipeline.stages.all()] == [*reversed([*before][:-1]), "lost"]
