/**
 * When the workspace is to be looked at again. Its database changes whenever anybody does something, and the editor is told of that;
 * but looking is recorded in it as well, so what follows a look closely may be nothing but its echo. Such a change is looked into
 * later, a few times, further and further apart, until nothing new is found.
 */

/** Changes come in bursts (a training writes many records): one look for each burst. */
const BURST_MS = 300;
/** How long after a look a change may be its echo. */
const ECHO_MS = 1000;
/** When a possible echo is looked into. */
const LATER_MS: readonly number[] = [1500, 6000];

export class Freshness {
  private timer: NodeJS.Timeout | undefined;
  /** How long the timer was set for. */
  private delayMs = 0;
  private isLooking = false;
  private lookEnded = 0;
  /** How many looks in a row found nothing new after a possible echo. */
  private quiet = 0;

  /** `look` answers whether there was something new. */
  constructor(
    private readonly look: () => Promise<boolean>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Something changed, perhaps only what looking left behind. */
  changed(): void {
    if (!this.isLooking && this.now() - this.lookEnded > ECHO_MS) {
      this.quiet = 0;
      this.schedule(BURST_MS);
    } else if (this.quiet < LATER_MS.length) {
      this.schedule(LATER_MS[this.quiet] ?? BURST_MS);
    }
  }

  /** Something changed that looking leaves as it is: no echo, whenever it comes. */
  touched(): void {
    this.quiet = 0;
    this.schedule(BURST_MS);
  }

  /** Looks now. */
  refresh(): void {
    this.quiet = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.run();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Sets the timer, or brings it forward; it is never put off. */
  private schedule(delayMs: number): void {
    if (this.timer !== undefined && this.delayMs <= delayMs) {
      return;
    }
    clearTimeout(this.timer);
    this.delayMs = delayMs;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.run();
    }, delayMs);
  }

  private async run(): Promise<void> {
    if (this.isLooking) {
      this.schedule(BURST_MS);
      return;
    }
    this.isLooking = true;
    try {
      this.quiet = (await this.look()) ? 0 : this.quiet + 1;
    } finally {
      this.isLooking = false;
      this.lookEnded = this.now();
    }
  }
}
