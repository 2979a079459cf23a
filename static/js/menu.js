// The <details> menus (.who-menu of the top bar, .add-menu and .more-menu of a page) close on Escape and on a click beside them, as people expect of menus.

const menus = "details.who-menu[open], details.add-menu[open], details.more-menu[open]";
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(menus)) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(menus)) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Where the menu of pages scrolls sideways, the current one is in sight.
const nav = document.querySelector(".topbar nav");
const here = nav?.querySelector("[aria-current]");
if (here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
