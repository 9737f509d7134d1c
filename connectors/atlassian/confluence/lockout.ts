import type { RawAnswer } from "../../http/answer.ts";
import type { ConfluenceAuth } from "./settings.ts";

/** Seraph, Confluence's log-in filter, says in a header why it turned somebody away; some failures in a row bring up a CAPTCHA. */
export function lockOutOf(answer: RawAnswer, auth: ConfluenceAuth): { readonly message: string; readonly todo: string } | undefined {
	const reason = answer.headers["x-seraph-loginreason"] ?? "";
	const denied = /AUTHENTICATION_DENIED/.test(reason) || /CAPTCHA/.test(answer.headers["x-authentication-denied-reason"] ?? "");
	if (denied) {
		return {
			message: "Confluence wants a CAPTCHA solved before this account may log in again (X-Seraph-LoginReason: AUTHENTICATION_DENIED)",
			todo: "Log in to Confluence once in a browser as the account that Rollcall uses, then correct the credential. Nothing more was sent with it.",
		};
	}
	if (answer.status !== 401 && !/AUTHENTICATED_FAILED/.test(reason)) return undefined;
	return auth.kind === "pat"
		? {
				message: "Confluence did not accept the personal access token",
				todo: "Create a new token as the account that Rollcall uses: this one is wrong, expired or revoked, or Confluence is older than 7.9 and knows no tokens. Nothing more was sent with it.",
			}
		: {
				message: `Confluence did not accept the name "${auth.username}" and its password`,
				todo: "Correct the credential, or use a personal access token where Basic log-in is switched off. It is not tried again: failed log-ins bring up a CAPTCHA.",
			};
}
