import { basicOf, bearerOf, type Call, Refused } from "../kit/http.ts";
import type { Population } from "./population.ts";
import { type ConfluenceAccount, folded } from "./records.ts";
import { page } from "./refusals.ts";
import type { ConfluenceBehaviour } from "./versions.ts";

/** Looks at the credentials of a request, counts failed log-ins. */
export class LogIn {
	readonly #population: Population;
	readonly #failures = new Map<string, number>();

	constructor(population: Population) {
		this.#population = population;
	}

	/** The account that calls; `undefined` is nobody (anonymous). @throws Refused 401 or 403 for log-ins that failed. */
	caller(call: Call, behaviour: ConfluenceBehaviour): ConfluenceAccount | undefined {
		const header = call.headers.authorization;
		const basic = basicOf(header);
		if (basic !== undefined) return this.#byPassword(basic, behaviour);
		const token = bearerOf(header);
		if (token === undefined) return undefined;
		const id = this.#population.tokens.get(token);
		const owner = id === undefined ? undefined : this.#population.accounts.get(id);
		if (owner?.active) return owner;
		if (behaviour.badToken === "refused") throw denied("AUTHENTICATED_FAILED", 401);
		return undefined;
	}

	#byPassword(basic: { readonly name: string; readonly password: string }, behaviour: ConfluenceBehaviour): ConfluenceAccount {
		const name = folded(basic.name);
		const failures = this.#failures.get(name) ?? 0;
		if (failures >= behaviour.captchaAfter) throw denied("AUTHENTICATION_DENIED", 403);
		const account = this.#population.named(basic.name);
		if (behaviour.basic && account?.active && account.password !== undefined && account.password === basic.password) {
			this.#failures.delete(name);
			return account;
		}
		if (behaviour.basic) this.#failures.set(name, failures + 1);
		throw denied("AUTHENTICATED_FAILED", 401);
	}
}

/** Seraph says why in a header; the body is a page. */
const denied = (reason: string, status: 401 | 403): Refused =>
	new Refused(page(status, `HTTP Status ${status}`, { "X-Seraph-LoginReason": reason, "WWW-Authenticate": 'Basic realm="Confluence"' }));
