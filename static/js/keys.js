// Shortcuts for whoever scores. A button, link or field with data-key="c" is clicked (a field: focused) by that key; several keys are
// separated by spaces. With rows (data-key-rows on a table, data-key-row on each row) the arrows move aria-current and only the keys of
// the current row count. "?" lists them, from the words of the buttons themselves, and turns single letters off (WCAG 2.1.4). Keys never
// fire while somebody types, except with Alt; in a field for figures (inputmode=decimal) a letter cannot be typing, so it counts.
// data-key="Alt+ArrowUp" is a key that counts with Alt only; the arrows of a list to choose from stay the list's.

const named = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "Enter", Escape: "Esc", " ": "Space" };
const shown = (key) => key.split("+").map((part) => named[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join("+");
const typing = (element) => element.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");
const forRadioOrList = (element) => element.matches("input[type=radio], select, textarea, [contenteditable]"); // the arrows are theirs
const currentRow = () => document.querySelector("[data-key-row][aria-current]");

function lettersOff(value) {
  try {
    if (value !== undefined) localStorage.setItem("keys:off", value ? "1" : "");
    return localStorage.getItem("keys:off") === "1";
  } catch {
    return false; // no storage in this browser: the letters stay on
  }
}

function usable() {
  const row = currentRow();
  return [...document.querySelectorAll("[data-key]")].filter((element) => {
    if (element.disabled || !element.offsetParent) return false;
    const own = element.closest("[data-key-row]");
    return !own || own === row;
  });
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-key-row]")].filter((row) => !row.hidden);
  if (!rows.length) return false;
  const now = rows.indexOf(currentRow());
  const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
  for (const row of rows) {
    row.classList.toggle("current", row === next);
    if (row === next) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  next.scrollIntoView({ block: "nearest" });
  const field = next.querySelector("[data-key-focus]") ?? next.querySelector("input:not([type=hidden]), a, button") ?? next;
  if (field === next) next.tabIndex = -1;
  field.focus();
  field.select?.();
  return true;
}

function help() {
  const button = document.querySelector("[data-keys-help]");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: button.dataset.title });
  const list = document.createElement("dl");
  list.className = "facts rows";
  const seen = new Set();
  for (const element of usable()) {
    const text = (element.dataset.keyText ?? element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\s+/g, " ");
    if (seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    const keys = document.createElement("dt");
    for (const key of element.dataset.key.split(" ")) keys.append(Object.assign(document.createElement("kbd"), { textContent: shown(key) }), " ");
    list.append(keys, Object.assign(document.createElement("dd"), { textContent: text }));
  }
  for (const item of document.querySelectorAll(".keys li:not(:has([data-keys-help]))")) {
    const keys = document.createElement("dt");
    keys.append(...[...item.querySelectorAll("kbd")].flatMap((kbd) => [kbd.cloneNode(true), " "]));
    const words = [...item.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent).join(" ").trim();
    if (![...list.querySelectorAll("dt")].some((dt) => dt.textContent.trim().toLowerCase() === keys.textContent.trim().toLowerCase())) list.append(keys, Object.assign(document.createElement("dd"), { textContent: words }));
  }
  const off = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input", checked: lettersOff() });
  off.addEventListener("change", () => lettersOff(off.checked));
  const offLabel = Object.assign(document.createElement("label"), { className: "choice" });
  offLabel.append(off, Object.assign(document.createElement("span"), { textContent: button.dataset.off }));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: button.dataset.close });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(title, list, offLabel, close);
  document.body.append(dialog);
  dialog.showModal();
}

document.querySelector("[data-keys-help]")?.removeAttribute("hidden");
document.querySelector("[data-keys-help]")?.addEventListener("click", help);

if (document.querySelector("[data-key], [data-key-row], [data-keys-help]")) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const from = event.target;
    const letter = /^[a-z?]$/i.test(event.key);
    const writes = typing(from) && !(letter && from.inputMode === "decimal");
    if ((event.key === "ArrowUp" || event.key === "ArrowDown") && !event.altKey && !forRadioOrList(from) && (!typing(from) || from.closest("[data-key-row]"))) {
      if (move(event.key === "ArrowUp" ? -1 : 1)) event.preventDefault();
      return;
    }
    if ((writes && !event.altKey) || (lettersOff() && !event.altKey && event.key.length === 1)) return;
    if ((event.key === "Enter" || event.key === " ") && from.closest("a, button, summary, input, label")) return; // these have their own Enter
    if (event.key === "?" && document.querySelector("[data-keys-help]")) {
      event.preventDefault();
      help();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.altKey && from.matches("select")) return;
    const pressed = event.altKey ? [`Alt+${key}`, key] : [key];
    const target = usable().find((element) => element.dataset.key.split(" ").some((one) => pressed.includes(one)));
    if (!target) return;
    event.preventDefault();
    if (typing(target)) {
      target.focus();
      target.select?.();
    } else target.click();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-key-row]");
    if (!row || row === currentRow()) return;
    for (const other of document.querySelectorAll("[data-key-row]")) {
      other.classList.toggle("current", other === row);
      if (other === row) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
  });
}
