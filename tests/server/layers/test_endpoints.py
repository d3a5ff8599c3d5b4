from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.state import State

ITEMS = "/ogc/collections/{}/items"


def test_links_of_the_landing_page_lead_somewhere(client: TestClient) -> None:
    page = client.get("/ogc/").json()
    rels = {link["rel"] for link in page["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= rels
    for link in page["links"]:
        answer = client.get(link["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].replace(" ", "").startswith(link["type"].split(";")[0])


def test_conformance_names_the_standards(client: TestClient) -> None:
    claimed = client.get("/ogc/conformance").json()["conformsTo"]
    for part in ("core", "geojson", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" in claimed


def test_every_collection_describes_itself_and_can_be_read(client: TestClient, report: Any) -> None:
    report(480, 200)
    listed = client.get("/ogc/collections").json()["collections"]
    assert {one["id"] for one in listed} == {
        "grids", "units", "areas", "roads", "places", "buildings", "water", "barriers", "routes", "coverage", "responders", "cases",
    }  # fmt: skip
    for one in listed:
        assert client.get(f"/ogc/collections/{one['id']}").json() == one
        items = next(link for link in one["links"] if link["rel"] == "items")
        page = client.get(items["href"])
        assert page.headers["content-type"] == "application/geo+json"
        body = page.json()
        assert body["numberReturned"] == len(body["features"]) == body["numberMatched"]
        assert body["timeStamp"].endswith("Z")
        for feature in body["features"][:2]:
            alone = client.get(f"{items['href']}/{feature['id']}").json()
            assert {**alone, "links": None} == {**feature, "links": None}


def test_households_of_the_town_are_the_same_sum_in_buildings_units_and_grids(client: TestClient, state: State) -> None:
    sums = set()
    for name in ("buildings", "units", "grids"):
        features = client.get(ITEMS.format(name), params={"limit": 10_000}).json()["features"]
        sums.add(sum(feature["properties"]["households"] for feature in features))
    assert sums == {int(state.town.jurisdiction.buildings["households"].sum())}


def test_a_grid_carries_what_the_board_shows(client: TestClient) -> None:
    grids = client.get(ITEMS.format("grids")).json()["features"]
    assert [grid["properties"]["grid"] for grid in grids] == ["01", "02", "03", "04", "05", "06"]
    for grid in grids:
        values = grid["properties"]
        assert values["owner"] == f"officer-{values['grid']}"
        assert 1 <= values["colour"] <= 6
        assert 7.4 < values["label_lon"] < 7.43
        assert {"code", "area", "units", "households", "area_m2", "difficulty", "workload_min"} <= set(values)
        assert {"households_deviation", "workload_deviation", "owner_name", "owner_name_zh", "label_lat"} <= set(values)


def test_pages_follow_each_other_by_their_next_links(client: TestClient) -> None:
    address: str | None = ITEMS.format("units") + "?limit=40"
    seen: list[str] = []
    while address:
        page = client.get(address).json()
        assert page["numberMatched"] == 96
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == 96


def test_a_box_finds_what_it_touches_and_nothing_else(client: TestClient, at: Any) -> None:
    west, north = at(10, 10)
    east, south = at(390, 390)
    params = {"bbox": f"{west},{south},{east},{north}"}
    found = client.get(ITEMS.format("grids"), params=params).json()
    assert [feature["id"] for feature in found["features"]] == ["01"]
    heights = {"bbox": f"{west},{south},0,{east},{north},99"}
    assert client.get(ITEMS.format("grids"), params=heights).json()["features"] == found["features"]
    # West greater than east runs across the antimeridian: everything but what lies between.
    around = client.get(ITEMS.format("grids"), params={"bbox": f"20,{south},5,{north}"}).json()
    assert around["numberMatched"] == 0
    around = client.get(ITEMS.format("grids"), params={"bbox": f"{west},-90,{west - 1},90"}).json()
    assert around["numberMatched"] == 6


def test_properties_filter_by_text_number_and_truth(client: TestClient) -> None:
    def matched(collection: str, **wanted: str) -> int:
        return int(client.get(ITEMS.format(collection), params=wanted).json()["numberMatched"])

    assert matched("units", grid="02") == 16
    assert matched("units", grid="02", unit="U004") == 1
    assert matched("roads", **{"class": "4"}) == matched("roads")
    assert matched("roads", oneway="true") == 12
    assert matched("roads", oneway="yes") == 0


@pytest.mark.parametrize("query", ["routes/items?grid=01&kind=patrol", "cases/items?stage=closed&grid_name=01"])
def test_a_collection_without_features_knows_its_properties_all_the_same(client: TestClient, query: str) -> None:
    answer = client.get(f"/ogc/collections/{query}")
    assert (answer.status_code, answer.json()["numberMatched"]) == (200, 0)
    refused = client.get(f"/ogc/collections/{query}&colour_of_hair=red")
    assert refused.status_code == 400
    assert "kind" in refused.json()["detail"] or "stage" in refused.json()["detail"]


def test_the_fields_of_every_collection_are_those_of_its_features(
    client: TestClient, state: State, report: Any
) -> None:
    report(480, 200)
    shelf = state.shelf
    for name in shelf.names():
        collection = shelf.take(name, state)
        assert collection.about.key in collection.fields
        for values in collection.properties:
            assert tuple(values) == collection.fields


@pytest.mark.parametrize(
    "query",
    ["bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,9,2,8", "bbox=NaN,0,1,1", "bbox=-200,0,1,1", "limit=0", "limit=-1",
     "limit=ten", "limit=1.5", "offset=-1", "offset=99999999999", "f=xml", "colour_of_hair=red"],
)  # fmt: skip
def test_what_can_not_be_read_is_a_400_that_names_the_parameter(client: TestClient, query: str) -> None:
    answer = client.get(f"{ITEMS.format('grids')}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == query.split("=")[0]


def test_a_limit_beyond_the_most_is_served_as_the_most(client: TestClient) -> None:
    assert client.get(ITEMS.format("grids"), params={"limit": 10**12}).json()["numberReturned"] == 6


@pytest.mark.parametrize(
    "path", ["/ogc/collections/moons", "/ogc/collections/moons/items", "/ogc/collections/grids/items/99"]
)
def test_what_is_not_there_is_a_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_description_is_openapi_3_0(client: TestClient) -> None:
    document = client.get("/ogc/api").json()
    assert document["openapi"].startswith("3.0")
    assert all(path.startswith("/ogc") for path in document["paths"])
    assert '"null"' not in client.get("/ogc/api").text
    schemas = document["components"]["schemas"]
    assert {"Problem", "Fault"} <= set(schemas)
    assert "Case" not in schemas
    names = {one["name"] for one in document["paths"]["/ogc/collections/{collection}/items"]["get"]["parameters"]}
    assert {"bbox", "limit", "collection"} <= names


def test_no_property_is_listed_twice_where_a_plan_names_owners_too(state: State) -> None:
    from gridgeo_server.layers.features import still_collections, with_owners

    fields = with_owners(still_collections(state.town)["grids"], []).fields
    assert len(set(fields)) == len(fields)
    assert {"code", "name", "owner"} <= set(fields)
