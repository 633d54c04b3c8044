"""`./zhida onboard --file county.json`: a county on board with its departments, in one command; then what it still lacks.

The file holds what the page 开通新地区 asks for (sample/onboarding/county.json). Said again with the same file it changes
nothing. docs/onboarding.md is the guide.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from chassis.foundation.reasons import reasons_for
from console.operating.operator_door import operator_door
from console.policy.json_files import BadFile, json_in, read_bytes
from console.refusal import CommandRefusal
from contracts.departments import FUNCTION_NAMES
from contracts.duties import DUTY_NAMES
from contracts.onboarding import ChecklistLine, OnboardCounty, OnboardingChecklist

KINDS = {"window": "惠企政策兑现专窗", "calendar": "{} 年工作日历"}


def main(argv: list[str]) -> int:
    """Returns 0; refuses (exit code 1) for a file that does not fit, and for what the gateway refuses."""
    options = _parser().parse_args(argv)
    text = file_text(options.file)
    county = county_in(text)
    with operator_door(options.url) as (door, token, address):
        key = f"onboard/{county['id']}/{hashlib.sha256(text.encode()).hexdigest()[:24]}"
        done = door.order("/onboarding", token=token, key=key, body=county)
        told = door.ask(f"/tenants/{county['id']}/checklist", token=token)
    print(f"已开通:{done['tenant']['name']}({done['tenant']['id']}),登记部门 {len(done['departments'])} 个。")
    lacking = [line for line in OnboardingChecklist.model_validate(told).lines if line.needed and not line.there]
    for line in lacking:
        print(f"  还缺:{what_lacks(line)}")
    print(f"开通核对单 · checklist:{address}/platform/tenants/{county['id']}/checklist")
    return 0


def file_text(name: str) -> str:
    """Refuses a file that cannot be read."""
    try:
        return read_bytes(name).decode("utf-8")
    except BadFile as error:
        raise CommandRefusal(str(error), f"{name} is too large.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefusal(f"读不出文件 {name}:{error}", f"{name} cannot be read.") from error


def county_in(text: str) -> dict[str, Any]:
    """What the file says, as it is sent. Refuses all that does not fit, at once, with its place."""
    try:
        said = json_in(text, "--file")
    except BadFile as error:
        raise CommandRefusal(str(error), "The file is no JSON.") from error
    try:
        OnboardCounty.model_validate(said)
    except ValidationError as error:
        wrong = reasons_for(error.errors(include_url=False))
        raise CommandRefusal("；".join(each.message for each in wrong), "The file does not fit.") from error
    county: dict[str, Any] = said
    return county


def what_lacks(line: ChecklistLine) -> str:
    """A line of the checklist in words."""
    names: Mapping[str, Mapping[Any, str]] = {"department": FUNCTION_NAMES, "duty": DUTY_NAMES}
    if line.subject in names:
        return f"{'部门' if line.subject == 'department' else '岗位'}“{names[line.subject][line.what]}”"
    return KINDS.get(line.subject, "{}").format(line.what)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhida onboard", description="开通一个地区 · a county on board")
    parser.add_argument("--file", required=True, metavar="FILE", help="地区、部门和设置(JSON),示例见 sample/onboarding")
    parser.add_argument("--url", help="网站网址,缺省为本机 · the gateway's address")
    return parser
