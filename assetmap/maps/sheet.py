"""What does folium draw: which Leaflet map, on which page, with which scripts?

`Map` is a folium.Map that loads our own copies of the scripts and starts ours; `Sheet` is the page around it. Layers of
folium's own may be added to such a map as to any other, as long as they need no script from elsewhere (`Popup` and
`Icon` do: jQuery and Font Awesome; our own popups do not).
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from assetmap.maps.badge import SHAPES, icons
from assetmap.maps.safe import Figure, Template, folium
from assetmap.maps.words import words

_HERE = Path(__file__).parent
_STYLES = ("vendor/leaflet.css", "vendor/MarkerCluster.css", "static/map.css")
_SCRIPTS = (
    "vendor/leaflet.js", "vendor/leaflet.markercluster.js", "vendor/pmtiles.js", "vendor/protomaps-leaflet.js",
    "static/dom.js", "static/basemap.js", "static/pins.js", "static/popup.js", "static/dots.js", "static/areas.js",
    "static/panel.js", "static/patch.js", "static/placing.js", "static/host.js", "static/start.js",
)  # fmt: skip
FILES: dict[str, Path] = {Path(name).name: _HERE / name for name in (*_STYLES, *_SCRIPTS)}
"""The files that the page loads, by the name under which it asks for them."""


_SANDBOX = "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox"  # a website that is opened is on its own


def inert_json(data: Any) -> str:
    """JSON for a script element: it can neither end the element nor be taken for a template."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for seen, safe in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"), ("{{", "{\\u007b"),
                       ("{%", "\\u007b%"), ("{#", "\\u007b#")):  # fmt: skip
        text = text.replace(seen, safe)
    return text


class Sheet(Figure):
    """The whole HTML page. Written in Python, not as a template: no part of it is ever read as one."""

    def __init__(self, lang: str, title: str, config: Mapping[str, Any], *, assets: str | None, strict: bool) -> None:
        super().__init__(width="100%", ratio="62%", title=title)
        self.lang, self.config, self.assets, self.strict = lang, dict(config), assets, strict
        self.data: Mapping[str, Any] | None = None
        self.basemap: bytes | None = None

    def render(self, **kwargs: Any) -> str:
        """The page as text."""
        for child in self._children.values():
            child.render(**kwargs)
        said = words(self.lang)
        page = "".join([
            f'<!DOCTYPE html>\n<html lang="{html.escape(self.lang)}">\n<head>\n<meta charset="utf-8">\n%POLICY%'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html.escape(self.title or said['map'])}</title>\n",
            *(self._style(Path(name).name) for name in _STYLES), *(self._script(Path(name).name) for name in _SCRIPTS),
            self.header.render(**kwargs), "\n</head>\n<body>\n<main>\n",
            f'<h1 class="am-hidden">{html.escape(self.title or said["map"])}</h1>\n',
            f"<noscript><p>{html.escape(said['noscript'])}</p></noscript>\n", self.html.render(**kwargs), "\n</main>\n",
            _carried("am-config", {**self.config, "lang": self.lang, "words": said, "icons": icons(),
                                   "shapes": SHAPES}),
            _carried("am-data", self.data) if self.data is not None else "",
            f'<script type="text/plain" id="am-basemap">{base64.b64encode(self.basemap).decode()}</script>\n'
            if self.basemap else "",
            f"<script>{self.script.render(**kwargs)}</script>\n</body>\n</html>\n",
        ])  # fmt: skip
        policy = f'<meta http-equiv="Content-Security-Policy" content="{_policy(page, self.config)}">\n'
        return page.replace("%POLICY%", policy if self.strict else "", 1)

    def _style(self, name: str) -> str:
        if self.assets is not None:
            return f'<link rel="stylesheet" href="{html.escape(self.assets + name)}">\n'
        return f"<style>{_text(name)}</style>\n"

    def _script(self, name: str) -> str:
        if self.assets is not None:
            return f'<script src="{html.escape(self.assets + name)}"></script>\n'
        return f"<script>{_text(name)}</script>\n"


def content_security_policy(page: str, tiles: str = "") -> str:
    """The value of the Content-Security-Policy header for a page: its own scripts, its own origin, and no other host
    than that of the online tiles (an address with `{z}`), where they are a choice."""
    return f"{_policy(page, {'tiles': {'url': tiles}} if tiles else {})}; {_SANDBOX}"


def _policy(page: str, config: Mapping[str, Any]) -> str:
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in inline)
    tiles = str((config.get("tiles") or {}).get("url", ""))
    host = re.match(r"https?://[\w.{}:-]+", tiles)
    outside = " " + host[0].replace("{s}.", "*.") if host else ""
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:{outside}; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _carried(name: str, data: Any) -> str:
    return f'<script type="application/json" id="{name}">{inert_json(data)}</script>\n'


@cache
def _text(name: str) -> str:
    """A file of ours as the content of a script or style element."""
    return FILES[name].read_text(encoding="utf-8").replace("</script", "<\\/script").replace("<!--", "<\\!--")


class Map(folium.Map):
    """A folium.Map on a `Sheet`, with our layers. Its id is constant, so that the same data gives the same page."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}{% endmacro %}
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map("{{ this.get_name() }}",
                {center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }} });
            assetmap.start({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, sheet: Sheet, centre: tuple[float, float], zoom: int) -> None:
        super().__init__(location=centre, zoom_start=zoom, tiles=None, zoom_control=False, attribution_control=False)
        self.default_js, self.default_css = [], []  # the sheet brings our own
        self.options |= {"max_zoom": 19, "min_zoom": 3, "zoom_snap": 0.25}
        self._id = "assetmap"
        sheet.add_child(self, name="map")
