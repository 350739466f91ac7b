/* How do the page and the app around it talk? By the messages that the docstring of `maps/page.py` lists. */
"use strict";
{
  const finite = (...values) => values.every(Number.isFinite);
  const place = (lat, lon) => finite(lat, lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  const texts = list => list === null || list === undefined || (Array.isArray(list) && list.every(t => typeof t === "string"));

  const DO = {
    data: (view, m) => m.data && m.data.v === 1 && view.data(m.data, m.fit === true),
    patch: (view, m) => m.data && m.data.v === 1 && Array.isArray(m.gone) && view.patch(m.gone, m.data),
    show: (view, m) => texts(m.categories) && texts(m.ids) && view.show(m.categories, m.ids),
    focus: (view, m) => typeof m.id === "string" && view.focus(m.id),
    view: (view, m) => place(m.lat, m.lon) && finite(m.zoom) && view.go(m.lat, m.lon, m.zoom),
    fit: view => view.fit(),
    language: (view, m) => typeof m.lang === "string" && m.words && view.language(m.lang, m.words),
    layers: (view, m) => m.on && typeof m.on === "object" && view.layers(m.on),
    mode: (view, m) => ["look", "pick", "place"].includes(m.mode) && view.mode(m.mode),
    pin: (view, m) => (m.at === null || (Array.isArray(m.at) && place(m.at[0], m.at[1]))) && view.pin(m.at),
  };

  /** Says an event to the app, if there is one. */
  assetmap.tellHost = message => {
    if (assetmap.config.hosted && window.parent !== window) window.parent.postMessage({ am: 1, ...message }, "*");
  };

  assetmap.listenToHost = view => {
    if (!assetmap.config.hosted) return;
    window.addEventListener("message", event => {
      const message = event.data;
      if (event.source !== window.parent || !message || message.am !== 1) return;
      if (Object.hasOwn(DO, message.do)) DO[message.do](view, message);
    });
    assetmap.tellHost({ ev: "ready" });
  };
}
