from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from gridgeo_server.auth import looks
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.rebuilding import differences
from gridgeo_server.store import Store, migrations
from gridgeo_server.store.tables import metadata


def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    with store.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    store.close()
    assert differences == []


def test_a_store_of_the_first_version_is_brought_up_to_date_with_its_cases(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            """INSERT INTO cases ("case", category, description, lon, lat, grid, grid_name, area, owner_name, stage,
            reported_at, due_at, limit_s, snapped_m, simulated, version) VALUES ('20261118-0001', 'noise', '', 7.4, 43.7,
            '01', '01', 'west', 'A', 'accepted', '2026-11-18T09:00:00.000Z', '2026-11-18T10:00:00.000Z', 3600, 0, 0, 2)"""
        )
        told = {"category": "noise", "limit_s": 3600, "description": "", "lon": 7.4, "lat": 43.7, "address": None}
        told |= {"grid": "01", "grid_name": "01", "area": "west", "owner": None, "owner_name": "A", "snapped_m": 0}
        for at, action, stage, data in (
            ("09:00:00", "report", "reported", told),
            ("09:00:01", "accept", "accepted", {}),
        ):
            connection.exec_driver_sql(
                """INSERT INTO events ("case", at, action, stage, data, simulated)
                VALUES ('20261118-0001', ?, ?, ?, ?, 0)""",
                (f"2026-11-18T{at}.000Z", action, stage, json.dumps(data)),
            )
        connection.commit()
    engine.dispose()
    store = Store(path)
    with store.reading() as connection:
        case = case_store.get(connection, "20261118-0001")
        assert list(differences(connection)) == []
    store.close()
    assert (case.filed_at, case.soon_at) == (
        datetime(2026, 11, 18, 9, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 18, 9, 48, tzinfo=UTC),
    )
    assert (case.owner_name, case.owner_name_zh) == ("A", None)


def test_looks_at_rosters_and_photos_of_before_are_in_the_one_log_that_follows(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(f"sqlite:///{path}")
    who = "'2026-11-18T09:00:00.000Z', 'k1', 'Li', 'reviewer'"
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.exec_driver_sql(
            "INSERT INTO roster_looks (at, actor, actor_name, actor_role, what, asked, terms) "
            f"""VALUES ({who}, 'roster', '{{"on": null}}', 12)"""
        )
        connection.exec_driver_sql(
            f"INSERT INTO photo_looks (at, actor, actor_name, actor_role, photo) VALUES ({who}, 'ph_1')"
        )
        connection.commit()
    engine.dispose()
    store = Store(path)
    with store.reading() as connection:
        found = looks.looks(connection, 10)
        for statement in ("DELETE FROM looks", "UPDATE looks SET actor = 'x'"):
            with pytest.raises(sa.exc.IntegrityError, match="appended"):
                connection.exec_driver_sql(statement)
    store.close()
    assert [(one["what"], one["of"], one["asked"], one["shown"], one["actor"]) for one in found] == [
        ("photo origin", "ph_1", {}, 1, "k1"),
        ("roster", None, {"on": None}, 12, "k1"),
    ]
