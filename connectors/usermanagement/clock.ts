import type { Finding } from "../../core/connector.ts";

/** Further apart than this, time stamps are judged wrongly somewhere. */
const SKEW_S = 60;

/** From the Date header of an answer that has just come; nothing where there is none. */
export function skewOf(date: string | undefined, host: string): readonly Finding[] {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return [];
	const skew = Math.round((server - Date.now()) / 1000);
	const name = "clock.skew";
	if (Math.abs(skew) <= SKEW_S) return [{ level: "ok", name, message: `the clocks of ${host} and of this machine agree` }];
	const message = `the clock of ${host} is ${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} this machine's`;
	return [{ level: "warning", name, message, todo: "Let both machines follow a time server (NTP)." }];
}
