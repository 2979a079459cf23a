// The editor of a draft: nodes of the tree are dragged, rows of tables come and go, figures are tried as they are typed, and what
// colleagues do meanwhile is fetched. Without this script the same is done with the buttons, forms and links of the page.

const desk = document.querySelector("[data-draft]");
const open = desk?.dataset.open ?? "";
const status = document.querySelector("[data-autosave-status]");
let number = Number(desk?.dataset.number ?? 0);

function replaceFragments(fragments = {}) {
  for (const [id, html] of Object.entries(fragments)) {
    const old = document.getElementById(id);
    if (!old || old.contains(document.activeElement)) continue; // never under the typing hand
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    if (holder.content.firstElementChild) old.replaceWith(holder.content.firstElementChild);
  }
  prepare();
}

// ---- rows of tables ----

function showRowButtons() {
  for (const button of document.querySelectorAll("[data-add-row], [data-remove-row]")) button.hidden = false;
}

function addRow(table) {
  const rows = [...table.querySelectorAll("[data-row]")];
  const last = rows.at(-1);
  const free = Math.max(...rows.map((row) => Number(row.querySelector("[name]").name.match(/-(\d+)(-\w+)?$/)[1]))) + 1;
  const fresh = last.cloneNode(true);
  const rename = (text) => text.replace(/-(\d+)(-[a-z]+)?(-error)?$/, (_, __, column = "", error = "") => `-${free}${column}${error}`);
  for (const element of fresh.querySelectorAll("[id], [name], [data-error-for], [aria-describedby]")) {
    for (const name of ["id", "name", "data-error-for", "aria-describedby"]) if (element.hasAttribute(name)) element.setAttribute(name, rename(element.getAttribute(name)));
    if (element.matches("[data-error-for]")) Object.assign(element, { hidden: true, textContent: "" });
    if (element.matches("input, select")) {
      element.value = "";
      element.classList.remove("is-invalid");
      element.removeAttribute("aria-invalid");
    }
  }
  const words = (text) => text.replace(/\d+/, String(rows.length + 1));
  for (const element of fresh.querySelectorAll("[aria-label]")) element.setAttribute("aria-label", words(element.getAttribute("aria-label")));
  last.after(fresh);
  fresh.querySelector("input, select")?.focus();
}

function removeRow(row) {
  const table = row.closest("[data-rows]");
  const { form } = row.querySelector("input, select");
  if (table.querySelectorAll("[data-row]").length > 1) row.remove();
  else for (const one of row.querySelectorAll("input, select")) one.value = "";
  table.querySelector("input, select").focus();
  form.requestSubmit(); // autosave.js sends it and stays
}

document.addEventListener("click", (event) => {
  const add = event.target.closest?.("[data-add-row]");
  const remove = event.target.closest?.("[data-remove-row]");
  if (add) addRow(add.closest("[data-rows]"));
  if (remove) removeRow(remove.closest("[data-row]"));
});

// ---- trying a rule ----

let asked = 0;
async function tryOut(form) {
  const mine = (asked += 1);
  const values = new URLSearchParams(new FormData(form));
  let data;
  try {
    const answer = await fetch(`${form.dataset.trial}?${values}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    data = await answer.json();
  } catch {
    return; // the line is down: the button "Tính thử" still asks
  }
  if (mine !== asked || !data.fragments?.trial) return;
  const holder = document.createElement("template");
  holder.innerHTML = data.fragments.trial;
  const result = holder.content.querySelector("#trial-result");
  const place = document.getElementById("trial-result");
  if (result && place) place.replaceChildren(...result.childNodes);
  else if (!result || !place) document.getElementById("trial")?.replaceWith(holder.content.firstElementChild);
}
let trialTimer = null;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-trial]")) return;
  clearTimeout(trialTimer);
  trialTimer = setTimeout(() => tryOut(form), 250);
});

// ---- what was saved, what others did ----

document.addEventListener("autosave:saved", (event) => {
  const { detail } = event;
  if (detail.number === number + 1) number = detail.number; // otherwise somebody else changed something too: ask for it
  prepare();
  const form = document.querySelector("[data-trial]");
  if (form) tryOut(form);
  else if (document.getElementById("trial")) location.reload();
});

async function askForNews() {
  if (document.hidden || !desk?.dataset.draft) return;
  let data;
  try {
    const answer = await fetch(`${desk.dataset.draft}?since=${number}&node=${open}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    data = await answer.json();
  } catch {
    return;
  }
  if (data.number <= number) return;
  number = data.number;
  replaceFragments(data.fragments);
  if (status && data.sentence) status.textContent = data.sentence;
  const form = document.querySelector("form[data-autosave]");
  if (data.touched && form && !("unsaved" in form.dataset) && !form.contains(document.activeElement)) location.reload(); // typed text is never lost: then the save shows both
}
if (desk?.dataset.draft) setInterval(askForNews, 5000);

// ---- dragging ----

let dragged = null;
function mark(element, kind) {
  for (const one of document.querySelectorAll(".drop-after, .drop-into")) one.classList.remove("drop-after", "drop-into");
  element?.classList.add(kind);
}

// Where a drop on this node would put the dragged one: into a section that may hold it, else behind the node.
function landing(target) {
  if (!target || target === dragged || dragged.contains(target)) return null;
  const kind = dragged.dataset.kind;
  const over = target.dataset;
  if (!over.root) return null;
  if (kind === "ground") return over.kind === "ground" ? { kind: "drop-after", place: `${over.root}-`, after: over.node } : null;
  if (kind === "criterion" && over.kind === "section") return { kind: "drop-into", place: `core-${over.node}`, after: "" };
  if (kind === over.kind) return { kind: "drop-after", place: `${over.root}-${over.parent}`, after: over.node };
  return null;
}

function send(place, after) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: `${location.pathname}/nodes/${dragged.dataset.node}/move` });
  const token = document.querySelector("input[name=csrf_token]").value;
  for (const [name, value] of Object.entries({ csrf_token: token, place, after })) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(form);
  form.requestSubmit(); // autosave.js sends what is pending first
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-node][draggable]") ?? null;
  dragged?.classList.add("dragging");
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.node);
});
document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  const target = event.target.closest?.("[data-node]");
  const place = landing(target);
  mark(place ? target : null, place?.kind);
  if (place) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!dragged) return;
  const place = landing(event.target.closest?.("[data-node]"));
  if (!place) return;
  event.preventDefault();
  send(place.place, place.after);
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragging");
  mark(null);
  dragged = null;
});

function prepare() {
  showRowButtons();
  if (!desk?.dataset.draft) return;
  for (const node of document.querySelectorAll("#draft-tree [data-node]")) {
    if (node.dataset.kind === "head") continue;
    node.draggable = true;
    node.querySelector("a").draggable = false; // the node is dragged, not its link
  }
}
prepare();
document.querySelector("#draft-tree [aria-current]")?.scrollIntoView({ block: "nearest" });
