import { SaxesParser, type SaxesTagPlain } from "saxes";
import { SyncError } from "../../core/errors.ts";
import { inWords, type Side, type Where } from "../http/failure.ts";
import { cleanText } from "../http/text.ts";
import type { Reader } from "../http/transport.ts";

/** Direct members of one group: names, as the server spells them. */
export interface Membership {
	readonly group: string;
	readonly users: readonly string[];
	readonly groups: readonly string[];
}

/** Matching ignores case (https://confluence.atlassian.com/crowd/case-sensitivity-of-usernames-and-groups-181536383.html). */
export const fold = (name: string): string => name.toLowerCase();

/** No name in any directory is longer. */
const LONGEST_NAME = 4_096;

/**
 * All direct memberships by folded name of the group, from
 * `<memberships><membership group="g"><users><user name="u"/></users><groups><group name="c"/></groups></membership>…`.
 * The server sends its status before it has looked anything up, so a failure half-way leaves 200 and half a document: it
 * counts only when the root element was closed. A document type (and with it every entity of its own) is refused.
 */
export function membershipReader(side: Side, where: Where): Reader<ReadonlyMap<string, Membership>> {
	return async (body) => {
		const document = new Document();
		const decoder = new TextDecoder("utf-8", { fatal: true });
		try {
			for await (const bytes of body) document.write(decoder.decode(bytes, { stream: true }));
			document.write(decoder.decode());
			document.end();
		} catch (error) {
			const because = faultIn(error);
			if (because === undefined) throw error;
			throw new SyncError(`${side}.malformed`, `${inWords(where)} answered with XML that is not what it should be: ${because}`, {
				// A document that stops before its end may come whole the next time.
				retry: document.whole ? "never" : "later",
				todo: "Nothing was changed. The server's log says what went wrong while it wrote the answer; or something in between changes answers.",
				context: { method: where.method, path: where.path, host: where.host },
			});
		}
		return document.memberships;
	};
}

class NotExpected extends Error {}

/** What is wrong with the document itself; undefined: something else, like a broken connection. */
function faultIn(error: unknown): string | undefined {
	if (error instanceof NotExpected) return error.message;
	if ((error as NodeJS.ErrnoException).code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "it is not UTF-8";
	if (error instanceof BadXml) return cleanText(error.message, 120);
	return undefined;
}
class BadXml extends Error {}

interface Open {
	readonly group: string;
	readonly users: string[];
	readonly groups: string[];
}

/** Follows the elements; keeps names only, each text once. */
class Document {
	readonly memberships = new Map<string, Membership>();
	readonly #parser = new SaxesParser();
	readonly #names = new Map<string, string>();
	readonly #path: string[] = [];
	#open: Open | undefined;
	whole = false;
	#sinceTag = 0;

	constructor() {
		this.#parser.on("error", (error) => {
			throw new BadXml(error.message);
		});
		this.#parser.on("doctype", () => {
			throw new NotExpected("it has a document type");
		});
		this.#parser.on("xmldecl", ({ encoding }) => {
			if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) throw new NotExpected(`it is said to be ${cleanText(encoding, 20)}`);
		});
		this.#parser.on("opentag", (tag) => this.#enter(tag));
		this.#parser.on("closetag", () => this.#leave());
	}

	write(text: string): void {
		this.#sinceTag += text.length;
		this.#parser.write(text);
		if (this.#sinceTag > LONGEST_TEXT) throw new NotExpected("an element never ends");
	}

	end(): void {
		if (!this.whole) throw new NotExpected(this.#path.length === 0 ? "it is empty" : `it stops inside <${this.#path.at(-1)}>`);
		this.#parser.close();
	}

	#enter(tag: SaxesTagPlain): void {
		this.#sinceTag = 0;
		this.#path.push(tag.name);
		const path = this.#path.join(">");
		if (this.#path.length === 1 && tag.name !== "memberships") throw new NotExpected(`its root is <${cleanText(tag.name, 60)}>`);
		if (path === "memberships>membership") this.#open = { group: this.#nameIn(tag, "group"), users: [], groups: [] };
		else if (path === "memberships>membership>users>user") this.#open?.users.push(this.#nameIn(tag, "name"));
		else if (path === "memberships>membership>groups>group") this.#open?.groups.push(this.#nameIn(tag, "name"));
		else if (!CONTAINERS.has(path) && !INSIDE_MEMBER.test(path))
			throw new NotExpected(`<${cleanText(tag.name, 60)}> was not expected here`);
	}

	#leave(): void {
		this.#sinceTag = 0;
		this.#path.pop();
		if (this.#path.length === 0) this.whole = true;
		if (this.#path.length !== 1 || this.#open === undefined) return;
		const key = fold(this.#open.group);
		if (this.memberships.has(key)) throw new NotExpected(`the group "${cleanText(this.#open.group, 80)}" comes twice`);
		this.memberships.set(key, this.#open);
		this.#open = undefined;
	}

	#nameIn(tag: SaxesTagPlain, attribute: string): string {
		const name = tag.attributes[attribute];
		if (name === undefined || name === "") throw new NotExpected(`a <${tag.name}> has no ${attribute}`);
		if (name.length > LONGEST_NAME) throw new NotExpected(`a <${tag.name}> has a name of more than ${LONGEST_NAME} characters`);
		const known = this.#names.get(name);
		if (known !== undefined) return known;
		// A piece of a text keeps the whole text alive, and with it the whole document: the copy does not.
		const copy = Buffer.from(name, "utf16le").toString("utf16le");
		this.#names.set(copy, copy);
		return copy;
	}
}

/** So much without a tag in it is no membership, and would have to be held. */
const LONGEST_TEXT = 1 << 20;
const CONTAINERS: ReadonlySet<string> = new Set(["memberships", "memberships>membership>users", "memberships>membership>groups"]);
/** What a newer server may say about a member, beyond the name. */
const INSIDE_MEMBER = /^memberships>membership>(?:users>user|groups>group)>/;
