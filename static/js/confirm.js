// Asks before an act that cannot be undone: <button data-confirm="Công bố kết quả?" data-confirm-no="Không, quay lại">. The yes button
// repeats the button's own words. Without this script the server's confirm page asks.

const agreed = new WeakSet(); // buttons just agreed to: autosave may hold the form back and send it a moment later

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-confirm]");
  if (button) agreed.delete(button); // every click is a new question
}, true);

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.confirm || agreed.has(button)) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // autosave must not send the form on
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const question = document.createElement("p");
  question.id = "confirm-question";
  question.textContent = button.dataset.confirm;
  dialog.setAttribute("aria-labelledby", question.id);
  const row = document.createElement("div");
  row.className = "actions";
  const yes = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary", textContent: button.textContent.trim() });
  const no = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: button.dataset.confirmNo ?? "×" });
  row.append(yes, no);
  dialog.append(question, row);
  document.body.append(dialog);
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    button.focus();
  });
  yes.addEventListener("click", () => {
    dialog.close();
    agreed.add(button);
    button.form.requestSubmit(button);
  });
  dialog.showModal();
  no.focus(); // the safe answer
}, true);
