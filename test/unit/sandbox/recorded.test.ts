import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { AdminRole } from "../../../sandbox/keycloak/access.ts";
import type { Realm } from "../../../sandbox/keycloak/realm.ts";
import { type KeycloakSandbox, startKeycloak } from "../../../sandbox/keycloak/server.ts";
import { ask, tokenOf } from "./ask.ts";

type Row = Record<string, unknown>;
interface Example {
	readonly name: string;
	readonly request: string;
	readonly as?: string;
	readonly status: number;
	readonly body: unknown;
}

const recorded = readFileSync(new URL("recorded-keycloak.json", import.meta.url), "utf8");
const examples = (JSON.parse(recorded) as { examples: readonly Example[] }).examples;
const rowsOf = (body: unknown): Row[] => (Array.isArray(body) ? body : typeof body === "object" && body !== null ? [body as Row] : []);

const roles: Readonly<Record<string, readonly AdminRole[]>> = {
	"sync-reader": ["view-users", "query-groups", "query-users"],
	"sync-none": [],
	"sync-query-users": ["query-users"],
	"sync-query-groups": ["query-groups"],
};

/** Puts the recorded people and groups into the realm, and as many nameless groups below each group as its recorded count says. */
function fill(realm: Realm): void {
	const rows = examples.filter((one) => one.status === 200).flatMap((one) => rowsOf(one.body));
	const groups = rows.flatMap((row) => [row, ...rowsOf(row.subGroups)]).filter((row) => "path" in row);
	const parents = new Map(groups.map((group) => [group.id, group]));
	for (const { parentId } of groups) {
		if (parentId === undefined || parents.has(parentId)) continue;
		const path = String(groups.find((group) => group.parentId === parentId)?.path).split("/");
		parents.set(parentId, { id: parentId, name: path.length === 3 ? path[1] : `${path[1]}/${path[2]}`, filler: path.length });
	}
	// Whole forms come last, so that attributes and descriptions are the recorded ones.
	const whole = [...parents.values()].map(
		(group) => ({ ...group, ...groups.find((one) => one.id === group.id && "attributes" in one) }) as Row,
	);
	for (const group of whole.filter((one) => one.parentId === undefined)) addGroup(realm, group, undefined);
	for (const group of whole.filter((one) => one.parentId !== undefined)) addGroup(realm, group, group.parentId as string);
	for (const group of groups) {
		while (realm.childrenOf(group.id as string).length < Number(group.subGroupCount ?? 0)) {
			realm.addGroup({ name: `~${realm.groups.size}`, parentId: group.id as string });
		}
	}
	for (const { request, body } of examples) {
		const empty = JSON.stringify(body) === "[]" ? /groups\/([^/]+)\/members/.exec(request)?.[1] : undefined;
		if (empty !== undefined) realm.addGroup({ id: empty, name: "empty" });
	}
	for (const user of rows.filter((row) => "username" in row)) addUser(realm, user);
}

function addGroup(realm: Realm, group: Row, parentId: string | undefined): void {
	const attributes = (group.attributes ?? {}) as Record<string, string[]>;
	const description = group.description === undefined ? {} : { description: group.description as string };
	realm.addGroup({
		id: group.id as string,
		name: group.name as string,
		...description,
		...(parentId === undefined ? {} : { parentId }),
		attributes,
	});
}

function addUser(realm: Realm, user: Row): void {
	const { access: _access, totp: _totp, disableableCredentialTypes: _types, requiredActions: _actions, notBefore: _before, ...kept } = user;
	const service = /^service-account-(.+)$/.exec(String(user.username))?.[1];
	if (realm.users.has(user.id as string)) {
		if (user.attributes !== undefined) realm.updateUser(user.id as string, { attributes: user.attributes as Record<string, string[]> });
	} else realm.addUser({ ...kept, username: String(user.username), ...(service === undefined ? {} : { serviceAccountOf: service }) });
}

describe("the Keycloak stand-in gives what a real Keycloak 26.7.4 gave", () => {
	let keycloak: KeycloakSandbox;
	beforeAll(async () => {
		keycloak = await startKeycloak({ clients: [] });
		fill(keycloak.realm);
		for (const [clientId, granted] of Object.entries(roles)) keycloak.addClient({ clientId, secret: "s", roles: granted });
	});
	afterAll(() => keycloak.close());

	/** Joins the recorded people to the groups whose members were recorded, as the request needs it. */
	function join(path: string, rows: readonly Row[]): void {
		const members = /groups\/([^/]+)\/members/.exec(path)?.[1];
		const own = /users\/([^/]+)\/groups/.exec(path)?.[1];
		for (const row of rows) {
			if (members !== undefined) keycloak.realm.addMember(members, row.id as string);
			if (own !== undefined) keycloak.realm.addMember(row.id as string, own);
		}
	}

	// Pages were recorded from a larger realm: everything is asked for, and the recorded rows are looked up by id.
	const wholeList = (path: string): string => path.replace(/([?&])first=\d+/, "$1first=0").replace(/([?&])max=\d+/, "$1max=-1");

	test.each(examples.map((one) => [one.name, one] as const))("%s", async (_name, example) => {
		const path = example.request.slice("GET ".length);
		const rows = example.status === 200 ? rowsOf(example.body) : [];
		join(path, rows);
		const headers = example.as === undefined ? {} : { authorization: `Bearer ${await tokenOf(keycloak, example.as, "s")}` };
		const answer = await ask(`${keycloak.url}${wholeList(path)}`, { headers });
		expect(answer.status).toBe(example.status);
		if (path.includes("/count")) expect(typeof answer.json).toBe(typeof example.body);
		else if (Array.isArray(example.body) && example.body.length > 0) {
			const answered = rowsOf(answer.json);
			// As text, so that the order of the keys counts too.
			for (const row of rows) expect(JSON.stringify(answered.find((one) => one.id === row.id))).toBe(JSON.stringify(row));
		} else expect(JSON.stringify(answer.json)).toBe(JSON.stringify(example.body));
	});
});
