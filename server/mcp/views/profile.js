// The answer of profile_table.
const FINDINGS_FIRST = 6;
const VALUES_SHOWN = 3;

const heading = (content) => {
  const table = content.table || {};
  const towards = content.target ? ` towards ${content.target.column}` : "";
  return [
    el("div", { class: "row" }, el("h1", null, content.name || "Profile"), el("span", { class: "quiet" }, `Profile${towards}`)),
    el("div", { class: "tiles" },
      tile(count(table.n_rows), "rows"),
      tile(count(table.n_columns), "columns"),
      tile(share(table.missing_share), "cells missing"),
      tile(count(table.complete_rows), "complete rows"),
      tile(count(table.duplicate_rows), "duplicate rows")),
  ];
};

const targetPart = (target) => {
  if (!target) return [];
  const classes = target.classes || [];
  if (!classes.length) {
    return [el("h2", null, el("small", null, "Target "), target.column), el("p", null, `A number, known in ${count(target.known)} rows.`)];
  }
  const strip = el("div", { class: "target", role: "img", "aria-label": classes.map((one) => `${one.value} ${share(one.count / target.known)}`).join(", ") },
    classes.map((one) => placed(el("i"), { "flex-grow": String(one.count) })));
  const shown = classes.slice(0, 8).map((one) => el("span", null, one.value, el("span", { class: "quiet plain" }, `  ${share(one.count / target.known)} · ${count(one.count)}`)));
  const legend = el("div", { class: "legend" }, shown);
  const rest = target.n_classes - shown.length;
  return [el("h2", null, el("small", null, "Target "), target.column), strip, legend, rest > 0 ? el("p", { class: "quiet small" }, `and ${count(rest)} more classes`) : null];
};

const findingsPart = (findings) => {
  if (!findings.length) return [el("h2", null, "Findings"), el("p", { class: "quiet" }, "None: nothing stands in the way of a model.")];
  const item = (one) => el("li", null,
    el("span", { class: `severity ${["error", "warning", "note"].includes(one.severity) ? one.severity : ""}` }, one.severity),
    el("div", null, el("p", null, one.reason), el("p", { class: "quiet" }, one.action)));
  const list = el("ul", { class: "findings" }, findings.slice(0, FINDINGS_FIRST).map(item));
  const rest = findings.slice(FINDINGS_FIRST);
  const more = rest.length ? clicked(el("button", { type: "button", class: "link more" }, `Show ${rest.length} more`), () => {
    list.append(...rest.map(item));
    more.remove();
  }) : null;
  return [el("h2", null, "Findings", el("small", null, ", the most important first")), list, more];
};

const spread = (column) => {
  if (column.histogram) {
    const { counts, edges } = column.histogram;
    const most = Math.max(...counts, 1);
    const label = `from ${short(edges[0])} to ${short(edges[edges.length - 1])}`;
    return el("div", { class: "spark", role: "img", title: label, "aria-label": `distribution ${label}` },
      counts.map((one) => placed(el("i"), { height: `${(100 * one) / most}%` })));
  }
  const top = (column.top_values || []).slice(0, VALUES_SHOWN);
  if (!top.length) return el("span", { class: "quiet small" }, "nearly all different");
  const most = top[0].count || 1;
  return el("div", { class: "top" }, top.map((one) => el("div", { title: `${one.value}: ${count(one.count)}` }, placed(el("i"), { width: `${(100 * one.count) / most}%` }), el("span", null, one.value))));
};

const signalCell = (column) => {
  if (!column.signal) return el("span", { class: "quiet" }, "–");
  const strength = column.signal.strength;
  const measure = column.signal.measure === "r2" ? "R²" : "AUC";
  return el("div", { class: "signal", title: `${measure} of this column alone ${score(column.signal.score)}` },
    el("span", { class: "rail" }, placed(el("span", { class: "bar" }), { width: `${100 * Math.min(1, Math.max(0, strength))}%` })), figures({ minimumFractionDigits: 2, maximumFractionDigits: 2 })(strength));
};

const factsOf = (column) => {
  const facts = [["stored as", column.dtype], ["distinct", count(column.distinct)], ["missing", `${count(column.missing)} (${share(column.missing_share)})`]];
  const { numeric, datetime, text } = column;
  if (numeric) {
    const { p05, p25, p50, p75, p95 } = numeric.quantiles;
    facts.push(["min … max", `${short(numeric.min)} … ${short(numeric.max)}`], ["mean ± std", `${short(numeric.mean)} ± ${short(numeric.std)}`],
      ["quartiles", `${short(p25)} · ${short(p50)} · ${short(p75)}`], ["5 % … 95 %", `${short(p05)} … ${short(p95)}`], ["zeros", count(numeric.zeros)]);
    if (isNumber(numeric.skew)) facts.push(["skewness", short(numeric.skew)]);
  }
  if (datetime) facts.push(["from", datetime.min], ["to", datetime.max], ["days", short(datetime.span_days)]);
  if (text) facts.push(["length", `${count(text.length_min)} … ${count(text.length_max)}, mean ${short(text.length_mean)}`]);
  return facts;
};

const columnDetail = (column, rows) => {
  const list = el("dl", null, factsOf(column).flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]));
  const most = ((column.top_values || [])[0] || { count: 1 }).count;
  const values = el("div", { class: "values" }, (column.top_values || []).flatMap((one) => [
    el("span", { class: "name", title: one.value }, one.value),
    placed(el("span", { class: "bar" }), { width: `${(100 * one.count) / most}%` }),
    el("span", { class: "quiet num" }, `${share(one.count / rows)}`)]));
  return el("div", null, el("p", { class: "quiet" }, column.reason), el("div", { class: "facts" }, list, values));
};

const columnsPart = (content) => {
  const columns = content.columns || [];
  const target = content.target && content.target.column;
  let wanted = "";
  const rows = () => columns.filter((column) => column.name.toLowerCase().includes(wanted));
  const withSignal = columns.some((column) => column.signal);
  const table = sortable({
    label: "Columns",
    rows,
    start: withSignal ? { key: "signal", descending: true } : { key: "place", descending: false },
    detail: (column) => columnDetail(column, (content.table || {}).n_rows),
    columns: [
      { key: "name", label: "column", value: (one) => one.name, cell: (one) => el("div", { class: "named" }, el("button", { type: "button", class: "opener" }, one.name), one.name === target ? el("span", { class: "chip strong" }, "target") : null) },
      { key: "type", label: "type", value: (one) => one.semantic, cell: (one) => el("span", { class: "chip", title: one.reason }, words(one.semantic)) },
      { key: "missing", label: "missing", numeric: true, first: true, value: (one) => one.missing_share, cell: (one) => (one.missing ? share(one.missing_share) : "0") },
      { key: "distinct", label: "distinct", numeric: true, first: true, value: (one) => one.distinct, cell: (one) => count(one.distinct) },
      withSignal && { key: "signal", label: "signal", first: true, value: (one) => one.signal && one.signal.strength, cell: signalCell },
      { key: "place", label: "distribution", value: (one) => columns.indexOf(one), cell: spread, plain: true },
    ].filter(Boolean),
  });
  const search = el("input", { type: "search", placeholder: "Find a column", "aria-label": "Find a column" });
  search.addEventListener("input", () => {
    wanted = search.value.trim().toLowerCase();
    table.draw();
  });
  const said = withSignal ? el("small", null, `, signal: what each alone says about ${target}`) : null;
  return [el("div", { class: "tools" }, el("h2", null, "Columns", said), columns.length > 8 ? search : null), table.element];
};

host.on.result = (result) => {
  if (result.isError) return showFailure(result);
  const content = contentOf(result);
  const notes = (content.notes || []).map((note) => el("li", null, note));
  show(
    ...heading(content),
    ...targetPart(content.target),
    ...findingsPart(content.findings || []),
    ...columnsPart(content),
    cutNote(content),
    notes.length ? el("h2", null, "Notes") : null,
    notes.length ? el("ul", { class: "notes quiet" }, notes) : null,
    content.report ? el("footer", null, "The whole report: ", el("span", { class: "mono" }, content.report)) : null,
  );
};
host.on.input = (given) => show(el("p", { class: "quiet moving" }, `Measuring ${given.table || "the table"} …`));
host.on.cancelled = () => show(el("p", { class: "quiet" }, "Cancelled."));
host.begin("mlwright profile");
