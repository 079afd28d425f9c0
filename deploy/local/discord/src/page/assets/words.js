// Typed commands, read and written. No page here: only text.

/** The command that `text` names in full, followed by a blank: `{command, rest}`. */
export function named(text, commands) {
  const found = commands.flatMap((command) => [command.command, command.label].map((words) => ({ command, start: `/${words} ` })));
  const fitting = found.filter(({ start }) => text.startsWith(start)).sort((a, b) => b.start.length - a.start.length);
  return fitting.length > 0 ? { command: fitting[0].command, rest: text.slice(fitting[0].start.length) } : null;
}

/** Commands that begin as typed, then those that have all the words somewhere. */
export function fitting(text, commands) {
  const typed = text.slice(1).trim().toLowerCase();
  const words = typed.split(/\s+/);
  const names = (command) => [command.label, command.command].map((name) => name.toLowerCase());
  const begins = commands.filter((command) => names(command).some((name) => name.startsWith(typed)));
  const has = commands.filter((command) => names(command).some((name) => words.every((word) => name.includes(word))));
  return [...new Set([...begins, ...has])];
}

/** Where `name:` of one of the options begins a word: `{option, at, end}`. */
function marks(text, options) {
  const quoted = [...text.matchAll(/:\s*("[^"]*")/g)].map((found) => [found.index, found.index + found[0].length]);
  const found = [];
  for (const option of options) {
    for (const name of new Set([option.name, option.label])) {
      for (const start of text.matchAll(/(?<=^|\s)\S+?:/gu)) {
        const inQuotes = quoted.some(([from, to]) => start.index > from && start.index < to);
        if (start[0] === `${name}:` && !inQuotes) found.push({ option, at: start.index, end: start.index + start[0].length });
      }
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

const unquoted = (value) => (/^"[^"]*"$/.test(value) ? value.slice(1, -1) : value);

/** Splits `first words name:value name:value` into `{first, pairs: [[option, value]]}`. */
export function split(text, options) {
  const found = marks(text, options);
  const pairs = found.map(({ option, end }, at) => [option, text.slice(end, found[at + 1]?.at ?? text.length)]);
  return { first: text.slice(0, found[0]?.at ?? text.length), pairs };
}

/** The values of a whole line by option name, or null when it is not all `name:value`. */
export function read(rest, options) {
  const { first, pairs } = split(rest, options);
  const names = pairs.map(([option]) => option.name);
  const strange = first.trim() !== "" && (pairs.length > 0 || /^\S*:/.test(first.trim()));
  if (strange || new Set(names).size < names.length) return null;
  const values = new Map(pairs.map(([option, value], at) => [option.name, at + 1 < pairs.length ? unquoted(value.trim()) : unquoted(value.trimStart())]));
  if (first.trim() !== "") values.set(options[0].name, first.trimStart());
  return values;
}

/** One line that says the same. */
export function written(command, values) {
  const safe = (value) => (/(^|\s)\S+:|^"/.test(value) ? `"${value}"` : value);
  return [`/${command.label}`, ...values.map(([name, value]) => `${name}:${safe(value)}`)].join(" ");
}
