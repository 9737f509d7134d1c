import { bitbucket } from "../../connectors/atlassian/bitbucket/product.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { type BitbucketOptions, type BitbucketSandbox, startBitbucket } from "../../sandbox/bitbucket/server.ts";
import type { BitbucketVersion } from "../../sandbox/bitbucket/versions.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };

export interface BitbucketStage extends ProductStage {
	readonly server: BitbucketSandbox;
}

/** A stand-in of one version behind the suite's stage. */
export async function bitbucketStage(options: BitbucketOptions = {}, auth: "pat" | "basic" = "basic"): Promise<BitbucketStage> {
	const server = await startBitbucket(options);
	return {
		server,
		connect: (how = {}) => connectBitbucket(server, { ...loginOf(server, auth), ...how, retry: how.patient === true ? PATIENT : QUICK }),
		addAccount: ({ username, email, displayName, active }) =>
			String(server.population.addAccount({ name: username, emailAddress: email, displayName, active: active ?? true }).id) as AccountId,
		addGroup: (name) => void server.population.addGroup(name),
		addMember: (group, account) => server.population.addMember(group, Number(account)),
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

type Settings = Parameters<typeof bitbucket>[0];
const loginOf = ({ credentials }: BitbucketSandbox, auth: "pat" | "basic"): Pick<Settings, "auth"> => ({
	auth:
		auth === "pat"
			? { kind: "pat", token: new Secret(credentials.token, "test") }
			: { kind: "basic", username: credentials.username, password: new Secret(credentials.password, "test") },
});

export function connectBitbucket(server: BitbucketSandbox, more: Partial<Settings> = {}): AtlassianProduct {
	return bitbucket({
		id: "bitbucket" as ProductId,
		url: server.url,
		network: { timeoutMs: 10_000, concurrency: 3 },
		...loginOf(server, "basic"),
		...more,
	});
}

export function bitbucketHarness(
	version: BitbucketVersion,
	more: BitbucketOptions = {},
	how: { readonly brief?: string; readonly auth?: "pat" | "basic" } = {},
): ProductHarness {
	const options = { version, ...more };
	return {
		...(how.brief === undefined ? {} : { brief: how.brief }),
		name: `Bitbucket ${version}${Object.keys(more).length === 0 ? "" : ` ${JSON.stringify(more)}`}${how.auth === "pat" ? " by token" : ""}`,
		open: () => bitbucketStage(options, how.auth),
		secrets: ["sandbox-rollcall-password", "sandbox-rollcall-token", Buffer.from("rollcall:sandbox-rollcall-password").toString("base64")],
		defaultGroups: [],
		names: { usernames: "fold", groups: "fold" },
		odd: {
			usernames: [
				"o'brien+x@example.org",
				"müller",
				"a",
				"a b",
				'quo"te',
				"per%cent",
				"sla/sh",
				"back\\slash",
				"hash#?&=",
				"semi;colon",
				"名前",
				"UPPER",
			],
			displayNames: ["Ünï çödé", 'Q "quoted" \\ back', "<b>R&D</b>", "名前 😀", "a\tb"],
			groups: ["R&D / Süd", 'the "best"', "100% #1?", "a+b=c;d", "back\\slash|pipe", "UPPER Case", "名前", "person0", "."],
			attributes: ["team", "cost center", "a.b-c_d", "x=y&z"],
		},
		unsupported: ["account.enable", "account.disable"],
		refusals: refusalsOf(options),
		seats: {
			arrange: async () => {
				const stage = await bitbucketStage({ ...options, seats: 10 }, how.auth);
				stage.addGroup("creators");
				stage.server.population.grantGroup("creators", "PROJECT_CREATE");
				for (const name of ["one", "two"]) stage.addMember("creators", stage.addAccount(fieldsOf(name)));
				stage.addMember("stash-users", stage.addAccount({ ...fieldsOf("off"), active: false }));
				const groups = new Set(["creators", "rollcall-admins", "stash-users"] as GroupName[]);
				return { stage, pools: [{ name: "Bitbucket", total: 10, used: 4, groups, givenToNewAccounts: false }] };
			},
		},
		blocked: { never: "Bitbucket switches nobody off; who would keep the licence all the same is tried in test/unit/bitbucket" },
		capped: { never: "every page says whether it is the last, and how many rows it has" },
	};
}

const person = (username: string, account?: AccountId) => ({
	username,
	person: `test:${username}` as PersonKey,
	...(account ? { account } : {}),
});
export const create = (product: AtlassianProduct, name: string) =>
	product.perform(operation({ kind: "account.create", subject: person(name), after: fieldsOf(name) }), undefined, calm);
export const join = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.add", subject: person("x", account), group: group as GroupName }), account, calm);
export const leave = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.remove", subject: { ...person("x"), account }, group: group as GroupName }), account, calm);
export const change = (product: AtlassianProduct, account: AccountId) =>
	product.perform(
		operation({ kind: "account.update", subject: { username: "x", account }, before: {}, after: { displayName: "New" } }),
		account,
		calm,
	);
export const rename = (product: AtlassianProduct, account: AccountId, username: string) =>
	product.perform(operation({ kind: "account.rename", subject: { username: "x", account }, after: { username } }), account, calm);
const dropGroup = (product: AtlassianProduct, group: string) =>
	product.perform(operation({ kind: "group.delete", group: group as GroupName }), undefined, calm);

/** P10. */
function refusalsOf(options: BitbucketOptions): readonly Refusal[] {
	const list: Refusal[] = [];
	type Arranged = { readonly stage: BitbucketStage; readonly account: AccountId; readonly product: AtlassianProduct };
	const add = (
		title: string,
		expects: Pick<Refusal, "code" | "says">,
		parts: {
			options?: BitbucketOptions;
			arrange?: (stage: BitbucketStage) => AccountId | undefined;
			provoke: (a: Arranged) => Promise<unknown>;
		},
	) => {
		let account: AccountId | undefined;
		list.push({
			title,
			...expects,
			async arrange() {
				const stage = await bitbucketStage({ ...options, ...parts.options });
				account = parts.arrange?.(stage);
				return stage;
			},
			provoke: (stage, product) => parts.provoke({ stage: stage as BitbucketStage, account: account as AccountId, product }),
		});
	};
	const directories = [
		{ name: "Bitbucket Internal Directory", kind: "internal" },
		{ name: "Corporate", kind: "external" },
		{ name: "LDAP for log-in", kind: "delegated" },
	] as const;
	const outsider = (directory: string) => (stage: BitbucketStage) => {
		stage.addGroup("staff");
		const { id } = stage.server.population.addAccount({ name: "outsider", emailAddress: "o@example.org", directory });
		stage.server.population.addGroup("inside");
		stage.server.population.addMember("inside", id);
		return String(id) as AccountId;
	};
	const external = { options: { directories }, arrange: outsider("Corporate") };
	const rejected = "target.rejected";
	add(
		"details of an external account",
		{ code: rejected, says: /mutableDetails/ },
		{ ...external, provoke: (a) => change(a.product, a.account) },
	);
	add("its name", { code: rejected, says: /Corporate/ }, { ...external, provoke: (a) => rename(a.product, a.account, "new") });
	add(
		"its groups, adding",
		{ code: rejected, says: /mutableGroups/ },
		{ ...external, provoke: (a) => join(a.product, a.account, "staff") },
	);
	add(
		"its groups, removing",
		{ code: rejected, says: /mutableGroups/ },
		{ ...external, provoke: (a) => leave(a.product, a.account, "inside") },
	);
	add(
		"details of an account whose log-in is delegated",
		{ code: rejected, says: /mutableDetails/ },
		{ options: { directories }, arrange: outsider("LDAP for log-in"), provoke: (a) => change(a.product, a.account) },
	);
	add(
		"no directory can be written: no creation",
		{ code: rejected, says: /user directories/ },
		{
			arrange: (stage) => {
				stage.server.population.directories = [{ name: "Corporate", kind: "external" }];
				return undefined;
			},
			provoke: (a) => create(a.product, "newcomer"),
		},
	);
	add(
		"licence full",
		{ code: rejected, says: /exceed the limit of your license/ },
		{
			options: { seats: 2 },
			arrange: (stage) => stage.addAccount(fieldsOf("newcomer")),
			provoke: (a) => join(a.product, a.account, "stash-users"),
		},
	);
	add(
		"username taken by somebody else",
		{ code: "target.conflict", says: /"FIRST" is taken/ },
		{
			arrange: (stage) => stage.addAccount(fieldsOf("first")),
			provoke: (a) => create(a.product, "FIRST"),
		},
	);
	add(
		"renamed to a taken username",
		{ code: "target.conflict", says: /"second" is taken/ },
		{
			arrange: (stage) => {
				stage.addAccount(fieldsOf("second"));
				return stage.addAccount(fieldsOf("first"));
			},
			provoke: (a) => rename(a.product, a.account, "second"),
		},
	);
	for (const membersOfNobody of ["missing", "empty"] as const) {
		add(
			`a group that does not exist (its members: ${membersOfNobody})`,
			{ code: "target.missing", says: /nowhere/ },
			{
				options: { behaviour: { membersOfNobody } },
				arrange: (stage) => stage.addAccount(fieldsOf("first")),
				provoke: (a) => join(a.product, a.account, "nowhere"),
			},
		);
	}
	add("an account that is gone", { code: "target.missing", says: /99999/ }, { provoke: (a) => change(a.product, "99999" as AccountId) });
	const administrator = (stage: BitbucketStage) => String(stage.server.population.named("admin")?.id) as AccountId;
	add(
		"an account with more permissions than ours is not changed",
		{ code: rejected, says: /may not do this/ },
		{ arrange: administrator, provoke: (a) => change(a.product, a.account) },
	);
	add(
		"a group with more permissions than ours takes nobody in",
		{ code: rejected, says: /more permissions/ },
		{
			arrange: (stage) => {
				stage.addGroup("system");
				stage.server.population.grantGroup("system", "SYS_ADMIN");
				return stage.addAccount(fieldsOf("first"));
			},
			provoke: (a) => join(a.product, a.account, "system"),
		},
	);
	add(
		"the group that our own rights come from is not deleted",
		{ code: rejected, says: /your own permissions/ },
		{ provoke: (a) => dropGroup(a.product, "rollcall-admins") },
	);
	return list;
}
