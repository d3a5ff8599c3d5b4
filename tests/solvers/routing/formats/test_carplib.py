import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats import read_carp
from published import STREETS, second_judge


def test_required_streets_come_first_and_are_the_tasks():
    ladder = read_carp(STREETS)
    assert (ladder.name, ladder.n, ladder.depot, ladder.capacity, ladder.vehicles) == ("ladder", 6, 0, 10.0, 2)
    assert ladder.demand.tolist() == [4, 3, 2, 5, 1]
    assert ladder.cost.tolist() == [5, 4, 3, 6, 7, 2, 1]
    assert list(zip(ladder.tail.tolist(), ladder.head.tolist(), strict=True))[4:] == [(3, 4), (0, 3), (4, 5)]
    assert ladder.two_way.tolist() == [True, True, True, True, False, True, True]


def test_ways_keep_the_direction_of_one_way_streets():
    ways = read_carp(STREETS).ways()
    assert ways[3, 4] == 7, "along the one-way street"
    assert ways[4, 3] == 3 + 5 + 2, "back around it"


def test_of_parallel_streets_the_cheapest_is_the_way():
    doubled = STREETS.replace("ARISTAS_NOREQ : 2", "ARISTAS_NOREQ : 4").replace(
        " ( 5, 6)   coste 1\n", " ( 5, 6)   coste 1\n ( 2, 1)   coste 9\n ( 3, 2)   coste 0\n"
    )
    ways = read_carp(doubled).ways()
    assert ways[0, 1] == 5
    assert ways[1, 2] == 0, "a free street is a way"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("NOMBRE : ladder", "NAME : ladder"),
        ("CAPACIDAD", "capacidad"),
        ("coste 5   demanda 4", "cost 5 demand 4"),
        ("( 1, 2)   coste", "(1,2) coste"),
        ("\n", "\r\n"),
    ],
)
def test_other_spellings_mean_the_same(old, new):
    ladder, other = read_carp(STREETS), read_carp(STREETS.replace(old, new))
    assert other.demand.tolist() == ladder.demand.tolist()
    assert other.name == "ladder"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("( 1, 2)   coste 5   demanda 4", "( 1, 2)   coste 5", "line 13: '( 1, 2)   coste 5' isn't a street"),
        ("coste 5", "coste -5", "line 13: the cost is -5; it must be at least 0"),
        ("coste 5   demanda 4", "coste 5   demanda -4", "line 13: the demand is -4; it must be at least 0"),
        ("coste 5   demanda 4", "coste 5   demanda 11", "line 13: the demand 11 is above the capacity 10"),
        ("coste 5   demanda 4", "coste 5   demanda 4.x", "line 13"),
        ("( 1, 2)", "( 1, 9)", "line 13: a junction is 9; it must be from 1 to 6"),
        ("( 1, 2)", "( 1.5, 2)", "line 13: a junction is 1.5; write a whole number"),
        ("ARISTAS_REQ : 4", "ARISTAS_REQ : 5", "line 5: ARISTAS_REQ is 5, but the list in line 12 has 4"),
        ("ARISTAS_NOREQ : 2", "ARISTAS_NOREQ : 3", "line 7: ARISTAS_NOREQ is 3"),
        ("DEPOSITO :   1", "", "ends in line 21 without 'DEPOSITO :'"),
        ("DEPOSITO :   1", "DEPOSITO : 7", "line 22: DEPOSITO is 7; it must be from 1 to 6"),
        ("CAPACIDAD : 10", "CAPACIDAD : ten", "line 9: CAPACIDAD is 'ten'; write a number"),
        ("CAPACIDAD : 10", "", "without 'CAPACIDAD :'"),
        ("VERTICES : 6", "VERTICES : 6\n VERTICES : 6", "line 5: VERTICES stands twice, first in line 4"),
        ("EXPLICITOS", "EUCLIDEOS", "line 10: TIPO_COSTES_ARISTAS is EUCLIDEOS"),
        ("LISTA_ARISTAS_REQ :", "", "line 13: a street stands before any list"),
        ("COMENTARIO : drawn by hand", "drawn by hand", "line 3: 'drawn by hand' is neither"),
        (
            " ( 1, 4)   coste 2\n",
            " ( 1, 2)   coste 2\n",
            "line 18: no way leads from the depot to this street and back",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_line(old, new, message):
    assert old in STREETS
    with pytest.raises(BadProblem) as refused:
        read_carp(STREETS.replace(old, new))
    assert message in str(refused.value)


def test_a_file_cut_anywhere_is_refused():
    lines = STREETS.strip().splitlines()
    for kept in range(len(lines)):
        with pytest.raises(BadProblem):
            read_carp("\n".join(lines[:kept]))


def test_published_streets_are_read_as_their_judge_reads_them(shared):
    judge = second_judge(shared / "benchmarks" / "carp")
    files = sorted((shared / "benchmarks" / "carp").glob("*.dat"))
    assert files
    for file in files:
        ours, theirs = read_carp(file.read_text()), judge.parse(file)
        assert np.array_equal(ours.ways(), theirs["D"]), file
        tasks = zip(ours.tail.tolist(), ours.head.tolist(), ours.cost.tolist(), ours.demand.tolist(), strict=False)
        assert list(tasks) == theirs["req"]
        assert (ours.depot, ours.capacity, ours.vehicles) == (theirs["depot"], theirs["Q"], theirs["K"])
