/** The calls that change something: by REST, or by the old remote API. Names as they are now; each does one thing once. */
export interface WriteCalls {
	/** Whether it can leave it to Confluence to mail a new account's owner. */
	readonly invites: boolean;
	/** The key of the new account. Without a password Confluence sends a mail. */
	createUser(
		user: { readonly userName: string; readonly fullName: string; readonly email: string },
		password: string | undefined,
		signal: AbortSignal,
	): Promise<string>;
	/** An address that is left out stays as it is. */
	updateUser(username: string, change: { readonly fullName: string; readonly email?: string }, signal: AbortSignal): Promise<void>;
	switchUser(username: string, to: "enable" | "disable", signal: AbortSignal): Promise<void>;
	createGroup(name: string, signal: AbortSignal): Promise<void>;
	deleteGroup(name: string, signal: AbortSignal): Promise<void>;
	changeMember(change: "PUT" | "DELETE", username: string, group: string, signal: AbortSignal): Promise<void>;
}
