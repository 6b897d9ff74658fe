// Counts words, and keeps what is typed. The page does all it is for without this.
const REST = 4000; // milliseconds without a key

for (const box of document.querySelectorAll("textarea[data-counted]")) {
  const shown = document.getElementById(box.dataset.counted).querySelector("output");
  const count = () => {
    shown.value = box.value.split(/\s+/).filter(Boolean).length;
  };
  box.addEventListener("input", count);
  count();
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  const status = form.querySelector("[data-kept]");
  const leaving = new AbortController();
  let timer = 0;
  let last = "";
  const keep = async () => {
    const fields = new FormData(form);
    fields.set("act", "save");
    const typed = JSON.stringify([...fields]);
    if (typed === last) return;
    const answer = await fetch(location.pathname, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
      signal: leaving.signal,
    }).catch(() => null);
    if (answer?.ok) {
      last = typed;
      status.textContent = status.dataset.kept;
    }
  };
  // Only what a person types: programs that look through pages fill in fields, too.
  form.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    status.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(keep, REST);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    leaving.abort();
  });
}
