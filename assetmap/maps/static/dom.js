/* How does data become something on the screen that can only be text?

   Elements are made by name and text is set as text: nothing here or in its neighbours parses markup. All scripts of
   this folder share one name, `assetmap`, so that they work as files and inside one HTML file alike. */
"use strict";
const assetmap = {};

{
  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
    }
    for (const child of children) {
      if (child !== null && child !== undefined && child !== false && child !== "") node.append(child);
    }
    return node;
  }

  /** el("p", {class: "am-note"}, "text", otherElement): an HTML element; strings become text nodes. */
  assetmap.el = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

  /** The same for SVG. */
  assetmap.svg = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

  /** A sentence of the page in its language, {places} filled. */
  assetmap.say = (key, values) => {
    const sentence = (assetmap.words && assetmap.words[key]) || key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
  };

  /** A number as the language writes it. */
  assetmap.number = (value, digits) =>
    new Intl.NumberFormat(assetmap.lang || "en", { maximumFractionDigits: digits || 0 }).format(value);

  /** At most so many characters, whole ones, with an ellipsis. */
  assetmap.short = (text, length) => {
    if (text.length <= length) return text;
    return Array.from(text.slice(0, length * 2)).slice(0, length - 1).join("") + "…";
  };

  /** The address if it is one of the web, else null: never a script. */
  assetmap.webAddress = text => {
    try {
      const url = new URL(text);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
    } catch {
      return null;
    }
  };

  /** The JSON that the page carries in an element of that id, or null. */
  assetmap.carried = id => {
    const node = document.getElementById(id);
    return node ? JSON.parse(node.textContent) : null;
  };
}
