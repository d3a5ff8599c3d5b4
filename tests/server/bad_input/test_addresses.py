"""Addresses of what isn't there."""

from __future__ import annotations

import pytest

from server.bad_input.asking import Server


@pytest.mark.parametrize(
    "name",
    ["0", "-1", "C-2026-1%2F..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "x" * 5_000, "%F0%9F%98%80", "%FF%FE", "'--", "null",
     "1' OR '1'='1", "{case}", "%E2%80%AE"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/v1/cases/{}", "/api/v1/cases/{}/candidates", "/api/v1/cases/{}/photos", "/open311/v2/requests/{}.json", "/ogc/collections/cases/items/{}", "/api/v1/photos/{}"])  # fmt: skip
def test_a_case_that_is_none_is_not_found(server: Server, path: str, name: str) -> None:
    before = server.rows()
    answer = server.client.get(path.format(name))
    assert answer.status_code in {404, 422}, answer.text
    assert server.rows() == before


@pytest.mark.parametrize(
    "path",
    ["/api/v1/cases/%00", "/api/v1/cases/C%00/actions", "/ogc/collections/%00", "/api/v1/board?x=%00", "/%00", "/open311/v2/requests/%00.xml"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_an_address_with_a_nul_is_refused(server: Server, method: str, path: str) -> None:
    answer = server.client.request(method, path)
    assert answer.status_code in {400, 422}, answer.text
    assert "U+0000" in answer.text
