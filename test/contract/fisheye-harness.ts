import { fisheye } from "../../connectors/atlassian/fisheye/product.ts";
import { UNVERIFIED } from "../../connectors/atlassian/fisheye/settings.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import { Secret } from "../../core/secret.ts";
import { type FisheyeOptions, type FisheyeSandbox, startFisheye } from "../../sandbox/fisheye/server.ts";
import type { FisheyeVersion } from "../../sandbox/fisheye/versions.ts";
import type { ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const QUICK = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
/** P9 counts requests after a refusal; those that were under way at once would count too. */
const ONE_BY_ONE = { timeoutMs: 10_000, concurrency: 1 };
const PATIENT = { attempts: 4, baseMs: 1, capMs: 5, budgetMs: 10_000 };
type Settings = Parameters<typeof fisheye>[0];

export interface FisheyeStage extends ProductStage {
	readonly server: FisheyeSandbox;
}

/** A stand-in behind the suite's stage; everything that is unverified is switched on. */
export async function fisheyeStage(options: FisheyeOptions = {}, auth: "pat" | "basic" = "basic"): Promise<FisheyeStage> {
	const server = await startFisheye(options);
	return {
		server,
		connect: ({ patient, ...how } = {}) =>
			connectFisheye(server, {
				...loginOf(server, auth),
				...how,
				...(patient === true ? { retry: PATIENT, network: ONE_BY_ONE } : { retry: QUICK }),
			}),
		addAccount: ({ username, email, displayName }) =>
			server.population.addAccount({ name: username, emailAddress: email, displayName }).name.toLowerCase() as AccountId,
		addGroup: (name) => void server.population.addGroup(name),
		addMember: (group, account) => server.population.addMember(group, server.population.named(account)?.id ?? 0),
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

const loginOf = ({ credentials }: FisheyeSandbox, auth: "pat" | "basic"): Pick<Settings, "auth"> => ({
	auth:
		auth === "pat"
			? { kind: "pat", token: new Secret(credentials.token, "test") }
			: { kind: "basic", username: credentials.username, password: new Secret(credentials.password, "test") },
});

export function connectFisheye(server: FisheyeSandbox, more: Partial<Settings> = {}): AtlassianProduct {
	return fisheye({
		id: "fisheye" as ProductId,
		url: server.url,
		network: { timeoutMs: 10_000, concurrency: 3 },
		unverified: UNVERIFIED,
		...loginOf(server, "basic"),
		...more,
	});
}

export function fisheyeHarness(
	version: FisheyeVersion,
	more: FisheyeOptions = {},
	how: { readonly brief?: string; readonly auth?: "pat" | "basic" } = {},
): ProductHarness {
	const options = { version, ...more };
	return {
		...(how.brief === undefined ? {} : { brief: how.brief }),
		...(how.auth === "pat" ? { noSelf: "the server's REST API token is nobody's account" } : {}),
		name: `Fisheye ${version}${Object.keys(more).length === 0 ? "" : ` ${JSON.stringify(more)}`}${how.auth === "pat" ? " by token" : ""}`,
		open: () => fisheyeStage(options, how.auth),
		secrets: ["sandbox-rollcall-password", "sandbox-fisheye-token", Buffer.from("rollcall:sandbox-rollcall-password").toString("base64")],
		allActive: "Fisheye does not say whether an account is switched on",
		defaultGroups: ["crucible-users", "fisheye-users"],
		names: { usernames: "fold", groups: "fold" },
		odd: {
			usernames: ["o'brien+x@example.org", "müller", "a", "a b", 'quo"te', "hash#?=", "名前", "UPPER", "pi|pe"],
			displayNames: ["Zoë Ångström", "<b>&amp;", '"quoted" \\ 名前 😀'],
			groups: ["R+D (Sued)", "#1? a=b", "UPPER Case", "Süd", 'the "best"', "comma, dot."],
			attributes: [],
		},
		unsupported: ["account.rename", "account.enable", "account.disable", "attribute.set"],
		refusals: refusalsOf(options),
		seats: { never: "Fisheye's REST tells nothing of its licence, nor which groups give access" },
		blocked: { never: "Fisheye switches nobody off by REST" },
		capped: { never: "every page states whether it is the last one, and how many rows it holds" },
	};
}

const person = (username: string, account?: AccountId) => ({
	username,
	person: `test:${username}` as PersonKey,
	...(account ? { account } : {}),
});
export const create = (product: AtlassianProduct, name: string) =>
	product.perform(operation({ kind: "account.create", subject: person(name), after: fieldsOf(name) }), undefined, calm);
export const update = (product: AtlassianProduct, account: AccountId, after: { email?: string; displayName?: string }) =>
	product.perform(operation({ kind: "account.update", subject: { username: "x", account }, before: {}, after }), account, calm);
export const join = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.add", subject: person("x", account), group: group as GroupName }), account, calm);
export const leave = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.remove", subject: { ...person("x"), account }, group: group as GroupName }), account, calm);
export const makeGroup = (product: AtlassianProduct, group: string) =>
	product.perform(operation({ kind: "group.create", group: group as GroupName }), undefined, calm);
export const dropGroup = (product: AtlassianProduct, group: string) =>
	product.perform(operation({ kind: "group.delete", group: group as GroupName }), undefined, calm);

/** P10. */
function refusalsOf(options: FisheyeOptions): readonly Refusal[] {
	const first = "first" as AccountId;
	const outsider = "outsider" as AccountId;
	const refusal = (
		title: string,
		[code, says]: readonly [Refusal["code"], RegExp],
		parts: { behaviour?: FisheyeOptions["behaviour"]; provoke: (product: AtlassianProduct, stage: FisheyeStage) => Promise<unknown> },
	): Refusal => ({
		title,
		code,
		says,
		async arrange() {
			const stage = await fisheyeStage({ ...options, behaviour: { ...options.behaviour, ...parts.behaviour } });
			const { population } = stage.server;
			stage.addAccount(fieldsOf("first"));
			stage.addGroup("staff");
			stage.addMember("staff", first);
			stage.addMember("fisheye-users", first);
			population.addAccount({ name: "outsider", emailAddress: "o@example.org", directory: "external" });
			population.addGroup("outer group", { directory: "external" });
			stage.addMember("outer group", outsider);
			return stage;
		},
		provoke: (stage, product) => parts.provoke(product, stage as FisheyeStage),
	});
	const readOnly = ["target.rejected", /read only/] as const;
	const nothing = ["target.rejected", /nothing changed/] as const;
	const nowhere = (provoke: (product: AtlassianProduct) => Promise<unknown>) => ({
		provoke: (product: AtlassianProduct, stage: FisheyeStage) => {
			stage.server.population.writable = false;
			return provoke(product);
		},
	});
	const newAddress = (product: AtlassianProduct) => update(product, first, { email: "new@example.org" });
	return [
		refusal("an outer account is not changed", readOnly, { provoke: (product) => update(product, outsider, { displayName: "X" }) }),
		refusal("an outer group takes nobody in", readOnly, { provoke: (product) => join(product, first, "outer group") }),
		refusal("nor lets anybody out", readOnly, { provoke: (product) => leave(product, outsider, "outer group") }),
		refusal("nor is it deleted", readOnly, { provoke: (product) => dropGroup(product, "outer group") }),
		refusal(
			"no directory can be written: no account",
			readOnly,
			nowhere((product) => create(product, "newcomer")),
		),
		refusal(
			"nor a group",
			readOnly,
			nowhere((product) => makeGroup(product, "new")),
		),
		refusal("username taken by somebody else", ["target.conflict", /"FIRST" is taken by the account "first"/], {
			provoke: (product) => create(product, "FIRST"),
		}),
		refusal("a group that does not exist", ["target.missing", /nowhere/], { provoke: (product) => join(product, first, "nowhere") }),
		refusal("an account that is gone", ["target.missing", /nobody/], { provoke: (p) => update(p, "nobody" as AccountId, { email: "x" }) }),
		refusal("a group whose members administer Fisheye is not deleted", ["target.rejected", /administer Fisheye/], {
			provoke: (product) => dropGroup(product, "rollcall-admins"),
		}),
		refusal("a removal without effect is no success", nothing, {
			behaviour: { remove: "ignored" },
			provoke: (product) => leave(product, first, "staff"),
		}),
		refusal("a removal that takes more than was asked for is told", ["target.rejected", /out of fisheye-users as well/], {
			behaviour: { remove: "all" },
			provoke: (product) => leave(product, first, "staff"),
		}),
		refusal("a change that looks at passwords only is no success", nothing, {
			behaviour: { update: "password-only" },
			provoke: newAddress,
		}),
		refusal("a change of other fields than asked for is told", ["target.rejected", /"new@example.org", "first Example"/], {
			behaviour: { update: "muddled" },
			provoke: newAddress,
		}),
		refusal("an account that did not come to be", nothing, {
			behaviour: { newAccounts: "forgotten" },
			provoke: (product) => create(product, "newcomer"),
		}),
		refusal("a group that did not come to be", nothing, {
			behaviour: { newGroups: "forgotten" },
			provoke: (product) => makeGroup(product, "new"),
		}),
		refusal("a new group that makes administrators is told", ["target.rejected", /group of administrators/], {
			behaviour: { newGroups: "administrators" },
			provoke: (product) => makeGroup(product, "new"),
		}),
		refusal("an account that no address can name", ["target.rejected", /"a\/b" cannot be named/], {
			provoke: (product, stage) => join(product, stage.addAccount(fieldsOf("a/b")), "staff"),
		}),
		refusal("nor a group", ["target.rejected", /"a\/b" cannot be named/], {
			provoke: (product, stage) => {
				stage.addGroup("a/b");
				return dropGroup(product, "a/b");
			},
		}),
	];
}
