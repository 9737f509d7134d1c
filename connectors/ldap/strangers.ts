import { SyncError } from "../../core/errors.ts";
import { together } from "../http/together.ts";
import { isWithin, keyOf } from "./dn.ts";
import type { Entry } from "./entry.ts";
import type { Lines } from "./lines.ts";

/** What to do about a member whose entry the server does not show: deleted without a trace, or hidden. */
export type Unknown = "ignore" | "hold";

export interface StrangerRules {
	readonly namingContexts: readonly string[];
	/** What a group looks like, wherever it lies. */
	readonly groupFilter: string;
	readonly unknown: Unknown;
}

/** So many are looked up one by one; beyond that they count as unknown. */
const ONE_BY_ONE = 1_000;

/**
 * Members that lie in no list. Somebody outside of the bases, or left out by the filter, is deliberately not one of ours
 * and is left out here too. A *group* outside may contain people that are ours, and nobody has read it: whoever contains
 * it is held. One list of all groups' names in the naming contexts tells the two apart.
 */
export async function judgeStrangers(
	lines: Lines,
	how: { readonly strangers: ReadonlyMap<string, string>; readonly rules: StrangerRules },
	signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
	const { strangers, rules } = how;
	const contexts = rules.namingContexts.map((name) => ({ name, key: keyOf(name) }));
	const concerned = contexts.filter(({ key }) => [...strangers.keys()].some((stranger) => isWithin(stranger, key)));
	const groups = new Set<string>();
	const closed: string[] = [];
	await together(
		{ items: concerned, width: lines.server.network.concurrency },
		async ({ name, key }, stop) => {
			let partly = false;
			const elsewhere = (urls: readonly string[]) => {
				partly ||= urls.length > 0;
			};
			const found = await groupsBelow(lines, { name, filter: rules.groupFilter, elsewhere }, stop);
			// A reference does not say which names it stands for here.
			if (found === undefined || partly) closed.push(key);
			for (const group of found ?? []) groups.add(group);
		},
		signal,
	);
	const reasons = new Map<string, string>();
	for (const [key, name] of strangers) if (groups.has(key)) reasons.set(key, outside(name));
	const unclear = [...strangers].filter(
		([key]) => !groups.has(key) && (rules.unknown === "hold" || closed.some((one) => isWithin(key, one))),
	);
	for (const [key, because] of await oneByOne(lines, { unclear, rules }, signal)) reasons.set(key, because);
	return reasons;
}

const outside = (name: string): string =>
	`it contains the group ${name}, which is not in the group bases that are read, so that its members are not known`;

/** Undefined: the account may not look there. */
async function groupsBelow(
	lines: Lines,
	where: { readonly name: string; readonly filter: string; readonly elsewhere: (urls: readonly string[]) => void },
	signal: AbortSignal,
): Promise<readonly string[] | undefined> {
	try {
		const entries = await lines.list(
			{ base: where.name, scope: "sub", filter: where.filter, attributes: ["1.1"] },
			{ elsewhere: where.elsewhere },
			signal,
		);
		return entries.map((entry) => entry.key);
	} catch (error) {
		if (error instanceof SyncError && (error.context.result === 32 || error.context.result === 50)) return undefined;
		throw error;
	}
}

async function oneByOne(
	lines: Lines,
	how: { readonly unclear: readonly (readonly [string, string])[]; readonly rules: StrangerRules },
	signal: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
	const { unclear, rules } = how;
	const unseen = (name: string): string | undefined =>
		rules.unknown === "ignore" ? undefined : `its member ${name} is not shown to this account, so that it is not known who or what that is`;
	const look = async ([key, name]: readonly [string, string], stop: AbortSignal): Promise<readonly (readonly [string, string])[]> => {
		const entry = await seen(lines, name, stop);
		if (entry === "elsewhere") return [[key, `its member ${name} lies on another server, which is not read`]];
		if (entry === undefined) {
			const because = unseen(name);
			return because === undefined ? [] : [[key, because]];
		}
		const group = await lines.entry({ base: name, filter: rules.groupFilter, attributes: ["1.1"] }, stop);
		return group === undefined ? [] : [[key, outside(name)]];
	};
	const looked = await together({ items: unclear.slice(0, ONE_BY_ONE), width: lines.server.network.concurrency }, look, signal);
	const rest = unclear
		.slice(ONE_BY_ONE)
		.map(([key, name]) => [key, `its member ${name} is one of more than ${ONE_BY_ONE} that lie outside of what can be listed`] as const);
	return [...looked.flat(), ...rest];
}

/** A part of the tree may be another server's. */
async function seen(lines: Lines, name: string, signal: AbortSignal): Promise<Entry | undefined | "elsewhere"> {
	try {
		return await lines.entry({ base: name, filter: "(objectClass=*)", attributes: ["1.1"] }, signal);
	} catch (error) {
		if (error instanceof SyncError && error.context.result === 10) return "elsewhere";
		throw error;
	}
}
