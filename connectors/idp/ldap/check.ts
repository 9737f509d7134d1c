import type { Finding } from "../../../core/connector.ts";
import { baseFindings, failedFinding, look, missingAttributes, seesPasswords, serverFindings } from "../../ldap/findings.ts";
import type { Profile } from "./profile.ts";
import type { Talk } from "./talk.ts";
import { groupFrom } from "./translate.ts";

/** Log-in, encryption, paging, the bases, and a look at a few people and groups: what is missing, and what is too much. */
export async function checkLdap(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { lines, settings } = talk;
	let profile: Profile;
	try {
		profile = await talk.profile(signal);
	} catch (error) {
		return [failedFinding(error)];
	}
	const bases = await baseFindings(lines, [...settings.peopleBases, ...settings.groupBases], signal);
	const findings = [...serverFindings(lines, profile.root), ...bases, ...ruleFindings(profile), ...administrator(settings.account)];
	if (bases.length > 0) return findings;
	const lists = talk.lists(profile, new Set());
	// Asked for only here, to find out whether they are shown. Nothing of it is kept.
	const secrets = ["userPassword", "krbPrincipalKey", "sambaNTPassword", "ipaNTHash"];
	const people = await look(
		lines,
		{ kind: "people", asks: lists.people.map((ask) => ({ ...ask, attributes: [...ask.attributes, ...secrets] })) },
		signal,
	);
	const groups = await look(lines, { kind: "groups", asks: lists.groups }, signal);
	return [
		...findings,
		...people.findings,
		...missingAttributes(people.entries, [profile.names.id, profile.names.username], settings.account),
		...seesPasswords(people.entries, settings.account),
		...groups.findings,
		...missingAttributes(groups.entries, [profile.names.id], settings.account),
		...memberFindings(
			groups.entries.map((entry) => groupFrom(entry, profile)),
			settings.account,
		),
	];
}

function ruleFindings(profile: Profile): readonly Finding[] {
	if (profile.disabledWhen !== undefined) return [];
	return [
		{
			level: "warning",
			name: "rule.disabled",
			message: `how ${profile.root.shown} marks switched-off accounts is not known, so that everybody counts as active`,
			todo: "Write disabledWhen: a filter that switched-off accounts match.",
		},
	];
}

/** The accounts that set-up programs make, and that no access rule binds. */
function administrator(account: string): readonly Finding[] {
	if (!/^(cn=(directory manager|admin|manager|root)\b|uid=admin,)/i.test(account)) return [];
	return [
		{
			level: "warning",
			name: "rights.excessive",
			message: `${account} is the directory's administrator`,
			todo: "Use an account of its own that may read only what the guide lists.",
		},
	];
}

function memberFindings(groups: readonly ReturnType<typeof groupFrom>[], account: string): readonly Finding[] {
	const shown = groups.filter((group) => group !== undefined);
	const visible = shown.some(({ members }) => members.names.length + members.uids.length > 0);
	if (shown.length === 0 || visible) return [];
	return [
		{
			level: "warning",
			name: "members.visible",
			message: `${account} sees no member in any of the first ${shown.length} groups`,
			todo: "Give it the right to read the attributes in memberAttributes, or name the right ones.",
		},
	];
}
