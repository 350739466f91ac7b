// What was just taken up comes into sight, and the focus goes to its heading: on a phone it lies below the map. Where a
// place is to be tapped, it is the map that must be seen.
const SETTLED = 300; // ms: until what is no longer shown has gone from above it
let last = null;

export default function reveal({ data }) {
  const now = `${data.n} ${data.doing}`;
  if (now === last) return;
  last = now;
  requestAnimationFrame(() => show(data.doing, true));
  setTimeout(() => show(data.doing, false), SETTLED);
}

function show(doing, focus) {
  const heading = document.querySelector(".st-key-desk h2");
  if (!heading) return;
  if (focus) {
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
  }
  const tapping = doing === "add" || doing === "move";
  const seen = (tapping && document.querySelector(".st-key-map")) || heading;
  seen.scrollIntoView({ block: tapping && innerWidth <= 640 ? "start" : "nearest" });
}
