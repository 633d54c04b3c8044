"""The page of metrics and alerts cannot lie: it is made from what is counted, and names nothing else."""

from __future__ import annotations

import re

import pytest
import yaml

from console.contracts.metrics_page import SEVERITIES, counted, family_of, labels_of, rules, text, words

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
CHINESE = re.compile(r"[一-鿿]")


def samples() -> dict[str, tuple[str, ...]]:
    """What Prometheus stores: the name of each series with its labels."""
    found = {}
    for name, metric in counted().items():
        family = family_of(metric)
        for suffix in SUFFIXES[family.type]:
            found[name + suffix] = (*labels_of(metric), *(("le",) if suffix == "_bucket" else ()))
    return found


def test_every_metric_says_what_it_means_in_which_unit_and_what_to_do() -> None:
    assert set(words()["metrics"]) == set(counted()), "console/contracts/metrics.toml"
    for name, said in words()["metrics"].items():
        assert set(said) == {"meaning", "unit", "action"}, name
        assert CHINESE.search(said["meaning"]) and CHINESE.search(said["action"]) and said["unit"], name
        assert f"| `{name}` |" in text()


def test_an_alert_asks_only_for_what_is_counted_and_by_labels_that_it_has() -> None:
    known = samples()
    for alert in words()["alerts"]:
        named = re.findall(r"(zhida_\w+)(?:\{([^}]*)\})?", alert["expr"])
        assert named, alert["name"]
        for name, chosen in named:
            assert name in known, f"{alert['name']}: {name} is not counted"
            asked = set(re.findall(r"(\w+)\s*[!=]=?~?\s*\"", chosen))
            asked |= {each.strip() for by in re.findall(r"by \(([^)]*)\)", alert["expr"]) for each in by.split(",")}
            assert asked <= set(known[name]), f"{alert['name']}: {asked - set(known[name])}"


def test_alerts_say_what_is_wrong_and_what_to_do_and_have_names_of_their_own() -> None:
    alerts = words()["alerts"]
    assert len({each["name"] for each in alerts}) == len(alerts)
    for alert in alerts:
        assert alert["severity"] in SEVERITIES and re.fullmatch(r"\d+[mhd]", alert["for"]), alert["name"]
        assert CHINESE.search(alert["says"]) and alert["action"].endswith("。"), alert["name"]
        assert f"| {alert['name']} |" in text()


def test_the_rule_file_is_one_that_prometheus_reads() -> None:
    (group,) = yaml.safe_load(rules())["groups"]
    read = {each["alert"]: each for each in group["rules"]}
    assert {name: each["expr"] for name, each in read.items()} == {
        each["name"]: each["expr"] for each in words()["alerts"]
    }
    assert all(set(each["annotations"]) == {"summary", "description"} for each in read.values())


@pytest.mark.parametrize("level", ["50", "80", "100"])
def test_the_alarm_of_a_missed_deadline_counts_the_breach_alone(level: str) -> None:
    (alert,) = (each for each in words()["alerts"] if each["name"] == "ZhidaDeadlinesMissed")
    assert (f'level="{level}"' in alert["expr"]) == (level == "100")
