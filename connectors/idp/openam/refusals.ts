import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { inWords, type Where } from "../../http/failure.ts";
import { cleanText } from "../../http/text.ts";

const bodySchema = z.object({ message: z.string() });

/** OpenAM's own sentence inside an error body. It is escaped for HTML, though it comes as JSON. */
export function detailOf(body: unknown): string | undefined {
	const parsed = bodySchema.safeParse(body);
	return parsed.success ? unescaped(parsed.data.message) : undefined;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const unescaped = (text: string): string =>
	text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
		if (name !== undefined) return NAMED[name] ?? whole;
		const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
		return point > 0x10_ffff ? whole : String.fromCodePoint(point);
	});

/** Where a list stopped at one record that OpenAM cannot read, the name of it. */
export const unreadableIn = (error: unknown): string | undefined =>
	error instanceof SyncError && typeof error.context.unreadable === "string" ? error.context.unreadable : undefined;

interface Sentence {
	readonly pattern: RegExp;
	readonly status: readonly number[];
	readonly error: (said: RegExpExecArray, where: Where) => SyncError;
}

export const GRANT =
	'Give a group that the account is in a privilege with the one permission "DatastoresReadOnly"; how to make it: docs/guides/openam.md.';

/** Sentences of OpenAM 16.0.5 that mean something else than their status says. */
const SENTENCES: readonly Sentence[] = [
	{
		// One record fails the whole list: https://github.com/OpenIdentityPlatform/OpenAM, DJLDAPv3Repo.getDN remembers names that it once did not find.
		pattern: /^Identity (.+) of type (?:user|group) not found\.$/s,
		status: [500],
		error: ([, name = ""], where) =>
			new SyncError(
				"source.malformed",
				`${inWords(where)}: OpenAM cannot read the identity "${cleanText(name, 100)}", though it lists it`,
				{
					context: { status: 500, unreadable: name },
					todo: `Update or restart the data store in OpenAM: it remembers "${cleanText(name, 100)}" as missing from before it was created.`,
				},
			),
	},
	{
		// 500 on lists, 403 on single records.
		pattern: /^Permission to perform the \w+ operation denied to (.*)$/s,
		status: [403, 500],
		error: ([, account = ""], where) =>
			new SyncError("source.denied", `${inWords(where)}: ${cleanText(account, 100)} may not read people and groups`, {
				context: { missing: "DatastoresReadOnly" },
				todo: GRANT,
			}),
	},
	{
		pattern: /^(?:Realm "([^"]*)" not found|Invalid realm, (.*))$/s,
		status: [400, 404],
		error: ([, name, other], where) => {
			const realm = name ?? other ?? "";
			// For a host that it does not know, OpenAM looks for a realm of that name.
			return realm.startsWith("/")
				? new SyncError("config.invalid", `${inWords(where)}: there is no realm ${cleanText(realm, 100)}`, {
						todo: "Compare realms and authRealm with the list of realms in OpenAM's console; upper and lower case count.",
						context: { realm },
					})
				: wrongHost(where);
		},
	},
	{ pattern: /^FQDN ".*" is not valid\.$/s, status: [400], error: (_said, where) => wrongHost(where) },
	{
		pattern: /^Resource '' not found$/,
		status: [404],
		error: (_said, where) =>
			new SyncError("source.malformed", `${inWords(where)}: this OpenAM does not know version 3.0 of its own people and groups`, {
				todo: "OpenAM 13 or newer is needed (ForgeRock AM 5 or newer).",
			}),
	},
];

const wrongHost = (where: Where): SyncError =>
	new SyncError("config.invalid", `OpenAM does not answer to the name ${where.host}`, {
		todo: "Write url with the host name that OpenAM was set up with, or add this one to the aliases of its top-level realm.",
	});

/** What an answer really means; undefined: what its status says. */
export function refusalOf(answer: RawAnswer, where: Where): SyncError | undefined {
	let body: unknown;
	try {
		body = JSON.parse(answer.text);
	} catch {
		return undefined; // not OpenAM's own answer; the status says enough
	}
	const message = detailOf(body);
	if (message === undefined) return undefined;
	for (const { pattern, status, error } of SENTENCES) {
		const said = status.includes(answer.status) ? pattern.exec(message) : null;
		if (said !== null) return error(said, where);
	}
	return undefined;
}
