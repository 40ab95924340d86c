// What the other scripts use: the page's data, markup, numbers formatted for people, tables.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);

// ---- Markup: values become text, never tags, unless they were made by html`...`.

class Markup {
  constructor(text) {
    this.text = text;
  }
}

function toMarkup(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(toMarkup).join("");
  return String(value ?? "").replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function html(strings, ...values) {
  return new Markup(strings.map((part, i) => (i === 0 ? "" : toMarkup(values[i - 1])) + part).join(""));
}

// ---- Numbers formatted for people; a missing one becomes "-".

const fixed = (value, decimals) => (Number.isFinite(value) ? value.toFixed(decimals) : "-");
const plain = (value, digits = 6) => (Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : "-");
const percent = (fraction, decimals = 1) => (Number.isFinite(fraction) ? `${fixed(100 * fraction, decimals)} %` : "-");
const grouped = (value) => (Number.isFinite(value) ? value.toLocaleString("en-US") : "-");
const several = (count, one, many) => `${grouped(count)} ${count === 1 ? one : many}`;
const sum = (values) => values.reduce((total, value) => total + (Number.isFinite(value) ? value : 0), 0);

function duration(seconds) {
  if (!Number.isFinite(seconds) || seconds > 1e12) return "-";
  if (seconds === 0) return "0 s";
  if (seconds < 1e-4) return `${fixed(1e6 * seconds, seconds < 1e-5 ? 2 : 1)} µs`;
  if (seconds < 1) return `${fixed(1000 * seconds, seconds < 0.01 ? 2 : seconds < 0.1 ? 1 : 0)} ms`;
  if (seconds < 99.95) return `${fixed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${grouped(Math.floor(whole / 3600))} h ${Math.floor((whole % 3600) / 60)} min`;
}

// ---- Parts of a page

const section = (heading, lead, ...content) =>
  html`<section><h2>${heading}</h2><p class="lead">${lead}</p>${content}</section>\n`;
const note = (words) => html`<p class="note">${words}</p>`;
const charts = (...figures) => html`<div class="charts">${figures}</div>`;
const details = (summary, ...content) => html`<details><summary>${summary}</summary>${content}</details>`;
const figure = (caption, ...content) => html`<figure><figcaption>${caption}</figcaption>${content}</figure>`;

function table({ columns, rows, last_is_total: lastIsTotal }, label, kind = "") {
  const kinds = columns.map(({ number }) => (number ? "number" : "name"));
  const head = columns.map(({ name }, c) => html`<th scope="col" class="${kinds[c]}">${name}</th>`);
  const row = (cells, r) => html`<tr class="${lastIsTotal && r + 1 === rows.length ? "total" : ""}">${cells.map(
    (cell, c) => (c === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${kinds[c]}">${cell}</td>`))}</tr>\n`;
  return html`<div class="scroll ${kind}" role="region" aria-label="${label}" tabindex="0"><table>${
    columns.some(({ name }) => name !== "") ? html`<thead><tr>${head}</tr></thead>` : ""
  }<tbody>${rows.map(row)}</tbody></table></div>`;
}

/** A caption: the title and, if there are several names, a coloured key for each. */
function legend(title, names) {
  const key = (name, i) => html`<span class="key"><i class="s${i % 4}"></i>${name}</span>`;
  return html`<strong>${title}</strong> ${names.length < 2 ? "" : names.map(key)}`;
}
