import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import { skewOf } from "../../usermanagement/clock.ts";
import { PAGE_SIZE } from "../../usermanagement/settings.ts";
import type { Door } from "./snapshot.ts";
import { directoryIn } from "./translate.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** Log-in, server, clock, one page of people, one group, and rights that are too much. */
export async function checkCrowd(door: Door, signal: AbortSignal): Promise<readonly Finding[]> {
	const { talk, settings } = door;
	const findings: Finding[] = [];
	try {
		const { server, date } = await talk.hello(signal);
		const { name, version } = server;
		findings.push(ok("server.login", `application "${settings.application}" is logged in at ${talk.host} (${name} ${version})`));
		findings.push(...skewOf(date, talk.host));
	} catch (error) {
		return [failed(asSyncError(error))];
	}
	findings.push(...(await guarded(() => people(door, signal))));
	findings.push(...(await guarded(() => groups(door, signal))));
	findings.push(excessive(settings.application));
	return findings;
}

async function guarded(work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
	try {
		return await work();
	} catch (error) {
		return [failed(asSyncError(error))];
	}
}

function failed(error: SyncError): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	return fault("error", nameOf(error), error.message, error.todo ?? "Look at Crowd's log.");
}

function nameOf(error: SyncError): string {
	if (error.context.address !== undefined) return "server.address";
	if (error.code === "source.denied") return error.context.status === 403 ? "rights.missing" : "server.credentials";
	return `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
}

async function people({ talk, settings }: Door, signal: AbortSignal): Promise<readonly Finding[]> {
	const rows = await talk.users({ start: 0, max: settings.pageSize ?? PAGE_SIZE }, signal);
	if (rows.length === 0) {
		const todo = `Give the application a directory, with all its users (Crowd: Applications > ${settings.application} > Directories & groups). An empty directory is never synced.`;
		return [fault("error", "people.empty", `Crowd shows nobody to the application "${settings.application}"`, todo)];
	}
	const keys = rows.map((row) => (row as { key?: unknown }).key);
	if (settings.personId !== "username" && keys.some((key) => typeof key !== "string" || key === "")) {
		const todo = "Set personId: username if this Crowd is too old to send keys; somebody who is renamed is then somebody else.";
		return [fault("error", "people.keys", "Crowd sends people without a key, by which they are known for good", todo)];
	}
	const seen = new Set(keys.map((key) => directoryIn(typeof key === "string" ? key : undefined)).filter((id) => id !== undefined));
	const findings = [ok("people.visible", `Crowd shows people to the application${seen.size === 0 ? "" : `, of ${directoriesIn(seen)}`}`)];
	const absent = (settings.directories ?? []).filter((id) => !seen.has(id));
	if (absent.length === 0) return findings;
	const message = `none of the first ${rows.length} people is of ${directoriesIn(new Set(absent))}`;
	const todo = `A reading without anybody of a directory named in \`directories\` is refused. Does the application have it (Crowd: Applications > ${settings.application} > Directories & groups)?`;
	return [...findings, fault("warning", "directories.unseen", message, todo)];
}

async function groups({ talk }: Door, signal: AbortSignal): Promise<readonly Finding[]> {
	const [row] = await talk.groups({ start: 0, max: 1 }, signal);
	if (row !== undefined) return [ok("groups.visible", "Crowd shows groups to the application")];
	const todo = "Is it meant to see some? A policy that names groups will refuse to go on without them.";
	return [fault("warning", "groups.empty", "Crowd shows no groups to the application", todo)];
}

const directoriesIn = (ids: ReadonlySet<number>): string =>
	`${ids.size === 1 ? "directory" : "directories"} ${[...ids].sort((a, b) => a - b).join(", ")}`;

/** Crowd's own applications, which may do more than read (https://confluence.atlassian.com/crowd/overview-of-crowd-applications). */
const BUILT_IN = /^(?:crowd|crowd-openid-server|google-apps)$/i;

/** What an application may write is told nowhere in this protocol, and is not tried; that it is one of Crowd's own can be told. */
function excessive(application: string): Finding {
	if (BUILT_IN.test(application)) {
		const message = `"${application}" is an application of Crowd's own, which may change everything`;
		const todo =
			"Make an application of its own for Rollcall (Applications > Add application, type Generic), without any permission to write.";
		return fault("warning", "rights.excessive", message, todo);
	}
	const message = `what "${application}" may write cannot be seen from here: under its Directories & groups > Permissions everything should be off`;
	return ok("rights.writing", message);
}
