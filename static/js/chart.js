// Draws every <div class="plot" data-figure-id="..."> (ui.chart) with the vendored Plotly, under a Content-Security-Policy without
// 'unsafe-inline'. The numbers stand in a table below, so a browser that cannot draw loses nothing.

const plots = [...document.querySelectorAll(".plot[data-figure-id]")].filter((plot) => !plot.dataset.drawn);

// Plotly writes its rules into a style element, which the policy forbids, unless an element with this id and the class no-inline-styles
// is there: our plotly.css with the same rules.
const PLOTLY_STYLE = "plotly.js-style-global";

// Bold or italic in a label (<b>, <i>) becomes a style attribute, which the policy forbids too; through the CSSOM it is allowed.
SVGElement.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};

function loadPlotly(plot) {
  const style = Object.assign(document.createElement("link"), { id: PLOTLY_STYLE, className: "no-inline-styles", rel: "stylesheet", href: plot.dataset.plotlyStyle });
  document.head.append(style);
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: plot.dataset.plotly, onload: () => resolve(window.Plotly), onerror: reject });
    document.head.append(script);
  });
}

const LOCALE = {
  moduleType: "locale", name: "vi", dictionary: {},
  format: { decimal: ",", thousands: ".", date: "%d/%m/%Y", days: ["Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"], shortDays: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"], months: Array.from({ length: 12 }, (_, i) => `Tháng ${i + 1}`), shortMonths: Array.from({ length: 12 }, (_, i) => `Thg ${i + 1}`) },
};

function read(plot) {
  let figure = JSON.parse(document.getElementById(plot.dataset.figureId).textContent);
  if (typeof figure === "string") figure = JSON.parse(figure); // fig.to_json() given as a string
  return figure;
}

async function draw() {
  if (!plots.length) return;
  for (const plot of plots) plot.dataset.drawn = "";
  const Plotly = await loadPlotly(plots[0]);
  const lang = document.documentElement.lang || "vi";
  Plotly.register(LOCALE);
  const root = getComputedStyle(document.documentElement);
  const font = { family: root.getPropertyValue("--font-num").trim(), size: 13, color: root.getPropertyValue("--ink-2").trim() };
  for (const plot of plots) {
    const figure = read(plot);
    const layout = { paper_bgcolor: "transparent", plot_bgcolor: "transparent", ...figure.layout, font: { ...font, ...figure.layout?.font }, autosize: true };
    delete layout.width;
    delete layout.height; // the CSS says how tall: .plot.short, .normal, .tall, .huge
    plot.replaceChildren();
    await Plotly.newPlot(plot, figure.data, layout, { responsive: true, displaylogo: false, displayModeBar: false, locale: lang, scrollZoom: false, doubleClick: "reset" });
    const tools = plot.closest(".panel")?.querySelector("[data-chart-tools]");
    if (tools) tools.hidden = false;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-chart-download]");
    if (!button) return;
    const plot = document.getElementById(button.dataset.chartDownload);
    Plotly.downloadImage(plot, { format: "png", filename: button.dataset.fileName, width: 1200, height: Math.round((1200 * plot.clientHeight) / plot.clientWidth), scale: 2 });
  });
}

draw().catch((problem) => console.warn(problem)); // the table below the chart has the numbers
