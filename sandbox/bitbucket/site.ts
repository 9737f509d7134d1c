import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { accountBean } from "./beans.ts";
import { folded, LEVELS, type Level } from "./records.ts";
import { refuse, refuseField } from "./refusals.ts";
import { releases } from "./versions.ts";
import { accountNamed, type BitbucketView, groupNamed, neededQuery, pageAnswer, permitted } from "./view.ts";

export function siteRoutes(router: Router<BitbucketView>): void {
	router.on("GET", "/application-properties", applicationProperties);
	router.on("GET", "/admin/license", licence);
	router.on("GET", "/admin/user-directories", userDirectories);
	router.on("GET", "/admin/permissions/groups", permittedGroups);
	router.on("PUT", "/admin/permissions/groups", grantGroup);
	router.on("DELETE", "/admin/permissions/groups", revokeGroup);
	router.on("GET", "/admin/permissions/users", permittedUsers);
	router.on("PUT", "/admin/permissions/users", grantUser);
	router.on("DELETE", "/admin/permissions/users", revokeUser);
}

/** For everybody, logged in or not. */
function applicationProperties(_call: Call, view: BitbucketView): Answer {
	const { version, build } = releases[view.version];
	return { status: 200, json: { version, buildNumber: build, buildDate: "1750000000000", displayName: "Bitbucket (sandbox)" } };
}

function licence(_call: Call, view: BitbucketView): Answer {
	permitted(view, "ADMIN");
	const installed = view.population.licence;
	if (installed === undefined) throw refuse(404, "No license has been installed.", "license.NoLicenseException");
	const { seats, serverId } = installed;
	return {
		status: 200,
		json: {
			creationDate: 1_750_000_000_000,
			purchaseDate: 1_750_000_000_000,
			expiryDate: 1_900_000_000_000,
			numberOfDaysBeforeExpiry: 900,
			maintenanceExpiryDate: 1_900_000_000_000,
			numberOfDaysBeforeMaintenanceExpiry: 900,
			gracePeriodEndDate: 1_900_000_000_000,
			numberOfDaysBeforeGracePeriodExpiry: 900,
			maximumNumberOfUsers: seats,
			unlimitedNumberOfUsers: seats < 0,
			serverId,
			supportEntitlementNumber: "SEN-000000",
			license: "AAA-sandbox",
			status: { serverId, currentNumberOfUsers: view.population.seatsTaken() },
		},
	};
}

const TYPES = { internal: "Internal", external: "Crowd", delegated: "Delegating" } as const;
function userDirectories(_call: Call, view: BitbucketView): Answer {
	if (!view.behaviour.directoryList) throw refuse(404, "null for uri", "NoSuchResourceException");
	permitted(view, "ADMIN");
	return {
		status: 200,
		json: view.population.directories.map(({ name, kind }) => ({ name, type: TYPES[kind], active: true, description: name })),
	};
}

/** The highest permission of each group that has one. */
function permittedGroups(call: Call, view: BitbucketView): Answer {
	permitted(view, "ADMIN");
	const text = folded(call.query.get("filter") ?? "");
	const rows = [...view.population.groupPermissions].filter(([name]) => name.includes(text)).sort(([a], [b]) => (a < b ? -1 : 1));
	return pageAnswer(call, view, {
		rows,
		bean: ([name, permission]) => ({ group: { name: view.population.group(name).name }, permission }),
	});
}
function permittedUsers(call: Call, view: BitbucketView): Answer {
	permitted(view, "ADMIN");
	const text = folded(call.query.get("filter") ?? "");
	const rows = [...view.population.accountPermissions]
		.map(([id, permission]) => ({ account: view.population.account(id), permission }))
		.filter(({ account }) => folded(account.name).includes(text))
		.sort((a, b) => (folded(a.account.name) < folded(b.account.name) ? -1 : 1));
	return pageAnswer(call, view, { rows, bean: ({ account, permission }) => ({ user: accountBean(view, account), permission }) });
}

function levelIn(call: Call, view: BitbucketView): Level {
	const level = LEVELS.find((one) => one === neededQuery(call, "permission"));
	if (level === undefined) throw refuseField("permission", "There is no such global permission");
	permitted(view, level === "SYS_ADMIN" ? "SYS_ADMIN" : "ADMIN");
	return level;
}
function grantGroup(call: Call, view: BitbucketView): Answer {
	const level = levelIn(call, view);
	for (const name of call.query.getAll("name")) view.population.grantGroup(groupNamed(view, name).name, level);
	return { status: 204 };
}
function grantUser(call: Call, view: BitbucketView): Answer {
	const level = levelIn(call, view);
	for (const name of call.query.getAll("name")) view.population.grantAccount(accountNamed(view, name).id, level);
	return { status: 204 };
}
function revokeGroup(call: Call, view: BitbucketView): Answer {
	permitted(view, "ADMIN");
	view.population.groupPermissions.delete(folded(groupNamed(view, neededQuery(call, "name")).name));
	view.population.touch();
	return { status: 204 };
}
function revokeUser(call: Call, view: BitbucketView): Answer {
	const caller = permitted(view, "ADMIN");
	const account = accountNamed(view, neededQuery(call, "name"));
	if (account.id === caller.id) throw refuse(409, "You cannot reduce your own permissions.", "IntegrityException");
	view.population.accountPermissions.delete(account.id);
	view.population.touch();
	return { status: 204 };
}
