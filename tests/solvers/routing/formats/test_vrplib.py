import math

import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats import read_vrp
from published import CLIENTS, WINDOWS

TABLE = CLIENTS.replace("EUC_2D", "EXPLICIT\nEDGE_WEIGHT_FORMAT : {form}").replace(
    CLIENTS[CLIENTS.index("NODE_COORD") : CLIENTS.index("DEMAND")], "EDGE_WEIGHT_SECTION\n{rows}\n"
)


def test_distances_are_whole_numbers():
    assert read_vrp(CLIENTS).distance.tolist() == [[0, 5, 10, 2], [5, 0, 5, 6], [10, 5, 0, 11], [2, 6, 11, 0]]
    assert read_vrp(CLIENTS.replace("EUC_2D", "CEIL_2D")).distance[1, 3] == 7
    assert read_vrp(CLIENTS.replace("EUC_2D", "FLOOR_2D")).distance[2, 3] == 11


def test_distances_between_windows_are_cut_to_tenths():
    timed = read_vrp(WINDOWS)
    assert timed.distance[0].tolist() == [0, 1.4, 2.8]
    assert timed.windows.tolist() == [[0, 20], [10, 12], [0, 5]]
    assert timed.service.tolist() == [0, 2, 2]
    assert timed.vehicles == 2


@pytest.mark.parametrize(
    ("form", "rows"),
    [
        ("FULL_MATRIX", "0 1 2 3\n1 0 4 5\n2 4 0 6\n3 5 6 0"),
        ("LOWER_ROW", "1\n2 4\n3 5 6"),
        ("LOWER_DIAG_ROW", "0 1 0 2\n4 0 3 5 6 0"),
        ("UPPER_ROW", "1 2 3\n4 5\n6"),
        ("UPPER_DIAG_ROW", "0 1 2 3\n0 4 5\n0 6\n0"),
    ],
)
def test_every_form_of_a_matrix_is_read(form, rows):
    table = read_vrp(TABLE.format(form=form, rows=rows)).distance
    assert table.tolist() == [[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]]


def test_a_full_matrix_may_differ_by_direction():
    table = read_vrp(TABLE.format(form="FULL_MATRIX", rows="0 1 2 3\n9 0 4 5\n2 4 0 6\n3 5 6 0")).distance
    assert (table[0, 1], table[1, 0]) == (1, 9)


def test_clients_are_numbered_without_the_depot_wherever_it_stands():
    moved = read_vrp(CLIENTS.replace("DEPOT_SECTION\n1", "DEPOT_SECTION\n3").replace("1 0\n2 2\n3 3", "1 3\n2 2\n3 0"))
    assert moved.demand.tolist() == [0, 3, 2, 5]
    assert moved.distance[0].tolist() == [0, 10, 5, 11]


def test_a_longest_tour_and_service_are_read():
    limited = read_vrp(CLIENTS.replace("CAPACITY", "DISTANCE : 24\nSERVICE_TIME : 4\nCAPACITY"))
    assert limited.longest == 24
    assert limited.service.tolist() == [0, 4, 4, 4]
    assert read_vrp(CLIENTS).longest == math.inf


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TYPE : CVRP", "TYPE : TSP", "line 2: the type is TSP; known are CVRP"),
        ("TYPE : CVRP", "TYPE : VRPTW", "without TIME_WINDOW_SECTION"),
        ("DIMENSION : 4", "DIMENSION : 5", "NODE_COORD_SECTION has 4 of 5 places, 5 is missing"),
        ("DIMENSION : 4", "DIMENSION : 3", "line 10: the number of a place is 4; it must be from 1 to 3"),
        ("DIMENSION : 4", "", "without 'DIMENSION :'"),
        ("EUC_2D", "GEO", "line 4: EDGE_WEIGHT_TYPE is GEO; known are EUC_2D"),
        ("CAPACITY : 5", "CAPACITY : -5", "line 5: CAPACITY is -5; it must be at least 0"),
        ("3 6 8", "2 6 8", "line 9: place 2 stands twice in NODE_COORD_SECTION"),
        ("3 6 8", "3 6", "line 9: '3 6' has 2 numbers"),
        ("4 5\n", "4 -5\n", "line 15: demand is -5; it must be at least 0"),
        ("4 5\n", "4 6\n", "line 15: the demand 6 is above the capacity 5"),
        ("\n1 0\n2 2", "\n1 1\n2 2", "line 12: the depot has a demand of 1; write 0"),
        ("DEPOT_SECTION\n1\n-1\n", "", "without DEPOT_SECTION"),
        ("DEPOT_SECTION\n1\n-1\n", "DEPOT_SECTION\n-1\n", "line 16: names 0 depots; name one, then -1"),
        ("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n1 2\n", "line 16: names 2 depots"),
        ("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n5\n", "line 17: the depot is 5; it must be from 1 to 4"),
        ("DEMAND_SECTION", "BACKHAUL_SECTION", "line 11: BACKHAUL_SECTION is unknown"),
        ("NAME : line", "line", "line 1: 'line' is neither"),
        ("CAPACITY", "DISTANCE : 19\nCAPACITY", "line 15: a tour to this client alone takes 20, DISTANCE allows 19"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(old, new, message):
    assert old in CLIENTS
    with pytest.raises(BadProblem) as refused:
        read_vrp(CLIENTS.replace(old, new, 1))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("3 0 5\n", "3 6 5\n", "line 19: the window closes before it opens"),
        ("3 0 5\n", "3 0 2\n", "line 19: a tour to this client alone begins its visit at 2.8 and is late"),
        ("1 0 20\n", "1 0 12\n", "line 18: a tour to this client alone begins its visit at 10 and is late"),
        ("3 0 5\n", "", "line 16: TIME_WINDOW_SECTION has 2 of 3 places, 3 is missing"),
    ],
)
def test_a_window_that_no_tour_can_keep_is_refused_with_its_line(old, new, message):
    with pytest.raises(BadProblem) as refused:
        read_vrp(WINDOWS.replace(old, new, 1))
    assert message in str(refused.value)


def test_a_matrix_of_another_size_is_refused():
    with pytest.raises(BadProblem, match="LOWER_ROW of 4 places has 6 numbers, 5 are written"):
        read_vrp(TABLE.format(form="LOWER_ROW", rows="1\n2 4\n3 5"))
    with pytest.raises(BadProblem, match="line 5: EDGE_WEIGHT_FORMAT is UPPER_COL"):
        read_vrp(TABLE.format(form="UPPER_COL", rows="1"))


@pytest.mark.parametrize("text", [CLIENTS, WINDOWS])
def test_a_file_cut_anywhere_before_its_depot_is_refused(text):
    lines = text.strip().splitlines()
    for kept in range(len(lines) - 2):
        with pytest.raises(BadProblem):
            read_vrp("\n".join(lines[:kept]))


def test_published_clients_are_read_as_the_library_of_the_format_reads_them(shared):
    vrplib = pytest.importorskip("vrplib")
    files = sorted((shared / "benchmarks" / "vrp").glob("X-*.vrp"))
    assert files
    for file in files:
        ours, theirs = read_vrp(file.read_text()), vrplib.read_instance(file)
        assert np.array_equal(ours.distance, np.rint(theirs["edge_weight"]))
        assert np.array_equal(ours.demand, theirs["demand"])
        assert ours.capacity == theirs["capacity"]
