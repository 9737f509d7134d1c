import { validateDetailed } from "node-cron";
import { z } from "zod";
import { field } from "./fields.ts";

/** Five fields. node-cron also takes seconds and names such as @hourly; one way of writing is enough. */
const isCron = (value: string): boolean => value.trim().split(/\s+/).length === 5 && validateDetailed(value).valid;

function isTimeZone(value: string): boolean {
	try {
		return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "";
	} catch (error) {
		if (error instanceof RangeError) return false;
		throw error;
	}
}

export const schedule = field(z.string().refine(isCron).optional(), {
	meaning:
		"When the daemon runs this product. Without it only on demand. A run that is still going is never overtaken: that turn is left out.",
	allowed: "a cron expression of five fields: minute, hour, day of month, month, day of week",
	example: '"*/15 * * * *"',
});

export const timeZone = field(z.string().refine(isTimeZone).default("UTC"), {
	meaning: "The time zone of `schedule`.",
	allowed: "an IANA time zone",
	example: "Europe/Vienna",
});
