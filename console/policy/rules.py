"""`./zhida rules check FILE` and `./zhida rules run FILE --facts FILE`: a policy officer tries a rule alone.
`./zhida rules run FILE --cohort FILE`: on many claims at once, with the quotas that they share.
`./zhida rules plan FILE`: the plan as review would run it, step by step.
`./zhida rules quality [--json FILE]`: how right the answers are, on the labelled set.
`./zhida rules schema [--out FILE]`: the JSON Schema of an item's file, for the editor in which it is written.

Needs no cluster and no database: an item's JSON, and facts. docs/rules.md is the guide.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from chassis.time.clock import CHINA
from console.place import CHECKOUT
from console.policy.award_files import read_awards
from console.policy.cohorts import cohort_json, cohort_lines, settled
from console.policy.json_files import BadFile
from console.policy.next_instalment import next_instalment
from console.policy.plan_lines import plan_json, plan_lines
from console.policy.rule_files import RuleFile, read_decisions, read_facts, read_rules
from contracts.money import Money
from contracts.rule import (
    Additive,
    Amount,
    Assessment,
    AwardHistory,
    ConditionResult,
    FactSheet,
    HeadlineState,
    ItemRules,
    Problem,
    ShareLine,
    State,
)
from contracts.written import NotWritten, day_written
from rules import assess, check, check_publication, headline_of, sentences, unpublishable
from rules.earlier import families_passed_by
from rules.text.phrases import LEVELS, period_text

ITEM_SCHEMA = "contracts/generated/item.schema.json"
MARKS = {State.MET: "✓", State.NOT_MET: "✗", State.UNDETERMINED: "？"}
SPARE = "－"
LEGEND = {"✓": "符合", "✗": "不符合", "？": "尚不能判定", SPARE: "没有走的另一条路"}
TITLES = {
    "eligibility": "谁能享受",
    "amount": "给多少",
    "shares": "谁出钱",
    "payees": "钱给谁",
    "instalments": "分期",
    "stacking": "叠加与次数",
    "quotas": "额度",
    "bounds": "数据核对",
    "plan": "怎么办",
}
MISSING = {
    "fact": "企业数据",
    "parameter": "外部参数（由主管部门录入，企业不用提供）",
    "decision": "待核定",
    "award": "已获奖补的记载",
    "unstated": "来源未载明的数值",
}


def main(argv: list[str]) -> int:
    """0: sound, or evaluated; 2: the file cannot be understood, or the rules cannot be evaluated."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except BadFile as bad:
        print(bad, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhida rules", description="规则的检查与试算 · check a rule, try it")
    commands = parser.add_subparsers(title="命令 commands", metavar="", required=True)
    checking = commands.add_parser("check", help="检查规则,并念成中文 · validate and explain")
    checking.set_defaults(run=_check)
    running = commands.add_parser("run", help="按数据试算 · evaluate on facts")
    one_or_many = running.add_mutually_exclusive_group(required=True)
    one_or_many.add_argument("--facts", metavar="FILE", help="企业数据(JSON)· the facts")
    one_or_many.add_argument(
        "--cohort", metavar="FILE", help="一批申报(JSON),按额度排序分配 · many claims, and the quotas"
    )
    running.add_argument("--awards", metavar="FILE", help="已获奖补(JSON)· what was granted before")
    running.add_argument("--date", type=_day, metavar="D", help="申报日期,默认今天 · day of the claim")
    running.add_argument(
        "--decided",
        action="append",
        default=[],
        metavar="名称=数值",
        help="核定的数值 · a figure that was set",
    )
    running.set_defaults(run=_run)
    planning = commands.add_parser("plan", help="办理方案照走一遍:步骤、部门、回避、时限 · the plan as it would run")
    planning.set_defaults(run=_plan)
    measuring = commands.add_parser("quality", help="按标注样本评测准确率与召回率 · how right the answers are")
    measuring.add_argument("--json", metavar="FILE", help="结果另存为 JSON · write the figures")
    measuring.add_argument("--pairs", metavar="FILE", help="另一份标注(JSONL)· another labelled set")
    measuring.set_defaults(run=_quality)
    describing = commands.add_parser("schema", help="事项文件的 JSON Schema,供编辑器补全和检查 · for your editor")
    describing.add_argument("--out", metavar="FILE", help="写到哪里,不写就打印 · where to, else printed")
    describing.set_defaults(run=_schema)
    for command in (checking, running, planning):
        command.add_argument("file", metavar="FILE", help="事项或规则(JSON)· an item or its rules")
        command.add_argument("--json", action="store_true", help="输出 JSON")
    return parser


def _day(text: str) -> date:
    try:
        return day_written(text)
    except NotWritten as fault:
        raise argparse.ArgumentTypeError(f"日期应写成 2026-03-16,不是 {text} · not a date") from fault


def _check(options: argparse.Namespace) -> int:
    """The rules are read out as soon as they are sound, whatever paper is still missing for publication."""
    source = read_rules(options.file)
    problems = _problems(source, publishing=True)
    told = sentences(source.rules).model_dump() if not check(source.rules) else {}
    if options.json:
        _print_json({"problems": [each.model_dump() for each in problems], "sentences": told})
        return 2 if problems else 0
    if problems:
        print("\n".join(_problem_lines(options.file, problems)))
    if told:
        print("规则可以计算，尚不能发布，内容如下：" if problems else "规则没有问题。")
        for name, title in TITLES.items():
            if told[name]:
                gap = "\n" if "\n" in told[name] else ""
                print(f"【{title}】{gap}{told[name]}")
        for note in _notes(source):
            print(note)
    return 2 if problems else 0


def _problems(source: RuleFile, *, publishing: bool) -> list[Problem]:
    """What keeps the rules from being evaluated, or published; of a whole item also the papers that are missing."""
    if source.item is not None and publishing:
        return check_publication(source.item)
    return [*check(source.rules), *(unpublishable(source.rules) if publishing else ())]


def _notes(source: RuleFile) -> Iterator[str]:
    """Why sound rules are not to be published all the same."""
    review = source.item.fair_competition if source.item is not None else None
    if review is not None and review.conclusion == "doubtful":
        yield f"注意：公平竞争审查结论为“存疑”，可以试算，不得发布。{review.basis}"


def _problem_lines(file: str, problems: list[Problem]) -> Iterator[str]:
    yield f"{file}：有 {len(problems)} 个问题"
    for problem in problems:
        yield f"  {problem.where}：{problem.text_zh}（{problem.code}）"


def _plan(options: argparse.Namespace) -> int:
    """A plan that may not be published is printed all the same, and then says why."""
    source = read_rules(options.file)
    problems = [each for each in _problems(source, publishing=True) if "/plan" in each.where]
    if options.json:
        _print_json({"problems": [each.model_dump() for each in problems], **plan_json(source.rules)})
        return 2 if problems else 0
    print("\n".join(plan_lines(source.rules)))
    if problems:
        print("\n".join(_problem_lines(options.file, problems)))
    return 2 if problems else 0


def _quality(options: argparse.Namespace) -> int:
    from console.policy import rule_quality  # it brings the matcher, which trying a rule does without

    return rule_quality.run(options.json, options.pairs)


def _schema(options: argparse.Namespace) -> int:
    text = (CHECKOUT / ITEM_SCHEMA).read_text(encoding="utf-8")
    if options.out is None:
        print(text, end="")
        return 0
    target = Path(options.out)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise BadFile(options.out, [f"无法写入（{fault.strerror}）"]) from fault
    print(f'已写入 {target}。在事项文件开头写上 "$schema": "./{target.name}"，编辑器就会补全和检查。')
    return 0


def _run(options: argparse.Namespace) -> int:
    source = read_rules(options.file)
    today = options.date or datetime.now(CHINA).date()
    if problems := _problems(source, publishing=False):
        print("\n".join(_problem_lines(options.file, problems)), file=sys.stderr)
        return 2
    if options.cohort:
        return _run_cohort(options, source)
    facts = read_facts(options.facts, source.rules, today)
    awards = None
    if options.awards:
        awards = read_awards(options.awards, source.family, source.rules)
    decisions = read_decisions(options.decided, source.rules, today)
    found = assess(source.rules, facts, today, awards=awards, decisions=decisions, validity=source.validity)
    unused = sorted({fact.name for fact in facts.facts} - set(source.rules.fact_types_by_name))
    if options.json:
        _print_json({"date": today.isoformat(), "unused": unused, **found.model_dump(mode="json")})
        return 0
    print("\n".join((*_lines(found, _unasked(source.rules, awards)), *_notes(source))))
    for hint in (*_hints(found, facts), *next_instalment(found, awards, facts.reference_year)):
        print(hint)
    if unused:
        print(f"（事项没有用到的数据：{'、'.join(unused)}）")
    if passed_by := sorted(families_passed_by(source.rules, awards)):
        print(f"（规则没有用到的已获奖补：{'、'.join(passed_by)}）")
    return 0


def _run_cohort(options: argparse.Namespace, source: RuleFile) -> int:
    """Everything about a claim stands in its file: the day, earlier awards, figures that were set."""
    beside = [name for name in ("date", "awards", "decided") if getattr(options, name)]
    if beside:
        said = "、".join(f"--{name}" for name in beside)
        raise BadFile(options.cohort, [f"不与 {said} 同用：申报时间、已获奖补和核定数值写在每件申报里"])
    cohort, quotas = settled(options.cohort, source), source.rules.quotas
    if options.json:
        _print_json(cohort_json(cohort, quotas))
    else:
        print("\n".join(cohort_lines(cohort, quotas)))
    return 0


def _unasked(rules: ItemRules, awards: AwardHistory | None) -> tuple[str, ...]:
    """What a trial without a file of earlier awards says nothing about: nobody had it, or nobody asked."""
    if awards is not None or all(isinstance(each, Additive) for each in rules.stacking):
        return ()
    return ("没有给出已获奖补（--awards），未核对是否已经享受、是否重复享受；从未获得的，给一个空的文件 {}",)


def _lines(found: Assessment, more: Sequence[str] = ()) -> Iterator[str]:
    headline = headline_of(found)
    yield f"结论：{headline.text_zh}"
    yield from (f"  说明：{each}" for each in more)
    below = ("缺少", "待核定：", *(each.text_zh for each in found.verdict.reasons))
    yield from (f"  说明：{why}" for why in headline.why if not why.startswith(below))
    for reason in found.verdict.reasons:
        yield _reason_line(reason, found.verdict.state)
    marks = {_mark(reason, found.verdict.state) for reason in found.verdict.reasons}
    if marks - {MARKS[State.MET]}:
        yield f"  （{'，'.join(f'{mark} {said}' for mark, said in LEGEND.items() if mark in marks)}）"
    for missing in dict.fromkeys((*found.verdict.missing, *found.amount.missing)):
        if missing.why == "contradicts":
            continue  # it is there, and the reason says against what it stands
        period = period_text(missing.period) if missing.kind == "fact" else ""
        yield f"  缺少{MISSING[missing.kind]}：{period}{missing.label}"
    yield from _amount_lines(found.amount, due=headline.due is not None)
    given = headline.state in (HeadlineState.DUE, HeadlineState.IN_KIND)
    yield from (f"  {'另给予' if given else '符合条件时另给予'}：{each.text_zh}" for each in found.amount.benefits)
    for line in found.shares:
        yield f"  {LEVELS[line.payer]}支付 {line.money.yuan_text()} 元{_borne(line)}"
    for payee in found.payees:
        fund = f"（{payee.fund}）" if payee.fund else ""
        yield f"  {payee.label}得 {payee.money.yuan_text()} 元{fund}"


def _mark(reason: ConditionResult, verdict: State) -> str:
    return SPARE if reason.is_spare(verdict) else MARKS[reason.state]


def _reason_line(reason: ConditionResult, verdict: State) -> str:
    """What was not needed, since another way was taken, is no cross."""
    mark = _mark(reason, verdict)
    actual = f"；实际：{reason.actual}" if reason.actual is not None else ""
    note = "（走的是另一条路，不影响是否符合）" if mark == SPARE else ""
    return f"  {mark} {reason.text_zh}{actual}{note}"


def _hints(found: Assessment, facts: FactSheet) -> Iterator[str]:
    """A fact that is missing for one period and there for another is most often written for the wrong one."""
    for missing in dict.fromkeys((*found.verdict.missing, *found.amount.missing)):
        others = sorted({fact.period or "不分期间" for fact in facts.facts if fact.name == missing.name})
        if others and missing.why == "absent" and missing.kind == "fact":
            wanted = missing.period or "不分期间"
            yield f"（“{missing.label}”：规则要的是{wanted}的，数据给的是{'、'.join(others)}的）"


def _amount_lines(amount: Amount, *, due: bool) -> Iterator[str]:
    """What is due, and how it is worked out; what is not due is an estimate and is called one."""
    if amount.money is not None:
        note = "（未计入历次奖补的封顶或扣减）" if amount.before_caps else ""
        said = "金额" if due else "估算（不是应付金额）" if amount.money else "测算"
        yield f"{said}：{amount.money.yuan_text()} 元{note}" if amount.money else f"{said}："
    elif amount.lowest is not None and amount.highest is not None:
        yield f"金额：尚不能判定，在 {amount.lowest.yuan_text()} 元至 {amount.highest.yuan_text()} 元之间"
    else:
        yield "金额：尚不能判定"
    if amount.whole is not None:
        yield f"  各期合计 {amount.whole.yuan_text()} 元（含已付的和以后各期的）"
    for line in amount.working:
        yield f"  · {line.text_zh}{_added(line.value)}"


def _added(value: Money) -> str:
    """What a line of the working adds to the amount, or takes off it."""
    if not value:
        return ""
    return f"，计入 {value.yuan_text()} 元" if value > Money(0) else f"，减少 {(-value).yuan_text()} 元"


def _borne(line: ShareLine) -> str:
    parts = [f"{LEVELS[part.level]}承担 {part.money.yuan_text()}" for part in line.borne_by]
    return f"（{'，'.join(parts)}）" if len(parts) > 1 else ""


def _print_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2))
