import { type CrowdSettings, crowd } from "../../connectors/atlassian/crowd/product.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { type CrowdOptions, type CrowdSandbox, startCrowd } from "../../sandbox/crowd/server.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };

export interface CrowdStage extends ProductStage {
	readonly server: CrowdSandbox;
}
/** `settings`: beyond what the stand-in's address and log-in make up. */
export interface CrowdProfile extends CrowdOptions {
	readonly settings?: Partial<CrowdSettings>;
}

/** A stand-in of one version behind the suite's stage. */
export async function crowdStage({ settings, ...options }: CrowdProfile): Promise<CrowdStage> {
	const server = await startCrowd(options);
	const found = (account: AccountId) => {
		const [, id = "", externalId] = /^(\d+):(.+)$/.exec(account) ?? [];
		const directory = server.directory(Number(id));
		return { directory, user: directory.users().find((user) => user.externalId === externalId)! };
	};
	return {
		server,
		connect: ({ patient, ...how } = {}) =>
			connectCrowd(server, { pageSize: 4, ...settings, ...how, retry: patient === true ? PATIENT : QUICK }),
		addAccount: ({ username, email, displayName, active }) => {
			const directory = server.directory();
			const [firstName, ...rest] = displayName.split(" ");
			const names = { displayName, firstName: firstName ?? "", lastName: rest.join(" ") };
			return directory.keyOf(directory.addUser({ name: username, email, ...names, active: active ?? true })) as AccountId;
		},
		addGroup: (name) => void server.directory().addGroup(name),
		addMember: (group, account) => {
			const { directory, user } = found(account);
			const own = directory.group(group) ?? directory.addGroup(group);
			own.users = [...own.users, user.name.toLowerCase()];
		},
		disturb({ at, writesOnly, effect }) {
			server.faults.clear();
			const fault = { skip: at - 1, times: 1, effect };
			for (const method of writesOnly === true ? ["POST", "PUT", "DELETE"] : [undefined])
				server.faults.add(method === undefined ? fault : { ...fault, method });
		},
		arrived: () => server.exchanges,
		close: () => server.close(),
	};
}

function connectCrowd(server: CrowdSandbox, more: Partial<CrowdSettings> = {}): AtlassianProduct {
	const { application, password } = server.credentials;
	return crowd({
		id: "crowd" as ProductId,
		url: server.url,
		application,
		password: new Secret(password, "test"),
		// One at a time: users and groups are read side by side, and the suite counts what still goes out after a 401.
		network: { timeoutMs: 10_000, concurrency: 1 },
		...more,
	});
}

/** Crowd 4.4 and later: as if it had been started with `crowd.email.change.by.external.apps`, since the suite changes addresses. */
export const profile = (version: string): CrowdProfile => {
	const plain = { version: `Crowd/${version}` };
	if (/^(3|4\.[0-3])\b/.test(version)) return plain;
	return { ...plain, quirks: { emailChanges: true }, settings: { emailChanges: "allowed" } };
};

export function crowdHarness(version: string, more: CrowdProfile = {}, brief?: string): ProductHarness {
	const options: CrowdProfile = { ...profile(version), ...more };
	const basic = Buffer.from("rollcall:sandbox-application-password").toString("base64");
	return {
		...(brief === undefined ? {} : { brief }),
		name: `Crowd ${version}${Object.keys(more).length === 0 ? "" : ` ${JSON.stringify(more)}`}`,
		open: () => crowdStage(options),
		noSelf: "Rollcall is logged in as an application",
		secrets: ["sandbox-application-password", basic],
		defaultGroups: [],
		names: { usernames: "fold", groups: "fold" },
		odd: {
			usernames: [
				"o'brien+x@example.org",
				"müller",
				"a b",
				'quo"te',
				"<angle>&co",
				"per%cent",
				"sla/sh",
				"back\\slash",
				"hash#?",
				"plus+",
				"semi;colon",
				"名前",
				"32769:looks-like-a-key",
			],
			displayNames: ["Ünï çödé", 'Q "quoted" \\ back', "<b>R&D</b>", "名前 😀", "a\tb", "One"],
			groups: ["R&D / Süd", 'the "best"', "<all> & 'sundry'", "100% #1?", "a+b=c;d", "back\\slash|pipe", "UPPER Case", "名前"],
			attributes: ["team", "cost center", "a.b-c_d", "x=y&z", "ä/ö"],
		},
		unsupported: [],
		refusals: refusalsOf(options),
		seats: { never: "this protocol tells nothing of Crowd's licence" },
		blocked: { never: "Crowd switches everybody off" },
		capped: { never: "a short page is never taken for the end, and lists must fit the memberships (test/unit/usermanagement)" },
	};
}

const person = (username: string, account?: AccountId) => ({
	username,
	person: `test:${username}` as PersonKey,
	...(account ? { account } : {}),
});
const create = (product: AtlassianProduct, name: string) =>
	product.perform(operation({ kind: "account.create", subject: person(name), after: fieldsOf(name) }), undefined, calm);
const join = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.add", subject: person("x", account), group: group as GroupName }), account, calm);
const leave = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.remove", subject: { ...person("x"), account }, group: group as GroupName }), account, calm);
const change = (
	product: AtlassianProduct,
	account: AccountId,
	after: { displayName?: string; email?: string } = { displayName: "New Name" },
) => product.perform(operation({ kind: "account.update", subject: { username: "x", account }, before: {}, after }), account, calm);
const disable = (product: AtlassianProduct, account: AccountId) =>
	product.perform(operation({ kind: "account.disable", subject: { username: "x", account } }), account, calm);
const rename = (product: AtlassianProduct, account: AccountId, username: string) =>
	product.perform(operation({ kind: "account.rename", subject: { username: "x", account }, after: { username } }), account, calm);

type Arranged = { readonly stage: CrowdStage; readonly account: AccountId; readonly product: AtlassianProduct };

/** P10, and what several directories make of it. */
function refusalsOf(options: CrowdProfile): readonly Refusal[] {
	const list: Refusal[] = [];
	const add = (
		title: string,
		expects: Pick<Refusal, "code" | "says">,
		parts: { options?: CrowdProfile; arrange?: (stage: CrowdStage) => AccountId | undefined; provoke: (a: Arranged) => Promise<unknown> },
	) => {
		let account: AccountId | undefined;
		list.push({
			title,
			...expects,
			async arrange() {
				const stage = await crowdStage({ ...options, ...parts.options });
				account = parts.arrange?.(stage);
				return stage;
			},
			provoke: (stage, product) => parts.provoke({ stage: stage as CrowdStage, account: account as AccountId, product }),
		});
	};
	const rejected = (says: RegExp) => ({ code: "target.rejected", says }) as const;

	/** A directory that may only be read, and somebody in it. */
	const readOnly = (stage: CrowdStage): AccountId => {
		const account = stage.addAccount(fieldsOf("outsider"));
		for (const group of ["staff", "inside"]) stage.addGroup(group);
		stage.addMember("inside", account);
		stage.server.directory().permissions = new Set();
		return account;
	};
	add("an account of a read-only directory is not updated", rejected(/does not allow updates/), {
		arrange: readOnly,
		provoke: (a) => change(a.product, a.account),
	});
	add("nor switched off", rejected(/does not allow updates/), { arrange: readOnly, provoke: (a) => disable(a.product, a.account) });
	add("nor renamed", rejected(/does not allow updates/), { arrange: readOnly, provoke: (a) => rename(a.product, a.account, "y") });
	add("nor put into a group", rejected(/Could not update group/), {
		arrange: readOnly,
		provoke: (a) => join(a.product, a.account, "staff"),
	});
	add("nor taken out of one", rejected(/Could not update group/), {
		arrange: readOnly,
		provoke: (a) => leave(a.product, a.account, "inside"),
	});
	add("nor given an attribute", rejected(/Not allowed to update user attributes/), {
		arrange: readOnly,
		provoke: (a) =>
			a.product.perform(
				operation({ kind: "attribute.set", subject: person("x", a.account), attribute: "team", before: undefined, after: "1" }),
				a.account,
				calm,
			),
	});
	add("no directory can be written: no creation", rejected(/no directories that allow adding/), {
		arrange: readOnly,
		provoke: (a) => create(a.product, "newcomer"),
	});
	add("nor of a group", rejected(/does not allow adding of groups/), {
		arrange: readOnly,
		provoke: (a) => a.product.perform(operation({ kind: "group.create", group: "new" as GroupName }), undefined, calm),
	});
	add("nor is one deleted", rejected(/does not allow group removal/), {
		arrange: readOnly,
		provoke: (a) => a.product.perform(operation({ kind: "group.delete", group: "inside" as GroupName }), undefined, calm),
	});
	add("an application without the permission", rejected(/no directories that allow adding/), {
		options: { applications: [{ name: "rollcall", password: "sandbox-application-password", permissions: ["update user"] }] },
		provoke: (a) => create(a.product, "newcomer"),
	});
	add("an application that sees only who has access can create nobody", rejected(/while filtering users with access/), {
		options: { quirks: { onlyMembersOf: ["staff"] } },
		provoke: (a) => create(a.product, "newcomer"),
	});
	add("a directory that takes a change and keeps nothing of it", rejected(/kept nothing of it/), {
		options: { quirks: { keepsActive: new Set([32_769]) } },
		arrange: (stage) => stage.addAccount(fieldsOf("ldap")),
		provoke: (a) => disable(a.product, a.account),
	});
	add("an e-mail address that no application may change", rejected(/not allowed to change user emails/), {
		options: { quirks: { emailChanges: false }, settings: { emailChanges: "allowed" } },
		arrange: (stage) => stage.addAccount(fieldsOf("somebody")),
		provoke: (a) => change(a.product, a.account, { email: "other@example.org" }),
	});
	add(
		"username taken by somebody else",
		{ code: "target.conflict", says: /"FIRST" is taken/ },
		{
			arrange: (stage) => stage.addAccount(fieldsOf("first")),
			provoke: (a) => create(a.product, "FIRST"),
		},
	);
	const second = (stage: CrowdStage): AccountId => {
		stage.addAccount(fieldsOf("second"));
		return stage.addAccount(fieldsOf("first"));
	};
	add(
		"renamed to a taken username",
		{ code: "target.conflict", says: /"second" is taken/ },
		{
			arrange: second,
			provoke: (a) => rename(a.product, a.account, "second"),
		},
	);
	const two = [
		{ id: 32_769, name: "Staff" },
		{ id: 98_305, name: "Partners" },
	];
	add(
		"renamed to a username of another directory: the two would be shown as one",
		{ code: "target.conflict", says: /"partner" is taken/ },
		{
			options: { directories: two },
			arrange: (stage) => {
				stage.server.directory(98_305).addUser({ name: "partner" });
				return stage.addAccount(fieldsOf("first"));
			},
			provoke: (a) => rename(a.product, a.account, "partner"),
		},
	);
	add("a group that another directory keeps", rejected(/"both" is still there/), {
		options: { directories: two },
		arrange: (stage) => {
			for (const { id } of two) stage.server.directory(id).addGroup("both");
			stage.server.directory(98_305).permissions = new Set();
			return undefined;
		},
		provoke: (a) => a.product.perform(operation({ kind: "group.delete", group: "both" as GroupName }), undefined, calm),
	});
	add("an attribute that is too long", rejected(/longer than the 255 characters/), {
		arrange: (stage) => stage.addAccount(fieldsOf("first")),
		provoke: (a) =>
			a.product.perform(
				operation({
					kind: "attribute.set",
					subject: person("first", a.account),
					attribute: "team",
					before: undefined,
					after: "x".repeat(256),
				}),
				a.account,
				calm,
			),
	});
	add(
		"a group that does not exist",
		{ code: "target.missing", says: /nowhere/ },
		{
			arrange: (stage) => stage.addAccount(fieldsOf("first")),
			provoke: (a) => join(a.product, a.account, "nowhere"),
		},
	);
	add(
		"an account that is gone",
		{ code: "target.missing", says: /32769:gone/ },
		{
			provoke: (a) => change(a.product, "32769:gone" as AccountId),
		},
	);
	add(
		"an account that is gone, by its name",
		{ code: "target.missing", says: /first/ },
		{
			arrange: (stage) => {
				stage.addGroup("staff");
				return stage.addAccount(fieldsOf("first"));
			},
			provoke: async (a) => {
				await a.product.read({}, calm);
				a.stage.server.directory().removeUser("first");
				return join(a.product, a.account, "staff");
			},
		},
	);
	return list;
}
