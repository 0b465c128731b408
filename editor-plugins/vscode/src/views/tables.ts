/** Tables, and below each its columns. */

import type { Column, TableDescription, TableLine } from "../answers";
import type { Operations } from "../operations";
import type { Snapshot } from "../snapshot";
import { counted, percent } from "../words";
import { Line, more } from "./tree";

/** The most columns that are listed. */
const COLUMNS_MAX = 200;

const COLUMN_ICONS: Readonly<Record<string, string>> = {
  numeric: "symbol-numeric",
  categorical: "symbol-enum",
  boolean: "symbol-boolean",
  datetime: "calendar",
  text: "symbol-string",
  id: "key",
  constant: "symbol-constant",
};

export function tableLines(operations: Operations, { tables, nTables }: Snapshot): Line[] {
  return [...tables.map((table) => tableLine(operations, table)), ...more(nTables - tables.length)];
}

function tableLine(operations: Operations, table: TableLine): Line {
  const isFile = table.kind === "file";
  const rows = table.n_rows === undefined ? undefined : counted(table.n_rows, "row");
  const description = [rows, isFile ? table.format : table.kind].filter((word) => word !== undefined).join(" · ");
  return new Line(
    table.name,
    { kind: "table", table: table.name, isFile },
    {
      id: `table:${table.name}`,
      icon: isFile ? "table" : "database",
      description,
      tooltip: table.name,
    },
    () => loadColumns(operations, table.name),
  );
}

async function loadColumns(operations: Operations, table: string): Promise<Line[]> {
  const { columns, n_rows, n_columns } = await operations.ask<TableDescription>("describe_table", { table, limit: COLUMNS_MAX, sample_rows: 0 });
  return [...columns.map((column) => columnLine(table, column, n_rows)), ...more(n_columns - columns.length)];
}

function columnLine(table: string, column: Column, n_rows: number): Line {
  const missing = (column.n_missing ?? 0) > 0 && n_rows > 0 ? `${percent((column.n_missing ?? 0) / n_rows)} missing` : undefined;
  return new Line(
    column.name,
    { kind: "column", table, column: column.name },
    {
      id: `table:${table}\u0000${column.name}`,
      icon: COLUMN_ICONS[column.semantic] ?? "symbol-field",
      description: [column.semantic, missing].filter((word) => word !== undefined).join(" · "),
      ...(column.reason === undefined ? {} : { tooltip: column.reason }),
    },
  );
}
