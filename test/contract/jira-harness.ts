import { jira } from "../../connectors/atlassian/jira/product.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { type JiraOptions, type JiraSandbox, startJira } from "../../sandbox/jira/server.ts";
import type { JiraVersion } from "../../sandbox/jira/versions.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation, populate } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };

export interface JiraStage extends ProductStage {
	readonly server: JiraSandbox;
}

/** A stand-in of one version behind the suite's stage. */
export async function jiraStage(options: JiraOptions): Promise<JiraStage> {
	const server = await startJira(options);
	return {
		server,
		connect: (how = {}) => connectJira(server, { ...how, retry: how.patient === true ? PATIENT : QUICK }),
		addAccount: ({ username, email, displayName, active }) =>
			server.population.addAccount({ name: username, emailAddress: email, displayName, active: active ?? true }).key as AccountId,
		addGroup: (name) => void server.population.addGroup(name),
		addMember: (group, account) => server.population.addMember(group, server.population.keyed(account)!.id),
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

export function connectJira(server: JiraSandbox, more: Partial<Parameters<typeof jira>[0]> = {}): AtlassianProduct {
	const { username, password, token } = server.credentials;
	const bearer = server.behaviour.tokens;
	return jira({
		id: "jira" as ProductId,
		url: server.url,
		auth: bearer ? { kind: "pat", token: new Secret(token, "test") } : { kind: "basic", username, password: new Secret(password, "test") },
		network: { timeoutMs: 10_000, concurrency: 3 },
		...more,
	});
}

export function jiraHarness(version: JiraVersion, more: JiraOptions = {}, brief?: string): ProductHarness {
	const options = { version, ...more };
	// Letters that no visible name has cannot be looked for: what is then cut off is refused, as a test of its own says.
	const cut = more.behaviour?.picker === "cut";
	return {
		...(brief === undefined ? {} : { brief }),
		name: `Jira ${version}${Object.keys(more).length === 0 ? "" : ` ${JSON.stringify(more)}`}`,
		open: () => jiraStage(options),
		secrets: ["sandbox-rollcall-password", "sandbox-rollcall-token", Buffer.from("rollcall:sandbox-rollcall-password").toString("base64")],
		defaultGroups: ["jira-software-users"],
		names: { usernames: "fold", groups: "fold" },
		seats: {
			arrange: async () => {
				const stage = await jiraStage(options);
				stage.addGroup("agents");
				const software = {
					key: "jira-software",
					name: "Jira Software",
					groups: ["jira-software-users"],
					defaultGroups: ["jira-software-users"],
				};
				const desk = { key: "jira-servicedesk", name: "Service Management", groups: ["agents"], defaultGroups: ["agents"] };
				stage.server.population.applications = [
					{ ...software, seats: -1, selectedByDefault: true },
					{ ...desk, seats: 3, selectedByDefault: false },
				];
				for (const name of ["one", "two"]) stage.addMember("agents", stage.addAccount(fieldsOf(name)));
				stage.addMember("agents", stage.addAccount({ ...fieldsOf("off"), active: false }));
				stage.addMember("jira-software-users", stage.addAccount(fieldsOf("three")));
				const pool = { groups: new Set(["jira-software-users"] as GroupName[]), givenToNewAccounts: true };
				const agents = { groups: new Set(["agents"] as GroupName[]), givenToNewAccounts: false };
				const pools = [
					{ name: "Jira Software", total: undefined, used: 1, ...pool },
					{ name: "Service Management", total: 3, used: 2, ...agents },
				];
				return { stage, pools };
			},
		},
		blocked:
			version === "8.2"
				? { never: "Jira before 8.3 switches nobody off" }
				: {
						arrange: async () => {
							const stage = await jiraStage(options);
							const { population } = stage.server;
							const lead = population.addAccount({
								name: "lead",
								emailAddress: "lead@example.org",
								leads: ["KEY"],
								componentLeads: ["WEB/Login & Co"],
							});
							const free = stage.addAccount(fieldsOf("free"));
							return { stage, free, blocked: lead.key as AccountId, says: /project KEY, component "Login & Co" of WEB/ };
						},
					},
		odd: {
			usernames: [
				"o'brien+x@example.org",
				"müller",
				"a b",
				'quo"te',
				"per%cent",
				"sla/sh",
				"back\\slash",
				"hash#?",
				"plus+",
				"semi;colon",
				"名前",
			],
			displayNames: ["Ünï çödé", 'Q "quoted" \\ back', "<b>R&D</b>", "名前 😀", "a\tb"],
			groups: ["R&D / Süd", 'the "best"', "100% #1?", "a+b=c;d", "back\\slash|pipe", "UPPER Case", ...(cut ? [] : ["名前"])],
			attributes: ["team", "cost center", "a.b-c_d", "x=y&z"],
		},
		unsupported: version === "8.2" ? ["account.enable", "account.disable"] : [],
		refusals: refusalsOf(options),
		capped: version === "8.2" ? { never: "too old to be planned for" } : cappedOf(options),
	};
}

const person = (username: string, account?: AccountId) => ({
	username,
	person: `test:${username}` as PersonKey,
	...(account ? { account } : {}),
});
const create = (product: AtlassianProduct, name: string, email?: string) => {
	const after = { ...fieldsOf(name), ...(email === undefined ? {} : { email }) };
	return product.perform(operation({ kind: "account.create", subject: person(name), after }), undefined, calm);
};
const join = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.add", subject: person("x", account), group: group as GroupName }), account, calm);
const leave = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.remove", subject: { ...person("x"), account }, group: group as GroupName }), account, calm);
const change = (product: AtlassianProduct, account: AccountId) =>
	product.perform(
		operation({ kind: "account.update", subject: { username: "x", account }, before: {}, after: { displayName: "New" } }),
		account,
		calm,
	);
const disable = (product: AtlassianProduct, account: AccountId) =>
	product.perform(operation({ kind: "account.disable", subject: { username: "x", account } }), account, calm);

/** P10, and membership through a subgroup, in both readings where public sources disagree. */
function refusalsOf(options: JiraOptions): readonly Refusal[] {
	const list: Refusal[] = [];
	type Arranged = { readonly stage: JiraStage; readonly account: AccountId; readonly product: AtlassianProduct };
	const add = (
		title: string,
		expects: Pick<Refusal, "code" | "says">,
		parts: { options?: JiraOptions; arrange?: (stage: JiraStage) => AccountId | undefined; provoke: (a: Arranged) => Promise<unknown> },
	) => {
		let account: AccountId | undefined;
		list.push({
			title,
			...expects,
			async arrange() {
				const stage = await jiraStage({ ...options, ...parts.options });
				account = parts.arrange?.(stage);
				return stage;
			},
			provoke: (stage, product) => parts.provoke({ stage: stage as JiraStage, account: account as AccountId, product }),
		});
	};
	const outsider = (kind: string) => (stage: JiraStage) => {
		stage.addGroup("staff");
		const { key, id } = stage.server.population.addAccount({ name: "outsider", emailAddress: "o@example.org", directory: kind });
		stage.server.population.addGroup("inside");
		stage.server.population.addMember("inside", id);
		return key as AccountId;
	};
	const directories = [
		{ name: "Jira Internal Directory", kind: "internal" },
		{ name: "Corporate", kind: "read-only" },
		{ name: "LDAP", kind: "ldap" },
	] as const;
	for (const readOnlyStatus of [400, 403] as const) {
		const readOnly = { options: { directories, behaviour: { readOnlyStatus } }, arrange: outsider("Corporate") };
		const says = /directory/;
		add(
			`an account of a read-only directory is not updated (${readOnlyStatus})`,
			{ code: "target.rejected", says },
			{ ...readOnly, provoke: (a) => change(a.product, a.account) },
		);
		add(
			`nor put into a group (${readOnlyStatus})`,
			{ code: "target.rejected", says },
			{ ...readOnly, provoke: (a) => join(a.product, a.account, "staff") },
		);
		add(
			`nor taken out of one (${readOnlyStatus})`,
			{ code: "target.rejected", says },
			{ ...readOnly, provoke: (a) => leave(a.product, a.account, "inside") },
		);
	}
	add(
		"no directory can be written: no creation",
		{ code: "target.rejected", says: /read-only/ },
		{
			arrange: (stage) => {
				stage.server.population.directories = [{ name: "Jira Internal Directory", kind: "read-only" }];
				return undefined;
			},
			provoke: (a) => create(a.product, "newcomer"),
		},
	);
	const seats = {
		key: "jira-software",
		name: "Jira Software",
		groups: ["jira-software-users"],
		defaultGroups: [],
		seats: 0,
		selectedByDefault: false,
	};
	add(
		"licence full",
		{ code: "target.rejected", says: /exceeded the number of users/ },
		{
			options: { applications: [seats] },
			arrange: (stage) => stage.addAccount(fieldsOf("newcomer")),
			provoke: (a) => join(a.product, a.account, "jira-software-users"),
		},
	);
	add(
		"duplicate e-mail",
		{ code: "target.conflict", says: /email address already exists/ },
		{
			options: { behaviour: { uniqueEmails: true } },
			arrange: (stage) => stage.addAccount(fieldsOf("first")),
			provoke: (a) => create(a.product, "second", "FIRST@example.org"),
		},
	);
	add(
		"username taken by somebody else",
		{ code: "target.conflict", says: /"FIRST" is taken/ },
		{
			arrange: (stage) => stage.addAccount(fieldsOf("first")),
			provoke: (a) => create(a.product, "FIRST", "other@example.org"),
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
			provoke: (a) =>
				a.product.perform(
					operation({ kind: "account.rename", subject: { username: "first", account: a.account }, after: { username: "second" } }),
					a.account,
					calm,
				),
		},
	);
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
		{ code: "target.missing", says: /JIRAUSER99999/ },
		{
			provoke: (a) => change(a.product, "JIRAUSER99999" as AccountId),
		},
	);
	for (const inheritedRemoval of ["refused", "ignored"] as const) {
		add(
			`a member through a subgroup stays one (${inheritedRemoval})`,
			{ code: "target.inherited", says: /through a subgroup/ },
			{
				options: { behaviour: { inheritedRemoval } },
				arrange: (stage) => {
					const account = stage.addAccount(fieldsOf("nested"));
					for (const group of ["outer", "inner"]) stage.addGroup(group);
					stage.server.population.nest("outer", "inner");
					stage.addMember("inner", account);
					return account;
				},
				provoke: (a) => leave(a.product, a.account, "outer"),
			},
		);
	}
	if (options.version === "8.2") return list;
	add(
		"a project lead is not switched off",
		{ code: "target.rejected", says: /project lead of these projects: KEY/ },
		{
			arrange: (stage) =>
				stage.server.population.addAccount({ name: "lead", emailAddress: "l@example.org", leads: ["KEY"] }).key as AccountId,
			provoke: (a) => disable(a.product, a.account),
		},
	);
	for (const ldapDisable of ["ignored", "refused"] as const) {
		add(
			`an LDAP account cannot be switched off (${ldapDisable})`,
			{ code: "target.rejected", says: /switching off|does not allow updates/ },
			{
				options: { directories, behaviour: { ldapDisable } },
				arrange: outsider("LDAP"),
				provoke: (a) => disable(a.product, a.account),
			},
		);
	}
	return list;
}

/** Whoever stops listening at 100 or 1,000 shows a list that looks whole. */
function cappedOf(options: JiraOptions): readonly Refusal[] {
	const fill =
		(count: number, behaviour: NonNullable<JiraOptions["behaviour"]>): (() => Promise<JiraStage>) =>
		async () => {
			const stage = await jiraStage({ ...options, behaviour: { ...behaviour, ...options.behaviour } });
			populate(stage, count - 2);
			return stage;
		};
	const modern = /^1\d/.test(options.version ?? "10.3");
	const capped = (title: string, arrange: () => Promise<JiraStage>, pageSize?: number): Refusal => ({
		title,
		code: "target.incomplete",
		says: /exactly (100|1000) accounts/,
		arrange,
		provoke: (stage) => {
			const product = stage.connect(pageSize === undefined ? {} : { pageSize });
			return product.read({}, calm).finally(() => product.close());
		},
	});
	const reach = modern ? 100 : 1_000;
	const cap = { userList: false, searchReach: reach };
	return [
		capped(`more accounts than the ${reach} that user search reaches`, fill(reach + 50, cap)),
		capped(`the same in small pages`, fill(reach + 50, cap), reach / 10 - 3),
		capped(`exactly ${reach} accounts: nothing proves that these are all`, fill(reach, { userList: false })),
	];
}
