/* How is a place chosen or moved? By a tap, by dragging the pin with mouse or finger, or with the arrow keys. */
"use strict";
{
  const { el, svg, say } = assetmap;
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const STEP = 4; // pixels; with Shift ten times that
  const REST = 400; // ms

  const DragIcon = L.Icon.extend({
    options: { className: "am-drag", iconSize: [44, 58], iconAnchor: [22, 56] },
    createIcon() {
      const node = el("div", { "aria-label": say("drag") },
        svg("svg", { viewBox: "0 0 44 58", width: 44, height: 58, "aria-hidden": "true" },
          svg("path", { d: "M22 56C15 44 4 34 4 21a18 18 0 0 1 36 0c0 13-11 23-18 35Z", fill: "#ffd23f", stroke: "#2b2118", "stroke-width": 2.6 }),
          svg("path", { d: "M22 11v20M12 21h20M22 11l-3.5 4M22 11l3.5 4M22 31l-3.5-4M22 31l3.5-4M12 21l4-3.5M12 21l4 3.5M32 21l-4-3.5M32 21l-4 3.5",
            fill: "none", stroke: "#2b2118", "stroke-width": 2, "stroke-linecap": "round" })));
      this._setIconStyles(node, "icon");
      return node;
    },
    createShadow: () => null,
  });

  /** A pin that can be moved; `told(latlng)` is called when it has come to rest. */
  assetmap.dragPin = (map, at, told) => {
    const pin = L.marker(at, { draggable: true, autoPan: true, keyboard: true, pane: "am-numbers", icon: new DragIcon() });
    let resting = 0;
    const rest = () => {
      pin.busy = false;
      if (pin._map) told(pin.getLatLng());
    };
    pin.on("dragstart", () => (pin.busy = true));
    pin.on("dragend", rest);
    pin.on("add", () => pin.getElement().addEventListener("keydown", event => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation(); // else the map moves too
      pin.busy = true;
      const far = event.shiftKey ? 10 * STEP : STEP;
      pin.setLatLng(map.containerPointToLatLng(map.latLngToContainerPoint(pin.getLatLng()).add([step[0] * far, step[1] * far])));
      clearTimeout(resting);
      resting = setTimeout(rest, REST);
    }));
    return pin;
  };
}
