"""A decided case is looked at again (重新审查): what was proposed, proposing it, and a second person's answer."""

from __future__ import annotations

from contracts.case_sheet import GetCaseSheet
from contracts.message import Id, Model, Why
from contracts.reopening import ConfirmReopening, DeclineReopening, ListReopenings, ProposeReopening
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.department.decisions import bulk
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.staff.names import names_of

pages = Pages("cases")
HERE = "/department/cases/{case_id}/reopenings"
