"""The personal-data notice (个人信息处理告知书), which everybody reads before the first sign-in. Pure.

Personal Information Protection Law, articles 17 and 35: who, what for, how long, and one's rights. Another text is
another VERSION: everybody is asked anew (tests/unit/gateway/test_notice.py holds it so). What is in braces comes from
the unit's settings.
"""

from __future__ import annotations

NOTICE = "personal_data"
VERSION = "2026-12"

TITLES = {"zh": "个人信息处理告知书", "en": "How your personal data are handled"}

CHINESE = """\
处理者：{operator}。为办理惠企政策的申报、审核、兑付与监督，处理您的个人信息。
处理哪些信息：姓名、手机号码；经您提供或统一身份认证平台传来的公民身份号码，仅以摘要和密文保存，用于确认是同一个人；登录名、登录时间、\
网络地址和您所办理的事项记录。口令与动态口令密钥只以摘要或密文保存，任何人都看不到。
用于哪些事：确认是您本人；确认您有权办理；向您告知办理结果；留存安全日志，供审计管理员查阅。不用于其他目的，不向他人提供，\
法律、行政法规另有规定的除外。
保存多久：账号存续期间及注销后按档案规定；安全日志不少于六个月（《网络安全法》第二十三条）。
您的权利：您可以查阅、复制、更正您的信息，可以请求注销账号；请联系 {contact}。对处理有异议的，可以向网信部门投诉。
不同意的，无法登录办理；可以到惠企政策兑现窗口以纸质方式办理。"""

ENGLISH = """\
Controller: {operator}. Your personal data are handled so that promises to enterprises can be applied for, decided, paid \
and supervised.
Which data: your name and mobile number; your resident id, if you or an identity provider give it, kept only as a digest \
and encrypted, to know that you are one person; your login, the times and network addresses from which you sign in, and \
what you do here. Password and second factor are kept as a digest or encrypted; nobody can read them.
What for: to know that it is you and what you may do, to tell you what came of it, and to keep a security log that the \
auditor reads. For nothing else, and given to nobody else unless the law says so.
How long: as long as the account exists, and then as the rules for archives say; the security log at least six months \
(Cybersecurity Law, article 23).
Your rights: to read, copy and correct your data and to have the account closed; write to {contact}. You may complain to \
the cyberspace administration.
Without your consent you cannot sign in; the window for enterprises takes the same matters on paper."""

PARAGRAPHS: dict[str, tuple[str, ...]] = {"zh": tuple(CHINESE.split("\n")), "en": tuple(ENGLISH.split("\n"))}
