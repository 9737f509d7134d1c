/** What differs from server to server, and what goes wrong on real ones. Change them at any time. */
export interface CrowdQuirks {
	/** Lists are called `user`, `group` and `attribute`, as the newest documentation has it, instead of `users` and so on. */
	singular: boolean;
	/** Users carry a `key` (Crowd 2.8 and later). */
	keys: boolean;
	/** Searches expand the attributes of users when asked to. */
	expands: boolean;
	/** The application's option: all names are shown in lower case. */
	lowerCase: boolean;
	/** Searches give at most so many rows, whatever is asked for. */
	pageCap: number;
	/** Every page is the first one. */
	ignoresStart: boolean;
	/** Called after each answered page of a search. */
	afterPage: () => void;
	/** Requests from this address are refused; absent: the address is on the application's list. */
	foreignAddress?: string;
	/** The application shows only members of these groups (folded names) and nobody else. */
	onlyMembersOf?: readonly string[];
	/** `leaves-out`: what a directory that is down has is missing from searches (`crowd.directory.search.return.defaults.on.errors`). */
	down: "fails" | "leaves-out";
	/** The document of all memberships ends inside the group with this folded name: looking it up failed, and 200 was sent already. */
	breaksAt?: string;
	/** Groups (folded names) that this document leaves out. */
	silent: ReadonlySet<string>;
	/** Names that nobody has any more, and that the document of all memberships still has in this group (folded name). */
	ghosts: { readonly group: string; readonly users: readonly string[] };
	/** In front of the document of all memberships. */
	prolog: string;
	/** `X-Embedded-Crowd-Version` is sent. */
	saysVersion: boolean;
	/** An application may change e-mail addresses (`crowd.email.change.by.external.apps`). Default: before 4.4 it may. */
	emailChanges: boolean | undefined;
	/** Directories (ids) that take changes of `active` and keep nothing of them, as LDAP ones. */
	keepsActive: ReadonlySet<number>;
	/** Creations are answered with an empty body. */
	silentCreation: boolean;
	/** How adding somebody who is a member already is answered. */
	alreadyMember: 409 | 400 | 201;
}

export const plainQuirks = (): CrowdQuirks => ({
	singular: false,
	keys: true,
	expands: true,
	lowerCase: false,
	pageCap: Number.POSITIVE_INFINITY,
	ignoresStart: false,
	afterPage: () => undefined,
	down: "fails",
	silent: new Set(),
	ghosts: { group: "", users: [] },
	prolog: '<?xml version="1.0" encoding="utf-8"?>\n\n',
	saysVersion: true,
	emailChanges: undefined,
	keepsActive: new Set(),
	silentCreation: false,
	alreadyMember: 409,
});
