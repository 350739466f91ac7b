/* What does one asset say about itself? A small dialog; Escape closes it and the focus goes back to its pin. */
"use strict";
{
  const { el, say, number, short } = assetmap;
  const FIELDS = ["near", "minutes", "about", "address", "hours", "access", "wheelchair", "capacity", "operator", "website", "source"];

  function value(field, content) {
    if (field === "website") {
      const address = assetmap.webAddress(content);
      return address ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, short(content, 60)) : content;
    }
    if (field === "minutes") return say("minutes", { n: number(content) });
    return typeof content === "number" ? number(content) : String(content);
  }

  function describe(data, row) {
    const { assets } = data;
    const category = data.categories[assets.cat[row]];
    const kind = data.kinds[category.kind];
    const title = el("h2", { dir: "auto", id: "am-popup-title", tabindex: "-1" }, assetmap.titleOf(data, row));
    const list = el("dl", {});
    for (const field of FIELDS) {
      const content = (assets.more[field] || {})[row];
      if (content === undefined || content === null || content === "") continue;
      list.append(el("dt", {}, say(field)), el("dd", { dir: "auto" }, value(field, content)));
    }
    const approximate = (assets.more.approximate || {})[row];
    return el("div", { class: "am-popup" },
      el("p", { class: "am-kind" }, assetmap.badge(kind, category.icon, 26), el("span", {}, category.label)), title,
      approximate ? el("p", { class: "am-note" }, say("approximate")) : null, list.childElementCount ? list : null);
  }

  /** Opens the dialog of a row at its marker. `closed()` is called once, when it is closed. `quietly`: neither the view
      nor the focus moves. */
  assetmap.openPopup = (map, data, row, marker, closed, quietly) => {
    const popup = L.popup({ offset: [0, -12], maxWidth: 290, minWidth: 200, maxHeight: 280,
      autoPanPadding: [16, 16], keepInView: false, autoPan: !quietly })
      .setLatLng(marker.getLatLng()).setContent(describe(data, row));
    const back = document.activeElement;
    popup.on("remove", () => {
      const inside = popup.getElement() && popup.getElement().contains(document.activeElement);
      // whoever is busy outside of this page is left there
      if (document.hasFocus() && (inside || document.activeElement === document.body)) {
        const home = marker._icon || (back && back.isConnected ? back : map.getContainer());
        home.focus({ preventScroll: true });
      }
      closed();
    });
    popup.openOn(map);
    dress(popup, quietly);
    return popup;
  };

  function dress(popup, quietly) {
    const box = popup.getElement();
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-labelledby", "am-popup-title");
    const close = box.querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", say("close"));
    close.removeAttribute("href");
    close.setAttribute("tabindex", "0");
    close.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        close.click();
      }
    });
    if (!quietly) box.querySelector("h2").focus({ preventScroll: true });
  }

  /** A short text at a place, for homes and cells. */
  assetmap.openNote = (map, latlng, ...content) =>
    L.popup({ maxWidth: 260, className: "am-notebox" }).setLatLng(latlng).setContent(el("div", { class: "am-popup" }, ...content)).openOn(map);
}
