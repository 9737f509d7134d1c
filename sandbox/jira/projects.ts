import type { Router } from "../kit/router.ts";
import { memberBean } from "./beans.ts";
import { refuse } from "./refusals.ts";
import { type JiraView, loggedIn } from "./view.ts";

/** Projects exist as far as somebody leads them or one of their components. */
export function projectRoutes(router: Router<JiraView>): void {
	router.on("GET", "/rest/api/2/project", (call, view) => {
		loggedIn(view);
		const expanded = call.query.get("expand")?.split(",").includes("lead") === true;
		return { status: 200, json: keysOf(view).map((key, index) => ({ ...bean(view, key, index), ...(expanded ? leadOf(view, key) : {}) })) };
	});
	router.on("GET", "/rest/api/2/project/{key}/components", (_call, view, { key }) => {
		loggedIn(view);
		if (!keysOf(view).includes(key as string)) throw refuse(404, `No project could be found with key '${key}'.`);
		const led = [...view.population.accounts.values()].flatMap((account) =>
			(account.componentLeads ?? [])
				.filter((path) => path.startsWith(`${key}/`))
				.map((path) => ({ name: path.slice(`${key}/`.length), account })),
		);
		const components = led.map(({ name, account }, index) => ({
			self: `${view.base}/rest/api/2/component/${10_000 + index}`,
			id: String(10_000 + index),
			name,
			lead: memberBean(view, account),
			assigneeType: "COMPONENT_LEAD",
			project: key,
			archived: false,
			deleted: false,
		}));
		return { status: 200, json: components };
	});
}

function keysOf(view: JiraView): readonly string[] {
	const accounts = [...view.population.accounts.values()];
	const keys = accounts.flatMap(({ leads = [], componentLeads = [] }) => [
		...leads,
		...componentLeads.map((path) => path.split("/")[0] as string),
	]);
	return [...new Set(keys)].sort();
}

const bean = (view: JiraView, key: string, index: number) => ({
	self: `${view.base}/rest/api/2/project/${key}`,
	id: String(10_000 + index),
	key,
	name: key,
	archived: false,
});

function leadOf(view: JiraView, key: string): object {
	const lead = [...view.population.accounts.values()].find((account) => account.leads?.includes(key));
	return lead === undefined ? {} : { lead: memberBean(view, lead) };
}
