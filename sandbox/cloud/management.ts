import { type Answer, type Call, jsonOf } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import type { OrganizationAccount } from "./records.ts";
import { keyed } from "./refusals.ts";
import type { CloudView, Json } from "./view.ts";

/** User management of the organisation (https://developer.atlassian.com/cloud/admin/user-management/rest/), as far as anybody needs it here. */
export function managementRoutes(router: Router<CloudView>): void {
	router.on("GET", "/users/{account}/manage", privileges);
	router.on("GET", "/users/{account}/manage/profile", (_call, view, params) => profileAnswer(accountAt(view, params)));
	router.on("POST", "/users/{account}/manage/lifecycle/disable", (call, view, params) => switchTo("inactive", call, view, params));
	router.on("POST", "/users/{account}/manage/lifecycle/enable", (call, view, params) => switchTo("active", call, view, params));
}

/** Accounts of others, and of nobody, cannot be told apart by everybody: 403 and 404. */
function accountAt(view: CloudView, params: Params): OrganizationAccount {
	const account = view.population.accounts.get(params.account ?? "");
	if (account === undefined) throw keyed(404, "accountNotFound");
	if (!account.managed || view.behaviour.scopedKey) throw keyed(403, "forbidden");
	return account;
}

const ruleFor = (account: OrganizationAccount): Json =>
	account.governedBy === "organization"
		? { allowed: true }
		: { allowed: false, reason: { key: account.governedBy === "scim" ? "externalDirectory.scim" : "externalDirectory.google" } };

function privileges(call: Call, view: CloudView, params: Params): Answer {
	const account = accountAt(view, params);
	const asked = call.query.getAll("privileges").flatMap((text) => text.split(","));
	const known: Json = { "lifecycle.enablement": ruleFor(account), "email.set": ruleFor(account), "profile.read": { allowed: true } };
	const told = Object.entries(known).filter(([name]) => asked.length === 0 || asked.includes(name));
	return { status: 200, json: Object.fromEntries(told) };
}

const profileAnswer = (account: OrganizationAccount): Answer => ({
	status: 200,
	json: {
		account: {
			account_id: account.accountId,
			account_type: "atlassian",
			account_status: account.status,
			name: account.name,
			picture: `https://avatar.example.org/${account.accountId}`,
			email: account.email,
			nickname: account.name.slice(0, 30),
		},
	},
});

function switchTo(status: "active" | "inactive", call: Call, view: CloudView, params: Params): Answer {
	const account = accountAt(view, params);
	const rule = ruleFor(account);
	if (rule.allowed !== true) throw keyed(403, "forbidden.action", rule);
	if (account.status === "closed") {
		const errors = [{ code: "account.deleted", message: "The account has been deleted." }];
		throw keyed(409, "conflict.lifecycleErrors", {
			accountId: account.accountId,
			message: "The account has been deleted.",
			errorCodes: errors,
		});
	}
	const body = jsonOf(call) as Json | undefined;
	view.population.updateAccount(account.accountId, {
		status,
		...(typeof body?.message === "string" ? { message: body.message } : {}),
	});
	return { status: 204 };
}
