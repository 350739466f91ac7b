"""Is everything that can be used documented, and is everything documented there?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from assetmap.cli.program import program
from assetmap.exports.content import content_of
from assetmap.model.audience import Audience
from assetmap.model.crs import WGS84
from assetmap.model.norms import norms
from assetmap.model.provenance import LICENCES
from assetmap.model.schema import ASSET_COLUMNS, HOME_COLUMNS, PRECISION, REQUIRED, REVIEW, group_columns
from assetmap.model.taxonomy import taxonomy
from assetmap.registry import discover
from assetmap.settings import Settings
from assetmap.sources.conform import conform
from assetmap.sources.source import Context
from assetmap.store import tables
from assetmap.walk.profile import PROFILES, SEASONS
from tests.stored_world import assets, inventory

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md")]
PAGES += sorted(DOCS.rglob("*.md"))
EVERYTHING = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def rows(text: str, heading: str, level: str = "##") -> list[list[str]]:
    """The cells of every table under a heading, without the tables' own headings."""
    part = re.split(rf"^{level} ", text.partition(f"\n{level} {heading}\n")[2], flags=re.MULTILINE)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0].startswith("`")]


def anchors(text: str) -> set[str]:
    """The anchors that a page has, as GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"""(?:\]\(|<img src=")([^)"\s]+)""", text):
        if re.match(r"(https?|mailto):", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{link} in {path.name}"
        assert target.is_relative_to(ROOT), f"{link} in {path.name}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link} in {path.name}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = re.findall(r"`((?:assetmap|tests|docs|data|notebooks|benchmarks)/[\w./-]*)`", text)
    ours = [name for name in named if not (ROOT / name).exists() and name != "assetmap/demo_data"]  # only in the wheel
    assert ours == []


def test_pictures_are_small() -> None:
    assert {path.name for path in (DOCS / "pictures").iterdir() if path.stat().st_size >= 200_000} == set()


def test_every_page_is_in_the_index() -> None:
    index = page("README.md")
    assert [p for p in DOCS.rglob("*.md") if p.name != "README.md" and str(p.relative_to(DOCS)) not in index] == []


def test_every_column_of_an_asset_is_promised_and_no_other() -> None:
    table = rows(page("reference/asset-schema.md"), "Assets")
    assert [row[0].strip("`") for row in table] == list(ASSET_COLUMNS)
    assert {row[0].strip("`") for row in table if row[2] == "yes"} == set(REQUIRED)
    meaning = {row[0].strip("`"): row[3] for row in table}
    assert set(PRECISION) <= set(re.findall(r"`(\w+)`", meaning["location_precision"]))
    assert set(REVIEW) <= set(re.findall(r"`(\w+)`", meaning["review"]))
    assert set(taxonomy().kinds) == set(re.findall(r"`(\w+)`", meaning["kind"]))


def test_every_column_of_a_home_is_promised_and_no_other() -> None:
    text = page("reference/asset-schema.md")
    assert [row[0].strip("`") for row in rows(text, "Homes")] == list(HOME_COLUMNS)
    assert set(group_columns()) == set(re.findall(r"`([casy]\d+_?\d*(?:_low|_high)?)`", text))


def test_every_column_of_every_table_is_promised_and_no_other() -> None:
    text = page("reference/store-tables.md")
    elsewhere = {"asset": set(ASSET_COLUMNS), "home": {*HOME_COLUMNS, *group_columns()}}  # in the asset schema
    for name, table in tables.metadata.tables.items():
        promised = [row[0].strip("`") for row in rows(text, name)]
        assert set(promised) == set(table.c.keys()) - {"fid", "geom"} - elsewhere.get(name, set()), name
        assert len(promised) == len(set(promised)), name
    assert f"**version {tables.VERSION}**" in text
    assert set(re.findall(r"^## ([a-z_]+)$", text, flags=re.MULTILINE)) == set(tables.metadata.tables)


def test_every_category_stands_in_the_taxonomy_as_it_is() -> None:
    text = page("reference/taxonomy.md")
    for key, category in taxonomy().items():
        waits = "yes" if category.default_visibility == "moderated" else ""
        labels = " | ".join(category.label(lang) for lang in ("en", "nb", "da"))
        minutes = f"{category.catchment_min:g}"
        assert f"| `{key}` | {labels} | {minutes} | {category.role} | {waits} |" in text
    assert len(re.findall(r"^\| `", text, flags=re.MULTILINE)) == len(taxonomy())


def test_every_norm_stands_in_the_table_as_it_is() -> None:
    table = {row[0].strip("`"): row for row in rows("\n## all\n" + page("reference/norms.md"), "all")}
    assert list(table) == list(norms())
    for key, norm in norms().items():
        limits = ((norm.metres, "m"), (norm.minutes, "min"))
        within = " / ".join(f"{limit:g} {unit}" for limit, unit in limits if limit is not None) or "–"
        assert table[key][1] == ", ".join(norm.categories), key
        assert table[key][3] == within + (f" ({norm.distance})" if norm.distance else ""), key
        assert table[key][6] == norm.verified, key


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    table = {row[0].strip("`"): row[1] for row in rows("\n## all\n" + page("reference/settings.md"), "all")}
    assert list(table) == list(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        plain = {"True": "true", "False": "false", "": "empty", "None": "empty"}.get(
            str(field.default), str(field.default)
        )
        shown = table[name].strip("`").replace("~", str(Path.home()))
        assert shown == plain, name


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name, command


COMMANDS = dict(commands(typer.main.get_command(program)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    text = page("reference/command-line.md")
    common = text.partition("\n## Commands\n")[0]
    own = re.split(r"^##", text.partition(f"\n### {name}\n")[2], flags=re.MULTILINE)[0]
    assert own, f"no section for {name}"
    if name == "analyse gaps":
        own += text.partition("\n### analyse coverage\n")[2].partition("\n### ")[0]
    options = {
        option for p in COMMANDS[name].params for option in (*p.opts, *p.secondary_opts) if option.startswith("--")
    } - {"--help"}  # fmt: skip
    assert {option for option in options if option not in own + common} == set()


def test_no_command_is_documented_that_is_not_there() -> None:
    section = page("reference/command-line.md").partition("\n## Commands\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^### (.+)$", section, flags=re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize(
    ("folder", "constant"),
    [("assetmap.sources", "SOURCE"), ("assetmap.analyses", "ANALYSIS"), ("assetmap.exports", "EXPORT")],
)
def test_every_plug_in_is_mentioned(folder: str, constant: str) -> None:
    for key, item in discover(folder, constant).items():
        assert f"`{key}`" in EVERYTHING, key
        for suffix in getattr(item, "suffixes", ()) if constant == "EXPORT" else ():
            assert f"`{suffix}`" in EVERYTHING, suffix


def test_every_way_of_walking_and_every_licence_is_documented() -> None:
    walking, licences = page("concepts/walking.md"), page("concepts/licences.md")
    for name, profile in PROFILES.items():
        (line,) = [line for line in walking.splitlines() if line.startswith(f"| `{name}`")]
        assert f"| {profile.speed_kmh} | {profile.speed_low_kmh} – {profile.speed_high_kmh} |" in line
    assert all(f"`-{season}`" in walking for season in SEASONS if season != "bare")
    assert [row[0].strip("`") for row in rows("\n## all\n" + licences, "all")] == list(LICENCES)


def example(name: str) -> Any:
    """The plug-in of a guide, made by the guide's own code."""
    (code,) = re.findall(r"```python\n(.*?)```", page(f"howto/{name}.md"), flags=re.DOTALL)
    made: dict[str, Any] = {}
    exec(compile(code, f"{name}.md", "exec"), made)
    (item,) = [made[constant] for constant in ("SOURCE", "ANALYSIS", "EXPORT") if constant in made]
    return item


def test_the_example_of_a_source_works(tmp_path: Path) -> None:
    file = tmp_path / "old.benches"
    file.write_text("By the oak\t59.28\t11.11\nBy the bus\t59.29\t11.12\n", encoding="utf-8")
    rows = conform(example("add-a-source").read(file, Context())).assets
    assert list(rows["name"]) == ["By the oak", "By the bus"]
    assert set(rows["kind"]) == {"places"}
    assert set(rows["licence"]) == {"NLOD-2.0"}


def test_the_example_of_an_analysis_works() -> None:
    found = example("add-an-analysis").run(inventory(assets(("Oak Park", "Elm Park"))))
    assert found.frame["assets"].sum() == 2
    assert found.receipt["question"] == "density"


def test_the_example_of_an_export_works(tmp_path: Path) -> None:
    content = content_of(inventory(assets(("Oak Park",))), Audience.public, "en", WGS84)
    example("add-an-export").write(content, tmp_path / "x.list")
    text = (tmp_path / "x.list").read_text(encoding="utf-8")
    assert text.startswith("Oak Park\n")
    assert content.about.attribution in text
