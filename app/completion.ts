import type { Command } from "commander";
import { SyncError } from "../core/errors.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** A completion script made from the commands themselves, so that it cannot lag behind them. */
export function completionScript(program: Command, shell: string): string {
	switch (shell) {
		case "bash":
			return bash(program);
		case "zsh":
			return `#compdef rollcall\nautoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
		case "fish":
			return fish(program);
		default:
			throw new SyncError("config.invalid", `no completion for the shell "${shell}"`, { todo: `Choose one of ${SHELLS.join(", ")}.` });
	}
}

const commandsOf = (program: Command): readonly Command[] => program.commands.filter((command) => command.name() !== "help");
const optionsOf = (command: Command): readonly string[] =>
	command.options.flatMap((option) => [option.long, option.short].filter((flag) => flag !== undefined));

function bash(program: Command): string {
	const global = optionsOf(program);
	const cases = commandsOf(program).map((command) => `\t\t${command.name()}) words="${[...optionsOf(command), ...global].join(" ")}" ;;`);
	const values = program.options.flatMap((option) =>
		option.argChoices ? [`\t\t${option.long}) COMPREPLY=($(compgen -W "${option.argChoices.join(" ")}" -- "$current")); return ;;`] : [],
	);
	return `_rollcall() {
	local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" word
	for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in -*) ;; *) command="$word"; break ;; esac; done
	case "$previous" in
${values.join("\n")}
		--config|--out) COMPREPLY=($(compgen -f -- "$current")); return ;;
	esac
	case "$command" in
		"") words="${[...commandsOf(program).map((command) => command.name()), ...global].join(" ")}" ;;
${cases.join("\n")}
	esac
	if [ "$command" = apply ] && [ "\${current#-}" = "$current" ]; then COMPREPLY=($(compgen -f -- "$current")); return; fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _rollcall rollcall
`;
}

function fish(program: Command): string {
	const quote = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
	const lines = ["complete -c rollcall -f"];
	for (const command of commandsOf(program)) {
		lines.push(`complete -c rollcall -n __fish_use_subcommand -a ${command.name()} -d ${quote(command.description())}`);
		for (const option of command.options)
			lines.push(
				`complete -c rollcall -n '__fish_seen_subcommand_from ${command.name()}' ${fishOption(option.long)} -d ${quote(option.description)}`,
			);
	}
	for (const option of program.options)
		lines.push(
			`complete -c rollcall ${fishOption(option.long)}${option.argChoices ? ` -x -a ${quote(option.argChoices.join(" "))}` : ""} -d ${quote(option.description)}`,
		);
	lines.push("complete -c rollcall -n '__fish_seen_subcommand_from apply' -F");
	return `${lines.join("\n")}\n`;
}
const fishOption = (long: string | undefined): string => `-l ${(long ?? "").replace(/^--/, "")}`;
