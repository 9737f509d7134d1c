import { confluence } from "../../connectors/atlassian/confluence/product.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { type ConfluenceOptions, type ConfluenceSandbox, startConfluence } from "../../sandbox/confluence/server.ts";
import type { ConfluenceVersion } from "../../sandbox/confluence/versions.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };

export interface ConfluenceStage extends ProductStage {
	readonly server: ConfluenceSandbox;
}

/** A stand-in of one version behind the suite's stage. */
export async function confluenceStage(options: ConfluenceOptions = {}, auth: "pat" | "basic" = "pat"): Promise<ConfluenceStage> {
	const server = await startConfluence(options);
	return {
		server,
		connect: (how = {}) => {
			const jsonRpc = server.behaviour.jsonRpc === "on";
			return connectConfluence(server, { ...loginOf(server, auth), jsonRpc, ...how, retry: how.patient === true ? PATIENT : QUICK });
		},
		addAccount: ({ username, email, displayName, active }) =>
			server.population.addAccount({ name: username, emailAddress: email, displayName, active: active ?? true }).id as AccountId,
		addGroup: (name) => void server.population.addGroup(name),
		addMember: (group, account) => server.population.addMember(group, account),
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

type Settings = Parameters<typeof confluence>[0];
const loginOf = ({ credentials }: ConfluenceSandbox, auth: "pat" | "basic"): Pick<Settings, "auth"> => ({
	auth:
		auth === "pat"
			? { kind: "pat", token: new Secret(credentials.token, "test") }
			: { kind: "basic", username: credentials.username, password: new Secret(credentials.password, "test") },
});

export function connectConfluence(server: ConfluenceSandbox, more: Partial<Settings> = {}): AtlassianProduct {
	return confluence({
		id: "confluence" as ProductId,
		url: server.url,
		network: { timeoutMs: 10_000, concurrency: 3 },
		...loginOf(server, "pat"),
		...more,
	});
}

export function confluenceHarness(
	version: ConfluenceVersion,
	more: ConfluenceOptions = {},
	how: { readonly brief?: string; readonly auth?: "pat" | "basic"; readonly cannot?: ProductHarness["unsupported"] } = {},
): ProductHarness {
	const options = { version, ...more };
	const cannot = how.cannot ?? [];
	return {
		...(how.brief === undefined ? {} : { brief: how.brief }),
		name: `Confluence ${version}${Object.keys(more).length === 0 ? "" : ` ${JSON.stringify(more)}`}${how.auth === "basic" ? " by password" : ""}`,
		open: () => confluenceStage(options, how.auth),
		secrets: ["sandbox-rollcall-password", "sandbox-rollcall-token", Buffer.from("rollcall:sandbox-rollcall-password").toString("base64")],
		defaultGroups: more.behaviour?.defaultGroup === false ? [] : ["confluence-users"],
		names: { usernames: "fold", groups: "fold" },
		untold: ["email"],
		odd: {
			usernames: ["o.brien_x@example.org", "müller", "a", "hash#?&=", "名前", "a!$()*:~", "per|pipe", "[x]{y}^`", "ü-ß"],
			displayNames: cannot.includes("account.update") ? [] : ["Ünï çödé", 'Q "quoted" \\ back', "R&D / Co; 100 %", "名前 😀", "a\tb"],
			groups: ["R&D Süd", 'the "best"', "#1?", "a+b=c", "pipe|pipe", "UPPER Case", "名前", "person0", "<b>"],
			attributes: [],
		},
		unsupported: KINDS.filter((kind) => kind === "account.rename" || kind === "attribute.set" || cannot.includes(kind)),
		refusals: refusalsOf(options, cannot),
		seats: {
			arrange: async () => {
				const stage = await confluenceStage({ ...options, seats: 10 }, how.auth);
				stage.addGroup("readers");
				stage.server.population.grant("readers", "application use");
				for (const name of ["one", "two"]) stage.addMember("readers", stage.addAccount(fieldsOf(name)));
				stage.addMember("confluence-users", stage.addAccount({ ...fieldsOf("off"), active: false }));
				stage.addAccount(fieldsOf("nowhere"));
				const told = stage.server.behaviour.globalPermissions;
				const groups = new Set(["confluence-users", "rollcall-admins", "confluence-administrators", "readers"] as GroupName[]);
				return { stage, pools: [{ name: "Confluence", total: 10, used: 4, ...(told ? { groups } : {}), givenToNewAccounts: true }] };
			},
		},
		blocked: { never: "Confluence refuses nobody for what they own" },
		capped: { never: "every page says whether there is a next one, and how many rows it has" },
	};
}
const KINDS = [
	"group.create",
	"group.delete",
	"account.create",
	"account.rename",
	"account.update",
	"account.enable",
	"account.disable",
	"attribute.set",
	"member.add",
	"member.remove",
] as const;

const person = (username: string, account?: AccountId) => ({
	username,
	person: `test:${username}` as PersonKey,
	...(account ? { account } : {}),
});
type Fields = ReturnType<typeof fieldsOf>;
export const create = (product: AtlassianProduct, name: string, more: Partial<Fields> = {}) =>
	product.perform(operation({ kind: "account.create", subject: person(name), after: { ...fieldsOf(name), ...more } }), undefined, calm);
export const join = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.add", subject: person("x", account), group: group as GroupName }), account, calm);
export const leave = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.remove", subject: { ...person("x"), account }, group: group as GroupName }), account, calm);
export const change = (product: AtlassianProduct, account: AccountId, after: Partial<Omit<Fields, "username">> = { displayName: "New" }) =>
	product.perform(operation({ kind: "account.update", subject: { username: "x", account }, before: {}, after }), account, calm);
export const turn = (product: AtlassianProduct, account: AccountId, to: "enable" | "disable") =>
	product.perform(operation({ kind: `account.${to}`, subject: { username: "x", account } }), account, calm);
export const makeGroup = (product: AtlassianProduct, group: string) =>
	product.perform(operation({ kind: "group.create", group: group as GroupName }), undefined, calm);
export const dropGroup = (product: AtlassianProduct, group: string) =>
	product.perform(operation({ kind: "group.delete", group: group as GroupName }), undefined, calm);

/** P10. */
function refusalsOf(options: ConfluenceOptions, cannot: ProductHarness["unsupported"]): readonly Refusal[] {
	const list: Refusal[] = [];
	type Arranged = { readonly stage: ConfluenceStage; readonly account: AccountId; readonly product: AtlassianProduct };
	const add = (
		title: string,
		expects: Pick<Refusal, "code" | "says">,
		parts: {
			options?: ConfluenceOptions;
			arrange?: (stage: ConfluenceStage) => AccountId | undefined;
			provoke: (a: Arranged) => Promise<unknown>;
		},
	) => {
		let account: AccountId | undefined;
		list.push({
			title,
			...expects,
			async arrange() {
				const behaviour = { ...options.behaviour, ...parts.options?.behaviour };
				const stage = await confluenceStage({ ...options, ...parts.options, behaviour });
				account = parts.arrange?.(stage);
				return stage;
			},
			provoke: (stage, product) => parts.provoke({ stage: stage as ConfluenceStage, account: account as AccountId, product }),
		});
	};
	const rejected = "target.rejected";
	const directories = [
		{ name: "Confluence Internal Directory", kind: "internal" },
		{ name: "Corporate", kind: "external" },
	] as const;
	const outsider = (stage: ConfluenceStage) => {
		stage.addGroup("staff");
		const { id } = stage.server.population.addAccount({ name: "outsider", emailAddress: "o@example.org", directory: "Corporate" });
		stage.addGroup("inside");
		stage.addMember("inside", id as AccountId);
		return id as AccountId;
	};
	const external = { options: { directories }, arrange: outsider };
	const rpc = options.behaviour?.jsonRpc === "on";
	if (!rpc) {
		const refused = { code: rejected, says: /does not allow updates/ } as const;
		if (!cannot.includes("account.update"))
			add("details of an outer account", refused, { ...external, provoke: (a) => change(a.product, a.account) });
		if (!cannot.includes("account.disable"))
			add("its switch", refused, { ...external, provoke: (a) => turn(a.product, a.account, "disable") });
		add("its groups, adding", refused, { ...external, provoke: (a) => join(a.product, a.account, "staff") });
		add("its groups, removing", refused, { ...external, provoke: (a) => leave(a.product, a.account, "inside") });
		add(
			"no directory can be written: no creation",
			{ code: rejected, says: /No directory/ },
			{
				arrange: (stage) => {
					stage.server.population.directories = [{ name: "Corporate", kind: "external" }];
					return undefined;
				},
				provoke: (a) => create(a.product, "newcomer"),
			},
		);
	}
	// Where permissions cannot be asked for, such a 403 ends the run instead: test/unit/confluence.
	if (!rpc && options.version !== "8.5") {
		const administrator = (stage: ConfluenceStage) => stage.server.population.named("admin")?.id as AccountId;
		add(
			"an account with more rights than ours is not switched off",
			{ code: rejected, says: /not permitted/ },
			{ arrange: administrator, provoke: (a) => turn(a.product, a.account, "disable") },
		);
		add(
			"a group with more rights than ours takes nobody in",
			{ code: rejected, says: /not permitted/ },
			{
				arrange: (stage) => stage.addAccount(fieldsOf("first")),
				provoke: (a) => join(a.product, a.account, "confluence-administrators"),
			},
		);
		add(
			"a group that does not exist, said with 403",
			{ code: rejected, says: /nowhere/ },
			{
				options: { behaviour: { unknownGroup: 403 } },
				arrange: (stage) => stage.addAccount(fieldsOf("first")),
				provoke: (a) => join(a.product, a.account, "nowhere"),
			},
		);
	}
	/** What only REST says, or says so. */
	const rest: typeof add = (...all) => void (rpc || add(...all));
	if (rpc) {
		const refused = { code: rejected, says: /outsider.* read-only/ } as const;
		add("details of an outer account", refused, { ...external, provoke: (a) => change(a.product, a.account) });
		add("its groups, adding", refused, { ...external, provoke: (a) => join(a.product, a.account, "staff") });
	}
	rest(
		"memberships of an outer account that are accepted and ignored, adding",
		{ code: rejected, says: /no member of "staff" after/ },
		{
			options: { directories, behaviour: { readOnlyMembership: "ignored" } },
			arrange: outsider,
			provoke: (a) => join(a.product, a.account, "staff"),
		},
	);
	rest(
		"and removing",
		{ code: "target.inherited", says: /still a member of "inside"/ },
		{
			options: { directories, behaviour: { readOnlyMembership: "ignored" } },
			arrange: outsider,
			provoke: (a) => leave(a.product, a.account, "inside"),
		},
	);
	add(
		"a membership that comes from a group inside",
		{ code: "target.inherited", says: /still a member of "outer"/ },
		{
			arrange: (stage) => {
				const id = stage.addAccount(fieldsOf("first"));
				for (const group of ["inner", "outer"]) stage.addGroup(group);
				stage.addMember("inner", id);
				stage.server.population.nest("inner", "outer");
				return id;
			},
			provoke: (a) => leave(a.product, a.account, "outer"),
		},
	);
	rest(
		"licence full, creating",
		{ code: rejected, says: /402.*no more licenses/ },
		{ options: { seats: 2 }, provoke: (a) => create(a.product, "newcomer") },
	);
	rest(
		"licence full, into a group that gives access",
		{ code: rejected, says: /402.*no more licenses/ },
		{
			options: { seats: 2 },
			arrange: (stage) => stage.addAccount(fieldsOf("newcomer")),
			provoke: (a) => join(a.product, a.account, "confluence-users"),
		},
	);
	add(
		"username taken by somebody else",
		{ code: "target.conflict", says: /"first" is taken/ },
		{ arrange: (stage) => stage.addAccount(fieldsOf("first")), provoke: (a) => create(a.product, "first") },
	);
	add("a username with capitals", { code: rejected, says: /upper case/ }, { provoke: (a) => create(a.product, "First") });
	add("a username with a blank", { code: rejected, says: /whitespace/ }, { provoke: (a) => create(a.product, "fir st") });
	add("a username with an apostrophe", { code: rejected, says: /illegal characters/ }, { provoke: (a) => create(a.product, "o'brien") });
	add(
		"a full name with brackets",
		{ code: rejected, says: /Full name contains/ },
		{ provoke: (a) => create(a.product, "x", { displayName: "A <b>" }) },
	);
	for (const name of ["sla/sh", "semi;colon", "per%cent"])
		add(
			`a username that cannot stand in a path: ${name}`,
			{ code: rejected, says: /cannot be named in a path/ },
			{ provoke: (a) => create(a.product, name) },
		);
	for (const name of ["R&D / Süd", "back\\slash", "100%", "."])
		add(
			`a group that cannot stand in a path: ${name}`,
			{ code: rejected, says: /cannot be named in a path/ },
			{ provoke: (a) => makeGroup(a.product, name) },
		);
	add(
		"a group that does not exist",
		{ code: "target.missing", says: /nowhere/ },
		{ arrange: (stage) => stage.addAccount(fieldsOf("first")), provoke: (a) => join(a.product, a.account, "nowhere") },
	);
	add(
		"an account that is gone",
		{ code: "target.missing", says: /0000/ },
		{ provoke: (a) => join(a.product, "0".repeat(32) as AccountId, "x") },
	);
	rest(
		"the last group of administrators is not deleted",
		{ code: rejected, says: /last one of administrators/ },
		{
			arrange: (stage) => {
				stage.server.population.grant("confluence-administrators", "application use");
				return undefined;
			},
			provoke: (a) => dropGroup(a.product, "rollcall-admins"),
		},
	);
	return list;
}
