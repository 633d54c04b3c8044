"""Who may send files in parts, and see the pages of an enterprise's own materials."""

from __future__ import annotations

SENDERS = "bureau department enterprise finance partner window"
MATERIALS = {
    ("GET", "/my/materials"): "enterprise",
    ("POST", "/my/materials"): "enterprise",
    ("POST", "/my/materials/{material_id}/withdraw"): "enterprise",
    ("POST", "/my/materials/{material_id}/file"): "enterprise",
    **{
        (method, f"{start}{path}"): SENDERS
        for start in ("/api/v1/resumable-uploads", "/my/resumable-uploads")
        for method, path in (("OPTIONS", ""), ("POST", ""), ("HEAD", "/{upload_id}"), ("PATCH", "/{upload_id}"))
    },
}
