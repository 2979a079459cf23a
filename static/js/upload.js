// Drag and drop onto .drop[data-upload] (ui.drop_zone), the names and sizes of what was chosen, and with data-upload-auto the form is
// sent at once with progress. Without it the file input and the form's button do the same.

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1).replace(".", document.documentElement.lang === "en" ? "." : ",")} MB`);

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

// Goes to a page, also when only the part after # differs from here: the file must appear.
function open(address) {
  const target = new URL(address, location.href);
  if (target.href.split("#")[0] !== location.href.split("#")[0]) return location.assign(target);
  location.hash = target.hash;
  location.reload();
}

function sendWithProgress(zone, form) {
  const bar = zone.querySelector("progress");
  const list = zone.querySelector("[data-upload-list]");
  const request = new XMLHttpRequest(); // fetch cannot tell the progress of an upload
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json"); // {location}, or {errors: {files: sentence}} and {error: sentence}
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    const percent = Math.round((100 * event.loaded) / event.total);
    bar.hidden = false;
    bar.value = percent;
    list.textContent = zone.dataset.sending.replace("{percent}", `${percent} %`);
  });
  request.addEventListener("load", () => {
    const data = answerOf(request);
    if (request.status < 400) return open(data.location ?? request.responseURL); // the page the server led to
    bar.hidden = true;
    list.textContent = data.errors?.files ?? data.error ?? zone.dataset.failed;
    list.classList.add("text-bad");
  });
  request.addEventListener("error", () => {
    bar.hidden = true;
    list.textContent = zone.dataset.failed;
    list.classList.add("text-bad");
  });
  request.send(new FormData(form));
}

function prepare(zone) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-upload-list]");
  input.classList.add("visually-hidden"); // the label opens it and the list below says what was chosen, in the page's language
  const show = () => {
    list.classList.remove("text-bad");
    const names = [...input.files].map((file) => `${file.name} (${size(file.size)})`);
    list.textContent = names.length ? `${zone.dataset.chosen} ${names.join("; ")}` : "";
    if (names.length && "uploadAuto" in zone.dataset) sendWithProgress(zone, input.form);
  };
  input.addEventListener("change", show);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    const files = new DataTransfer();
    for (const file of input.multiple ? event.dataTransfer.files : [event.dataTransfer.files[0]]) files.items.add(file);
    input.files = files.files;
    show();
  });
}

for (const zone of document.querySelectorAll("[data-upload]")) prepare(zone);
document.addEventListener("row:opened", (event) => { // a row of the sheet that opened in place
  for (const zone of event.target.querySelectorAll("[data-upload]")) if (!zone.querySelector("input[type=file].visually-hidden")) prepare(zone);
});
