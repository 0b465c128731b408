// What both pages draw with. Data reaches the document as text nodes and attribute values alone, so
// that no value of a table can become markup.
const ATTRIBUTES = /^(class|id|role|title|type|for|value|placeholder|scope|colspan|aria-[a-z]+)$/;

// An element; children are elements or texts, empty ones are left out.
const el = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (!ATTRIBUTES.test(name)) throw new Error(`no attribute ${name}`);
    if (value !== undefined && value !== null) element.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
};

// Sizes and places, which the style sheet cannot know.
const placed = (element, style) => {
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
  return element;
};

const clicked = (element, act) => {
  element.addEventListener("click", act);
  return element;
};

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

const figures = (options) => (value) => {
  if (!isNumber(value)) return "–";
  try {
    return new Intl.NumberFormat(host.locale() || "en", options).format(value);
  } catch {
    return new Intl.NumberFormat("en", options).format(value);
  }
};
const count = figures({ maximumFractionDigits: 0 });
const short = figures({ maximumSignificantDigits: 4 });
const share = (value) => (isNumber(value) ? `${figures({ maximumSignificantDigits: value < 0.1 ? 2 : 3 })(value * 100)} %` : "–");
// Scores below ten are compared by their fourth decimal, larger ones by four digits.
const score = (value) => (isNumber(value) && Math.abs(value) < 10 ? figures({ minimumFractionDigits: 4, maximumFractionDigits: 4 })(value) : short(value));

const words = (name) => String(name).replaceAll("_", " ");
const LOWER_IS_BETTER = ["log_loss", "brier", "rmse", "mae", "mape"];
const higherIsBetter = (metric) => !LOWER_IS_BETTER.includes(metric);

const show = (...children) => document.getElementById("view").replaceChildren(...children.flat().filter(Boolean));

const tile = (value, label) => el("div", { class: "tile" }, el("b", null, value), el("span", null, label));

// A table whose columns `{ key, label, value, cell, numeric, first, plain }` sort by `value`; missing
// values come last either way. `detail` gives a row that opens below.
const sortable = ({ columns, rows, label, start, rowClass, detail }) => {
  const body = el("tbody");
  const state = { ...start };
  const heads = new Map();
  const order = () => {
    const column = columns.find((one) => one.key === state.key);
    const way = state.descending ? -1 : 1;
    return [...rows()].sort((a, b) => {
      const [x, y] = [column.value(a), column.value(b)];
      const [noX, noY] = [x === undefined || x === null, y === undefined || y === null];
      if (noX || noY) return noX - noY;
      return way * (typeof x === "number" ? x - y : String(x).localeCompare(String(y)));
    });
  };
  const draw = () => {
    for (const [key, head] of heads) {
      if (key === state.key) head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    body.replaceChildren(...order().flatMap((row) => {
      const line = el("tr", { class: rowClass ? rowClass(row) : undefined }, columns.map((column) => el("td", { class: column.numeric ? "num" : undefined }, column.cell(row))));
      if (!detail) return [line];
      const below = el("tr", { class: "below" }, el("td", { colspan: columns.length }));
      below.hidden = true;
      const opener = line.querySelector("button.opener");
      if (opener) {
        opener.setAttribute("aria-expanded", "false");
        clicked(opener, () => {
          below.hidden = !below.hidden;
          opener.setAttribute("aria-expanded", String(!below.hidden));
          if (!below.firstChild.firstChild) below.firstChild.append(detail(row));
        });
      }
      return [line, below];
    }));
  };
  const head = (column) => {
    const cell = el("th", { scope: "col", class: column.numeric ? "num" : undefined });
    if (column.plain) {
      cell.append(el("span", null, column.label));
    } else {
      cell.append(clicked(el("button", { type: "button" }, column.label), () => {
        const same = state.key === column.key;
        state.descending = same ? !state.descending : Boolean(column.first);
        state.key = column.key;
        draw();
      }));
      heads.set(column.key, cell);
    }
    return cell;
  };
  const table = el("table", { "aria-label": label }, el("thead", null, el("tr", null, columns.map(head))), body);
  draw();
  return { element: el("div", { class: "scroll" }, table), draw };
};

// What the page shows of a result: the whole answer where the server sent it along, else what the
// model got.
const contentOf = (result) => {
  const along = result._meta && result._meta["mlwright/view"];
  return along || result.structuredContent || {};
};

const textOf = (result) => (result.content || []).filter((part) => part.type === "text").map((part) => part.text).join("\n");

const showFailure = (result) => {
  const problem = result.structuredContent || {};
  show(el("div", { class: "banner bad", role: "alert" }, el("b", null, problem.message || textOf(result) || "The call failed."), problem.hint ? el("p", { class: "quiet" }, problem.hint) : null));
};

const cutNote = (content) => {
  const cut = content._truncated;
  if (!cut) return null;
  const parts = (cut.cut || []).map((one) => `${one.field}: ${one.kept} of ${one.of}`);
  return el("p", { class: "banner" }, `The answer was too large to be shown whole${parts.length ? ` (${parts.join("; ")})` : ""}.`);
};
