/* Where does everything come together? `assetmap.start(map)` draws the page's data on a Leaflet map that folium made. */
"use strict";
{
  const { el, say, number } = assetmap;
  const EMPTY = { v: 1, bounds: null, kinds: [], categories: [], unplaced: 0, layers: [], attribution: [],
    assets: { id: [], name: [], cat: [], lon: [], lat: [], more: {} } };
  const PANES = { "am-veil": 345, "am-areas": 350, "am-cells": 360, "am-dots": 370, "am-lines": 380, "am-numbers": 610 };

  class View {
    constructor(map, ground) {
      this.map = map;
      this.label();
      this.ground = ground;
      this.off = new Set(); // kinds and layers that are switched off
      this.categories = this.ids = this.pins = this.popup = this.chosen = null;
      this.drawn = new Map();
      this.current = EMPTY;
      this.quiet = 0; // above 0 while the page itself moves the map
      this.fitted = false;
      this.panel = assetmap.panel(map, ground, data => this.attribution(data));
      map.on("moveend", () => this.moved());
      map.on("click", event => this.clicked(event));
      map.on("am:fit", () => this.fit());
      map.on("am:ground", () => this.refresh());
      map.getContainer().addEventListener("keydown", event => this.key(event));
    }

    attribution(data) {
      const { config } = assetmap;
      const tiles = config.tiles && this.map.hasLayer(this.ground.online) ? [{ text: config.tiles.attribution, url: "" }] : [];
      const seen = new Set();
      return [...(config.basemap ? config.attribution : []), ...data.attribution, ...tiles]
        .filter(({ text }) => text && !seen.has(text) && seen.add(text));
    }

    data(data, fit) {
      this.sent = data;
      this.replace(data, fit);
    }

    /** Some assets are different from what was sent. What is open stays open, and the view where it is. */
    patch(gone, data) {
      const open = this.popup && this.popup.isOpen() ? this.opened : null;
      this.replace(assetmap.patched(this.sent, gone, data), false);
      const row = open && this.pins.row(open);
      if (row !== undefined && row !== null) {
        this.silently(() => {
          this.popup = assetmap.openPopup(this.map, this.current, row, this.pins.markers[row],
            () => assetmap.tellHost({ ev: "close" }), true);
        });
      }
    }

    replace(data, fit) {
      this.map.closePopup();
      if (this.pins) this.pins.group.remove();
      for (const { drawn } of this.drawn.values()) drawn.remove();
      this.current = data;
      this.drawn = new Map();
      for (const layer of data.layers) {
        const made = assetmap.area(this.map, layer);
        if (made) this.drawn.set(layer.id, made);
      }
      this.pins = assetmap.pins(this.map, data, row => this.open(row));
      for (const [id, { drawn }] of this.drawn) if (!this.off.has(id)) drawn.addTo(this.map);
      this.refresh();
      if (fit || !this.fitted) this.fit();
      this.draw();
    }

    refresh() {
      this.panel.update(this.current, this.drawn, key => !this.off.has(key), (key, on) => {
        this.layers({ [key]: on }, true);
        assetmap.tellHost({ ev: "layers", on: { [key]: on } });
      });
    }

    draw() {
      const { categories, kinds, assets } = this.current;
      const wanted = this.categories && new Set(this.categories);
      const ids = this.ids && new Set(this.ids);
      const keep = categories.map(c => (!wanted || wanted.has(c.key)) && !this.off.has(kinds[c.kind].key));
      const shown = this.pins ? this.pins.show(row => keep[assets.cat[row]] && (!ids || ids.has(assets.id[row]))) : 0;
      this.panel.tell(say("shown", { n: number(shown) }));
      requestAnimationFrame(() => requestAnimationFrame(() => {
        this.map.getContainer().dataset.drawn = shown;
        assetmap.tellHost({ ev: "drawn", assets: shown });
      }));
    }

    show(categories, ids) {
      this.categories = categories || null;
      this.ids = ids || null;
      this.draw();
    }

    layers(on, byReader) {
      for (const [key, value] of Object.entries(on)) {
        if (value) this.off.delete(key);
        else this.off.add(key);
        const layer = this.drawn.get(key);
        if (layer && value) layer.drawn.addTo(this.map);
        if (layer && !value) layer.drawn.remove();
      }
      if (!byReader) this.refresh();
      if (this.current.kinds.some(kind => kind.key in on)) this.draw();
    }

    /** Do something to the view without telling the app that the reader moved it. */
    silently(move) {
      this.quiet++;
      try {
        move();
      } finally {
        this.quiet--;
      }
    }

    go(lat, lon, zoom) {
      this.fitted = true;
      this.silently(() => this.map.setView([lat, lon], zoom, { animate: false }));
    }

    fit() {
      const { x, y } = this.map.getSize();
      if (!x || !y) return; // hidden; fitted when it is shown
      const to = bounds => this.silently(() => this.map.fitBounds(bounds, { paddingTopLeft: [10, 10], paddingBottomRight: [10, 28], maxZoom: 17, animate: false }));
      const { bounds } = this.current;
      if (bounds) {
        this.fitted = true;
        to([[bounds[1], bounds[0]], [bounds[3], bounds[2]]]);
      } else {
        this.ground.bounds.then(known => known && !this.fitted && to(known));
      }
    }

    focus(id) {
      const row = this.pins && this.pins.row(id);
      if (row === undefined || row === null) return;
      const marker = this.pins.markers[row];
      if (!this.pins.group.hasLayer(marker)) return;
      this.fitted = true;
      this.quiet++;
      this.pins.group.zoomToShowLayer(marker, () => {
        this.silently(() => this.map.panTo(marker.getLatLng(), { animate: false }));
        this.quiet--;
        this.open(row);
      });
    }

    open(row) {
      const id = this.current.assets.id[row];
      const marker = this.pins.markers[row];
      this.opened = id;
      this.silently(() => {
        this.popup = assetmap.openPopup(this.map, this.current, row, marker, () => assetmap.tellHost({ ev: "close" }));
      });
      assetmap.tellHost({ ev: "open", id });
    }

    clicked(event) {
      if (this.picking) return this.pick(event.latlng);
      for (const [id, layer] of this.drawn) if (layer.click && !this.off.has(id) && layer.click(event)) return;
    }

    key(event) {
      if (event.key === "Escape" && this.map.getPane("popupPane").childElementCount) {
        event.stopPropagation();
        this.map.closePopup();
      } else if (event.key === "Enter" && this.picking && event.target === this.map.getContainer()) {
        this.pick(this.map.getCenter());
      }
    }

    pick({ lat, lng }) {
      const at = [Number(lat.toFixed(6)), Number(L.Util.wrapNum(lng, [-180, 180], true).toFixed(6))];
      this.pin(at);
      assetmap.tellHost({ ev: "pick", lat: at[0], lon: at[1] });
    }

    pin(at) {
      this.at = at;
      const drags = Boolean(this.chosen && this.chosen.options.draggable);
      if (this.chosen && at && drags === Boolean(this.placing)) {
        if (!this.chosen.busy) this.chosen.setLatLng(at); // the same pin: it keeps the focus
        return;
      }
      if (this.chosen) this.chosen.remove();
      const made = at && (this.placing ? assetmap.dragPin(this.map, at, to => this.pick(to)) : assetmap.placePin(at));
      this.chosen = made && made.addTo(this.map);
    }

    mode(mode) {
      this.placing = mode === "place";
      this.picking = mode === "pick" || this.placing;
      if (this.placing) this.map.closePopup();
      this.map.getContainer().classList.toggle("am-picking", this.picking);
      this.map.getContainer().classList.toggle("am-placing", this.placing);
      this.pin(this.at);
      this.panel.tell(this.picking ? say("pick") : "");
    }

    moved() {
      if (this.quiet) return;
      const centre = this.map.getCenter().wrap();
      const seen = this.map.getBounds();
      const round = value => Number(value.toFixed(5));
      assetmap.tellHost({ ev: "moved", lat: round(centre.lat), lon: round(centre.lng), zoom: this.map.getZoom(),
        bounds: [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()].map(round) });
    }

    /** What a screen reader calls the map. */
    label() {
      this.map.getContainer().setAttribute("aria-label", say("map"));
    }

    language(lang, words) {
      assetmap.lang = lang;
      assetmap.words = words;
      document.documentElement.lang = lang;
      document.title = document.title && say("map");
      this.refresh();
      this.label();
    }
  }

  /** Draws what the page carries on a map, and listens to the app if there is one. */
  assetmap.start = map => {
    const config = assetmap.carried("am-config");
    Object.assign(assetmap, { config, lang: config.lang, words: config.words, icons: config.icons, shapes: config.shapes });
    for (const [name, level] of Object.entries(PANES)) map.createPane(name).style.zIndex = level;
    const container = map.getContainer();
    container.setAttribute("role", "region");
    const view = new View(map, assetmap.basemap(map, config));
    assetmap.view = view;
    view.data(assetmap.carried("am-data") || EMPTY, false);
    new ResizeObserver(() => {
      view.silently(() => map.invalidateSize({ animate: false }));
      if (!view.fitted) view.fit();
    }).observe(container);
    container.append(el("p", { class: "am-crosshair", "aria-hidden": "true" }));
    assetmap.listenToHost(view);
  };
}
