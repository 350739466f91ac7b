/* Who is covered, home by home? One canvas for all homes: each state has a shape of its own besides its colour. */
"use strict";
{
  const { svg } = assetmap;
  // in drawing order of importance: those without lie on top
  const STATES = [
    { key: "covered", colour: "#2a7f9e", draw: (c, x, y, r) => c.arc(x, y, r * 0.9, 0, 7) },
    { key: "uncovered", colour: "#c2410c", draw: (c, x, y, r) => {
      c.moveTo(x, y - r * 1.35); c.lineTo(x + r * 1.25, y + r); c.lineTo(x - r * 1.25, y + r); c.closePath(); } },
    { key: "unreachable", colour: "#2b2118", cross: true, draw: (c, x, y, r) => {
      c.moveTo(x - r, y - r); c.lineTo(x + r, y + r); c.moveTo(x + r, y - r); c.lineTo(x - r, y + r); } },
    { key: "unlinked", colour: "#6b655c", ring: true, draw: (c, x, y, r) => c.arc(x, y, r * 0.8, 0, 7) },
  ];
  assetmap.coverageStates = STATES;

  /** The legend's picture of a state. */
  assetmap.dotPicture = state => {
    const shapes = { covered: svg("circle", { cx: 9, cy: 9, r: 5, fill: state.colour }),
      uncovered: svg("path", { d: "M9 2.5L15.5 14.5H2.5Z", fill: state.colour }),
      unreachable: svg("path", { d: "M4 4L14 14M14 4L4 14", stroke: state.colour, "stroke-width": 2.4, fill: "none" }),
      unlinked: svg("circle", { cx: 9, cy: 9, r: 4.5, fill: "none", stroke: state.colour, "stroke-width": 2 }) };
    return svg("svg", { viewBox: "0 0 18 18", width: 18, height: 18, "aria-hidden": "true" }, shapes[state.key]);
  };

  assetmap.Dots = L.Layer.extend({
    initialize(layer, options) {
      this.layer = layer;
      L.setOptions(this, options);
    },
    onAdd(map) {
      this.canvas = L.DomUtil.create("canvas", "am-dots leaflet-zoom-hide", map.getPane("am-dots"));
      this.canvas.setAttribute("aria-hidden", "true");
      this._draw();
    },
    onRemove() {
      this.canvas.remove();
    },
    getEvents() {
      return { moveend: this._draw, zoomend: this._draw, resize: this._draw };
    },
    /** Row of the home under a point of the map's container, or -1. */
    at(point) {
      const { lon, lat } = this.layer;
      let best = -1;
      let least = 12 ** 2;
      const box = L.latLngBounds(this._map.containerPointToLatLng(point.subtract([12, 12])),
        this._map.containerPointToLatLng(point.add([12, 12])));
      for (let i = 0; i < lon.length; i++) {
        const place = [lat[i] / 1e6, lon[i] / 1e6];
        if (!box.contains(place)) continue;
        const distance = this._map.latLngToContainerPoint(place).distanceTo(point) ** 2;
        if (distance < least) [best, least] = [i, distance];
      }
      return best;
    },
    _draw() {
      const map = this._map;
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      this.canvas.width = size.x * ratio;
      this.canvas.height = size.y * ratio;
      this.canvas.style.width = `${size.x}px`;
      this.canvas.style.height = `${size.y}px`;
      const pen = this.canvas.getContext("2d");
      pen.scale(ratio, ratio);
      const zoom = map.getZoom();
      const radius = Math.min(Math.max(1.8, (zoom - 11) * 0.9), 7);
      const origin = map.project(map.containerPointToLatLng([0, 0]));
      const scale = 256 * 2 ** zoom;
      const { lon, lat, state } = this.layer;
      STATES.forEach((style, wanted) => {
        pen.beginPath();
        for (let i = 0; i < lon.length; i++) {
          if (state[i] !== wanted) continue;
          const sine = Math.sin((lat[i] / 1e6) * Math.PI / 180);
          const x = (lon[i] / 36e7 + 0.5) * scale - origin.x;
          const y = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * scale - origin.y;
          if (x < -9 || y < -9 || x > size.x + 9 || y > size.y + 9) continue;
          if (!style.cross) pen.moveTo(x + radius, y);
          style.draw(pen, x, y, radius);
        }
        pen.globalAlpha = wanted === 0 ? 0.72 : 0.95;
        pen.lineWidth = style.cross ? 2 : style.ring ? 1.5 : 1;
        pen.fillStyle = style.colour;
        pen.strokeStyle = style.cross || style.ring ? style.colour : "#ffffff";
        if (!style.cross && !style.ring) pen.fill();
        if (style.cross || style.ring || radius > 3) pen.stroke();
      });
    },
  });
}
