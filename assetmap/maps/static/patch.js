/* What does the map show after an edit? The payload that was sent, with a few assets exchanged: so that an edit of one
   costs the sending of one. */
"use strict";
{
  /** The place of each of `entries` in `known`, by key; those that are not there are put at its end. */
  function placed(known, entries) {
    const at = new Map(known.map((entry, i) => [entry.key, i]));
    return entries.map(entry => {
      if (!at.has(entry.key)) at.set(entry.key, known.push({ ...entry }) - 1);
      return at.get(entry.key);
    });
  }

  /** A payload without the assets of these ids, and with those of another payload. */
  assetmap.patched = (base, gone, news) => {
    const kinds = [...base.kinds];
    const kindOf = placed(kinds, news.kinds);
    const categories = [...base.categories];
    const categoryOf = placed(categories, news.categories.map(c => ({ ...c, kind: kindOf[c.kind] })));
    const assets = { id: [], name: [], cat: [], lon: [], lat: [], more: {} };
    const take = (from, keep, cat) => {
      const now = new Map();
      from.id.forEach((id, row) => {
        if (!keep(id)) return;
        now.set(String(row), assets.id.length);
        for (const column of ["id", "name", "lon", "lat"]) assets[column].push(from[column][row]);
        assets.cat.push(cat(from.cat[row]));
      });
      for (const [field, values] of Object.entries(from.more)) {
        const own = (assets.more[field] ||= {});
        for (const [row, value] of Object.entries(values)) if (now.has(row)) own[now.get(row)] = value;
      }
    };
    const without = new Set(gone);
    take(base.assets, id => !without.has(id), cat => cat);
    take(news.assets, () => true, cat => categoryOf[cat]);
    const texts = new Set(base.attribution.map(({ text }) => text));
    const attribution = [...base.attribution, ...news.attribution.filter(({ text }) => !texts.has(text))];
    return { ...base, kinds, categories, assets, attribution, unplaced: news.unplaced };
  };
}
