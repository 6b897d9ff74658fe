// Counters beside fields: letters of a headline, words of a text.
export function count(within) {
  for (const counter of within.querySelectorAll("[data-count]")) {
    const field = document.getElementById(counter.dataset.for);
    if (!field) continue;
    const draw = () => {
      const text = field.value.trim();
      const number = counter.dataset.count === "words" ? text.split(/\s+/u).filter(Boolean).length : [...text].length;
      counter.querySelector("[data-number]").textContent = number;
      counter.classList.toggle("over", number > Number(counter.dataset.most));
    };
    field.addEventListener("input", draw);
    draw();
  }
}
