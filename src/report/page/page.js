"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const last = data.first + data.frames - 1;
const begin = data.first / data.fps;
const span = data.frames / data.fps;

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function clock(seconds, digits = 1) {
  const minutes = Math.floor(seconds / 60 + 1e-9);
  const rest = Math.max(0, seconds - 60 * minutes);
  return minutes + ":" + rest.toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
}

// As many digits as tell values apart, none that do not.
function shown(value) {
  if (value === null || value === undefined) return "unknown";
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value);
}

// A colour per label that black text can be read on, the same in light and dark.
const labelColour = (label) => `hsl(${(label * 137.5 + 210) % 360} 55% 74%)`;

// Breaks into lines between its words alone, not after the hyphens of its options.
function fillCommand(code, command) {
  code.replaceChildren(...command.split(" ").flatMap((word, i) => (i > 0 ? [" ", make("span", word)] : [make("span", word)])));
}

const percent = (seconds) => ((seconds - begin) / span) * 100;
const inside = (seconds) => seconds >= begin && seconds < begin + span;

function svg(shapes) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 1000 100");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries({ "vector-effect": "non-scaling-stroke", ...attributes })) shape.setAttribute(key, value);
    picture.append(shape);
  }
  return picture;
}

// A closed shape around the middle, or the line of values between low and high.
function hull(values) {
  const at = (i, value) => `${((i + 0.5) / values.length) * 1000},${value.toFixed(2)}`;
  const top = values.map((value, i) => at(i, 50 - 49 * Math.min(1, value)));
  const bottom = values.map((value, i) => at(i, 50 + 49 * Math.min(1, value))).reverse();
  return "M" + top.concat(bottom).join("L") + "Z";
}

function line(values, low, high) {
  const scale = high > low ? 92 / (high - low) : 0;
  return "M" + values.map((value, i) => `${((i + 0.5) / values.length) * 1000},${(96 - (value - low) * scale).toFixed(2)}`).join("L");
}

function lane(className, name, range, shapes) {
  const box = make("div", undefined, "lane " + className);
  const title = make("p");
  title.append(make("span", name), make("span", range));
  box.append(title, svg(shapes));
  return box;
}

function beatLines() {
  const most = (timeline.clientWidth || 600) / 7;
  const every = Math.max(1, Math.ceil(data.beats.filter(inside).length / most));
  const marks = data.beats.filter((beat, i) => inside(beat) && i % every === 0);
  return ["path", { d: marks.map((beat) => `M${percent(beat) * 10},0V100`).join(""), stroke: "var(--accent)", "stroke-opacity": "0.28", fill: "none" }];
}

// The fewest pictures that fill the strip without becoming smaller than a thumb.
function fillStrip(strip) {
  const width = strip.clientWidth || 600;
  const count = Math.max(1, Math.min(data.pictures.length, Math.floor(width / (56 * Math.max(1, data.ratio)))));
  strip.replaceChildren(
    ...Array.from({ length: count }, (_, i) => {
      const picture = data.pictures[Math.floor(((i + 0.5) * data.pictures.length) / count)];
      const image = make("img");
      image.src = picture.src;
      image.alt = "";
      return image;
    })
  );
}

function ticks() {
  const row = make("div", undefined, "ticks");
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];
  const most = Math.max(2, Math.min(8, Math.floor((window.innerWidth - 80) / 80)));
  const step = steps.find((each) => span / each <= most) || 3600;
  for (let at = Math.ceil(begin / step - 1e-9) * step; at < begin + span * 0.97; at += step) {
    const tick = make("span", clock(at, step < 1 ? 1 : 0));
    tick.style.left = percent(at) + "%";
    row.append(tick);
  }
  return row;
}

function sectionsRow() {
  const row = make("div", undefined, "sections");
  for (const section of data.sections) {
    const from = Math.max(begin, section.begin);
    const to = Math.min(begin + span, section.end);
    if (to <= from) continue;
    const band = make("span", section.label);
    band.style.flex = `${to - from} 1 0`;
    band.style.background = labelColour(section.number);
    band.title = `${section.label}: ${clock(section.begin)} to ${clock(section.end)}, energy ${section.energy}`;
    row.append(band);
  }
  return row;
}

const timeline = byId("timeline");
const cursor = make("div", undefined, "cursor");
const strip = make("div", undefined, "strip");

function drawTimeline() {
  strip.style.setProperty("--ratio", data.ratio);
  const lanes = [strip];
  if (data.sections.length > 0) lanes.push(sectionsRow());
  if (data.wave.peak.length > 0) {
    lanes.push(
      lane("wave", "waveform and beats", "", [
        ["path", { d: hull(data.wave.peak), fill: "var(--wave)", "fill-opacity": "0.55" }],
        ["path", { d: hull(data.wave.rms), fill: "var(--wave-loud)" }],
        beatLines(),
      ])
    );
  }
  for (const curve of data.curves) {
    const range = `${shown(curve.low)} to ${shown(curve.high)}`;
    const stroke = curve.moved ? "var(--accent)" : "var(--wave-loud)";
    lanes.push(lane("curve", curve.name, range, [["path", { d: line(curve.values, curve.low, curve.high), stroke, "stroke-width": "1.4", fill: "none" }]]));
  }
  lanes.push(ticks(), cursor);
  timeline.replaceChildren(...lanes);
  fillStrip(strip);
}

let chosen = data.first;

function valueAt(values, frame) {
  const place = ((frame - data.first) / data.frames) * values.length;
  return values[Math.max(0, Math.min(values.length - 1, Math.floor(place)))];
}

// Half a second on either side: what one would look at again.
function framesAround(frame) {
  const half = Math.max(1, Math.round(data.fps / 2));
  return `--frames ${Math.max(data.first, frame - half)}-${Math.min(last, frame + half)}`;
}

function commandFor(frame) {
  return data.frames_command ? data.frames_command.replace("--frames A-B", framesAround(frame)) : framesAround(frame);
}

function show(frame) {
  chosen = Math.max(data.first, Math.min(last, frame));
  const seconds = chosen / data.fps;
  cursor.style.left = Math.min(100, percent(seconds + 0.5 / data.fps)) + "%";
  const nearest = data.pictures.reduce((best, each) => (Math.abs(each.frame - chosen) < Math.abs(best.frame - chosen) ? each : best), data.pictures[0]);
  if (nearest) {
    byId("moment-picture").src = nearest.src;
    byId("moment-picture").alt = `the picture at ${clock(nearest.frame / data.fps)}`;
  }
  byId("moment-time").textContent = `${clock(seconds, 2)}, frame ${chosen}`;
  timeline.setAttribute("aria-valuenow", chosen - data.first);
  timeline.setAttribute("aria-valuetext", `${clock(seconds, 2)}, frame ${chosen}`);
  const values = byId("moment-values");
  values.replaceChildren();
  const add = (name, value) => values.append(make("dt", name), make("dd", value));
  const section = data.sections.find((each) => seconds >= each.begin && seconds < each.end);
  if (section) add("section", `${section.label}, energy ${section.energy}`);
  for (const curve of data.curves) add(curve.name, shown(valueAt(curve.values, chosen)));
  fillCommand(byId("moment-frames"), commandFor(chosen));
}

let hiding = 0;
function say(text) {
  const said = byId("said");
  said.textContent = text;
  said.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => said.classList.remove("shown"), 2500);
}

async function copy(text) {
  let copied = false;
  try {
    await navigator.clipboard.writeText(text);
    copied = true;
  } catch {
    const area = make("textarea", text);
    document.body.append(area);
    area.select();
    copied = document.execCommand("copy");
    area.remove();
  }
  say(copied ? "Copied: " + text : text);
}

function frameAt(event) {
  const box = timeline.getBoundingClientRect();
  const part = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  return data.first + Math.min(data.frames - 1, Math.floor(part * data.frames));
}

function nextBeat(direction) {
  const now = chosen / data.fps;
  const beats = data.beats.filter(inside);
  const found = direction > 0 ? beats.find((beat) => Math.floor(beat * data.fps + 1e-6) > chosen) : beats.findLast((beat) => beat < now - 1e-6);
  return found === undefined ? chosen : Math.floor(found * data.fps + 1e-6);
}

timeline.addEventListener("pointermove", (event) => show(frameAt(event)));
timeline.addEventListener("click", (event) => {
  show(frameAt(event));
  copy(framesAround(chosen));
});
timeline.addEventListener("keydown", (event) => {
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
  if (event.key in steps) show(event.shiftKey ? nextBeat(steps[event.key]) : chosen + steps[event.key]);
  else if (event.key === "PageUp" || event.key === "PageDown") show(chosen + (event.key === "PageUp" ? 1 : -1) * Math.max(1, Math.round(data.frames / 20)));
  else if (event.key === "Home") show(data.first);
  else if (event.key === "End") show(last);
  else if (event.key === "Enter" || event.key === " ") copy(framesAround(chosen));
  else return;
  event.preventDefault();
});
byId("moment-copy").addEventListener("click", () => copy(commandFor(chosen)));
byId("command-copy").addEventListener("click", () => copy(data.command));

function row(cells, heading) {
  const line = make("tr");
  const [name, ...rest] = cells;
  const first = make("th", name);
  first.scope = "row";
  line.append(first, ...rest);
  return line;
}

function fillTables() {
  for (const measure of data.measures) {
    const value = make("td", shown(measure.value), measure.value === null ? "unknown" : "");
    if (measure.name === "flashes_per_s" && measure.value > 3) value.className = "loud";
    const line = row([measure.name, value, make("td", measure.meaning)]);
    line.title = measure.meaning;
    byId("measures").tBodies[0].append(line);
  }
  for (const setting of data.settings) {
    const text = typeof setting.value === "string" ? setting.value : JSON.stringify(setting.value);
    const isDefault = setting.origin === "default";
    byId(isDefault ? "defaults" : "settings").tBodies[0].append(row([setting.key, make("td", text), ...(isDefault ? [] : [make("td", setting.origin)])]));
  }
  byId("settings-card").hidden = data.settings.length === 0;
  byId("again").hidden = !data.command;
  fillCommand(byId("command"), data.command);
}

document.title = data.title + " · spectradiff";
byId("title").textContent = data.title;
byId("facts").replaceChildren(...data.facts.map((fact) => make("li", fact)));
byId("footer").textContent = "Made by spectradiff " + data.version;
timeline.setAttribute("aria-valuemax", data.frames - 1);
fillTables();
drawTimeline();
show(data.first + Math.floor(data.frames / 3));
window.addEventListener("resize", () => {
  drawTimeline();
  show(chosen);
});
