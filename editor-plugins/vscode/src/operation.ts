/** What an operation answers. Nothing here knows the editor. */

/** The server's commands are `mlwright.` and the operation's name. */
export const OPERATION_COMMAND_PREFIX = "mlwright.";

/** A command of the server that is no operation. */
export const APPLY_EDIT = "applyEdit";

/** What an operation came to: a summary for people, in Markdown, and the answer itself. */
export interface Outcome {
  readonly summary: string;
  readonly answer: unknown;
}

/** What went wrong, as the engine tells it. */
export interface Problem {
  readonly code?: string;
  readonly message: string;
  readonly field?: string;
  readonly hint?: string;
}

/** An operation that failed. */
export class OperationFailed extends Error {
  constructor(readonly problem: Problem) {
    super(problem.hint === undefined || problem.hint === "" ? problem.message : `${problem.message}. ${capitalized(problem.hint)}`);
  }
}

/** The engine's problem out of an error answer, which carries it as data. */
export function problemOf(error: { readonly message: string; readonly data?: unknown }): Problem {
  const { data } = error;
  if (typeof data === "object" && data !== null && "message" in data && typeof data.message === "string") {
    return data as Problem;
  }
  return { message: error.message };
}

/** A text with its first letter large. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
