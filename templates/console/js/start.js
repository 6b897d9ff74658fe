// The first ten minutes: progress without reloading, frames as high as what is in them, the time zone of this browser,
// a month that is typed is chosen.

const working = document.querySelector("[data-working]");
if (working && working.querySelector("[data-bar]")) {
  const bar = working.querySelector("[data-bar]");
  const look = async () => {
    try {
      const answer = await fetch(working.dataset.from, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const now = await answer.json();
      if (now.step !== working.dataset.working || now.trouble) {
        // Only to a page that answers: where it is just being stopped, this one stays and asks again.
        const there = await fetch(working.dataset.on, { method: "HEAD" });
        if (!there.ok) throw new Error(String(there.status));
        location.replace(working.dataset.on);
        return;
      }
      if (now.total) {
        bar.max = now.total;
        bar.value = now.done;
      }
      const count = now.total ? `${now.done} of ${now.total}` : now.done ? `${now.done} so far` : "";
      working.querySelector("[data-count]").textContent = count;
      working.querySelector("[data-said]").textContent = now.said;
    } catch {
      // It is being started anew, or the network is away for a moment: ask again.
    }
    setTimeout(look, 700);
  };
  setTimeout(look, 400);
}

const waiting = document.querySelector("[data-reload]");
if (waiting) setTimeout(() => location.reload(), 1000 * Number(waiting.dataset.reload));

const frames = [...document.querySelectorAll(".views iframe")];
addEventListener("message", (event) => {
  const frame = frames.find((one) => one.contentWindow === event.source);
  if (!frame || event.data?.kind !== "height" || !(event.data.height > 0)) return;
  // On a phone the mail is the page; beside each other both are windows that scroll.
  if (matchMedia("(max-width: 46rem)").matches) frame.style.blockSize = `${Math.min(event.data.height + 2, 9000)}px`;
});

const zone = document.querySelector("select[data-zone]");
if (zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((one) => one.value === own)) zone.value = own;
}

const month = document.querySelector("#other");
if (month) {
  const choices = [...document.querySelectorAll("[name=first]")];
  month.addEventListener("input", () => {
    for (const one of choices) if (one.value === "other") one.checked = true;
  });
  for (const one of choices) one.addEventListener("change", () => (one.value === "other" ? month.focus() : (month.value = "")));
}
