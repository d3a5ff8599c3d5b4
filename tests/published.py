"""Small routing instances drawn by hand in the published formats, and the judges that come with published ones."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from types import ModuleType


def second_judge(folder: Path) -> ModuleType:
    """The judge `check.py` beside published instances."""
    spec = importlib.util.spec_from_file_location(f"second_judge_{folder.name}", folder / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # It leaves files open, which is an error here.
    vars(module)["open"] = lambda path, **_: io.StringIO(Path(path).read_text(errors="replace"))
    return module


#  1 ──5── 2 ──4── 3      the depot is junction 1; 1–4 and 4–3 need no service,
#  │       │       │      4 → 2 is a one-way street
#  2       3       6
#  │       │       │
#  4 ──7── 5 ──1── 6
STREETS = """
 NOMBRE : ladder
 COMENTARIO : drawn by hand
 VERTICES : 6
 ARISTAS_REQ : 4
 ARCOS_REQ : 1
 ARISTAS_NOREQ : 2
 VEHICULOS : 2
 CAPACIDAD : 10
 TIPO_COSTES_ARISTAS : EXPLICITOS
 COSTE_TOTAL_REQ : 25
 LISTA_ARISTAS_REQ :
 ( 1, 2)   coste 5   demanda 4
 ( 2, 3)   coste 4   demanda 3
 ( 2, 5)   coste 3   demanda 2
 ( 3, 6)   coste 6   demanda 5
 LISTA_ARCOS_REQ :
 ( 4, 5)   coste 7   demanda 1
 LISTA_ARISTAS_NOREQ :
 ( 1, 4)   coste 2
 ( 5, 6)   coste 1
 DEPOSITO :   1
"""
"""Six junctions, four streets and a one-way street to serve, two to pass by."""

PERIOD = """1 1 4 3
0 10
0 10
0 10
0  0 0  0 0 0 0
1  3 4  1 4 3 1 7
2  0 5  1 4 1 3 4 2 1
3  6 8  1 5 2 1 5
4 -3 0  1 2 1 1 2
"""
"""Three days, one vehicle, four clients: every day, any day, first and last day, second day."""

CLIENTS = """NAME : line
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 5
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
4 -2 0
DEMAND_SECTION
1 0
2 2
3 3
4 5
DEPOT_SECTION
1
-1
EOF
"""
"""Three clients, two of whom fit into one tour: 10 + 10, and 2 + 2 for the third."""

WINDOWS = """NAME : timed
TYPE : VRPTW
DIMENSION : 3
VEHICLES : 2
CAPACITY : 5
SERVICE_TIME : 2
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 2 2
DEMAND_SECTION
1 0
2 2
3 3
TIME_WINDOW_SECTION
1 0 20
2 10 12
3 0 5
DEPOT_SECTION
1
-1
EOF
"""
"""Two clients on one way; the nearer one must wait until the farther one was called at."""
