/* How is an asset seen and reached by keyboard? Pins by kind (colour and shape) with a glyph, gathered into rings that
   show which kinds they hold. Every pin and ring is a button with a name. */
"use strict";
{
  const { el, svg, say, number, short } = assetmap;
  /** The picture of a category or kind: 34 units wide, `size` pixels. */
  assetmap.badge = (kind, icon, size, approximate) => {
    const shape = assetmap.shapes[kind.shape] || assetmap.shapes.circle;
    const glyph = assetmap.icons && assetmap.icons[icon];
    const scale = kind.shape === "star" || kind.shape === "diamond" ? 0.86 : 1;
    return svg("svg", { viewBox: "0 0 34 36", width: size, height: (size * 36) / 34, "aria-hidden": "true", focusable: "false" },
      svg("path", { d: shape, transform: "translate(0 1.6)", fill: "#2b2118", opacity: 0.22, stroke: "#2b2118",
        "stroke-width": 2.5, "stroke-linejoin": "round" }),
      svg("path", { d: shape, fill: kind.colour, stroke: "#ffffff", "stroke-width": 2.4, "stroke-linejoin": "round" }),
      approximate && svg("path", { d: shape, fill: "none", stroke: kind.colour, "stroke-width": 2.4,
        "stroke-linejoin": "round", "stroke-dasharray": "3 3" }),
      glyph && svg("path", { d: glyph, fill: "#ffffff",
        transform: `translate(${17 - 7.5 * scale} ${17 - 7.5 * scale}) scale(${scale})` }));
  };

  const PinIcon = L.Icon.extend({
    options: { className: "am-pin", iconSize: [34, 36], iconAnchor: [17, 17], popupAnchor: [0, -16] },
    createIcon() {
      const { data, row } = this.options;
      const category = data.categories[data.assets.cat[row]];
      const kind = data.kinds[category.kind];
      const approximate = Boolean((data.assets.more.approximate || {})[row]);
      const node = el("div", { "aria-label": assetmap.nameOf(data, row, 200) },
        assetmap.badge(kind, category.icon, kind.key === "context" ? 26 : 34, approximate));
      this._setIconStyles(node, "icon");
      return node;
    },
    createShadow: () => null,
  });

  const RingIcon = L.Icon.extend({
    options: { className: "am-ring" },
    createIcon() {
      const { kinds, counts, total, size } = this.options;
      const radius = size / 2 - 5;
      const round = 2 * Math.PI * radius;
      const ring = svg("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size, "aria-hidden": "true" },
        svg("circle", { cx: size / 2, cy: size / 2, r: size / 2 - 0.5, fill: "#ffffff", stroke: "#2b2118", "stroke-opacity": 0.25 }));
      let passed = 0;
      counts.forEach((count, k) => {
        if (!count) return;
        const part = (count / total) * round;
        ring.append(svg("circle", { cx: size / 2, cy: size / 2, r: radius, fill: "none", stroke: kinds[k].colour,
          "stroke-width": 6, "stroke-dasharray": `${Math.max(part - (part < round ? 1.2 : 0), 0.5)} ${round}`,
          "stroke-dashoffset": -passed, transform: `rotate(-90 ${size / 2} ${size / 2})` }));
        passed += part;
      });
      const parts = counts.map((count, k) => count && `${kinds[k].label} ${number(count)}`).filter(Boolean);
      const node = el("div", { "aria-label": `${say("cluster", { n: number(total) })}: ${parts.join(", ")}` },
        ring, el("span", { "aria-hidden": "true" }, total > 9999 ? `${number(Math.floor(total / 1000))}k` : number(total)));
      this._setIconStyles(node, "icon");
      return node;
    },
    createShadow: () => null,
  });

  function ringIcon(cluster, data) {
    const counts = data.kinds.map(() => 0);
    const children = cluster.getAllChildMarkers();
    for (const marker of children) counts[data.categories[data.assets.cat[marker.options.row]].kind]++;
    const total = children.length;
    const size = total < 10 ? 42 : total < 100 ? 48 : total < 1000 ? 56 : 64;
    return new RingIcon({ kinds: data.kinds, counts, total, size, iconSize: [size, size], iconAnchor: [size / 2, size / 2] });
  }

  /** What an asset is called, its category after it; one without a name is called by what it is and what it is near. */
  assetmap.nameOf = (data, row, length) => {
    const name = data.assets.name[row];
    return name ? `${short(name, length)}, ${data.categories[data.assets.cat[row]].label}` : assetmap.titleOf(data, row);
  };
  assetmap.titleOf = (data, row) => {
    const near = (data.assets.more.near || {})[row];
    const label = data.categories[data.assets.cat[row]].label;
    return data.assets.name[row] || (near ? `${label}, ${near}` : label);
  };

  /** The pins of a payload: {group, markers, show(keep), row(id)}; `opened(row)` is called on click and Enter. */
  assetmap.pins = (map, data, opened) => {
    const { assets } = data;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || assets.id.length > 2000;
    const group = L.markerClusterGroup({
      showCoverageOnHover: false, maxClusterRadius: zoom => (zoom >= 18 ? 22 : zoom === 17 ? 34 : 58),
      animate: !calm, spiderLegPolylineOptions: { weight: 1.5, color: "#4d4d4d", opacity: 0.6 },
      iconCreateFunction: cluster => ringIcon(cluster, data),
    });
    const markers = assets.id.map((_, row) => L.marker([assets.lat[row] / 1e6, assets.lon[row] / 1e6],
      { row, icon: new PinIcon({ data, row }), riseOnHover: true }));
    const open = event => {
      if (event.type === "keypress" && !["Enter", " "].includes(event.originalEvent.key)) return;
      opened(event.layer.options.row);
    };
    group.on("click keypress", open);
    const tip = L.tooltip({ direction: "top", offset: [0, -16], className: "am-tip" });
    group.on("mouseover", ({ layer }) => tip.setLatLng(layer.getLatLng())
      .setContent(el("span", { dir: "auto" }, assetmap.nameOf(data, layer.options.row, 70))).openOn(map));
    group.on("mouseout click", () => map.closeTooltip(tip));
    group.addTo(map);
    const rows = new Map(assets.id.map((id, row) => [id, row]));
    return {
      group, markers,
      row: id => rows.get(id),
      show(keep) {
        group.clearLayers();
        const kept = markers.filter((_, row) => keep(row));
        group.addLayers(kept);
        return kept.length;
      },
    };
  };
}
