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

// Where the menu of pages scrolls sideways, the current one is in sight.
const nav = document.querySelector(".topbar nav");
const here = nav?.querySelector("[aria-current]");
if (here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
