import type { Finding } from "../../core/connector.ts";
import { asSyncError, SyncError } from "../../core/errors.ts";
import type { Entry } from "./entry.ts";
import type { Ask } from "./line.ts";
import type { Lines } from "./lines.ts";
import { PAGED_RESULTS, type RootDse } from "./root-dse.ts";

/** What a failure means for `rollcall check`; a stopped run and a mistake of ours are thrown on. */
export function failedFinding(error: unknown): Finding {
	const failure = asSyncError(error);
	if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
	const kind = failure.code.slice(failure.code.indexOf(".") + 1);
	const name =
		failure.context.result === 49 || failure.context.result === 48
			? "server.credentials"
			: kind === "denied"
				? "rights.missing"
				: `server.${kind}`;
	return { level: "error", name, message: failure.message, todo: failure.todo ?? "Look at the server's log." };
}

/** Log-in, encryption and paging. */
export function serverFindings(lines: Lines, root: RootDse): readonly Finding[] {
	const { address, server } = lines;
	const clear = !address.secure && server.startTls === false;
	const findings: Finding[] = [
		{ level: "ok", name: "server.login", message: `${server.account} is logged in at ${address.shown} (${root.shown})` },
	];
	if (clear && !/^(localhost|127\.|::1$)/.test(address.host))
		findings.push({
			level: "warning",
			name: "server.clear",
			message: `everything goes to ${address.shown} in clear, the password included`,
			todo: "Write url with ldaps://, or take startTls: false away.",
		});
	if (root.controls.size > 0 && !root.controls.has(PAGED_RESULTS))
		findings.push({
			level: "error",
			name: "server.paging",
			message: `${address.shown} does not offer paged results (RFC 2696)`,
			todo: "Switch that control on: without it no list can be known to be whole.",
		});
	return findings;
}

/** A base that is missing is an error here too, and is named. */
export async function baseFindings(lines: Lines, bases: readonly string[], signal: AbortSignal): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	for (const base of new Set(bases)) {
		try {
			const entry = await lines.entry({ base, filter: "(objectClass=*)", attributes: ["1.1"] }, signal);
			if (entry !== undefined) continue;
			throw new SyncError(
				"source.incomplete",
				`the base ${base} does not exist on ${lines.address.shown}, or ${lines.server.account} may not see it`,
				{
					todo: "Correct the base, or give the account the right to read it.",
				},
			);
		} catch (error) {
			findings.push({ ...failedFinding(error), name: "base.missing" });
		}
	}
	return findings;
}

/** A look at a few entries of one kind. */
export async function look(
	lines: Lines,
	what: { readonly kind: "people" | "groups"; readonly asks: readonly Ask[] },
	signal: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly entries: readonly Entry[] }> {
	const entries: Entry[] = [];
	try {
		for (const ask of what.asks) entries.push(...(await lines.look(ask, SAMPLE, signal)).entries);
	} catch (error) {
		return { findings: [failedFinding(error)], entries };
	}
	if (entries.length > 0)
		return { findings: [{ level: "ok", name: `${what.kind}.visible`, message: `${lines.server.account} sees ${what.kind}` }], entries };
	const where = what.asks.map((ask) => ask.base).join(" and ");
	const message = `${lines.server.account} sees no ${what.kind} below ${where}`;
	const todo = `Give it the right to read and search there, or correct ${what.kind === "people" ? "peopleFilter" : "groupFilter"}.`;
	return { findings: [{ level: what.kind === "people" ? "error" : "warning", name: `${what.kind}.empty`, message, todo }], entries };
}
/** Of each base. */
const SAMPLE = 5;

/** Attributes that nobody of the sample shows, though a reading needs them. */
export function missingAttributes(entries: readonly Entry[], attributes: readonly string[], account: string): readonly Finding[] {
	return attributes
		.filter((name) => entries.length > 0 && entries.every((entry) => entry.bytes(name).length === 0))
		.map((name) => ({
			level: "error",
			name: "rights.missing",
			message: `${account} sees ${name} of nobody`,
			todo: `Give it the right to read ${name}, or name another attribute.`,
		}));
}

/** Sees password hashes: an administrator, or an access rule that is too wide. */
export function seesPasswords(entries: readonly Entry[], account: string): readonly Finding[] {
	const open = ["userPassword", "krbPrincipalKey", "sambaNTPassword", "ipaNTHash"].filter((name) =>
		entries.some((entry) => entry.bytes(name).length > 0),
	);
	if (open.length === 0) return [];
	return [
		{
			level: "warning",
			name: "rights.excessive",
			message: `${account} may read ${open.join(", ")}: it is an administrator, or the access rules are too wide`,
			todo: "Use an account of its own that may read only what the guide lists.",
		},
	];
}
