import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { HOST, logTail, type OpenAmServer, PORT } from "./server.ts";

const run = promisify(execFile);

/** The suffix of the embedded OpenDJ, in which configuration and people live. */
export const SUFFIX = "dc=openam,dc=example,dc=com";
const ADMIN = { username: "amadmin", password: "rollcall-admin" } as const;
const MANAGER = { dn: "cn=Directory Manager", password: "rollcall-manager" } as const;

/** The first setup, as the page for it does it: one form, most of a minute. */
export async function setUp(server: OpenAmServer): Promise<void> {
	const form = new URLSearchParams({
		SERVER_URL: `http://${HOST}:${PORT}`,
		BASE_DIR: join(server.folder, "config"),
		ROOT_SUFFIX: SUFFIX,
		locale: "en_US",
		PLATFORM_LOCALE: "en_US",
		COOKIE_DOMAIN: "test.local",
		ADMIN_PWD: ADMIN.password,
		ADMIN_CONFIRM_PWD: ADMIN.password,
		AMLDAPUSERPASSWD: `x${ADMIN.password}`,
		AMLDAPUSERPASSWD_CONFIRM: `x${ADMIN.password}`,
		DATA_STORE: "embedded",
		DIRECTORY_SSL: "SIMPLE",
		DIRECTORY_SERVER: "localhost",
		DIRECTORY_PORT: "50389",
		DIRECTORY_ADMIN_PORT: "4444",
		DIRECTORY_JMX_PORT: "1689",
		DS_DIRMGRDN: MANAGER.dn,
		DS_DIRMGRPASSWD: MANAGER.password,
		acceptLicense: "true",
	});
	const answer = await fetch(`${server.url}/config/configurator`, { method: "POST", body: form, signal: AbortSignal.timeout(280_000) });
	const text = await answer.text();
	if (!text.includes("Configuration complete")) {
		const said = text.replace(/<[^>]*>|\s+/g, " ").slice(0, 600);
		throw new Error(`OpenAM could not be set up: ${answer.status} ${said}\n${logTail(server)}`);
	}
	// OpenDJ logs every operation with all of 90 attribute names: 10 MB a list of people.
	const off = (name: string) => `dn: cn=${name},cn=Loggers,cn=config\nchangetype: modify\nreplace: ds-cfg-enabled\nds-cfg-enabled: false\n`;
	await ldif(server, `${off("File-Based Access Logger")}\n${off("Json File-Based Access Logger")}`);
}

/** Changes in the embedded OpenDJ, behind OpenAM's back. Records without `changetype` are added. */
export async function ldif(server: OpenAmServer, text: string): Promise<void> {
	const file = join(server.folder, "change.ldif");
	writeFileSync(file, text);
	await run("ldapmodify", ["-a", "-x", "-H", server.ldap, "-D", MANAGER.dn, "-w", MANAGER.password, "-f", file], { maxBuffer: 64e6 });
}

/** A session of somebody's; of `amadmin` when nobody is named. `realm`: one below the top-level one. */
export async function logIn(
	server: OpenAmServer,
	who: { readonly username: string; readonly password: string } = ADMIN,
	realm: "" | `/${string}` = "",
): Promise<string> {
	const answer = await fetch(`${server.url}/json/realms/root${realm.replaceAll("/", "/realms/")}/authenticate`, {
		method: "POST",
		body: "{}",
		headers: {
			"content-type": "application/json",
			"accept-api-version": "resource=2.0, protocol=1.0",
			"x-openam-username": who.username,
			"x-openam-password": who.password,
		},
	});
	const { tokenId } = (await answer.json()) as { readonly tokenId?: string };
	if (tokenId === undefined) throw new Error(`${who.username} cannot log in: ${answer.status}`);
	return tokenId;
}

/** One request by REST, as administrator. Throws unless the status is 2xx. */
export async function asAdmin(
	server: OpenAmServer,
	path: string,
	init: { readonly method: string; readonly body?: unknown },
): Promise<unknown> {
	const answer = await fetch(`${server.url}/json${path}`, {
		method: init.method,
		...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
		headers: {
			iPlanetDirectoryPro: await logIn(server),
			"content-type": "application/json",
			"accept-api-version": "resource=1.0",
		},
	});
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${init.method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
	return JSON.parse(text);
}

type Setting = readonly [name: string, value: string];

/** A command of the administration tool, by its page; gives what it printed. Values of one name may repeat. */
export async function ssoadm(server: OpenAmServer, command: string, settings: readonly Setting[]): Promise<string> {
	const body = new URLSearchParams();
	for (const [name, value] of settings) body.append(name, value);
	const answer = await fetch(`${server.url}/ssoadm.jsp?cmd=${command}&submit=`, {
		method: "POST",
		body,
		headers: { cookie: `iPlanetDirectoryPro=${await logIn(server)}` },
		signal: AbortSignal.timeout(120_000),
	});
	const html = await answer.text();
	const printed = plain(/<pre>([\s\S]*?)<\/pre>/.exec(html)?.[1] ?? "");
	if (!html.includes("CLI Exit Code: 0 ")) throw new Error(`ssoadm ${command}: ${plain(html).slice(0, 600)}`);
	return printed;
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };
const plain = (html: string): string =>
	html
		.replace(/<[^>]*>/g, "")
		.replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
		.replace(/&(\w+);/g, (whole, name: string) => NAMED[name] ?? whole);
