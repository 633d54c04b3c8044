"""Files for `./zhida rules`, written where a test may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(name: str, content: Any) -> str:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
        return str(file)

    return written
