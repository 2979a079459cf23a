// "Keep k criteria" (templates/lean): shows the slider beside the number, keeps the two alike, and asks the server when the slider is
// let go. Without this script the number and its button do the same.

const form = document.querySelector("[data-keep-form]");
const range = form?.querySelector("[data-keep-range]");

if (range) {
  const count = form.elements.keep;
  range.hidden = false;
  range.addEventListener("input", () => { count.value = range.value; });
  count.addEventListener("input", () => { if (count.validity.valid) range.value = count.value; });
  range.addEventListener("change", () => form.requestSubmit());
}
