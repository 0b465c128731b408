/** The parts of the operations' answers that the editor shows. docs/operations.md has them whole. */

export interface TableLine {
  readonly name: string;
  readonly kind: "file" | "managed" | "inference";
  readonly format?: string;
  readonly n_rows?: number;
  readonly size_bytes?: number;
  readonly version?: number;
}
export interface Tables {
  readonly tables: readonly TableLine[];
  readonly n_tables: number;
  readonly next_offset?: number;
}

export interface Column {
  readonly name: string;
  readonly semantic: string;
  readonly missing_share?: number;
  readonly n_missing?: number;
  readonly reason?: string;
}
export interface TableDescription {
  readonly name: string;
  readonly n_rows: number;
  readonly n_columns: number;
  readonly columns: readonly Column[];
  readonly next_columns_from?: string;
}

export interface RunLine {
  readonly run_id: string;
  readonly experiment: string;
  readonly run_name: string;
  readonly status: "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";
  readonly start_time: string;
  readonly learner?: string;
  readonly metric?: string;
  readonly metrics: Readonly<Record<string, number>>;
}
export interface Runs {
  readonly runs: readonly RunLine[];
  readonly total: number;
}

export interface JobLine {
  readonly job_id: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly created: string;
}
export interface Jobs {
  readonly jobs: readonly JobLine[];
}

export interface ModelLine {
  readonly name: string;
  readonly task: string;
  readonly target: string;
  readonly n_versions: number;
  readonly latest_version: number;
  readonly aliases: Readonly<Record<string, number>>;
  readonly metric?: string;
  readonly score?: number;
}
export interface Models {
  readonly models: readonly ModelLine[];
}
export interface ModelVersion {
  readonly model_uri: string;
  readonly name: string;
  readonly version: number;
  readonly aliases: readonly string[];
  readonly learner: string;
  readonly metric: string;
  readonly test_metrics: Readonly<Record<string, number>>;
  readonly created: string;
}
export interface Model {
  readonly versions: readonly ModelVersion[];
}

export interface EndpointLine {
  readonly name: string;
  readonly state: "serving" | "starting" | "down" | "stopped";
  readonly url?: string;
  readonly model?: string;
  readonly asked?: string;
}
export interface Endpoints {
  readonly endpoints: readonly EndpointLine[];
}

export interface AuditRecords {
  readonly records: readonly { readonly time: string; readonly operation: string; readonly subject?: string; readonly outcome: string }[];
}
export interface MonitorLine {
  readonly name: string;
  readonly lastCheck?: string;
}
export interface Lineage {
  readonly upstream: readonly { readonly from: string; readonly relation: string; readonly to: string }[];
}

/** An answer that names a page or a picture, relative to the workspace. */
export interface WithReport {
  readonly report?: string;
}
export interface Profile extends WithReport {
  readonly name: string;
  readonly findings: readonly { readonly severity: string; readonly reason: string; readonly action: string }[];
}
export interface Chart {
  readonly title: string;
  readonly description: string;
  readonly path: string;
}
export interface Rows {
  readonly columns: readonly { readonly name: string; readonly dtype: string }[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly n_rows: number;
  readonly truncated: boolean;
}
export interface Training {
  readonly job: { readonly job_id: string; readonly state: string; readonly run_id?: string };
  readonly result?: {
    readonly run_id: string;
    readonly target: string;
    readonly metric: string;
    readonly best_learner: string;
    readonly test_metrics?: Readonly<Record<string, number>>;
    readonly card?: string;
  };
}
export interface AliasMove {
  readonly alias_uri: string;
  readonly moved: boolean;
  readonly already_there: boolean;
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly reason: string }[];
}
export interface Drift extends WithReport {
  readonly drifted: readonly string[];
  readonly columns: readonly unknown[];
}
