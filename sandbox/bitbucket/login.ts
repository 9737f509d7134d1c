import { basicOf, bearerOf, type Call } from "../kit/http.ts";
import type { Population } from "./population.ts";
import { type BitbucketAccount, folded } from "./records.ts";
import { refuse } from "./refusals.ts";
import type { BitbucketBehaviour } from "./versions.ts";

/** Looks at the credentials of a request, counts failed log-ins. */
export class LogIn {
	readonly #population: Population;
	readonly #failures = new Map<string, number>();

	constructor(population: Population) {
		this.#population = population;
	}

	/** The account that calls; `undefined` is nobody (anonymous). @throws Refused 401 or 403 for log-ins that failed. */
	caller(call: Call, behaviour: BitbucketBehaviour): BitbucketAccount | undefined {
		const header = call.headers.authorization;
		const basic = basicOf(header);
		if (basic !== undefined) return this.#byPassword(basic, behaviour);
		const token = bearerOf(header);
		if (token === undefined) return undefined;
		const id = this.#population.tokens.get(token);
		const owner = id === undefined ? undefined : this.#population.accounts.get(id);
		if (owner?.active) return owner;
		throw refuse(
			401,
			"Authentication failed. Please check your credentials and try again.",
			"auth.IncorrectPasswordAuthenticationException",
		);
	}

	/** What `DELETE /admin/users/captcha` does. */
	resetFailures(name: string): void {
		this.#failures.delete(folded(name));
	}

	#byPassword(basic: { readonly name: string; readonly password: string }, behaviour: BitbucketBehaviour): BitbucketAccount {
		const name = folded(basic.name);
		const failures = this.#failures.get(name) ?? 0;
		if (failures >= behaviour.captchaAfter) {
			throw refuse(
				403,
				"CAPTCHA required. Your Bitbucket account has been marked as requiring a CAPTCHA to be solved before authentication can be attempted.",
				"auth.CaptchaRequiredAuthenticationException",
			);
		}
		const account = this.#population.named(basic.name);
		if (behaviour.basic && account?.active && account.password !== undefined && account.password === basic.password) {
			this.#failures.delete(name);
			return account;
		}
		if (behaviour.basic) this.#failures.set(name, failures + 1);
		throw refuse(
			401,
			"Authentication failed. Please check your credentials and try again.",
			"auth.IncorrectPasswordAuthenticationException",
		);
	}
}
