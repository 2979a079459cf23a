// The editor of a draft: nodes of the tree are dragged, rows of tables come and go, figures are tried as they are typed, and what
// colleagues do meanwhile is fetched. Without this script the same is done with the buttons, forms and links of the page.
// autosave.js saves the form and replaces the fragments of its own answers; here are those of colleagues' changes.

const desk = document.querySelector("[data-draft]");
const open = desk?.dataset.open ?? "";
const status = document.querySelector("[data-autosave-status]");
let number = Number(desk?.dataset.number ?? 0);

const firstOf = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
};
const types = (element) => element.matches("input, select, textarea");

// How to find the focused element again when its surroundings come anew.
function focusedIn(place) {
  const now = document.activeElement;
  if (!place.contains(now)) return null;
  if (now.dataset.key) return `[data-key="${CSS.escape(now.dataset.key)}"]`;
  const node = now.closest("[data-node]");
  return node ? `[data-node="${node.dataset.node}"] > a` : null;
}

function replaceFragments(fragments = {}) {
  for (const [id, html] of Object.entries(fragments)) {
    const old = document.getElementById(id);
    const fresh = firstOf(html);
    if (!old || !fresh || (old.contains(document.activeElement) && types(document.activeElement))) continue; // never under the typing hand
    const [focus, scrolled] = [focusedIn(old), old.scrollTop];
    old.replaceWith(fresh);
    fresh.scrollTop = scrolled;
    if (focus) fresh.querySelector(focus)?.focus();
  }
  prepare();
}

// ---- rows of tables ----

function showRowButtons() {
  for (const button of document.querySelectorAll("[data-add-row], [data-remove-row]")) button.hidden = false;
}

const numberOf = (row) => Number(row.querySelector("[name]").name.match(/-(\d+)(-\w+)?$/)[1]);

function addRow(table, free = Math.max(...[...table.querySelectorAll("[data-row]")].map(numberOf)) + 1) {
  const last = [...table.querySelectorAll("[data-row]")].at(-1);
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
  last.after(fresh);
  renumber(table);
  return fresh;
}

function renumber(table) {
  for (const [i, row] of table.querySelectorAll("[data-row]").entries())
    for (const element of row.querySelectorAll("[aria-label]")) element.setAttribute("aria-label", element.getAttribute("aria-label").replace(/\d+/, String(i + 1)));
}

function removeRow(row) {
  const table = row.closest("[data-rows]");
  const { form } = row.querySelector("input, select");
  if (table.querySelectorAll("[data-row]").length > 1) row.remove();
  else for (const one of row.querySelectorAll("input, select")) one.value = "";
  renumber(table);
  table.querySelector("input, select").focus();
  form.requestSubmit(); // autosave.js sends it and stays
}

document.addEventListener("click", (event) => {
  const add = event.target.closest?.("[data-add-row]");
  const remove = event.target.closest?.("[data-remove-row]");
  if (add) addRow(add.closest("[data-rows]")).querySelector("input, select").focus();
  if (remove) removeRow(remove.closest("[data-row]"));
});

// What was typed before the line or the session was lost may have had other rows than the page that is opened now.
document.addEventListener("autosave:filling", (event) => {
  const names = [...event.detail.keys()];
  for (const table of event.target.querySelectorAll("[data-rows]")) {
    const wanted = new Set(names.filter((name) => name.startsWith(`${table.dataset.rows}-`)).map((name) => parseInt(name.slice(table.dataset.rows.length + 1), 10)));
    if (!wanted.size) continue;
    const rows = [...table.querySelectorAll("[data-row]")];
    for (const one of [...wanted].filter((one) => !rows.some((row) => numberOf(row) === one)).sort((a, b) => a - b)) addRow(table, one);
    for (const row of rows) if (!wanted.has(numberOf(row))) row.remove();
    renumber(table);
  }
});

// ---- trying a rule ----

// Asks what the figures typed so far come to. While they are typed only the result is shown anew; after a save the whole, unless somebody types
// in it: another rule asks for other figures.
let asked = 0;
async function tryOut(whole) {
  const place = document.getElementById("trial");
  if (!place) return;
  const mine = (asked += 1);
  const form = place.querySelector("form");
  const values = new URLSearchParams(form ? [...new FormData(form)].filter(([, value]) => value) : { node: open }); // an empty field would ask for its figure
  let data;
  try {
    const answer = await fetch(`${place.dataset.trial}?${values}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    data = await answer.json();
  } catch {
    return; // the line is down: the button "Tính thử" still asks
  }
  const fresh = firstOf(data.fragments?.trial ?? "");
  const now = document.getElementById("trial");
  if (mine !== asked || !fresh || !now) return;
  if (whole && !(now.contains(document.activeElement) && types(document.activeElement))) now.replaceWith(fresh);
  else {
    const result = fresh.querySelector("#trial-result");
    if (result) now.querySelector("#trial-result")?.replaceChildren(...result.childNodes);
  }
}
let trialTimer = null;
document.addEventListener("input", (event) => {
  if (!event.target.closest("#trial")) return;
  clearTimeout(trialTimer);
  trialTimer = setTimeout(tryOut, 250);
});
document.addEventListener("submit", (event) => {
  if (!event.target.closest("#trial")) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // no page is left, so autosave need not send first
  tryOut();
}, true);

// ---- what was saved, what others did ----

document.addEventListener("autosave:saved", (event) => {
  const { detail } = event;
  if (!detail.shown) return askForNews(true); // saved for another node, left from last time: one's own change is no news
  if (detail.number === number + 1) number = detail.number; // otherwise somebody else changed something too: ask for it
  prepare();
  tryOut(true);
});

// Whether a reload would lose something: a field that is being typed in, unsaved changes, or a comment or answer not sent yet.
function somethingTyped() {
  if (types(document.activeElement)) return true;
  if (document.querySelector("form[data-autosave][data-unsaved]")) return true;
  return [...document.querySelectorAll("main textarea, main input[type=text]")].some((field) => !field.form?.matches("[data-autosave]") && field.value !== field.defaultValue);
}

function sayNews(sentence) {
  if (!status || !sentence || status.matches(".conflict")) return; // what the person has to decide stays
  status.className = "autosave";
  status.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${status.dataset.icons}#i-people"/></svg> `;
  status.append(sentence);
}

async function askForNews(own = false) {
  if (document.hidden || dragged) return;
  const version = document.querySelector("form[data-autosave]")?.elements.namedItem("version")?.value ?? "";
  let data;
  try {
    const answer = await fetch(`${desk.dataset.draft}?since=${number}&node=${open}&version=${version}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    data = await answer.json();
  } catch {
    return;
  }
  if (data.number <= number) return;
  number = data.number;
  replaceFragments(data.fragments);
  if (!own) sayNews(data.sentence);
  if (!data.touched || somethingTyped()) return; // typed text is never lost: the save will show both versions
  keep("news", data.sentence);
  location.reload();
}
if (desk?.dataset.draft) {
  setInterval(askForNews, 5000);
  document.addEventListener("visibilitychange", () => askForNews()); // back from another tab
}

// ---- from one page to the next ----

function keep(name, text) {
  try {
    sessionStorage.setItem(`drafts:${name}`, text ?? "");
  } catch {
    // no storage in this browser: the next page begins at its top
  }
}

function kept(name) {
  try {
    const text = sessionStorage.getItem(`drafts:${name}`);
    sessionStorage.removeItem(`drafts:${name}`);
    return text;
  } catch {
    return null;
  }
}

// Whoever moves a node goes on moving it, and whoever adds one goes on with its title.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!desk || event.target.matches("[data-autosave], #trial form")) return;
  if (button?.dataset.key) keep("focus", `[data-key="${CSS.escape(button.dataset.key)}"]`);
  else if (/\/(add|merge|duplicate|split)$/.test(new URL(event.target.action).pathname)) keep("focus", "#title");
});
if (desk) {
  const focus = kept("focus");
  if (focus) document.querySelector(focus)?.focus();
  sayNews(kept("news"));
}

// ---- dragging ----

let dragged = null;
const marks = ["drop-before", "drop-after", "drop-into"];
function mark(element, kind) {
  for (const one of document.querySelectorAll(marks.map((name) => `.${name}`).join())) one.classList.remove(...marks);
  element?.classList.add(kind);
}

// Where a drop here would put the dragged node: into a section or list that may hold it, else in front of the node or behind it.
function landing(event) {
  const target = event.target.closest?.("[data-node], [data-list]");
  if (!target || dragged.contains(target)) return null;
  const kind = dragged.dataset.kind;
  const over = target.dataset;
  if (over.list) return kind === "criterion" && over.list !== "exclusions" ? { target, kind: "drop-into", place: `${over.list}-` } : null;
  if (kind === "criterion" && over.kind === "section") return { target, kind: "drop-into", place: `core-${over.node}` };
  if (kind !== over.kind) return null;
  const place = `${over.root}-${over.parent}`;
  const box = (target.querySelector("a") ?? target).getBoundingClientRect();
  if (event.clientY > box.top + box.height / 2) return { target, kind: "drop-after", place, after: over.node };
  const before = target.previousElementSibling?.dataset;
  return before?.kind === kind ? { target, kind: "drop-before", place, after: before.node } : { target, kind: "drop-before", place, first: "1" };
}

function send({ place, after = "", first = "" }) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: `${location.pathname}/nodes/${dragged.dataset.node}/move` });
  const token = document.querySelector("input[name=csrf_token]").value;
  for (const [name, value] of Object.entries({ csrf_token: token, place, after, first })) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
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
  const found = landing(event);
  mark(found?.target, found?.kind);
  if (found) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const found = dragged && landing(event);
  if (!found) return;
  event.preventDefault();
  send(found);
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
