import { bamboo } from "../../connectors/atlassian/bamboo/product.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { type BambooOptions, type BambooSandbox, startBamboo } from "../../sandbox/bamboo/server.ts";
import type { BambooVersion } from "../../sandbox/bamboo/versions.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };

export interface BambooStage extends ProductStage {
	readonly server: BambooSandbox;
}

/** A stand-in of one version behind the suite's stage. */
export async function bambooStage(options: BambooOptions = {}, auth: "pat" | "basic" = "pat"): Promise<BambooStage> {
	const server = await startBamboo(options);
	const named = (id: string) => server.population.named(id)?.id ?? 0;
	return {
		server,
		connect: (how = {}) => connectBamboo(server, { ...loginOf(server, auth), ...how, retry: how.patient === true ? PATIENT : QUICK }),
		addAccount: ({ username, email, displayName }) =>
			server.population.addAccount({ name: username, emailAddress: email, displayName }).name.toLowerCase() as AccountId,
		addGroup: (name) => void server.population.addGroup(name),
		addMember: (group, account) => server.population.addMember(group, named(account)),
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

type Settings = Parameters<typeof bamboo>[0];
const loginOf = ({ credentials }: BambooSandbox, auth: "pat" | "basic"): Pick<Settings, "auth"> => ({
	auth:
		auth === "pat"
			? { kind: "pat", token: new Secret(credentials.token, "test") }
			: { kind: "basic", username: credentials.username, password: new Secret(credentials.password, "test") },
});

export function connectBamboo(server: BambooSandbox, more: Partial<Settings> = {}): AtlassianProduct {
	return bamboo({
		id: "bamboo" as ProductId,
		url: server.url,
		network: { timeoutMs: 10_000, concurrency: 3 },
		...loginOf(server, "pat"),
		...more,
	});
}

export function bambooHarness(
	version: BambooVersion,
	more: BambooOptions = {},
	how: { readonly brief?: string; readonly auth?: "pat" | "basic" } = {},
): ProductHarness {
	const options = { version, ...more };
	return {
		...(how.brief === undefined ? {} : { brief: how.brief }),
		name: `Bamboo ${version}${Object.keys(more).length === 0 ? "" : ` ${JSON.stringify(more)}`}${how.auth === "basic" ? " by password" : ""}`,
		open: () => bambooStage(options, how.auth),
		secrets: ["sandbox-rollcall-password", "sandbox-rollcall-token", Buffer.from("rollcall:sandbox-rollcall-password").toString("base64")],
		namesAreIds: "Bamboo shows nothing else that tells accounts apart",
		allActive: "Bamboo does not say whether an account is switched on",
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
				"hash#?=",
				"semi;colon",
				"名前",
				"UPPER",
			],
			displayNames: [],
			groups: ["R+D (Sued)", "#1? a=b", "UPPER Case", "person0", "comma, dot."],
			attributes: [],
		},
		unsupported: ["account.update", "account.enable", "account.disable", "attribute.set"],
		refusals: refusalsOf(options),
		seats: {
			arrange: async () => {
				const stage = await bambooStage(options, how.auth);
				stage.addGroup("builders");
				stage.server.population.grantGroup("builders", ["CREATE"]);
				for (const name of ["one", "two"]) stage.addMember("builders", stage.addAccount(fieldsOf(name)));
				stage.addMember("bamboo-users", "one" as AccountId);
				const groups = new Set(["builders", "bamboo-admin", "bamboo-users", "rollcall-admins"] as GroupName[]);
				return { stage, pools: [{ name: "Bamboo access", total: undefined, used: 4, groups, givenToNewAccounts: false }] };
			},
		},
		blocked: { never: "Bamboo switches nobody off by REST; who would keep access all the same is tried in test/unit/bamboo" },
		capped: { never: "the end of every list is proven: behind the last row there must be none" },
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
export const rename = (product: AtlassianProduct, account: AccountId, username: string) =>
	product.perform(operation({ kind: "account.rename", subject: { username: "x", account }, after: { username } }), account, calm);
const dropGroup = (product: AtlassianProduct, group: string) =>
	product.perform(operation({ kind: "group.delete", group: group as GroupName }), undefined, calm);

/** P10. */
function refusalsOf(options: BambooOptions): readonly Refusal[] {
	const list: Refusal[] = [];
	type Arranged = { readonly stage: BambooStage; readonly account: AccountId; readonly product: AtlassianProduct };
	const add = (
		title: string,
		expects: Pick<Refusal, "code" | "says">,
		parts: { options?: BambooOptions; arrange?: (stage: BambooStage) => AccountId | undefined; provoke: (a: Arranged) => Promise<unknown> },
	) => {
		let account: AccountId | undefined;
		list.push({
			title,
			...expects,
			async arrange() {
				const stage = await bambooStage({ ...options, ...parts.options });
				account = parts.arrange?.(stage);
				return stage;
			},
			provoke: (stage, product) => parts.provoke({ stage: stage as BambooStage, account: account as AccountId, product }),
		});
	};
	const directories = [
		{ name: "Bamboo Internal Directory", kind: "internal" },
		{ name: "Crowd", kind: "external" },
	] as const;
	const first = (stage: BambooStage) => stage.addAccount(fieldsOf("first"));
	const outsider = (stage: BambooStage) => {
		stage.server.population.addAccount({ name: "outsider", emailAddress: "o@example.org", directory: "Crowd" });
		stage.server.population.addGroup("outer group", "Crowd");
		stage.addMember("outer group", "outsider" as AccountId);
		stage.addAccount(fieldsOf("first"));
		return "outsider" as AccountId;
	};
	const external = { options: { directories }, arrange: outsider };
	const readOnly = { code: "target.rejected", says: /read only/ } as const;
	add("an outer account is not renamed", readOnly, { ...external, provoke: (a) => rename(a.product, a.account, "new") });
	add("an outer group takes nobody in", readOnly, { ...external, provoke: (a) => join(a.product, "first" as AccountId, "outer group") });
	add("nor lets anybody out", readOnly, { ...external, provoke: (a) => leave(a.product, a.account, "outer group") });
	add("nor is it deleted", readOnly, { ...external, provoke: (a) => dropGroup(a.product, "outer group") });
	add("no directory can be written: no creation", readOnly, {
		arrange: (stage) => {
			stage.server.population.directories = [{ name: "Crowd", kind: "external" }];
			return undefined;
		},
		provoke: (a) => create(a.product, "newcomer"),
	});
	add(
		"username taken by somebody else",
		{ code: "target.conflict", says: /"FIRST" is taken/ },
		{ arrange: first, provoke: (a) => create(a.product, "FIRST") },
	);
	add(
		"renamed to a taken username",
		{ code: "target.conflict", says: /"second" is taken/ },
		{
			arrange: (stage) => {
				stage.addAccount(fieldsOf("second"));
				return first(stage);
			},
			provoke: (a) => rename(a.product, a.account, "second"),
		},
	);
	add(
		"a group that does not exist",
		{ code: "target.missing", says: /nowhere/ },
		{ arrange: first, provoke: (a) => join(a.product, a.account, "nowhere") },
	);
	add(
		"an account that is gone",
		{ code: "target.missing", says: /nobody/ },
		{ provoke: (a) => rename(a.product, "nobody" as AccountId, "x") },
	);
	add(
		"the group of the administrators is not deleted",
		{ code: "target.rejected", says: /administrators/ },
		{ provoke: (a) => dropGroup(a.product, "bamboo-admin") },
	);
	add(
		"a proxy drops the body of DELETE: nobody was removed, and that is said",
		{ code: "target.rejected", says: /still a member/ },
		{
			options: { behaviour: { dropsDeleteBody: true } },
			arrange: (stage) => {
				stage.addGroup("staff");
				const account = first(stage);
				stage.addMember("staff", account);
				return account;
			},
			provoke: (a) => leave(a.product, a.account, "staff"),
		},
	);
	add(
		"neither name can stand in an address",
		{ code: "target.rejected", says: /neither the group "a\/b" nor the account "c\\d"/ },
		{
			arrange: (stage) => {
				stage.addGroup("a/b");
				return stage.addAccount({ ...fieldsOf("x"), username: "c\\d" });
			},
			provoke: (a) => join(a.product, a.account, "a/b"),
		},
	);
	add(
		"a group with a slash is not deleted",
		{ code: "target.rejected", says: /cannot be named/ },
		{ arrange: (stage) => void stage.addGroup("a/b"), provoke: (a) => dropGroup(a.product, "a/b") },
	);
	return list;
}
