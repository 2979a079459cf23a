// The <details> menu of the top bar closes on Escape and on a click beside it, as people expect of menus.

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.who-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.who-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
