import type { JiraSandbox } from "../../../sandbox/jira/server.ts";
import type { KeycloakSandbox } from "../../../sandbox/keycloak/server.ts";

export interface Answered {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** Parsed; `undefined` when it is not JSON. */
	readonly json: unknown;
}

export interface Asked {
	readonly method?: string;
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

export async function ask(url: string, asked: Asked = {}): Promise<Answered> {
	const { method = "GET", body } = asked;
	const type = body === undefined || body instanceof URLSearchParams ? {} : { "content-type": "application/json" };
	const headers = { ...type, ...asked.headers };
	const sent = body === undefined ? {} : { body: body instanceof URLSearchParams ? body : JSON.stringify(body) };
	const response = await fetch(url, { method, headers, ...sent });
	const text = await response.text();
	return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Speaks to the Jira stand-in with the token of `rollcall`. */
export const jiraAsker =
	(jira: JiraSandbox) =>
	(method: string, path: string, body?: unknown): Promise<Answered> =>
		ask(`${jira.url}/rest/api/2${path}`, {
			method,
			headers: { authorization: `Bearer ${jira.credentials.token}` },
			...(body === undefined ? {} : { body }),
		});

export async function tokenOf(keycloak: KeycloakSandbox, clientId: string, secret: string): Promise<string> {
	const body = new URLSearchParams({ grant_type: "client_credentials", client_id: clientId, client_secret: secret });
	const answer = await ask(`${keycloak.url}/realms/acme/protocol/openid-connect/token`, { method: "POST", body });
	return (answer.json as { access_token: string }).access_token;
}

/** Speaks to the admin API of the Keycloak stand-in with one token. */
export const keycloakAsker =
	(keycloak: KeycloakSandbox, token: string) =>
	(path: string, asked: Asked = {}): Promise<Answered> =>
		ask(`${keycloak.url}/admin/realms/acme${path}`, { ...asked, headers: { authorization: `Bearer ${token}` } });

/** Lets events happen until the condition holds. @throws Error after very many turns. */
export async function until(holds: () => boolean): Promise<void> {
	for (let turns = 0; turns < 200_000; turns += 1) {
		if (holds()) return;
		await new Promise((resolve) => setImmediate(resolve));
	}
	throw new Error("it never came to hold");
}
