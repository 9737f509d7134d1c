import type { Answer, Call } from "./http.ts";

export type Params = Readonly<Record<string, string>>;
export type Handler<Context> = (call: Call, context: Context, params: Params) => Answer;

interface Route<Context> {
	readonly method: string;
	readonly parts: readonly string[];
	readonly handler: Handler<Context>;
}

/** Finds a handler by method and path. Templates look like `/users/{id}/groups`; fixed parts win over `{…}` in the order added. */
export class Router<Context> {
	readonly #routes = new Map<number, Route<Context>[]>();

	on(method: string, template: string, handler: Handler<Context>): this {
		const parts = template.split("/").filter((part) => part !== "");
		const list = this.#routes.get(parts.length) ?? [];
		list.push({ method, parts, handler });
		this.#routes.set(parts.length, list);
		return this;
	}

	/** `"method"`: the path is known, but not with this method. */
	find(
		method: string,
		segments: readonly string[],
	): { readonly handler: Handler<Context>; readonly params: Params } | "method" | undefined {
		let known = false;
		for (const route of this.#routes.get(segments.length) ?? []) {
			const params = paramsOf(route.parts, segments);
			if (params === undefined) continue;
			if (route.method === method) return { handler: route.handler, params };
			known = true;
		}
		return known ? "method" : undefined;
	}

	/** `GET /users/{id}` for every route, for tests that must drive all of them. */
	templates(): string[] {
		return [...this.#routes.values()].flat().map((route) => `${route.method} /${route.parts.join("/")}`);
	}
}

function paramsOf(parts: readonly string[], segments: readonly string[]): Params | undefined {
	const params: Record<string, string> = {};
	for (const [index, part] of parts.entries()) {
		const segment = segments[index] as string;
		if (part.startsWith("{")) params[part.slice(1, -1)] = segment;
		else if (part !== segment) return undefined;
	}
	return params;
}
