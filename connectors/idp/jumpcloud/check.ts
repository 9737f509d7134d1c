import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import { GRANT, READ_ONLY } from "./refusals.ts";
import type { Self, Talk } from "./talk.ts";

/** Further apart than this, times are judged wrongly somewhere. */
const SKEW_MS = 30_000;
const DAY_MS = 86_400_000;
/** A key that ends within so many days is worth a word. */
const SOON_DAYS = 30;

/** https://jumpcloud.com/support/admin-portal-roles: every other role of JumpCloud's own may change something, or sees nobody. */
const OWN_ROLES: Readonly<Record<string, string>> = {
	"administrator with billing": "everything",
	administrator: "change people, groups, devices and settings",
	manager: "change people, groups and devices",
	"help desk": "change people",
	"command runner": "run commands on devices",
	"command runner with billing": "run commands on devices, and pay",
	"billing only": "pay",
};

/** Log-in, clock, one row each of people, groups and members, and then whose rights they are: too few, or too many. */
export async function checkJumpCloud(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	const asked = Date.now();
	try {
		const { people, date } = await talk.look(signal);
		findings.push({ level: "ok", name: "server.login", message: `${whoIs(talk)} is let in at ${talk.host}` });
		findings.push(...clock(date, { asked, host: talk.host }));
		findings.push(
			people > 0
				? { level: "ok", name: "people.visible", message: `JumpCloud counts ${people} people` }
				: {
						level: "error",
						name: "people.empty",
						message: "JumpCloud shows nobody",
						todo: "Is this the right organisation? An empty directory is never synced.",
					},
		);
	} catch (error) {
		return [failed(asSyncError(error), "people")];
	}
	findings.push(await groups(talk, signal));
	findings.push(...(await rights(talk, signal)));
	return findings;
}

const whoIs = ({ settings: { auth } }: Talk): string => (auth.kind === "apiKey" ? "the API key" : `service account ${auth.clientId}`);

function failed(error: SyncError, what: string): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const todo = error.todo ?? "Look at JumpCloud's status page.";
	if (error.context.missing !== undefined) return { level: "error", name: "rights.missing", message: `${what}: ${error.message}`, todo };
	return { level: "error", name: nameOf(error), message: error.message, todo };
}

function nameOf(error: SyncError): string {
	if (error.code === "config.invalid") return error.context.organization === undefined ? "server.url" : "server.organization";
	return error.code === "source.denied" ? "server.credentials" : `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
}

/** The Date header, to the second. */
function clock(date: string | undefined, when: { readonly asked: number; readonly host: string }): readonly Finding[] {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return [];
	const early = when.asked - 1_000 - server;
	const late = server - Date.now();
	const skew = Math.max(early, late, 0);
	if (skew <= SKEW_MS) return [{ level: "ok", name: "clock.skew", message: `the clocks of ${when.host} and of this machine agree` }];
	const message = `the clock of ${when.host} is ${Math.round(skew / 1_000)} s ${late > early ? "ahead of" : "behind"} this machine's`;
	return [{ level: "warning", name: "clock.skew", message, todo: "Let this machine follow a time server (NTP)." }];
}

/** Groups are one right, their members perhaps another. */
async function groups(talk: Talk, signal: AbortSignal): Promise<Finding> {
	try {
		const { rows, total } = await talk.groups({ skip: 0, limit: 1 }, signal);
		const [row] = rows as readonly { readonly id?: unknown }[];
		if (row === undefined)
			return {
				level: "warning",
				name: "groups.empty",
				message: "JumpCloud shows no groups of people",
				todo: `Are there none? Otherwise: ${GRANT}`,
			};
		if (typeof row.id === "string") await talk.membership({ id: row.id, name: row.id }, { skip: 0, limit: 1 }, signal);
		const counted = total === undefined ? "its groups" : `its ${total} groups`;
		return { level: "ok", name: "groups.visible", message: `JumpCloud shows ${counted} and who is in them` };
	} catch (error) {
		return failed(asSyncError(error), "groups");
	}
}

/** A key can do what its administrator can. Who that is, only the key itself can ask; nothing else depends on it. */
async function rights(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	let self: Self;
	try {
		self = await talk.self(signal);
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
		return [unknownRights(`JumpCloud does not say what ${whoIs(talk)} may do`)];
	}
	const named = [...(self.roleNames ?? []), ...(self.roleName == null ? [] : [self.roleName])];
	const roles = [...new Map(named.map((role) => [role.trim().toLowerCase(), role.trim()])).values()].filter((role) => role !== "");
	const who = self.email ?? whoIs(talk);
	if (roles.length === 0) return [unknownRights(`JumpCloud does not name the roles of ${who}`), ...ending(self)];
	return [...roles.map((role) => judged(role, who)), ...ending(self)];
}

const unknownRights = (message: string): Finding => ({
	level: "warning",
	name: "rights.unknown",
	message,
	todo: `Look in JumpCloud's Admin Portal that its role is "${READ_ONLY}" and nothing else.`,
});

function judged(role: string, who: string): Finding {
	const may = OWN_ROLES[role.toLowerCase()];
	if (may !== undefined)
		return {
			level: "warning",
			name: "rights.excessive",
			message: `${who} is ${role}, and may ${may === "everything" ? "do everything" : may}`,
			todo: `Use an administrator or a service account with the role "${READ_ONLY}"; it is all that Rollcall needs.`,
		};
	if (role.toLowerCase() === READ_ONLY.toLowerCase())
		return { level: "ok", name: "rights.roles", message: `${who} is ${role}, which sees everything and changes nothing` };
	return {
		level: "warning",
		name: "rights.unknown",
		message: `${who} has a role of your own, ${role}; what it may do cannot be asked`,
		todo: "Look that it may view users and user groups, and nothing else.",
	};
}

/** Keys and secrets may have an end, which comes without a warning to Rollcall. */
function ending(self: Self): readonly Finding[] {
	const end = Date.parse(self.apiKeyHash?.expireAt ?? "");
	if (Number.isNaN(end)) return [];
	const days = Math.floor((end - Date.now()) / DAY_MS);
	if (days >= SOON_DAYS) return [];
	return [
		{
			level: "warning",
			name: "credential.ends",
			message: `the API key ends in ${days} days, on ${new Date(end).toISOString().slice(0, 10)}`,
			todo: "Make a new one before; it takes the place of the old one at once.",
		},
	];
}
