// JSON with numbers of any length. This language rounds what has more than some fifteen digits, and an account that is
// shown with other digits is another account: such a number keeps its text.

/** Stands before the text of such a number while it is on its way. Nobody who writes entries knows it. */
const MARK = `${Math.random()}${Math.random()}:`;

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** A number that is not the same when it is read and written again. */
class Decimal {
	constructor(text) {
		this.text = text;
	}

	toString() {
		return this.text;
	}
}

/** Whether it has members or elements. */
export const hasParts = (any) => any !== null && typeof any === 'object' && !(any instanceof Decimal);

export const parse = (json) => JSON.parse(json.replace(TOKENS, (token) => token[0] === '"' || String(Number(token)) === token ? token : `"${MARK}${token}"`),
	(_, value) => typeof value === 'string' && value.startsWith(MARK) ? new Decimal(value.slice(MARK.length)) : value);

const written = (any, indent, said) => JSON.stringify(any, (_, value) => value instanceof Decimal || typeof value === 'number' ? MARK + said(String(value)) : value, indent)
	?.replaceAll(new RegExp(`"${MARK.replaceAll('.', '\\.')}([^"]*)"`, 'g'), '$1');

/** As JSON, with the digits that were read. */
export const write = (any, indent) => written(any, indent, (text) => text);

/** A number as the ledger writes it: without an exponent, and without zeros that say nothing. */
function plainly(text) {
	const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
	if (Math.abs(exponent) > 1000) {
		return text;
	}
	const point = whole.length + Number(exponent);
	const digits = (point < 0 ? '0'.repeat(-point) : '') + whole + fraction;
	const at = Math.max(point, 0);
	const [before, after] = [digits.slice(0, at).padEnd(at, '0').replace(/^0+(?=\d)/, '') || '0', digits.slice(at).replace(/0+$/, '')];
	const number = after ? `${before}.${after}` : before;
	return number === '0' ? number : sign + number;
}

const sorted = (any) => Array.isArray(any) ? any.map(sorted) : hasParts(any)
	? Object.fromEntries(Object.keys(any).sort().map((name) => [name, sorted(any[name])])) : any;

/** The same text for what is the same, in whatever order its members are and however its numbers are written. */
export const key = (any) => written(sorted(any), undefined, plainly);

export const same = (one, other) => one === other || key(one) === key(other);
