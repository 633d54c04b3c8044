"""Who may call which route, and see which page, of receivers that are no applicants."""

from __future__ import annotations

RECEIVERS = {
    ("GET", "/window/receivers"): "bureau window",
    ("POST", "/window/receivers"): "bureau department enterprise window",
    ("GET", "/window/receivers/{holder_id}"): "bureau window",
    ("POST", "/window/receivers/{holder_id}/correct"): "bureau window",
    ("POST", "/window/receivers/{holder_id}/accounts"): "department enterprise window",
    ("POST", "/window/receivers/{holder_id}/accounts/{account_id}/confirm"): "bureau window",
    ("POST", "/api/v1/payee-holders"): "bureau department enterprise window",
    ("GET", "/api/v1/payee-holders"): "bureau department enterprise supervisor window",
    ("GET", "/api/v1/payee-holders/{holder_id}"): "bureau department enterprise supervisor window",
    ("POST", "/api/v1/payee-holders/{holder_id}/correct"): "bureau window",
    ("POST", "/api/v1/payee-holders/{holder_id}/accounts"): "department enterprise window",
    ("POST", "/api/v1/holder-accounts/{account_id}/confirm"): "bureau window",
    ("POST", "/api/v1/holder-accounts/{account_id}/withdraw"): "bureau department enterprise window",
    ("GET", "/my/receivers"): "enterprise",
    ("POST", "/my/receivers"): "enterprise",
    ("GET", "/my/receivers/{holder_id}"): "enterprise",
    ("POST", "/my/receivers/{holder_id}/accounts"): "enterprise",
    ("POST", "/my/receivers/{holder_id}/accounts/{account_id}/withdraw"): "enterprise",
}
