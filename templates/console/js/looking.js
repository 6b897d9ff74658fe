// While links and names are looked at: asks every second how far it is, and shows the page anew at the end.
const place = document.querySelector("[data-progress]");
const bar = place?.querySelector("progress");
const said = place?.querySelector("[data-said]");

async function ask() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.reload();
    const { done, total, running } = await answer.json();
    bar.max = total || 1;
    bar.value = done;
    said.textContent = `${done} of ${total}`;
    if (!running) return location.reload();
  } catch {
    // The line is down for a moment: the next question may get through.
  }
  setTimeout(ask, 1000);
}
if (place) setTimeout(ask, 1000);
