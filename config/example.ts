import type { Posture } from "../core/plan.ts";

/** What `rollcall init` asks. Everything has an answer to begin with. */
export interface ExampleAnswers {
	readonly keycloakUrl?: string;
	readonly realm?: string;
	readonly clientId?: string;
	/** `credential:NAME`, `env:NAME` or `file:/path`. */
	readonly keycloakSecret?: string;
	readonly jiraUrl?: string;
	/** `credential:NAME`, `env:NAME` or `file:/path`. */
	readonly jiraToken?: string;
	/** With a username the secret is its password, else a personal access token. */
	readonly jiraUsername?: string;
	readonly posture?: Posture;
	readonly adopt?: "never" | "username" | "email";
	readonly store?: string;
}

export const EXAMPLE_ANSWERS = {
	keycloakUrl: "https://sso.example.org",
	realm: "staff",
	clientId: "rollcall",
	keycloakSecret: "credential:keycloak",
	jiraUrl: "https://jira.example.org",
	jiraToken: "credential:jira",
	posture: "observe",
	adopt: "username",
	store: "/var/lib/rollcall/state.db",
} as const satisfies ExampleAnswers;

/** In double quotes, as JSON is YAML too: nothing that is answered can become structure. */
const quoted = (text: string): string => JSON.stringify(text);
const reference = (name: string): string => quoted(`\${${name}}`);

/**
 * A commented configuration to begin with: one Keycloak realm, one Jira, nothing written until the posture is changed.
 * It loads as it stands, whatever the answers, as long as each is right for its key.
 */
export function exampleConfig(answers: ExampleAnswers = {}): string {
	const a = { ...EXAMPLE_ANSWERS, ...answers };
	const login =
		answers.jiraUsername === undefined
			? `    token: ${reference(a.jiraToken)}`
			: `    username: ${quoted(answers.jiraUsername)}\n    password: ${reference(a.jiraToken)}`;
	return `# Rollcall: whose accounts follow which directory. Every key: docs/reference/configuration.md
#   rollcall check          can everything be reached, with the right permissions?
#   rollcall diff           what would be done? Writes nothing.
#   rollcall explain alice  why, and why not?
version: 1

sources:
  staff:                      # a name of your own; it is part of who a person is, so choose it once
    kind: keycloak
    url: ${quoted(a.keycloakUrl)}
    realm: ${quoted(a.realm)}
    clientId: ${quoted(a.clientId)}
    # The client and its permissions (reading is enough): docs/guides/keycloak.md
    # A secret is never written here. \${credential:NAME} is a file of that name: with systemd from LoadCredential=,
    # without it in the folder "credentials" beside this file, mode 0600.
    clientSecret: ${reference(a.keycloakSecret)}

products:
  jira:
    kind: jira
    url: ${quoted(a.jiraUrl)}
    # The account and its token: docs/guides/jira.md
${login}

    # observe: plan and report, write nothing.  additive: create, update and add only.  mirror: disable and remove as well.
    posture: ${a.posture}
    # May accounts that exist already be taken under management, and how are they recognised?  never | username | email
    adopt: ${a.adopt}

    people:
      from: [staff]
      # Who is meant, in CEL. Quotes around the whole keep YAML and CEL apart; | begins a text of several lines.
      where: 'person.active && !person.username.startsWith("svc-")'
      # username: 'person.email.split("@")[0].lowerAscii()'       # default: person.username
      # displayName: 'person.givenName + " " + person.familyName'

    groups:
      # Which directory group feeds which Jira group. Jira groups that no rule names are never touched.
      map: []
      # - { match: engineering, to: jira-developers }            # one group, by name
      # - { match: '/^ops-(.+)$/', to: jira-$1 }                 # many, by regular expression
      # - { path: /Company/Berlin/engineering, to: jira-berlin } # one group, by path
      createMissing: false    # true: make mapped groups that Jira does not have
      default: []             # given once, when an account is made: [jira-software-users]
      ignore: []              # never touched, in no direction
      strangers: keep         # members of managed groups who are nobody's account: keep | remove

    leavers:
      action: disable         # disable | keep; accounts are never deleted
      after: { sightings: 2, period: 1h }

    protect:
      accounts: [admin]       # Rollcall's own account is protected in any case
      groups: [jira-administrators]

    # How much one run may do: max(floor, fraction x population). A plan beyond that is refused before the first write.
    # Every kind has a default; these two are written out because they take something away.
    limits:
      account.disable: { floor: 3, fraction: 5% }
      member.remove: { floor: 10, fraction: 10% }

    # For \`rollcall daemon\`; the timer of systemd has its own time.
    schedule: "*/15 * * * *"
    timeZone: UTC

store:
  sqlite: ${quoted(a.store)}   # links, leases and the journal; a local disk, never a network file system
`;
}
