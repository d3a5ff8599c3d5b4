import geopandas as gpd
import pytest

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.sources import read_tracks, write_layer

GPX = """<?xml version="1.0"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">
 <trk>{name}<trkseg>
  <trkpt lat="43.73" lon="7.42"><time>2026-11-25T08:00:00Z</time></trkpt>
  <trkpt lat="43.74" lon="7.43"><time>2026-11-25T08:00:05Z</time></trkpt>
 </trkseg><trkseg>
  <trkpt lat="43.75" lon="7.44"><time>2026-11-25T09:00:00Z</time></trkpt>
 </trkseg></trk>
</gpx>"""


def test_a_gpx_file_gives_its_points_and_the_name_of_its_track(tmp_path):
    (tmp_path / "a.gpx").write_text(GPX.format(name="<name>周敏</name>"), encoding="utf-8")
    table = read_tracks([tmp_path / "a.gpx"])
    assert table["officer"].unique().tolist() == ["周敏"]
    assert table["track"].unique().tolist() == ["a.gpx"]
    assert table[["lon", "lat"]].to_numpy().tolist() == [[7.42, 43.73], [7.43, 43.74], [7.44, 43.75]]
    assert table["time"].astype(str).str.contains("2026-11-25T0[89]:00:0").all()


def test_a_track_without_a_name_is_called_as_its_file(tmp_path):
    (tmp_path / "li.gpx").write_text(GPX.format(name=""), encoding="utf-8")
    assert read_tracks([tmp_path / "li.gpx"])["officer"].unique().tolist() == ["li"]


def test_a_csv_is_read_with_headings_in_either_language(tmp_path):
    (tmp_path / "a.csv").write_text(
        "时间,经度,纬度,姓名,精度\n2026-11-25 08:00,7.42,43.73,周敏,6\n", encoding="gb18030"
    )
    (tmp_path / "b.csv").write_text("timestamp,lon,lat\n2026-11-25 08:00,7.42,43.73\n", encoding="utf-8")
    table = read_tracks([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert table["officer"].tolist() == ["周敏", "b"]
    assert table["track"].tolist() == ["a.csv", "b.csv"]
    assert table["accuracy_m"].isna().tolist() == [False, True]


def test_a_layer_of_points_is_read_in_its_own_system(tmp_path):
    frame = gpd.GeoDataFrame(
        {"time": ["2026-11-25 08:00:00"], "officer": ["Li"]}, geometry=gpd.points_from_xy([7.42], [43.73]), crs=4326
    )
    write_layer(frame.to_crs(32632), tmp_path / "a.gpkg")
    table = read_tracks([tmp_path / "a.gpkg"])
    assert table["lon"].iloc[0] == pytest.approx(7.42)
    assert table["officer"].tolist() == ["Li"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.gpx", "<gpx>", "no GPX file"),
        ("a.csv", "lon,lat\n7,43\n", "has no column time"),
        ("a.csv", "time,lon,lat\n", "holds no position"),
        ("a.csv", "time,timestamp,lon,lat\n1,1,7,43\n", "two columns are read as 'time'"),
        ("a.txt", "x", "'.txt' isn't read as a track"),
    ],
)
def test_a_file_that_cant_be_used_is_named(tmp_path, name, text, words):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        read_tracks([tmp_path / name])


def test_a_gpx_file_without_track_points_is_refused(tmp_path):
    (tmp_path / "a.gpx").write_text(
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"/>', encoding="utf-8"
    )
    with pytest.raises(UnreadableSource, match=r"a\.gpx"):
        read_tracks([tmp_path / "a.gpx"])


def test_no_file_is_refused():
    with pytest.raises(BadInput, match="no track is given"):
        read_tracks([])
