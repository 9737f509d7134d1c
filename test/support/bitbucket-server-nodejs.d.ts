/** The parts that the tests use; the package comes without types. */
declare module "bitbucket-server-nodejs" {
	interface Page {
		readonly size: number;
		readonly isLastPage: boolean;
		readonly nextPageStart?: number;
		readonly values: readonly { readonly name: string; readonly slug: string; readonly active: boolean; readonly emailAddress: string }[];
	}
	interface Answer {
		readonly statusCode?: number;
	}
	export class Client {
		constructor(baseUrl: string, auth: { readonly type: "basic"; readonly username: string; readonly password: string });
		readonly users: {
			get(options: { readonly args: Readonly<Record<string, string | number>> }): Promise<Page>;
			getUser(slug: string): Promise<Page["values"][number]>;
		};
		/** The call below all others: `admin/users` and the like. */
		getCollection(path: string, options?: { readonly args: Readonly<Record<string, string | number>> }): Promise<Page>;
		/** Sends a POST, whatever its name says. */
		put(path: string, body: unknown): Promise<Answer | undefined>;
	}
}
