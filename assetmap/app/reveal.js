// What was just taken up comes into sight, and the focus goes to its heading: on a phone it lies below the map. Where a
// place is to be tapped, it is the map that must be seen.
let last = null;

export default function reveal({ data }) {
  const now = `${data.n} ${data.doing}`;
  if (now === last) return;
  last = now;
  requestAnimationFrame(() => {
    const heading = document.querySelector(".st-key-desk h2");
    if (!heading) return;
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
    const tapping = data.doing === "add" || data.doing === "move";
    const seen = tapping ? document.querySelector("iframe[data-src]") : heading;
    (seen ?? heading).scrollIntoView({ block: tapping && innerWidth <= 640 ? "start" : "nearest" });
  });
}
