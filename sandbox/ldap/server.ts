import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, createServer as createTlsServer, type SecureContext } from "node:tls";
import { ExchangeLog } from "../kit/exchange.ts";
import { Faults } from "../kit/faults.ts";
import type { Sandbox } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { activeDirectoryWays, type DomainName, domainNamed } from "./active-directory.ts";
import { layoutOf, Population } from "./population.ts";
import { type LdapQuirks, plainQuirks } from "./quirks.ts";
import { Session } from "./session.ts";
import { type Caller, Site } from "./site.ts";
import { Tree, type TreeState } from "./tree.ts";
import { type LdapVendor, PLAIN_WAYS } from "./vendors.ts";

export interface LdapOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Of this machine only. Default 127.0.0.1. */
	readonly address?: `127.0.0.${number}`;
	/** Default `openldap`. */
	readonly vendor?: LdapVendor;
	/** With `activedirectory`: the domain's name. Default `ad.example.com`. */
	readonly domain?: string;
	readonly quirks?: Partial<LdapQuirks>;
	/** PEM. `implicit`: TLS from the first byte (ldaps://); otherwise StartTLS is offered. */
	readonly tls?: { readonly key: string; readonly cert: string; readonly implicit: boolean };
	/** The tree is kept in this file from run to run. */
	readonly stateFile?: string;
}

export interface LdapSandbox extends Sandbox {
	readonly vendor: LdapVendor;
	readonly suffix: string;
	readonly domain: DomainName | undefined;
	/** Change entries here. */
	readonly tree: Tree;
	readonly quirks: LdapQuirks;
	/** An account that may read, and the administrator. */
	readonly credentials: { readonly account: string; readonly password: string };
	readonly administrator: { readonly account: string; readonly password: string };
	readonly peopleBase: string;
	readonly groupBase: string;
	/** Log-ins that succeeded. */
	readonly logIns: number;
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** One more account that may read (with several domains: the same in each). */
	trust(account: string, password: string): void;
	/** Replaces everybody and every group by this company; ids stay those of the company, in the vendor's form. */
	load(company: Company): void;
}

const PASSWORD = "sandbox-reader-password";
const ADMIN_PASSWORD = "sandbox-admin-password";

/** Starts a stand-in of an LDAP server on the loopback interface: it is logged in to, searched, and nothing else. */
export async function startLdap(options: LdapOptions = {}): Promise<LdapSandbox> {
	const vendor = options.vendor ?? "openldap";
	const domain = vendor === "activedirectory" ? domainNamed(options.domain ?? "ad.example.com") : undefined;
	const earlier = options.stateFile === undefined ? undefined : StateFile.load<TreeState>(options.stateFile);
	let state: StateFile<TreeState> | undefined;
	const tree = new Tree(() => state?.changed());
	const ways = vendor === "activedirectory" ? activeDirectoryWays(domain as DomainName) : PLAIN_WAYS[vendor];
	const quirks: LdapQuirks = { ...plainQuirks, ...options.quirks };
	const population = new Population(tree, vendor, { suffix: ways.suffix, ...(domain === undefined ? {} : { domain }) });
	if (earlier === undefined) population.containers();
	else tree.restore(earlier);
	if (options.stateFile !== undefined) state = new StateFile(options.stateFile, () => tree.state());
	const [reader, administrator] = accountsOf(vendor, ways.suffix, domain);
	const accounts: Account[] = [reader, administrator];
	const door = new Door(new Site(tree, ways, quirks), accounts, options.tls);
	const address = options.address ?? "127.0.0.1";
	const port = await door.listen(options.port ?? 0, address);
	const layout = layoutOf(vendor, ways.suffix);
	return {
		url: `${options.tls?.implicit === true ? "ldaps" : "ldap"}://${address}:${port}`,
		vendor,
		suffix: ways.suffix,
		domain,
		faults: door.faults,
		exchanges: door.log.kept,
		get busiest() {
			return door.busiest;
		},
		get logIns() {
			return door.logIns;
		},
		onExchange: (listener) => door.log.listen(listener),
		tree,
		quirks,
		credentials: { account: reader.names[0] as string, password: PASSWORD },
		administrator: { account: administrator.names[0] as string, password: ADMIN_PASSWORD },
		peopleBase: layout.people,
		groupBase: layout.groups,
		restored: earlier !== undefined,
		trust: (account, password) => void accounts.push({ names: [account], password, administrator: false }),
		load: (company) => population.load(company),
		close: async () => {
			await door.close();
			state?.flush();
		},
	};
}

/** One `kind: ldap` source for this stand-in, and the credential it refers to. */
export function configOf(sandbox: LdapSandbox): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } {
	const yaml = [
		"kind: ldap",
		`url: ${sandbox.url}`,
		"startTls: false",
		`account: ${JSON.stringify(sandbox.credentials.account)}`,
		"password: ${credential:ldap}",
		`peopleBases: [${JSON.stringify(sandbox.peopleBase)}]`,
		`groupBases: [${JSON.stringify(sandbox.groupBase)}]`,
	].join("\n");
	return { yaml: `${yaml}\n`, secrets: { ldap: sandbox.credentials.password } };
}

interface Account {
	/** Every name that the server takes for it. */
	readonly names: readonly string[];
	readonly password: string;
	readonly administrator: boolean;
}

function accountsOf(vendor: LdapVendor, suffix: string, domain: DomainName | undefined): readonly [Account, Account] {
	const own = (reader: readonly string[], admin: readonly string[]): readonly [Account, Account] => [
		{ names: reader, password: PASSWORD, administrator: false },
		{ names: admin, password: ADMIN_PASSWORD, administrator: true },
	];
	if (domain !== undefined) {
		const netbios = domain.dns.split(".")[0]?.toUpperCase();
		const forms = (name: string) => [`${name}@${domain.dns}`, `${netbios}\\${name}`, `CN=${name},CN=Users,${suffix}`];
		return own(forms("svc-rollcall"), forms("Administrator"));
	}
	const { accounts } = layoutOf(vendor, suffix);
	return own([`uid=rollcall,${accounts}`], [vendor === "openldap" ? `cn=admin,${suffix}` : "cn=Directory Manager"]);
}

/** Listens, and keeps the connections. */
class Door {
	readonly faults = new Faults();
	readonly log = new ExchangeLog();
	readonly #server: Server;
	readonly #sessions = new Set<Session>();
	#open = 0;
	busiest = 0;
	logIns = 0;

	constructor(site: Site, accounts: readonly Account[], tls: LdapOptions["tls"]) {
		const context = tls === undefined ? undefined : createSecureContext({ key: tls.key, cert: tls.cert });
		const receive = (socket: Socket) => this.#receive(socket, { site, accounts, context });
		this.#server =
			tls?.implicit === true ? createTlsServer({ key: tls.key, cert: tls.cert }, receive) : createServer({ noDelay: true }, receive);
		// A client that hangs up during the handshake.
		this.#server.on("tlsClientError", () => undefined);
	}

	async listen(port: number, address: string): Promise<number> {
		await new Promise<void>((resolve, reject) => {
			this.#server.once("error", reject);
			this.#server.listen(port, address, () => resolve());
		});
		return (this.#server.address() as AddressInfo).port;
	}

	async close(): Promise<void> {
		for (const session of this.#sessions) session.drop();
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}

	#receive(
		socket: Socket,
		how: { readonly site: Site; readonly accounts: readonly Account[]; readonly context: SecureContext | undefined },
	): void {
		const login = (name: string, password: string): Caller | undefined => {
			const account = how.accounts.find(
				(one) => one.password === password && one.names.some((known) => known.toLowerCase() === name.toLowerCase()),
			);
			if (account === undefined) return undefined;
			this.logIns += 1;
			return { name, administrator: account.administrator };
		};
		const opened = (change: 1 | -1) => {
			this.#open += change;
			this.busiest = Math.max(this.busiest, this.#open);
		};
		const session = new Session(socket, { site: how.site, faults: this.faults, log: this.log, tls: how.context, login, opened });
		this.#sessions.add(session);
		socket.once("close", () => {
			session.drop();
			this.#sessions.delete(session);
		});
	}
}
