// Narrows a long table or list while typing: <input data-filter="id of the table or list"> (ui.table_filter). Accents do not matter:
// "dak lak" finds Đắk Lắk. The box is hidden in the HTML and shown here, so that nobody sees a box that does nothing.

export function plain(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();
}

for (const input of document.querySelectorAll("input[data-filter]")) {
  const target = document.getElementById(input.dataset.filter);
  if (!target) continue;
  const rows = [...(target.tBodies?.length ? target.tBodies[0].rows : target.children)].map((row) => [row, plain(row.textContent)]);
  const box = input.closest("[data-filter-box]");
  const status = box.querySelector("[data-filter-status]");
  box.hidden = false;
  input.addEventListener("input", () => {
    const words = plain(input.value).split(" ").filter(Boolean);
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    const sentence = shown ? input.dataset.count.replace("{n}", shown).replace("{total}", rows.length) : input.dataset.none;
    status.textContent = words.length ? sentence : "";
  });
}
