import type { HttpLog } from "../connectors/http/log.ts";
import type { Terminal } from "./console.ts";

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines on standard error, for journald and log shippers; people read the report on standard output. */
export interface Log {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
	readonly http: HttpLog | undefined;
}

export async function openLog(terminal: Terminal, level: LogLevel): Promise<Log> {
	const { pino } = await import("pino");
	const logger = pino(
		{ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
		terminal.err as NodeJS.WritableStream & { write(text: string): boolean },
	);
	return {
		info: (fields, message) => logger.info(fields, message),
		warn: (fields, message) => logger.warn(fields, message),
		error: (fields, message) => logger.error(fields, message),
		http: level === "debug" ? (line) => logger.debug(line, "request") : undefined,
	};
}
