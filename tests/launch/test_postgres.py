"""The embedded PostgreSQL: made, reached, stopped, taken up again."""

import os
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from casework.launch import children, database, postgres
from casework.launch.console import Trouble


@pytest.fixture
def data_dir(open_folder):
    return open_folder / "data"


@contextmanager
def running(cluster, *, settings=postgres.CARELESS):
    program = postgres.program(cluster, settings=settings).logging_to(cluster.data_dir.parent / "log")
    process = children.spawn(program)
    try:
        postgres.wait_until_ready(cluster, process=process, log=program.log)
        yield process
    finally:
        children.end(program, process)


def ask(data_dir, *questions):
    with psycopg.connect(database.socket_url(database.socket_dir(data_dir))) as connection:
        answers = [connection.execute(question) for question in questions]
        return answers[-1].fetchone()[0]


def test_a_temporary_server_is_gone_afterwards():
    with postgres.temporary() as cluster:
        folder = cluster.data_dir
        assert (
            ask(cluster.data_dir, "SELECT current_setting('server_version_num')::int / 10000")
            == postgres.VERSION
        )

    assert not folder.parent.exists()
    with pytest.raises(psycopg.OperationalError):
        ask(folder, "SELECT 1")


def test_it_listens_to_no_network():
    with postgres.temporary() as cluster:
        assert ask(cluster.data_dir, "SHOW listen_addresses") == ""


def test_data_outlive_a_stop_and_a_kill(data_dir):
    with running(postgres.prepare(data_dir)):
        ask(data_dir, "CREATE TABLE kept (answer int)", "INSERT INTO kept VALUES (41) RETURNING answer")
    with running(postgres.prepare(data_dir), settings=postgres.CAREFUL) as process:
        ask(data_dir, "UPDATE kept SET answer = 42 RETURNING answer")
        process.kill()
        process.wait()

    with running(postgres.prepare(data_dir)):
        assert ask(data_dir, "SELECT answer FROM kept") == 42


def test_a_note_about_a_server_that_is_gone_is_no_obstacle(data_dir):
    postgres.prepare(data_dir)
    # The number of another program, as after the machine was started again.
    (data_dir / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}\n")

    with running(postgres.prepare(data_dir)):
        assert ask(data_dir, "SELECT 1") == 1


def test_a_server_left_over_is_ended_first(data_dir):
    with running(postgres.prepare(data_dir)) as left_over, running(postgres.prepare(data_dir)):
        assert left_over.wait() == 0
        assert ask(data_dir, "SELECT 1") == 1


def test_data_of_another_version_are_refused_in_words(data_dir):
    postgres.prepare(data_dir)
    (data_dir / "PG_VERSION").write_text("15\n")

    with pytest.raises(Trouble, match="is of PostgreSQL 15, this is 18"):
        postgres.prepare(data_dir)


def test_a_server_that_cannot_start_says_why(data_dir):
    nonsense = running(postgres.prepare(data_dir), settings=("shared_buffers=nonsense",))

    with pytest.raises(Trouble, match="shared_buffers"), nonsense:
        pass


@pytest.mark.parametrize(
    ("case", "url", "expected"),
    [
        (
            "a network address",
            "postgres://clerk:p%40ss@db.example:5433/one?sslmode=require",
            ("db.example", 5433, "one", "p@ss"),
        ),
        ("a socket", "postgresql://postgres:@/postgres?host=/run/a%20b", ("/run/a b", "", "postgres", "")),
        ("none", "", ("/srv/one/var/pg", "", "postgres", "")),
    ],
)
def test_settings_follow_the_address(case, url, expected):
    found = database.settings(url, data_dir=Path("/srv/one/var/pg"), test_suffix="")

    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == expected


def test_a_path_too_long_for_a_socket_gets_a_short_one():
    long = Path("/srv") / ("a" * 120)

    assert database.socket_dir(long) == database.socket_dir(long)
    assert len(str(database.socket_dir(long))) <= database.LONGEST_SOCKET_FOLDER
    assert database.socket_dir(long) != database.socket_dir(long / "b")


def test_a_folder_with_a_long_path_works(open_folder):
    data_dir = open_folder / ("long" * 30) / "data"

    with running(postgres.prepare(data_dir)):
        assert ask(data_dir, "SELECT 1") == 1
    database.socket_dir(data_dir).rmdir()
