import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { permissionBean } from "./beans.ts";
import { folded } from "./records.ts";
import { refuse } from "./refusals.ts";
import { releases } from "./versions.ts";
import { type ConfluenceView, permitted, using } from "./view.ts";

export function siteRoutes(router: Router<ConfluenceView>): void {
	router.on("GET", "/api/server-information", serverInformation);
	router.on("GET", "/applinks/1.0/manifest", manifest);
	router.on("GET", "/api/permissions", permissions);
	router.on("GET", "/license/1.0/license/userCount", (call, view) => licence(call, view, view.population.seatsTaken()));
	router.on("GET", "/license/1.0/license/maxUsers", (call, view) => licence(call, view, view.population.seats));
}

function serverInformation(_call: Call, view: ConfluenceView): Answer {
	if (view.caller === undefined) throw refuse(401, "User is not authenticated");
	const { version, build } = releases[view.version];
	return {
		status: 200,
		json: { baseUrl: view.base, version, buildNumber: build, marketplaceBuildNumber: build, buildDate: "2025-06-01T00:00:00.000Z" },
	};
}

/** For everybody, logged in or not. */
function manifest(_call: Call, view: ConfluenceView): Answer {
	const { version, build } = releases[view.version];
	const json = {
		id: view.serverId,
		name: "Confluence (sandbox)",
		typeId: "confluence",
		version,
		buildNumber: build,
		applinksVersion: "9.0.0",
		url: view.base,
	};
	return { status: 200, json };
}

function permissions(_call: Call, view: ConfluenceView): Answer {
	permitted(view, "application administer");
	const { groupPermissions, groups } = view.population;
	const rows = [...groupPermissions].flatMap(([name, held]) => {
		const group = groups.get(folded(name));
		return group === undefined ? [] : [...held].map((permission) => permissionBean(view, group, permission));
	});
	return { status: 200, json: rows };
}

function licence(_call: Call, view: ConfluenceView, count: number): Answer {
	using(view);
	permitted(view, view.behaviour.licenceCalls === "denied" ? "system administer" : "application administer");
	return { status: 200, json: { count } };
}
