import type { JiraSettings } from "../../connectors/atlassian/jira/product.ts";
import type { AccountId, GroupName, PersonKey } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { directoriesOf } from "../../sandbox/jira/directory.ts";
import type { JiraOptions, JiraSandbox } from "../../sandbox/jira/server.ts";
import type { JiraVersion } from "../../sandbox/jira/versions.ts";
import { connectJira, type JiraStage, jiraHarness, jiraStage } from "./jira-harness.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };
/** One at a time: users and groups are read side by side, and the suite counts what still goes out after a 401. */
const network = { timeoutMs: 10_000, concurrency: 1 };
type How = Parameters<ProductStage["connect"]>[0];
const howOf = ({ patient, ...how }: NonNullable<How> = {}) => ({ network, ...how, retry: patient === true ? PATIENT : QUICK });

const userServerOf = ({ userServer: { application, password } }: JiraSandbox) => ({
	userServer: { application, password: new Secret(password, "test") },
});
/** By REST v2 and the user server. */
export const connectBoth = (server: JiraSandbox, more: Partial<JiraSettings> = {}): AtlassianProduct =>
	connectJira(server, { ...userServerOf(server), ...more });
/** By the user server alone. */
export function connectUserServer(server: JiraSandbox, more: Partial<JiraSettings> = {}): AtlassianProduct {
	const { auth: _rest, ...settings } = { ...userServerOf(server), ...more };
	return connectJira(server, { ...settings, auth: undefined } as unknown as Partial<JiraSettings>);
}

/** What the user server calls an account. */
export function userServerKey(server: JiraSandbox, name: string): AccountId {
	const directory = directoriesOf(server.population)().find((each) => each.user(name) !== undefined)!;
	return directory.keyOf(directory.user(name)!) as AccountId;
}

const throughBoth = <S extends JiraStage>(stage: S): S => ({
	...stage,
	connect: (how: How) => connectBoth(stage.server, howOf(how)),
});
async function userServerStage(options: JiraOptions): Promise<JiraStage> {
	const stage = await jiraStage(options);
	const { population } = stage.server;
	return {
		...stage,
		connect: (how) => connectUserServer(stage.server, { pageSize: 4, ...howOf(how) }),
		addAccount: (account) => {
			stage.addAccount(account);
			return userServerKey(stage.server, account.username);
		},
		addMember: (group, account) => population.addMember(group, Number(account.slice(-12))),
	};
}

const SECRETS = ["sandbox-user-server-password", Buffer.from("rollcall:sandbox-user-server-password").toString("base64")];

/** Both doors at once: as over REST v2, but that memberships are direct ones, nothing is cut off, and 8.2 switches accounts. */
export function bothHarness(version: JiraVersion, more: JiraOptions = {}, brief?: string): ProductHarness {
	const rest = jiraHarness(version, more, brief);
	const options = { version, ...more };
	const wrapped = (arrange: () => Promise<ProductStage>) => async () => throughBoth((await arrange()) as JiraStage);
	const { seats } = rest;
	return {
		...rest,
		name: `${rest.name} by both doors`,
		open: wrapped(rest.open),
		secrets: [...rest.secrets, ...SECRETS],
		unsupported: [],
		seats:
			"never" in seats
				? seats
				: {
						arrange: async () => {
							const { stage, pools } = await seats.arrange();
							return { stage: throughBoth(stage as JiraStage), pools };
						},
					},
		blocked: {
			arrange: async () => {
				const stage = throughBoth(await jiraStage(options));
				const lead = stage.server.population.addAccount({
					name: "lead",
					emailAddress: "lead@example.org",
					leads: ["KEY"],
					componentLeads: ["WEB/Login & Co"],
				});
				const free = stage.addAccount(fieldsOf("free"));
				return { stage, free, blocked: lead.key as AccountId, says: /project KEY, component "Login & Co" of WEB/ };
			},
		},
		// Who is a member through a subgroup is known beforehand: test/unit/jira/two-doors.test.ts.
		refusals: rest.refusals.filter(({ title }) => !/subgroup/.test(title)).map((each) => ({ ...each, arrange: wrapped(each.arrange) })),
		capped: { never: "whom REST v2's list leaves out is looked up (test/unit/jira/two-doors.test.ts)" },
	};
}

const person = (username: string, account?: AccountId) => ({
	username,
	person: `test:${username}` as PersonKey,
	...(account ? { account } : {}),
});

export function userServerHarness(version: JiraVersion, more: JiraOptions = {}, brief?: string): ProductHarness {
	const rest = jiraHarness(version, more);
	const options = { version, ...more };
	return {
		...(brief === undefined ? {} : { brief }),
		name: `${rest.name} by its user server alone`,
		open: () => userServerStage(options),
		noSelf: "Rollcall is logged in as an application",
		secrets: SECRETS,
		// Nobody asks about applications here.
		defaultGroups: [],
		names: rest.names,
		odd: {
			...rest.odd,
			usernames: [...rest.odd.usernames, "<angle>&co", "1:looks-like-a-key"],
			groups: [...rest.odd.groups, "<all> & 'sundry'"],
		},
		unsupported: [],
		refusals: refusalsOf(options),
		seats: { never: "this door tells nothing of licences" },
		blocked: { never: "this door switches everybody off, and does not tell who leads a project" },
		capped: { never: "a short page is never taken for the end, and lists must fit the memberships (test/unit/usermanagement)" },
	};
}

type Arranged = { readonly stage: JiraStage; readonly account: AccountId; readonly product: AtlassianProduct };

function refusalsOf(options: JiraOptions): readonly Refusal[] {
	const list: Refusal[] = [];
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
				const stage = await userServerStage({ ...options, ...parts.options });
				account = parts.arrange?.(stage);
				return stage;
			},
			provoke: (stage, product) => parts.provoke({ stage: stage as JiraStage, account: account as AccountId, product }),
		});
	};
	const directories = [
		{ name: "Jira Internal Directory", kind: "internal" },
		{ name: "Corporate", kind: "read-only" },
		{ name: "LDAP", kind: "ldap" },
	] as const;
	const outsider = (directory: string) => (stage: JiraStage) => {
		for (const group of ["staff", "inside"]) stage.addGroup(group);
		const { id } = stage.server.population.addAccount({ name: "outsider", emailAddress: "o@example.org", directory });
		stage.server.population.addMember("inside", id);
		return userServerKey(stage.server, "outsider");
	};
	const rejected = (says: RegExp) => ({ code: "target.rejected", says }) as const;
	const change = ({ product, account }: Arranged) => {
		const subject = { username: "x", account };
		return product.perform(operation({ kind: "account.update", subject, before: {}, after: { displayName: "New" } }), account, calm);
	};
	const disable = ({ product, account }: Arranged) =>
		product.perform(operation({ kind: "account.disable", subject: { username: "x", account } }), account, calm);
	const join = ({ product, account }: Arranged, group: string) =>
		product.perform(operation({ kind: "member.add", subject: person("x", account), group: group as GroupName }), account, calm);
	const leave = ({ product, account }: Arranged, group: string) =>
		product.perform(operation({ kind: "member.remove", subject: { ...person("x"), account }, group: group as GroupName }), account, calm);
	const readOnly = { options: { directories }, arrange: outsider("Corporate") };
	add("an account of a read-only directory is not updated", rejected(/does not allow updates/), { ...readOnly, provoke: change });
	add("nor switched off", rejected(/does not allow updates/), { ...readOnly, provoke: disable });
	add("nor put into a group", rejected(/Could not update group/), { ...readOnly, provoke: (a) => join(a, "staff") });
	add("nor taken out of one", rejected(/Could not update group/), { ...readOnly, provoke: (a) => leave(a, "inside") });
	add("an account of an LDAP directory cannot be switched off", rejected(/does not allow updates/), {
		options: { directories },
		arrange: outsider("LDAP"),
		provoke: disable,
	});
	add("no directory can be written: no creation", rejected(/no directories that allow adding/), {
		arrange: (stage) => {
			stage.server.population.directories = [{ name: "Jira Internal Directory", kind: "read-only" }];
			return undefined;
		},
		provoke: (a) =>
			a.product.perform(operation({ kind: "account.create", subject: person("new"), after: fieldsOf("new") }), undefined, calm),
	});
	const first = (stage: JiraStage) => stage.addAccount(fieldsOf("first"));
	add(
		"username taken by somebody else",
		{ code: "target.conflict", says: /"FIRST" is taken/ },
		{
			arrange: first,
			provoke: (a) =>
				a.product.perform(operation({ kind: "account.create", subject: person("FIRST"), after: fieldsOf("FIRST") }), undefined, calm),
		},
	);
	add(
		"renamed to a taken username",
		{ code: "target.conflict", says: /"second" is taken/ },
		{
			arrange: (stage) => {
				stage.addAccount(fieldsOf("second"));
				return first(stage);
			},
			provoke: ({ product, account }) =>
				product.perform(
					operation({ kind: "account.rename", subject: { username: "first", account }, after: { username: "second" } }),
					account,
					calm,
				),
		},
	);
	add("a group that does not exist", { code: "target.missing", says: /nowhere/ }, { arrange: first, provoke: (a) => join(a, "nowhere") });
	add(
		"an account that is gone",
		{ code: "target.missing", says: /1:gone/ },
		{ provoke: (a) => change({ ...a, account: "1:gone" as AccountId }) },
	);
	return list;
}
