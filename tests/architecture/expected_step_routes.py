"""The routes of a case's steps: inspections, figures that persons set, panels."""

from __future__ import annotations

STEP_ROUTES: dict[tuple[str, str], str] = {
    ("GET", "/api/v1/cases/{case_id}/inspections"): "bureau department supervisor",
    ("POST", "/api/v1/cases/{case_id}/inspections/{inspection_id}/confirm"): "department",
    ("GET", "/api/v1/inspection-officers"): "department",
    ("GET", "/api/v1/cases/{case_id}/figures"): "bureau department supervisor",
    ("POST", "/api/v1/cases/{case_id}/figures"): "department",
    ("GET", "/api/v1/experts"): "department",
    ("POST", "/api/v1/experts"): "department",
    ("PUT", "/api/v1/experts/{expert_id}"): "department",
    ("POST", "/api/v1/experts/{expert_id}/retire"): "department",
    ("GET", "/api/v1/cases/{case_id}/panels"): "bureau department supervisor",
    ("POST", "/api/v1/cases/{case_id}/panels"): "department",
    ("POST", "/api/v1/panels/{panel_id}/experts/{expert_id}/recuse"): "department expert",
    ("POST", "/api/v1/panels/{panel_id}/experts/{expert_id}/scores"): "department expert",
    ("POST", "/api/v1/panels/{panel_id}/conclude"): "department",
    ("GET", "/api/v1/my/panels"): "expert",
    ("GET", "/api/v1/my/panels/{panel_id}"): "expert",
}

STEP_PAGES: dict[tuple[str, str], str] = {
    ("GET", "/department/cases/{case_id}/inspection"): "bureau department",
    ("POST", "/department/cases/{case_id}/inspections"): "department",
    ("POST", "/department/cases/{case_id}/inspections/{inspection_id}/confirm"): "department",
    ("GET", "/department/cases/{case_id}/photographs/{sha256}"): "bureau department",
    ("GET", "/department/cases/{case_id}/figures"): "bureau department",
    ("POST", "/department/cases/{case_id}/figures"): "department",
    ("GET", "/department/cases/{case_id}/panel"): "bureau department",
    ("POST", "/department/cases/{case_id}/panels"): "department",
    ("POST", "/department/cases/{case_id}/panels/{panel_id}/experts/{expert_id}/recuse"): "department",
    ("POST", "/department/cases/{case_id}/panels/{panel_id}/experts/{expert_id}/scores"): "department",
    ("POST", "/department/cases/{case_id}/panels/{panel_id}/conclude"): "department",
    ("GET", "/department/experts"): "department",
    ("POST", "/department/experts"): "department",
    ("POST", "/department/experts/{expert_id}/retire"): "department",
    ("GET", "/expert/panels"): "expert",
    ("GET", "/expert/panels/{panel_id}"): "expert",
    ("POST", "/expert/panels/{panel_id}/scores"): "expert",
    ("POST", "/expert/panels/{panel_id}/recuse"): "expert",
}
