// Counts down to a close: <b data-countdown="2022-06-20T17:00:00+07:00" data-now="..." data-days="Còn {n} ngày" ...> (ui.countdown).
// The server's clock counts, not the browser's: data-now is the server's time when the page was made, and after a sleep or a change of
// the browser's clock the server is asked again (the Date header of a small file). Screen readers hear only the last steps.

const DAY = 86400000, MINUTE = 60000, VIETNAM = 7 * 3600000; // Vietnam has no summer time
const STEPS = [60, 30, 10, 5, 1]; // minutes
const clocks = [...document.querySelectorAll("[data-countdown]")];

export function words(left, now, until, text) {
  if (left < 0) return text.over;
  if (left >= DAY) return text.days.replace("{n}", Math.floor((until + VIETNAM) / DAY) - Math.floor((now + VIETNAM) / DAY));
  const minutes = Math.floor(left / MINUTE);
  if (minutes >= 60) return text.hours.replace("{h}", Math.floor(minutes / 60)).replace("{m}", minutes % 60);
  return minutes ? text.minutes.replace("{m}", minutes) : text.moment;
}

if (clocks.length) {
  let offset = Date.parse(clocks[0].dataset.now) - Date.now();
  let drift = Date.now() - performance.now(); // changes by a sleep (where performance.now() rests) and by a set clock
  let timer;
  const told = new Map();

  const show = () => {
    clearTimeout(timer);
    const now = Date.now() + offset;
    let next = MINUTE;
    for (const clock of clocks) {
      const until = Date.parse(clock.dataset.countdown), left = until - now;
      const text = words(left, now, until, clock.dataset);
      if (clock.textContent !== text) clock.textContent = text;
      clock.parentElement.classList.toggle("text-bad", left < 0);
      const step = left < 0 ? -1 : STEPS.findLast((minutes) => left <= minutes * MINUTE) ?? 0;
      if (told.has(clock) && told.get(clock) !== step && step) clock.parentElement.querySelector("[data-countdown-status]").textContent = text;
      told.set(clock, step);
      if (left >= 0) next = Math.min(next, (left % MINUTE) + 50);
    }
    timer = setTimeout(wake, next);
  };

  const wake = async () => {
    if (Math.abs(Date.now() - performance.now() - drift) > 2000) {
      drift = Date.now() - performance.now();
      try {
        const answer = await fetch(document.querySelector("link[rel=icon]").href, { method: "HEAD", cache: "no-store" });
        const server = Date.parse(/\w+, \d+ \w+ \d+ [\d:]+ GMT/.exec(answer.headers.get("Date"))); // some send it twice
        if (server) offset = server - Date.now();
      } catch { /* no line: go on with what is known */ }
    }
    show();
  };

  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  addEventListener("pageshow", (event) => { if (event.persisted) wake(); });
  show();
}
