import { basicOf, bearerOf, type Call, Refused } from "../kit/http.ts";
import type { Lookup } from "./lookup.ts";
import { administrators, type Population } from "./population.ts";
import { folded, type JiraAccount } from "./records.ts";
import { errorAnswer, page } from "./refusals.ts";
import type { JiraBehaviour } from "./versions.ts";

/** Looks at the credentials of a request, counts failed log-ins. */
export class LogIn {
	readonly #population: Population;
	readonly #lookup: Lookup;
	readonly #failures = new Map<string, number>();
	readonly #origin: () => string;

	constructor(population: Population, lookup: Lookup, origin: () => string) {
		this.#population = population;
		this.#lookup = lookup;
		this.#origin = origin;
	}

	/** The account that calls; `undefined` is nobody (anonymous). @throws Refused 401 or 403 for log-ins that failed. */
	caller(call: Call, behaviour: JiraBehaviour): JiraAccount | undefined {
		const header = call.headers.authorization;
		const basic = basicOf(header);
		if (basic !== undefined) return this.#byPassword(basic, behaviour);
		const token = bearerOf(header);
		if (token === undefined || !behaviour.tokens) return undefined;
		const id = this.#population.tokens.get(token);
		const owner = id === undefined ? undefined : this.#population.accounts.get(id);
		if (owner?.active) return owner;
		if (behaviour.badToken === "refused") throw new Refused(this.#denied("AUTHENTICATED_FAILED", 401));
		return undefined;
	}

	/** Administrators are the members of jira-administrators, also through subgroups. */
	isAdministrator(account: JiraAccount): boolean {
		const group = this.#population.groups.get(administrators);
		return group !== undefined && this.#lookup.isMember(group, account.id);
	}

	/** What an administrator does in the user's page: failed log-ins are forgotten. */
	resetFailures(name: string): void {
		this.#failures.delete(folded(name));
	}

	#byPassword(basic: { readonly name: string; readonly password: string }, behaviour: JiraBehaviour): JiraAccount {
		const name = folded(basic.name);
		const failures = this.#failures.get(name) ?? 0;
		if (failures >= behaviour.captchaAfter) throw new Refused(this.#denied("AUTHENTICATION_DENIED", 403));
		const account = this.#population.named(basic.name);
		if (behaviour.basic && account?.active && account.password !== undefined && account.password === basic.password) {
			this.#failures.delete(name);
			return account;
		}
		if (behaviour.basic) this.#failures.set(name, failures + 1);
		throw new Refused(this.#denied("AUTHENTICATED_FAILED", 401));
	}

	#denied(reason: string, status: 401 | 403): ReturnType<typeof page> {
		const realm = `OAuth realm="${encodeURIComponent(this.#origin())}"`;
		const headers = { "X-Seraph-LoginReason": reason, ...(status === 401 ? { "WWW-Authenticate": realm } : {}) };
		const captcha = { ...headers, "X-Authentication-Denied-Reason": `CAPTCHA_CHALLENGE; login-url=${this.#origin()}/login.jsp` };
		return status === 401 ? page(401, "Unauthorized", headers) : page(403, "Forbidden", captcha);
	}
}

export const notLoggedIn = () =>
	new Refused({
		...errorAnswer(401, ["You are not authenticated. Authentication required to perform this operation."]),
		headers: { "X-Seraph-LoginReason": "OUT" },
	});
