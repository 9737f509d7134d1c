import { type Answer, basicOf, type Call, Refused } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { ApplicationView } from "./application.ts";
import type { Directory } from "./directory.ts";
import type { CrowdQuirks } from "./quirks.ts";
import { PERMISSIONS, type Permission } from "./records.ts";
import { page } from "./refusals.ts";
import { xmlOf } from "./represent.ts";
import { type CrowdContext, readingRoutes } from "./routes.ts";
import { writingRoutes } from "./writing.ts";

/** Something that logs in to Crowd; not a person. */
export interface CrowdApplication {
	readonly name: string;
	readonly password: string;
	/** Ids of its directories, topmost first. Default: all. */
	readonly directories?: readonly number[];
	/** Of each of its directories, those that the directory itself permits too. Default: all. */
	readonly permissions?: readonly Permission[];
}

/** What stands behind the protocol: a Crowd, or a Jira as user server. */
export interface ServedSite {
	/** As the server states it: `Crowd/6.3.1`, `JIRA/10.3.4`. */
	readonly version: string;
	readonly quirks: CrowdQuirks;
	readonly applications: readonly CrowdApplication[];
	/** All that there are, topmost first. */
	directories(): readonly Directory[];
	/** With the context path. */
	base(): string;
}

const API = "/rest/usermanagement/1";

/** Answers what comes below `/rest`. */
export class UserManagementProtocol {
	readonly #site: ServedSite;
	readonly #router = new Router<CrowdContext>();

	constructor(site: ServedSite) {
		this.#site = site;
		readingRoutes(this.#router);
		writingRoutes(this.#router);
	}

	/** `GET /rest/usermanagement/1/user` and so on. */
	endpoints(): readonly string[] {
		return this.#router.templates().map((template) => template.replace(" ", ` ${API}`));
	}

	/** `segments`: of the path, without the context path. */
	answer(call: Call, segments: readonly string[]): Answer {
		const { quirks, version } = this.#site;
		const answer = rendered(this.#answer(call, segments), call);
		return quirks.saysVersion ? { ...answer, headers: { ...answer.headers, "X-Embedded-Crowd-Version": version } } : answer;
	}

	#answer(call: Call, [rest, api, version, ...segments]: readonly string[]): Answer {
		const { quirks } = this.#site;
		if (rest !== "rest" || api !== "usermanagement" || (version !== "1" && version !== "latest")) return page(404, "Not Found");
		const application = this.#caller(call);
		if (application === undefined) return { status: 401, text: "Application failed to authenticate", type: "text/plain" };
		if (quirks.foreignAddress !== undefined)
			return page(
				403,
				`Client with address "${quirks.foreignAddress}" is forbidden from making requests to the application, ${application.name}.`,
			);
		const found = this.#router.find(call.method, segments);
		if (found === undefined || found === "method") return page(found === "method" ? 405 : 404, "Not Found");
		return this.#handled(() => found.handler(call, this.#context(application), found.params));
	}

	/** A refusal is rendered like every answer. */
	#handled(work: () => Answer): Answer {
		try {
			return work();
		} catch (error) {
			if (error instanceof Refused) return { ...error.answer, headers: { "x-root": "error" } };
			throw error;
		}
	}

	#caller(call: Call): CrowdApplication | undefined {
		const login = basicOf(call.headers.authorization);
		return this.#site.applications.find(({ name, password }) => name === login?.name && password === login.password);
	}

	#context(application: CrowdApplication): CrowdContext {
		const { quirks, version } = this.#site;
		const all = this.#site.directories();
		const own = application.directories?.flatMap((id) => all.find((directory) => directory.id === id) ?? []) ?? all;
		const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(Number);
		return {
			view: new ApplicationView(own, quirks),
			how: { base: this.#site.base() + API, quirks, version: [major, minor] },
			permissions: new Set(application.permissions ?? PERMISSIONS),
		};
	}
}

/** XML unless JSON was asked for. */
function rendered(answer: Answer, call: Call): Answer {
	const { "x-root": root, ...headers } = answer.headers ?? {};
	if (answer.json === undefined || root === undefined || /json/.test(String(call.headers.accept ?? ""))) return { ...answer, headers };
	const { json, ...rest } = answer;
	return { ...rest, headers, text: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${xmlOf(root, json)}`, type: "application/xml" };
}
