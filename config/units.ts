import { z } from "zod";

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;
const PERCENT = /^(\d{1,3}(?:\.\d{1,4})?)%$/;

/** Milliseconds, or undefined when the text is no duration. One number and one unit: `90s`, `1.5h`. */
export function parseDuration(text: string): number | undefined {
	const match = DURATION.exec(text);
	return match === null ? undefined : Math.round(Number(match[1]) * MS[match[2] as keyof typeof MS]);
}

/** From 0 to 1, or undefined when the text is no percentage of at most 100. */
export function parsePercent(text: string): number | undefined {
	const match = PERCENT.exec(text);
	const percent = match === null ? undefined : Number(match[1]);
	return percent === undefined || percent > 100 ? undefined : percent / 100;
}

/** A duration between the two (inclusive, in milliseconds), read as milliseconds. */
export const duration = (leastMs: number, mostMs: number): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
	z
		.string()
		.regex(DURATION)
		.refine((value) => within(parseDuration(value), leastMs, mostMs))
		.transform((value) => parseDuration(value) ?? 0);

const within = (value: number | undefined, least: number, most: number): boolean => value !== undefined && value >= least && value <= most;

/** A percentage, read as a fraction from 0 to 1. */
export const percent = (): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
	z
		.string()
		.regex(PERCENT)
		.refine((value) => parsePercent(value) !== undefined)
		.transform((value) => parsePercent(value) ?? 0);

export const DURATION_ALLOWED = 'a number with its unit: ms, s, m, h or d ("90s", "15m", "1h", "2d")';
export const PERCENT_ALLOWED = 'a percentage from "0%" to "100%", with the sign';
