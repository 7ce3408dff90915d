import { NAMES } from './filters.js';

// The query line: what is looked for, in words that can be typed, read and sent by mail.
// actor:kari -action:login outcome:denied,failure target:Invoice/42 after:7d "exact words"

const ALIASES = { type: 'targetType', id: 'targetId', after: 'from', since: 'from', before: 'to', until: 'to', kind: 'actorType', address: 'ip', who: 'actor', what: 'action' };
const SPOKEN = { targetType: 'type', targetId: 'id', from: 'after', to: 'before', actorType: 'kind' };
const UNITS = { m: 60, h: 3600, d: 86400, w: 604800 };
const SPAN = /^(\d+)([mhdw])$/;

/** Names as they are typed, with the parameters they stand for. */
export const FIELDS = ['actor', 'action', 'outcome', 'severity', 'target', 'type', 'id', 'category', 'service', 'tenant', 'ip', 'session', 'changed',
	'related', 'operation', 'trace', 'kind', 'minSeverity', 'chain', 'after', 'before'];

export const parameterOf = (field) => ALIASES[field] ?? field;

/** Splits at spaces that are in no quotes; keeps where each part begins. */
export function tokens(text) {
	const found = [];
	const part = /(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/g;
	for (let match = part.exec(text); match; match = part.exec(text)) {
		found.push({ text: match[0], start: match.index, end: match.index + match[0].length });
	}
	return found;
}

const unquoted = (text) => text.replace(/"((?:[^"\\]|\\.)*)"?/g, (_, inner) => inner.replace(/\\(.)/g, '$1'));

/** Splits values at commas that are in no quotes. */
const values = (text) => (text.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+/g) ?? []).map(unquoted).filter(Boolean);

const split = (text) => {
	const match = /^(-?)([A-Za-z]+):(.*)$/s.exec(text);
	const name = match && parameterOf(match[2]);
	return match && (NAMES.includes(name) || name === 'target') ? { not: match[1], field: match[2], name, rest: match[3] } : null;
};

export const fieldOf = (token) => split(token);

function moment(text, now) {
	const [, amount, unit] = SPAN.exec(text) ?? [];
	if (amount) {
		return new Date(now - amount * UNITS[unit] * 1000).toISOString();
	}
	const then = new Date(text);
	return Number.isNaN(then.getTime()) ? text : then.toISOString();
}

/** The filters that a line stands for. What is no filter is searched for. */
export function parse(line, now = Date.now()) {
	const filters = {};
	const words = [];
	const add = (name, more) => more.length && (filters[name] = [...(filters[name] ?? []), ...more]);
	tokens(line).forEach(({ text }) => {
		const part = split(text);
		if (!part) {
			words.push(text);
		} else if (part.name === 'target') {
			const slash = part.rest.indexOf('/');
			add(`${part.not}targetType`, values(slash < 0 ? part.rest : part.rest.slice(0, slash)));
			add(`${part.not}targetId`, slash < 0 ? [] : values(part.rest.slice(slash + 1)));
		} else if (part.name === 'from' || part.name === 'to') {
			add(part.name, values(part.rest).slice(0, 1).map((value) => moment(value, now)));
		} else {
			add(part.not + part.name, values(part.rest));
		}
	});
	if (words.length) {
		filters.q = [words.join(' ')];
	}
	return filters;
}

export const quoted = (value) => /[\s",\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;

/** The line that stands for filters. */
export function write(filters) {
	const rest = { ...filters };
	const said = [];
	['', '-'].forEach((not) => {
		const type = rest[`${not}targetType`];
		const id = rest[`${not}targetId`];
		if (type?.length === 1 && id?.length === 1 && !type[0].includes('/')) {
			said.push(`${not}target:${quoted(type[0])}/${quoted(id[0])}`);
			delete rest[`${not}targetType`];
			delete rest[`${not}targetId`];
		}
	});
	Object.entries(rest).filter(([name]) => name !== 'q').forEach(([name, all]) => {
		const not = name.startsWith('-') ? '-' : '';
		const plain = name.slice(not.length);
		said.push(`${not}${SPOKEN[plain] ?? plain}:${all.map(quoted).join(',')}`);
	});
	return [...said, ...(rest.q ?? [])].join(' ');
}
