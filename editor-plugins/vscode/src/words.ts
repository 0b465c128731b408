/** Numbers and times as people read them. */

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const grouped = new Intl.NumberFormat("en");

/** How long ago a moment was, e.g. `3 hours ago`. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  const [unit, size] = UNITS.find(([, unitSeconds]) => Math.abs(seconds) >= unitSeconds) ?? ["second", 1];
  return Math.abs(seconds) < 45 ? "now" : relative.format(Math.round(seconds / size), unit);
}

/** A count with its noun: `1 row`, `7,043 rows`. */
export function counted(count: number, noun: string): string {
  return `${grouped.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A score in three significant digits. */
export function score(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);
}

/** A share of one as a percentage; what is more than nothing never reads as nothing. */
export function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.1 ? "< 0.1 %" : `${Number(value.toFixed(1))} %`;
}
