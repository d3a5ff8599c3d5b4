from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient


def test_a_report_is_located_owned_and_dispatched_in_one_request(report: Any, client: TestClient) -> None:
    case = report(480, 200, "manhole_cover", description="the cover is gone")
    assert (case["grid"], case["area"]) == ("02", "town")
    assert case["owner"] == "officer-02"
    assert case["stage"] == "dispatched"
    assert case["address"] == "Row 2"
    assert case["light"] == "ok"
    full = client.get(f"/api/v1/cases/{case['case']}").json()
    assert [event["action"] for event in full["events"]] == ["report", "accept", "dispatch"]
    assert full["route"]["type"] == "LineString"
    assert full["route"]["coordinates"][-1] == pytest.approx([case["lon"], case["lat"]], abs=1e-5)


def test_a_case_is_followed_until_closed_and_every_hand_over_is_an_event(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    for action in ("start", "handle", "check", "close"):
        answer = client.post(f"/api/v1/cases/{case}/actions", json={"action": action, "note": f"to {action}"})
        assert answer.status_code == 200, answer.text
    events = answer.json()["events"]
    assert [event["stage"] for event in events] == [
        "reported",
        "accepted",
        "dispatched",
        "handling",
        "handled",
        "checked",
        "closed",
    ]
    assert events[-1]["note"] == "to close"
    assert client.get("/api/v1/cases", params={"open": True}).json()["cases"] == []
    assert len(client.get("/api/v1/cases", params={"open": False}).json()["cases"]) == 1


def test_a_wrong_order_is_a_409_that_names_what_is_possible(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    answer = client.post(f"/api/v1/cases/{case}/actions", json={"action": "close"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert (
        "possible: dispatch, acknowledge, decline, start, self_handle, return, withdraw, extend, "
        in answer.json()["detail"]
    )


def test_the_desk_may_send_somebody_else_but_not_who_is_off_duty(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    offered = client.get(f"/api/v1/cases/{case}/candidates").json()
    times = [one["road_s"] for one in offered["candidates"]]
    assert times == sorted(times)
    assert len(times) == 6
    assert " open case" in offered["candidates"][0]["explanation"]
    assert "手上" in offered["candidates"][0]["explanation_zh"]
    last = offered["candidates"][-1]["responder"]
    send, wish = f"/api/v1/cases/{case}/actions", {"action": "dispatch", "responder": last}
    unsaid = client.post(send, json=wish)
    assert (unsaid.status_code, unsaid.json()["errors"][0]["field"]) == (422, "note")
    first = offered["candidates"][0]
    assert f"{first['name']} should go first ({first['explanation']})" in unsaid.json()["detail"]
    told = client.post(send, json=wish, headers={"Accept-Language": "zh"}).json()["detail"]
    assert f"应先派{first['name_zh']}（{first['explanation_zh']}）" in told
    sent = client.post(send, json={**wish, "note": "knows the house"}).json()
    assert sent["responder"] == last
    (event,) = (one for one in sent["events"] if one["note"])
    assert (event["note"], event["data"]["first"]) == ("knows the house", first["responder"])
    client.patch("/api/v1/responders/officer-03", json={"on_duty": False})
    refused = client.post(f"/api/v1/cases/{case}/actions", json={"action": "dispatch", "responder": "officer-03"})
    assert refused.status_code == 409
    assert "off duty" in refused.json()["detail"]
    refused = client.get(f"/api/v1/cases/{case}/candidates").json()["not_offered"][0]
    assert (refused["code"], refused["reason"]) == ("off_duty", "off duty")
    unknown = client.post(f"/api/v1/cases/{case}/actions", json={"action": "dispatch", "responder": "nobody"})
    assert unknown.status_code == 404


def test_if_match_refuses_a_decision_on_an_old_state(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    etag = client.get(f"/api/v1/cases/{case}").headers["etag"]
    send = f"/api/v1/cases/{case}/actions"
    assert client.post(send, json={"action": "start"}, headers={"If-Match": etag}).status_code == 200
    late = client.post(send, json={"action": "withdraw"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert client.post(send, json={"action": "handle"}, headers={"If-Match": "x"}).status_code == 422


def test_the_same_key_and_body_is_done_once_and_answered_alike(client: TestClient, at: Any) -> None:
    lon, lat = at(480, 200)
    body = {"category": "noise", "lon": lon, "lat": lat}
    first = client.post("/api/v1/cases", json=body, headers={"Idempotency-Key": "k1"})
    again = client.post("/api/v1/cases", json=body, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert len(client.get("/api/v1/cases").json()["cases"]) == 1
    other = client.post("/api/v1/cases", json={**body, "category": "greenery"}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422
    assert "k1" in other.json()["detail"]


def test_the_same_key_at_the_same_time_is_done_once(client: TestClient, at: Any) -> None:
    lon, lat = at(480, 200)
    body = {"category": "noise", "lon": lon, "lat": lat}

    def send(_: int) -> Any:
        return client.post("/api/v1/cases", json=body, headers={"Idempotency-Key": "at-once"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(client.get("/api/v1/cases").json()["cases"]) == 1


def test_an_action_sent_again_with_its_key_is_done_once(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    send = f"/api/v1/cases/{case}/actions"
    answers = [client.post(send, json={"action": "start"}, headers={"Idempotency-Key": "s"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert [answer.status_code for answer in answers] == [200, 200]


def test_many_reports_at_once_are_all_kept_under_different_names(client: TestClient, at: Any) -> None:
    lon, lat = at(480, 200)

    def send(_: int) -> Any:
        return client.post("/api/v1/cases", json={"category": "noise", "lon": lon, "lat": lat})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(40)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case"] for answer in answers}) == 40


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"category":"noise","lon":NaN,"lat":43.7}', "lon"),
        ('{"category":"noise","lon":7.4,"lat":Infinity}', "lat"),
        ('{"category":"noise","lon":181,"lat":43.7}', "lon"),
        ('{"category":"noise","lon":"east","lat":43.7}', "lon"),
        ('{"category":"noise","lat":43.7}', "lon"),
        ('{"category":"ufo","lon":7.412,"lat":43.735}', "known are manhole_cover"),
        ('{"category":"noise","lon":43.735,"lat":7.412}', "look swapped"),
        ('{"category":"noise","lon":7.6,"lat":43.735}', "nearest is grid"),
        ('{"category":"noise","lon":7.412,"lat":43.735,"colour":"red"}', "colour"),
        ('{"category":"noise","lon":7.412,"lat":43.735,"description":"\\ud800"}', "description"),
        ("[]", "body"),
        ("{", "JSON"),
    ],
)
def test_a_bad_report_is_a_422_that_names_what_is_wrong(client: TestClient, body: str, said: str) -> None:
    answer = client.post("/api/v1/cases", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in json.dumps(answer.json(), ensure_ascii=False)
    assert client.get("/api/v1/cases").json()["cases"] == []


def test_a_form_from_a_foreign_page_is_not_taken_for_a_report(client: TestClient, at: Any) -> None:
    lon, lat = at(480, 200)
    body = json.dumps({"category": "noise", "lon": lon, "lat": lat})
    answer = client.post("/api/v1/cases", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert client.get("/api/v1/cases").json()["cases"] == []


def test_who_reported_is_shown_nowhere(report: Any, client: TestClient) -> None:
    case = report(480, 200, reporter="Zhang San 13800000000")
    everything = "".join(
        client.get(path).text
        for path in (f"/api/v1/cases/{case['case']}", "/api/v1/cases", "/ogc/collections/cases/items")
    )
    assert "Zhang" not in json.dumps(case) + everything


def test_a_case_taken_by_phone_hides_the_caller_and_says_the_channel(report: Any, client: TestClient) -> None:
    name = report(480, 200, caller="Zhang San 13800000000", channel="phone")["case"]
    case = client.get(f"/api/v1/cases/{name}")
    assert case.json()["events"][0]["data"]["channel"] == "phone"
    assert "Zhang" not in case.text


def test_pages_of_cases_join_without_gap_or_repeat(report: Any, client: TestClient) -> None:
    names = [report(100 * i + 50, 300)["case"] for i in range(5)]
    seen: list[str] = []
    after = None
    for _ in range(9):
        page = client.get("/api/v1/cases", params={"limit": 2, **({"after": after} if after else {})}).json()
        seen += [case["case"] for case in page["cases"]]
        after = page["next"]
        if after is None:
            break
    assert seen == names[::-1]


def test_cases_are_filtered_by_grid_stage_and_officer(report: Any, client: TestClient) -> None:
    here, there = report(50, 50), report(1150, 750)
    assert [c["case"] for c in client.get("/api/v1/cases", params={"grid": "06"}).json()["cases"]] == [there["case"]]
    client.post(f"/api/v1/cases/{here['case']}/actions", json={"action": "start"})
    assert [c["case"] for c in client.get("/api/v1/cases", params={"stage": "handling"}).json()["cases"]] == [
        here["case"]
    ]
    mine = client.get("/api/v1/cases", params={"responder": there["responder"]}).json()["cases"]
    assert [c["case"] for c in mine] == [there["case"]]
    assert client.get("/api/v1/cases", params={"stage": "lost"}).status_code == 422


def test_an_unknown_case_is_a_404(client: TestClient) -> None:
    for path in ("/api/v1/cases/none", "/api/v1/cases/none/candidates"):
        assert client.get(path).status_code == 404
    assert client.post("/api/v1/cases/none/actions", json={"action": "start"}).status_code == 404


def _act(client: TestClient, case: str, action: str, status: int = 200, **more: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/cases/{case}/actions", json={"action": action, **more})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def _names(client: TestClient, **asked: Any) -> list[str]:
    answer = client.get("/api/v1/cases", params=asked)
    assert answer.status_code == 200, answer.text
    return [case["case"] for case in answer.json()["cases"]]


def test_cases_are_filtered_by_area_kind_department_time_light_and_words(
    report: Any, client: TestClient, clock: Any
) -> None:
    noise = report(50, 50, description="Loud 100% music")["case"]
    lamp = report(480, 200, "street_lamp", description="井盖旁路灯不亮")["case"]
    clock.pass_seconds(3_000)
    assert _names(client, category="street_lamp") == [lamp]
    assert _names(client, department="works") == [lamp]
    assert _names(client, area="town") == [lamp, noise]
    assert client.get("/api/v1/cases", params={"area": "moon"}).status_code == 422
    assert _names(client, light="soon") == [noise]
    assert _names(client, light="ok") == [lamp]
    assert _names(client, due_before="2026-11-18T12:00:00Z") == [noise]
    assert _names(client, due_after="2026-11-18T12:00") == [lamp]
    assert _names(client, due_after="2026-11-18T10:00:00Z", due_before="2026-11-18T10:00:00Z") == []
    assert _names(client, text="LOUD") == [noise]
    assert _names(client, text="100%") == [noise]
    assert _names(client, text="路灯") == [lamp]
    assert _names(client, text="%") == [noise]
    clock.pass_seconds(600)
    assert _names(client, light="over") == [noise]
    _act(client, noise, "shelve", note="waits for parts")
    assert _names(client, due_before="2027-01-01") == [lamp]
    for asked in ({"light": "red"}, {"due_before": "soon"}, {"text": ""}, {"due_after": "10000-01-01"}):
        assert client.get("/api/v1/cases", params=asked).status_code == 422
    assert _names(client, due_after="0001-01-01T00:00:00+14:00") == [lamp]


def test_a_text_is_found_in_any_case_of_any_alphabet_and_any_width(report: Any, client: TestClient) -> None:
    waste = report(50, 50, description="Dépôt de déchets devant l’école; ΣΟΦΌΣ, Мусор")["case"]
    wide = report(480, 200, "street_lamp", description="ＡＢＣ超市门口，路灯①不亮 [x]^-*?_/")["case"]
    for text in ("DÉCHETS", "de\u0301chets", "ÉCOLE;", "σοφός", "мУСОР", "ＤＥ　ＤÉ"):
        assert _names(client, text=text) == [waste], text
    for text in ("abc超", "ａｂｃ", "Ｂc", "门口,", "①不", "[X]", "^", "]^-", "*?_/", "＊？"):
        assert _names(client, text=text) == [wide], text
    for text in ("dechets", "ABD", "2", "d_p", "é_ô", "%é", "É*", "[é]", "!"):
        found = _names(client, text=text)
        assert found == ([wide, waste] if text == "2" else []), text
    assert _names(client, text=waste.translate({ord(one): ord(one) + 0xFEE0 for one in "-0123456789"})) == [waste]


def test_pages_join_while_cases_are_reported_and_change(report: Any, client: TestClient) -> None:
    names = [report(100 * i + 50, 300)["case"] for i in range(5)]
    first = client.get("/api/v1/cases", params={"limit": 2, "open": True}).json()
    report(50, 50)
    _act(client, names[1], "start")
    rest = client.get("/api/v1/cases", params={"limit": 9, "open": True, "after": first["next"]}).json()
    assert [case["case"] for case in first["cases"] + rest["cases"]] == names[::-1]


def test_an_answer_carries_the_version_that_the_next_action_asks_for(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    send = f"/api/v1/cases/{case}/actions"
    tag = client.get(f"/api/v1/cases/{case}").headers["etag"]
    for action in ("start", "handle", "check"):
        answer = client.post(send, json={"action": action}, headers={"If-Match": tag})
        assert answer.status_code == 200
        tag = answer.headers["etag"]
    assert tag == '"6"'


def test_of_two_hands_at_once_one_wins(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    tag = client.get(f"/api/v1/cases/{case}").headers["etag"]

    def send(action: str) -> int:
        headers = {"If-Match": tag}
        return client.post(f"/api/v1/cases/{case}/actions", json={"action": action}, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, ["start", "return", "withdraw", "start"])) == [200, 412, 412, 412]


def test_what_an_action_needs_is_asked_for_by_name(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    before = client.get(f"/api/v1/cases/{case}").json()
    for wanted, field in [
        ({"action": "shelve"}, "note"),
        ({"action": "shelve", "note": "  "}, "note"),
        ({"action": "extend", "note": "more"}, "amount"),
        ({"action": "extend", "note": "more", "amount": -1}, "amount"),
        ({"action": "start", "amount": 2}, "amount"),
        ({"action": "transfer", "note": "theirs"}, "category"),
        ({"action": "transfer", "note": "theirs", "category": "ufo"}, "category"),
        ({"action": "start", "into": "x"}, "into"),
        ({"action": "start", "lon": 7.4}, "lat"),
        ({"action": "escalate"}, "action"),
        ({"action": "start", "stage": "closed"}, "stage"),
        ({"action": "start", "due_at": "2030-01-01T00:00:00Z"}, "due_at"),
    ]:
        answer = client.post(f"/api/v1/cases/{case}/actions", json=wanted)
        assert answer.status_code == 422, wanted
        assert answer.json()["errors"][0]["field"] == field
    assert client.get(f"/api/v1/cases/{case}").json() == before


def test_a_case_tells_its_limit_what_may_be_done_by_whom_and_where_it_was_done(
    report: Any, client: TestClient, clock: Any
) -> None:
    case = report(480, 200)["case"]
    twin = report(470, 200)["case"]
    clock.pass_seconds(900)
    detail = client.get(f"/api/v1/cases/{case}").json()
    assert detail["limit"] == {
        "words": {"en": "1 hour", "zh": "1小时"},
        "left_s": 2_700.0,
        "used": 0.25,
        "paused": False,
    }
    start = next(one for one in detail["possible"] if one["action"] == "start")
    assert (start["name_zh"], start["who"], start["note_needed"]) == ("开始处置", ["officer"], False)
    assert [one["case"] for one in detail["alike"]] == [twin]
    assert detail["department_names"] == {"en": "Urban management", "zh": "城管执法"}
    event = _act(client, case, "start", lon=7.41, lat=43.73)["events"][-1]
    assert event["data"]["place"] == [7.41, 43.73]
    _act(client, case, "shelve", note="no key")
    clock.pass_seconds(86_400)
    detail = client.get(f"/api/v1/cases/{case}").json()
    assert (detail["limit"]["paused"], detail["limit"]["left_s"]) == (True, 2_700.0)
    assert _act(client, case, "unshelve")["stage"] == "handling"


def test_many_cases_are_acted_on_at_once_and_one_refusal_stands_in_nobodys_way(report: Any, client: TestClient) -> None:
    names = [report(100 * i + 50, 300)["case"] for i in range(3)]
    _act(client, names[1], "start")
    body = {
        "action": "supervise",
        "note": "看紧",
        "cases": [
            {"case": names[0]},
            {"case": names[1], "version": 3},
            {"case": "none"},
            {"case": names[2], "version": 3},
        ],
    }
    for _ in range(2):
        answer = client.post(
            "/api/v1/cases/actions", json=body, headers={"Idempotency-Key": "many", "Accept-Language": "zh"}
        )
        results = answer.json()["results"]
        assert [one["status"] for one in results] == [200, 412, 404, 200]
    assert "重新读取" in results[1]["detail"]
    assert client.get(f"/api/v1/cases/{names[0]}").json()["supervised_at"] is not None
    assert len(client.get(f"/api/v1/cases/{names[1]}").json()["events"]) == 4


def test_officers_are_sent_to_many_cases_together(report: Any, client: TestClient) -> None:
    # Side by side: the nearest officer is the same for both, and one after the other both would be theirs.
    names = [report(480, 200)["case"], report(490, 200)["case"]]
    told = [client.get(f"/api/v1/cases/{name}").json()["responder"] for name in names]
    assert told[0] == told[1]
    body = {"action": "dispatch", "cases": [{"case": name} for name in [*names, "none"]]}
    results = client.post("/api/v1/cases/actions", json=body).json()["results"]
    assert [one["status"] for one in results] == [200, 200, 404]
    told = [client.get(f"/api/v1/cases/{name}").json()["responder"] for name in names]
    assert told[0] != told[1]
    assert not client.get(f"/api/v1/cases/{names[0]}").json()["events"][-1]["note"]


def test_a_wrong_stage_is_told_in_chinese_where_it_is_asked_for(report: Any, client: TestClient) -> None:
    case = report(480, 200)["case"]
    answer = client.post(
        f"/api/v1/cases/{case}/actions", json={"action": "close"}, headers={"Accept-Language": "zh-CN"}
    )
    assert "处于“派遣”环节，不能“结案”；可办理：派遣、接单、拒单、开始处置" in answer.json()["detail"]
