import { field, line, SECRET_ALLOWED, secret } from "./fields.ts";
import type { Builder, Rules } from "./kind.ts";
import type { SecretRef } from "./secrets.ts";

/** How Rollcall logs in to a product as one of its administrators. */
export type PersonLogin =
	| { readonly kind: "pat"; readonly token: SecretRef }
	| { readonly kind: "basic"; readonly username: string; readonly password: SecretRef };

/** A token, or a username with its password; `oneWayToLogIn` sees to it that it is one of the two. */
export const loginFields = ({ product, tokensSince }: { readonly product: string; readonly tokensSince: string }) => ({
	token: field(secret().optional(), {
		meaning: `A personal access token of an administrator (${product} ${tokensSince} and later). Either this, or \`username\` and \`password\`.`,
		allowed: SECRET_ALLOWED,
		example: `\${credential:${product.toLowerCase()}}`,
		secret: true,
	}),
	username: field(line().optional(), {
		meaning: `The administrator's username, for ${product} before ${tokensSince}. Together with \`password\`.`,
		allowed: "a username",
		example: "rollcall",
	}),
	password: field(secret().optional(), {
		meaning: "The administrator's password. Together with `username`.",
		allowed: SECRET_ALLOWED,
		example: `\${credential:${product.toLowerCase()}}`,
		secret: true,
	}),
});

export function loginAt(
	input: { readonly token?: unknown; readonly username?: string | undefined },
	builder: Pick<Builder, "secretAt">,
): PersonLogin {
	return input.token === undefined
		? { kind: "basic", username: input.username ?? "", password: builder.secretAt("password") }
		: { kind: "pat", token: builder.secretAt("token") };
}

/** `guide` says how to make a token. `usual`: what to propose where neither is written. */
export const oneWayToLogIn =
	(guide: string, usual: "token" | "password" = "token"): Rules =>
	({ raw, path, report }) => {
		const has = { token: raw.token !== undefined, username: raw.username !== undefined, password: raw.password !== undefined };
		if (has.token && (has.username || has.password)) {
			const extra = has.username ? "username" : "password";
			report(
				[...path, extra],
				`found \`token\` and \`${extra}\`; allowed: a token, or a username with its password.`,
				"Keep the token and delete the other.",
				"key",
			);
		} else if (!has.token && !has.username && !has.password)
			report(
				path,
				"no way to log in; allowed: `token`, or `username` and `password`.",
				usual === "token"
					? `Add \`token: \${credential:${/([a-z]+)\.md$/.exec(guide)?.[1]}}\` (${guide} says how to make one).`
					: `Add \`username\` and \`password\` (${guide} says which).`,
				"key",
			);
		else if (has.username !== has.password) {
			const [present, absent] = has.username ? ["username", "password"] : ["password", "username"];
			report(
				[...path, present!],
				`found \`${present}\` without \`${absent}\`.`,
				`Add \`${absent}\`, or use \`token\` instead of both.`,
				"key",
			);
		}
	};
