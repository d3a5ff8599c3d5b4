from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gridgeo_server.store import Store
from gridgeo_server.store.tables import metadata


def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    with store.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    store.close()
    assert differences == []
