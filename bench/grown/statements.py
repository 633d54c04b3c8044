"""What lies in each database of a house that has grown, in the order in which it is put there."""

from __future__ import annotations

from collections.abc import Mapping

from bench.grown.size import CASES, CLAIM, TENANTS

AGGREGATE = "tenant, id, version, sequence"

TENANT = f"""INSERT INTO tenant (id, parent_id, level, division_code, name, settings, settings_version)
    SELECT tenant, CASE WHEN i > 1 THEN 't1' END, CASE WHEN i > 1 THEN 'county' ELSE 'city' END, '36' || i, '地区' || i,
        %(settings)s::jsonb || jsonb_build_object('receipt_prefix', 'T' || i), 1 FROM {TENANTS}"""
DEPARTMENTS = f"""INSERT INTO known_department (tenant, id, names, functions, telephone, sequence)
    SELECT tenant, id, jsonb_build_array(jsonb_build_object('name', name, 'since', '2020-01-01')), functions, '0797', 1
    FROM {TENANTS}, (VALUES ('d1', '工信局', '{{policy}}'::text[]), ('d2', '科技局', '{{policy}}'),
        ('d3', '商务局', '{{approval_bureau}}')) AS d(id, name, functions)"""
MERGED = f"""INSERT INTO merged_enterprise (tenant, absorbed_id, surviving_id)
    SELECT DISTINCT tenant, enterprise_id || 'x', enterprise_id FROM {CASES} WHERE n %% 1200 = 0"""
OUTBOX = f"""INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,
        routing_key, body, created_at, published_at)
    SELECT tenant, tenant, id || '-1', n %% 16, 'case', id, 1, 'CaseAccepted', 'case', '{{}}', at, at FROM {CASES}"""
AUDIT = f"""INSERT INTO audit_fact (tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt, digest, block)
    SELECT tenant, 'case', id, 1, 'open', 'system', at, '{{}}', '', '', 1 + n / 5000 FROM {CASES}"""
RECORDS = f"""INSERT INTO idempotency_record (tenant, key, name, body_hash, actor, result, finished_at)
    SELECT tenant, id, 'submit_application', '', 'a', '{{}}', at FROM {CASES}"""
INBOX = f"INSERT INTO inbox (tenant, event_id, type, handled_at) SELECT tenant, id, 'CaseAccepted', at FROM {CASES}"
POSITION = f"""INSERT INTO position (tenant, aggregate_type, aggregate_id, sequence)
    SELECT tenant, 'case', id, 1 FROM {CASES}"""
JOBS = f"""INSERT INTO job (tenant, kind, subject, due_at)
    SELECT tenant, 'later', id, %(now)s + interval '1 day' FROM {CASES} WHERE n %% 20 = 0"""
RUNS = f"""INSERT INTO operation_run (tenant, id, version, sequence, kind, title, parameters, state, accepted, unchanged, refused,
        stalls, begun_by, begun_at, ended_at)
    SELECT tenant, 'o' || id, 1, 1, 'import', '导入', '{{}}', 'finished', 100, 0, 0, 0, '{{"id": "officer"}}', at, at
    FROM {CASES} WHERE n %% 600 = 0"""
LINES = """INSERT INTO operation_line (tenant, operation_id, line, ordinal, outcome, code, message)
    SELECT tenant, id, line, 0, CASE WHEN line = 50 THEN 'refused' ELSE 'accepted' END, 'ok', '' FROM operation_run,
        generate_series(1, 100) AS line"""
FRAME = (TENANT, RUNS, LINES, OUTBOX, AUDIT, RECORDS, INBOX, POSITION, JOBS)

CATALOG = (
    f"""INSERT INTO enterprise ({AGGREGATE}, uscc, name, name_looks, industry, contact_sealed, contact_masked)
    SELECT tenant, enterprise_id, 1, 1, uscc, enterprise_name, enterprise_name, '制造业',
        CASE tenant WHEN 't1' THEN %(contact)s ELSE 'sealed' END, '138****0000' FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO enterprise_telling (tenant, enterprise_id, version, first, source, as_of, facts, recorded_by, recorded_at)
    SELECT tenant, enterprise_id, 1, 0, '统计局', '2026-01-10',
        '[["above_scale", "flag", true, null, "2025"], ["revenue", "number", "3000", "万元", "2025"]]', 'c', at
    FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO payee_account ({AGGREGATE}, enterprise_id, account_name, account_sealed, account_masked, bank_name,
        account_version, state, registered_by, registered_at, confirmed_by, confirmed_at)
    SELECT tenant, 'a' || enterprise_id, 1, 1, enterprise_id, enterprise_name, 'sealed', '…1234', '示例银行', 1, 'confirmed',
        'c1', at, 'c2', at FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO payee_holder ({AGGREGATE}, kind, name, known_by, code_masked, registered_by, registered_at)
    SELECT tenant, 'h' || id, 1, 1, 'organisation', '示例银行', 'code-' || id, uscc, 'c1', at FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO payee_holder_naming (tenant, holder_id, enterprise_id, named_by, named_at)
    SELECT tenant, 'h' || id, enterprise_id, 'c1', at FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO holder_account ({AGGREGATE}, holder_id, account_name, account_sealed, account_masked, bank_name,
        account_version, state, registered_by, registered_at, confirmed_by, confirmed_at)
    SELECT tenant, 'ha' || id, 1, 1, 'h' || id, '示例银行', 'sealed', '…1234', '示例银行', 1, 'confirmed',
        'c1', at, 'c2', at FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO material ({AGGREGATE}, enterprise_id, kind, name, issuer, sha256, valid_from, valid_until, kept_by, kept_at)
    SELECT tenant, 'm' || id, 1, 1, enterprise_id, 'business_licence', '营业执照', '市场监管局', repeat('0', 64), '2020-01-01',
        CASE WHEN n %% 600 < 10 THEN date '2026-12-01' ELSE date '2030-01-01' END, 'c1', at FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO consent ({AGGREGATE}, enterprise_id, grantee, grantee_name, labels, purposes, valid_from, valid_until,
        given_by, given_at)
    SELECT tenant, 'k' || id, 1, 1, enterprise_id, 'bank', '示例银行', '[]', '["credit_assessment"]', '2026-01-01', '2027-01-01', 'p', at
    FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO disclosure ({AGGREGATE}, enterprise_id, subject, reason, seen_by, seen_by_name, seen_at)
    SELECT tenant, 'l' || id, 1, 1, enterprise_id, 'contact', '核实', 'officer', '科员', %(now)s
    FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO enterprise_contact_change (tenant, enterprise_id, version, contact_masked, reason, changed_by,
        changed_by_name, changed_at)
    SELECT tenant, enterprise_id, 1, '138****0000', '登记', 'c', '专窗', at FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO enterprise_merge ({AGGREGATE}, absorbed_id, surviving_id, reason, state, proposed_by, proposed_at,
        decided_by, decided_at, answer)
    SELECT tenant, 'g' || id, 1, 1, enterprise_id, 'e' || lpad((n / 60 * 10)::text, 10, '0'), '同一企业', 'declined', 'p', at,
        'q', at, '不是' FROM {CASES} WHERE n %% 60 = 3""",
    f"""INSERT INTO code_admission ({AGGREGATE}, uscc, name, wrong, document, document_number, issuer, issued_on, reason, state,
        asked_by, asked_at, decided_by, decided_at, answer)
    SELECT tenant, 'q' || id, 1, 1, '91' || lpad(n::text, 16, '0'), '示例企业', '校验码不符', '营业执照', 'N' || n, '市场监管局',
        '2026-01-01', '证照如此', 'declined', 'p', at, 'q', at, '抄错' FROM {CASES} WHERE n %% 60 = 3""",
    f"""INSERT INTO enterprise_name_change ({AGGREGATE}, enterprise_id, uscc, former_name, name, effective_on, notice,
        notice_on, state, proposed_by, proposed_at, decided_by, decided_at)
    SELECT tenant, 'n' || id, 1, 1, enterprise_id, uscc, '原' || enterprise_name, enterprise_name, '2026-01-05', '变更 1 号',
        '2026-01-05', 'confirmed', 'p', at, 'q', at FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO match_chunk ({AGGREGATE}, number, item_id, item_version, item_title, year, enterprise_ids, matched_at)
    SELECT tenant, 'x' || id, 1, 1, n, 'i1', 1, '首次升规奖励', 2026, ARRAY[enterprise_id], at FROM {CASES} WHERE n %% 60 < 10""",
    """INSERT INTO policy_item (tenant, id, version, sequence, code, item_version, content, published_at, department_id)
    SELECT 't1', 'i' || i, 1, 1, 'C' || i, 1, %(item)s::jsonb || jsonb_build_object('code', 'C' || i), %(now)s, 'd1'
    FROM generate_series(1, 20) AS i""",
    """INSERT INTO policy_item_version (item_id, item_version, tenant, content, published_at)
    SELECT id, item_version, tenant, content, published_at FROM policy_item""",
    f"""INSERT INTO policy_draft ({AGGREGATE}, code, title, department, content, stage, rounds, created_by, created_at, edited_at,
        department_id)
    SELECT tenant, 'f' || id, 1, 1, 'D' || n, '草稿', department, %(item)s::jsonb, CASE WHEN n > %(cases)s THEN 'draft'
        ELSE 'discarded' END, '[]', 'p', at, at, department_id FROM {CASES} WHERE n %% 60 = 0 OR n > %(cases)s""",
    """INSERT INTO policy_change (tenant, subject_type, subject_id, version, action, reason, actor_id, actor_name, at,
        differences)
    SELECT tenant, 'draft', id, version, 'edited', '修改', 'p', '科员', edited_at, '[]' FROM policy_draft""",
    """INSERT INTO policy_change (tenant, subject_type, subject_id, version, item_id, item_version, action, reason, actor_id,
        actor_name, at, differences)
    SELECT tenant, 'item', id, 1, id, 1, 'published', '发布', 'p', '科员', published_at, '[]' FROM policy_item""",
    DEPARTMENTS,
)
INTAKE = (
    f"""INSERT INTO enterprise (tenant, id, uscc, name)
    SELECT tenant, enterprise_id, uscc, enterprise_name FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO enterprise_fact (tenant, enterprise_id, name, period, as_of, fact)
    SELECT tenant, enterprise_id, 'above_scale', '2025', '2026-01-10',
        '{{"name": "above_scale", "kind": "flag", "value": true, "period": "2025", "source": "统计局", "as_of": "2026-01-10"}}'
    FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO payee (tenant, enterprise_id, account_version, payee)
    SELECT tenant, enterprise_id, 1, %(payee)s::jsonb FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO application ({AGGREGATE}, enterprise_id, item_id, period, receipt, claim, facts, payee, estimated_fen,
        commitments, query_code_sealed, submitted_by, submitted_at)
    SELECT tenant, id, 1, 1, enterprise_id, item_id, id, receipt, {CLAIM}, '[]', %(payee)s::jsonb, 20000000, '[]',
        CASE tenant WHEN 't1' THEN %(code)s ELSE 'sealed' END, 'p', at FROM {CASES}""",
    f"""INSERT INTO nomination ({AGGREGATE}, item_id, item_version, lines, total_fen, nominated_by, nominated_at)
    SELECT tenant, 'n' || id, 1, 1, 'i1', 1, 10, 100, 'p', at FROM {CASES} WHERE n %% 60 = 0""",
    """INSERT INTO item_version (item_id, version, tenant, content)
    SELECT 'i' || i, 1, 't1', %(item)s::jsonb FROM generate_series(1, 20) AS i""",
    MERGED,
)
REVIEW = (
    """INSERT INTO item_version (item_id, item_version, tenant, rules)
    SELECT 'i' || i, 1, 't1', %(rules)s::jsonb FROM generate_series(1, 20) AS i""",
    f"""INSERT INTO review_case ({AGGREGATE}, claim, department, department_id, facts, payee, asked_fen, assessment, remarks,
        obstacles, inspection_required, award_period, review_limit, accepted_at, due_at, state, decided_by, decided_at, note)
    SELECT tenant, id, 1, 1, {CLAIM}, department, CASE WHEN n >= %(cases)s / 5 THEN department_id END, '[]',
        %(payee)s::jsonb, 20000000, %(assessment)s::jsonb, '[]', '[]', false, '2026',
        '{{"limit": 5, "unit": "working_days"}}', at, at + interval '7 days', state,
        CASE WHEN state <> 'accepted' THEN 'officer' END, CASE WHEN state <> 'accepted' THEN at + interval '2 days' END, ''
    FROM {CASES}""",
    f"""INSERT INTO renamed_enterprise (uscc, change_id, tenant, name, effective_on)
    SELECT DISTINCT ON (uscc) uscc, 'n' || id, tenant, '新' || enterprise_name, date '2026-01-05' FROM {CASES}
    WHERE n %% 600 < 10 ORDER BY uscc, n""",
    f"""INSERT INTO award (item_id, uscc, period, tenant, case_id, amount_fen, reserved_at)
    SELECT item_id, uscc, id, tenant, id, 20000000, at FROM {CASES} WHERE state = 'approved'""",
    f"""INSERT INTO review_deadline_move (tenant, case_id, version, was, due_at, reason, moved_at)
    SELECT tenant, id, 1, at, at, '日历更正', at FROM {CASES} WHERE n %% 10 = 0""",
    # A house of the version before has none, and what a house is filled with starts no trigger.
    f"""DO $$ BEGIN IF to_regclass('award_part') IS NOT NULL THEN
    INSERT INTO award_part (tenant, id, what, claim, case_id, filed_in, enterprise_id, uscc, item_id, family, title, level,
        year, period, instalment, revision, number, fen, keys, groups, records, granted_on, source, recorded_at)
    SELECT tenant, id || '-1-1-1', 'granted', id, id, tenant, enterprise_id, uscc, item_id, item_id, '奖励', 'county', 2026, id,
        1, 1, 1, 20000000, '[]', '[]', '[]', at::date, 'review', at FROM {CASES} WHERE state = 'approved'
    ON CONFLICT DO NOTHING;
    END IF; END $$""",
    # A house of the version before has none.
    f"""DO $$ BEGIN IF to_regclass('case_task') IS NOT NULL THEN
    INSERT INTO case_task ({AGGREGATE}, case_id, case_tenant, claim, kind, step, slot, department, department_id, duty, opened_at,
        due_at, paused, holder_why, state, answered_by, answered_at, brief)
    SELECT tenant, 't' || id, 1, 0, id, tenant, claim, 'approval', 2, '复核岗' || hashtext(id) %% 100, department, department_id, 'leader', accepted_at,
        due_at, false, '', CASE WHEN state = 'accepted' THEN 'open' ELSE 'answered' END, decided_by, decided_at, '{{}}'
    FROM review_case;
    END IF; END $$""",
    f"""DO $$ BEGIN IF to_regclass('public_notice') IS NOT NULL THEN
    INSERT INTO public_notice ({AGGREGATE}, case_id, step, task_id, receipt, enterprise_name, item_id, item_title, department,
        department_id, contacts, name, amount_fen, published_fen, receivers, period, first_day_counts, published_at, first_day,
        last_day, ends_at, told, state, objections, open_objections, anew, ended_at, ended_why)
    SELECT tenant, 'n' || id, 1, 0, id, 2, 't' || id, claim ->> 'receipt', claim ->> 'enterprise_name', claim ->> 'item_id',
        claim ->> 'item_title', department, department_id, '[]', claim ->> 'enterprise_name', 20000000, 20000000, '[]',
        '{{"limit": 5, "unit": "working_days"}}', false, accepted_at, accepted_at::date, accepted_at::date + 7,
        CASE WHEN state = 'accepted' THEN %(now)s::timestamptz + interval '7 days' ELSE accepted_at + interval '7 days' END,
        true, CASE WHEN state = 'accepted' THEN 'running' ELSE 'passed' END, 1, CASE WHEN state = 'accepted' THEN 1 ELSE 0 END,
        '', CASE WHEN state = 'accepted' THEN NULL ELSE accepted_at + interval '7 days' END, ''
    FROM review_case;
    INSERT INTO notice_objection ({AGGREGATE}, notice_id, case_id, receipt, enterprise_name, item_title, department,
        department_id, number, code_digest, name_sealed, name_masked, contact_sealed, contact_masked, text, raised_at, state,
        answer, answered_at)
    SELECT tenant, 'o' || id, 1, 0, 'n' || id, id, claim ->> 'receipt', claim ->> 'enterprise_name', claim ->> 'item_title',
        department, department_id, 'YY-' || lpad((row_number() OVER (ORDER BY id))::text, 8, '0'), 'x', 'x', '张*', 'x', '138****0000', '请核查', accepted_at,
        CASE WHEN state = 'accepted' THEN 'open' ELSE 'not_upheld' END, '',
        CASE WHEN state = 'accepted' THEN NULL ELSE accepted_at END
    FROM review_case;
    END IF; END $$""",
    # Every tenth of those that have to be served still waits for it.
    f"""DO $$ BEGIN IF to_regclass('case_notice') IS NOT NULL THEN
    INSERT INTO case_notice (tenant, id, case_id, application_id, kind, number, department, department_id, revision, instalment,
        claim, content, content_sha256, issued_at)
    SELECT tenant, 'w' || id, id, claim ->> 'application_id', CASE state WHEN 'rejected' THEN 'refusal' WHEN 'approved' THEN 'approval'
        ELSE 'acceptance' END, department || '惠企〔2026〕' || id || '号', department, department_id, 1, 1, claim,
        jsonb_build_object('title', '决定书', 'number', department || '惠企〔2026〕' || id || '号', 'issuer', department, 'place', tenant,
            'addressee', claim ->> 'enterprise_name', 'on', accepted_at::date, 'opening', '经审查，作出决定。'), repeat('0', 64), accepted_at
    FROM review_case;
    INSERT INTO notice_course ({AGGREGATE}, case_id, claim, kind, number, department, department_id, content_sha256, revision,
        instalment, issued_at, files, services, openings, served_at, means)
    SELECT tenant, id, 1, 1, case_id, claim, kind, number, department, department_id, content_sha256, 1, 1, issued_at, '[]', '[]', '[]',
        CASE WHEN kind <> 'refusal' OR hashtext(id) %% 10 <> 0 THEN issued_at END,
        CASE WHEN kind <> 'refusal' OR hashtext(id) %% 10 <> 0 THEN 'window' END
    FROM case_notice;
    END IF; END $$""",
    f"""DO $$ BEGIN IF to_regclass('award_finding') IS NOT NULL THEN
    INSERT INTO award_finding ({AGGREGATE}, item_id, item_title, department, department_id, period, awards, found_at, state,
        conclusion)
    SELECT 't1', 'f' || n, 1, 1, 'i1', '首次升规奖励', '工信局', 'd1', '2026', '[]', %(now)s::timestamptz - n * interval '1 hour',
        'open', '' FROM generate_series(1, 200) AS n;
    END IF; END $$""",
    f"""DO $$ BEGIN IF to_regclass('integrity_finding') IS NOT NULL THEN
    INSERT INTO integrity_finding ({AGGREGATE}, case_id, claim, enterprise_id, filed_in, uscc, department, department_id, ground,
        origin, about, facts_zh, evidence, state, opened_by, opened_at, notice, decision, gravity, from_day, until_day,
        repairable_from, record_state, requests, requests_open, disputed)
    SELECT tenant, 'if' || id, 1, 1, id, claim, claim ->> 'enterprise_id', claim ->> 'filed_in', claim ->> 'uscc', department,
        department_id, 'false_materials', 'officer', '[]', '发票不实', '[]', 'established', 'p1', accepted_at,
        '{{"basis_zh": "x", "intended_zh": "x", "days": 5, "notified_by": "p1", "notified_at": "2026-01-01T00:00:00Z", "due_at": null}}',
        '{{"established": true, "ground": "false_materials", "gravity": "general", "number": "1", "reasons_zh": "x",
          "decided_by": "p2", "decided_at": "2026-01-10T00:00:00Z"}}',
        'general', '2026-01-10', '2026-07-10', '2026-04-11', 'in_force', '[]', 0, 0
    FROM review_case;
    END IF; END $$""",
    MERGED,
    DEPARTMENTS,
)
PAID = f"""(SELECT *, 'l' || department_id || '-' || extract(year FROM at) AS line_id, CASE
        WHEN n <= %(cases)s - %(unpaid)s * 2 THEN CASE WHEN n %% 200 = 1 THEN 'returned' ELSE 'settled' END
        WHEN n %% 20 = 0 THEN 'sent' WHEN n %% 20 IN (1, 11) THEN 'held' WHEN n %% 2 = 0 THEN 'ready' ELSE 'authorised' END AS paid
    FROM {CASES} WHERE state = 'approved') AS payment"""
STEPS = """INSERT INTO ledger_entry (tenant, id, line_id, kind, disbursement_id, reverses, at)
    SELECT tenant, id || '-' || kind, line_id, kind, id, CASE kind WHEN 'return' THEN id || '-settle' END, received_at
    FROM disbursement JOIN (VALUES ('reserve', '{ready,authorised,sent,settled,returned}'::text[]),
        ('settle', '{settled,returned}'), ('return', '{returned}')) AS step(kind, states) ON state = ANY (states)"""
TREASURY = (
    f"""INSERT INTO budget_line ({AGGREGATE}, year, department, department_id, mode, appropriated_fen, reserved_fen,
        settled_fen, returned_fen, swept_fen)
    SELECT tenant, 'l' || d || '-' || year, 1, 1, year, name, d, 'quota', 1000000000000000, 0, 0, 0, 0
    FROM {TENANTS}, generate_series(2024, 2026) AS year, (VALUES ('d1', '工信局'), ('d2', '科技局')) AS o(d, name)""",
    f"""INSERT INTO disbursement ({AGGREGATE}, case_id, claim, department, department_id, item_id, amount_fen, payee, revision,
        instalment, attempt, approved_by, approved_at, received_at, year, payout_days, clock_started_at, due_at, alarmed, state,
        line_id, authorised_by, authorised_at, instruction_id, sent_at, unheard, bank_reference, settled_at)
    SELECT tenant, 'p' || id, 1, 1, id, {CLAIM}, department, department_id, item_id, 20000000, %(payee)s::jsonb, 1, 1, 1,
        'officer', at, at, extract(year FROM at), 1, at, at + interval '1 day', 0, paid,
        CASE WHEN paid <> 'held' THEN line_id END, CASE WHEN paid NOT IN ('held', 'ready') THEN 'checker' END,
        CASE WHEN paid NOT IN ('held', 'ready') THEN at END,
        CASE WHEN paid IN ('sent', 'settled', 'returned') THEN 'I' || id END,
        CASE WHEN paid IN ('sent', 'settled', 'returned') THEN at END, 0,
        CASE WHEN paid IN ('settled', 'returned') THEN 'B' || id END, CASE WHEN paid IN ('settled', 'returned') THEN at END
    FROM {PAID}""",
    STEPS,
    """INSERT INTO ledger_entry (tenant, id, line_id, kind, document, at)
    SELECT tenant, id || '-a', id, 'appropriate', '财〔2026〕1号', %(now)s FROM budget_line""",
    """INSERT INTO ledger_posting (tenant, entry_id, account, amount_fen)
    SELECT e.tenant, e.id, side.account, side.sign * coalesce(p.amount_fen, 1000000000000000)
    FROM ledger_entry e LEFT JOIN disbursement p ON (p.tenant, p.id) = (e.tenant, e.disbursement_id)
    JOIN (VALUES ('appropriate', 'available', 1), ('appropriate', 'appropriation', -1), ('reserve', 'reserved', 1),
        ('reserve', 'available', -1), ('settle', 'paid', 1), ('settle', 'reserved', -1), ('return', 'available', 1),
        ('return', 'paid', -1)) AS side(kind, account, sign) ON side.kind = e.kind""",
    """UPDATE budget_line l SET reserved_fen = s.reserved, settled_fen = s.settled, returned_fen = s.returned
    FROM (SELECT tenant, line_id, coalesce(sum(amount_fen) FILTER (WHERE state IN ('ready', 'authorised', 'sent')), 0) AS reserved,
        coalesce(sum(amount_fen) FILTER (WHERE state IN ('settled', 'returned')), 0) AS settled,
        coalesce(sum(amount_fen) FILTER (WHERE state = 'returned'), 0) AS returned
        FROM disbursement WHERE line_id IS NOT NULL GROUP BY tenant, line_id) AS s
    WHERE (l.tenant, l.id) = (s.tenant, s.line_id)""",
    f"""INSERT INTO payout_deadline_move (tenant, disbursement_id, version, was, due_at, reason, moved_at)
    SELECT tenant, 'p' || id, 1, at, at, '日历更正', at FROM {CASES} WHERE n %% 10 = 0 AND state = 'approved'""",
    f"""INSERT INTO payee_account (tenant, enterprise_id, account_version, payee)
    SELECT tenant, enterprise_id, 1, %(payee)s::jsonb FROM {CASES} WHERE n %% 60 < 10""",
    DEPARTMENTS,
)
NOTIFY = (
    f"""INSERT INTO contact (tenant, enterprise_id, mobile_sealed)
    SELECT tenant, enterprise_id, 'sealed' FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO message ({AGGREGATE}, enterprise_id, claim, channel, template, text, state, attempts, created_at, delivered_at)
    SELECT tenant, id || channel, 1, 1, enterprise_id, {CLAIM}, channel, 'settled', '资金已到账', 'delivered', 1, at, at
    FROM {CASES}, (VALUES ('inbox'), ('sms')) AS c(channel)""",
    f"""INSERT INTO duty_message (tenant, id, department_id, duty, kind, hour, count, subjects, since, latest)
    SELECT tenant, 'h' || id, department_id, 'first_review', 'case_accepted', at, 1, '[]', at, at
    FROM {CASES} WHERE n %% 20 = 0 OR n > %(cases)s""",
    f"""INSERT INTO known_appointment (tenant, id, person_id, person_name, department_id, duty_id, kind, since, sequence)
    SELECT tenant, d || k, 'person', '科员', d, k, k, '2020-01-01', 1
    FROM {TENANTS}, (VALUES ('d1'), ('d2'), ('d3')) AS o(d), (VALUES ('first_review'), ('leader')) AS duty(k)""",
    MERGED,
    DEPARTMENTS,
)
OVERSIGHT = (
    f"""INSERT INTO tracking (receipt, tenant, filed_in, enterprise_id, enterprise_masked, item_title, mode, query_code_digest,
        submitted_at, steps, department, department_id)
    SELECT receipt, tenant, tenant, enterprise_id, '企业**', '首次升规奖励', 'instant', %(digest)s, at,
        jsonb_build_object('1', jsonb_build_object('code', 'ApplicationSubmitted', 'text', '提交申报', 'by', '企业', 'at', at),
            '2', jsonb_build_object('code', 'CaseAccepted', 'text', '已受理', 'by', '工信局', 'at', at)), department, department_id
    FROM {CASES}""",
    MERGED,
    DEPARTMENTS,
)
GATEWAY = (
    f"""INSERT INTO onboarded_tenant ({AGGREGATE}, parent_id, level, division_code, name, receipt_prefix, settings,
        settings_version, division_codes)
    SELECT tenant, tenant, 1, 1, CASE WHEN i > 1 THEN 't1' END, CASE WHEN i > 1 THEN 'county' ELSE 'city' END, '36' || i,
        '地区' || i, 'T' || i, %(settings)s::jsonb, 1, jsonb_build_array(jsonb_build_object('code', '36' || i)) FROM {TENANTS}""",
    f"""INSERT INTO tenant_version (tenant, version, division_code, name, settings, why, changed_by, changed_by_name, changed_at)
    SELECT tenant, 1, '36' || i, '地区' || i, %(settings)s::jsonb, '开通', 'p', '平台', %(now)s FROM {TENANTS}""",
    f"""INSERT INTO department ({AGGREGATE}, name, names, functions)
    SELECT tenant, id, 1, 1, name, jsonb_build_array(jsonb_build_object('name', name, 'since', '2020-01-01')), functions
    FROM {TENANTS}, (VALUES ('d1', '工信局', '{{policy}}'::text[]), ('d2', '科技局', '{{policy}}'),
        ('d3', '商务局', '{{approval_bureau}}')) AS d(id, name, functions)""",
    f"""INSERT INTO duty ({AGGREGATE}, kind, name, names)
    SELECT tenant, k, 1, 1, k, name, jsonb_build_array(jsonb_build_object('name', name, 'since', '2020-01-01'))
    FROM {TENANTS}, (VALUES ('first_review', '初审'), ('leader', '分管领导')) AS d(k, name)""",
    f"""INSERT INTO plan_term ({AGGREGATE}, use, term, meaning)
    SELECT tenant, 'w' || i, 1, 1, 'approver', '分管领导', '{{"to": "duty", "kind": "leader"}}' FROM {TENANTS}""",
    f"""INSERT INTO person ({AGGREGATE}, name) SELECT DISTINCT 'platform', 'q' || enterprise_id, 1, 1, '经办' || enterprise_id
    FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO appointment ({AGGREGATE}, person_id, department_id, duty_id, kind, since, until)
    SELECT tenant, 'z' || id, 1, 1, 'q' || enterprise_id, department_id, 'first_review', 'first_review', '2024-01-01',
        CASE WHEN n %% 120 >= 60 THEN date '2025-01-01' END FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO mandate ({AGGREGATE}, person_id, enterprise_id, enterprise_name, kind, scope, since)
    SELECT tenant, 'm' || enterprise_id, 1, 1, 'q' || enterprise_id, enterprise_id, enterprise_name, 'agent',
        ARRAY['apply'], '2024-01-01' FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO account ({AGGREGATE}, person_id, login, state)
    SELECT tenant, 'u' || enterprise_id, 1, 1, 'q' || enterprise_id, enterprise_id, 'active' FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO credential ({AGGREGATE}, actor_id, name, roles, token_digest, issued_at, revoked_at)
    SELECT tenant, 'r' || enterprise_id, 1, 1, 'system', '数据交换', ARRAY[CASE WHEN n %% 600 = 0 THEN 'bank' ELSE 'partner' END],
        id, at, CASE WHEN n %% 120 >= 60 THEN at END FROM {CASES} WHERE n %% 60 < 10""",
    f"""INSERT INTO security_event (tenant, id, at, kind, outcome, actor_id, details)
    SELECT tenant, 's' || id, at, CASE WHEN n %% 5000 = 0 THEN 'case_file_opened' ELSE 'sign_in' END, 'done',
        'q' || enterprise_id, '{{}}' FROM {CASES}""",
)

STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "catalog": (*FRAME, *CATALOG),
    "intake": (*FRAME, *INTAKE),
    "review": (*FRAME, *REVIEW),
    "treasury": (*FRAME, *TREASURY),
    "notify": (*FRAME, *NOTIFY),
    "oversight": (*FRAME, *OVERSIGHT),
    "gateway": (*FRAME, *GATEWAY),
}
"""By service. A remainder is written `%%`, since a single one begins a parameter."""
