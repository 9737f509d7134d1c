/** Whose move is it? The part before the dot decides the exit code, the alert, and who is woken up. */
export type Code =
	| "config.invalid"
	| "config.secret-missing"
	| "source.unreachable"
	| "source.denied"
	| "source.incomplete"
	| "source.malformed"
	| "source.limited"
	| "target.unreachable"
	| "target.denied"
	| "target.incomplete"
	| "target.malformed"
	| "target.limited"
	| "target.rejected"
	| "target.conflict"
	| "target.missing"
	| "target.inherited"
	| "target.unsupported"
	| "store.unavailable"
	| "store.newer"
	| "store.lease-held"
	| "store.lease-lost"
	| "run.cancelled"
	| "bug";

/** `never`: the answer will not change. `later`: worth another try. `spent`: retried already, do not retry outside. */
export type Retry = "never" | "later" | "spent";

export type ErrorContext = Readonly<Record<string, string | number | boolean>>;

/**
 * The only error that crosses a room's wall. Anything else that is thrown is a bug.
 * `message` says what happened and where; `todo` says whose move it is and what to do next.
 */
export class SyncError extends Error {
	override readonly name = "SyncError";
	readonly code: Code;
	readonly retry: Retry;
	/** Ids, counts, status codes, URL paths. Never secrets, never whole response bodies. */
	readonly context: ErrorContext;
	readonly todo: string | undefined;
	/** The request left this machine and no answer came back: what it did is not known. */
	readonly outcomeUnknown: boolean;

	constructor(code: Code, message: string, options: SyncErrorOptions = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = code;
		this.retry = options.retry ?? "never";
		this.context = options.context ?? {};
		this.todo = options.todo;
		this.outcomeUnknown = options.outcomeUnknown ?? false;
	}
}

export interface SyncErrorOptions {
	readonly retry?: Retry;
	readonly context?: ErrorContext;
	readonly cause?: unknown;
	readonly todo?: string;
	readonly outcomeUnknown?: boolean;
}

/** What the process says on its way out. Documented in docs/reference/exit-codes.md, generated from this table. */
export const EXIT = {
	done: 0,
	differences: 2,
	refused: 3,
	failures: 4,
	config: 64,
	source: 65,
	target: 66,
	store: 67,
	bug: 70,
} as const;

export function exitCode(code: Code): number {
	if (code === "bug") return EXIT.bug;
	if (code === "run.cancelled") return EXIT.failures;
	return EXIT[code.slice(0, code.indexOf(".")) as "config" | "source" | "target" | "store"];
}

export function asSyncError(error: unknown): SyncError {
	if (error instanceof SyncError) return error;
	const message = error instanceof Error ? error.message : String(error);
	return new SyncError("bug", `unexpected: ${message}`, { cause: error, todo: "Please report this with the output of --log-level debug." });
}
