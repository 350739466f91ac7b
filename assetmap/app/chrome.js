// Streamlit says its page is English and has words of its own. This names the real language and says those words in it;
// counts that change are announced to screen readers.
const ATTRIBUTES = ["aria-label", "title", "placeholder"];
let words = {};
let around = [];
let observer = null;

export default function chrome({ data }) {
  document.documentElement.lang = data.lang;
  words = data.words;
  around = data.around;
  observer ??= watch();
  translate(document.body);
}

function watch() {
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") text(change.target);
      else if (change.type === "attributes") attributes(change.target);
      else change.addedNodes.forEach(translate);
    }
  });
  const what = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES };
  observer.observe(document.body, what);
  return observer;
}

function translate(node) {
  if (node.nodeType === Node.TEXT_NODE) return text(node);
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  attributes(node);
  if (node.matches('[class*="st-key-announce"]')) announce(node);
  node.querySelectorAll('[class*="st-key-announce"]').forEach(announce);
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (walker.currentNode.nodeType === Node.TEXT_NODE) text(walker.currentNode);
    else attributes(walker.currentNode);
  }
}

function announce(node) {
  if (node.getAttribute("role") !== "status") node.setAttribute("role", "status");
}

// Only whole strings are looked up, or those that begin and end as one of Streamlit's phrases does, so a name on the map
// that holds one of these words stays as it is.
function said(text) {
  if (!text || words[text]) return words[text];
  for (const [before, after, first, last] of around) {
    const inner = text.slice(before.length, text.length - after.length);
    if (inner && before + inner + after === text) return first + inner + last;
  }
}

function text(node) {
  const found = said(node.data.trim());
  if (found && found !== node.data && !ours(node)) node.data = found;
}

// Own parts of the page are left alone: they are in the right language already. The words on the button that takes files
// are Streamlit's, though it writes them as it writes ours.
function ours(node) {
  const part = node.parentElement?.closest("[data-testid=stMarkdownContainer], script, style");
  return Boolean(part) && !part.closest("[data-testid=stFileUploaderDropzone]");
}

function attributes(element) {
  for (const name of ATTRIBUTES) {
    const found = said(element.getAttribute(name));
    if (found && element.getAttribute(name) !== found) element.setAttribute(name, found);
  }
}
