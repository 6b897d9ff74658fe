// While a send goes out: the piece that changes comes by itself, and the page is asked for anew when its buttons change.
const place = document.getElementById("live");
const spoken = document.getElementById("spoken");
const SPEAK = 15000;  // milliseconds between what is read out: a count that runs would be noise
let before = "", at = 0;

function show(piece) {
  if (!piece) return;
  place.innerHTML = piece;
  const said = place.querySelector("h2").textContent.trim();
  const [word] = said.split(" ");
  if (said !== before && (Date.now() - at > SPEAK || !before.startsWith(word))) {
    spoken.textContent = said;
    at = Date.now();
  }
  before = said;
}

if (place?.dataset.live) {
  const source = new EventSource(place.dataset.live);
  source.addEventListener("piece", (event) => show(event.data));
  // At its end other buttons stand on the page. A page without an answer is no longer let in, or no longer here.
  source.addEventListener("end", () => { source.close(); location.replace(location.pathname); });
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) setTimeout(() => location.replace(location.pathname), 5000); });
  addEventListener("pagehide", () => source.close());
}
