/* What does the ground look like? The calm base map, from a PMTiles file on a server or inside this page. */
"use strict";
{
  const LAND = "#f6f3ee";
  const WATER = "#c9dfe8";
  const GREEN = { park: "#d9e8cb", wood: "#cadfbd", grass: "#e0ebd2", farm: "#f0ecd9", beach: "#f5ebcd", pitch: "#cfe3c4",
    cemetery: "#d6e2cd", allotments: "#dce7c8" };
  const BUILT = { industrial: "#ece8e6", commercial: "#f3ece6", retail: "#f3ece6", railway: "#ebe8e4", military: "#ece7e2" };
  // class: [width at zoom 12, 14, 16, 18], casing
  const ROADS = {
    motorway: [[1.6, 3, 7, 16], "#d9c3a0", "#fbe9c6"], major: [[1.2, 2.8, 7, 17], "#d8cdbb", "#fffaf0"],
    minor: [[0.5, 1.5, 4.5, 13], "#ddd6cb", "#ffffff"], pedestrian: [[0.4, 1.3, 3.6, 10], "#ded7cf", "#fbf8f4"],
    service: [[0.3, 0.7, 2.2, 6], "#e0d9cf", "#ffffff"],
  };
  const PATHS = { path: ["#b7a994", [3, 2.5]], steps: ["#a8937a", [1.2, 1.4]], track: ["#c2b295", [6, 3]] };
  const TEXT = "#5f584d";

  const at = values => z => {
    const stops = [12, 14, 16, 18];
    if (z <= stops[0]) return values[0];
    for (let i = 1; i < stops.length; i++) {
      if (z <= stops[i]) {
        const t = (z - stops[i - 1]) / 2;
        return values[i - 1] * Math.pow(values[i] / values[i - 1], t);
      }
    }
    return values[3] * Math.pow(1.6, z - 18);
  };

  function paintRules() {
    const { PolygonSymbolizer, LineSymbolizer } = protomapsL;
    const cls = (_, f) => f.props.cls;
    const polygon = (layer, fill, more) =>
      ({ dataLayer: layer, symbolizer: new PolygonSymbolizer({ fill, perFeature: true, ...more }) });
    const line = (layer, color, width, more) =>
      ({ dataLayer: layer, symbolizer: new LineSymbolizer({ color, width, lineCap: "round", lineJoin: "round", ...more }) });
    const only = (rule, ...wanted) => ({ ...rule, filter: (z, f) => wanted.includes(cls(z, f)) });
    const rules = [
      polygon("land", LAND), polygon("built", (z, f) => BUILT[cls(z, f)] || "#f1ede7"),
      polygon("green", (z, f) => GREEN[cls(z, f)] || GREEN.grass), polygon("water", WATER),
      line("waterway", WATER, at([0.8, 1.6, 3, 7])), polygon("plaza", "#f1e9e0"), polygon("pier", "#f1ece4"),
      line("pierline", "#f1ece4", at([1, 2, 4, 9])),
      line("rail", "#c3bcb4", at([0.6, 0.9, 1.4, 2.4])),
      { ...line("rail", "#f6f3ee", at([0.2, 0.4, 0.7, 1.4]), { dash: [5, 5], lineCap: "butt" }), minzoom: 15 },
      { ...polygon("building", "#e4dcd1", { stroke: "#d3c9bb", width: 0.6 }), minzoom: 14 },
    ];
    for (const [name, [color, dash]] of Object.entries(PATHS)) {
      rules.push(only({ ...line("road", color, at([0.4, 0.7, 1.3, 2.6]), { dash, lineCap: "butt" }), minzoom: 14 }, name));
    }
    const order = ["service", "pedestrian", "minor", "major", "motorway"];
    for (const name of order) {
      const [width, casing] = ROADS[name];
      rules.push(only({ ...line("road", casing, z => at(width)(z) + (z < 14 ? 0.6 : 1.4)), minzoom: 13 }, name));
    }
    for (const name of order) {
      const [width, , color] = ROADS[name];
      rules.push(only(line("road", z => (z < 13 ? "#d3c9b8" : color), at(width)), name));
    }
    return rules;
  }

  function labelRules() {
    const { LineLabelSymbolizer, CenteredTextSymbolizer } = protomapsL;
    const family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
    const street = (size, minzoom, ...wanted) => ({
      dataLayer: "road", minzoom, filter: (z, f) => wanted.includes(f.props.cls) && f.props.name,
      symbolizer: new LineLabelSymbolizer({ labelProps: ["name"], fill: TEXT, stroke: "#fffdf9", width: 3,
        font: `500 ${size}px ${family}` }),
    });
    const centred = (layer, fill, minzoom, style) => ({
      dataLayer: layer, minzoom, filter: (z, f) => f.props.name && f.props.name.length < 60,
      symbolizer: new CenteredTextSymbolizer({ labelProps: ["name"], fill, stroke: "#fffdf9", width: 2.5,
        lineHeight: 1.2, maxLineChars: 14, font: `${style} 11px ${family}` }),
    });
    return [
      street(12, 14, "motorway", "major"), centred("water", "#3f6f86", 14, "italic 500"),
      centred("green", "#4a6b3c", 15, "500"), street(11, 15, "minor", "pedestrian"),
      centred("plaza", TEXT, 16, "500"), street(10.5, 16, "path", "service", "track"),
      { ...street(10.5, 16), dataLayer: "waterway", filter: (z, f) => f.props.name,
        symbolizer: new LineLabelSymbolizer({ labelProps: ["name"], fill: "#3f6f86", stroke: "#fffdf9", width: 2.5,
          font: `italic 500 10.5px ${family}` }) },
    ];
  }

  function archive(basemap) {
    const node = basemap.inline && document.getElementById("am-basemap");
    if (!node) return new pmtiles.PMTiles(new URL(basemap.url, document.baseURI).href);
    const bytes = Uint8Array.from(atob(node.textContent), c => c.charCodeAt(0));
    return new pmtiles.PMTiles({
      getKey: () => "inline",
      getBytes: (offset, length) => Promise.resolve({ data: bytes.buffer.slice(offset, offset + length) }),
    });
  }

  /** Adds what `config` asks for; returns {offline, online} layers (either may be missing) and a promise of bounds. */
  assetmap.basemap = (map, config) => {
    map.getContainer().classList.toggle("am-beyond", Boolean(config.basemap)); // hatched where there is no data
    const ground = { bounds: Promise.resolve(null) };
    if (config.basemap) {
      const tiles = archive(config.basemap);
      ground.offline = protomapsL.leafletLayer({ url: tiles, paintRules: paintRules(), labelRules: labelRules(),
        maxDataZoom: 14, attribution: "", noWrap: true,
        devicePixelRatio: Math.max(window.devicePixelRatio || 1, 1.5) }); // tiles are stretched between whole zooms
      ground.bounds = tiles.getHeader().then(h => L.latLngBounds([h.minLat, h.minLon], [h.maxLat, h.maxLon]), () => null);
    }
    if (config.tiles) ground.online = L.tileLayer(config.tiles.url, { maxZoom: 19, attribution: "" });
    const first = ground.offline || ground.online;
    if (first) first.addTo(map);
    return ground;
  };
}
