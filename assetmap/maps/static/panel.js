/* What is on the map, and what can be switched off? The legend, which is also the list of layers; the buttons and the
   line that says whose data it is. */
"use strict";
{
  const { el, say, number } = assetmap;

  const corner = (position, make) => {
    const Control = L.Control.extend({ options: { position }, onAdd: () => {
      const node = make();
      L.DomEvent.disableClickPropagation(node);
      L.DomEvent.disableScrollPropagation(node);
      return node;
    } });
    return new Control();
  };

  function zoomButtons(map) {
    const button = (text, label, change) => {
      const node = el("button", { type: "button", class: "am-button", "aria-label": label }, el("span", { "aria-hidden": "true" }, text));
      node.addEventListener("click", () => change());
      return node;
    };
    return el("div", { class: "am-zoom" }, button("+", say("zoom_in"), () => map.zoomIn()),
      button("−", say("zoom_out"), () => map.zoomOut()), button("⤢", say("fit"), () => map.fire("am:fit")));
  }

  function attribution(entries) {
    const line = el("div", { class: "am-attribution" });
    entries.forEach((entry, i) => {
      const address = entry.url && assetmap.webAddress(entry.url);
      line.append(i ? " · " : "", address ? el("a", { href: address, target: "_blank", rel: "noopener" }, entry.text) : entry.text);
    });
    return line;
  }

  function row(control, picture, label, count) {
    return el("label", { class: "am-row" }, control, el("span", { class: "am-picture" }, picture), el("span", { class: "am-label", dir: "auto" }, label),
      el("span", { class: "am-count" }, count));
  }

  function tick(key, on, switched) {
    const box = el("input", { type: "checkbox", checked: on });
    box.addEventListener("change", () => switched(key, box.checked));
    return box;
  }

  function kinds(data, on, switched) {
    const counts = data.kinds.map(() => 0);
    for (const cat of data.assets.cat) counts[data.categories[cat].kind]++;
    return data.kinds.map((kind, k) => {
      const own = data.categories.filter(c => c.kind === k);
      const only = own.length === 1 ? own[0] : { label: kind.label, icon: "" };
      return row(tick(kind.key, on(kind.key), switched), assetmap.badge(kind, only.icon, 22), only.label, number(counts[k]));
    });
  }

  function layers(data, drawn, on, switched) {
    return data.layers.filter(layer => drawn.has(layer.id)).map(layer => {
      const { legend, largest, picture } = drawn.get(layer.id);
      return el("div", { class: "am-layer" }, row(tick(layer.id, on(layer.id), switched), picture || "", layer.label, ""),
        layer.note ? el("p", { class: "am-note", dir: "auto" }, layer.note) : null,
        legend.length ? el("ul", { class: "am-legend" }, ...legend.map(([image, text, count]) =>
          el("li", {}, el("span", { class: "am-picture" }, image), el("span", { class: "am-label", dir: "auto" }, text),
            el("span", { class: "am-count" }, typeof count === "number" ? number(count) : count)))) : null,
        largest && largest.length ? el("ol", { class: "am-largest", "aria-label": say("largest") }, ...largest.map(([text, go]) => {
          const button = el("button", { type: "button" }, text);
          button.addEventListener("click", go);
          return el("li", {}, button);
        })) : null);
    });
  }

  function ground(map, choices) {
    if (!choices.offline || !choices.online) return null;
    const box = el("input", { type: "checkbox", checked: map.hasLayer(choices.online) });
    box.addEventListener("change", () => {
      map.removeLayer(box.checked ? choices.offline : choices.online);
      map.addLayer(box.checked ? choices.online : choices.offline);
      map.fire("am:ground");
    });
    return row(box, "", say("online"), "");
  }

  /** Puts the controls on the map; returns {update(data, drawn, on, switched), tell(text)}. */
  assetmap.panel = (map, choices, attributed) => {
    // in the app the choices beside the map name the kinds already
    const wide = () => map.getSize().x >= (assetmap.config.hosted ? 1000 : 900);
    let open = null; // until the reader decides, the room there is decides
    const shown = () => (open === null ? wide() : open);
    const status = el("p", { class: "am-hidden", role: "status" });
    map.getContainer().append(status);
    let fixed = [];
    let legend = null;
    const place = control => (control.addTo(map), control);
    function rebuild(data, drawn, on, switched) {
      const words = el("div", { class: "am-attributions" }, attribution(attributed(data)));
      fixed.forEach(control => control.remove());
      fixed = [place(corner("topleft", () => zoomButtons(map))), place(corner("bottomright", () => words)),
        place(L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }))];
      if (legend) legend.remove();
      legend = null;
      const empty = !data.assets.id.length && !data.layers.length;
      const body = el("div", { class: "am-body", id: "am-legend", hidden: !shown() },
        ...kinds(data, on, switched), ...layers(data, drawn, on, switched), ground(map, choices),
        data.unplaced ? el("p", { class: "am-note" }, say("unplaced", { n: number(data.unplaced) })) : null,
        empty ? el("p", { class: "am-note" }, say("empty")) : null);
      const button = el("button", { type: "button", class: "am-toggle", "aria-expanded": String(shown()), "aria-controls": "am-legend" },
        say("legend"));
      button.addEventListener("click", () => {
        open = !shown();
        body.hidden = !open;
        button.setAttribute("aria-expanded", String(open));
      });
      legend = place(corner("topright", () => el("section", { class: "am-panel", "aria-label": say("legend") }, button, body)));
    }
    return { update: rebuild, tell: text => { status.textContent = text; } };
  };
}
