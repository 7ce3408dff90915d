import { canNegate, isTime, NAMES, ordered } from './filters.js';
import { fromLocal } from './format.js';

// The query line: what is looked for, in words that can be typed, read and sent by mail.
// actor:kari -action:login outcome:denied,failure target:Invoice/42 after:7d "exact words"

const ALIASES = { type: 'targetType', id: 'targetId', after: 'from', since: 'from', before: 'to', until: 'to', kind: 'actorType', address: 'ip', who: 'actor', what: 'action',
	happenedAfter: 'occurredFrom', happenedBefore: 'occurredTo' };
const SPOKEN = { targetType: 'type', targetId: 'id', from: 'after', to: 'before', actorType: 'kind', occurredFrom: 'happenedAfter', occurredTo: 'happenedBefore' };
const UNITS = { m: 60, h: 3600, d: 86400, w: 604800 };
const SPAN = /^(\d+)([mhdw])$/;

/** Names as they are typed, with the parameters they stand for. */
export const FIELDS = ['actor', 'action', 'outcome', 'severity', 'target', 'type', 'id', 'category', 'service', 'tenant', 'ip', 'session', 'changed',
	'related', 'metadata', 'operation', 'trace', 'kind', 'minSeverity', 'chain', 'after', 'before', 'happenedAfter', 'happenedBefore'];

export const parameterOf = (field) => ALIASES[field] ?? field;

/** Names that may follow a minus. */
export const NEGATABLE = FIELDS.filter((field) => field === 'target' || canNegate(parameterOf(field)));

/** However they are written. */
const KNOWN = new Map([...NAMES, ...FIELDS, ...Object.keys(ALIASES)].filter((field) => field !== 'q').map((field) => [field.toLowerCase(), parameterOf(field)]));

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
	const name = match && KNOWN.get(match[2].toLowerCase());
	return name && !(match[1] && isTime(name)) ? { not: match[1], field: match[2], name, rest: match[3] } : null;
};

/** Words that are not wanted: a minus before a word or before what is in quotes. */
const UNWANTED = /^-["\p{L}\p{N}]/u;

export const fieldOf = (token) => split(token);

function moment(text, now) {
	const [, amount, unit] = SPAN.exec(text) ?? [];
	if (amount) {
		return new Date(now - amount * UNITS[unit] * 1000).toISOString();
	}
	const local = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d)?)?$/.exec(text);
	if (local) {
		// A day begins where its reader is.
		return Number.isNaN(new Date(text).getTime()) ? text : fromLocal(local[2] ? text : `${text}T00:00`);
	}
	return text;
}

/** The filters that a line stands for. What is no filter is searched for. */
export function parse(line, now = Date.now()) {
	const filters = {};
	const words = [];
	const add = (name, more) => more.length && (filters[name] = [...(filters[name] ?? []), ...more]);
	tokens(line).forEach(({ text }) => {
		const part = split(text);
		if (!part && UNWANTED.test(text)) {
			add('-q', [unquoted(text.slice(1))].filter(Boolean));
		} else if (!part) {
			words.push(text);
		} else if (part.name === 'target') {
			const slash = part.rest.indexOf('/');
			// Leaving out both a kind and an id would leave out everything of that kind.
			add(`${part.not}targetType`, part.not && slash >= 0 ? [] : values(slash < 0 ? part.rest : part.rest.slice(0, slash)));
			add(`${part.not}targetId`, slash < 0 ? [] : values(part.rest.slice(slash + 1)));
		} else if (isTime(part.name)) {
			filters[part.name] = values(part.rest).slice(0, 1).map((value) => moment(value, now));
		} else {
			add(part.not + part.name, values(part.rest));
		}
	});
	if (words.length) {
		filters.q = [words.join(' ')];
	}
	return ordered((name) => filters[name]);
}

const inQuotes = (value) => `"${value.replace(/["\\]/g, '\\$&')}"`;

export const quoted = (value) => /[\s",\\]/.test(value) ? inQuotes(value) : value;

/** Words that look like something else are told apart by quotes. */
const asWords = (text) => tokens(text).map((each) => split(each.text) || UNWANTED.test(each.text) ? inQuotes(each.text) : each.text).join(' ');

/** The line that stands for filters. */
export function write(filters) {
	const rest = { ...filters };
	const said = [];
	const { targetType: type, targetId: id } = rest;
	if (type?.length === 1 && id?.length === 1 && !type[0].includes('/')) {
		said.push(`target:${quoted(type[0])}/${quoted(id[0])}`);
		delete rest.targetType;
		delete rest.targetId;
	}
	Object.entries(rest).filter(([name]) => !['q', '-q'].includes(name)).forEach(([name, all]) => {
		const not = name.startsWith('-') ? '-' : '';
		const plain = name.slice(not.length);
		said.push(`${not}${SPOKEN[plain] ?? plain}:${all.map(quoted).join(',')}`);
	});
	const unwanted = (rest['-q'] ?? []).map((value) => `-${/^[\p{L}\p{N}]/u.test(value) && !split(`-${value}`) ? quoted(value) : inQuotes(value)}`);
	return [...said, ...unwanted, ...(rest.q ?? []).map(asWords)].join(' ');
}
