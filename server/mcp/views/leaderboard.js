// The answers of train, list_runs and compare_runs, and of get_job for a training that still runs.
const FOLLOW_SECONDS = 20;
const EXCLUDED_FIRST = 6;

// A scale for points and ranges: where the models are, not where the baseline is, for that would
// press them together.
const scaleOf = (values, baseline) => {
  const known = values.filter(isNumber);
  if (!known.length) return null;
  let [low, high] = [Math.min(...known), Math.max(...known)];
  const reach = high - low || Math.abs(high) * 0.1 || 1;
  if (isNumber(baseline) && baseline > low - reach && baseline < high + reach) [low, high] = [Math.min(low, baseline), Math.max(high, baseline)];
  const room = (high - low || reach) * 0.06;
  return { low: low - room, high: high + room };
};

const at = (scale, value) => `${(100 * (Math.min(scale.high, Math.max(scale.low, value)) - scale.low)) / (scale.high - scale.low)}%`;

// A point, its range, and the baseline as a line; a value outside of the scale is an arrow.
const plot = (scale, { point, low, high, baseline }) => {
  if (!scale || !isNumber(point)) return el("span", { class: "quiet" }, "–");
  const label = `${score(point)}${isNumber(low) ? `, from ${score(low)} to ${score(high)}` : ""}${isNumber(baseline) ? `, baseline ${score(baseline)}` : ""}`;
  const track = el("div", { class: "track plot", role: "img", "aria-label": label, title: label });
  const inside = (value) => value >= scale.low && value <= scale.high;
  if (isNumber(baseline) && inside(baseline)) track.append(placed(el("i", { class: "zero" }), { left: at(scale, baseline) }));
  if (!inside(point)) {
    track.append(el("i", { class: `off ${point > scale.high ? "high" : ""}` }, point > scale.high ? "▸" : "◂"));
    return track;
  }
  if (isNumber(low) && isNumber(high)) {
    track.append(placed(el("i", { class: "range" }), { left: at(scale, low), right: `calc(100% - ${at(scale, high)})` }));
  }
  track.append(placed(el("i", { class: "point" }), { left: at(scale, point) }));
  return track;
};

const axis = (scale) => (scale ? el("span", { class: "axis" }, el("span", null, short(scale.low)), el("span", null, short(scale.high))) : "");

const legend = (point, band, baseline) => el("div", { class: "key" },
  el("span", null, el("i", { class: "dot" }), point),
  el("span", null, el("i", { class: "band" }), band),
  baseline ? el("span", null, el("i", { class: "base" }), baseline) : null);

const better = (metric) => (higherIsBetter(metric) ? "higher is better" : "lower is better");

// What an ensemble is made of, as pairs of a member's name and its hyperparameters; null for a single learner.
const membersOf = (parameters) =>
  Array.isArray(parameters.members) ? parameters.members.map((one) => [`${short(one.weight)} ${words(one.learner)}`, one.parameters || {}]) : null;

const pairs = (parameters) => Object.entries(parameters).map(([name, value]) => `${name} ${value}`).join(", ");

const briefly = (parameters) => {
  const members = membersOf(parameters);
  return members ? members.map(([name]) => name).join(" + ") : pairs(parameters);
};

const parameterList = (parameters) => {
  const members = membersOf(parameters);
  if (members) return el("dl", { class: "params" }, members.map(([name, own]) => el("div", null, el("dt", null, name), el("dd", { class: "mono" }, pairs(own) || "defaults"))));
  const names = Object.keys(parameters);
  if (!names.length) return el("span", { class: "quiet" }, "no hyperparameters");
  return el("dl", { class: "params" }, names.map((name) => el("div", null, el("dt", null, name), el("dd", { class: "mono" }, String(parameters[name])))));
};

const warningsPart = (warnings) => (warnings || []).map((warning) => el("p", { class: "banner" }, warning));

// The metrics on the rows that were held out.
const testPart = (result) => {
  const names = Object.keys(result.test_metrics || {}).sort((a, b) => (b === result.metric) - (a === result.metric));
  if (!names.length) return [];
  const rows = names.map((name) => ({ name, value: result.test_metrics[name], interval: (result.test_intervals || {})[name] || [], baseline: (result.baseline_test_metrics || {})[name] }));
  const scaleFor = (row) => scaleOf([row.value, ...row.interval, row.baseline], row.baseline);
  const table = sortable({
    label: "Metrics on the held-out rows",
    rows: () => rows,
    start: { key: "order", descending: false },
    rowClass: (row) => (row.name === result.metric ? "chosen" : undefined),
    columns: [
      { key: "metric", label: "metric", value: (row) => row.name, cell: (row) => [row.name, " ", el("span", { class: "quiet", title: better(row.name) }, higherIsBetter(row.name) ? "↑" : "↓")] },
      { key: "model", label: "model", numeric: true, first: true, value: (row) => row.value, cell: (row) => score(row.value) },
      { key: "interval", label: "95 % interval", numeric: true, plain: true, cell: (row) => (row.interval.length ? `${score(row.interval[0])} … ${score(row.interval[1])}` : "–") },
      { key: "baseline", label: "baseline", numeric: true, first: true, value: (row) => row.baseline, cell: (row) => score(row.baseline) },
      { key: "order", label: "", plain: true, value: (row) => names.indexOf(row.name), cell: (row) => plot(scaleFor(row), { point: row.value, low: row.interval[0], high: row.interval[1], baseline: row.baseline }) },
    ],
  });
  return [el("h2", null, "Test", el("small", null, `, ${count(result.n_test_rows)} rows held out, scored once`)), table.element, legend("model", "95 % interval, each metric on its own scale", "baseline")];
};

const candidatesPart = (result) => {
  const board = result.leaderboard || [];
  const best = board.find((one) => isNumber(one.cv_mean) && one.learner !== "baseline");
  const baseline = (board.find((one) => one.learner === "baseline") || {}).cv_mean;
  const real = board.filter((one) => one.learner !== "baseline" && isNumber(one.cv_mean));
  const scale = scaleOf(real.flatMap((one) => [one.cv_mean - (one.cv_std || 0), one.cv_mean + (one.cv_std || 0)]), baseline);
  // What lies within the best one's spread cannot be told from it by these folds.
  const near = (one) => best && isNumber(one.cv_mean) && one !== best && one.learner !== "baseline" && Math.abs(one.cv_mean - best.cv_mean) <= (best.cv_std || 0);
  const kind = (one) => (one.learner === "baseline" ? "baseline" : one.failure ? "failed" : one === best ? "best" : undefined);
  const brief = (one) => briefly(one.parameters || {});
  const table = sortable({
    label: "Leaderboard",
    rows: () => board,
    start: { key: "rank", descending: false },
    rowClass: kind,
    detail: (one) => (one.failure ? el("p", null, one.failure) : parameterList(one.parameters || {})),
    columns: [
      { key: "rank", label: "#", value: (one) => one.rank, cell: (one) => el("span", { class: "rank" }, String(one.rank)) },
      { key: "learner", label: "learner", value: (one) => one.learner, cell: (one) => [el("button", { type: "button", class: "opener lead" }, words(one.learner), near(one) ? el("span", { class: "near", title: "within the best one's spread" }, "≈") : null), el("div", { class: "quiet small params-short", title: brief(one) }, brief(one))] },
      { key: "mean", label: result.metric, numeric: true, first: higherIsBetter(result.metric), value: (one) => one.cv_mean, cell: (one) => (one.failure ? "failed" : score(one.cv_mean)) },
      { key: "std", label: "± std", numeric: true, value: (one) => one.cv_std, cell: (one) => score(one.cv_std) },
      { key: "plot", label: axis(scale), plain: true, cell: (one) => plot(scale, { point: one.cv_mean, low: isNumber(one.cv_std) ? one.cv_mean - one.cv_std : null, high: isNumber(one.cv_std) ? one.cv_mean + one.cv_std : null, baseline: one.learner === "baseline" ? null : baseline }) },
      { key: "seconds", label: "fit, s", numeric: true, value: (one) => one.fit_seconds, cell: (one) => figures({ maximumFractionDigits: 2, minimumFractionDigits: 2 })(one.fit_seconds) },
    ],
  });
  const n = real.filter(near).length;
  const tied = n ? el("p", { class: "quiet small" }, `≈ ${count(n)} more ${n === 1 ? "lies" : "lie"} within the best one's spread: these folds cannot tell them apart.`) : null;
  return [el("h2", null, "Cross-validation", el("small", null, `, ${count(result.n_candidates || board.length)} candidates by ${result.metric}, ${better(result.metric)}${result.n_candidates > board.length ? "; shown are the first and the best of each learner" : ""}`)), table.element, legend("mean over the folds", "± one standard deviation over the folds", isNumber(baseline) ? `baseline ${score(baseline)}` : null), tied];
};

const showTraining = (content, result) => {
  const table = (content.spec || (content.job || {}).spec || {}).table;
  const interval = (result.test_intervals || {})[result.metric];
  const value = (result.test_metrics || {})[result.metric];
  const baseline = (result.baseline_test_metrics || {})[result.metric];
  const excluded = result.excluded || [];
  show(
    el("div", { class: "row" }, el("h1", null, `Leaderboard: ${result.target}`), el("span", { class: "quiet" }, [table, result.task].filter(Boolean).join(" · "))),
    el("div", { class: "tiles" },
      tile(words(result.best_learner), "best learner"),
      tile(score(value), `${result.metric} on test rows`),
      interval ? tile(`${score(interval[0])} … ${score(interval[1])}`, "95 % interval") : null,
      tile(score(baseline), "baseline")),
    ...warningsPart(result.warnings),
    ...candidatesPart(result),
    ...testPart(result),
    excluded.length ? el("h2", null, "Left out") : null,
    excluded.length ? el("ul", { class: "notes quiet" }, excluded.slice(0, EXCLUDED_FIRST).map((one) => el("li", null, el("b", null, one.name), `: ${one.reason}`)), excluded.length > EXCLUDED_FIRST ? el("li", null, `and ${count(excluded.length - EXCLUDED_FIRST)} more`) : null) : null,
    cutNote(content),
    el("footer", null, el("div", null, result.split), el("div", { class: "mono" }, result.model_uri)),
  );
};

// A training that runs: where it stands, asked for again through the host until it has ended.
const showJob = (job) => {
  const { done, total, message } = job.progress || {};
  const part = isNumber(done) && total > 0 ? Math.min(1, done / total) : 0;
  const ended = ["done", "failed", "cancelled", "interrupted"].includes(job.state);
  show(
    el("div", { class: "row" }, el("h1", null, job.subject), el("span", { class: `state ${ended ? "bad" : "quiet"}` }, job.state)),
    ended ? null : el("div", { class: "progress", role: "progressbar", "aria-valuenow": Math.round(100 * part), "aria-valuemin": 0, "aria-valuemax": 100 }, placed(el("span", { class: "bar moving" }), { width: `${100 * part}%` })),
    el("p", { class: "quiet" }, message || (job.error && job.error.message)),
    el("footer", null, el("span", { class: "mono" }, `job ${job.job_id}`)),
  );
};

const follow = async (job) => {
  while (["queued", "running"].includes(job.state)) {
    showJob(job);
    if (!host.callsTools()) return;
    let answer;
    try {
      answer = await host.callTool("get_job", { job_id: job.job_id, wait_seconds: FOLLOW_SECONDS });
    } catch {
      return;
    }
    if (answer.isError) return showFailure(answer);
    job = contentOf(answer);
  }
  if (job.result && job.result.leaderboard) showTraining(job, job.result);
  else showJob(job);
};

// Runs, by one of the metrics that they have.
const showRuns = (title, runs, parts) => {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].filter((name) => name.startsWith("test_")).map((name) => name.slice(5)).sort();
  const votes = (name) => runs.filter((run) => run.metric === name).length;
  let metric = [...names].sort((a, b) => votes(b) - votes(a))[0];
  const place = el("div");
  const draw = () => {
    const test = (run) => run.metrics[`test_${metric}`];
    const mean = (run) => run.metrics[`cv_${metric}`];
    const std = (run) => run.metrics[`cv_${metric}_std`];
    const base = (run) => run.metrics[`baseline_test_${metric}`];
    const bases = runs.map(base).filter(isNumber);
    const baseline = bases.length && bases.every((one) => one === bases[0]) ? bases[0] : null;
    const scale = scaleOf(runs.flatMap((run) => [test(run), mean(run) - std(run), mean(run) + std(run)]), baseline);
    const table = sortable({
      label: "Runs",
      rows: () => runs,
      start: metric ? { key: "test", descending: higherIsBetter(metric) } : { key: "name", descending: false },
      rowClass: (run) => (run.status === "FINISHED" ? undefined : "failed"),
      columns: [
        { key: "name", label: "run", value: (run) => run.run_name, cell: (run) => [el("div", { class: "lead" }, run.run_name), el("div", { class: "quiet small mono", title: run.run_id }, run.run_id.slice(0, 12))] },
        { key: "learner", label: "learner", value: (run) => run.learner, cell: (run) => [words(run.learner || "–"), run.data ? el("div", { class: "quiet small" }, run.data) : null, run.status === "FINISHED" ? null : el("div", { class: "state bad" }, run.status.toLowerCase())] },
        { key: "test", label: `test ${metric || ""}`, numeric: true, first: higherIsBetter(metric), value: test, cell: (run) => score(test(run)) },
        { key: "mean", label: "cross-validated", numeric: true, first: higherIsBetter(metric), value: mean, cell: (run) => (isNumber(mean(run)) ? `${score(mean(run))}${isNumber(std(run)) ? ` ± ${score(std(run))}` : ""}` : "–") },
        { key: "plot", label: axis(scale), plain: true, cell: (run) => plot(scale, { point: test(run), low: mean(run) - std(run), high: mean(run) + std(run), baseline: base(run) }) },
        { key: "baseline", label: "baseline", numeric: true, value: base, cell: (run) => score(base(run)) },
      ],
    });
    place.replaceChildren(table.element, legend("test score", "cross-validated mean ± one standard deviation", "baseline"));
  };
  const options = names.map((name) => {
    const option = el("option", { value: name }, name);
    option.selected = name === metric;
    return option;
  });
  const select = el("select", { id: "metric" }, options);
  select.addEventListener("change", () => {
    metric = select.value;
    draw();
  });
  draw();
  show(
    el("div", { class: "row" }, el("h1", null, title), names.length ? el("div", { class: "pick" }, el("label", { for: "metric" }, "metric"), select) : null),
    ...parts.before, el("div", { class: "gap" }), place, ...parts.after);
};

const showList = (content) => {
  const runs = content.runs || [];
  if (!runs.length) return show(el("h1", null, "Runs"), el("p", { class: "quiet" }, "No run matches; train makes one."));
  showRuns(`${count(runs.length)} of ${count(content.total)} runs`, runs, { before: [], after: [cutNote(content)] });
};

const showComparison = (content) => {
  const { runs = [], metrics = {}, different_params: different = {}, same_params: same = {} } = content;
  const param = (name, i) => (different[name] ? different[name][i] : same[name]);
  const compared = runs.map((run, i) => ({
    ...run,
    learner: param("learner", i),
    metric: param("metric", i),
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, values]) => [name, values[i]])),
  }));
  const fair = content.same_test_rows
    ? el("p", { class: "quiet small" }, "All were scored on the same held-out rows.")
    : el("p", { class: "banner" }, "They did not hold out the same rows: their test scores cannot be compared strictly.");
  const names = Object.keys(different);
  const table = names.length ? el("div", { class: "scroll" }, el("table", { "aria-label": "Parameters that differ" },
    el("thead", null, el("tr", null, el("th", { scope: "col" }, el("span", null, "parameter")), runs.map((run) => el("th", { scope: "col" }, el("span", null, run.run_name))))),
    el("tbody", null, names.map((name) => el("tr", null, el("td", { class: "quiet" }, name), different[name].map((value) => el("td", { class: "mono" }, value === null ? "–" : value))))))) : null;
  showRuns(`${count(runs.length)} runs compared`, compared, { before: [fair], after: [table ? el("h2", null, "Parameters that differ") : null, table, cutNote(content)] });
};

host.on.result = (result) => {
  if (result.isError) return showFailure(result);
  const content = contentOf(result);
  const job = content.job || (content.job_id ? content : null);
  const training = [content.result, job && job.result].find((one) => one && one.leaderboard);
  if (training) showTraining(content, training);
  else if (job) follow(job);
  else if (content.metrics && !Array.isArray(content.metrics)) showComparison(content);
  else showList(content);
};
host.on.input = (given) => show(el("p", { class: "quiet moving" }, given.target ? `Training models for ${given.target} …` : "Looking at the runs …"));
host.on.cancelled = () => show(el("p", { class: "quiet" }, "Cancelled."));
host.begin("mlwright leaderboard");
