import type { PersonLogin } from "../config/login.ts";
import type { Secret } from "../core/secret.ts";

type PersonAuth =
	| { readonly kind: "pat"; readonly token: Secret }
	| { readonly kind: "basic"; readonly username: string; readonly password: Secret };

/** An administrator's log-in with its secrets fetched. */
export async function personAuth(login: PersonLogin): Promise<PersonAuth> {
	return login.kind === "pat"
		? { kind: "pat", token: await login.token.resolve() }
		: { ...login, password: await login.password.resolve() };
}
