// Asks before an act that cannot be undone: <button data-confirm="Công bố kết quả?" data-confirm-no="Không, quay lại">. The yes button
// repeats the button's own words. Without this script the server's confirm page asks.

let agreed = false;

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.confirm || agreed) return;
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
    agreed = true;
    button.form.requestSubmit(button);
    agreed = false;
  });
  dialog.showModal();
  no.focus(); // the safe answer
}, true);
