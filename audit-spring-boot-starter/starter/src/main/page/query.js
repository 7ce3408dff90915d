import { canNegate, isPatterned, isTime, NAMES, ordered } from './filters.js';
import { fromLocal } from './format.js';

// The query line: what is looked for, in words that can be typed, read and sent by mail.
// actor:kari -action:login outcome:denied,failure target:Invoice/42 after:7d "exact words"

const ALIASES = { type: 'targetType', id: 'targetId', after: 'from', since: 'from', before: 'to', until: 'to', kind: 'actorType', address: 'ip', who: 'actor', what: 'action',
	happenedAfter: 'occurredFrom', happenedBefore: 'occurredTo' };
const SPOKEN = { targetType: 'type', targetId: 'id', from: 'after', to: 'before', actorType: 'kind', occurredFrom: 'happenedAfter', occurredTo: 'happenedBefore' };
const UNITS = { m: 60, h: 3600, d: 86400, w: 604800 };
const SPAN = /^(\d+)([mhdw])$/;

/** Names as they are typed, with the parameters they stand for. */
export const FIELDS = ['actor', 'action', 'outcome', 'severity', 'target', 'type', 'id', 'category', 'service', 'tenant', 'ip', 'session', 'changed', 'hours',
	'related', 'metadata', 'operation', 'trace', 'kind', 'impersonator', 'minSeverity', 'chain', 'after', 'before', 'happenedAfter', 'happenedBefore'];

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

/** What is in quotes is meant as it is: where stars make a pattern, those in quotes make none. */
const unquoted = (text, patterned = false) => text.replace(/"((?:[^"\\]|\\.)*)"?/g, (_, inner) => {
	const plain = inner.replace(/\\(.)/g, '$1');
	return patterned && text.includes('*') ? plain.replace(/[\\*]/g, '\\$&') : plain;
});

/** Splits values at commas that are in no quotes. */
const values = (text, patterned) => (text.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+/g) ?? []).map((value) => unquoted(value, patterned)).filter(Boolean);

const split = (text) => {
	const match = /^(-?)([A-Za-z]+):(.*)$/s.exec(text);
	const name = match && KNOWN.get(match[2].toLowerCase());
	// Words that are wanted stand for themselves; of those that are not, some need a name.
	const known = name ?? (match?.[1] && match[2] === 'q' ? 'q' : null);
	return known && !(match[1] && isTime(known)) ? { not: match[1], field: match[2], name: known, rest: match[3] } : null;
};

/** Words that are not wanted: a minus before a word or before what is in quotes. */
const UNWANTED = /^-["\p{L}\p{N}]/u;

/** More than one word: in quotes they follow one another. */
const SEVERAL = /[\p{L}\p{N}][^\p{L}\p{N}]+[\p{L}\p{N}]/u;

/** Where the kind of a thing ends, which may have a slash in quotes. */
function slashIn(text) {
	const end = /^(?:"(?:[^"\\]|\\.)*"?|[^/"])*/.exec(text)[0].length;
	return end < text.length ? end : -1;
}

export const fieldOf = (token) => split(token);

function moment(text, now) {
	const [, amount, unit] = SPAN.exec(text) ?? [];
	if (amount) {
		const then = new Date(now - amount * UNITS[unit] * 1000);
		return Number.isNaN(then.getTime()) ? text : then.toISOString();
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
	const things = [];
	tokens(line).forEach(({ text }) => {
		const part = split(text);
		if (!part && UNWANTED.test(text)) {
			const inner = unquoted(text.slice(1));
			add('-q', inner && [text[1] === '"' && SEVERAL.test(inner) ? `"${inner.replaceAll('"', ' ')}"` : inner]);
		} else if (!part) {
			words.push(text);
		} else if (part.name === 'target') {
			const slash = slashIn(part.rest);
			const [types, ids] = [values(slash < 0 ? part.rest : part.rest.slice(0, slash), true), slash < 0 ? [] : values(part.rest.slice(slash + 1), true)];
			if (types.length === 1 && ids.length && (part.not || !types[0].includes(':'))) {
				things.push({ not: part.not, type: types[0], ids });
			} else {
				add(`${part.not}targetType`, types);
				add(`${part.not}targetId`, ids);
			}
		} else if (isTime(part.name)) {
			filters[part.name] = values(part.rest).slice(0, 1).map((value) => moment(value, now));
		} else {
			add(part.not + part.name, values(part.rest, isPatterned(part.name)));
		}
	});
	const wanted = things.filter(({ not }) => !not);
	things.forEach(({ not, type, ids }) => {
		if (wanted.length === 1 && !not) {
			add('targetType', [type]);
			add('targetId', ids);
		} else {
			add(`${not}target`, ids.map((id) => `${type}:${id}`));
		}
	});
	if (words.length) {
		filters.q = [words.join(' ')];
	}
	return ordered((name) => filters[name]);
}

const inQuotes = (value) => `"${value.replace(/["\\]/g, '\\$&')}"`;

export const quoted = (value) => /[\s",\\]/.test(value) ? inQuotes(value) : value;

/** The value of a filter as the line has it: stars that make no pattern are in quotes. */
export function spoken(name, value) {
	if (!isPatterned(name) || !value.includes('*')) {
		return quoted(value);
	}
	const literal = (text) => text.includes('*') ? inQuotes(text) : quoted(text);
	return value.match(/\*|(?:\\[\\*]|[^*])+/g).map((part) => part === '*' ? part : literal(part.replace(/\\([\\*])/g, '$1'))).join('');
}

/** Words that look like something else are told apart by quotes. */
const asWords = (text) => tokens(text).map((each) => split(each.text) || UNWANTED.test(each.text) ? inQuotes(each.text) : each.text).join(' ');

const thing = (value) => {
	const colon = value.indexOf(':');
	const type = value.slice(0, colon);
	return `${type.includes('/') ? inQuotes(type) : spoken('targetType', type)}/${spoken('targetId', value.slice(colon + 1))}`;
};

/** Words that are not wanted: those in quotes follow one another, others are in any order. */
function unwanted(value) {
	const phrase = /^"([^"]*)"$/.exec(value);
	return phrase ? `-${inQuotes(phrase[1])}` : SEVERAL.test(value) ? `-q:${quoted(value)}` : `-${/^[\p{L}\p{N}]/u.test(value) && !split(`-${value}`) ? quoted(value) : inQuotes(value)}`;
}

/** The line that stands for filters. */
export function write(filters) {
	const rest = { ...filters };
	const said = [];
	const { targetType: type, targetId: id } = rest;
	if (type?.length === 1 && id?.length === 1 && !type[0].includes('/') && !type[0].includes(':') && !rest.target) {
		said.push(`target:${spoken('targetType', type[0])}/${spoken('targetId', id[0])}`);
		delete rest.targetType;
		delete rest.targetId;
	}
	Object.entries(rest).filter(([name]) => !['q', '-q'].includes(name)).forEach(([name, all]) => {
		const not = name.startsWith('-') ? '-' : '';
		const plain = name.slice(not.length);
		if (plain === 'target') {
			all.forEach((value) => said.push(`${not}target:${thing(value)}`));
		} else {
			said.push(`${not}${SPOKEN[plain] ?? plain}:${all.map((value) => spoken(plain, value)).join(',')}`);
		}
	});
	return [...said, ...(rest['-q'] ?? []).map(unwanted), ...(rest.q ?? []).map(asWords)].join(' ');
}
