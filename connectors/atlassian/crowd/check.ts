import type { Finding } from "../../../core/connector.ts";
import { asSyncError, SyncError } from "../../../core/errors.ts";
import { skewOf } from "../../usermanagement/clock.ts";
import { PAGE_SIZE } from "../../usermanagement/settings.ts";
import { mayChangeEmails, NEWEST_KNOWN, OLDEST_KNOWN, versionOf } from "./capabilities.ts";
import { type Door, isManaged } from "./read.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** Log-in, version, clock, one page of users, and what the version keeps from applications. Nothing is written. */
export async function checkCrowd(door: Door, signal: AbortSignal): Promise<readonly Finding[]> {
	const { talk, settings } = door;
	const findings: Finding[] = [];
	try {
		const { server, date } = await talk.hello(signal);
		const version = versionOf(server);
		findings.push(
			ok("server.reachable", `Crowd ${version.text} answers on ${talk.host}; logged in as the application "${settings.application}"`),
		);
		if (version.major < OLDEST_KNOWN || version.major > NEWEST_KNOWN) {
			const todo = "Try a dry run first, and look for a newer Rollcall or upgrade Crowd.";
			findings.push(
				fault(
					"warning",
					"server.version",
					`Rollcall was written for Crowd ${OLDEST_KNOWN} to ${NEWEST_KNOWN}, this is ${version.text}`,
					todo,
				),
			);
		}
		findings.push(...skewOf(date, talk.host), emails(mayChangeEmails(version, settings), version.text));
		findings.push(...(await users(door, signal)));
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
		return [...findings, fault("error", nameOf(failure), failure.message, failure.todo ?? "Look at Crowd's log.")];
	}
	const { application } = settings;
	findings.push(
		ok(
			"rights.writing",
			`what "${application}" may write cannot be seen from here; what it may not, Crowd refuses when it is tried (docs/guides/crowd.md names the permissions)`,
		),
	);
	return findings;
}

function nameOf(error: SyncError): string {
	if (error.context.address !== undefined) return "server.address";
	if (error.code === "target.denied") return error.context.status === 403 ? "rights.missing" : "server.credentials";
	return `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
}

const emails = (allowed: boolean, version: string): Finding =>
	ok(
		"emails",
		allowed
			? `e-mail addresses are changed (Crowd ${version}; Crowd may still refuse it)`
			: `e-mail addresses that differ are held, not changed: Crowd ${version} lets no application change them`,
	);

async function users({ talk, settings }: Door, signal: AbortSignal): Promise<readonly Finding[]> {
	const rows = await talk.users({ start: 0, max: settings.pageSize ?? PAGE_SIZE }, signal);
	const keys = rows.map((row) => (row as { key?: unknown }).key);
	if (keys.some((key) => typeof key !== "string" || key === "")) {
		throw new SyncError("target.malformed", "Crowd sends users without a key, by which accounts are known for good", {
			todo: "Upgrade Crowd to 3 or later.",
		});
	}
	const managed = keys.filter((key) => isManaged(settings, String(key))).length;
	if (managed > 0 || rows.length === 0)
		return [ok("users.visible", `${managed} of the first ${rows.length} users are in directories that are managed`)];
	const message = `none of the first ${rows.length} users is in the directories ${settings.directories?.join(", ")}`;
	return [
		fault(
			"warning",
			"directories.unseen",
			message,
			"Compare `directories` with the ids in the addresses of the directories' pages in Crowd's console.",
		),
	];
}
