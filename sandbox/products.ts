import type { Sandbox } from "./kit/server.ts";
import type { Company } from "./world/company.ts";

/** A stand-in of some product that has been in use before, by some people of an invented company. */
export interface CompanyProduct {
	readonly sandbox: Sandbox;
	/** As people call it. */
	readonly title: string;
	/** The product's own keys of a configuration (`kind`, `url`, the log-in), one a line, and the credential files that they refer to. */
	readonly target: { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> };
	/** The group that everybody is mapped to: it lets people log in. */
	readonly users: string;
	readonly protect: { readonly accounts: readonly string[]; readonly groups: readonly string[] };
	/** What the configuration of this product has to say differently from the others; `leavers` as YAML in one line. */
	readonly leavers?: string;
	/** Where it does not take the directory's usernames as they are: the expression for `people.username`. */
	readonly username?: string;
}

export const JIRA_POLICY: Pick<CompanyProduct, "users" | "protect"> = {
	users: "jira-software-users",
	protect: { accounts: ["admin", "rollcall"], groups: ["jira-administrators"] },
};

type Start = (world: Company) => Promise<CompanyProduct>;

/** The next product: one entry here. */
const PRODUCTS: Readonly<Record<string, Start>> = {
	bamboo: async (world) => {
		const [{ startBamboo, targetOf }, { fillBamboo }] = await Promise.all([import("./bamboo/server.ts"), import("./world/bamboo.ts")]);
		const sandbox = await startBamboo({ version: "12.1" });
		fillBamboo(sandbox.population, world);
		const protect = { accounts: ["admin", "rollcall"], groups: ["bamboo-admin", "rollcall-admins"] };
		return {
			sandbox,
			title: "Bamboo",
			users: "bamboo-users",
			protect,
			leavers: "{ action: unlicense, after: { sightings: 1, period: 0s } }",
			target: targetOf(sandbox),
		};
	},
	bitbucket: async (world) => {
		const [{ startBitbucket, targetOf }, { fillBitbucket }] = await Promise.all([
			import("./bitbucket/server.ts"),
			import("./world/bitbucket.ts"),
		]);
		const sandbox = await startBitbucket({ version: "9.5" });
		fillBitbucket(sandbox.population, world);
		const protect = { accounts: ["admin", "rollcall"], groups: ["rollcall-admins"] };
		const leavers = "{ action: unlicense, after: { sightings: 1, period: 0s } }";
		return { sandbox, title: "Bitbucket", users: "stash-users", protect, leavers, target: targetOf(sandbox) };
	},
	cloud: async (world) => {
		const [{ startCloud, targetOf }, { fillCloud }] = await Promise.all([import("./cloud/server.ts"), import("./world/cloud.ts")]);
		const sandbox = await startCloud();
		fillCloud(sandbox.population, world);
		const protect = { accounts: [], groups: [] };
		return { sandbox, title: "Atlassian Cloud", users: "atlassian-users", protect, target: targetOf(sandbox) };
	},
	confluence: async (world) => {
		const [{ startConfluence, targetOf }, { fillConfluence }] = await Promise.all([
			import("./confluence/server.ts"),
			import("./world/confluence.ts"),
		]);
		const sandbox = await startConfluence({ version: "10.0" });
		fillConfluence(sandbox.population, world);
		const protect = { accounts: ["admin", "rollcall"], groups: ["confluence-administrators", "rollcall-admins"] };
		const username = 'person.username.replace("\'", "").replace("+", "-")';
		return { sandbox, title: "Confluence", users: "confluence-users", protect, username, target: targetOf(sandbox) };
	},
	crowd: async (world) => {
		const [{ configOf, startCrowd }, { fillCrowd }] = await Promise.all([import("./crowd/server.ts"), import("./world/crowd.ts")]);
		const sandbox = await startCrowd();
		fillCrowd(sandbox.directory(), world);
		const protect = { accounts: ["admin"], groups: ["crowd-administrators"] };
		return { sandbox, title: "Crowd", users: "staff", protect, target: configOf(sandbox) };
	},
	fisheye: async (world) => {
		const [{ startFisheye, targetOf }, { fillFisheye }] = await Promise.all([import("./fisheye/server.ts"), import("./world/fisheye.ts")]);
		const sandbox = await startFisheye();
		fillFisheye(sandbox.population, world);
		const protect = { accounts: ["admin", "rollcall"], groups: ["fisheye-administrators", "rollcall-admins"] };
		// Fisheye does not tell which groups let people in.
		const leavers = "{ action: unlicense, licenceGroups: [fisheye-users, crucible-users], after: { sightings: 1, period: 0s } }";
		return { sandbox, title: "Fisheye", users: "fisheye-users", protect, leavers, target: targetOf(sandbox) };
	},
	jira: async (world) => {
		const [{ startJira, targetOf }, { fillJira }] = await Promise.all([import("./jira/server.ts"), import("./world/jira.ts")]);
		const sandbox = await startJira({ version: "10.3" });
		fillJira(sandbox.population, world);
		return { ...JIRA_POLICY, sandbox, title: "Jira", target: targetOf(sandbox) };
	},
};
/** Names for `startProduct`. */
export const PRODUCT_NAMES: readonly string[] = Object.keys(PRODUCTS);

/** Starts the stand-in named in `PRODUCT_NAMES`, in use by some of these people. */
export function startProduct(name: string, world: Company): Promise<CompanyProduct> {
	return PRODUCTS[name]!(world);
}
