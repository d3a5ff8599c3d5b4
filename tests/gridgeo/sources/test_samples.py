from gridgeo.sources import sample_map


def test_the_sample_map_comes_with_its_licence():
    path = sample_map()
    assert path.name == "monaco-2023.osm.pbf"
    assert "Open Database License" in (path.parent / "LICENSE-ODbL.md").read_text(encoding="utf-8")
