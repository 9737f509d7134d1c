import { matching } from "./matching.ts";
import { entryMessage, type Outcome, referenceMessage, type Search } from "./protocol.ts";
import type { LdapQuirks } from "./quirks.ts";
import { type Attribute, nameKey, type StoredEntry, type Tree } from "./tree.ts";
import type { VendorWays } from "./vendors.ts";

/** What one connection is in the middle of. */
export interface Cursor {
	/** Still to come, in order. */
	rest: readonly StoredEntry[];
	first: readonly StoredEntry[];
	cookie: string;
	sent: number;
	/** The last page was empty on purpose. */
	paused: boolean;
}
export interface Caller {
	readonly name: string;
	/** Sees everything, password hashes included, and is not bound by limits. */
	readonly administrator: boolean;
}
export interface Answered {
	readonly entries: readonly Buffer[];
	readonly outcome: Outcome;
}

const DOMAIN_SCOPE = "1.2.840.113556.1.4.1339";
const nothing = (outcome: Outcome): Answered => ({ entries: [], outcome });

/** Searches of one tree, in the way of one vendor. */
export class Site {
	readonly tree: Tree;
	readonly ways: VendorWays;
	readonly quirks: LdapQuirks;
	#cookies = 0;

	constructor(tree: Tree, ways: VendorWays, quirks: LdapQuirks) {
		this.tree = tree;
		this.ways = ways;
		this.quirks = quirks;
	}

	/** One request; pages go on in `session.cursor`. */
	search(request: Search, caller: Caller | undefined, session: { cursor: Cursor | undefined }): Answered {
		if (request.base === "" && request.scope === 0) return this.#root(request);
		if (caller === undefined) return nothing(this.ways.anonymous);
		const unknown = [...request.critical].find((oid) => !this.ways.controls.includes(oid));
		if (unknown !== undefined) return nothing({ code: 12, text: "critical control unavailable in context" });
		if (request.paging !== undefined && request.paging.cookie !== "") return this.#nextPage(request, caller, session);
		const base = this.#base(request.base, caller);
		if (base === undefined) return nothing({ code: 32, ...this.ways.missing(this.#nearest(request.base, caller)) });
		const scope =
			request.scope === 2
				? this.tree.below(base)
				: this.tree.all().filter((entry) => (request.scope === 0 ? entry.key === base : parentOf(entry.key) === base));
		const found = scope.filter((entry) => this.#sees(caller, entry) && matching(request.filter, this.ways.computed(entry, this.tree)));
		const references = request.scope === 2 && !request.controls.has(DOMAIN_SCOPE) ? this.#references(base) : [];
		if (request.paging === undefined) return this.#whole(request, caller, found, references);
		session.cursor = { rest: found, first: found, cookie: "", sent: 0, paused: false };
		return this.#page(request, caller, session as { cursor: Cursor }, references);
	}

	#nextPage(request: Search, caller: Caller, session: { cursor: Cursor | undefined }): Answered {
		const { cursor } = session;
		if (cursor === undefined || cursor.cookie !== request.paging?.cookie)
			return nothing({ code: 53, text: "paged results cookie is invalid or old" });
		return this.#page(request, caller, { cursor }, []);
	}

	#page(request: Search, caller: Caller, session: { cursor: Cursor }, references: readonly string[]): Answered {
		const { cursor } = session;
		const { quirks } = this;
		const asked = request.paging?.size ?? 0;
		if (asked > quirks.largestPage && !this.ways.shortensPages) return nothing({ code: 11, text: "illegal pagedResults page size" });
		const urls = references.map((url) => referenceMessage(request.id, url));
		const pausing = (quirks.paging === "empty" && !cursor.paused && cursor.sent > 0) || (quirks.paging === "no-end" && cursor.sent > 0);
		cursor.paused = pausing;
		const source = quirks.paging === "endless" ? cursor.first : cursor.rest;
		const page = pausing
			? []
			: source.slice(0, Math.min(asked, quirks.largestPage, caller.administrator ? Number.POSITIVE_INFINITY : quirks.total - cursor.sent));
		const limited = !caller.administrator && cursor.sent + page.length >= quirks.total && cursor.rest.length > page.length;
		cursor.sent += page.length;
		cursor.rest = cursor.rest.slice(page.length);
		this.#cookies += 1;
		const more = cursor.rest.length > 0 || pausing || quirks.paging === "endless" || quirks.paging === "no-end";
		// A forgetful server's client would go on from nothing.
		cursor.cookie = more ? `page-${this.#cookies}` : "";
		const entries = [...page.map((entry) => this.#entryMessage(request, caller, entry)), ...urls];
		if (limited) return { entries, outcome: { code: 4 } };
		return { entries, outcome: { code: 0, cookie: quirks.paging === "forgotten" ? undefined : cursor.cookie } };
	}

	#whole(request: Search, caller: Caller, found: readonly StoredEntry[], references: readonly string[]): Answered {
		const limit = Math.min(
			caller.administrator ? Number.POSITIVE_INFINITY : this.quirks.sizeLimit,
			request.sizeLimit || Number.POSITIVE_INFINITY,
		);
		const entries = found.slice(0, limit).map((entry) => this.#entryMessage(request, caller, entry));
		const urls = references.map((url) => referenceMessage(request.id, url));
		return { entries: [...entries, ...urls], outcome: { code: found.length > limit ? 4 : 0 } };
	}

	#root(request: Search): Answered {
		const entry = { dn: "", attributes: this.ways.root(this.quirks) };
		const wanted = request.attributes.map((name) => name.toLowerCase());
		const shown = entry.attributes.filter(
			({ name, operational }) => wanted.includes(name.toLowerCase()) || wanted.includes(operational ? "+" : "*") || wanted.length === 0,
		);
		return { entries: [entryMessage(request.id, "", shown)], outcome: { code: 0 } };
	}

	/** `<GUID=…>` too, where the vendor knows that. */
	#base(dn: string, caller: Caller): string | undefined {
		const entry = this.ways.named(dn, this.tree) ?? this.tree.get(dn);
		return entry !== undefined && this.#sees(caller, entry) ? entry.key : undefined;
	}

	#nearest(dn: string, caller: Caller): string | undefined {
		for (let key = parentOf(nameKey(dn)); key !== undefined; key = parentOf(key)) {
			const entry = this.tree.get(key);
			if (entry !== undefined && this.#sees(caller, entry)) return entry.dn;
		}
		return undefined;
	}

	#sees(caller: Caller, entry: StoredEntry): boolean {
		return caller.administrator || !this.quirks.hiddenEntries.has(entry.key);
	}

	#references(base: string): readonly string[] {
		return this.quirks.references
			.filter((one) => nameKey(one.base) === base || nameKey(one.base).endsWith(`,${base}`))
			.map((one) => one.url);
	}

	#entryMessage(request: Search, caller: Caller, stored: StoredEntry): Buffer {
		const entry = this.ways.computed(stored, this.tree);
		const shown = (attribute: Attribute): boolean =>
			caller.administrator ||
			(attribute.name.toLowerCase() !== "userpassword" && !this.quirks.hiddenAttributes.has(attribute.name.toLowerCase()));
		const wanted = request.attributes.map((name) => name.toLowerCase());
		const all = wanted.length === 0 || wanted.includes("*");
		const sent: Pick<Attribute, "name" | "values">[] = [];
		for (const [key, attribute] of entry.attributes) {
			if (!shown(attribute)) continue;
			const named = wanted.includes(key);
			if (named || (attribute.operational ? wanted.includes("+") : all))
				sent.push(...this.ways.sent(attribute, { named, quirks: this.quirks }));
		}
		sent.push(...this.ways.further({ wanted, entry, tree: this.tree, quirks: this.quirks, caller }));
		return entryMessage(request.id, stored.dn, sent);
	}
}

/** Undefined above the top. */
function parentOf(key: string): string | undefined {
	const comma = /(?<!\\),/.exec(key);
	return comma === null ? undefined : key.slice(comma.index + 1);
}
