import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { OpenAmServer } from "./server.ts";
import { asAdmin, ldif, ssoadm } from "./setup.ts";
import { baseOf, groupDn, personDn, type World, worldLdif } from "./world.ts";

const run = promisify(execFile);

/** entryUUID by DN as world.ts writes it, and as the embedded OpenDJ itself tells it: the truth comes by another way than the reading. */
export type Ids = Readonly<Record<string, string>>;

/**
 * Fills realm /, makes the realms /sub (a store of its own), /sub/deep and /twin (which repeat their parent's people),
 * shows entryUUID, and gives `rollcall` the one right that it needs.
 */
export async function seed(server: OpenAmServer, world: World): Promise<Ids> {
	// The setup makes one person of its own.
	await ldif(server, `dn: uid=demo,ou=people,${baseOf("/")}\nchangetype: delete\n`);
	await ldif(server, worldLdif(world));
	await makeRealm(server, "/", "sub");
	const store = "sun-idrepo-ldapv3-config";
	await ssoadm(server, "update-datastore", [
		...ofStore("/sub"),
		["attributevalues", `${store}-organization_name=${baseOf("/sub")}`],
		["attributevalues", `${store}-psearchbase=${baseOf("/sub")}`],
	]);
	for (const realm of ["/", "/sub"] as const) await show(server, realm, ["entryUUID"]);
	await makeRealm(server, "/sub", "deep");
	await makeRealm(server, "/", "twin");
	// The command swaps name and id.
	await ssoadm(server, "create-sub-cfg", [
		["servicename", "sunAMDelegationService"],
		["subconfigname", "Privileges/Privilege"],
		["subconfigid", "IdentityReadAccess"],
		["attributevalues", "listOfPermissions=DatastoresReadOnly"],
	]);
	await grant(server, "readers", "IdentityReadAccess");
	await grant(server, "admins", "RealmAdmin");
	return idsOf(server, world);
}

const ofStore = (realm: string) =>
	[
		["realm", realm],
		["name", "embedded"],
	] as const;

async function makeRealm(server: OpenAmServer, parentPath: string, name: string): Promise<void> {
	await asAdmin(server, "/global-config/realms?_action=create", { method: "POST", body: { name, parentPath, active: true, aliases: [] } });
}

/** To a group: people cannot be given privileges. */
async function grant(server: OpenAmServer, group: string, privilege: string): Promise<void> {
	await ssoadm(server, "add-privileges", [
		["realm", "/"],
		["idname", group],
		["idtype", "group"],
		["privileges", privilege],
	]);
}

/** Adds to the attributes that the data store shows; the whole list must be sent. */
async function show(server: OpenAmServer, realm: string, names: readonly string[]): Promise<void> {
	const lists = ["sun-idrepo-ldapv3-config-user-attributes", "sun-idrepo-ldapv3-config-group-attributes"];
	const printed = await ssoadm(server, "show-datastore", ofStore(realm));
	const shown = printed.split("\n").filter((line) => lists.some((list) => line.startsWith(`${list}=`)));
	if (shown.length < 50) throw new Error(`the store of ${realm} shows ${shown.length} attributes`);
	const all = [...shown.map((line) => line.trim()), ...lists.flatMap((list) => names.map((name) => `${list}=${name}`))];
	await ssoadm(server, "update-datastore", [...ofStore(realm), ...all.map((value) => ["attributevalues", value] as const)]);
}

/** The most rows that a list may have; 0: no limit. Holds at once. */
export async function limitRows(server: OpenAmServer, realm: string, rows: number): Promise<void> {
	await ssoadm(server, "update-datastore", [...ofStore(realm), ["attributevalues", `sun-idrepo-ldapv3-config-max-result=${rows}`]]);
}

/** Any change of a data store makes OpenAM open it anew, and forget whom it remembers as missing. */
export async function forgetMissing(server: OpenAmServer, realm: string): Promise<void> {
	await limitRows(server, realm, 999);
	await limitRows(server, realm, 1_000);
}

async function idsOf(server: OpenAmServer, world: World): Promise<Ids> {
	const search = ["-x", "-LLL", "-o", "ldif-wrap=no", "-H", server.ldap, "-D", "cn=Directory Manager", "-w", "rollcall-manager"];
	const filter = "(|(uid=*)(objectClass=groupOfUniqueNames))";
	const { stdout } = await run("ldapsearch", [...search, "-b", baseOf("/"), filter, "uid", "cn", "entryUUID"], { maxBuffer: 64e6 });
	const ids: Record<string, string> = {};
	for (const entry of stdout.split("\n\n")) {
		const [dn, uid, cn, id] = ["dn", "uid", "cn", "entryUUID"].map((name) => valueIn(entry, name));
		if (dn === undefined || id === undefined) continue;
		const realm = dn.endsWith(`,${baseOf("/sub")}`) ? "/sub" : "/";
		// OpenDJ escapes fewer characters than it might.
		ids[uid === undefined ? groupDn({ realm, name: cn ?? "" }) : personDn({ realm, uid })] = id;
	}
	for (const dn of [...world.people.map(personDn), ...world.groups.map(groupDn)])
		if (ids[dn] === undefined) throw new Error(`${dn} was not seeded`);
	return ids;
}

function valueIn(entry: string, name: string): string | undefined {
	const found = new RegExp(`^${name}(::?) (.*)$`, "m").exec(entry);
	return found === null ? undefined : found[1] === "::" ? Buffer.from(found[2]!, "base64").toString("utf8") : found[2];
}
