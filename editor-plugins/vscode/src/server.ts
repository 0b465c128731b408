/** The language server: started where it may be, its state told to whoever asks, operations called through it. */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  DidChangeWatchedFilesNotification,
  ExecuteCommandRequest,
  FileChangeType,
  LanguageClient,
  ResponseError,
  RevealOutputChannelOn,
  State,
  TransportKind,
  WorkDoneProgress,
  type CloseHandlerResult,
  type FileEvent,
  type LanguageClientOptions,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageclient/node";
import { APPLY_EDIT, OPERATION_COMMAND_PREFIX, OperationFailed, problemOf, type Outcome, type Problem } from "./operation";
import { findProgram, ProgramMissing, type Program } from "./program";

/** `untrusted`: the folder is not trusted, nothing runs. `missing`: there is no program. `failed`: it ended, or did not start. */
export type ServerState = "untrusted" | "missing" | "starting" | "running" | "failed" | "stopped";

/** Called with a command of the server that a lens, an action or a key asked for. */
export type CommandHandler = (operation: string, input: unknown, origin: Origin) => Promise<unknown>;

/** A step of progress as the editor takes it: what is done now, and percent since the last step. */
export interface ProgressStep {
  message?: string;
  increment?: number;
}

/** Where a call comes from: the document decides in which of several folders the operation works. */
export interface Origin {
  readonly document?: string;
}

/** A server that ends more often than this within that time is not started again by itself. */
const ENDS_MAX = 4;
const ENDS_WITHIN_MS = 3 * 60_000;

/** Asking for offers again ends here, however fast somebody types. */
const COMPLETION_ATTEMPTS_MAX = 10;

const NOT_RUNNING: Problem = { message: "the language server does not run", hint: "run the command “mlwright: Restart the Language Server”" };

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private current: ServerState = "stopped";
  private reason = "";
  private found: Program | undefined;
  private readonly changed = new vscode.EventEmitter<ServerState>();
  /** When it ended by itself, lately. */
  private ends: readonly number[] = [];
  /** Starts and stops follow one another, whatever asks for them. */
  private queue: Promise<void> = Promise.resolve();

  readonly onDidChangeState = this.changed.event;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly output: vscode.LogOutputChannel,
    private readonly handleCommand: CommandHandler,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** Why it does not run, when it does not. */
  get trouble(): string {
    return this.reason;
  }

  /** The program that runs or would run, once it was looked for. */
  get program(): Program | undefined {
    return this.found;
  }

  /** The operations that the server offers as commands. */
  get operations(): readonly string[] {
    const commands = this.client?.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
    return commands.map((command) => command.slice(OPERATION_COMMAND_PREFIX.length)).filter((operation) => operation !== APPLY_EDIT);
  }

  /** Starts the server, or starts it again. */
  restart(): Promise<void> {
    this.queue = this.queue.then(() => this.stopNow()).then(() => this.startNow());
    return this.queue;
  }

  stop(): Promise<void> {
    this.queue = this.queue.then(() => this.stopNow());
    return this.queue;
  }

  dispose(): void {
    void this.stop();
    this.changed.dispose();
  }

  /**
   * Runs one operation and gives its answer. Progress goes to `progress`, and `token` cancels it.
   *
   * @throws {OperationFailed} when the operation fails; {@link vscode.CancellationError} when it was cancelled.
   */
  async run(operation: string, input: unknown, origin: Origin = {}, progress?: vscode.Progress<ProgressStep>, token?: vscode.CancellationToken): Promise<Outcome> {
    const client = this.client;
    if (client === undefined || this.current !== "running") {
      throw new OperationFailed(NOT_RUNNING);
    }
    const workDoneToken = progress === undefined ? undefined : `mlwright-${crypto.randomUUID()}`;
    const listener = workDoneToken === undefined || progress === undefined ? undefined : client.onProgress(WorkDoneProgress.type, workDoneToken, reporter(progress));
    try {
      const params = { command: OPERATION_COMMAND_PREFIX + operation, arguments: [input, origin], ...(workDoneToken === undefined ? {} : { workDoneToken }) };
      return (await client.sendRequest(ExecuteCommandRequest.type, params, token)) as Outcome;
    } catch (error) {
      if (token?.isCancellationRequested === true) {
        throw new vscode.CancellationError();
      }
      throw error instanceof ResponseError ? new OperationFailed(problemOf(error)) : error;
    } finally {
      listener?.dispose();
    }
  }

  /** Tells the server of files that changed, which it does not watch itself. */
  tellChanged(files: readonly vscode.Uri[]): void {
    if (this.client === undefined || this.current !== "running" || files.length === 0) {
      return;
    }
    const changes = files.map((file): FileEvent => ({ uri: file.toString(), type: FileChangeType.Changed }));
    void this.client.sendNotification(DidChangeWatchedFilesNotification.type, { changes }).catch((error: unknown) => {
      // It ends just now; whatever starts next reads everything anew.
      this.output.debug(String(error));
    });
  }

  private async startNow(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      this.become("untrusted");
      return;
    }
    this.become("starting");
    try {
      this.found = await findProgram(this.extension);
    } catch (error) {
      if (!(error instanceof ProgramMissing)) {
        throw error;
      }
      this.found = undefined;
      this.output.error(error.message);
      this.become("missing", error.message);
      return;
    }
    this.output.info(`starting ${this.found.file} lsp (from ${this.found.from})`);
    const client = new LanguageClient("mlwright", "mlwright", { command: this.found.file, args: ["lsp"], transport: TransportKind.stdio }, this.options());
    this.client = client;
    client.onDidChangeState((event) => {
      if (this.client === client && event.newState === State.Running) {
        this.become("running");
      }
    });
    try {
      await client.start();
    } catch (error) {
      this.output.error(error instanceof Error ? error.message : String(error));
      if (this.client === client && this.state === "starting") {
        this.become("failed", `${this.found.file} did not start as a language server`);
      }
    }
  }

  /** What happens when the server ends by itself: it is started again, unless it never ran or ends again and again. */
  private closed(): CloseHandlerResult {
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < ENDS_WITHIN_MS), now];
    if (this.current !== "running") {
      if (this.current === "starting") {
        this.become("failed", `${this.found?.file ?? "mlwright"} did not start as a language server`);
      }
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    if (this.ends.length > ENDS_MAX) {
      this.become("failed", `the language server ended ${this.ends.length} times within ${ENDS_WITHIN_MS / 60_000} minutes`);
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    this.output.warn("the language server ended; it is started again");
    this.become("starting");
    return { action: CloseAction.Restart, handled: true };
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    if (client === undefined) {
      return;
    }
    this.client = undefined;
    this.become("stopped");
    try {
      await client.dispose();
    } catch (error) {
      // It did not start, or ended by itself: there is nothing left to stop.
      this.output.debug(String(error));
    }
  }

  private become(state: ServerState, reason = ""): void {
    this.current = state;
    this.reason = reason;
    this.changed.fire(state);
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { language: "python", scheme: "file" },
        { language: "python", scheme: "untitled" },
        { language: "sql", scheme: "file" },
        { language: "sql", scheme: "untitled" },
        { pattern: "**/mlwright.toml", scheme: "file" },
        { notebook: { notebookType: "jupyter-notebook" }, language: "python" },
      ],
      // A change of the setting starts the server again.
      initializationOptions: () => ({ inlineCompletion: { allow: vscode.workspace.getConfiguration("mlwright").get<string[]>("inlineCompletion.allow", []) } }),
      outputChannel: this.output,
      // What keeps it from starting is told once, by whoever listens to the state.
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.closed(),
      },
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      middleware: {
        // While one goes on typing, the editor waits for the offers of the first key, and narrows them down; the server takes the
        // request for outlived. Inside a string no later key would ask again.
        provideCompletionItem: async (document, position, context, token, next) => {
          for (let attempt = 1; ; attempt += 1) {
            const { version } = document;
            const offers = await next(document, position, context, token);
            const isOutlived = (offers === null || offers === undefined) && document.version !== version;
            if (!isOutlived || token.isCancellationRequested || attempt === COMPLETION_ATTEMPTS_MAX) {
              return offers;
            }
          }
        },
        executeCommand: (command, args: unknown[], next): Promise<unknown> =>
          this.operations.includes(command.slice(OPERATION_COMMAND_PREFIX.length)) ? this.handleCommand(command.slice(OPERATION_COMMAND_PREFIX.length), args[0] ?? {}, originOf(args[1])) : Promise.resolve(next(command, args)),
      },
    };
  }
}

/** The place that a lens or an action names. That the server shows the outcome as well is left out: here it is shown whole. */
function originOf(argument: unknown): Origin {
  const document = typeof argument === "object" && argument !== null && "document" in argument ? argument.document : undefined;
  return typeof document === "string" ? { document } : {};
}

type Progress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

/** Turns the server's percentages, which are totals, into the editor's increments. */
function reporter(progress: vscode.Progress<ProgressStep>): (value: Progress) => void {
  let reached = 0;
  return (value) => {
    const percentage = value.kind === "end" ? undefined : value.percentage;
    const increment = percentage === undefined ? undefined : Math.max(0, percentage - reached);
    reached += increment ?? 0;
    progress.report({ ...(value.message === undefined ? {} : { message: value.message }), ...(increment === undefined ? {} : { increment }) });
  };
}
