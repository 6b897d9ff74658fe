// The point of a picture that must stay in it: pressed on the picture; with the keyboard one of nine.
export function press(form) {
  const whole = form.querySelector("[data-whole]");
  const [x, y] = ["x", "y"].map((name) => form.elements[name]);
  if (!whole || whole.closest("fieldset").disabled) return;
  whole.classList.add("press");
  const point = Object.assign(document.createElement("span"), { className: "point" });
  const draw = () => {
    if (x.value === "" || y.value === "") return;
    point.style.left = `${100 * Number(x.value)}%`;
    point.style.top = `${100 * Number(y.value)}%`;
    whole.append(point);
  };
  draw();
  whole.addEventListener("click", (event) => {
    if (!event.detail) return;  // a key, on one of the nine
    event.preventDefault();
    const box = whole.querySelector("img").getBoundingClientRect();
    x.value = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)).toFixed(3);
    y.value = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)).toFixed(3);
    for (const one of form.querySelectorAll("[name=cell]")) one.checked = false;
    draw();
    form.requestSubmit();
  });
}
