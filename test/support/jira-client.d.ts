/** The package has no types; as far as the tests use it. */
declare module "jira-client" {
	interface Bean {
		readonly key: string;
		readonly name: string;
		readonly displayName: string;
		readonly emailAddress: string;
		readonly active: boolean;
	}
	export interface JiraClient {
		getCurrentUser(): Promise<Bean>;
		createUser(user: Readonly<Record<string, unknown>>): Promise<Bean>;
		searchUsers(query: Readonly<Record<string, unknown>>): Promise<readonly Bean[]>;
		getUser(accountId: string, expand?: string): Promise<unknown>;
		getUsers(startAt?: number, maxResults?: number): Promise<unknown>;
		getUsersInGroup(group: string, startAt?: number, maxResults?: number): Promise<{ readonly users: { readonly items: readonly Bean[] } }>;
		getMembersOfGroup(
			group: string,
			startAt?: number,
			maxResults?: number,
			includeInactive?: boolean,
		): Promise<{ readonly total: number; readonly isLast: boolean; readonly values: readonly Bean[] }>;
		getServerInfo(): Promise<{ readonly version: string }>;
		listProjects(): Promise<readonly { readonly key: string }[]>;
	}
	const Client: new (settings: Readonly<Record<string, unknown>>) => JiraClient;
	export default Client;
}
