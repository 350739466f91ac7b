// The map in its frame: messages in, messages out. The frame's origin is opaque, so that nothing on the map can reach
// this page; here, only messages of our own frame are believed, and the server checks them again.
const hosts = new WeakMap();
const SETTLING = 1000; // ms
const RESTING = 500; // ms
const LEAVING = 5000; // ms
let left = -LEAVING;

// Whoever follows a link is on the way to another page. Told of a view now, the server would run a part of the page that
// is left, and Streamlit would show the new page empty.
addEventListener("click", (event) => event.target.closest?.("a[href]") && (left = performance.now()), true);

export default function host({ data, parentElement, setStateValue, setTriggerValue }) {
  const frame = parentElement.querySelector("iframe");
  const known = hosts.get(frame) ?? start(frame);
  known.state = setStateValue;
  known.trigger = setTriggerValue;
  frame.title = data.title;
  frame.style.height = data.height;
  if (frame.dataset.src !== data.src) {
    Object.assign(known, { ready: false, sent: {}, cargo: null });
    frame.dataset.src = frame.src = data.src;
  }
  known.want = data;
  update(known);
  return () => {};
}

function start(frame) {
  const known = { frame, ready: false, since: 0, sent: {}, cargo: null, want: null };
  hosts.set(frame, known);
  addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== frame.contentWindow || message?.am !== 1) return;
    if (message.ev === "ready") {
      known.ready = true;
      known.since = performance.now();
      update(known);
    } else if (message.ev === "open" && typeof message.id === "string") {
      known.trigger("opened", message.id);
    } else if (message.ev === "pick" && numbers(message)) {
      known.trigger("picked", [message.lat, message.lon]);
    } else if (message.ev === "moved" && numbers(message)) {
      // a frame that changes its size says so too, and nobody moved the map
      if (known.want.tracked && performance.now() - known.since > SETTLING) tellView(known, message);
    } else if (message.ev === "drawn") {
      frame.dataset.drawn = String(message.assets);
    }
  });
  new ResizeObserver(() => (known.since = performance.now())).observe(frame);
  addEventListener("assetmap-cargo", () => known.want && update(known));
  return known;
}

function update(known) {
  if (!known.ready || !known.frame.isConnected) return;
  const { want, sent } = known;
  const cargo = window.assetmapCargo?.[want.cargo];
  if (cargo && known.cargo !== want.cargo) {
    const view = known.cargo ? null : viewOfAddress();
    known.cargo = want.cargo;
    delete known.sent.patch; // it was about another cargo
    post(known, { do: "data", data: cargo, fit: want.fits });
    if (view) post(known, { do: "view", ...view });
  }
  if (known.cargo !== want.cargo) return;
  for (const [name, message] of Object.entries(want.messages)) {
    const text = JSON.stringify(message);
    if (sent[name] === text) continue;
    sent[name] = text;
    if (message) post(known, message);
  }
}

function post(known, message) {
  known.frame.contentWindow.postMessage({ am: 1, ...message }, "*");
}

function numbers({ lat, lon }) {
  return Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
}

// The app keeps the view in the address, so that a copied link shows the same; it is told when the map has come to rest.
function tellView(known, { lat, lon, zoom }) {
  clearTimeout(known.timer);
  known.timer = setTimeout(() => {
    if (known.frame.isConnected && performance.now() - left > LEAVING) known.state("view", [lat, lon, zoom]);
  }, RESTING);
}

function viewOfAddress() {
  const [lat, lon, zoom] = (new URL(location.href).searchParams.get("view") ?? "").split(",").map(Number);
  return numbers({ lat, lon }) && zoom >= 1 && zoom <= 22 ? { lat, lon, zoom } : null;
}
