import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { accountBean } from "./beans.ts";
import { releases } from "./versions.ts";
import { administrator, type JiraView, loggedIn } from "./view.ts";

export function siteRoutes(router: Router<JiraView>): void {
	router.on("GET", "/rest/api/2/serverInfo", serverInfo);
	router.on("GET", "/rest/api/2/myself", (call, view) => {
		const expand = call.query.get("expand") ?? "";
		return { status: 200, json: accountBean(view, loggedIn(view), { expand }) };
	});
	router.on("GET", "/rest/api/2/mypermissions", myPermissions);
	router.on("GET", "/rest/api/2/applicationrole", applicationRoles);
}

function serverInfo(_call: Call, view: JiraView): Answer {
	const { version, numbers, build } = releases[view.version];
	const now = new Date(view.clock()).toISOString().replace("Z", "+0000");
	return {
		status: 200,
		json: {
			baseUrl: view.population.baseUrl,
			version,
			versionNumbers: numbers,
			deploymentType: "Server",
			buildNumber: build,
			buildDate: "2026-01-15T00:00:00.000+0000",
			serverTime: now,
			scmInfo: "0000000000000000000000000000000000000000",
			serverTitle: "Jira (sandbox)",
		},
	};
}

const globalPermissions = [
	["0", "ADMINISTER", "Jira Administrators", "Ability to perform most administration functions."],
	["44", "SYSTEM_ADMIN", "Jira System Administrators", "Ability to perform all administration functions."],
	["27", "USER_PICKER", "Browse Users", "Ability to select a user or group from a popup window."],
] as const;

function myPermissions(_call: Call, view: JiraView): Answer {
	const isAdministrator = view.caller !== undefined && view.login.isAdministrator(view.caller);
	const browse = view.caller !== undefined && (isAdministrator || view.behaviour.browseUsers === "logged-in");
	const permissions = globalPermissions.map(([id, key, name, description]) => {
		const havePermission = key === "USER_PICKER" ? browse : isAdministrator;
		return [key, { id, key, name, type: "GLOBAL", description, havePermission }] as const;
	});
	return { status: 200, json: { permissions: Object.fromEntries(permissions) } };
}

function applicationRoles(_call: Call, view: JiraView): Answer {
	administrator(view);
	const roles = view.population.applications.map((application) => {
		const taken = view.lookup.seatsTaken(application);
		const unlimited = application.seats < 0;
		return {
			key: application.key,
			groups: application.groups,
			name: application.name,
			defaultGroups: application.defaultGroups,
			selectedByDefault: application.selectedByDefault,
			defined: true,
			numberOfSeats: application.seats,
			remainingSeats: unlimited ? -1 : application.seats - taken,
			userCount: taken,
			userCountDescription: `${taken} users`,
			hasUnlimitedSeats: unlimited,
			platform: false,
		};
	});
	return { status: 200, json: roles };
}
