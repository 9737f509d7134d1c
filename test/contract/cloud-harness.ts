import { cloud } from "../../connectors/atlassian/cloud/product.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { type CloudOptions, type CloudSandbox, startCloud } from "../../sandbox/cloud/server.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };
type Settings = Parameters<typeof cloud>[0];

export interface CloudStage extends ProductStage {
	readonly server: CloudSandbox;
}

/** A stand-in behind the suite's stage; pages are small, so that there are some. */
export async function cloudStage(options: CloudOptions = {}, more: Partial<Settings> = {}): Promise<CloudStage> {
	const server = await startCloud(options);
	return {
		server,
		connect: ({ patient, ...how } = {}) =>
			connectCloud(server, { pageSize: 4, ...more, ...how, retry: patient === true ? PATIENT : QUICK }),
		addAccount: ({ username, email, displayName, active }) =>
			server.population.addAccount({ name: username, emailAddress: email, displayName, active: active ?? true }).id as AccountId,
		addGroup: (name) => void server.population.addGroup(name),
		addMember: (group, account) => server.population.addMember(group, account),
		disturb({ at, writesOnly, effect }) {
			server.faults.clear();
			const fault = { skip: at - 1, times: 1, effect };
			for (const method of writesOnly === true ? ["POST", "PUT", "PATCH", "DELETE"] : [undefined])
				server.faults.add(method === undefined ? fault : { ...fault, method });
		},
		arrived: () => server.exchanges,
		close: () => server.close(),
	};
}

export function connectCloud(server: CloudSandbox, more: Partial<Settings> = {}): AtlassianProduct {
	return cloud({
		id: "cloud" as ProductId,
		url: server.url,
		directory: server.directoryId,
		key: new Secret(server.credentials.key, "test"),
		network: { timeoutMs: 10_000, concurrency: 3 },
		retry: QUICK,
		...more,
	});
}
export const withOrganizationKey = (): Pick<Settings, "organizationKey"> => ({
	organizationKey: new Secret("sandbox-organization-key", "test"),
});

export function cloudHarness(
	options: CloudOptions = {},
	how: { readonly brief?: string; readonly settings?: Partial<Settings> } = {},
): ProductHarness {
	const { brief, settings } = how;
	return {
		...(brief === undefined ? {} : { brief }),
		name: `Atlassian Cloud ${JSON.stringify({ ...options.behaviour, organizationKey: settings?.organizationKey !== undefined })}`,
		open: () => cloudStage(options, settings),
		secrets: ["sandbox-directory-key", "sandbox-organization-key"],
		noSelf: "the key of a directory is nobody's account",
		defaultGroups: [],
		names: { usernames: "fold", groups: "fold" },
		odd: {
			usernames: [
				"o'brien+x@example.org",
				"müller@example.org",
				"a",
				"a b",
				'quo"te',
				"per%cent",
				"sla/sh",
				"back\\slash",
				"hash#?&=",
				"semi;colon",
				"名前",
				"UPPER@Example.ORG",
			],
			displayNames: ["Ünï çödé", 'Q "quoted" \\ back', "<b>R&D</b>", "名前 😀", "a\tb"],
			groups: ["R&D / Süd", 'the "best"', "100% #1?", "a+b=c;d", "back\\slash|pipe", "UPPER Case", "名前", "person0", "."],
			attributes: [],
		},
		unsupported: ["attribute.set"],
		refusals: refusalsOf(options),
		seats: {
			arrange: async () => {
				const stage = await cloudStage({ ...options }, { ...settings, bounds: { users: 10, groups: 5 } });
				stage.addGroup("staff");
				for (const name of ["one", "two"]) stage.addMember("staff", stage.addAccount(fieldsOf(name)));
				stage.addAccount({ ...fieldsOf("off"), active: false });
				const groups = new Set<GroupName>();
				return {
					stage,
					pools: [
						{ name: "users of the directory", total: 10, used: 3, groups, givenToNewAccounts: true },
						{ name: "groups of the directory", total: 5, used: 1, groups, givenToNewAccounts: false },
					],
				};
			},
		},
		blocked: { never: "a directory refuses to switch nobody off; what user management refuses is tried in test/unit/cloud" },
		capped: { never: "every list states its total; members of a group state none, and are held against what users say (test/unit/cloud)" },
	};
}

const person = (username: string, account?: AccountId) => ({
	username,
	person: `test:${username}` as PersonKey,
	...(account ? { account } : {}),
});
export const create = (product: AtlassianProduct, name: string, more: { readonly email?: string } = {}) =>
	product.perform(operation({ kind: "account.create", subject: person(name), after: { ...fieldsOf(name), ...more } }), undefined, calm);
export const join = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.add", subject: person("x", account), group: group as GroupName }), account, calm);
export const leave = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.remove", subject: { ...person("x"), account }, group: group as GroupName }), account, calm);
export const change = (product: AtlassianProduct, account: AccountId, after: { displayName?: string; email?: string }) =>
	product.perform(operation({ kind: "account.update", subject: { username: "x", account }, before: {}, after }), account, calm);
export const rename = (product: AtlassianProduct, account: AccountId, username: string) =>
	product.perform(operation({ kind: "account.rename", subject: { username: "x", account }, after: { username } }), account, calm);
export const switchTo = (product: AtlassianProduct, account: AccountId, active: boolean) =>
	product.perform(operation({ kind: active ? "account.enable" : "account.disable", subject: { username: "x", account } }), account, calm);
export const addGroup = (product: AtlassianProduct, group: string) =>
	product.perform(operation({ kind: "group.create", group: group as GroupName }), undefined, calm);

/** P10. */
function refusalsOf(options: CloudOptions): readonly Refusal[] {
	const list: Refusal[] = [];
	type Arranged = { readonly stage: CloudStage; readonly account: AccountId; readonly product: AtlassianProduct };
	const add = (
		title: string,
		expects: Pick<Refusal, "code" | "says">,
		parts: {
			options?: CloudOptions;
			arrange?: (stage: CloudStage) => AccountId | undefined;
			provoke: (a: Arranged) => Promise<unknown>;
		},
	) => {
		let account: AccountId | undefined;
		list.push({
			title,
			...expects,
			async arrange() {
				const stage = await cloudStage({ ...options, ...parts.options });
				account = parts.arrange?.(stage);
				return stage;
			},
			provoke: (stage, product) => parts.provoke({ stage: stage as CloudStage, account: account as AccountId, product }),
		});
	};
	const foreign = { behaviour: { ...options.behaviour, foreignDomains: "refused" }, verifiedDomains: ["example.com"] } as const;
	const first = (stage: CloudStage) => stage.addAccount(fieldsOf("first"));
	const [rejected, conflict, missing] = ["target.rejected", "target.conflict", "target.missing"] as const;
	add(
		"a domain that is not verified",
		{ code: rejected, says: /domain example.org is not verified/ },
		{ options: foreign, provoke: (a) => create(a.product, "newcomer") },
	);
	add(
		"an address changed into such a domain",
		{ code: rejected, says: /not verified/ },
		{
			options: foreign,
			arrange: (stage) => stage.addAccount({ ...fieldsOf("first"), email: "first@example.com" }),
			provoke: (a) => change(a.product, a.account, { email: "first@example.org" }),
		},
	);
	add(
		"something that is no address",
		{ code: rejected, says: /addresses/ },
		{ provoke: (a) => create(a.product, "x", { email: "nowhere" }) },
	);
	add(
		"the directory full of users",
		{ code: rejected, says: /limit of 1 users/ },
		{ options: { bounds: { users: 1 } }, arrange: first, provoke: (a) => create(a.product, "newcomer") },
	);
	add(
		"the directory full of groups",
		{ code: rejected, says: /limit of 0 groups/ },
		{ options: { bounds: { groups: 0 } }, provoke: (a) => addGroup(a.product, "new") },
	);
	add(
		"the group full of members",
		{ code: rejected, says: /at most 1 members/ },
		{
			options: { bounds: { membersPerGroup: 1 } },
			arrange: (stage) => {
				stage.addGroup("staff");
				stage.addMember("staff", first(stage));
				return stage.addAccount(fieldsOf("second"));
			},
			provoke: (a) => join(a.product, a.account, "staff"),
		},
	);
	add(
		"username taken by somebody else",
		{ code: conflict, says: /"FIRST" is taken by user .*userName\[FIRST\] already exists/ },
		{ arrange: first, provoke: (a) => create(a.product, "FIRST", { email: "other@example.org" }) },
	);
	add(
		"address taken by somebody else",
		{ code: conflict, says: /address "first@example.org" is taken .*email\[first@example.org\] already exists/ },
		{ arrange: first, provoke: (a) => create(a.product, "newcomer", { email: "first@example.org" }) },
	);
	const two = (stage: CloudStage) => {
		stage.addAccount(fieldsOf("second"));
		return first(stage);
	};
	add(
		"renamed to a taken username",
		{ code: conflict, says: /"second" is taken/ },
		{ arrange: two, provoke: (a) => rename(a.product, a.account, "second") },
	);
	add(
		"an address changed to a taken one",
		{ code: conflict, says: /address "second@example.org" is taken|username "first" is taken/ },
		{ arrange: two, provoke: (a) => change(a.product, a.account, { email: "second@example.org" }) },
	);
	add(
		"a group's name that the organisation has outside the directory",
		{ code: conflict, says: /"Site-Admins" is taken by a group that is not in the directory/ },
		{ provoke: (a) => addGroup(a.product, "Site-Admins") },
	);
	add(
		"a group that does not exist",
		{ code: missing, says: /no group "nowhere"/ },
		{ arrange: first, provoke: (a) => join(a.product, a.account, "nowhere") },
	);
	add(
		"somebody who is gone is put into a group",
		{ code: missing, says: /user 99999 is not in the directory/ },
		{ arrange: (stage) => void stage.addGroup("staff") as undefined, provoke: (a) => join(a.product, "99999" as AccountId, "staff") },
	);
	add(
		"an account that is gone",
		{ code: missing, says: /99999/ },
		{ provoke: (a) => change(a.product, "99999" as AccountId, { displayName: "New" }) },
	);
	return list;
}
