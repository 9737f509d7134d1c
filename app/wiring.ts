import { hostname } from "node:os";
import { type Config, compile } from "../config/load.ts";
import { type ResolvedNetwork, resolveNetwork } from "../config/network.ts";
import type { ProductConfig, SourceConfig } from "../config/schema.ts";
import type { HttpLog } from "../connectors/http/log.ts";
import type { Connector, Progress } from "../core/connector.ts";
import type { DiffRules } from "../core/diff/input.ts";
import { type Mark, ownershipMark } from "../core/mark.ts";
import type { Digest } from "../core/model.ts";
import type { AtlassianProduct, ReadableProduct } from "../core/product.ts";
import { WritePermit } from "../core/run/permit.ts";
import type { PlanParts } from "../core/run/plan.ts";
import type { Store, StoreReader } from "../core/store/store.ts";
import { entraLogin } from "./entra-login.ts";
import { googleAuth } from "./google-auth.ts";
import { jumpcloudAuth } from "./jumpcloud-auth.ts";
import { oktaAuth } from "./okta-auth.ts";
import { personAuth } from "./person-auth.ts";
import { scimAuth } from "./scim-auth.ts";

type Open<Config, Opened> = (config: Config, tools: { readonly network: ResolvedNetwork; readonly log?: HttpLog }) => Promise<Opened>;
type OpenSource<Kind extends SourceConfig["kind"]> = Open<Extract<SourceConfig, { kind: Kind }>, Connector>;

/** Only this file knows which vendor is which; SDKs are loaded when the first of their kind is opened. */
const SOURCES: { readonly [Kind in SourceConfig["kind"]]: OpenSource<Kind> } = {
	activedirectory: async (config, tools) =>
		(await import("../connectors/idp/activedirectory/connector.ts")).activedirectory({
			...config,
			...tools,
			password: await config.password.resolve(),
		}),
	crowd: async (config, tools) =>
		(await import("../connectors/idp/crowd/connector.ts")).crowd({ ...config, ...tools, password: await config.password.resolve() }),
	entra: async (config, tools) =>
		(await import("../connectors/idp/entra/connector.ts")).entra({ ...config, ...tools, login: await entraLogin(config.login) }),
	files: async (config, tools) => (await import("../connectors/idp/files/connector.ts")).files({ ...config, ...tools }),
	google: async (config, tools) =>
		(await import("../connectors/idp/google/connector.ts")).google({ ...config, ...tools, auth: await googleAuth(config.auth) }),
	jumpcloud: async (config, tools) =>
		(await import("../connectors/idp/jumpcloud/connector.ts")).jumpcloud({ ...config, ...tools, auth: await jumpcloudAuth(config.auth) }),
	keycloak: async (config, tools) =>
		(await import("../connectors/idp/keycloak/connector.ts")).keycloak({
			...config,
			...tools,
			clientSecret: await config.clientSecret.resolve(),
		}),
	ldap: async (config, tools) =>
		(await import("../connectors/idp/ldap/connector.ts")).ldap({ ...config, ...tools, password: await config.password.resolve() }),
	okta: async (config, tools) =>
		(await import("../connectors/idp/okta/connector.ts")).okta({ ...config, ...tools, auth: await oktaAuth(config.auth) }),
	onelogin: async (config, tools) =>
		(await import("../connectors/idp/onelogin/connector.ts")).onelogin({
			...config,
			...tools,
			clientSecret: await config.clientSecret.resolve(),
		}),
	openam: async (config, tools) =>
		(await import("../connectors/idp/openam/connector.ts")).openam({ ...config, ...tools, password: await config.password.resolve() }),
	scim: async (config, tools) =>
		(await import("../connectors/idp/scim/connector.ts")).scim({ ...config, ...tools, auth: await scimAuth(config.auth) }),
};

export async function openConnector(config: SourceConfig, log: HttpLog | undefined): Promise<Connector> {
	const open = SOURCES[config.kind] as Open<SourceConfig, Connector>;
	return open(config, { network: await resolveNetwork(config.network), ...(log ? { log } : {}) });
}

type OpenTarget<Kind extends ProductConfig["kind"]> = (
	config: Extract<ProductConfig, { kind: Kind }>,
	tools: { readonly network: ResolvedNetwork; readonly log?: HttpLog; readonly beforeWrite: () => Promise<void> },
) => Promise<AtlassianProduct>;

const PRODUCTS: { readonly [Kind in ProductConfig["kind"]]: OpenTarget<Kind> } = {
	bamboo: async (config, tools) =>
		(await import("../connectors/atlassian/bamboo/product.ts")).bamboo({ ...config, ...tools, auth: await personAuth(config.auth) }),
	bitbucket: async (config, tools) =>
		(await import("../connectors/atlassian/bitbucket/product.ts")).bitbucket({ ...config, ...tools, auth: await personAuth(config.auth) }),
	cloud: async ({ organizationKey, ...config }, tools) =>
		(await import("../connectors/atlassian/cloud/product.ts")).cloud({
			...config,
			...tools,
			key: await config.key.resolve(),
			...(organizationKey === undefined ? {} : { organizationKey: await organizationKey.resolve() }),
		}),
	confluence: async (config, tools) =>
		(await import("../connectors/atlassian/confluence/product.ts")).confluence({
			...config,
			...tools,
			auth: await personAuth(config.auth),
		}),
	crowd: async (config, tools) =>
		(await import("../connectors/atlassian/crowd/product.ts")).crowd({ ...config, ...tools, password: await config.password.resolve() }),
	fisheye: async (config, tools) =>
		(await import("../connectors/atlassian/fisheye/product.ts")).fisheye({ ...config, ...tools, auth: await personAuth(config.auth) }),
	jira: async ({ auth, userServer, ...config }, tools) =>
		(await import("../connectors/atlassian/jira/product.ts")).jira({
			...config,
			...tools,
			...(auth === undefined ? {} : { auth: await personAuth(auth) }),
			...(userServer === undefined ? {} : { userServer: { ...userServer, password: await userServer.password.resolve() } }),
		}),
};

export interface OpenProduct {
	readonly product: AtlassianProduct;
	readonly permit: WritePermit;
	readonly mark: Mark | undefined;
}
export async function openProduct(config: ProductConfig, log: HttpLog | undefined): Promise<OpenProduct> {
	const permit = new WritePermit();
	const open = PRODUCTS[config.kind] as OpenTarget<ProductConfig["kind"]>;
	const network = await resolveNetwork(config.network);
	const product = await open(config, { network, beforeWrite: () => permit.check(), ...(log ? { log } : {}) });
	return { product, permit, mark: config.mark && ownershipMark(config.mark.attribute, config.id, await config.mark.key.resolve()) };
}

export async function openStore(
	config: Config,
	options: { readonly readOnly: boolean; readonly tell: (line: string) => void },
): Promise<Store> {
	const { openSqliteStore } = await import("../core/store/sqlite/open.ts");
	return openSqliteStore({ path: config.store.sqlite, readOnly: options.readOnly, log: options.tell });
}

/** What the flags of one command add to the configuration. */
export interface RunFlags {
	readonly override?: Digest;
	readonly firstRunRemovals: boolean;
	readonly productMoved?: boolean;
	/** Links only, by the marks in the accounts. */
	readonly relink?: boolean;
}

export interface Opened {
	readonly sources: readonly Connector[];
	readonly target: OpenProduct;
	close(): Promise<void>;
}
/** Everything one product's run talks to, opened in the order of precedence; closed together. */
export async function openFor(config: Config, product: ProductConfig, log: HttpLog | undefined): Promise<Opened> {
	const sources: Connector[] = [];
	for (const id of product.policy.from) sources.push(await openConnector(config.sources.get(id)!, log));
	const target = await openProduct(product, log);
	return { sources, target, close: async () => void (await Promise.all([...sources, target.product].map((each) => each.close()))) };
}

export function planParts(
	config: Config,
	product: ProductConfig,
	opened: {
		sources: readonly Connector[];
		product: ReadableProduct;
		mark: Mark | undefined;
		store: StoreReader;
		flags: RunFlags;
		progress: Progress;
	},
): PlanParts {
	const { sources, store, flags, progress } = opened;
	return {
		sources,
		product: opened.product,
		policy: compile(config).get(product.id)!,
		rules: { ...rulesOf(product, flags), ...(opened.mark === undefined ? {} : { mark: opened.mark }) },
		limits: product.limits,
		shrink: product.shrink,
		store,
		progress,
		clock: () => performance.now(),
		...(flags.override === undefined ? {} : { override: flags.override }),
		...(flags.productMoved ? { productMoved: true } : {}),
		...(flags.relink ? { relink: true } : {}),
	};
}

function rulesOf(product: ProductConfig, flags: RunFlags): DiffRules {
	return {
		posture: product.posture,
		adopt: product.adopt,
		createMissingGroups: product.policy.groups.createMissing,
		strangers: product.policy.groups.strangers,
		leavers: product.leavers,
		protectAccounts: product.protect.accounts,
		protectGroups: product.protect.groups,
		protectStated: product.protect.stated,
		allowFirstRunRemovals: flags.firstRunRemovals,
	};
}

/** For the lease's holder: enough for a person to find the process. */
export const holderName = (): string => `${hostname()}, process ${process.pid}`;
