/* Which areas are drawn, and how? The boundary, cells with people left out, and ground within so many minutes. */
"use strict";
{
  const { el, svg, say, number } = assetmap;
  const SHADES = ["#fde3c8", "#fbbf8a", "#f2935a", "#d9662f", "#a83e12"]; // light to dark: more people without
  const WALK = [
    { fill: 0.3, dash: null, width: 2.2 }, { fill: 0.2, dash: "9 5", width: 2 }, { fill: 0.12, dash: "2 5", width: 2 },
    { fill: 0.08, dash: "12 4 2 4", width: 1.8 },
  ];
  const WALK_COLOUR = "#4b3b9a";

  /** [[[lon, lat, lon, lat …] ring …] polygon …] in millionths to what Leaflet draws. */
  const latlngs = polygons => polygons.map(rings => rings.map(ring => {
    const out = [];
    for (let i = 0; i < ring.length; i += 2) out.push([ring[i + 1] / 1e6, ring[i] / 1e6]);
    return out;
  }));

  const swatch = attributes => svg("svg", { viewBox: "0 0 26 18", width: 26, height: 18, "aria-hidden": "true" },
    svg("rect", { x: 2, y: 2, width: 22, height: 14, rx: 2, ...attributes }));

  /** All the world but the area: what lies around it steps back, and no edge of the data is taken for one of the place. */
  const EVERYWHERE = [[-85, -540], [-85, 540], [85, 540], [85, -540]];
  function veil(areas) {
    return L.polygon([EVERYWHERE, ...latlngs(areas).map(rings => rings[0])],
      { pane: "am-veil", interactive: false, stroke: false, fillColor: "#f4f1ea", fillOpacity: 0.6 });
  }

  function boundary(map, layer) {
    const style = { pane: "am-lines", interactive: false, fill: false, color: "#2b2118" };
    return {
      drawn: L.layerGroup([
        ...(layer.areas.length ? [veil(layer.areas)] : []),
        L.polygon(latlngs(layer.areas), { ...style, color: "#ffffff", weight: 5, opacity: 0.75 }),
        L.polygon(latlngs(layer.areas), { ...style, weight: 1.8, dashArray: "7 5" })]),
      legend: [],
      picture: swatch({ fill: "none", stroke: "#2b2118", "stroke-width": 1.8, "stroke-dasharray": "5 3" }),
    };
  }

  function coverage(map, layer) {
    const drawn = new assetmap.Dots(layer);
    const legend = assetmap.coverageStates.map((state, i) => layer.counts[i] &&
      [assetmap.dotPicture(state), say(state.key), number(layer.counts[i])]).filter(Boolean);
    const click = event => {
      const row = drawn.at(event.containerPoint);
      if (row < 0) return false;
      const state = assetmap.coverageStates[layer.state[row]];
      const minutes = layer.minutes[row];
      assetmap.openNote(map, [layer.lat[row] / 1e6, layer.lon[row] / 1e6],
        el("p", { class: "am-kind" }, assetmap.dotPicture(state), el("span", {}, say(state.key))),
        layer.metres ? layer.metres[row] >= 0 && el("p", {}, say("metres", { n: number(layer.metres[row]) }))
          : minutes >= 0 && el("p", {}, say("minutes", { n: number(minutes / 10, 1) })));
      return true;
    };
    return { drawn, legend, click };
  }

  /** Upper limits of five classes, so that each holds about as many cells. */
  function classes(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return [0.2, 0.4, 0.6, 0.8, 1].map(q => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]);
  }

  function gaps(map, layer) {
    const limits = classes(layer.people);
    const shade = people => SHADES[Math.max(limits.findIndex(limit => people <= limit), 0)];
    const renderer = L.canvas({ pane: "am-cells", padding: 0.3 });
    const cells = layer.cells.map((polygons, i) => L.polygon(latlngs(polygons), { renderer, color: "#7a2e0c", weight: 0.6,
      fillColor: shade(layer.people[i]), fillOpacity: 0.62 }).on("click", () => tell(i)));
    const middles = cells.map(cell => cell.getBounds().getCenter());
    function tell(i) {
      const near = layer.strengths[i] || [];
      assetmap.openNote(map, middles[i], el("h2", {}, sentence(i)),
        near.length ? el("p", {}, say("strengths")) : null,
        near.length ? el("ul", {}, ...near.map(s => el("li", { dir: "auto" },
          `${s.name || s.category} (${say("minutes", { n: number(s.minutes) })})`))) : null);
    }
    const sentence = i => say(layer.unit === "people" ? "people_without" : "homes_without", { n: number(layer.people[i]) });
    const numbers = L.layerGroup();
    const roomy = cell => {
      const box = cell.getBounds();
      return map.project(box.getNorthEast()).x - map.project(box.getSouthWest()).x >= 27;
    };
    const label = () => {
      numbers.clearLayers();
      const seen = map.getBounds();
      middles.slice(0, 400).forEach((middle, i) => {
        if (seen.contains(middle) && layer.people[i] >= 0.5 && roomy(cells[i])) {
          numbers.addLayer(L.marker(middle, { interactive: false, keyboard: false, pane: "am-numbers",
            icon: new TextIcon({ text: number(layer.people[i]) }) }));
        }
      });
    };
    const drawn = L.layerGroup([...cells, numbers]);
    drawn.on("add", () => { map.on("moveend", label); label(); });
    drawn.on("remove", () => map.off("moveend", label));
    const legend = [];
    limits.forEach((limit, i) => {
      const from = i ? limits[i - 1] : 0;
      if (i && limit === from) return;
      legend.push([swatch({ fill: SHADES[i], stroke: "#7a2e0c" }), `${number(from)}–${number(limit)}`, ""]);
    });
    const largest = layer.cells.slice(0, 5).map((_, i) => [sentence(i), () => {
      map.setView(middles[i], Math.max(map.getZoom(), 16), { animate: false });
      tell(i);
    }]);
    return { drawn, legend, largest };
  }

  const TextIcon = L.Icon.extend({
    options: { iconSize: [56, 20], className: "am-number" },
    createIcon() {
      const node = el("div", { "aria-hidden": "true" }, this.options.text);
      this._setIconStyles(node, "icon");
      return node;
    },
    createShadow: () => null,
  });

  function walk(map, layer) {
    const drawn = L.layerGroup();
    const legend = [];
    layer.areas.map((area, i) => [area, WALK[Math.min(i, WALK.length - 1)]]).reverse().forEach(([area, style]) => {
      const shape = L.polygon(latlngs(area.polygons), { pane: "am-areas", interactive: false, color: WALK_COLOUR,
        weight: style.width, dashArray: style.dash, fillColor: WALK_COLOUR, fillOpacity: style.fill / 1.6 });
      drawn.addLayer(shape);
      if (area.polygons.length) {
        const top = latlngs(area.polygons).flat(2).reduce((best, p) => (p[0] > best[0] ? p : best));
        drawn.addLayer(L.marker(top, { interactive: false, keyboard: false, pane: "am-numbers",
          icon: new TextIcon({ text: say("min", { n: number(area.minutes) }) }) }));
      }
      legend.unshift([swatch({ fill: WALK_COLOUR, "fill-opacity": style.fill, stroke: WALK_COLOUR,
        "stroke-width": style.width, "stroke-dasharray": style.dash && "5 3" }), say("within", { n: number(area.minutes) }), ""]);
    });
    return { drawn, legend };
  }

  function nearby(map, layer) {
    const drawn = L.layerGroup();
    if (layer.at) drawn.addLayer(assetmap.placePin([layer.at[1] / 1e6, layer.at[0] / 1e6]));
    return { drawn, legend: (layer.rows || []).map(([label, count]) => ["", label, count]) };
  }

  function outlines(map, layer) {
    const style = { pane: "am-areas", interactive: false, color: "#4b3b9a", weight: 2 };
    return { drawn: L.layerGroup([L.polygon(latlngs(layer.areas), { ...style, fillOpacity: 0.12 }),
      L.polyline(latlngs([layer.lines])[0], style)]), legend: [] };
  }

  /** The place that was chosen or asked about. */
  assetmap.placePin = at => L.marker(at, { keyboard: false, interactive: false, pane: "am-numbers", icon: new PlaceIcon() });
  const PlaceIcon = L.Icon.extend({
    options: { className: "am-place", iconSize: [30, 42], iconAnchor: [15, 41] },
    createIcon() {
      const node = el("div", { role: "img", "aria-label": say("chosen") },
        svg("svg", { viewBox: "0 0 30 42", width: 30, height: 42, "aria-hidden": "true" },
          svg("path", { d: "M15 41C10 32 2 24 2 15a13 13 0 0 1 26 0c0 9-8 17-13 26Z", fill: "#ffd23f", stroke: "#2b2118", "stroke-width": 2.4 }),
          svg("circle", { cx: 15, cy: 15, r: 5, fill: "#2b2118" })));
      this._setIconStyles(node, "icon");
      return node;
    },
    createShadow: () => null,
  });

  const DRAW = { boundary, coverage, gaps, walk, nearby, outlines };

  /** {drawn, legend: [[picture, text, number]], largest?, click?} for a layer of the payload; null if it is unknown. */
  assetmap.area = (map, layer) => (Object.hasOwn(DRAW, layer.type) ? DRAW[layer.type](map, layer) : null);
}
